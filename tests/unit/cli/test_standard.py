"""``sosuckhoe standard``: the standard in words."""

from sosuckhoe.cli import main


def test_a_field_is_explained_with_its_history(capsys):
    assert main(["standard", "show", "XML2.MUC_HUONG", "--as-of", "2026-09-01"]) == 0
    out = capsys.readouterr().out
    assert "4 ký tự" in out
    assert "QĐ 130/QĐ-BYT, Bảng 2; QĐ 1931/QĐ-BYT, Bảng 2, chỉ tiêu 27" in out


def test_a_name_that_does_not_exist_is_said_and_nothing_else_happens(capsys):
    assert main(["standard", "show", "XML1.KHONG_CO"]) == 2
    assert "không có XML1.KHONG_CO" in capsys.readouterr().err


def test_the_difference_between_two_days_cites_its_texts(capsys):
    assert main(["standard", "diff", "2024-08-01", "2026-08-01"]) == 0
    out = capsys.readouterr().out
    assert "Đổi tên: MA_NOI_DEN thành MA_CSKCB_DEN  [QĐ 3176/QĐ-BYT, Bảng 13]" in out


def test_a_day_before_the_standard_is_told(capsys):
    assert main(["standard", "diff", "2020-01-01", "2026-08-01"]) == 2
    assert "QĐ 130" in capsys.readouterr().err
