"""The addresses of the pages, in Vietnamese without marks, short enough to be said on the telephone."""

from django.urls import path, re_path

from .account import views as account
from .admin import hub_views, key_life_views, key_views, staff_views
from .admin import views as admin
from .cards import check_ins
from .cards import views as cards
from .catalogues import views as catalogues
from .clinic import correction
from .clinic import views as clinic
from .delivery import health_checks, metrics, practice, restored, steering, untasked, withheld
from .delivery import views as delivery
from .evidence import elsewhere, signatures
from .evidence import views as evidence
from .fixes import holding, identity, overruling, rechecking, rules
from .fixes import many as fixes
from .fixes import one as fixing
from .journal import views as journal
from .reception import views as reception
from .reconciling import deeds as reconciling_deeds
from .reconciling import incidents
from .reconciling import views as reconciling
from .reports import views as reports
from .shell import views as shell
from .today.views import today
from .worklist.bulk import release_many
from .worklist.views import worklist

app_name = "web"
urlpatterns = [
    path("metrics", metrics.metrics, name="metrics"),
    path("healthz", metrics.healthz, name="healthz"),
    path("", today, name="today"),
    path("dang-nhap/", account.sign_in, name="sign_in"),
    path("dang-xuat/", account.sign_out, name="sign_out"),
    path("doi-mat-khau/", account.change_password, name="change_password"),
    path("trang-thai-gui/", shell.sending_word, name="sending_word"),
    path("tim/", reception.search, name="search"),
    path("tra-the/", cards.cards, name="cards"),
    path("tra-the/<int:pk>/", cards.card, name="card"),
    re_path(
        r"^tra-the/(?P<pk>[0-9]+)/(?P<deed>tra-lai|lich-su|cung-chi-tra|da-xem|dung)/$",
        cards.deed,
        name="card_deed",
    ),
    path("bao-vao-kham/", check_ins.check_in, name="check_in"),
    path("bao-vao-kham/da-bao/", check_ins.check_ins, name="check_ins"),
    path("bao-vao-kham/<int:pk>/", check_ins.one, name="check_in_one"),
    path("viec/", worklist, name="worklist"),
    path("viec/cho-gui/", release_many, name="worklist_release"),
    path("dot-kham/<int:pk>/", clinic.visit, name="visit"),
    path("dot-kham/<int:pk>/mo/", clinic.open_narrow, name="visit_open_narrow"),
    path("dot-kham/<int:pk>/sua/", correction.correct, name="visit_correct"),
    path("dot-kham/<int:pk>/so/<int:identifier>/doi-chieu/", identity.settle, name="visit_settle_number"),
    path("dot-kham/<int:pk>/de-xuat/", fixing.fix, name="visit_fix"),
    path("dot-kham/<int:pk>/ban/<int:number>/hoan-tac/", fixing.undo, name="visit_undo"),
    path("sua-hang-loat/", fixes.many, name="fix_many"),
    path("sua-hang-loat/lam/", fixes.do_many, name="fix_many_do"),
    path("loi/<int:pk>/dung-nhu-vay/", overruling.stand_by, name="fix_overrule"),
    path("loi/<int:pk>/rut-lai/", overruling.withdraw, name="fix_withdraw"),
    path("quy-tac/", rules.listing, name="rules"),
    path("quy-tac/<slug:id>/", rules.one, name="rule"),
    path("quy-tac/<slug:id>/thu/", rules.trial, name="rule_trial"),
    path("quy-tac/<slug:id>/kiem-tra-lai/", rechecking.recheck, name="rule_recheck"),
    path("quy-tac/<slug:id>/chua-gui/", holding.look, name="rule_hold_back"),
    path("quy-tac/<slug:id>/chua-gui/giu-lai/", holding.hold, name="rule_hold_back_do"),
    path("dot-kham/<int:pk>/bang/<slug:table>/", clinic.whole_table, name="visit_table"),
    path("dot-kham/<int:pk>/ban/<int:number>/", clinic.compare, name="visit_compare"),
    path("lan-gui/<int:pk>/", clinic.attempt, name="visit_attempt"),
    path("bang-chung/<int:pk>/", evidence.proof, name="evidence"),
    path("bang-chung/bao-vao-kham/<int:pk>/", evidence.proof_of_check_in, name="evidence_check_in"),
    path("bang-chung/kham-suc-khoe/<int:pk>/", evidence.proof_of_health_check, name="evidence_health_check"),
    path("nhan/", reception.import_files, name="import"),
    path("nhan/chua-nhan/", reception.quarantine, name="import_quarantine"),
    path("nhan/chua-nhan/<int:pk>/", reception.take_with_reason, name="import_with_reason"),
    path("nhan/chua-nhan/<int:pk>/xoa/", reception.erase, name="import_erase"),
    path("gui/", delivery.board, name="delivery"),
    path("gui/kham-suc-khoe/", health_checks.listing, name="delivery_health_checks"),
    path("gui/kham-suc-khoe/gui-bu/", untasked.give, name="delivery_untasked"),
    path("gui/kham-suc-khoe/<int:pk>/", health_checks.one, name="delivery_health_check"),
    path("gui/danh-sach/", delivery.listing, name="delivery_list"),
    path("gui/bien-nhan-tap/", practice.listing, name="delivery_practice"),
    path("gui/bien-nhan-tap/quyet-dinh/", practice.decide, name="delivery_practice_decide"),
    path("gui/khong-gui/", withheld.listing, name="delivery_withheld"),
    path("gui/khong-gui/danh-dau/", withheld.mark, name="delivery_withheld_mark"),
    path("gui/khong-gui/<int:pk>/<slug:deed>/", withheld.do, name="delivery_withheld_do"),
    path("gui/khoi-phuc/", restored.overview, name="delivery_restored"),
    path("gui/khoi-phuc/<slug:deed>/", restored.do, name="delivery_restored_do"),
    path("gui/noi-nhan/<int:pk>/tam-dung/", steering.pause, name="delivery_pause"),
    path("gui/noi-nhan/<int:pk>/gui-tiep/", steering.resume, name="delivery_resume"),
    path("gui/chua-ro/<int:pk>/", steering.unknown, name="delivery_unknown"),
    re_path(
        r"^gui/chua-ro/(?P<pk>[0-9]+)/(?P<door>da-co|chua-co|gui-lai)/$",
        steering.leave_unknown,
        name="delivery_leave_unknown",
    ),
    re_path(
        r"^gui/ho-so/(?P<pk>[0-9]+)/(?P<deed>giu-lai|cho-gui|loi-tu-cong|het-vuong)/$",
        steering.steer,
        name="delivery_steer",
    ),
    path("gui/ky-o-may-khac/", elsewhere.elsewhere, name="sign_elsewhere"),
    path("gui/chu-ky/", signatures.signatures, name="signatures"),
    path("doi-chieu/", reconciling.overview, name="delivery_reconciling"),
    path("doi-chieu/danh-sach/", reconciling.listing, name="delivery_reconciling_list"),
    path("doi-chieu/ghi-so/", reconciling_deeds.count_now, name="delivery_reconciling_count"),
    path("doi-chieu/chay-lai/", reconciling_deeds.rerun, name="delivery_reconciling_rerun"),
    path("doi-chieu/loi-cong-bao/", reconciling_deeds.note_findings, name="delivery_reconciling_findings"),
    path("doi-chieu/su-co/", incidents.listing, name="delivery_incidents"),
    path("doi-chieu/su-co/ghi/", incidents.tell, name="delivery_incident_tell"),
    path("doi-chieu/su-co/<int:pk>/", incidents.one, name="delivery_incident"),
    path("doi-chieu/su-co/<int:pk>/ho-so/", incidents.delayed, name="delivery_incident_delayed"),
    path("doi-chieu/su-co/<int:pk>/sua/", incidents.change, name="delivery_incident_change"),
    path("doi-chieu/su-co/<int:pk>/rut/", incidents.withdraw, name="delivery_incident_withdraw"),
    path("doi-chieu/su-co/<int:pk>/nguyen-nhan/", incidents.state_cause, name="delivery_incident_cause"),
    path("doi-chieu/lich/", reconciling_deeds.load_calendar, name="delivery_reconciling_calendar"),
    path("bao-cao/sau-thang/", reports.six_month, name="six_month"),
    path("bao-cao/sau-thang/danh-sach/", reports.cell, name="six_month_cell"),
    path("bao-cao/sau-thang/tai-ve/<slug:form>/", reports.download, name="six_month_download"),
    path("nhat-ky/", journal.journal, name="journal"),
    path("nhat-ky/kiem-tra/", journal.verify, name="journal_verify"),
    path("quan-tri/", admin.overview, name="admin"),
    path("quan-tri/nguoi-dung/", staff_views.staff, name="admin_staff"),
    path("quan-tri/nguoi-dung/<int:pk>/", staff_views.person, name="admin_person"),
    path("quan-tri/nguoi-dung/<int:pk>/khoa-mo/", staff_views.switch, name="admin_switch"),
    path("quan-tri/co-so/", admin.facility, name="admin_facility"),
    path("quan-tri/co-so/khoa-phong/", admin.add_unit, name="admin_add_unit"),
    path("quan-tri/noi-nhan/", admin.destinations, name="admin_destinations"),
    path("quan-tri/noi-nhan/truc-bo-y-te/", hub_views.add, name="admin_add_hub"),
    path("quan-tri/noi-nhan/<int:pk>/truc/", hub_views.change, name="admin_hub"),
    path("quan-tri/noi-nhan/<int:pk>/", admin.destination, name="admin_destination"),
    path("quan-tri/khoa-ky/", key_views.keys, name="admin_keys"),
    path("quan-tri/khoa-ky/them/<slug:kind>/", key_views.add, name="admin_add_key"),
    path("quan-tri/khoa-ky/<int:pk>/", key_life_views.key, name="admin_key"),
    path("quan-tri/khoa-ky/<int:pk>/thu-hoi/", key_life_views.status, name="admin_key_status"),
    path("quan-tri/khoa-ky/<int:pk>/ngung/", key_life_views.retire, name="admin_retire_key"),
    path("quan-tri/danh-muc/", catalogues.catalogues, name="admin_catalogues"),
    path("quan-tri/danh-muc/<slug:kind>/", catalogues.catalogue, name="admin_catalogue"),
    path("quan-tri/quy-dinh/", admin.choices, name="admin_choices"),
    path("quan-tri/quy-dinh/<slug:name>/", admin.choice, name="admin_choice"),
]
