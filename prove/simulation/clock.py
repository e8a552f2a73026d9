"""Time that passes only when the story says so, for the database's columns and for time limits alike."""

from datetime import UTC, datetime, timedelta

START = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        self.seconds = 0.0
        """Since the story began, as a stop-watch counts."""
        self.wrong = 0.0
        """How far the clock on the wall was put off since."""

    def now(self) -> datetime:
        return START + timedelta(seconds=self.seconds + self.wrong)

    def set_right(self) -> None:
        """Somebody puts the clock on the wall right; it may go back doing so."""
        self.wrong = 0.0

    def monotonic(self) -> float:
        return 1000.0 + self.seconds


CLOCK = Clock()


class VirtualDatetime(datetime):
    """``datetime`` for modules that ask it the time."""

    @classmethod
    def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
        return CLOCK.now() if tz is not None else CLOCK.now().replace(tzinfo=None)


class VirtualTime:
    """``time`` for modules that measure with it."""

    @staticmethod
    def monotonic() -> float:
        return CLOCK.monotonic()

    @staticmethod
    def time() -> float:
        return CLOCK.now().timestamp()

    @staticmethod
    def sleep(seconds: float) -> None:
        CLOCK.seconds += seconds
