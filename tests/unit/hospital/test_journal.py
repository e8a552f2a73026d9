"""The journal: lines are only added, and a changed one is found."""

import pytest
from django.db import DatabaseError, connection, transaction

from sosuckhoe.hospital.journal.chain import note, verify_chain
from sosuckhoe.hospital.journal.models import End, Entry

pytestmark = pytest.mark.django_db


def test_an_untouched_chain_is_whole() -> None:
    for number in range(3):
        note("giang", "looked", "visit", number, page="record")
    verdict = verify_chain()
    assert verdict.whole
    assert verdict.entries == 3


@pytest.mark.parametrize("statement", ["UPDATE journal_entry SET actor = 'em'", "DELETE FROM journal_entry"])
def test_the_database_refuses_to_change_or_delete_a_line(statement: str) -> None:
    note("giang", "looked")
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert verify_chain().entries == 1


def test_a_line_written_past_the_chain_is_found() -> None:
    first = note("giang", "looked")
    forged = Entry(seq=2, at=first.at, actor="em", action="looked", previous=first.hash, hash="0" * 64)
    forged.save()
    assert verify_chain().broken_at == 2


def test_a_chain_cut_at_its_end_is_found() -> None:
    note("giang", "looked")
    End.objects.update(seq=2)
    assert not verify_chain().whole


def test_a_line_survives_the_way_to_the_database_and_back() -> None:
    note("đỗ.dung", "closed", "visit", 7, sentence="Kết thúc đợt", count=3, parts=["a", "b"], none=None)
    assert verify_chain().whole
