"""The page everybody sees first. It answers: what needs me, what happened, what can I do."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from ...delivery.models import Destination, DestinationKind
from ...staff import policies
from ...staff.models import Facility
from ..shell import words
from ..shell.access import page
from ..shell.funnel import funnel
from ..shell.navigation import can_work
from ..shell.privacy import name_for
from ..shell.sending import sending_key
from ..shell.work import work
from . import queries

RESTORED = (
    "stop",
    "hold",
    "Cơ sở dữ liệu đã khôi phục từ bản cũ, mọi việc gửi đang được giữ",
    "Đối chiếu với sổ ngoài rồi cho gửi lại",
)
KEY_WARNING = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that needs somebody, with the page that deals with it."""

    tone: str
    icon: str
    sentence: str
    detail: str
    address: str
    oldest: datetime | None = None


@page()
@require_GET
def today(request: HttpRequest) -> HttpResponse:
    person = request.user
    works = can_work(person)
    piles = queries.piles() if works else []
    mine = queries.mine(piles, person.roles)
    others = [pile for pile in piles if pile not in mine]
    sees_delivery = policies.can_see_delivery(person)
    return render(
        request,
        "web/today/today.html",
        {
            "day": timezone.localdate(),
            "needs": _needs(person, mine),
            "others": [(words.owner(each.owner), each, _worklist(each.owner)) for each in others],
            "funnel": funnel("hom-nay", None) if works or sees_delivery else [],
            "sees_delivery": sees_delivery,
            "board": f"{reverse('web:delivery')}?ky=hom-nay" if sees_delivery else "",
            "oldest": [
                (row, name_for(person, row.version.visit.patient.full_name))
                for row in work().order_by("since", "id")[:6]
            ]
            if works
            else [],
            "steps": _next_steps(person),
        },
    )


def _worklist(owner: str) -> str:
    return f"{reverse('web:worklist')}?{urlencode({'chu': owner})}"


def _needs(person: Any, mine: list[queries.Pile]) -> list[Need]:
    found = [
        Need(
            "look",
            "work",
            f"{pile.count} hồ sơ cần sửa, phần {words.owner(pile.owner)}",
            "Mở danh sách theo lý do, cũ nhất trước",
            _worklist(pile.owner),
            pile.oldest,
        )
        for pile in mine
    ]
    if policies.can_import_files(person) and (waiting := queries.quarantined()):
        found.append(
            Need(
                "look",
                "quarantine",
                f"{waiting} tệp chưa nhận được",
                "Mỗi tệp có lý do và việc cần làm",
                reverse("web:import_quarantine"),
            )
        )
    if policies.can_see_delivery(person):
        found += _sending_needs()
    if policies.can_set_up(person):
        found += _set_up_needs()
    return found


def _sending_needs() -> list[Need]:
    key = sending_key()
    if key in ("normal", "unset", "unsaved"):  # the last stands above every page
        return []
    sentences = {
        "silent": ("stop", "stop", "Cổng không trả lời", "Hệ thống tự thử lại; hồ sơ vẫn được giữ và ký"),
        "asked-to-wait": (
            "look",
            "wait",
            "Cổng chưa cho đăng nhập, hẹn gọi lại sau",
            "Hệ thống để yên đến giờ hẹn rồi tự gửi tiếp; hồ sơ vẫn được giữ và ký",
        ),
        "paused": ("look", "hold", "Việc gửi đang tạm dừng", "Xem ai tạm dừng, vì sao, và cho gửi tiếp"),
        "stopped": (
            "stop",
            "stop",
            "Chương trình gửi không chạy",
            "Chạy lại: sosuckhoe deliver, hoặc dịch vụ của máy chủ",
        ),
        "slow": (
            "look",
            "wait",
            "Có hồ sơ đợi ký hoặc gửi đã hơn 30 phút",
            "Kiểm tra chương trình gửi có đang chạy",
        ),
    }
    if key == "restored":
        return [Need(*RESTORED, reverse("web:delivery_restored"))]
    return [Need(*sentences[key], reverse("web:delivery"))]


def _set_up_needs() -> list[Need]:
    found = []
    if not Facility.objects.exists():
        found.append(
            Need(
                "look",
                "hospital",
                "Chưa khai cơ sở",
                "Cần mã cơ sở trước khi nhận hồ sơ",
                reverse("web:admin_facility"),
            )
        )
    if not Destination.objects.filter(kind=DestinationKind.PORTAL, enabled=True).exists():
        found.append(
            Need(
                "look",
                "plug",
                "Chưa khai nơi nhận",
                "Hồ sơ được nhận và kiểm tra nhưng chưa gửi đi đâu",
                reverse("web:admin_destinations"),
            )
        )
    key = queries.key_that_ends_last()
    if key is None:
        found.append(
            Need("look", "key", "Chưa có khóa ký", "Hồ sơ sạch đang chờ ở bước ký", reverse("web:admin_keys"))
        )
    elif key.not_after - timezone.now() < KEY_WARNING:
        ended = key.not_after < timezone.now()
        sentence = (
            "Chứng thư ký số đã hết hạn"
            if ended
            else f"Chứng thư ký số hết hạn ngày {key.not_after:%d/%m/%Y}"
        )
        found.append(
            Need(
                "stop" if ended else "look",
                "key",
                sentence,
                "Xin gia hạn và khai chứng thư mới",
                reverse("web:admin_keys"),
            )
        )
    return found


def _next_steps(person: Any) -> list[tuple[str, str, str]]:
    """What a person may want to do next: icon, verb, address."""
    steps = []
    if policies.can_import_files(person):
        steps.append(("receive", "Nhận hồ sơ từ tệp", reverse("web:import")))
    if policies.can_see_delivery(person):
        steps.append(("send", "Xem việc gửi và biên nhận", reverse("web:delivery")))
    if policies.can_report(person):
        steps.append(("report", "Lập báo cáo 6 tháng", reverse("web:six_month")))
    if policies.can_read_journal(person):
        steps.append(("journal", "Đọc nhật ký", reverse("web:journal")))
    if policies.can_manage_staff(person):
        steps.append(("people", "Thêm hoặc khóa người dùng", reverse("web:admin_staff")))
    return steps
