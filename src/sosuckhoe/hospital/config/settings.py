"""Django's settings for the hospital. What differs between sites comes from the environment, all of it here:

SOSUCKHOE_HOME      the home folder (default ./var/hospital)
SOSUCKHOE_ENVIRONMENT  production where real patients are served, like a file PRODUCTION in the home folder (config/home.py)
SOSUCKHOE_DATABASE  empty for SQLite in the home folder, or postgres://user:password@host/name
SOSUCKHOE_HOSTS     names under which browsers reach the pages, separated by commas
SOSUCKHOE_HTTPS     1 where a proxy in front speaks HTTPS: cookies then travel encrypted only
SOSUCKHOE_METRICS   0 switches /metrics off; on, it answers this machine or whoever has secrets/metrics-token
SOSUCKHOE_DECISIONS folders with decisions laid beside ours (healthbook/standard/decision.py)
SOSUCKHOE_STOP_SECONDS  within which the pages and the sender end when they are told to (default 10)
SOSUCKHOE_DEBUG     1 for developers
"""

import os
from pathlib import Path

from csp.constants import NONE, SELF

from .database import database
from .home import home

HOME = home()
SECRET_KEY = HOME.secret_key()
METRICS = os.environ.get("SOSUCKHOE_METRICS") != "0"
STOP_SECONDS = float(os.environ.get("SOSUCKHOE_STOP_SECONDS") or 10)
DEBUG = os.environ.get("SOSUCKHOE_DEBUG") == "1"
_HTTPS = os.environ.get("SOSUCKHOE_HTTPS") == "1"
_HOSTS = [name.strip() for name in os.environ.get("SOSUCKHOE_HOSTS", "").split(",") if name.strip()]
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *_HOSTS]

DATABASES = {"default": database(os.environ.get("SOSUCKHOE_DATABASE", ""), HOME)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "axes",
    "csp",
    "django_htmx",
    "sosuckhoe.hospital.journal",
    "sosuckhoe.hospital.staff",
    "sosuckhoe.hospital.patients",
    "sosuckhoe.hospital.visits",
    "sosuckhoe.hospital.delivery",
    "sosuckhoe.hospital.cards",
    "sosuckhoe.hospital.web",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "sosuckhoe.hospital.config.still_fits.StillFits",
    "sosuckhoe.hospital.web.shell.saving.Saving",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
    "sosuckhoe.hospital.web.shell.unwritable.Unwritable",
]
ROOT_URLCONF = "sosuckhoe.hospital.config.urls"
WSGI_APPLICATION = "sosuckhoe.hospital.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# Vietnamese first, English second; the hospital's clock is Ho Chi Minh City's whatever the server's is.
LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
LOCALE_PATHS: list[Path] = []
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_THOUSAND_SEPARATOR = True

# Who is there.
AUTH_USER_MODEL = "staff.Person"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "/dang-nhap/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = LOGIN_URL
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_SENSITIVE_PARAMETERS = ["username", "password"]

# Cookies are kept per host, not per port: the simulator beside us must not overwrite ours.
SESSION_COOKIE_NAME = "sosuckhoe_session"
CSRF_COOKIE_NAME = "sosuckhoe_csrf"
SESSION_COOKIE_AGE = 8 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _HTTPS else None
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if _HTTPS else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

# Logs say what happened to which row, never about whom: no names, numbers, diagnoses, bodies or addresses with them.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "sosuckhoe.hospital.config.logs.PlaceOnly",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "sosuckhoe": {"level": "INFO"},
        # Only through ours: Django's own handlers would mail or print the request.
        "django": {"handlers": [], "level": "WARNING"},
        "django.request": {"level": "ERROR"},
        "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
        "axes": {"level": "WARNING"},
    },
}
