"""A story: processes, people and a portal take turns as the seed says, are struck, and come to rest."""

import contextlib
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from . import asking, copies, people, recorded
from .clock import CLOCK
from .documents import (
    CHECK_IN,
    HEALTH_CHECK,
    RECORD,
    STAGES,
    enter,
    key_of,
    kind_of,
    made,
    next_number,
    rows,
)
from .portal import LOOK_UP, NOT_STORED, STORED, Plan, Portal, Wire, WireModule
from .strikes import FREEZES, KINDS, POINTS, Crash, JournalDisk, Strike, Strikes
from .world import fresh_database, put, stand_ins

LEASE = 30.0
REST_ROUNDS = 60
KINDS_BESIDES: tuple[tuple[str, ...], ...] = (
    (),
    (),
    (),
    (CHECK_IN,),
    (HEALTH_CHECK,),
    (CHECK_IN, HEALTH_CHECK),
)
CALM_SECONDS = 40.0


@dataclass
class Process:
    """One process of the hospital with a line of work for records, and one for whatever else travels in the story."""

    name: str
    worker: Any = None
    """The line for records; None when the process is not there."""
    others: list[Any] = field(default_factory=list)
    line: Any = None
    """The line that is at work."""
    sessions: dict[Any, Any] = field(default_factory=dict)
    connections: dict[str, Any] = field(default_factory=dict)
    """What it keeps open for its next call: no other process has it."""
    frozen: bool = False
    asked: bool = False
    """Whether its line that asks has begun a question in this turn."""
    starts: int = 0

    @property
    def lines(self) -> list[Any]:
        return [] if self.worker is None else [self.worker, *self.others]

    def end(self) -> None:
        self.worker, self.others, self.line = None, [], None
        idle = self.connections.get("_idle", {})
        while idle:
            idle.popitem()[1][0].close()


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
    kinds: tuple[str, ...] = ()
    """What travels besides records."""
    copies: bool | None = None
    """Whether older copies of the database are put back."""
    marks: float | None = None
    """How often a code is marked as not to go out, a step."""
    answers: str = ""
    """How the portal answers whoever asks whether it has something; nothing: nobody can ask."""


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
        kinds = self.random.choice(KINDS_BESIDES)
        self.kinds = focus.kinds or (() if focus.steps else kinds)
        self.declares = {
            kind: self.random.random() < 0.6 if focus.declared is None else focus.declared
            for kind in (CHECK_IN, HEALTH_CHECK)
        }
        restored = self.random.random() < 0.2 and not focus.steps
        self.copies = restored if focus.copies is None else focus.copies
        if self.copies and CHECK_IN in self.kinds:
            # A check-in told otherwise after a refusal has no number of its own on paper: it cannot be entered again.
            plan.menu = tuple(word for word in plan.menu if word != "204") or ("503",)
        self.copy, self.has_copy, self.put_back = template.with_name("copy.sqlite3"), False, 0
        self.to_be_entered_again: set[tuple[str, int]] = set()
        self.current: Process | None = None
        self.log: list[str] = []
        self.violations: list[str] = []
        # What the hospital's users were told, and what may or may not have happened.
        self.acknowledged: dict[tuple[str, int], str] = {}
        self.attempted: dict[tuple[str, int], str] = {}
        self.said_absent: dict[int, int] = {}
        self.sent_again: dict[int, int] = {}
        """What people did at the doors, by submission."""
        self.hurried_at = -1.0
        """When somebody last let something go that was resting."""
        self.clock_was_wrong = False
        self.claimed_by_others: set[tuple[int, int]] = set()
        """Number and fence of what others were sending when the one at work went on."""
        self.marked: dict[str, set[int]] = {}
        """Codes that are marked as not to go out, and the attempts whose bytes were out already."""
        # Drawn apart, so that every other story stays as it was.
        self.marking = Random(f"{seed} marks")
        marks = 0.06 if self.marking.random() < 0.2 and not focus.steps else 0.0
        self.marks = marks if focus.marks is None else focus.marks
        self.correcting = Random(f"{seed} corrections")
        answers = Random(f"{seed} answers").choice(("", "", "", "truthful", "late", "wrong", "down"))
        self.portal.answers = focus.answers or ("" if focus.steps else answers)
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
        self.portal.name_of = self._name_of
        self.strikes.on_freeze, self.strikes.on_nap = self.freeze, self.nap
        self.strikes.note = self.note
        really = BaseDatabaseWrapper._commit

        def commit(wrapper: Any) -> Any:
            return self.strikes.commit(lambda: really(wrapper))

        replaced = stand_ins(self.random, self.strikes.here, WireModule, self.disk)
        replaced += [asking.watched(self), recorded.understood(self)]
        with put(*replaced, (BaseDatabaseWrapper, "_commit", commit)), contextlib.ExitStack() as stack:
            stack.enter_context(connection.execute_wrapper(self.strikes.statement))
            stack.callback(connection.close)
            stack.callback(lambda: [process.end() for process in self.processes])
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

        evidence = {"replaces_evidence": "câu chuyện"}
        if self.declared_for(RECORD):
            Destination.objects.filter(kind="portal").update(replaces_by_visit_code=True, **evidence)
        if self.declared_for("/"):
            Destination.objects.filter(kind="portal").update(repeats_check_ins=True, **evidence)
        if self.declared_for("KSK"):
            Destination.objects.filter(kind="hub").update(replaces_by_visit_code=True, **evidence)
        if self.portal.answers:
            Destination.objects.filter(kind="portal").update(receipt_look_up=LOOK_UP)

    def declared_for(self, name: str) -> bool:
        """Whether the same bytes of this may go out again when nobody knows what became of them."""
        kind = kind_of(name)
        if kind == RECORD:
            return self.declared
        return self.portal.plan.mode == "replace" and self.declares[kind]

    def destinations(self) -> list[Any]:
        """Those that something of this story goes to."""
        from sosuckhoe.hospital.delivery.models import Destination

        kinds = ["portal", "hub"] if HEALTH_CHECK in self.kinds else ["portal"]
        return list(Destination.objects.filter(kind__in=kinds).order_by("id"))

    def told_outside(self, what: str) -> None:
        """What no older copy may undo is on the disk outside the database once it is done."""
        from django.conf import settings

        if not self.disk.is_flushed(settings.HOME.receipts):
            self.violated("I17", f"{what} is not on the disk outside the database")

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
        lines = {CHECK_IN: worker.CheckInWorker, HEALTH_CHECK: worker.HealthCheckWorker}
        process.others = [lines[kind](f"{process.name}:{process.starts}:{kind}") for kind in self.kinds]
        process.sessions = {}
        process.frozen = False
        self._as(process, worker._look_after)

    def _as(self, process: Process, deed: Any) -> bool:
        """Do something as this process. False: it died of it."""
        from django.db import connection

        from sosuckhoe.hospital.delivery.connections import KEPT
        from sosuckhoe.hospital.delivery.sessions import SESSIONS, Sessions

        before, kept, open_ = self.current, dict(SESSIONS.__dict__), dict(KEPT.__dict__)
        self.current = process
        SESSIONS.__dict__.update(process.sessions or Sessions().__dict__)
        KEPT.__dict__.update(process.connections or {"_idle": {}, "_closed_by": {}})
        try:
            deed()
            return True
        except Crash as crash:
            self.note(f"{process.name} dies at {crash}")
            KEPT.hang_up()
            self.crashes += 1
            connection.close()
            connection.savepoint_ids, connection.in_atomic_block, connection.needs_rollback = [], False, False
            process.end()
            if not self.nested and self.random.random() < 0.3:
                self.power_cut()
            return False
        finally:
            if process.worker is None:
                KEPT.hang_up()
            process.sessions, process.connections = dict(SESSIONS.__dict__), dict(KEPT.__dict__)
            KEPT.__dict__.update(open_)
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
            process.end()
        # A line of what left may be gone, too: people know that, and keep no older copy to be put back.
        self.has_copy = False

    def work(self, process: Process) -> bool:
        """As ``worker._work``: one turn of one line of work."""
        lines = process.lines
        return self._turn(process, lines[0] if len(lines) == 1 else self.random.choice(lines))

    def all_lines_work(self, process: Process) -> bool:
        """A turn of each."""
        busy = [self._turn(process, line) for line in process.lines if line in process.lines]
        return any(busy)

    def _turn(self, process: Process, line: Any) -> bool:
        busy = [False]

        def turn() -> None:
            from django.db import close_old_connections

            try:
                busy[0] = not line.in_hand and line.sign_some()
                busy[0] = line.send_one() or busy[0]
            except Exception as problem:
                self.note(f"{process.name}: {type(problem).__name__}: {problem}")
                line.one_at_a_time()
                close_old_connections()

        from . import checker

        process.line = line
        with self.strikes.spared():
            self.claimed_by_others = checker.claimed_by_others(line)
        self._as(process, turn)
        if not self.nested:
            with self.strikes.spared():
                checker.others_keep_theirs(self, line)
        return busy[0]

    def look_after(self, process: Process) -> None:
        from sosuckhoe.hospital.delivery import worker

        self._as(process, worker._look_after)
        if self.portal.answers and process.worker is not None:
            asking.in_turn(self, process)

    def breathe(self) -> None:
        """Every process that lives and is not frozen renews the leases of what it has in hand."""
        from sosuckhoe.hospital.delivery import worker

        from . import checker

        for process in self.processes:
            if process.worker is None or process.frozen:
                continue
            armed, self.strikes.armed = self.strikes.armed, None
            mine = {each for line in process.lines for each in line.in_hand}
            try:
                before = checker.leases_now() if mine else {}
                worker.breathe(process.lines)
                if mine:
                    checker.leases(self, before, mine)
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
            self.breathe()  # its breath is the first that is late

    def nap(self, point: str) -> None:
        """The current process loses a moment, well within its lease; the others go on."""
        if self.current is not None and not self.nested:
            self.note(f"{self.current.name} is slow at {point}")
            self.advance(self.random.uniform(0.1, 5.0))
            self.meanwhile(self.random.randrange(2, 7))

    def meanwhile(self, turns: int) -> None:
        """What the others do while a process is in the middle of something. One level deep."""
        from . import checker

        if self.nested:
            return
        me = self.current
        self.nested = True
        armed, self.strikes.armed = self.strikes.armed, None
        try:
            for _ in range(turns):
                others = [p for p in self.processes if p is not me and p.worker is not None]
                choice = self.random.random()
                if self.marks and self.marking.random() < self.marks:
                    self.mark()
                if me is not None and self.correcting.random() < 0.15:
                    self.correct_what_is_being_sent(me)
                if others and choice < 0.6:
                    other = self.random.choice(others)
                    self.look_after(other)
                    self.work(other)
                elif choice < 0.75:
                    self.person(pauses=True)
                elif choice < 0.9:
                    self.enter()
                else:
                    self.advance(self.random.uniform(1.0, 20.0))
        finally:
            self.nested = False
            self.claimed_by_others = checker.claimed_by_others(me.line if me else None)
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
        if self.copies and self.random.random() < 0.12:
            self._copy()
        if self.marks and self.marking.random() < self.marks:
            self.mark()
        if choice < 0.18:
            self.enter()
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
            self.clock_was_wrong, self.hurried_at = True, CLOCK.seconds
            CLOCK.wrong += self.random.choice((-3600.0, -60.0, -2.0, 60.0, 86400.0, 86400.0))
            self.note(f"the clock on the wall is {CLOCK.wrong:+.0f} s off")
        elif alive and choice < 0.97:
            process = self.random.choice(alive)
            self.note(f"{process.name} is stopped")
            process.end()
        else:
            self.portal.down_until = CLOCK.seconds + self.random.choice((20.0, 120.0))
            self.portal.latency = self.random.choice((0.0, 0.0, 0.05, 3.0))
        self.strikes.armed = None

    def _copy(self) -> None:
        """A copy of the database is made, or the last one is put back."""
        armed, self.strikes.armed = self.strikes.armed, None
        if not self.has_copy:
            copies.make(self)
        elif self.put_back < copies.MOST and self.random.random() < 0.5:
            copies.put_back(self)
            for process in self.processes:
                self.start(process)
        self.strikes.armed = armed

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

    def enter(self) -> None:
        """Something new comes into the ledger."""
        if self.kinds and self.random.random() < 0.5:
            kind = self.random.choice(self.kinds)
            (self._tell if kind == CHECK_IN else self._check_up)()
        else:
            self.close()

    def correct_what_is_being_sent(self, process: Process) -> None:
        """Nobody who corrects knows that the version before is on its way at this moment."""
        row = rows().filter(holder=process.line.holder if process.line else "", state="SENDING").first()
        if row is not None and row.check_in is None:
            self._enter(key_of(row)[0])

    def close(self, *, correct: bool | None = None) -> None:
        """A visit is closed, or one that was closed is corrected."""
        self._first_or_corrected(RECORD, f"V{self.seed}", correct)

    def _check_up(self) -> None:
        """The file of a health check is taken in, or its correction."""
        self._first_or_corrected(HEALTH_CHECK, f"KSK{self.seed}", None)

    def _first_or_corrected(self, kind: str, prefix: str, correct: bool | None) -> None:
        mine = [key for key in self.attempted if kind_of(key[0]) == kind]
        if correct is None:
            correct = bool(mine) and self.random.random() < 0.35
        names = sorted({name for name, _ in mine}) if correct else []
        self._enter(self.random.choice(names) if names else f"{prefix}-{sum(n == 1 for _, n in mine)}")

    def _tell(self) -> None:
        """The portal is told of a visit that is open: after the first cost, and after the patient was admitted."""
        told = {name for name, _ in self.attempted if kind_of(name) == CHECK_IN}
        open_ = sorted(
            {name.partition("/")[0] for name in told if f"{name.partition('/')[0]}/{STAGES[1]}" not in told}
        )
        if open_ and self.random.random() < 0.5:
            self._enter(f"{self.random.choice(open_)}/{STAGES[1]}")
        else:
            self._enter(f"C{self.seed}-{len({n.partition('/')[0] for n in told})}/{STAGES[0]}")

    def _enter(self, name: str) -> None:
        def deed() -> None:
            number = 0
            try:
                number = next_number(name)
                _, sha256 = made(name, number)
                self.attempted[name, number] = sha256
                enter(name, number)
            except Exception as problem:
                self.note(f"{name} is not saved: {type(problem).__name__}")
                return
            self.acknowledged[name, number] = sha256
            self.note(f"{name} v{number} entered")

        self._as(Process("door"), deed)

    # People

    def person(self, *, pauses: bool = False) -> None:
        """Somebody looks at one thing that needs a person, and tells the truth of what the portal shows.

        ``pauses``: or stops everything for a while, as somebody may at any moment."""
        armed, self.strikes.armed = self.strikes.armed, None
        deed = people.pause if pauses and self.random.random() < self.focus.pauses else people.look_after_one
        nested, self.nested = self.nested, True
        try:
            self._as(Process("person"), lambda: deed(self))
        except Exception as problem:
            self.violated("I21", f"a person's deed broke: {type(problem).__name__}: {problem}")
        finally:
            self.strikes.armed, self.nested = armed, nested

    def mark(self) -> None:
        """Somebody marks a code as not to go out, whatever of it is under way."""
        armed, self.strikes.armed = self.strikes.armed, None
        nested, self.nested = self.nested, True
        try:
            self._as(Process("person"), lambda: people.mark(self))
        finally:
            self.strikes.armed, self.nested = armed, nested

    def _foreign_number(self, name: str) -> str:
        """A number the hospital has already been given for something else at the same place."""
        from sosuckhoe.hospital.delivery.models import Receipt

        from .documents import where

        hub = kind_of(name) == HEALTH_CHECK
        others = Receipt.objects.filter(submission__health_check__isnull=not hub)
        own = {f"submission__{column}": value for column, value in where(name).items()}
        row = others.exclude(**own).order_by("-id").first()
        return row.transaction_number if row else ""

    def _name_of(self, data: bytes) -> tuple[str, int]:
        """Whose file of a health check this is."""
        found = [key for key in self.attempted if kind_of(key[0]) == HEALTH_CHECK and made(*key)[0] == data]
        return found[0] if found else ("KSK?", 0)

    # The end

    def rest(self) -> None:
        """No more trouble: everything that can be finished is, by machine first and then with people's help."""
        from . import checker

        self.portal.healthy, self.portal.down_until, self.portal.latency = True, 0.0, 0.0
        self.note("calm")
        CLOCK.set_right()
        self.hurried_at = CLOCK.seconds
        self.person()
        for process in self.processes:
            if process.worker is None:
                self.start(process)
        for turn in range(REST_ROUNDS):
            self.advance(CALM_SECONDS)
            for process in self.processes:
                self.look_after(process)
                for _ in range(50):
                    if not self.all_lines_work(process):
                        break
            if turn == 3:
                checker.nothing_is_under_way(self)
            if checker.is_finished(self) or self.violations:
                return
            if turn >= 3:
                for _ in range(5):
                    self.person()
