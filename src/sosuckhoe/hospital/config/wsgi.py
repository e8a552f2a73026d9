"""The door for a web server (WSGI)."""

import contextlib
import os

from django.core.wsgi import get_wsgi_application
from django.db import OperationalError, connection

from .crowding import Bounded
from .start import refuse_newer

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sosuckhoe.hospital.config.settings")
application = Bounded(get_wsgi_application())
# A database that cannot be asked now is no reason: the pages say so themselves, and go on when it is back.
with contextlib.suppress(OperationalError):
    refuse_newer()
connection.close()
