"""``sosuckhoe explain`` and ``sosuckhoe standard rules``: in words for people, as data for machines."""

import json

import pytest

from sosuckhoe.cli import main
from sosuckhoe.cli.checking.refusals import REFUSALS as OURS
from sosuckhoe.cli.portal_codes import FAMILIES, portal_codes
from sosuckhoe.healthbook.document import REFUSALS
from sosuckhoe.healthbook.validation import listed_rules
from sosuckhoe.hospital.delivery.answers import LOGIN, SUBMISSION


def explain(capsys, *arguments):
    code = main(["explain", *arguments])
    return code, capsys.readouterr().out


def test_a_rule_is_explained_with_labels_source_validity_owner_and_examples(capsys):
    code, out = explain(capsys, "xfd-029")
    assert code == 0
    for part in (
        "Thời điểm kết thúc đợt – NGAY_RA",
        "NGAY_RA is not earlier than NGAY_VAO",
        "Theo: QĐ 4750/QĐ-BYT, Bảng 1",
        "từ 01/07/2024 (đang áp dụng)",
        "Ai thường sửa: Bác sĩ, điều dưỡng",
        "Cách sửa: ",
        "NGAY_RA = 202609150900",
        "NGAY_RA = 202609150759",
    ):
        assert part in out


def test_a_rule_with_a_safe_fix_says_which_and_why_it_is_safe(capsys):
    _, out = explain(capsys, "SHP-003")
    assert "Bỏ dấu cách thừa và ký tự ẩn. Chỉ bỏ ký tự không nhìn thấy" in out
    _, out = explain(capsys, "XFD-029", "--format", "json")
    assert json.loads(out)["fixes"] == []


def test_every_rule_can_be_explained_in_both_forms(capsys):
    for rule in listed_rules():
        assert main(["explain", rule.id]) == 0
        assert "{" not in capsys.readouterr().out.partition("Ví dụ")[0], rule.id
        assert main(["explain", rule.id, "--format", "json"]) == 0
        assert set(json.loads(capsys.readouterr().out)["examples"]) == {"passing", "failing"}


@pytest.mark.parametrize("code", [*REFUSALS, *OURS, "SHP-005"])
def test_every_refusal_is_explained(code, capsys):
    exit_code, out = explain(capsys, code, "--format", "json")
    answer = json.loads(out)
    assert exit_code == 0 and answer["kind"] == "refusal"
    assert answer["meaning"] and answer["what_to_do"].endswith(".")


def test_one_number_has_a_meaning_in_every_family_that_knows_it(capsys):
    _, out = explain(capsys, "205", "--format", "json")
    families = {known["family"]: known["meaning"] for known in json.loads(out)["families"]}
    assert set(families) == {"submission", "card"} and len(set(families.values())) == 2
    _, out = explain(capsys, "card:205")
    assert "Tham số" in out and "submission" not in out


def test_what_may_be_repeated_is_what_the_delivery_room_repeats():
    codes = {(known.family, known.code): known for known in portal_codes()}
    assert set(FAMILIES) == {family for family, _ in codes}
    for family, table in (("submission", SUBMISSION), ("login", LOGIN)):
        for code, known in table.items():
            assert codes[family, code].may_repeat == (known.word == "TryLater")
    assert not codes["submission", "NO-ANSWER"].may_repeat
    assert codes["card", "100"].may_repeat and not codes["card", "010"].may_repeat
    assert all(known.meaning and known.what_to_do and known.repeat for known in codes.values())


def test_an_unknown_code_is_told_with_what_is_near(capsys):
    code, out = explain(capsys, "XFD-0299")
    assert code == 2 and "XFD-029" in out
    code, out = explain(capsys, "777")
    assert code == 2 and "không tự gửi lại" in out
    code, out = explain(capsys, "777", "--format", "json")
    assert code == 2 and json.loads(out) == {"code": "777", "kind": "unknown"}


def test_the_rules_are_listed_for_machines_with_their_proofs(capsys):
    assert main(["standard", "rules", "--format", "json"]) == 0
    rules = json.loads(capsys.readouterr().out)
    assert rules == json.loads(json.dumps([rule.as_json() for rule in listed_rules()]))
    assert {"STR-007", "SHP-001", "XFD-029"} <= {rule["id"] for rule in rules}


def test_the_rules_are_listed_for_people(capsys):
    assert main(["standard", "rules"]) == 0
    out = capsys.readouterr().out
    assert "XFD-029  Lỗi, XML1, từ 01/07/2024, 3 hồ sơ mẫu" in out
    assert "{" not in out
