"""Starting the simulator as a process: ``serve(home, port)``."""

import json
import os
import ssl
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

PRODUCTION_MARK = "PRODUCTION"
"""A file of this name in the hospital's home (SOSUCKHOE_HOME) says that real patients are served there."""


class Refused(RuntimeError):
    """The simulator does not start here."""


def refuse_beside_production(home: Path) -> None:
    """Raise Refused where this machine's environment belongs to a hospital at work.

    That is: SOSUCKHOE_ENVIRONMENT=production, a file PRODUCTION in SOSUCKHOE_HOME, or the simulator's home
    being the hospital's.
    """
    if os.environ.get("SOSUCKHOE_ENVIRONMENT", "").strip().lower() == "production":
        raise Refused("SOSUCKHOE_ENVIRONMENT=production: cổng mô phỏng không chạy cạnh hệ thống thật.")
    hospital = os.environ.get("SOSUCKHOE_HOME")
    if hospital and (Path(hospital) / PRODUCTION_MARK).exists():
        raise Refused(
            f"{hospital} là hệ thống thật (tệp {PRODUCTION_MARK}): cổng mô phỏng không chạy cạnh đó."
        )
    if hospital and Path(hospital).resolve() == home.resolve():
        raise Refused(f"{home} là thư mục của bệnh viện. Hãy chọn thư mục khác cho cổng mô phỏng.")


def serve(
    home: Path | str,
    port: int,
    setup_file: Path | str | None = None,
    *,
    tls: Sequence[Path | str] | None = None,
) -> int:
    """Migrate, load the set-up, serve until stopped. Prints one line with the address once it accepts calls.

    ``port`` 0 takes a free one. ``tls``: certificate and key files (PEM), for trying bad certificates; empty for a
    certificate of our own; None for plain http. Runs in the foreground and sets DJANGO_SETTINGS_MODULE, so it needs a
    process of its own.
    """
    home = Path(home).absolute()
    if tls and not _can_be_shown(tls):
        return 2
    try:
        refuse_beside_production(home)
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        return 2
    os.environ["SOSUCKHOE_SIMULATOR_HOME"] = str(home)
    os.environ["DJANGO_SETTINGS_MODULE"] = "sosuckhoe.simulator.config.settings"

    import django
    from django.core.management import call_command
    from django.db import connections

    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    if setup_file is not None:
        from sosuckhoe.simulator.setup import load_setup

        load_setup(json.loads(Path(setup_file).read_text(encoding="utf-8")))
    connections.close_all()

    from .server import Server

    settings: dict[str, Any] = {"bind": f"127.0.0.1:{port}", "threads": 64}
    if tls is not None:
        from .practice_tls import own_certificate

        certificate, key = tls or own_certificate(home)
        settings |= {"certfile": str(certificate), "keyfile": str(key)}
        if not tls:
            print(f"Chứng thư thực hành, chưa máy nào tin: {certificate}", flush=True)
    Server(settings).run()
    return 0


def _can_be_shown(tls: Sequence[Path | str]) -> bool:
    """Whether these are a certificate and its key; says what is wrong. A certificate may be as bad as one likes."""
    try:
        certificate, key = tls
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password="")
    except (ValueError, OSError):
        print("--tls: cần hai tệp PEM, chứng thư và khóa của nó; hoặc để trống.", file=sys.stderr)
        return False
    return True


if __name__ == "__main__":
    import argparse

    command = argparse.ArgumentParser(description="The simulated portal, as its own process.")
    command.add_argument("--home", required=True)
    command.add_argument("--port", type=int, default=8001)
    command.add_argument("--setup")
    command.add_argument(
        "--tls", nargs="*", metavar="FILE", help="certificate and key (PEM), or none for one of our own"
    )
    options = command.parse_args()
    sys.exit(serve(options.home, options.port, options.setup, tls=options.tls))
