"""How a whole program writes its values (thói quen của phần mềm): told once, to who looks after the program.

A system that writes a comma in every amount, or seconds in every time, gives a finding in every cell. A person who gets
two hundred of them is told to type anew what is right on his screen. So many findings that one way of writing explains are
one for people; the faults themselves stay one a cell, and machines get all of them.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from .fault import Fault
from .places import said_place
from .typed import NOTHING

MANY = 6
"""So many cells written the same unwanted way are no slip of a hand."""
FEW = 4
"""So many fields are named."""
OF_ONE_VALUE = ("FMT-", "SHP-", "COD-")
"""Rules on how one value is written, or on whether a list has it."""


@dataclass(frozen=True)
class Writing:
    """One unwanted way of writing a value."""

    form: re.Pattern[str]
    what: str
    how: str


WORD_FOR_NOTHING = Writing(
    re.compile("|".join(map(re.escape, sorted(NOTHING)))),
    "chữ thay cho ô trống",
    "để thẻ trống khi không có giá trị",
)
"""It is no value, so whatever a rule found in it is explained."""
WRITINGS = (
    WORD_FOR_NOTHING,
    Writing(
        re.compile(r"[Tt]rue|[Ff]alse|TRUE|FALSE"),
        "true, false thay cho mã",
        "ghi mã của danh mục, không có thì để trống",
    ),
    Writing(
        re.compile(r"(?:\s.*|.*\s)", re.DOTALL),
        "dấu cách ở đầu hoặc cuối",
        "bỏ dấu cách ở đầu và cuối mỗi giá trị",
    ),
    Writing(
        re.compile(r"-?[0-9.]*[0-9],[0-9][0-9,.]*"),
        "dấu phẩy trong số",
        "ghi số bằng chữ số, phần thập phân sau dấu chấm, không ngăn cách hàng nghìn",
    ),
    Writing(
        re.compile(r"[12][0-9]{13}"),
        "ngày giờ có cả giây (14 chữ số)",
        "ghi ngày giờ bằng 12 chữ số, không có giây",
    ),
    Writing(
        re.compile(r"[0-9]{1,4}[-/][0-9]{1,2}[-/][0-9]{1,4}(?:[T ].*)?"),
        "ngày giờ có dấu ngăn cách",
        "ghi ngày bằng 8 chữ số, ngày giờ bằng 12 chữ số, viết liền",
    ),
)
"""The first that fits is the one."""


def as_habits(faults: Iterable[Fault], edition: str | None = None) -> list[Fault]:
    """The faults in their order; those that one way of writing explains, where they are many, as one.

    It stands at the first of them, and is an error where one of them is.
    """
    faults = list(faults)
    found: dict[Writing, list[Fault]] = {}
    for fault in faults:
        writing = _writing_of(fault)
        if writing is not None:
            found.setdefault(writing, []).append(fault)
    habits = {writing: cells for writing, cells in found.items() if len(cells) >= MANY}
    told: list[Fault] = []
    for fault in faults:
        writing = _writing_of(fault)
        cells = habits.get(writing) if writing is not None else None
        if writing is None or cells is None:
            told.append(fault)
        elif fault is cells[0]:
            told.append(_told(writing, cells, edition))
    return told


def _writing_of(fault: Fault) -> Writing | None:
    if not fault.value:
        return None
    writing = next((one for one in WRITINGS if one.form.fullmatch(fault.value)), None)
    return writing if writing is WORD_FOR_NOTHING or fault.rule.startswith(OF_ONE_VALUE) else None


def _told(writing: Writing, cells: Sequence[Fault], edition: str | None) -> Fault:
    first = next((fault for fault in cells if fault.severity == "error"), cells[0])
    fields = list(dict.fromkeys(fault.path for fault in cells))
    places = "; ".join(said_place(path, edition)[1] for path in fields[:FEW]) + (
        "; …" if len(fields) > FEW else ""
    )
    written = len({(fault.path, fault.row) for fault in cells})
    return replace(
        first,
        row=None if written > 1 else first.row,
        owner="it",
        message=f"Phần mềm xuất {writing.what} ở {written} chỗ, thuộc {len(fields)} loại ô, như {places}.",
        mend=(
            "Trên màn hình đã đúng thì không phải nhập lại gì: báo công nghệ thông tin lời báo này. Công nghệ thông tin sửa "
            f"cách xuất: {writing.how}; rồi xuất lại."
        ),
    )
