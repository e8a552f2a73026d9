"""The journal of a copied database, judged from its lines alone: no program has to run on the copy."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from ...journal.chain import GENESIS, hash_of
from .problems import BackupProblem

BROKEN = "Nhật ký trong bản sao không còn nguyên vẹn: đứt ở dòng {}."
Line = tuple[int, datetime, str, str, str, str, Any, str, str]
"""seq, at, actor, action, kind, object_id, detail, previous, hash."""


def judge_journal(lines: Iterable[Line]) -> tuple[str, tuple[int, str]]:
    """The first line's hash and the last line's number and hash.

    Lines come in any order; only those that came too early are remembered, and an archive has few of them. Raises
    BackupProblem where one is missing or was changed.
    """
    begins, last, expected = "", GENESIS, 1
    early: dict[int, tuple[str, str]] = {}
    for seq, at, actor, action, kind, object_id, detail, previous, found in lines:
        if hash_of(seq, at, actor, action, kind, object_id, detail, previous) != found:
            raise BackupProblem(f"Nhật ký trong bản sao không còn nguyên vẹn: dòng {seq} đã bị đổi.")
        early[seq] = previous, found
        while link := early.pop(expected, None):
            if link[0] != last:
                raise BackupProblem(BROKEN.format(expected))
            begins, last, expected = begins or link[1], link[1], expected + 1
    if early:
        raise BackupProblem(BROKEN.format(expected))
    return begins, (expected - 1, last)


def check_end(found: tuple[int, str], said: tuple[int, str] | None) -> None:
    """The chain ends where the database says it does. Raises BackupProblem."""
    if found != (said or (0, GENESIS)):
        raise BackupProblem("Nhật ký trong bản sao không kết thúc ở chỗ cơ sở dữ liệu ghi.")
