"""What several lines of work wait with at the same moment is written by whoever has the turn, for itself and the others: one
flush to the disk is as dear for one line as for eight.
"""

from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from .statements import database
from .turns import TURN, writing

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")
Work = Callable[[Sequence[Any]], Sequence[Any]]
"""Does what is asked of all items, and returns what came of each in their order."""
AT_MOST = 16


def together(work: Callable[[Sequence[Item]], Sequence[Outcome]], item: Item) -> Outcome:
    """Have ``work`` done of an item in a transaction that may serve others, too; returns when it is committed.

    Where that transaction fails each has one of its own, so that one's failure is its own. So ``work`` may be called
    twice of the same item: it changes nothing but the database.
    """
    deed = _Deed(work, item)
    _LEDGER.take(deed)
    if deed.problem is not None:
        raise deed.problem
    done: Outcome = deed.outcome
    return done


class Queue(Generic[Item]):
    """Items of several threads, at most ``AT_MOST`` at a time: whoever has the turn works on its own and the others'."""

    def __init__(self, work: Callable[[list[Item]], None], turn: Any) -> None:
        self._work, self._turn = work, turn
        self._waiting: deque[_Place[Item]] = deque()

    def take(self, item: Item) -> None:
        """Returns when it was worked on. What goes wrong is raised in each thread whose item was in the hand."""
        mine = _Place(item)
        self._waiting.append(mine)
        with self._turn:
            while not mine.done:
                self._work_on([self._waiting.popleft() for _ in range(min(AT_MOST, len(self._waiting)))])
        if mine.problem is not None:
            raise mine.problem

    def _work_on(self, hand: "list[_Place[Item]]") -> None:
        problem: BaseException | None = None
        try:
            self._work([place.item for place in hand])
        except BaseException as caught:
            problem = caught
        for place in hand:
            place.problem, place.done = problem, True


class _Place(Generic[Item]):
    """Where an item waits."""

    def __init__(self, item: Item) -> None:
        self.item, self.done = item, False
        self.problem: BaseException | None = None


class _Deed:
    """Something to be done in a transaction, and what came of it."""

    def __init__(self, work: Work, item: Any) -> None:
        self.work, self.item = work, item
        self.outcome: Any = None
        self.problem: Exception | None = None


def _in_one_transaction(deeds: list[_Deed]) -> None:
    try:
        with writing():
            for work in dict.fromkeys(deed.work for deed in deeds):
                same = [deed for deed in deeds if deed.work is work]
                for deed, outcome in zip(same, work([deed.item for deed in same]), strict=True):
                    deed.outcome = outcome
    except Exception as problem:
        if not database().in_atomic_block:
            database().close_if_unusable_or_obsolete()
        if len(deeds) == 1:
            deeds[0].problem = problem
        else:
            for deed in deeds:
                _in_one_transaction([deed])


_LEDGER = Queue(_in_one_transaction, TURN)
