"""What a hospital watches, in one look: the same facts are the metrics for Prometheus and the alarms on the board.

Counts and ages only: no name, no number of a person, no visit code.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Max, Min
from django.utils import timezone

from ...staff.models import Facility
from ..backups.schedule import Backups, backups
from ..models import Attempt, Destination, SigningKey, Submission
from ..practised import PRACTICE
from ..quiet import QUIET_AFTER
from ..restoring.hold import on_hold
from ..saving import NEXT_STEP, cannot_save
from ..signers.refused import refused_keys
from ..states import State
from .clocks import gaps
from .counting import known
from .flushing import flush_seconds
from .held_back import log_size, oldest_transaction
from .hub_clock import HUB_CLOCK_IDS, late_by_clock
from .incidents import running
from .pulse import last_beat
from .rehashing import last_check
from .time_source import TimeSource, is_minded, time_source

WORKER_SILENT = timedelta(minutes=4)
"""Pulses come every half minute; an alarm must be out within five minutes of the last (F10)."""
UNKNOWN_LONG = timedelta(minutes=30)
WAITS_LONG = timedelta(minutes=30)
CHECK_OLD = timedelta(hours=26)
KEY_DAYS = (30, 14, 7, 1)
LITTLE_ROOM, NO_ROOM = 2 * 10**9, 200 * 10**6
"""Bytes: some weeks of a district hospital, and too little for whatever else writes there to be safe (F11)."""
FLUSH_SLOW = 1.0
"""Seconds of one flush: a record waits for some ten of them on its way (F19)."""
LOG_LARGE = 64 * 2**20
"""Bytes of SQLite's log: what some hundred visits write, and far above what it has while nobody reads for long (F22)."""
TRANSACTION_OLD = timedelta(hours=1)
"""Longer than a nightly copy of a large database takes."""
CLOCKS_APART = timedelta(seconds=2)
"""F49. What is certain of the difference is compared, so the clocks of an alarm differ by more than this."""
DAYS = 31
"""The count that is looked at; older visits that still have work are beside it in every count."""


@dataclass(frozen=True)
class Watched:
    """Everything at one moment."""

    at: datetime
    states: dict[tuple[str, str], tuple[int, datetime]]
    """By destination and state: how many, and since when the oldest."""
    held: dict[str, int]
    """By problem code."""
    attempts: dict[tuple[str, str], int]
    destinations: dict[str, Destination]
    keys: dict[str, datetime]
    """When each certificate in use ends."""
    signs_until: tuple[tuple[str, datetime], ...]
    """Of each facility: when the last of its certificates in use ends. Another facility's cannot sign in its place."""
    incidents: int
    late: dict[str, int] = field(default_factory=dict)
    """Missed and open, by clock: of visits as last counted, however long they are closed; of health checks all there are."""
    pulse: datetime | None = None
    checked_at: datetime | None = None
    chain_is_whole: bool | None = None
    damaged: int = 0
    restore_hold: bool = False
    cannot_save: str = ""
    """Why nothing can be written now."""
    room: int | None = None
    """Bytes that are free where the journal outside is written, and with SQLite the ledger."""
    time: TimeSource | None = None
    """What holds this machine's clock. None: nothing is known of it."""
    time_is_minded: bool = True
    """Whether it is an alarm when nobody does."""
    flush: float | None = None
    """Seconds that the disk takes to keep something."""
    log: int | None = None
    """Bytes of SQLite's write-ahead log."""
    transaction: timedelta | None = None
    """Age of PostgreSQL's oldest open transaction."""
    clocks: dict[str, timedelta] = field(default_factory=dict)
    """By destination: how far this machine's clock is ahead of its clock for certain; negative: behind."""
    backups: Backups = field(default_factory=Backups)
    keys_refused: tuple[str, ...] = ()
    """Names of the keys in use whose PIN or secret was refused: nothing is signed with them until somebody looks."""


def watched(now: datetime) -> Watched:
    """Look at everything. A handful of grouped queries; the clocks come from the kept count."""
    grouped = Submission.ledger.values("destination__name", "state").annotate(
        n=Count("id"), oldest=Min("since")
    )
    check, apart = last_check(), gaps(now)
    destinations = {each.name: each for each in Destination.objects.filter(enabled=True)}
    late = late_by_clock(now)
    counted = known(DAYS)
    for _, due in counted.late() if counted else ():
        late[due.clock.id] = late.get(due.clock.id, 0) + 1
    return Watched(
        at=now,
        states={(r["destination__name"], r["state"]): (r["n"], r["oldest"]) for r in grouped.order_by()},
        held={
            row["problem_code"]: row["n"]
            for row in Submission.ledger.filter(state=State.HELD)
            .values("problem_code")
            .annotate(n=Count("id"))
            .order_by()
        },
        attempts={
            (row["submission__destination__name"], row["outcome"] or "open"): row["n"]
            for row in Attempt.objects.values("submission__destination__name", "outcome")
            .annotate(n=Count("id"))
            .order_by()
        },
        destinations=destinations,
        keys={
            each.fingerprint[:16]: each.not_after
            for each in SigningKey.objects.filter(retired_at__isnull=True)
        },
        signs_until=tuple(
            Facility.objects.filter(signing_keys__retired_at__isnull=True)
            .annotate(last=Max("signing_keys__not_after"))
            .exclude(last=None)
            .order_by("last", "pk")
            .values_list("name", "last")
        ),
        incidents=running(now).count(),
        keys_refused=refused_keys(),
        late=late,
        pulse=last_beat(),
        checked_at=check.at if check else None,
        chain_is_whole=bool(check.detail.get("chain_is_whole")) if check else None,
        damaged=len(check.detail.get("damaged", [])) if check else 0,
        restore_hold=on_hold(),
        cannot_save=cannot_save(),
        room=_room(),
        time=(time := time_source()),
        time_is_minded=time is not None and is_minded(time.is_held),
        flush=flush_seconds(),
        log=log_size(),
        transaction=oldest_transaction(),
        clocks={name: apart[there.pk] for name, there in destinations.items() if there.pk in apart},
        backups=backups(now),
    )


def _room() -> int | None:
    try:
        return shutil.disk_usage(settings.HOME.path).free
    except OSError:
        return None


def in_words(gap: timedelta) -> str:
    seconds = int(abs(gap).total_seconds())
    return f"{seconds} giây" if seconds < 120 else f"{seconds // 60} phút"


def megabytes(size: int) -> str:
    return f"{size // 10**6:,} MB".replace(",", ".")


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that somebody must look at now."""

    code: str
    tone: str
    sentence: str
    next_step: str
    of_hub: bool = False
    """Whether what it is about is on the list of health checks."""


ALARMS = (
    "read-only", "restore-hold", "disk-full", "disk-filling", "worker-silent", "portal-silent", "unknown-long", "paused", "waits-long", "key-ends",
    "key-ended", "key-refused", "damaged", "chain-broken", "late", "not-checked", "clocks-differ",
    "clock-lost", "disk-slow", "log-large", "transaction-old", "practice-receipts",
    "backup-missed", "backup-failed",
)  # fmt: skip
"""Every alarm there is."""


def alarms(look: Watched) -> Iterator[Alarm]:
    """What is wrong in this look, the worst first."""
    if look.cannot_save:
        yield Alarm("read-only", "stop", f"{look.cannot_save} Không lưu, không ký và không gửi được gì.", NEXT_STEP)  # fmt: skip
    if look.restore_hold:
        yield Alarm("restore-hold", "stop", "Đang giữ sau khi khôi phục cơ sở dữ liệu.", "Đối chiếu với sổ ngoài rồi cho gửi lại.")  # fmt: skip
    if look.room is not None and look.room < NO_ROOM:
        yield Alarm("disk-full", "stop", f"Ổ đĩa của phần mềm gần hết chỗ: còn {megabytes(look.room)}.", "Dọn hoặc mở rộng ổ đĩa ngay; đừng xóa tệp của phần mềm.")  # fmt: skip
    if look.chain_is_whole is False:
        yield Alarm("chain-broken", "stop", "Chuỗi nhật ký không còn nguyên vẹn.", "Báo công nghệ thông tin; so với mốc giữ ở ngoài.")  # fmt: skip
    if look.damaged:
        yield Alarm("damaged", "stop", f"{look.damaged} tệp lưu trong máy không còn khớp mã băm.", "Báo công nghệ thông tin; lấy lại từ bản sao.")  # fmt: skip
    work = sum(
        n
        for (_, state), (n, _) in look.states.items()
        if state in (State.WAITING, State.SIGNED, State.SENDING)
    )
    if (
        look.destinations
        and (work or look.pulse)
        and (look.pulse is None or look.at - look.pulse > WORKER_SILENT)
    ):
        yield Alarm("worker-silent", "stop", f"Chương trình gửi không chạy; {work} hồ sơ đang đợi.", "Chạy lại: sosuckhoe deliver, hoặc dịch vụ của máy chủ.")  # fmt: skip
    if look.room is not None and NO_ROOM <= look.room < LITTLE_ROOM:
        yield Alarm("disk-filling", "look", f"Ổ đĩa của phần mềm sắp đầy: còn {megabytes(look.room)}.", "Báo công nghệ thông tin dọn hoặc mở rộng ổ đĩa.")  # fmt: skip
    if look.flush is not None and look.flush > FLUSH_SLOW:
        told = f"{look.flush:.1f}".replace(".", ",")
        yield Alarm("disk-slow", "look", f"Ổ đĩa của phần mềm ghi rất chậm: {told} giây mỗi lần.", "Hồ sơ vẫn được gửi nhưng chậm. Báo công nghệ thông tin xem ổ đĩa, máy ảo hoặc việc sao lưu đang chạy.")  # fmt: skip
    if look.log is not None and look.log > LOG_LARGE:
        yield Alarm("log-large", "look", f"Nhật ký ghi của SQLite (tệp -wal) đã lớn {megabytes(look.log)}: có chương trình đọc cơ sở dữ liệu quá lâu.", "Chưa hỏng gì. Tìm chương trình đang mở tệp hospital.sqlite3 (sao lưu, công cụ xem dữ liệu) và đóng lại; đừng xóa tệp -wal.")  # fmt: skip
    if look.transaction is not None and look.transaction > TRANSACTION_OLD:
        yield Alarm("transaction-old", "look", f"PostgreSQL có một giao dịch mở đã {in_words(look.transaction)}, nên không dọn được dòng cũ.", "Chưa hỏng gì. Tìm phiên đó trong pg_stat_activity (thường là idle in transaction) và đóng lại.")  # fmt: skip
    for name in look.keys_refused:
        yield Alarm("key-refused", "stop", f"{name}: mã PIN hoặc mật khẩu bị từ chối. Phần mềm thôi thử để thiết bị hay tài khoản không bị khóa; hồ sơ đang chờ ký.", "Mở Quản trị, Khóa ký số, chọn khóa này: kiểm tra rồi nhập lại.")  # fmt: skip
    for name, last in look.signs_until:
        if last <= look.at:
            yield Alarm("key-ended", "stop", f"{name}: chứng thư ký số đã hết hạn.", "Gia hạn, khai chứng thư mới và đăng ký trên cổng.")  # fmt: skip
        elif last - look.at <= timedelta(days=KEY_DAYS[0]):
            yield Alarm("key-ends", "look", f"{name}: chứng thư ký số còn {(last - look.at).days} ngày.", "Xin gia hạn và khai chứng thư mới.")  # fmt: skip
    for name, there in look.destinations.items():
        if there.paused:
            yield Alarm("paused", "look", f"{name}: đang tạm dừng.", "Xem lý do rồi cho gửi tiếp.")
        elif there.failures >= QUIET_AFTER:
            yield Alarm("portal-silent", "stop", f"{name}: không trả lời.", "Phần mềm tự thử lại; kiểm tra mạng của bệnh viện.")  # fmt: skip
    if practised := look.held.get(PRACTICE[0]):
        yield Alarm("practice-receipts", "stop", f"{practised} hồ sơ, phiếu chỉ có biên nhận của cổng mô phỏng: nơi nhận thật chưa có.", "Mở trang Biên nhận tập: cho gửi thật, hoặc ghi là đợt tập.")  # fmt: skip
    for name, gap in look.clocks.items():
        if abs(gap) > CLOCKS_APART:
            how = "nhanh" if gap > timedelta(0) else "chậm"
            yield Alarm("clocks-differ", "look", f"Đồng hồ của máy này và của {name} lệch nhau ít nhất {in_words(gap)} (máy này {how} hơn).", "So cả hai với giờ chuẩn: máy này sai thì bật đồng bộ giờ (NTP), đúng thì báo nơi nhận.")  # fmt: skip
    if look.time is not None and not look.time.is_held and look.time_is_minded:
        yield Alarm("clock-lost", "look", "Đồng hồ của máy này không được giữ theo nguồn giờ chuẩn nào (theo nhân hệ điều hành).", "Bật đồng bộ giờ (NTP): timedatectl set-ntp true, hoặc chrony. Giờ ghi trong hồ sơ, nhật ký chỉ đúng như đồng hồ máy.")  # fmt: skip
    unknown = [(n, oldest) for (_, state), (n, oldest) in look.states.items() if state == State.UNKNOWN]
    if any(look.at - oldest > UNKNOWN_LONG for _, oldest in unknown):
        count = sum(n for n, _ in unknown)
        yield Alarm("unknown-long", "look", f"{count} hồ sơ chưa rõ cổng đã nhận hay chưa.", "Tra trên cổng rồi chọn cửa cho từng hồ sơ.")  # fmt: skip
    waits = [
        oldest for (_, state), (_, oldest) in look.states.items() if state in (State.WAITING, State.SIGNED)
    ]
    if waits and look.at - min(waits) > WAITS_LONG:
        yield Alarm("waits-long", "look", "Có hồ sơ đợi ký hoặc gửi đã hơn 30 phút.", "Xem cột Vì sao ở danh sách cũ nhất trước.")  # fmt: skip
    at_hub = sum(count for clock, count in look.late.items() if clock in HUB_CLOCK_IDS)
    elsewhere = sum(look.late.values()) - at_hub
    if elsewhere:
        yield Alarm("late", "look", f"{elsewhere} hạn đã quá.", "Mở trang đối chiếu, xem mục Đã quá hạn.")  # fmt: skip
    if at_hub:
        yield Alarm("late", "look", f"{at_hub} phiếu khám sức khỏe quá hạn gửi lên trục.", "Mở danh sách phiếu khám sức khỏe quá hạn.", of_hub=True)  # fmt: skip
    if look.checked_at is not None and look.at - look.checked_at > CHECK_OLD:
        yield Alarm("not-checked", "look", "Đêm qua chưa băm lại các tệp đã lưu.", "Kiểm tra chương trình gửi có chạy qua đêm không.")  # fmt: skip
    yield from _of_backups(look.backups, look.at)


def _of_backups(known: Backups, at: datetime) -> Iterator[Alarm]:
    """Only where somebody has said how often copies are due; a failed try is told at once, not when one is missed."""
    if known.unreadable:
        yield Alarm("backup-missed", "look", "Lịch sao lưu (backup-hours.txt) không đọc được nên không biết bản nào bị lỡ.", "Ghi lại số giờ giữa hai lần sao lưu, ví dụ 24.")  # fmt: skip
    elif known.is_missed(at):
        last = f"bản tốt gần nhất lúc {timezone.localtime(known.good_at):%H:%M %d/%m/%Y}" if known.good_at else "chưa có bản tốt nào"  # fmt: skip
        yield Alarm("backup-missed", "look", f"Đã quá giờ sao lưu: {last}.", "Kiểm tra việc hẹn giờ trên máy chủ, rồi chạy sosuckhoe backup.")  # fmt: skip
    if known.failed_at and (known.hours or known.unreadable):
        yield Alarm("backup-failed", "look", f"Lần sao lưu lúc {timezone.localtime(known.failed_at):%H:%M %d/%m/%Y} không xong.", known.why)  # fmt: skip
