"""National code lists for rules: each list's days come with its rows; which day chooses is said where it is used.

``icd10_on``, ``departments_on``, ``routes_on`` and ``categories_on`` are those places, each citing its text.
"""

from datetime import date
from functools import lru_cache

from ...standard import CodeList, edition_on
from ...standard.editions import of_decisions


@of_decisions
@lru_cache(maxsize=32)
def list_of(name: str) -> CodeList:
    """A list with all its rows through time, from every decision we hold, those announced included: a code that is on
    its way is no reason to stop a file."""
    return edition_on(date.max, expected=True).codes[name]
