"""What a readable file does otherwise than the standard, noted while reading."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Remark:
    """One deviation of the file's structure; validation turns it into a fault."""

    rule: str
    """A structure rule of rules.csv, ``STR-001`` to ``STR-020``, or one of ours on letters, ``TEXT-…``."""
    path: str
    """``XML2.DON_GIA``, ``XML2``, or ``GIAMDINHHS.SOLUONGHOSO``."""
    row: int | None
    """From 1 within the table; the first row where the same deviation repeats over rows."""
    value: str
    detail: str
    """A Vietnamese sentence saying what was seen."""
    severity: Severity
    """Our proposal: a tolerated habit of real exporters is a warning, a loss or contradiction an error."""
    times: int = 1
    """In how many places of the table the same was seen."""


MOST = 500
"""Different remarks kept of one visit: nobody reads more, and a hostile file can cause hundreds of thousands."""


class Remarks:
    """Collects remarks; the same deviation in every row of a table is one remark with a count."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str, str], tuple[int | None, str, Severity]] = {}
        self._times: Counter[tuple[str, str, str]] = Counter()
        self.doubtful: set[str] = set()
        """The parts (empty for the file itself) with bytes that Vietnamese hardly needs: their values are looked at."""

    def add(
        self,
        rule: str,
        path: str,
        detail: str,
        *,
        row: int | None = None,
        value: str = "",
        severity: Severity = "error",
    ) -> None:
        key = (rule, path, detail)
        if key not in self._found:
            if len(self._found) >= MOST:
                return
            self._found[key] = (row, value, severity)
        self._times[key] += 1

    def __iter__(self) -> Iterator[Remark]:
        for (rule, path, detail), (row, value, severity) in self._found.items():
            yield Remark(rule, path, row, value, detail, severity, self._times[rule, path, detail])

    def __len__(self) -> int:
        return len(self._found)
