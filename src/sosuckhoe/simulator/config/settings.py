"""The simulator's settings. One environment variable: SOSUCKHOE_SIMULATOR_HOME, the folder of its data."""

import os
import secrets
from pathlib import Path

HOME = Path(os.environ.get("SOSUCKHOE_SIMULATOR_HOME", "var/simulator")).absolute()
PACKAGE = Path(__file__).resolve().parent.parent


def _secret() -> str:
    """A key made once for this home; tokens and sessions outlive a restart, but not another home."""
    HOME.mkdir(parents=True, exist_ok=True)
    file = HOME / "secret.key"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_hex(32), encoding="ascii")
    return file.read_text(encoding="ascii")


SECRET_KEY = _secret()
DEBUG = False
ALLOWED_HOSTS = ["*"]  # a test double on 127.0.0.1; run.serve binds nothing else unless told to
ROOT_URLCONF = "sosuckhoe.simulator.config.urls"
WSGI_APPLICATION = "sosuckhoe.simulator.config.wsgi.application"
INSTALLED_APPS = [
    "sosuckhoe.simulator.clock",
    "sosuckhoe.simulator.faults",
    "sosuckhoe.simulator.portal",
    "sosuckhoe.simulator.cards",
    "sosuckhoe.simulator.book",
    "sosuckhoe.simulator.vneid",
    "sosuckhoe.simulator.signing_service",
    "sosuckhoe.simulator.hub",
    "sosuckhoe.simulator.issuer",
    "sosuckhoe.simulator.pages",
    "sosuckhoe.simulator.desk",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "sosuckhoe.simulator.config.marking.Marked",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": HOME / "simulator.sqlite3",
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            # A killed process loses nothing in WAL with NORMAL; a power cut may, which a test double can bear.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "sosuckhoe.simulator.pages.announcing.announced",
            ]
        },
    }
]
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
SESSION_COOKIE_NAME = "simulator_session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "simulator_csrf"
PASSWORD_HASHERS = ["sosuckhoe.simulator.book.passwords.PracticeHasher"]
# A long course of treatment is a long form field; the portal itself refuses what is too large with code 1001.
DATA_UPLOAD_MAX_MEMORY_SIZE = None
LANGUAGE_CODE = "vi"
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_TZ = True
USE_THOUSAND_SEPARATOR = True
STATIC_URL = "/static/"
STATICFILES_DIRS = [PACKAGE / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
SILENCED_SYSTEM_CHECKS = ["urls.W001"]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {
        "file": {
            "class": "logging.handlers.RotatingFileHandler",
            "filename": HOME / "simulator.log",
            "maxBytes": 5_000_000,
            "backupCount": 2,
            "formatter": "plain",
            "encoding": "utf-8",
            "delay": True,
        }
    },
    "root": {"handlers": ["file"], "level": "WARNING"},
}
