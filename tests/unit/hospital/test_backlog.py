"""After an outage thousands wait: a claim looks at the next few, not at all of them."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from sosuckhoe.hospital.delivery import claims
from sosuckhoe.hospital.delivery.models import SignedDocument, Submission
from sosuckhoe.hospital.delivery.turns import writing
from sosuckhoe.hospital.delivery.worker import Worker
from sosuckhoe.hospital.visits.models import RecordVersion, Visit

from .conftest import House, submission_of

pytestmark = pytest.mark.django_db
WAITING = 1_500


@pytest.fixture
def backlog(house: House, take, clean: list[bytes]) -> None:
    """Copies of one signed record under other numbers."""
    pattern = submission_of(take(clean[0]))
    assert Worker("test").sign_one()
    pattern.refresh_from_db()
    assert pattern.document is not None
    waiting = copies_of(pattern, WAITING)
    copies(SignedDocument, pattern.document, WAITING, submission_id=lambda n: waiting[n].pk)


def copies_of(pattern: Submission, number: int) -> list[Submission]:
    """So many more as this one, each of a visit of its own, with the same document."""
    assert pattern.version is not None
    visits = copies(Visit, pattern.version.visit, number, visit_code=lambda n: f"TON{n:06}")
    versions = copies(RecordVersion, pattern.version, number, visit_id=lambda n: visits[n].pk)
    return copies(Submission, pattern, number, version_id=lambda n: versions[n].pk)


def copies(model, source, number, **columns):
    fields = {f.attname: getattr(source, f.attname) for f in model._meta.concrete_fields}
    del fields["id"]
    return model.objects.bulk_create(
        model(**fields | {name: value(n) for name, value in columns.items()}) for n in range(number)
    )


def plan_of(ask: Callable[[], object]) -> list[str]:
    """How the database goes about what is asked, in its own words: a line a step."""
    explain = "EXPLAIN (ANALYZE)" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
    told: list[str] = []

    def explained(execute, sql, values, many, context):
        told.extend(str(row[-1]) for row in execute(f"{explain} {sql}", values, many, context).fetchall())
        return execute(sql, values, many, context)

    with connection.execute_wrapper(explained):
        ask()
    return told


@pytest.mark.parametrize("way", [0, 1], ids=["oldest", "newest"])
def test_a_claim_finds_the_next_few_in_their_order_without_sorting_what_waits(
    backlog: None, way: int
) -> None:
    asked, now = claims.RECORDS.to_send[way], timezone.now() + timedelta(hours=1)
    with writing(claims.AS_WRITTEN):
        found = [each.pk for each in asked.objects(now, limit=4)]
        plan = plan_of(lambda: asked.objects(now, limit=4))
    waiting = sorted(Submission.objects.values_list("pk", flat=True), reverse=bool(way))
    assert found == waiting[:4]
    told = "\n".join(plan)
    assert not re.search(r"Sort|Hash|TEMP B-TREE", told), told
    (read,) = [
        line
        for line in plan
        if re.search(r"on delivery_submission  |(SEARCH|SCAN) delivery_submission\b", line)
    ]
    if connection.vendor == "postgresql":
        assert int(re.search(r"actual .*rows=(\d+)", read)[1]) <= 16, told
    else:
        assert "USING INDEX ledger_next (state=?)" in read, told
