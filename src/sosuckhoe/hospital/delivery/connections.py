"""Connections between calls, and their ends: what is kept open for the next call, and what is cut when its time is over.

A line of work (a thread) keeps one connection to each place, and uses it again only where it is surely idle: an answer
was accepted on it, nothing has come since, and it is young. An odd answer, or one that asks for anything, is the last
one on its connection: what might follow it there could be taken for the answer to another record.
"""

import http.client
import math
import re
import select
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

KEPT_SECONDS = 2.0
"""Servers close idle connections after 5 s and more; what is sent into a closing one is unclear."""
CLOSES_FOR = 60.0
LOOKS_EVERY, LOOKS_ON_FOR = 0.25, 10.0
Origin = tuple[str, str, int]
"""Scheme, host and port."""


class ClosedMeanwhile(Exception):
    """A connection that was used before is no longer fit, and nothing of the body has left."""


class Kept(threading.local):
    """The idle connections of one line of work."""

    def __init__(self) -> None:
        self._idle: dict[Origin, tuple[http.client.HTTPConnection, float]] = {}
        self._closed_by: dict[Origin, float] = {}

    def take(self, origin: Origin) -> http.client.HTTPConnection | None:
        """The idle connection to a place, no longer kept; None where none is fit."""
        connection, since = self._idle.pop(origin, (None, 0.0))
        if connection is None:
            return None
        young = 0 <= time.monotonic() - since < KEPT_SECONDS
        if young and is_quiet(connection):
            return connection
        if young:
            self.was_closed(origin)
        connection.close()
        return None

    def keep(self, origin: Origin, connection: http.client.HTTPConnection) -> None:
        """Keep it, unless this place has lately closed one without a word: then that may be its way."""
        if time.monotonic() - self._closed_by.get(origin, -CLOSES_FOR) < CLOSES_FOR:
            connection.close()
            return
        # It must not open itself again behind our back.
        connection.auto_open = 0
        self._idle[origin] = (connection, time.monotonic())

    def was_closed(self, origin: Origin) -> None:
        """Note that a place closes what it did not say it would close."""
        self._closed_by[origin] = time.monotonic()

    def hang_up(self) -> None:
        """Close them all."""
        while self._idle:
            self._idle.popitem()[1][0].close()


KEPT = Kept()


def is_quiet(connection: http.client.HTTPConnection) -> bool:
    """Whether nothing has come: no end, and no byte that belongs to no question."""
    if connection.sock is None or (hasattr(connection.sock, "pending") and connection.sock.pending()):
        return False
    waiting = select.poll()
    try:
        waiting.register(connection.sock, select.POLLIN)
        return not waiting.poll(0)
    except (OSError, ValueError):
        return False


def stays_open(response: http.client.HTTPResponse) -> bool:
    """Whether the other side says so, for long enough, and it is beyond doubt where its answer ended."""
    lengths = response.headers.get_all("Content-Length", [])
    if len(lengths) + len(response.headers.get_all("Transfer-Encoding", [])) > 1:
        return False
    named = re.search(r"timeout=(\d{1,6})", response.headers.get("Keep-Alive", ""))
    return not response.will_close and (named is None or int(named[1]) > 2 * KEPT_SECONDS)


class Cuts:
    """Ends calls whose time is over: an answer that trickles in byte by byte must not hold a worker.

    One thread looks after all calls of the process, and ends some time after the last of them. Lines of work (threads)
    that were told to stop have a last moment for all their calls.
    """

    def __init__(self) -> None:
        self._due: dict[object, tuple[int, float, http.client.HTTPConnection]] = {}
        self._last: dict[int, float] = {}
        self._guard = threading.Lock()
        self._looking = False

    @contextmanager
    def after(self, seconds: float, connection: http.client.HTTPConnection) -> Iterator[None]:
        mark = object()
        with self._guard:
            self._due[mark] = (threading.get_ident(), time.monotonic() + seconds, connection)
            if not self._looking:
                self._looking = True
                threading.Thread(target=self._look, daemon=True).start()
        try:
            yield
        finally:
            with self._guard:
                del self._due[mark]

    def stop(self, lines: Iterable[int], until: float) -> None:
        """No call of these lines (``Thread.ident``) goes on after this moment (``time.monotonic``)."""
        with self._guard:
            self._last |= dict.fromkeys(lines, until)

    def forget(self, lines: Iterable[int]) -> None:
        """They have ended, and others may have their numbers."""
        with self._guard:
            for line in lines:
                self._last.pop(line, None)

    def are_told(self) -> bool:
        """Whether this line of work was told to stop: it begins nothing new."""
        return threading.get_ident() in self._last

    def have_struck(self) -> bool:
        """Whether the last moment of this line is over: what broke now may have been broken by us."""
        return self._last.get(threading.get_ident(), math.inf) <= time.monotonic()

    def _look(self) -> None:
        pause, idle = threading.Event(), 0.0
        while not pause.wait(LOOKS_EVERY):
            with self._guard:
                now = time.monotonic()
                over = [
                    connection
                    for line, until, connection in self._due.values()
                    if min(until, self._last.get(line, math.inf)) <= now
                ]
                idle = 0.0 if self._due else idle + LOOKS_EVERY
                if idle > LOOKS_ON_FOR:
                    self._looking = False
                    return
            for connection in over:
                with suppress(OSError, AttributeError):
                    _cut(connection.sock)


CUTS = Cuts()


def _cut(line: socket.socket) -> None:
    """Both ways, while another thread may be sending: TLS's own way forgets its keys first, and what is sent at that
    instant would go out in clear."""
    if isinstance(line, ssl.SSLSocket):
        socket.socket.shutdown(line, socket.SHUT_RDWR)
    else:
        line.shutdown(socket.SHUT_RDWR)
