"""The hospital's last ten days: who came for what, spread over people and days as ``weeks.csv`` says."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources import files
from random import Random

from .cast import Citizen
from .clinic.catalogue import Story, catalogue
from .clinic.lines import Scene
from .clinic.visit import STAYS, Tables, compose
from .crowd import citizens, crowd
from .mistakes import MISTAKES, Mistake

EARLIEST = date(2026, 8, 15)
"""Before it, the sixteen visit types of QĐ 1804 were not all in force for every visit."""
_DAYS = 10


@dataclass(frozen=True)
class FinishedVisit:
    """One visit as the other system holds it when it exports."""

    scene: Scene
    tables: Tables
    mistake: Mistake | None = None

    @property
    def visit_code(self) -> str:
        return self.scene.visit_code


def finished_visits(today: date, *, seed: int = 2026) -> list[FinishedVisit]:
    """Every finished visit of the last days before ``today``, faulty ones among them; the same for the same seed."""
    today = max(today, EARLIEST)
    draw = Random(seed)
    scenes = sorted(_scenes(today, draw, seed), key=lambda scene: (scene.closed, scene.visit_code))
    found: list[FinishedVisit] = []
    for number, scene in enumerate(scenes, start=1):
        scene = _renamed(scene, f"LK{scene.closed:%y%m%d}{number:04d}")
        found.append(FinishedVisit(scene, compose(scene, Random(f"{seed}-{scene.visit_code}"))))
    for number, mistake in enumerate(MISTAKES, start=len(scenes) + 1):
        found.append(_mistaken(mistake, today, number, seed))
    return found


def one_more(today: date, *, seed: int = 2026) -> FinishedVisit:
    """One visit of chị Bình yesterday that is not among the finished ones."""
    closed = max(today, EARLIEST) - timedelta(days=1)
    binh = next(person for person in citizens(today, seed=seed) if person.key == "binh")
    scene = Scene(f"LK{closed:%y%m%d}9001", binh, catalogue().stories["viem_da_day"], "01", closed)
    return FinishedVisit(scene, compose(scene, Random(seed)))


def _renamed(scene: Scene, visit_code: str) -> Scene:
    return Scene(visit_code, scene.citizen, scene.story, scene.kind, scene.closed, scene.insured, scene.child)


def _mistaken(mistake: Mistake, today: date, number: int, seed: int) -> FinishedVisit:
    known = catalogue()
    story = known.stories[mistake.story]
    closed = today - timedelta(days=1 + number % 7)
    people = [
        person
        for person in crowd(today, seed=seed)
        if _fits(person, story, closed) and bool(person.card) >= mistake.insured
    ]
    citizen = people[number % len(people)]
    scene = Scene(
        f"LK{closed:%y%m%d}{number:04d}",
        citizen,
        story,
        mistake.kind,
        closed,
        mistake.insured and bool(citizen.card),
    )
    tables = compose(scene, Random(f"{seed}-{scene.visit_code}"))
    mistake.spoil(tables)
    return FinishedVisit(scene, tables, mistake)


class _Diary:
    """Who is busy when: nobody is in two visits at once."""

    def __init__(self) -> None:
        self.busy: dict[str, list[tuple[date, date]]] = {}
        self.visits: Counter[str] = Counter()
        self.told: set[tuple[str, str]] = set()

    def free(self, person: Citizen, first: date, last: date) -> bool:
        return all(last < start or end < first for start, end in self.busy.get(person.key, ()))

    def book(self, person: Citizen, story: Story, first: date, last: date) -> None:
        self.busy.setdefault(person.key, []).append((first, last))
        self.visits[person.key] += 1
        self.told.add((person.key, story.key))


def _scenes(today: date, draw: Random, seed: int) -> Iterator[Scene]:
    people = citizens(today, seed=seed)
    by_key = {person.key: person for person in people}
    others = crowd(today, seed=seed)
    days = [today - timedelta(days=back) for back in range(1, _DAYS + 1)]
    weights = [3 if day.weekday() == 6 else 5 if day.weekday() == 5 else 10 for day in days]
    diary = _Diary()
    for row in _plan():
        story = catalogue().stories[row["story"]]
        for _ in range(int(row["count"])):
            if row["citizen"]:
                person = by_key[row["citizen"]]
                closed = today - timedelta(days=int(row["days_ago"] or draw.choice((8, 9, 10))))
            else:
                wanted = _shuffled(days, weights, draw)
                person, closed = next(_somebody(others, story, row, wanted, diary), (None, today))
            if person is None:
                raise LookupError(f"nobody of the cast fits {story.key} as {row['kind']}")
            diary.book(person, story, _first_day(story, row["kind"], closed), closed)
            insured = bool(person.card) and row["insured"] != "no"
            child = by_key["sao"] if story.key == "de_thuong" else None
            yield Scene("", person, story, row["kind"], closed, insured, child)


def _first_day(story: Story, kind: str, closed: date) -> date:
    """The earliest day the visit may have begun."""
    return closed - timedelta(days=story.stay[1] - 1 if kind in STAYS | {"02"} else 0)


def _shuffled(days: Sequence[date], weights: Sequence[int], draw: Random) -> list[date]:
    """The days in an order where the busier come sooner."""
    return sorted(days, key=lambda day: draw.random() ** (1 / weights[days.index(day)]), reverse=True)


def _somebody(
    people: Sequence[Citizen], story: Story, row: dict[str, str], days: Sequence[date], diary: _Diary
) -> Iterator[tuple[Citizen, date]]:
    """For each day, whoever fits, is free, and has been here least."""
    for closed in days:
        first = _first_day(story, row["kind"], closed)
        fitting = [
            person
            for person in people
            if _fits(person, story, closed)
            and (bool(person.card) or row["insured"] != "yes")
            and diary.free(person, first, closed)
            and (row["kind"] == "01" or (person.key, story.key) not in diary.told)
        ]
        if fitting:
            yield min(fitting, key=lambda person: (diary.visits[person.key], person.key[::-1])), closed


def _fits(person: Citizen, story: Story, day: date) -> bool:
    return story.ages[0] <= person.age(day) <= story.ages[1] and story.sex in ("", person.sex)


def _plan() -> list[dict[str, str]]:
    text = files(__package__).joinpath("weeks.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text, newline="")))
