"""A record to official XML and back: strict in writing, tolerant in reading.

``read`` takes any official file and remarks what it does otherwise than the standard; ``write_visit``,
``write_check_in`` and ``write_table`` write canonical bytes. Reading back what was written gives the same record.
"""

from .envelope import Envelope
from .limits import Limits
from .reading import Form, Reading, VisitReading, read
from .refusals import REFUSALS, Refusal, Unreadable, Where
from .remarks import Remark
from .rows import Unknown
from .writing import CannotWrite, Obstacle, write_check_in, write_table, write_visit

__all__ = [
    "REFUSALS",
    "CannotWrite",
    "Envelope",
    "Form",
    "Limits",
    "Obstacle",
    "Reading",
    "Refusal",
    "Remark",
    "Unknown",
    "Unreadable",
    "VisitReading",
    "Where",
    "read",
    "write_check_in",
    "write_table",
    "write_visit",
]
