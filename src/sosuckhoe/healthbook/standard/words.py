"""Vietnamese for what our own data say in English: conditions, notes, numbers of rows, confidences.

An editor writes these in Vietnamese at once; what is not in ``words.csv`` is said as it stands.
"""

import csv
from functools import lru_cache
from importlib.resources import files


def vietnamese(text: str) -> str:
    return words().get(text, text)


@lru_cache(maxsize=1)
def words() -> dict[str, str]:
    """Vietnamese by English."""
    lines = files(__package__).joinpath("words.csv").read_text(encoding="utf-8").splitlines()
    return {row["english"]: row["vietnamese"] for row in csv.DictReader(lines)}
