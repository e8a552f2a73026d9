"""The trainer's desk: a scenario is found by a word, says what it leads to, and everything comes back to normal."""

from base64 import b64encode

from sosuckhoe.healthbook.signing import FileSigner, fingerprint, to_pkcs12

from .portal import Login, Portal
from .reader import Reader, text_of

PAGE = "/_simulator/tinh-huong/"


def test_a_scenario_is_found_without_marks_and_by_its_number(portal: Portal) -> None:
    trainer = Reader(portal)
    for words, there, not_there in (
        ("mat cau tra loi", "store-then-drop", "http-500"),
        ("F56", "certificate-revoked", "status-stale"),
    ):
        page = text_of(trainer.get(f"{PAGE}?tim={words.replace(' ', '+')}"))
        assert there in page and not_there not in page
    assert "Không có tình huống nào" in text_of(trainer.get(f"{PAGE}?tim=zzz"))


def test_every_scenario_stands_on_the_page_with_the_services_it_can_strike(portal: Portal) -> None:
    page = Reader(portal).get(PAGE).body.decode()
    for scenario in portal.desk("scenarios.json"):
        if scenario["key"] == "seeded-schedule":
            assert 'id="gieo"' in page
            continue
        assert f'value="{scenario["key"]}"' in page and scenario["leads_to"] in page.replace("&quot;", '"')
        if scenario["options"] or scenario["key"] == "refuse-connections":
            assert f'id="s-{scenario["key"]}"' not in page, "it is about no service"
            continue
        start = page.index(f'id="s-{scenario["key"]}"')
        offered = page[start : page.index("</select>", start)]
        assert all(f'value="{name}"' in offered for name in scenario["at"])


def test_a_schedule_is_drawn_by_page_and_strikes_as_planned(
    portal: Portal, login: Login, record: bytes
) -> None:
    trainer = Reader(portal)
    trainer.get(PAGE)
    assert "Chưa lập được lịch" in text_of(trainer.post("/_simulator/gieo/", seed="7"))
    told = trainer.post("/_simulator/gieo/", seed="7", calls="3", percent="100", group="http", path="record")
    assert "hạt giống 7: 3 lần gọi" in text_of(told)
    (made,) = portal.desk("faults")
    http = {one["key"] for one in portal.desk("scenarios.json") if one["group"] == "http"}
    assert set(made["parameters"]["plan"].values()) <= http


def test_a_scenarios_form_that_is_refused_keeps_what_was_typed_and_says_where(portal: Portal) -> None:
    trainer = Reader(portal)
    trainer.get(PAGE)
    asked = {
        "scenario": "maintenance-window",
        "account": "99998_BV",
        "path": "token",
        "next_calls": "3",
        "p-starts_in_hours": "mai",
        "p-hours": "2,5",
    }
    refused = trainer.post("/_simulator/bat/", **asked)
    page = refused.body.decode()
    assert refused.status == 400 and portal.desk("faults") == []
    start = page.index('value="maintenance-window"')
    form = page[start : page.index("</form>", start)]
    assert "<option selected>99998_BV</option>" in form and 'value="token" selected' in form
    assert 'value="3"' in form and 'value="mai"' in form and 'value="2,5"' in form
    wrong = form[form.index('name="p-starts_in_hours"') :].partition(">")[0]
    assert 'aria-invalid="true"' in wrong and "autofocus" in wrong and page.count(" autofocus") == 1
    assert "Cần một số, ví dụ 1,5." in form
    for bad in ({"next_calls": "0"}, {"p-hours": "0"}, {"p-hours": "nan"}, {"p-starts_in_hours": "-1"}):
        fine = {**asked, "p-starts_in_hours": "1", **bad}
        assert trainer.post("/_simulator/bat/", **fine).status == 400
    assert portal.desk("faults") == []
    assert "Đã bật" in text_of(trainer.post("/_simulator/bat/", **{**asked, "p-starts_in_hours": "1,5"}))


def test_a_schedule_that_is_refused_keeps_what_was_typed(portal: Portal) -> None:
    trainer = Reader(portal)
    trainer.get(PAGE)
    refused = trainer.post(
        "/_simulator/gieo/", seed="7", calls="rất nhiều", percent="45", group="http", path="card"
    )
    page = refused.body.decode()
    assert refused.status == 400 and portal.desk("faults") == []
    form = page[page.index('id="gieo"') :]
    assert 'value="7"' in form and 'value="rất nhiều"' in form and 'value="45"' in form
    assert 'value="http" checked' in form and form.count(" checked") == 1 and form.count(" autofocus") == 1
    assert "từ 1 đến 1000" in form


def test_after_a_lesson_everything_is_normal_by_page_and_by_api(
    portal: Portal, signer: FileSigner, record: bytes
) -> None:
    key = b64encode(to_pkcs12(signer, b"x")).decode()
    credential = {
        "credential": "CTS-BAN",
        "client": "c",
        "secret": "s",
        "user": "u",
        "pkcs12": key,
        "password": "x",
    }

    def bend() -> None:
        portal.desk("faults", {"scenario": "http-500"})
        portal.desk("accounts/99999_BV", {"locked": True})
        portal.desk("clock", {"factor": 60})
        portal.desk("signing-service", {**credential, "behaviour": "refuse", "polls": 2})
        portal.desk(f"certificates/{fingerprint(signer.certificate)}", {"revoked": True})

    def is_normal() -> bool:
        credentials = portal.desk("signing-service", {"credential": "CTS-BAN"})
        return (
            portal.desk("faults") == []
            and portal.desk("clock")["factor"] == 1.0
            and (credentials["behaviour"], credentials["polls"]) == ("sign", 0)
            and Login.take(portal).send(record).code == "200"
        )

    trainer = Reader(portal)
    trainer.get(PAGE)
    bend()
    assert "về bình thường" in text_of(trainer.post("/_simulator/binh-thuong/"))
    assert is_normal()
    bend()
    portal.desk("calm", {})
    assert is_normal()


def test_a_certificate_is_revoked_and_the_signing_service_bent_by_page(
    portal: Portal, signer: FileSigner
) -> None:
    trainer, print_ = Reader(portal), fingerprint(signer.certificate)
    page = text_of(trainer.get("/_simulator/chung-thu/"))
    assert "/ocsp" in page and "BỆNH VIỆN MẪU" in page
    key = b64encode(to_pkcs12(signer, b"x")).decode()
    portal.desk(
        "signing-service",
        {
            "credential": "CTS-TRANG",
            "client": "c",
            "secret": "s",
            "user": "u",
            "pkcs12": key,
            "password": "x",
        },
    )
    told = trainer.post("/_simulator/chung-thu/thu-hoi/", fingerprint=print_, revoked="yes")
    assert "Đã thu hồi chứng thư" in text_of(told) and "Bị thu hồi" in text_of(told)
    trainer.post("/_simulator/chung-thu/thu-hoi/", fingerprint=print_, revoked="no")
    bent = {"credential": "CTS-TRANG", "behaviour": "quota", "polls": "3"}
    assert "Hết lượt ký" in text_of(trainer.post("/_simulator/chung-thu/dich-vu-ky/", **bent))
    kept = portal.desk("signing-service", {"credential": "CTS-TRANG"})
    assert (kept["behaviour"], kept["polls"]) == ("quota", 3)
    refused = trainer.post("/_simulator/chung-thu/dich-vu-ky/", **{**bent, "behaviour": "khac"})
    assert "Chưa đổi được dịch vụ ký" in text_of(refused)


def test_the_portals_rules_go_back_to_what_the_reference_says(portal: Portal) -> None:
    trainer = Reader(portal)
    trainer.get("/_simulator/quy-tac/")
    portal.desk("options", {"lock_after": 9, "repeats": "count"})
    assert "mặc định" in text_of(trainer.post("/_simulator/quy-tac/", deed="defaults"))
    kept = portal.desk("options")
    assert (kept["lock_after"], kept["repeats"]) == (5, "replace")
