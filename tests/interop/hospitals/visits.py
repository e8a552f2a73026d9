"""Every visit written by hand, by name."""

from . import outpatients, rarer, stays
from .register import VISITS

__all__ = ["VISITS", "outpatients", "rarer", "stays"]
