"""Mistakes in a decision's folder: told all at once, each with its file, its line and what to do.

Whoever enters a decision works with the printed text on one side and a spreadsheet on the other, so the sentences are
Vietnamese and name the cell. A folder with a mistake is refused as a whole: half a decision is in force nowhere.
"""

import csv
import io
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from importlib.resources.abc import Traversable


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing wrong in a folder."""

    file: str
    """From the decision's folder on: ``2027-9999/tables/XML1.csv``."""
    line: int | None
    """1-based; None where the file as a whole is meant."""
    sentence: str
    """What is wrong and what to do, in Vietnamese."""

    def __str__(self) -> str:
        return f"{self.file}{f', dòng {self.line}' if self.line else ''}: {self.sentence}"


class BadDecision(ValueError):
    """The folder of a decision cannot be used as it is; ``mistakes`` says why, all of it."""

    def __init__(self, mistakes: Collection[Mistake]) -> None:
        super().__init__(tuple(mistakes))
        self.mistakes = tuple(mistakes)

    def __str__(self) -> str:
        return "\n".join(map(str, self.mistakes))


class Mistakes:
    """What has been found wrong so far."""

    def __init__(self) -> None:
        self.found: list[Mistake] = []

    def add(self, file: str, line: int | None, sentence: str) -> None:
        self.found.append(Mistake(file, line, sentence))

    def refuse(self) -> None:
        """Raise BadDecision where there are any."""
        if self.found:
            raise BadDecision(self.found)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a CSV, with its place for whatever is wrong in it."""

    file: str
    number: int
    cells: dict[str, str]
    mistakes: Mistakes

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def wrong(self, sentence: str) -> None:
        self.mistakes.add(self.file, self.number, sentence)


def lines_of(
    file: Traversable,
    place: str,
    columns: Collection[str],
    mistakes: Mistakes,
    *,
    optional: Collection[str] = (),
    more: bool = False,
) -> Iterator[Line]:
    """The lines of a CSV that has all ``columns``, blank lines left out, cells without blanks around.

    ``place``: what the file is called in a sentence. ``more``: the file may have further columns of its own.
    """
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        mistakes.add(place, None, "Tệp không phải UTF-8. Lưu lại dưới dạng “CSV UTF-8”.")
        return
    reader = csv.DictReader(io.StringIO(text, newline=""))
    names = [name.strip() for name in reader.fieldnames or ()]
    missing = [name for name in columns if name not in names]
    if missing:
        why = "Các cột cần ngăn bằng dấu phẩy. " if any(";" in name or "\t" in name for name in names) else ""
        mistakes.add(
            place,
            1,
            f"Thiếu cột {', '.join(missing)}. {why}Thêm cột vào dòng đầu; ô không đổi gì thì để trống.",
        )
        return
    strangers = [name for name in names if name not in columns and name not in optional]
    if (strangers and not more) or "" in names or len(set(names)) < len(names):
        said = ", ".join(f"“{name}”" for name in strangers if name) or "cột không tên hoặc trùng tên"
        mistakes.add(place, 1, f"Không biết cột {said}. Sửa lại tên cột hoặc bỏ cột đó.")
        return
    reader.fieldnames = names
    for row in reader:
        if None in row or None in row.values():
            mistakes.add(
                place,
                reader.line_num,
                f"Số ô không bằng số cột ({len(names)}). Ô có dấu phẩy phải đặt trong dấu nháy kép.",
            )
            continue
        cells = {name: text.strip() for name, text in row.items()}
        if any(cells.values()):
            yield Line(place, reader.line_num, cells, mistakes)
