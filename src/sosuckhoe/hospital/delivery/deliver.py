"""``sosuckhoe deliver``: the worker, the watched drop folder and the nightly count, as one process."""

import logging
import signal
import threading
from collections.abc import Callable
from types import FrameType

from django.conf import settings
from django.db import close_old_connections, connection
from django.utils import timezone

from ..journal.chain import MACHINE
from . import worker
from .drop_folder import Watcher
from .ending import Ending
from .erasing import erase_what_is_over
from .practice import stop_practice
from .restoring.matching import match_lost
from .saving import cannot_save
from .watching.reconciling_run import reconcile_tonight
from .watching.rehashing import check_stored_tonight
from .watching.time_source import note_time_source, time_source

LOOK_SECONDS = 2.0
COUNT_SECONDS = 60.0

log = logging.getLogger("sosuckhoe.delivery")


def deliver(
    *,
    until_idle: bool = False,
    parallel: int = 2,
    watch_drop: bool = True,
    patience: float = worker.PATIENCE,
    each: Callable[[], None] = lambda: None,
    why_stop: Callable[[], str] = lambda: "",
) -> None:
    """Sign and send what is due. Stops at SIGTERM, SIGINT or SIGUSR1, finishing or giving back what is in hand within
    STOP_SECONDS; at once, in the same way, when told a second time.

    ``why_stop``: asked about every half second; a sentence ends the work in the same way.

    ``until_idle``: return when nothing more is due within ``patience`` seconds; the drop folder is not watched then.
    """
    stop = threading.Event()
    ending = Ending()
    _stop_on_signals(stop, ending)
    watching = threading.Thread(target=_watch, args=(stop,), daemon=True)
    counting = threading.Thread(target=_count_nightly, args=(stop,), daemon=True)
    if watch_drop and not until_idle:
        watching.start()
    if not until_idle:
        counting.start()
    try:
        worker.run(
            stop,
            until_idle=until_idle,
            parallel=parallel,
            patience=patience,
            each=each,
            ending=ending,
            why_stop=why_stop,
        )
    finally:
        stop.set()
        # A file on its way in, or a count, that takes longer ends with the process: it comes in whole or not at all.
        ending.wait_for([thread for thread in (watching, counting) if thread.is_alive()])


def _count_nightly(stop: threading.Event) -> None:
    """What was imported again after a restore is matched; once a day, soon after midnight or after the start, what was
    closed is compared with what was received, and files that were not taken in are erased when their time is over."""
    declared = settings.HOME.is_production
    try:
        while not stop.wait(COUNT_SECONDS):
            try:
                if cannot_save():
                    continue
                note_time_source(time_source())
                declared = declared_meanwhile(declared)
                match_lost(by=MACHINE, at=timezone.now())
                reconcile_tonight(timezone.localdate())
                check_stored_tonight(timezone.localdate())
                erase_what_is_over(at=timezone.now())
            except Exception:
                log.exception("the nightly comparison failed; trying again")
                close_old_connections()
    finally:
        connection.close()


def declared_meanwhile(before: bool) -> bool:
    """Production may be declared while the sender runs: then practice ends here as it does at the start."""
    if settings.HOME.is_production and not before:
        for destination in stop_practice(timezone.now()):
            log.warning("%s: %s", destination.name, destination.paused_why)
    return settings.HOME.is_production


def _stop_on_signals(stop: threading.Event, ending: Ending) -> None:
    """SIGUSR1 is what ``serve`` says: whoever stops both has told us already, and does not mean it twice."""
    if threading.current_thread() is not threading.main_thread():
        return

    def handle(number: int, frame: FrameType | None) -> None:
        if stop.is_set() and number != signal.SIGUSR1:
            ending.told_again.set()
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1):
        signal.signal(number, handle)


def _watch(stop: threading.Event) -> None:
    watcher = Watcher(settings.HOME.drop)
    try:
        while not stop.wait(LOOK_SECONDS):
            try:
                if cannot_save():
                    continue
                settings.HOME.drop.mkdir(mode=0o700, parents=True, exist_ok=True)
                watcher.look()
            except Exception:
                log.exception("the drop folder could not be read; trying again")
                close_old_connections()
    finally:
        connection.close()
