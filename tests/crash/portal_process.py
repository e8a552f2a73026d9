"""The simulator's program, loaded once: each portal is a process that is forked from this one, with a home and a database
of its own. Loading it and making its tables anew costs three seconds of a processor for each."""

import contextlib
import os
import shutil
import sys
import traceback
from pathlib import Path
from typing import Any

HOME = Path(os.environ["SOSUCKHOE_SIMULATOR_HOME"])


def act(order: dict[str, Any]) -> None:
    """Serve as ``sosuckhoe.simulator.run`` does, in a process that was made for it. Does not return."""
    code = 1
    try:
        os.dup2(os.open(order["out"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), 1)
        os.dup2(1, 2)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        from sosuckhoe.simulator.run import serve

        home = Path(order["home"])
        shutil.copyfile(HOME / "simulator.sqlite3", home / "simulator.sqlite3")
        move_into(home)
        with contextlib.suppress(SystemExit):  # how gunicorn's processes end
            serve(home, 0, home / "setup.json")
        sys.stdout.flush()
        code = 0
    except BaseException:
        os.write(2, traceback.format_exc().encode())
    finally:
        os._exit(code)


def move_into(home: Path) -> None:
    """Nothing is open yet."""
    from django.conf import settings
    from django.db import connections

    settings.DATABASES["default"]["NAME"] = home / "simulator.sqlite3"
    del connections["default"]
    connections.settings = connections.configure_settings(None)


def load() -> None:
    """Everything that is the same for each portal."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "sosuckhoe.simulator.config.settings"
    import django
    from django.core.management import call_command
    from django.db import connections

    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    connections.close_all()
    from sosuckhoe.simulator import server, setup
    from sosuckhoe.simulator.config import urls, wsgi

    assert server and setup and urls and wsgi


if __name__ == "__main__":
    from .making import keep_making

    load()
    keep_making(act)
