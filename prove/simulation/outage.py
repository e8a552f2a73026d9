"""The portal is away for 72 hours while visits are closed as every day, and then it is back (F40).

Told by the same means as a story, without other misfortunes: what is judged is how often the portal is knocked at
meanwhile, how long catching up takes, and whether what is closed meanwhile has to wait for all the rest.
"""

from pathlib import Path

from . import checker
from .clock import CLOCK
from .story import Focus, Story

HOURS = 72
LINES = 4
"""Lines of work side by side when the portal is back, each of whose calls takes half a second."""
CALL_SECONDS = 0.5
CATCHES_UP_WITHIN = 3600.0
LIVE_WITHIN = 300.0


class Outage(Story):
    """``waiting``: how many visits are closed while the portal is away."""

    def __init__(self, waiting: int, template: Path) -> None:
        super().__init__(waiting, template, Focus(mode="count", trouble=0.0, share=0.0))
        self.waiting = waiting
        self.knocks = 0
        self.caught_up = 0.0
        self.live: list[float] = []
        self._closed = 0

    def play(self) -> None:
        away = HOURS * 3600.0
        self.portal.down_until, self.portal.when_down = CLOCK.seconds + away, ("refused-connection",)
        pause = away / self.waiting
        for _ in range(self.waiting):
            self._close_one()
            self.advance(pause)
            for process in self.processes:
                self.all_lines_work(process)
        self.knocks = self.portal.connections
        most = 1.1 * away / 30 + 10
        if self.knocks > most:
            self.violated("I12", f"the silent portal was knocked at {self.knocks} times in {HOURS} h")
        self._catch_up()
        checker.at_rest(self)

    def _close_one(self) -> str:
        self._closed += 1
        visit = f"V{self.waiting}-{self._closed}"
        self._enter(visit)
        return visit

    def _catch_up(self) -> None:
        began, last_closed = CLOCK.seconds, CLOCK.seconds
        waiting_live: dict[str, float] = {}
        while not checker.is_finished(self) and not self.violations:
            busy = [self.all_lines_work(process) for process in self.processes]
            self.advance(CALL_SECONDS * len(busy) / LINES if any(busy) else 5.0)
            self.look_after(self.processes[0])
            for arrived in self.portal.arrivals[-len(busy) :]:
                if arrived.visit in waiting_live:
                    self.live.append(arrived.at - waiting_live.pop(arrived.visit))
            if CLOCK.seconds - last_closed > 30 and CLOCK.seconds - began < CATCHES_UP_WITHIN / 2:
                last_closed = CLOCK.seconds
                waiting_live[self._close_one()] = CLOCK.seconds
            if CLOCK.seconds - began > CATCHES_UP_WITHIN:
                self.violated("I12", f"stuck: not caught up within {CATCHES_UP_WITHIN:.0f} s")
        self.caught_up = CLOCK.seconds - began
        late = sorted(self.live)[int(len(self.live) * 0.95)] if self.live else 0.0
        if late > LIVE_WITHIN:
            self.violated("I12", f"stuck: what was closed meanwhile waited {late:.0f} s behind the rest")
