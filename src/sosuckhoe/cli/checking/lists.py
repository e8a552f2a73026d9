"""Lists brought to ``sosuckhoe check --catalogue``: read like those a hospital loads, for this one run.

--catalogue icd10=phu-luc-tt06.xlsx --catalogue medicines=thuoc.csv
"""

from collections.abc import Iterable
from pathlib import Path

from sosuckhoe.healthbook.validation.catalogues import LISTS, Catalogues


class UnusableList(ValueError):
    """A list that cannot be used; the sentence says why and what to do."""


def catalogues_from(given: Iterable[str]) -> Catalogues | None:
    """The lists named as ``KIND=FILE``; None where none is. Raises UnusableList."""
    from sosuckhoe.hospital.visits.catalogue_files import UnusableFile, read_rows
    from sosuckhoe.hospital.visits.catalogue_kinds import KINDS

    tables = {}
    for each in given:
        kind, equals, name = each.partition("=")
        if not equals or kind not in LISTS:
            raise UnusableList(
                f"Chưa hiểu --catalogue {each}. Ghi LOẠI=TỆP, ví dụ icd10=danh-muc.xlsx; các loại: {', '.join(sorted(LISTS))}."
            )
        try:
            rows = read_rows(KINDS[kind], Path(name).read_bytes()).rows
        except OSError as problem:
            raise UnusableList(f"Không đọc được danh mục {name}: {problem.strerror}.") from problem
        except UnusableFile as problem:
            raise UnusableList(f"Không dùng được danh mục {name}. {problem}") from problem
        tables[kind] = [*tables.get(kind, ()), *rows]
    return Catalogues.of(tables) if tables else None
