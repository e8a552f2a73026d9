"""Serves the pages with gunicorn."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter

from .crowding import AT_ONCE, REFUSING, WAITING


class _Server(BaseApplication):
    def __init__(self, options: dict[str, Any], on_stop: Callable[[], None]) -> None:
        self.options = options
        self.on_stop = on_stop
        super().__init__()

    def run(self) -> None:
        _Master(self, self.on_stop).run()

    def load_config(self) -> None:
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        from .wsgi import application

        return application


class _Master(Arbiter):
    def __init__(self, app: BaseApplication, on_stop: Callable[[], None]) -> None:
        self._on_stop = on_stop
        super().__init__(app)

    def stop(self, graceful: bool = True) -> None:
        self._on_stop()
        super().stop(graceful)


def serve(
    port: int = 8000,
    bind: str = "127.0.0.1",
    *,
    workers: int = 1,
    on_stop: Callable[[], None] = lambda: None,
) -> None:
    """Serve until stopped; pages that are asked for then have STOP_SECONDS. Does not return. ``on_stop``: called before
    they are waited for.

    An address other than this machine's own must also be named in SOSUCKHOE_HOSTS.
    """
    if bind not in ("0.0.0.0", "::", *settings.ALLOWED_HOSTS):
        settings.ALLOWED_HOSTS.append(bind)
    _Server(
        {
            "bind": f"[{bind}]:{port}" if ":" in bind else f"{bind}:{port}",
            "workers": workers,
            "threads": AT_ONCE + WAITING + REFUSING,
            "worker_class": "gthread",
            "timeout": 60,
            "graceful_timeout": max(1, round(settings.STOP_SECONDS)),
            "control_socket_disable": True,
            "loglevel": "warning",
            "proc_name": "sosuckhoe",
        },
        on_stop,
    ).run()
