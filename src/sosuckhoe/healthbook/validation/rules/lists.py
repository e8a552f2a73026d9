"""National code lists for rules: each list's days come with its rows; which day chooses is said where it is used.

``icd10_on``, ``departments_on``, ``routes_on`` and ``categories_on`` are those places, each citing its text.
"""

from datetime import date
from functools import lru_cache

from ...standard import CodeList, edition_on


@lru_cache(maxsize=32)
def list_of(name: str) -> CodeList:
    """A list with all its rows through time, from every decision we hold."""
    return edition_on(date.max).codes[name]
