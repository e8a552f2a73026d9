"""What every destination offers the sending step, whichever kind it is; ``sending`` and ``worker`` know nothing more.

A kind of destination is one module with these five: a session, its end, one submission of the stored bytes, what an
answer means in the four words, and whether an answer refuses the session only. See docs/decisions/0006.
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from .answers import Answer
from .calling import Exchange
from .gateway import Gateway
from .hub.channel import Hub
from .models import Destination, DestinationKind, Submission
from .sessions import SESSIONS, Sessions


class Channel(Protocol):
    """One destination."""

    def session(self) -> Any:
        """A session that is valid now. Raises NotSent."""

    def drop(self, session: Any) -> None:
        """Forget a session, unless somebody has renewed it meanwhile."""

    def send(self, submission: Submission, session: Any, *, before_bytes: Callable[[], float]) -> Exchange:
        """Send exactly the stored bytes. Raises NotSent until ``before_bytes`` has returned, and where they would
        leave after the moment that it returned (``time.monotonic``)."""

    def meaning_of(self, exchange: Exchange, submission: Submission) -> Answer:
        """A whole answer in the four words."""

    def refuses_session(self, exchange: Exchange) -> bool:
        """Whether it says no more than that the session is over: it is renewed once, and the call repeated once."""


def channel_of(destination: Destination, *, sessions: Sessions = SESSIONS) -> Channel:
    """The channel of a destination. Raises NotSent where its address is not allowed."""
    made: Channel = _KINDS[DestinationKind(destination.kind)](destination, sessions=sessions)
    return made


_KINDS: Mapping[DestinationKind, Callable[..., Channel]] = {
    DestinationKind.PORTAL: Gateway,
    DestinationKind.HUB: Hub,
}
