"""What the sending step needs of the other side, whichever it is: one interface, one adapter a kind of destination.

How a token is got, where the bytes go and what an answer means differ; that an attempt is noted first, that exactly
the stored bytes leave, and that every answer is one of four words do not (docs/decisions/0006).
"""

from collections.abc import Callable
from typing import Any, Protocol

from .answers import Answer
from .calling import Exchange
from .gateway import Gateway
from .hub import Hub
from .models import Destination, DestinationKind, Submission


class Channel(Protocol):
    """A destination one can send to."""

    def session(self) -> Any:
        """A login that is valid now. Raises NotSent."""

    def drop(self, session: Any) -> None:
        """Forget a login, unless somebody has renewed it meanwhile."""

    def send(self, submission: Submission, session: Any, *, before_bytes: Callable[[], float]) -> Exchange:
        """Send the stored bytes of a submission. Raises NotSent until ``before_bytes`` has returned."""

    def session_is_refused(self, exchange: Exchange) -> bool:
        """Whether the answer refuses the login and nothing else: then one renewal, one repetition."""

    def judge(self, exchange: Exchange) -> Answer:
        """A whole answer, understood."""


def channel_to(destination: Destination) -> Channel:
    """The adapter of a destination. Raises NotSent where it is not set up."""
    return Hub(destination) if destination.kind == DestinationKind.HUB else Gateway(destination)
