"""The demo's output is plain where nobody looks, and aligned where somebody does."""

import io

from sosuckhoe.demo.screen import Screen, padded, width


def test_vietnamese_letters_take_one_column_each() -> None:
    assert width("Đã tiếp nhận") == 12
    assert width("ệ") == width("e\u0323\u0302") == 1
    assert padded("ký", 5) == "ký   " and padded("7", 3, right=True) == "  7"


def test_a_pipe_gets_no_escape_sequences_and_no_bar() -> None:
    out, progress = io.StringIO(), io.StringIO()
    screen = Screen(1, out=out, progress=progress)
    with screen.step("Nhập và kiểm tra") as step:
        step.show(3, 10)
        step.result = "10 đợt khám"
    assert "\x1b" not in out.getvalue() and progress.getvalue() == ""
    assert "1/1" in out.getvalue() and "10 đợt khám" in out.getvalue()


def test_a_table_is_as_wide_as_its_cells() -> None:
    out = io.StringIO()
    Screen(1, out=out, progress=io.StringIO()).table([("Tên", "Việc"), ("Đỗ Mẫu Dung", "bác sĩ")])
    assert out.getvalue().splitlines() == ["  Tên          Việc", "  Đỗ Mẫu Dung  bác sĩ"]
