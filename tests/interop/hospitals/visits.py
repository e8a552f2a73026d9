"""Every visit written by hand, by name."""

from . import edges, field, odd, others, outpatients, rarer, stays, unusual
from .register import VISITS

__all__ = ["VISITS", "edges", "field", "odd", "others", "outpatients", "rarer", "stays", "unusual"]
