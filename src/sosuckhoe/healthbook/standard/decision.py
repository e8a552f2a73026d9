"""A decision (quyết định): one published text, entered as a folder; and the folders that are known.

Ours stand in ``editions/``. An editor lays further ones beside them in a folder of their own and names it in the
environment variable ``SOSUCKHOE_DECISIONS`` (several are separated as in PATH); every program of the house that is
started with it, and every process it starts, then knows them.
"""

import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from .codes import CHOOSING_DAYS
from .mistakes import Mistakes

VARIABLE = "SOSUCKHOE_DECISIONS"
"""Names the folders with further decisions."""
IN_FORCE, EXPECTED, WITHDRAWN = "in force", "expected", "withdrawn"
STATUSES = {IN_FORCE: "có hiệu lực", EXPECTED: "mới công bố", WITHDRAWN: "đã rút"}
"""``expected``: announced, counted only where a preview asks for it. ``withdrawn``: never came, counted nowhere."""
CONFIDENCES = ("high", "medium", "low", "invented")
_MUST = {"decision": str, "title": str, "in_force": date, "status": str, "confidence": str}
_MAY = {"extends": str, "signed": date, "codes": dict, "repeals": list, "moves": dict}
_FOLDER = re.compile("[0-9]{4}-[0-9A-Za-z][0-9A-Za-z-]*")


@dataclass(frozen=True)
class Decision:
    """One published text: a folder of data."""

    id: str
    """The folder's name, ``<year in force>-<number>``."""
    number: str
    """As cited, such as ``QĐ 3176/QĐ-BYT``."""
    title: str
    signed: date | None
    in_force: date
    """The first day, as moved by a later decision where one did."""
    status: str
    """A key of ``STATUSES``."""
    confidence: str
    folder: Traversable = field(repr=False, compare=False)
    codes: Mapping[str, Mapping[str, Any]] = field(repr=False, compare=False)
    """What it says of code lists: ``title``, ``closed`` and ``chosen_by``, by list."""
    extends: str = ""
    """The decision it changes; of two on one day it comes after that one."""
    repeals: tuple[str, ...] = ()
    """Decisions that are counted no more from its first day on."""
    moves: Mapping[str, date] = field(default_factory=dict, compare=False)
    """Decisions whose first day it moves."""
    printed: date | None = None
    """The first day in its own text, where another decision has moved it."""

    @property
    def changes_tables(self) -> bool:
        return self.folder.joinpath("tables").is_dir() or self.folder.joinpath("tables.csv").is_file()


def our_folders() -> list[Traversable]:
    """The decisions that come with the program."""
    return _decisions_in(files(__package__).joinpath("editions"))


def further_folders(mistakes: Mistakes) -> list[Traversable]:
    """The decisions laid beside ours."""
    found: list[Traversable] = []
    for name in filter(None, os.environ.get(VARIABLE, "").split(os.pathsep)):
        root = Path(name)
        folders: list[Traversable] = [root] if root.joinpath("edition.toml").is_file() else []
        if not folders and root.is_dir():
            folders = _decisions_in(root)
        if not folders:
            mistakes.add(
                name,
                None,
                f"{VARIABLE} trỏ tới đây nhưng không thấy quyết định nào. Mỗi quyết định là một thư mục có edition.toml.",
            )
        found += folders
    return found


def _decisions_in(root: Traversable) -> list[Traversable]:
    return [folder for folder in root.iterdir() if folder.joinpath("edition.toml").is_file()]


def decisions_of(folders: Iterable[Traversable], mistakes: Mistakes) -> tuple[Decision, ...]:
    """The decisions of these folders in the order in which they come into force; what is wrong is told."""
    known: dict[str, Decision] = {}
    for folder in sorted(folders, key=lambda one: one.name):
        found = _read(folder, mistakes)
        if found is not None and found.id in known:
            mistakes.add(found.id, None, "Đã có một quyết định trong thư mục cùng tên. Đổi tên thư mục này.")
        elif found is not None:
            known[found.id] = found
    for decision in list(known.values()):
        if decision.status == WITHDRAWN:
            continue
        for id, day in decision.moves.items():
            if id in known:
                known[id] = replace(known[id], in_force=day, printed=known[id].in_force)
    for decision in known.values():
        _knows_its_neighbours(decision, known, mistakes)
    return tuple(_in_order(known))


def _in_order(known: Mapping[str, Decision]) -> list[Decision]:
    """By first day; on one day a decision comes after the one it extends, then by name."""

    def depth(decision: Decision) -> int:
        steps, one = 0, decision
        while (
            steps < len(known) and (before := known.get(one.extends)) and before.in_force == decision.in_force
        ):
            steps, one = steps + 1, before
        return steps

    return sorted(known.values(), key=lambda one: (one.in_force, depth(one), one.id))


def _knows_its_neighbours(decision: Decision, known: Mapping[str, Decision], mistakes: Mistakes) -> None:
    place = f"{decision.id}/edition.toml"
    named = {"extends": [decision.extends] if decision.extends else [], "repeals": decision.repeals,
             "moves": tuple(decision.moves)}  # fmt: skip
    for key, ids in named.items():
        for id in ids:
            if id not in known or id == decision.id:
                mistakes.add(
                    place,
                    None,
                    f"{key} nêu “{id}”, không có quyết định nào như vậy. Ghi tên thư mục, ví dụ 2025-3176.",
                )
    before = known.get(decision.extends)
    if before is not None and before.in_force > decision.in_force and decision.status != WITHDRAWN:
        mistakes.add(
            place,
            None,
            f"Có hiệu lực ngày {decision.in_force:%d/%m/%Y}, trước quyết định nó sửa đổi ({before.id}, "
            f"{before.in_force:%d/%m/%Y}). Sửa in_force hoặc extends.",
        )


def _read(folder: Traversable, mistakes: Mistakes) -> Decision | None:
    """The decision in a folder; None, with what is wrong told, where its ``edition.toml`` cannot be used."""
    place = f"{folder.name}/edition.toml"
    before = len(mistakes.found)
    if not _FOLDER.fullmatch(folder.name):
        mistakes.add(folder.name, None, "Đặt tên thư mục là năm và số của văn bản, ví dụ 2027-9999.")
    try:
        facts = tomllib.loads(folder.joinpath("edition.toml").read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError:
        mistakes.add(place, None, "Tệp không phải UTF-8. Lưu lại bằng UTF-8.")
        return None
    except tomllib.TOMLDecodeError as problem:
        at = re.search(r"line ([0-9]+)", str(problem))
        mistakes.add(
            place,
            int(at[1]) if at else None,
            "Dòng này không đọc được. Chữ đặt trong dấu nháy kép, ngày ghi 2027-03-01 không có nháy.",
        )
        return None
    facts = {name: _day(value) if name in ("signed", "in_force") else value for name, value in facts.items()}
    for name, kind in {**_MUST, **_MAY}.items():
        if name not in facts:
            if name in _MUST:
                mistakes.add(
                    place, None, f"Thiếu {name}. Thêm một dòng {name} = …, như ở một quyết định khác."
                )
        elif not isinstance(facts[name], kind):
            said = {"str": "chữ trong dấu nháy kép", "date": "ngày, ví dụ 2027-03-01", "list": "danh sách [\"…\"]",
                    "dict": "mục riêng [tên]"}[kind.__name__]  # fmt: skip
            mistakes.add(place, None, f"{name} không đúng dạng. Ghi {said}.")
    if strangers := [name for name in facts if name not in _MUST and name not in _MAY]:
        mistakes.add(place, None, f"Không biết {', '.join(strangers)}. Dùng: {', '.join((*_MUST, *_MAY))}.")
    if len(mistakes.found) == before:
        _values(facts, place, mistakes)
    if len(mistakes.found) > before:
        return None
    return Decision(
        id=folder.name,
        number=facts["decision"],
        title=facts["title"],
        signed=facts.get("signed"),
        in_force=facts["in_force"],
        status=facts["status"],
        confidence=facts["confidence"],
        folder=folder,
        codes=facts.get("codes", {}),
        extends=facts.get("extends", ""),
        repeals=tuple(map(str, facts.get("repeals", ()))),
        moves={id: found for id, text in facts.get("moves", {}).items() if (found := _day(text))},
    )


def _day(value: Any) -> Any:
    """A day, also where it was put in quotes or has a time; anything else as it is."""
    if isinstance(value, datetime):
        return value.date()
    try:
        return date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return value


def _values(facts: Mapping[str, Any], place: str, mistakes: Mistakes) -> None:
    if facts["status"] not in STATUSES:
        mistakes.add(
            place, None, f"Không biết status “{facts['status']}”. Ghi một trong: {', '.join(STATUSES)}."
        )
    if facts["confidence"] not in CONFIDENCES:
        mistakes.add(
            place,
            None,
            f"Không biết confidence “{facts['confidence']}”. Ghi một trong: {', '.join(CONFIDENCES)}.",
        )
    for id, day in facts.get("moves", {}).items():
        if not isinstance(_day(day), date):
            mistakes.add(place, None, f"moves: ngày mới của {id} không có thật. Ghi năm-tháng-ngày.")
    for name, said in facts.get("codes", {}).items():
        if not isinstance(said, dict) or not isinstance(said.get("closed", False), bool):
            mistakes.add(place, None, f"codes.{name}: closed là true (đủ mọi mã) hoặc false.")
        elif said.get("chosen_by", "discharge") not in CHOOSING_DAYS:
            mistakes.add(
                place,
                None,
                f"codes.{name}: không biết chosen_by “{said['chosen_by']}”. Ghi một trong: {', '.join(CHOOSING_DAYS)}.",
            )
        elif more := [key for key in said if key not in ("title", "closed", "chosen_by")]:
            mistakes.add(
                place, None, f"codes.{name}: không biết {', '.join(more)}. Dùng title, closed và chosen_by."
            )
