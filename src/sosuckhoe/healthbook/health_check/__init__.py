"""A periodic health check (khám sức khỏe) on its way to the Ministry's hub: its file, read and checked.

Only what reference/moh-hub.md says of QĐ 2062/QĐ-BYT is checked. The tables of its component files (annex 01) are not
at hand, so nothing is known here of their fields beyond the few the reference names, and no file is ever written.
"""

from .checking import check_health_check
from .reading import HealthCheckFile, is_health_check, read_health_check

__all__ = ["HealthCheckFile", "check_health_check", "is_health_check", "read_health_check"]
