"""Who may open which page; the table of rights is the hospital's, the pages only ask it."""

import re

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from tests.unit.web.ward import ROLES, Ward

from sosuckhoe.hospital.delivery.models import Attempt, Incident, Submission
from sosuckhoe.hospital.staff import policies
from sosuckhoe.hospital.visits.models import CheckIn, RecordVersion

ANYONE = None
WORK = ("read_patients", "read_records", "see_delivery")
PAGES = {
    "today": ANYONE,
    "change_password": ANYONE,
    "sending_word": ANYONE,
    "worklist": WORK,
    "search": WORK,
    "visit": WORK,
    "cards": ("look_up_cards",),
    "card": ("look_up_cards",),
    "check_in": ("look_up_cards",),
    "check_ins": ("look_up_cards", "see_delivery"),
    "check_in_one": ("look_up_cards", "see_delivery"),
    "visit_correct": ("close_visits",),
    "visit_fix": ("mend_findings",),
    "fix_many": ("mend_findings",),
    "rules": ("set_up", "read_records", "report"),
    "rule": ("set_up", "read_records", "report"),
    "rule_trial": ("set_up", "read_records", "report"),
    "rule_hold_back": ("set_up",),
    "visit_table": ("read_records",),
    "visit_attempt": ("see_delivery",),
    "evidence": ("see_delivery", "read_records"),
    "evidence_check_in": ("look_up_cards", "see_delivery"),
    "import": ("import_files",),
    "import_quarantine": ("import_files",),
    "delivery": ("see_delivery",),
    "delivery_list": ("see_delivery",),
    "delivery_unknown": ("steer_delivery",),
    "delivery_restored": ("see_delivery",),
    "delivery_practice": ("see_delivery",),
    "delivery_withheld": ("see_delivery",),
    "delivery_reconciling": ("see_delivery",),
    "delivery_reconciling_list": ("see_delivery",),
    "delivery_incidents": ("see_delivery",),
    "delivery_incident": ("see_delivery",),
    "delivery_incident_delayed": ("see_delivery",),
    "delivery_incident_tell": ("steer_delivery",),
    "delivery_incident_change": ("steer_delivery",),
    "sign_elsewhere": ("steer_delivery",),
    "signatures": ("see_delivery",),
    "six_month": ("report",),
    "six_month_cell": ("report",),
    "six_month_download": ("report",),
    "journal": ("read_journal",),
    "admin": ("set_up", "manage_staff"),
    "admin_staff": ("manage_staff",),
    "admin_person": ("manage_staff",),
    "admin_facility": ("set_up",),
    "admin_destinations": ("set_up",),
    "admin_destination": ("set_up",),
    "admin_keys": ("set_up",),
    "admin_add_key": ("set_up",),
    "admin_key": ("set_up",),
    "admin_key_status": ("set_up",),
    "admin_catalogues": ("set_up",),
    "admin_catalogue": ("set_up",),
    "admin_choices": ("set_up",),
    "admin_choice": ("set_up",),
}
"""Every page that is read, and the deeds of the table of rights of which one suffices."""


def address_of(name: str, ward: Ward) -> str:
    visit = ward.taken[0].visit_id
    extra = {
        "visit": [visit],
        "card": [ward.look_up.pk if ward.look_up else 0],
        "check_in_one": [CheckIn.objects.order_by("pk")[0].pk],
        "evidence_check_in": [CheckIn.objects.order_by("pk")[0].pk],
        "visit_correct": [visit],
        "visit_fix": [visit],
        "rule": ["XTB-006"],
        "rule_trial": ["XTB-006"],
        "rule_hold_back": ["XTB-006"],
        "visit_table": [visit, "services"],
        "visit_attempt": [Attempt.objects.order_by("pk")[0].pk],
        "evidence": [RecordVersion.objects.order_by("pk")[0].pk],
        "delivery_incident": [Incident.objects.get().pk],
        "delivery_incident_delayed": [Incident.objects.get().pk],
        "delivery_incident_change": [Incident.objects.get().pk],
        "delivery_unknown": [Submission.objects.get(state="UNKNOWN").pk],
        "six_month_download": ["csv"],
        "admin_person": [ward.people["reception"].pk],
        "admin_destination": [ward.destination.pk if ward.destination else 0],
        "admin_add_key": ["thiet-bi"],
        "admin_key": [ward.key.pk if ward.key else 0],
        "admin_key_status": [ward.key.pk if ward.key else 0],
        "admin_catalogue": ["medicines"],
        "admin_choice": ["transmitted_means"],
    }.get(name, [])
    query = {
        "visit_correct": "?cho=XML1.NGAY_RA",
        "visit_fix": "?quy-tac=XTB-006&cho=XML1.T_TONGCHI_BV",
        "search": "?tim=binh",
        "delivery_list": "?trang-thai=RECEIVED",
        "delivery_reconciling_list": "?vi=FAULTS",
        "six_month_cell": "?the=co",
    }.get(name, "")
    return reverse(f"web:{name}", args=extra) + query


def test_every_page_that_is_read_is_in_the_table_of_this_test():
    from sosuckhoe.hospital.web.urls import urlpatterns

    elsewhere = {
        "metrics", "healthz", "sign_in", "sign_out", "visit_open_narrow", "import_with_reason", "delivery_pause", "delivery_resume",
        "delivery_leave_unknown", "delivery_steer", "delivery_restored_do", "delivery_withheld_mark", "delivery_practice_decide", "delivery_untasked", "delivery_withheld_do", "delivery_reconciling_count", "delivery_reconciling_rerun",
        "delivery_reconciling_findings", "delivery_incident_withdraw", "delivery_incident_cause", "delivery_reconciling_calendar", "journal_verify", "admin_switch", "admin_add_unit",
        "admin_retire_key", "worklist_release", "visit_compare",
        "card_deed", "rule_recheck", "rule_hold_back_do", "import_erase", "visit_undo", "fix_many_do", "fix_overrule", "fix_withdraw",
        "delivery_health_checks", "delivery_health_check", "evidence_health_check", "admin_add_hub", "admin_hub", "visit_settle_number",
    }  # fmt: skip
    assert {pattern.name for pattern in urlpatterns} == set(PAGES) | elsewhere


@pytest.mark.parametrize("role", ROLES)
def test_a_role_opens_its_pages_and_no_others(ward, as_role, role):
    client = as_role(ward, role)
    for name, deeds in PAGES.items():
        allowed = deeds is ANYONE or any(role in policies.MAY[deed] for deed in deeds)
        status = client.get(address_of(name, ward)).status_code
        assert status == (200 if allowed else 403), f"{role} at {name}"


def test_somebody_who_is_not_signed_in_is_sent_to_the_sign_in_page(ward):
    for name in PAGES:
        address = address_of(name, ward)
        answer = Client().get(address)
        assert answer.status_code == 302, name
        assert answer["Location"].startswith("/dang-nhap/?next="), name


def test_a_closed_account_opens_nothing(ward, as_role):
    client = as_role(ward, "records")
    ward.people["records"].is_active = False
    ward.people["records"].save()
    assert client.get(reverse("web:worklist")).status_code == 302


def test_a_person_with_a_first_password_chooses_their_own_before_anything_else(ward, as_role):
    client = as_role(ward, "records")
    ward.people["records"].must_change_password = True
    ward.people["records"].save()
    assert client.get(reverse("web:worklist"))["Location"] == reverse("web:change_password")
    assert client.get(reverse("web:change_password")).status_code == 200


def test_navigation_shows_what_a_role_may_open_and_nothing_else(ward, as_role):
    for role in ROLES:
        client = as_role(ward, role)
        page = client.get("/").content.decode()
        navigation = page[page.index('<nav class="nav"') : page.index("</nav>")]
        links = re.findall(r'<a href="([^"]+)"', navigation)
        assert links and len(links) <= 7
        assert all(client.get(link).status_code == 200 for link in links), role


def test_reading_pages_changes_nothing_but_the_journal(ward, as_role):
    def rows() -> dict[str, int]:
        return {
            model._meta.label: model._default_manager.count()
            for model in apps.get_models()
            if model._meta.app_label not in ("journal", "sessions", "axes")
        }

    states = list(Submission.objects.order_by("pk").values_list("pk", "state", "since"))
    before = rows()
    for role in ROLES:
        client = as_role(ward, role)
        for name in PAGES:
            client.get(address_of(name, ward))
    assert rows() == before
    assert list(Submission.objects.order_by("pk").values_list("pk", "state", "since")) == states


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("sign_out", []),
        ("visit_open_narrow", [1]),
        ("visit_undo", [1, 2]),
        ("fix_many_do", []),
        ("fix_withdraw", [1]),
        ("rule_recheck", ["XTB-006"]),
        ("import_with_reason", [1]),
        ("worklist_release", []),
        ("delivery_pause", [1]),
        ("delivery_resume", [1]),
        ("delivery_leave_unknown", [1, "gui-lai"]),
        ("delivery_steer", [1, "cho-gui"]),
        ("delivery_restored_do", ["cho-gui"]),
        ("delivery_reconciling_count", []),
        ("delivery_reconciling_rerun", []),
        ("delivery_reconciling_findings", []),
        ("delivery_incident_withdraw", [1]),
        ("delivery_incident_cause", [1]),
        ("delivery_reconciling_calendar", []),
        ("journal_verify", []),
        ("admin_switch", [1]),
        ("admin_add_unit", []),
        ("admin_retire_key", [1]),
    ],
)
def test_what_changes_something_refuses_to_be_read(empty_ward, as_role, name, args):
    answers = [as_role(empty_ward, role).get(reverse(f"web:{name}", args=args)).status_code for role in ROLES]
    assert set(answers) <= {405, 403}
    assert 405 in answers


def test_a_post_without_the_form_s_token_does_nothing(ward):
    client = Client(enforce_csrf_checks=True)
    client.force_login(ward.people["it"], backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post(reverse("web:delivery_pause", args=[ward.destination.pk]), {"reason": "thử"})
    assert answer.status_code == 403
    ward.destination.refresh_from_db()
    assert not ward.destination.paused


def test_no_page_holds_inline_script_or_style_and_all_forbid_foreign_content(ward, as_role):
    for role in ("records", "it", "administrator", "auditor"):
        client = as_role(ward, role)
        for name in PAGES:
            answer = client.get(address_of(name, ward))
            if answer.status_code != 200 or name == "six_month_download":
                continue
            page = answer.content.decode()
            assert re.findall(r"<script(?![^>]*\bsrc=)", page) == [], name
            assert re.findall(r"\sstyle=|<style|\son[a-z]+=", page) == [], name
            assert re.findall(r"""(?:src|href)=["'](?:https?:)?//""", page) == [], name
            assert "default-src 'self'" in answer["Content-Security-Policy"]
            assert "no-store" in answer["Cache-Control"]


def test_an_unknown_address_and_a_refusal_are_answered_in_vietnamese(empty_ward, as_role):
    client = as_role(empty_ward, "trainer")
    missing, refused = client.get("/khong-co/"), client.get(reverse("web:admin"))
    assert (missing.status_code, refused.status_code) == (404, 403)
    assert "Không có trang này" in missing.content.decode()
    assert "vai trò" in refused.content.decode()
