"""A record that left unpaid is completed when its payment date comes."""

import re
from base64 import b64decode, b64encode

from sosuckhoe.hospital.delivery.late_payment import REASON
from sosuckhoe.hospital.delivery.models import Submission


def changed(data: bytes, field: bytes, value: bytes) -> bytes:
    """The file with one field of its first table filled anew."""

    def part(found: re.Match[bytes]) -> bytes:
        inner = b64decode(found[1])
        mark = b"<%b>[^<]*</%b>|<%b\\s*/>" % (field, field, field)
        return (
            b"<NOIDUNGFILE>" + b64encode(re.sub(mark, b"<%b>%b</%b>" % (field, value, field), inner)) + b"<"
        )

    return re.sub(rb"<NOIDUNGFILE>([^<]+)<", part, data, count=1)


def test_the_date_alone_makes_the_next_version_and_sends_it(take, clean):
    unpaid, paid = changed(clean[0], b"NGAY_TTOAN", b""), changed(clean[0], b"NGAY_TTOAN", b"202611231500")
    assert take(unpaid).version == 1
    second = take(paid)
    assert (second.outcome, second.version) == ("taken", 2)
    versions = dict(Submission.objects.values_list("version__number", "state"))
    assert versions[1] == "SUPERSEDED" and versions[2] in ("WAITING", "HELD")
    assert Submission.objects.get(version__number=2).version.reason == REASON


def test_anything_else_beside_the_date_still_needs_a_reason(take, clean):
    unpaid = changed(clean[0], b"NGAY_TTOAN", b"")
    paid = changed(changed(clean[0], b"NGAY_TTOAN", b"202611231500"), b"GHI_CHU", b"khac")
    take(unpaid)
    assert take(paid).outcome == "needs-reason"


def test_a_payment_date_that_is_changed_needs_a_reason(take, clean):
    take(changed(clean[0], b"NGAY_TTOAN", b"202611231400"))
    assert take(changed(clean[0], b"NGAY_TTOAN", b"202611231500")).outcome == "needs-reason"
