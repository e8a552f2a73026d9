"""The demo hospital's own catalogues and its stories of illness, read from the data beside this module."""

import csv
import io
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Medicine:
    code: str
    name: str
    unit: str
    strength: str
    route: str
    form: str
    price: Decimal
    registration: str


@dataclass(frozen=True, slots=True)
class Service:
    code: str
    name: str
    group: str
    """Cost group (MA_NHOM)."""
    unit: str
    price: Decimal
    device: str
    performer: str
    """Key of a person of the cast."""
    anaesthesia: str
    icd9: str
    minutes: int
    """From performing to result."""


@dataclass(frozen=True, slots=True)
class Supply:
    code: str
    name: str
    unit: str
    price: Decimal
    insured_price: Decimal
    model: str


@dataclass(frozen=True, slots=True)
class Indicator:
    key: str
    code: str
    name: str
    unit: str
    low: float
    high: float
    decimals: int


@dataclass(frozen=True, slots=True)
class Course:
    """A medicine of a story: how much, how often, how long."""

    medicine: str
    each: int
    times: int
    days: int
    """Outpatients: days handed out."""
    until: int
    """Inpatients: last day of the stay it is given; 0 for to the end."""
    how: str


@dataclass(frozen=True)
class Story:
    """One illness from the reason of coming to the advice on leaving."""

    key: str
    kinds: tuple[str, ...]
    """Visit types (MA_LOAI_KCB) it may be told as."""
    ages: tuple[int, int]
    sex: str
    unit: str
    main: str
    others: tuple[str, ...]
    exam: str
    bed: str
    stay: tuple[int, int]
    services: tuple[str, ...]
    repeated: tuple[str, ...]
    procedures: tuple[str, ...]
    daily_procedures: tuple[str, ...]
    medicines: tuple[Course, ...]
    supplies: tuple[str, ...]
    values: Mapping[str, tuple[float, float]]
    findings: Mapping[str, tuple[str, str]]
    notes: tuple[str, ...]
    follow_up: int
    leave: int
    sick_leave: int
    result: str
    category: str
    referral: str
    injury: str
    text: Mapping[str, str] = field(default_factory=dict)
    """Reason, admission, admitting, discharge, course, results, treatment, advice, operation, consultation."""


_TEXTS = ("reason", "admission", "admitting", "discharge", "course", "results", "treatment", "advice", "operation",
          "consultation")  # fmt: skip


def _story(data: Mapping[str, Any]) -> Story:
    return Story(
        key=data["key"],
        kinds=tuple(data["kinds"]),
        ages=(data["ages"][0], data["ages"][1]),
        sex=data.get("sex", ""),
        unit=data["unit"],
        main=data["main"],
        others=tuple(data.get("others", ())),
        exam=data["exam"],
        bed=data.get("bed", ""),
        stay=tuple(data.get("stay", (1, 1))),
        services=tuple(data.get("services", ())),
        repeated=tuple(data.get("repeated", ())),
        procedures=tuple(data.get("procedures", ())),
        daily_procedures=tuple(data.get("daily_procedures", ())),
        medicines=tuple(
            Course(m["is"], m["each"], m["times"], m.get("days", 1), m.get("until", 0), m["how"])
            for m in data["medicines"]
        ),
        supplies=tuple(data.get("supplies", ())),
        values={name: (low, high) for name, (low, high) in data.get("values", {}).items()},
        findings={name: (seen, meant) for name, (seen, meant) in data.get("findings", {}).items()},
        notes=tuple(data.get("notes", ("Tình trạng ổn định.",))),
        follow_up=data.get("follow_up", 0),
        leave=data.get("leave", 0),
        sick_leave=data.get("sick_leave", 0),
        result=data.get("result", "2"),
        category=data.get("category", ""),
        referral=data.get("referral", ""),
        injury=data.get("injury", ""),
        text={name: data[name] for name in _TEXTS if name in data},
    )


@dataclass(frozen=True)
class Catalogue:
    medicines: Mapping[str, Medicine]
    services: Mapping[str, Service]
    supplies: Mapping[str, Supply]
    indicators: Mapping[str, tuple[Indicator, ...]]
    """By service."""
    findings: Mapping[str, tuple[str, str]]
    """What an image shows and means when the story says nothing else, by service."""
    stories: Mapping[str, Story]


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    """Everything the demo hospital knows."""
    services = {
        row["key"]: Service(
            row["code"], row["name"], row["group"], row["unit"], Decimal(row["price"]), row["device"],
            row["performer"], row["anaesthesia"], row["icd9"], int(row["minutes"]),
        )
        for row in _rows("services.csv")
    }  # fmt: skip
    indicators: dict[str, tuple[Indicator, ...]] = {}
    for row in _rows("indicators.csv"):
        found = Indicator(row["key"], row["code"], row["name"], row["unit"], float(row["low"]), float(row["high"]),
                          int(row["decimals"]))  # fmt: skip
        indicators[row["service"]] = (*indicators.get(row["service"], ()), found)
    stories = (
        _story(story)
        for file in sorted(files(__package__).joinpath("stories").iterdir(), key=lambda entry: entry.name)
        for story in tomllib.loads(file.read_text(encoding="utf-8"))["story"]
    )
    return Catalogue(
        medicines={
            row["key"]: Medicine(row["code"], row["name"], row["unit"], row["strength"], row["route"], row["form"],
                                 Decimal(row["price"]), row["registration"])
            for row in _rows("medicines.csv")
        },
        services=services,
        supplies={
            row["key"]: Supply(row["code"], row["name"], row["unit"], Decimal(row["price"]),
                               Decimal(row["insured_price"]), row["model"])
            for row in _rows("supplies.csv")
        },
        indicators=indicators,
        findings={row["service"]: (row["description"], row["conclusion"]) for row in _rows("findings.csv")},
        stories={story.key: story for story in stories},
    )  # fmt: skip


def _rows(name: str) -> list[dict[str, str]]:
    text = files(__package__).joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text, newline="")))
