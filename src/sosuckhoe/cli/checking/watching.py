"""A folder that a hospital system exports into: files are told of once they have stopped changing."""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from .sources import Source, is_plain, xml_files

SETTLED_SECONDS = 2.0
"""A file untouched for this long has been written to its end; ``NAME.done`` beside it says so at once."""
LOOKS_EVERY = 1.0

_State = tuple[int, int, int]


@dataclass
class Watcher:
    """Remembers what it has told of. Files are only read."""

    folder: str
    _told: dict[str, _State] = field(default_factory=dict)

    def look(self, *, now: float) -> list[Source]:
        """One round: files that are new or changed and have settled, oldest first."""
        settled: list[tuple[int, str, _State]] = []
        present = set()
        for entry in xml_files(self.folder):
            try:
                status = os.stat(entry.path)
            except OSError:
                continue  # gone again, or a link to nothing
            present.add(entry.path)
            state = (status.st_ino, status.st_size, status.st_mtime_ns)
            if self._told.get(entry.path) == state or not is_plain(entry.path):
                continue
            age = now - status.st_mtime
            if age >= SETTLED_SECONDS or age < -60 or os.path.exists(f"{entry.path}.done"):
                settled.append((status.st_mtime_ns, entry.path, state))
        for path in self._told.keys() - present:
            del self._told[path]
        found = []
        for _, path, state in sorted(settled):
            self._told[path] = state
            found.append(Source(path, path))
        return found

    def watch(
        self, *, clock: Callable[[], float] = time.time, wait: Callable[[float], None] = time.sleep
    ) -> Iterator[Source]:
        """Files as they come, until somebody stops it."""
        while True:
            yield from self.look(now=clock())
            wait(LOOKS_EVERY)
