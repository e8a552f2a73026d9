"""What one way of writing explains in many cells is one finding for people, and leaves what it does not explain."""

import re
from datetime import date

import pytest
from tests.interop.hospitals.paper import envelope
from tests.interop.hospitals.visits import VISITS

from sosuckhoe.cli.checking.pool import Question
from sosuckhoe.cli.checking.sources import Source
from sosuckhoe.healthbook.validation import check
from sosuckhoe.healthbook.validation.files import Checked

DAY = date(2026, 11, 28)
STAY = VISITS["inpatient"][0]("1931")
MONEY = re.compile(r"<((?:T_|THANH_TIEN|DON_GIA)\w*)>([0-9]+)<")
TIMES = re.compile(r"<(NGAY_YL|NGAY_TH_YL|NGAY_KQ)>([0-9]{8})([0-9]{2})([0-9]{2})<")
DAYS = re.compile(r"<(NGAY_YL|NGAY_KQ)>(....)(..)(..)(..)(..)<")
EMPTY = re.compile(r"<(\w+)></\1>")
WAYS = {
    "dấu phẩy trong số": lambda text: MONEY.sub(r"<\1>\2,00<", text),
    "có cả giây": lambda text: TIMES.sub(r"<\1>\2\3\g<4>00<", text),
    "dấu ngăn cách": lambda text: DAYS.sub(r"<\1>\4/\3/\2 \5:\6<", text),
    "đầu hoặc cuối": lambda text: re.sub(r"<(\w+)>([^<>\n]+)</\1>", r"<\1> \2 </\1>", text),
    "thay cho ô trống": lambda text: EMPTY.sub(r"<\1>NULL</\1>", text),
    "true, false": lambda text: text.replace(
        "<VET_THUONG_TP></VET_THUONG_TP>", "<VET_THUONG_TP>false</VET_THUONG_TP>"
    ),
}


def file(change) -> bytes:
    return envelope(STAY.facility, "20260915", [[(kind, change(text)) for kind, text in STAY.documents()]])


def told(data: bytes) -> Checked:
    [result] = Question(DAY, gather=True).ask(Source("visit.xml", data=data))
    return result


@pytest.mark.parametrize("words", WAYS)
def test_one_way_of_writing_is_one_finding_for_people(words) -> None:
    data = file(WAYS[words])
    every = [fault for result in check(data, day=DAY) for fault in result.faults]
    result = told(data)
    said = [fault for fault in result.faults if words in fault.message]
    assert len(said) == 1 and said[0].owner == "it" and "không phải nhập lại" in said[0].mend
    assert said[0].severity == "error" and len(every) > 6
    assert len(result.faults) <= 4, [fault.message for fault in result.faults]
    assert result.has_errors


def test_a_slip_in_some_cells_stays_one_a_cell() -> None:
    data = file(lambda text: text.replace("<T_THUOC>249000<", "<T_THUOC>249,000<"))
    [one] = [fault for fault in told(data).faults if fault.value == "249,000"]
    assert one.rule == "FMT-004" and one.path == "XML1.T_THUOC" and one.owner == "cashier"


def test_what_the_habit_does_not_explain_is_told_beside_it() -> None:
    data = file(lambda text: WAYS["dấu phẩy trong số"](text).replace(">J15.9<", ">JJ15<"))
    assert "COD-007" in {fault.rule for fault in told(data).faults}
