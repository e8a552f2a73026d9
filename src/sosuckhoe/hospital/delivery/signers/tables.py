"""Which tables a file given out to be signed holds, and which may leave today: the hospital may have chosen anew since
(``tables_for_uninsured``), and what is filtered before signing must not come back signed (I15)."""

from datetime import date

from lxml import etree

from ...visits.choices import tables_to_send
from ..closing import edition_for
from ..models import Submission
from ..signing import Held


def tables_in(root: etree._Element) -> set[str]:
    """Official names of the tables packed in a file; none in a check-in, which is a table by itself."""
    return {kind.text or "" for kind in root.iter("LOAIHOSO")}


def tables_leaving(submission: Submission, day: date) -> set[str]:
    """Official names of the tables of a record that may leave on a day."""
    version = submission.version
    if version is None:
        return set()
    visit = version.visit
    names = tables_to_send(version.record, insured=visit.insured, facility=visit.facility, day=day)
    edition = edition_for(version.record, version.at)
    return {table.official for table in edition.tables.values() if table.english in names}


def check_tables(submission: Submission, root: etree._Element, day: date) -> None:
    """That a file holds no table which may not leave on this day; raises Held."""
    if more := tables_in(root) - tables_leaving(submission, day):
        names = ", ".join(sorted(more, key=lambda name: (len(name), name)))
        raise Held(
            "TABLES-NOT-SENT-NOW",
            f"Tệp này có {names}, nay bệnh viện đã chọn không gửi cho đợt khám này. "
            "Hãy tải lại gói chờ ký và ký tệp mới.",
        )
