"""Every visit written by hand, by name."""

from . import edges, field, others, outpatients, rarer, stays
from .register import VISITS

__all__ = ["VISITS", "edges", "field", "others", "outpatients", "rarer", "stays"]
