"""The door for a web server (WSGI)."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sosuckhoe.hospital.config.settings")
application = get_wsgi_application()
