"""Bugs planted on purpose, each of a kind that real senders have shipped. The checkers must catch every one."""

from . import answering, claiming, keeping, kinds, restoring
from .planting import PLANTED, Caught, catch

__all__ = ["PLANTED", "Caught", "answering", "catch", "claiming", "keeping", "kinds", "restoring"]
