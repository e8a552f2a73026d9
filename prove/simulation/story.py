"""A story: processes, people and a portal take turns as the seed says, are struck, and come to rest."""

import contextlib
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from .clock import CLOCK
from .portal import NOT_STORED, STORED, Plan, Portal, Wire, WireModule
from .strikes import FREEZES, KINDS, POINTS, Crash, JournalDisk, Strike, Strikes
from .world import FACILITY, digest, fresh_database, put, stand_ins

LEASE = 30.0
REST_ROUNDS = 60
CALM_SECONDS = 40.0


@dataclass
class Process:
    """One process of the hospital with one line of work."""

    name: str
    worker: Any = None
    sessions: dict[Any, Any] = field(default_factory=dict)
    frozen: bool = False
    breathed: float = 0.0
    starts: int = 0


class Violation(AssertionError):
    """An invariant does not hold."""


@dataclass(frozen=True)
class Focus:
    """A story about something in particular; what is left open the seed decides."""

    mode: str = ""
    declared: bool | None = None
    menu: tuple[str, ...] = ()
    trouble: float | None = None
    strikes: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    share: float | None = None
    steps: int = 0
    pauses: float = 0.15
    """The share of people's deeds that are a pause."""
    clock: float = 0.005
    """The share of steps in which the clock on the wall jumps."""


class Story:
    def __init__(self, seed: int, template: Path, focus: Focus = Focus()) -> None:
        self.seed, self.template, self.focus = seed, template, focus
        self.random = Random(seed)
        mode = self.random.choice(("replace", "replace", "count", "refuse"))
        mode, declared = focus.mode or mode, self.random.random() < 0.6
        self.declared = mode == "replace" and (declared if focus.declared is None else focus.declared)
        menu, trouble = self._menu(), self.random.choice((0, 0.2, 0.5, 0.8))
        plan = Plan(mode, trouble if focus.trouble is None else focus.trouble, focus.menu or menu)
        self.portal = Portal(Random(self.random.random()), plan)
        self.strikes = Strikes()
        share = self.random.choice((0.1, 0.3, 0.5))
        self.strike_share = share if focus.share is None else focus.share
        self.disk = JournalDisk(self.strikes)
        # Most faults need few steps; every fourth story is a long one, for those that need many.
        steps = self.random.randrange(30, 90) if seed % 4 == 0 else self.random.randrange(12, 40)
        self.steps = focus.steps or steps
        self.processes = [Process("A"), Process("B")][: self.random.choice((1, 2, 2))]
        if "freeze" in focus.strikes:
            self.processes = [Process("A"), Process("B")]
        self.current: Process | None = None
        self.log: list[str] = []
        self.violations: list[str] = []
        # What the hospital's users were told, and what may or may not have happened.
        self.acknowledged: dict[tuple[str, int], str] = {}
        self.attempted: dict[tuple[str, int], str] = {}
        self.said_absent: dict[int, int] = {}
        self.nested = False
        self.crashes = 0
        self.power_cuts = 0

    def _menu(self) -> tuple[str, ...]:
        every = STORED[1:] + NOT_STORED
        return tuple(self.random.sample(every, self.random.randrange(2, len(every))))

    # Telling it

    def tell(self) -> "Story":
        """Play the whole story; ``violations`` says what went wrong."""
        import random as global_random

        from django.db import connection
        from django.db.backends.base.base import BaseDatabaseWrapper

        from sosuckhoe.hospital.delivery.connections import KEPT

        from . import checker

        CLOCK.begin()
        KEPT.hang_up()
        KEPT.__init__()
        global_random.seed(self.seed)
        fresh_database(self.template)
        Wire.portal = self.portal
        self.portal.on_record = lambda arrived: checker.arrival(self, arrived)
        self.portal.on_wait = self.wait_in_call
        self.portal.foreign_number = self._foreign_number
        self.strikes.on_freeze, self.strikes.on_nap = self.freeze, self.nap
        self.strikes.note = self.note
        really = BaseDatabaseWrapper._commit

        def commit(wrapper: Any) -> Any:
            return self.strikes.commit(lambda: really(wrapper))

        replaced = stand_ins(self.random, self.strikes.here, WireModule, self.disk)
        with put(*replaced, (BaseDatabaseWrapper, "_commit", commit)), contextlib.ExitStack() as stack:
            stack.enter_context(connection.execute_wrapper(self.strikes.statement))
            stack.callback(connection.close)
            self._declare()
            checker.storage(self)
            for process in self.processes:
                self.start(process)
            self.play()
        return self

    def play(self) -> None:
        from . import checker

        for _ in range(self.steps):
            if self.violations:
                return
            self.step()
        self.rest()
        if not self.violations:
            checker.at_rest(self)

    def _declare(self) -> None:
        from sosuckhoe.hospital.delivery.models import Destination

        if self.declared:
            Destination.objects.update(replaces_by_visit_code=True, replaces_evidence="câu chuyện")

    def note(self, text: str) -> None:
        self.log.append(f"{CLOCK.seconds:9.1f} {text}")

    def violated(self, invariant: str, what: str) -> None:
        self.note(f"VIOLATED {invariant}: {what}")
        self.violations.append(f"{invariant}: {what}")

    # Processes

    def start(self, process: Process) -> None:
        """As ``worker.run`` begins."""
        from sosuckhoe.hospital.delivery import worker

        process.starts += 1
        process.worker = worker.Worker(f"{process.name}:{process.starts}")
        process.sessions = {}
        process.frozen = False
        self._as(process, worker._look_after)

    def _as(self, process: Process, deed: Any) -> bool:
        """Do something as this process. False: it died of it."""
        from django.db import connection

        from sosuckhoe.hospital.delivery.connections import KEPT
        from sosuckhoe.hospital.delivery.sessions import SESSIONS, Sessions

        before, kept = self.current, dict(SESSIONS.__dict__)
        self.current = process
        SESSIONS.__dict__.update(process.sessions or Sessions().__dict__)
        try:
            deed()
            return True
        except Crash as crash:
            self.note(f"{process.name} dies at {crash}")
            KEPT.hang_up()
            self.crashes += 1
            connection.close()
            connection.savepoint_ids, connection.in_atomic_block, connection.needs_rollback = [], False, False
            process.worker = None
            if not self.nested and self.random.random() < 0.3:
                self.power_cut()
            return False
        finally:
            process.sessions = dict(SESSIONS.__dict__)
            self.current = before
            SESSIONS.__dict__.update(kept)

    def power_cut(self) -> None:
        """Every process is gone, and with them what was not flushed."""
        from django.conf import settings

        from . import checker

        self.note("power cut")
        self.power_cuts += 1
        self.disk.power_cut(settings.HOME.receipts)
        checker.journal_is_behind_nothing(self)
        for process in self.processes:
            process.worker = None

    def work(self, process: Process) -> bool:
        """As ``worker._work``: one turn of one line of work."""
        busy = [False]

        def turn() -> None:
            from django.db import close_old_connections

            try:
                busy[0] = process.worker.sign_some()
                busy[0] = process.worker.send_one() or busy[0]
            except Exception as problem:
                self.note(f"{process.name}: {type(problem).__name__}: {problem}")
                close_old_connections()

        self._as(process, turn)
        return busy[0]

    def look_after(self, process: Process) -> None:
        from sosuckhoe.hospital.delivery import worker

        self._as(process, worker._look_after)

    def breathe(self) -> None:
        """Every process that lives and is not frozen renews the leases of what it has in hand."""
        from sosuckhoe.hospital.delivery import worker

        for process in self.processes:
            if process.worker is None or process.frozen:
                continue
            armed, self.strikes.armed = self.strikes.armed, None
            try:
                worker.breathe([process.worker])
            finally:
                self.strikes.armed = armed

    def advance(self, seconds: float) -> None:
        while seconds > 0:
            hop = min(seconds, 9.0)
            CLOCK.seconds += hop
            seconds -= hop
            self.breathe()

    def wait_in_call(self, seconds: float) -> None:
        """A call takes long: time passes for all, and the others go on meanwhile."""
        while seconds > 0:
            hop = min(seconds, 20.0)
            self.advance(hop)
            seconds -= hop
            self.meanwhile(1)

    def freeze(self, point: str) -> None:
        """The current process stands still for longer than its lease; the others go on."""
        process = self.current
        if process is None or self.nested:
            return
        self.note(f"{process.name} freezes at {point}")
        process.frozen = True
        try:
            self.advance(LEASE + self.random.uniform(1.0, 100.0))
            self.meanwhile(self.random.randrange(3, 9))
        finally:
            process.frozen = False
            self.note(f"{process.name} goes on")

    def nap(self, point: str) -> None:
        """The current process loses a moment, well within its lease; the others go on."""
        if self.current is not None and not self.nested:
            self.note(f"{self.current.name} is slow at {point}")
            self.advance(self.random.uniform(0.1, 5.0))
            self.meanwhile(self.random.randrange(2, 7))

    def meanwhile(self, turns: int) -> None:
        """What the others do while a process is in the middle of something. One level deep."""
        if self.nested:
            return
        me = self.current
        self.nested = True
        armed, self.strikes.armed = self.strikes.armed, None
        try:
            for _ in range(turns):
                others = [p for p in self.processes if p is not me and p.worker is not None]
                choice = self.random.random()
                if others and choice < 0.6:
                    other = self.random.choice(others)
                    self.look_after(other)
                    self.work(other)
                elif choice < 0.75:
                    self.person(pauses=True)
                elif choice < 0.9:
                    self.close()
                else:
                    self.advance(self.random.uniform(1.0, 20.0))
        finally:
            self.nested = False
            self.strikes.armed = armed

    # Steps

    def step(self) -> None:
        for process in self.processes:
            if process.worker is None and self.random.random() < 0.7:
                self.start(process)
        if self.random.random() < self.strike_share:
            self.strikes.armed = self._strike()
        choice = self.random.random()
        alive = [process for process in self.processes if process.worker is not None]
        if choice < 0.18:
            self.close()
        elif choice < 0.72 and alive:
            self.work(self.random.choice(alive))
        elif choice < 0.86:
            self.advance(self.random.choice((0.5, 2.0, 6.0, 16.0, 35.0)))
            for process in alive:
                if process.worker is not None:
                    self.look_after(process)
        elif choice < 0.95:
            self.person(pauses=True)
        elif choice < 0.95 + self.focus.clock:
            CLOCK.wrong += self.random.choice((-3600.0, -60.0, -2.0, 60.0, 86400.0, 86400.0))
            self.note(f"the clock on the wall is {CLOCK.wrong:+.0f} s off")
        elif alive and choice < 0.97:
            process = self.random.choice(alive)
            self.note(f"{process.name} is stopped")
            process.worker = None
        else:
            self.portal.down_until = CLOCK.seconds + self.random.choice((20.0, 120.0))
            self.portal.latency = self.random.choice((0.0, 0.0, 0.05, 3.0))
        self.strikes.armed = None

    def _strike(self) -> Strike:
        kind = self.random.choice(self.focus.strikes or KINDS)
        if kind == "crash":
            return Strike(kind, self.random.choice(self.focus.points or POINTS))
        if kind in ("freeze", "nap"):
            return Strike(kind, self.random.choice(self.focus.points or FREEZES))
        if kind.endswith("statement"):
            return Strike(kind, left=self.random.randrange(1, 40))
        # The journal outside has a line when a file leaves and one for its receipt: either may be torn.
        most = 5 if "commit" in kind else 3 if kind == "torn" else 2
        return Strike(kind, left=self.random.randrange(1, most))

    def close(self, *, correct: bool | None = None) -> None:
        """A visit is closed, or one that was closed is corrected."""
        from sosuckhoe.hospital.delivery import closing
        from sosuckhoe.hospital.staff.models import Facility
        from sosuckhoe.hospital.visits.models import Visit

        if correct is None:
            correct = bool(self.attempted) and self.random.random() < 0.35
        visits = sorted({visit for visit, _ in self.attempted}) if correct else []
        first = sum(number == 1 for _, number in self.attempted)
        code = self.random.choice(visits) if visits else f"V{self.seed}-{first}"
        process = Process("door")

        def deed() -> None:
            try:
                facility = Facility.objects.get()
                visit = Visit.objects.filter(visit_code=code).first()
                number = 1 if visit is None else visit.versions.count() + 1
                record = _record(code, number)
                checked = closing.Checked(record, closing.edition_for(record, CLOCK.now()), ())
                self.attempted[code, number] = digest(record.to_json())
                how = {"checked": checked, "by": "prove", "at": CLOCK.now()}
                if visit is None:
                    closing.close_visit(facility=facility, facility_code=FACILITY, **how)
                else:
                    closing.correct_visit(visit=visit, reason="sửa trong câu chuyện", **how)
            except Exception as problem:
                self.note(f"{code} is not saved: {type(problem).__name__}")
                return
            self.acknowledged[code, number] = digest(record.to_json())
            self.note(f"{code} v{number} closed")

        self._as(process, deed)

    # People

    def person(self, *, pauses: bool = False) -> None:
        """Somebody looks at one thing that needs a person, and tells the truth of what the portal shows.

        ``pauses``: or stops everything for a while, as somebody may at any moment."""
        armed, self.strikes.armed = self.strikes.armed, None
        deed = self._pause if pauses and self.random.random() < self.focus.pauses else self._person
        try:
            self._as(Process("person"), deed)
        except Exception as problem:
            self.violated("I21", f"a person's deed broke: {type(problem).__name__}: {problem}")
        finally:
            self.strikes.armed = armed

    def _pause(self) -> None:
        from sosuckhoe.hospital.delivery import actions
        from sosuckhoe.hospital.delivery.models import Destination

        destination = Destination.objects.get()
        if not destination.paused:
            self.note("person pauses")
            actions.pause(by="person", destination=destination, reason="câu chuyện")

    def _person(self) -> None:
        from sosuckhoe.hospital.delivery import actions, doors
        from sosuckhoe.hospital.delivery.models import Destination, Submission

        for destination in Destination.objects.filter(paused_at__isnull=False):
            actions.resume(by="person", destination=destination)
        rows = Submission.objects.select_related("version__visit", "destination").filter(
            state__in=["UNKNOWN", "HELD", "REFUSED"]
        )
        found = list(rows.order_by("id"))
        if not found:
            return
        row = self.random.choice(found)
        visit, version = row.version.visit.visit_code, row.version.number
        if row.state == "UNKNOWN":
            self._look_at_portal(row, visit, version, doors)
        elif row.state == "HELD":
            self.note(f"person releases {visit} v{version} ({row.problem_code})")
            refused = row.problem_code in ("123", "124", "125")
            actions.release(by="person", submission=row, reason="đã xem", sign_anew=refused)
        elif row.version.number == row.version.visit.versions.count():
            self.note(f"person corrects {visit} after refusal")
            self._correct(row)

    def _look_at_portal(self, row: Any, visit: str, version: int, doors: Any) -> None:
        held = self.portal.stored(visit, version)
        from sosuckhoe.hospital.delivery.models import Receipt

        taken = set(Receipt.objects.exclude(submission=row).values_list("transaction_number", flat=True))
        numbers = [a.number for a in held if a.number not in taken]
        if numbers:
            self.note(f"person sees {visit} v{version} as {numbers[-1]}")
            doors.it_is_there(by="person", submission=row, transaction_number=numbers[-1], reason="đã thấy")
        elif self.declared and self.random.random() < 0.5:
            self.note(f"person sends {visit} v{version} again")
            doors.send_again(by="person", submission=row)
        else:
            self.note(f"person does not find {visit} v{version}")
            for arrival in self.portal.arrivals:
                if (arrival.visit, arrival.version) == (visit, version):
                    arrival.declared_absent = True
            self.said_absent[row.pk] = self.said_absent.get(row.pk, 0) + 1
            doors.it_is_not_there(by="person", submission=row, reason="đã tìm, không có")

    def _correct(self, row: Any) -> None:
        from sosuckhoe.healthbook.record import Record
        from sosuckhoe.hospital.delivery import closing

        visit = row.version.visit
        number = visit.versions.count() + 1
        tables = Record.from_json(row.version.record_json.decode()).tables
        tables["visit"][0]["hospital_total_amount"] = str(number)
        record = Record(tables)
        checked = closing.Checked(record, closing.edition_for(record, CLOCK.now()), ())
        self.attempted[visit.visit_code, number] = digest(record.to_json())
        closing.correct_visit(
            visit=visit, checked=checked, by="person", at=CLOCK.now(), reason="cổng từ chối"
        )
        self.acknowledged[visit.visit_code, number] = digest(record.to_json())

    def _foreign_number(self, visit: str) -> str:
        """A number the hospital has already been given for another visit."""
        from sosuckhoe.hospital.delivery.models import Receipt

        row = Receipt.objects.exclude(submission__version__visit__visit_code=visit).order_by("-id").first()
        return row.transaction_number if row else ""

    # The end

    def rest(self) -> None:
        """No more trouble: everything that can be finished is, by machine first and then with people's help."""
        from . import checker

        self.portal.healthy, self.portal.down_until, self.portal.latency = True, 0.0, 0.0
        self.note("calm")
        CLOCK.set_right()
        self.person()
        for process in self.processes:
            if process.worker is None:
                self.start(process)
        for turn in range(REST_ROUNDS):
            self.advance(CALM_SECONDS)
            for process in self.processes:
                self.look_after(process)
                for _ in range(50):
                    if not self.work(process):
                        break
            if turn == 3:
                checker.nothing_is_under_way(self)
            if checker.is_finished() or self.violations:
                return
            if turn >= 3:
                for _ in range(5):
                    self.person()


def _record(code: str, number: int) -> Any:
    """The record of a visit; its amount tells the versions apart."""
    from sosuckhoe.healthbook.record import Record

    return Record.of(
        {
            "visit": [
                {
                    "visit_code": code, "full_name": "NGUYỄN VĂN MẪU", "born_at": "197001010000",
                    "sex_code": "1", "discharged_at": "202611230800", "arrived_at": "202611230700",
                    "facility_code": FACILITY, "patient_category_code": "1.1",
                    "insurance_card_number": "DN4000000000001", "hospital_total_amount": str(number),
                }
            ]
        }
    )  # fmt: skip
