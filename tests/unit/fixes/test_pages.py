"""The pages of fixes and rules, as people of each desk use them."""

import re
from unicodedata import normalize

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.unit.fixes.conftest import SPACED, WRONG_TOTAL
from tests.unit.validation.a_visit import visit as a_visit

from sosuckhoe.healthbook.validation import FILE_RULES, listed_rules
from sosuckhoe.healthbook.validation.rules.allowed import ALLOWED
from sosuckhoe.hospital.delivery.mending.fixing import fix
from sosuckhoe.hospital.delivery.models import Submission
from sosuckhoe.hospital.journal.models import Entry
from sosuckhoe.hospital.visits.models import Finding, RecordVersion
from sosuckhoe.hospital.visits.severities import in_force
from sosuckhoe.hospital.web.fixes import many
from sosuckhoe.hospital.web.journal.words import DEEDS
from sosuckhoe.hospital.web.templatetags.fixes import seen
from sosuckhoe.hospital.web.worklist.queries import faults_per_version

SEX = "FMT-015:XML1.GIOI_TINH"


def page_of(client, name, *args, query="", status=200):
    answer = client.get(reverse(f"web:{name}", args=args) + query)
    assert answer.status_code == status, answer.status_code
    return answer.content.decode()


def fields(page: str) -> dict[str, list[str]]:
    """What the first form of the page would send."""
    form = page[page.index('action="/sua-hang-loat/lam/"') :]
    form = form[: form.index("</form>")]
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input[^>]*name="(\w+)" value="([^"]*)"', form):
        found.setdefault(name, []).append(value)
    return found


def run(client, page):
    """Press the button and let every step follow, as the page does by itself."""
    while True:
        answer = client.post(reverse("web:fix_many_do"), fields(page), headers={"HX-Request": "true"})
        page = answer.content.decode()
        if "Đang " not in page:
            return page


def test_a_visit_offers_each_desk_what_it_may_mend(clinic, as_role):
    visit = clinic.close(**SPACED, **WRONG_TOTAL)
    reception, records, clinician = (
        page_of(as_role(role), "visit", visit.pk) for role in ("reception", "records", "clinician")
    )
    offered = {"reception": reception, "records": records, "clinician": clinician}
    counts = {role: page.count("Xem đề xuất sửa") for role, page in offered.items()}
    assert counts["reception"] == 1 and counts["clinician"] == 0 and counts["records"] >= 2


def test_reception_mends_what_is_its_own_and_nothing_else(clinic, as_role):
    visit = clinic.close(**SPACED, **WRONG_TOTAL)
    client = as_role("reception")
    own = reverse("web:visit_fix", args=[visit.pk]) + "?quy-tac=FMT-015&cho=XML1.GIOI_TINH"
    foreign = reverse("web:visit_fix", args=[visit.pk]) + "?quy-tac=XTB-006&cho=XML1.T_TONGCHI_BV"
    assert "Chưa có đề xuất an toàn" in client.get(foreign).content.decode()
    assert "999999" not in client.get(foreign).content.decode()
    assert client.post(own).status_code == 302
    client.post(foreign)
    assert RecordVersion.objects.filter(visit=visit).count() == 2


def test_a_page_that_was_overtaken_saves_nothing_and_says_so(clinic, as_role):
    visit = clinic.close(**SPACED, **WRONG_TOTAL)
    client = as_role("records")
    address = reverse("web:visit_fix", args=[visit.pk]) + "?quy-tac=XTB-006&cho=XML1.T_TONGCHI_BV"
    fix(
        by=clinic.ward.people["records"], visit_id=visit.pk, number=1, rule="FMT-015", path="XML1.GIOI_TINH",
        kind="trim", at=timezone.now(),
    )  # fmt: skip
    answer = client.post(address, {"ban": "1"})
    assert answer.status_code == 409 and "vừa có bản mới" in answer.content.decode()
    assert RecordVersion.objects.filter(visit=visit).count() == 2


def test_one_row_or_all_rows_of_a_visit(clinic, as_role):
    record = a_visit(medicines=3, services=1)
    for row in record.rows("medicines"):
        row["quantity"] = "20,0"
    visit, client = clinic.close(record), as_role("records")
    query = "?quy-tac=FMT-004&cho=XML2.SO_LUONG"
    one = page_of(client, "visit_fix", visit.pk, query=f"{query}&dong=2")
    assert one.count("<ins>") == 1 and "Sửa cả 3 dòng" in one
    every = page_of(client, "visit_fix", visit.pk, query=f"{query}&tat-ca=1")
    assert every.count("<ins>") == 3
    client.post(reverse("web:visit_fix", args=[visit.pk]) + f"{query}&tat-ca=1")
    assert {row["quantity"] for row in visit.latest.record.rows("medicines")} == {"20.0"}


def test_the_batch_page_teaches_when_there_is_nothing(clinic, as_role):
    clinic.close()
    client = as_role("records")
    assert "Không có lỗi nào sửa được hàng loạt" in page_of(client, "fix_many")
    assert "Không còn hồ sơ nào có lỗi này" in page_of(client, "fix_many", query=f"?vi={SEX}")
    clinic.close(sex_code="Nữ")
    assert "Chưa có cách sửa an toàn" in page_of(client, "fix_many", query=f"?vi={SEX}")


def test_many_alike_are_looked_at_some_left_out_the_rest_mended_and_taken_back(clinic, as_role, monkeypatch):
    monkeypatch.setattr(many, "STEP", 2)
    visits = [clinic.close(**SPACED) for _ in range(6)]
    client = as_role("records")
    assert "6" in page_of(client, "fix_many")
    page = page_of(client, "fix_many", query=f"?vi={SEX}")
    assert "6 hồ sơ, 6 chỗ" in page and page.count('<del class="code">␣2</del>') == 6
    assert RecordVersion.objects.count() == 6, "looking changes nothing"
    sent = fields(page)
    sent["chon"] = sent["chon"][1:]
    started = client.post(reverse("web:fix_many_do"), sent).content.decode()
    assert "2 trên 5 hồ sơ" in started and "<html" in started
    finished = run(client, started)
    assert "Đã sửa 5 hồ sơ" in finished and "5 hồ sơ không còn lỗi" in finished
    assert sorted(visit.versions.count() for visit in visits) == [1, 2, 2, 2, 2, 2]
    back = run(client, finished)
    assert "Đã hoàn tác 5 hồ sơ" in back
    for visit in visits:
        hashes = list(visit.versions.order_by("number").values_list("sha256", flat=True))
        assert hashes[0] == hashes[-1]


def test_a_batch_can_be_stopped_and_says_what_was_not_done(clinic, as_role, monkeypatch):
    monkeypatch.setattr(many, "STEP", 1)
    for _ in range(3):
        clinic.close(**SPACED)
    client = as_role("records")
    page = client.post(
        reverse("web:fix_many_do"), fields(page_of(client, "fix_many", query=f"?vi={SEX}"))
    ).content.decode()
    stopped = client.post(reverse("web:fix_many_do"), fields(page) | {"dung": "1"}).content.decode()
    assert "Đã sửa 1 hồ sơ" in stopped and "2 hồ sơ chưa làm vì đã dừng" in stopped
    assert RecordVersion.objects.count() == 4


def test_visits_that_moved_meanwhile_are_named_with_the_reason(clinic, as_role):
    first, second = clinic.close(**SPACED), clinic.close(**SPACED)
    client = as_role("records")
    sent = fields(page_of(client, "fix_many", query=f"?vi={SEX}"))
    client.post(reverse("web:visit_fix", args=[first.pk]) + "?quy-tac=FMT-015&cho=XML1.GIOI_TINH")
    page = client.post(reverse("web:fix_many_do"), sent).content.decode()
    assert "Đã sửa 1 hồ sơ" in page and "1 hồ sơ chưa sửa được" in page
    assert first.visit_code in page and second.visit_code not in page


def test_a_batch_of_another_desk_is_refused(clinic, as_role):
    visit = clinic.close(**WRONG_TOTAL)
    client = as_role("reception")
    assert page_of(client, "fix_many", query="?vi=XTB-006:XML1.T_TONGCHI_BV", status=403)
    sent = {"vi": "XTB-006:XML1.T_TONGCHI_BV", "kieu": "reckon", "chon": f"{visit.pk}:1"}
    page = client.post(reverse("web:fix_many_do"), sent).content.decode()
    assert "bộ phận khác sửa" in page and visit.versions.count() == 1


@pytest.mark.parametrize("sent", [{}, {"chon": "x"}, {"chon": "1"}, {"chon": "999999:1"}, {"hong": "x:y"}])
def test_odd_posts_change_nothing(clinic, as_role, sent):
    clinic.close(**SPACED)
    assert as_role("records").post(reverse("web:fix_many_do"), {"vi": SEX, **sent}).status_code in (200, 302)
    assert RecordVersion.objects.count() == 1


def test_undo_after_sending_asks_why_first(clinic, as_role):
    from types import SimpleNamespace

    visit, client = clinic.close(**SPACED), as_role("records")
    client.post(reverse("web:visit_fix", args=[visit.pk]) + "?quy-tac=FMT-015&cho=XML1.GIOI_TINH")
    clinic.ward.sign()
    clinic.ward.receive(SimpleNamespace(visit_id=visit.pk, version=2))
    address = reverse("web:visit_undo", args=[visit.pk, 2])
    asked = client.post(address)
    assert asked.status_code == 409 and "Lý do trở lại" in asked.content.decode()
    assert f'action="{address}"' in page_of(client, "visit", visit.pk)
    client.post(address, {"reason": "Nhầm đợt"})
    assert visit.latest.reason == "Hoàn tác bản 2: Nhầm đợt"


def test_standing_by_a_value_and_taking_it_back(clinic, as_role):
    visit, client = clinic.close(weight_kg="250.00"), as_role("clinician")
    finding = Finding.objects.get(rule="FMT-032")
    address = reverse("web:fix_overrule", args=[finding.pk])
    assert address in page_of(client, "visit", visit.pk)
    assert client.post(address, {"reason": " "}).status_code == 422
    client.post(address, {"reason": "Đã cân lại"})
    page = page_of(client, "visit", visit.pk)
    assert (
        f"{clinic.ward.people['clinician'].full_name} giữ nguyên giá trị này" in page
        and "Đã cân lại" in page
        and address not in page
    )
    client.post(reverse("web:fix_withdraw", args=[finding.pk]))
    finding.refresh_from_db()
    assert finding.overruled_by == ""
    assert as_role("reception").get(address).status_code == 403


def test_a_habit_in_many_rows_is_one_line_one_fix_and_one_word(clinic, as_role):
    record = a_visit(medicines=3, services=1, results=1)
    for row in record.tables["medicines"]:
        row["quantity"] = f"{row['quantity']}.0000"
    visit, client = clinic.close(record), as_role("records")
    findings = Finding.objects.filter(rule="FMT-005").order_by("row")
    assert [finding.row for finding in findings] == [1, 2, 3]
    page = page_of(client, "visit", visit.pk)
    assert (
        page.count("Gặp ở 3 dòng: 1, 2, 3.") == 1
        and page.count("cho=XML2.SO_LUONG&amp;dong=1&amp;tat-ca=1") == 1
    )
    assert "cho=XML2.SO_LUONG&amp;dong=2" not in page
    client.post(reverse("web:fix_overrule", args=[findings[0].pk]), {"reason": "Phần mềm xuất vậy"})
    assert {finding.overruled_why for finding in findings.all()} == {"Phần mềm xuất vậy"}
    assert page_of(client, "visit", visit.pk).count("giữ nguyên giá trị này") == 1
    client.post(reverse("web:fix_withdraw", args=[findings[2].pk]))
    assert {finding.overruled_by for finding in findings.all()} == {""}


def test_a_word_for_nothing_in_many_rows_counts_once_in_the_work_list(clinic, as_role):
    record = a_visit(medicines=3, services=1, results=1)
    for row in record.tables["medicines"]:
        row["quantity"] = "NULL"
    visit = clinic.close(record)
    errors = visit.latest.findings.filter(severity="error", overruled_by="")
    words = errors.filter(rule="SHP-004").count()
    assert words == 3
    assert faults_per_version([visit.latest.pk]) == {visit.latest.pk: errors.count() - words + 1}


def test_a_rule_overruled_often_leads_the_list_of_rules(clinic, as_role):
    for _ in range(5):
        clinic.close(weight_kg="250.00")
    client = as_role("records")
    for finding in Finding.objects.filter(rule="FMT-032")[:2]:
        client.post(reverse("web:fix_overrule", args=[finding.pk]), {"reason": "Đã cân lại"})
    page = page_of(client, "rules")
    assert "1 quy tắc bị bỏ qua" in page and "nên xem lại" in page
    assert "Đã cân lại" in page_of(client, "rule", "FMT-032")
    assert "Đã cân lại" not in page_of(as_role("it"), "rule", "FMT-032")


def test_a_severity_is_changed_with_a_reason_by_who_sets_up(clinic, as_role):
    it, address = as_role("it"), reverse("web:rule", args=["FMT-015"])
    assert it.post(address, {"muc": "warning", "reason": ""}).status_code == 422
    assert it.post(address, {"muc": "warning", "reason": "Giao ban"}).status_code == 302
    assert as_role("records").post(address, {"muc": "off", "reason": "x"}).status_code == 403
    today = timezone.localdate()
    assert in_force(facility=clinic.ward.facility, day=today) == {"FMT-015": "warning"}
    page = page_of(it, "rule", "FMT-015")
    assert "Giao ban" in page and "Mức gốc → Cảnh báo" in page
    assert "FMT-015" in page_of(it, "rules", query="?loc=doi-muc")
    it.post(address, {"muc": "goc", "reason": "Thử xong"})
    assert in_force(facility=clinic.ward.facility, day=today) == {}


def test_a_trial_shows_hits_and_hides_values_from_who_need_not_know(clinic, as_role):
    visit = clinic.close(**WRONG_TOTAL)
    records = page_of(as_role("records"), "rule_trial", "XTB-006")
    assert visit.visit_code in records and "999.999" in records
    assert "999.999" not in page_of(as_role("it"), "rule_trial", "XTB-006")
    assert RecordVersion.objects.count() == 1
    assert Entry.objects.filter(action="rule-tried").count() == 2


def test_every_rule_has_a_page(clinic, as_role):
    client = as_role("records")
    chosen = [*[rule.id for rule in listed_rules()][::25], next(iter(FILE_RULES))]
    for id in chosen:
        assert f"Quy tắc {id}" in page_of(client, "rule", id)
        if id not in ALLOWED:
            assert page_of(client, "rule_trial", id)
    page_of(client, "rule", "XXX-999", status=404)
    for id in ALLOWED:
        assert "Được phép" in page_of(client, "rule", id) and page_of(client, "rule_trial", id, status=404)
    assert page_of(client, "rules", query="?loc=moi").count('class="opens') == len(listed_rules())


def test_the_journal_has_a_word_for_everything_done_here(clinic, as_role):
    visit, client = clinic.close(**SPACED), as_role("records")
    page = page_of(client, "fix_many", query=f"?vi={SEX}")
    done = run(client, page)
    run(client, done)
    client.post(reverse("web:fix_overrule", args=[visit.latest.findings.get().pk]), {"reason": "Đúng"})
    client.post(reverse("web:fix_withdraw", args=[visit.latest.findings.get().pk]))
    page_of(client, "rule_trial", "FMT-015")
    used = set(Entry.objects.values_list("action", flat=True))
    assert used <= set(DEEDS) | {"key-declared"}, used - set(DEEDS)
    assert {"fix-applied", "fix-undone", "fixes-previewed", "overruling-withdrawn", "rule-tried"} <= used
    assert Submission.objects.filter(state="HELD").exists()


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (" 2", "␣2"),
        ("Trần  Bình ", "Trần␣␣Bình␣"),
        ("I10; E11", "I10;␣E11"),
        ("2\u200b", "2‹U+200B›"),
        ("Trần Bình", "Trần Bình"),
        (normalize("NFD", "ọ"), normalize("NFD", "ọ") + " (chữ ở dạng tổ hợp rời)"),
        ("", ""),
    ],
)
def test_what_a_reader_could_not_see_is_made_visible(value, shown):
    assert seen(value) == shown
