"""A line on the terminal while something takes longer than a second: how many, how fast, how long still."""

import sys
import time
from collections.abc import Callable
from typing import TextIO

AFTER = 1.0
EVERY = 0.2
_BAR = 24


class Progress:
    """Written to standard error when that is a terminal, silent otherwise."""

    def __init__(
        self,
        total: Callable[[], int],
        *,
        stream: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``total`` is asked once, when the line is first shown."""
        self.stream = sys.stderr if stream is None else stream
        self.clock = clock
        self._ask_total = total
        self._total = 0
        self._done = 0
        self._began = clock()
        self._shown = self._began + AFTER - EVERY
        self._visible = False
        self._hidden = False
        self._wanted = self.stream.isatty()

    def step(self) -> None:
        """One file more is done."""
        self._done += 1
        now = self.clock()
        if not self._wanted or (now - self._shown < EVERY and not self._hidden):
            return
        self._total = self._total or self._ask_total()
        self._shown = now
        self._visible, self._hidden = True, False
        self.stream.write(f"\r\x1b[K{self._line(now - self._began)}")
        self.stream.flush()

    def clear(self) -> None:
        """Leave the terminal's line to whoever prints next; the next step shows it again."""
        if self._visible:
            self.stream.write("\r\x1b[K")
            self.stream.flush()
            self._visible, self._hidden = False, True

    def _line(self, seconds: float) -> str:
        total = max(self._total, self._done)
        filled = _BAR * self._done // total
        rate = self._done / seconds
        rest = (total - self._done) / rate
        return (
            f"[{'#' * filled}{'.' * (_BAR - filled)}] {spoken(self._done)}/{spoken(total)} tệp, "
            f"{spoken(round(rate))} tệp/giây, còn {span(rest)}. Ctrl-C để dừng."
        )


def spoken(number: int) -> str:
    """1.234.567."""
    return f"{number:,}".replace(",", ".")


def span(seconds: float) -> str:
    """A rest of time as people say it."""
    if seconds < 60:
        return f"{max(1, round(seconds))} giây"
    minutes = round(seconds / 60)
    return f"{minutes} phút" if minutes < 60 else f"{minutes // 60} giờ {minutes % 60} phút"
