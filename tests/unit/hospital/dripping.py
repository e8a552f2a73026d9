"""A host that answers a byte at a time, so slowly that each wait is short and the whole is endless."""

import contextlib
import socket
import threading
from collections.abc import Iterator

PAUSE, GIVES_UP_AFTER = 0.05, 15.0
"""Seconds; whoever still listens after the second one was not cut in time."""


@contextlib.contextmanager
def dripping(start: bytes = b"HTTP/1.1 200 OK\r\nX-Head: ") -> Iterator[str]:
    """Its address; from the first call on one byte after the other follows ``start``."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            with contextlib.suppress(OSError):
                line, _ = listening.accept()
                with line:
                    line.sendall(start)
                    for _ in range(int(GIVES_UP_AFTER / PAUSE)):
                        if over.wait(PAUSE):
                            return
                        line.sendall(b"a")

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            over.set()
            thread.join(timeout=5)
