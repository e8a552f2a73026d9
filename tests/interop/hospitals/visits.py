"""Every visit written by hand, by name."""

from . import others, outpatients, rarer, stays
from .register import VISITS

__all__ = ["VISITS", "others", "outpatients", "rarer", "stays"]
