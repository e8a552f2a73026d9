"""gunicorn, arranged for a simulator: one process, many threads, and connections that can be broken."""

import errno
import select
import socket
import time
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.http import wsgi
from gunicorn.workers.gthread import ThreadWorker

from .faults import outage
from .faults.broken import RESET
from .insurer.work import keep_working

STAYS_MILLISECONDS = 250


class BreakableWorker(ThreadWorker):
    """Closes at once, so that the other side sees a reset, whatever was set to linger for zero seconds."""

    def handle(self, conn: Any) -> Any:
        """While there are threads enough, one stays with its connection for as long as it is called on again and again.

        Otherwise each call is handed over by the thread that listens to all connections, and back to it at the end.
        """
        while (kept := super().handle(conn)) is True and self._stays_with(conn):
            pass
        return kept

    def _stays_with(self, conn: Any) -> bool:
        if not self.alive or self.nr_conns > self.cfg.threads or conn.parser.unreader.buf.getvalue():
            return False
        waiting = select.poll()
        waiting.register(conn.sock, select.POLLIN)
        return bool(waiting.poll(STAYS_MILLISECONDS))

    def finish_request(self, conn: Any, fs: Any) -> None:
        if _marked(conn.sock):
            self.nr_conns -= 1
            conn.close()
        else:
            super().finish_request(conn, fs)

    def accept(self, listener: socket.socket) -> None:
        try:
            super().accept(listener)
        except OSError as problem:
            # EINVAL: the fault desk has stopped the listener for a while (``faults/outage.py``).
            if problem.errno != errno.EINVAL:
                raise
            time.sleep(0.02)


class Dated(wsgi.Response):
    """Lets an answer tell another ``Date`` than this machine's: a portal whose clock is wrong says so there, too."""

    date = ""

    def process_headers(self, headers: list[tuple[str, str]]) -> None:
        super().process_headers(headers)
        self.date = dict(headers).get("Date", "")

    def default_headers(self) -> list[str]:
        own = f"Date: {self.date}\r\n"
        return [own if self.date and line.startswith("Date:") else line for line in super().default_headers()]


wsgi.Response = Dated


def _marked(sock: socket.socket) -> bool:
    try:
        return sock.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, len(RESET)) == RESET
    except OSError:
        return False


class Server(BaseApplication):
    """A gunicorn with our settings, run in the foreground."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self.settings = settings
        super().__init__()

    def load_config(self) -> None:
        defaults = {
            "worker_class": "sosuckhoe.simulator.server.BreakableWorker",
            "workers": 1,
            "timeout": 0,
            "graceful_timeout": 2,
            "keepalive": 30,
            "limit_request_line": 8190,
            "loglevel": "error",
            "control_socket_disable": True,
            "post_worker_init": _announce,
            "worker_exit": _leave,
        }
        for name, value in (defaults | self.settings).items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        from .clock import models as clock
        from .config.wsgi import application
        from .portal import options

        clock.forget()
        options.forget()
        return application


def _announce(worker: Any) -> None:
    keep_working()
    outage.LISTENERS[:] = worker.sockets
    scheme = "https" if worker.cfg.is_ssl else "http"
    host, port = worker.sockets[0].getsockname()[:2]
    print(f"Cổng mô phỏng sẵn sàng: {scheme}://{host}:{port}/", flush=True)


def _leave(arbiter: Any, worker: Any) -> None:
    from .portal.history import write_down

    write_down()
