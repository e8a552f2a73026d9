"""Every visit written by hand, by name."""

from . import edges, field, fresh, odd, others, outpatients, rarer, stays, unusual
from .register import VISITS

__all__ = ["VISITS", "edges", "field", "fresh", "odd", "others", "outpatients", "rarer", "stays", "unusual"]
