"""The journal of a copied database, judged from its lines alone: no program has to run on the copy."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from ...journal.chain import GENESIS, hash_of
from .problems import BackupProblem

Line = tuple[int, datetime, str, str, str, str, Any, str, str]
"""seq, at, actor, action, kind, object_id, detail, previous, hash."""


def judge_journal(lines: Iterable[Line]) -> tuple[str, tuple[int, str]]:
    """The first line's hash and the last line's number and hash. Lines come in any order.

    Raises BackupProblem where one is missing or was changed.
    """
    links = []
    for seq, at, actor, action, kind, object_id, detail, previous, found in lines:
        if hash_of(seq, at, actor, action, kind, object_id, detail, previous) != found:
            raise BackupProblem(f"Nhật ký trong bản sao không còn nguyên vẹn: dòng {seq} đã bị đổi.")
        links.append((seq, previous, found))
    links.sort()
    last = GENESIS
    for expected, (seq, previous, found) in enumerate(links, 1):
        if seq != expected or previous != last:
            raise BackupProblem(f"Nhật ký trong bản sao không còn nguyên vẹn: đứt ở dòng {expected}.")
        last = found
    return (links[0][2] if links else ""), (len(links), last)


def check_end(found: tuple[int, str], said: tuple[int, str] | None) -> None:
    """The chain ends where the database says it does. Raises BackupProblem."""
    if found != (said or (0, GENESIS)):
        raise BackupProblem("Nhật ký trong bản sao không kết thúc ở chỗ cơ sở dữ liệu ghi.")
