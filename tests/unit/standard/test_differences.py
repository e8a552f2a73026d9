"""What changed between two days, in words."""

from datetime import date

from sosuckhoe.healthbook.standard.differences import differences


def words(earlier, later):
    return {(change.where, change.what) for change in differences(earlier, later)}


def test_nothing_changes_within_an_edition():
    assert not words(date(2026, 8, 15), date(2026, 9, 15))


def test_a_longer_field_a_renamed_field_and_a_dropped_field_are_told():
    told = words(date(2024, 8, 1), date(2026, 7, 15))
    assert ("XML2.MUC_HUONG", "Đổi độ dài tối đa: 3 ký tự thành 4 ký tự") in told
    assert ("XML13.MA_CSKCB_DEN", "Đổi tên: MA_NOI_DEN thành MA_CSKCB_DEN") in told
    assert ("XML13.TEN_THUOC", "Bỏ chỉ tiêu: Tên thuốc") in told
    assert ("XML7.PP_DIEUTRI", "Đổi độ dài tối đa: 1500 ký tự thành không giới hạn") in told


def test_new_tables_and_codes_are_told_with_their_source():
    found = {change.where: change for change in differences(date(2024, 2, 1), date(2024, 8, 1))}
    assert found["XML15"].source == "QĐ 4750/QĐ-BYT"
    told = list(differences(date(2026, 7, 31), date(2026, 8, 1)))
    assert ("visit_types", "Mã mới 14: Khám bệnh, chữa bệnh từ xa") in {(c.where, c.what) for c in told}
    assert all(change.source for change in told)
