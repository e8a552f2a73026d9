"""Serves the pages with gunicorn."""

from typing import Any

from django.conf import settings
from gunicorn.app.base import BaseApplication


class _Server(BaseApplication):
    def __init__(self, options: dict[str, Any]) -> None:
        self.options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        from .wsgi import application

        return application


def serve(port: int = 8000, bind: str = "127.0.0.1", *, workers: int = 1) -> None:
    """Serve until stopped. Does not return.

    An address other than this machine's own must also be named in SOSUCKHOE_HOSTS.
    """
    if bind not in ("0.0.0.0", "::", *settings.ALLOWED_HOSTS):
        settings.ALLOWED_HOSTS.append(bind)
    _Server(
        {
            "bind": f"[{bind}]:{port}" if ":" in bind else f"{bind}:{port}",
            "workers": workers,
            "threads": 8,
            "worker_class": "gthread",
            "timeout": 60,
            "graceful_timeout": 10,
            "control_socket_disable": True,
            "loglevel": "warning",
            "proc_name": "sosuckhoe",
        }
    ).run()
