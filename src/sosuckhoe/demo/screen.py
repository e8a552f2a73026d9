"""What the demo says while it works: one line a step, a bar on a terminal, plain lines elsewhere."""

import os
import shutil
import sys
import time
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TextIO

_BAR = 28
_TITLE = 45


def width(text: str) -> int:
    """Columns a text takes on a terminal; combining marks take none."""
    return sum(
        0 if unicodedata.combining(letter) else 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        for letter in text
    )


def padded(text: str, columns: int, *, right: bool = False) -> str:
    space = " " * max(0, columns - width(text))
    return space + text if right else text + space


class Screen:
    """Prints to one stream; progress goes to another, and only where a person looks."""

    def __init__(self, steps: int, *, out: TextIO | None = None, progress: TextIO | None = None) -> None:
        self.out = out or sys.stdout
        self.progress = progress or sys.stderr
        self.steps = steps
        self.step_number = 0
        self.live = self.progress.isatty() and os.environ.get("TERM") != "dumb"
        self.coloured = self.out.isatty() and "NO_COLOR" not in os.environ

    @property
    def columns(self) -> int:
        """How wide a line may be; wherever nobody looks, wide enough for a sentence."""
        return shutil.get_terminal_size().columns if self.out.isatty() else 160

    def say(self, text: str = "") -> None:
        print(text, file=self.out, flush=True)

    def grey(self, text: str) -> str:
        return f"\x1b[2m{text}\x1b[0m" if self.coloured else text

    def bold(self, text: str) -> str:
        return f"\x1b[1m{text}\x1b[0m" if self.coloured else text

    def good(self, text: str) -> str:
        return f"\x1b[32m{text}\x1b[0m" if self.coloured else text

    def bad(self, text: str) -> str:
        return f"\x1b[31m{text}\x1b[0m" if self.coloured else text

    @contextmanager
    def step(self, title: str) -> Iterator["Step"]:
        self.step_number += 1
        step = Step(self, f"{self.step_number}/{self.steps}  {title}")
        step.show()
        try:
            yield step
        except BaseException:
            step.clear()
            raise
        step.finish()

    def rule(self, columns: int = 76) -> None:
        self.say(f"  {self.grey('─' * columns)}")

    def table(self, rows: Iterable[Sequence[str]], *, head: bool = False) -> None:
        """Rows in columns as wide as needed; the last column is not padded."""
        listed = [tuple(row) for row in rows]
        columns = [max(width(row[i]) for row in listed) for i in range(len(listed[0]))]
        for number, row in enumerate(listed):
            cells = [padded(cell, columns[i]) for i, cell in enumerate(row[:-1])]
            line = "  " + "  ".join([*cells, row[-1]])
            self.say(self.grey(line) if head and number == 0 else line)


class Step:
    """One step under way."""

    def __init__(self, screen: Screen, title: str) -> None:
        self.screen = screen
        self.title = title
        self.began = time.monotonic()
        self.drawn = 0.0
        self.result = ""

    def show(self, done: int = 0, total: int = 0) -> None:
        """Draw or redraw the line, at most ten times a second."""
        now = time.monotonic()
        if not self.screen.live or (now - self.drawn < 0.1 and done < total):
            return
        self.drawn = now
        text = f"    {self.title}"
        if total:
            filled = _BAR * min(done, total) // total
            text = f"    {padded(self.title, _TITLE)}  {'█' * filled}{'░' * (_BAR - filled)}  {done}/{total}"
        columns = shutil.get_terminal_size().columns
        self.screen.progress.write(f"\r\x1b[K{text[: columns - 1]}")
        self.screen.progress.flush()

    def clear(self) -> None:
        if self.screen.live:
            self.screen.progress.write("\r\x1b[K")
            self.screen.progress.flush()

    def finish(self) -> None:
        self.clear()
        seconds = f"{time.monotonic() - self.began:.1f} giây".replace(".", ",")
        told = f"  {self.result}" if self.result else ""
        self.screen.say(
            f"  {self.screen.good('✓')} {padded(self.title, _TITLE)}{told}  {self.screen.grey(f'({seconds})')}"
        )
