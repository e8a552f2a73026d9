"""Every visit written by hand, by name."""

from . import edges, others, outpatients, rarer, stays
from .register import VISITS

__all__ = ["VISITS", "edges", "others", "outpatients", "rarer", "stays"]
