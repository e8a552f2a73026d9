"""What the demo tells at the end: the proof, the doors, and who may go through them."""

from collections.abc import Iterable, Sequence
from datetime import date

from .cast import HOUSE, STAFF, Citizen
from .crowd import citizens
from .home import DemoHome
from .national_side import PASSWORD
from .proof import LedgerLine, Proof
from .screen import Screen, padded

_LABEL = 46
_ROLES = {
    "reception": "tiếp đón",
    "clinician": "bác sĩ",
    "records": "hồ sơ bệnh án",
    "it": "công nghệ thông tin",
    "planning": "kế hoạch tổng hợp",
    "auditor": "kiểm tra nhật ký",
    "trainer": "đào tạo, truyền thông",
    "administrator": "quản trị",
}
_READERS = ("binh", "cuong", "yen", "hanh", "thao", "long", "phong")
"""Citizens worth reading first."""


def show_proof(screen: Screen, proof: Proof) -> None:
    """The proof table: every number beside the one it must agree with."""
    screen.say()
    screen.say(screen.bold("  Bảng đối chiếu") + screen.grey("  (proof)"))
    screen.rule()
    _count(screen, "Tệp phần mềm khác xuất", "files exported", proof.files)
    _count(screen, "  không nhận, đã cách ly", "refused, in quarantine", len(proof.refused))
    _count(screen, "  trùng tệp đã có", "repeats, no effect", proof.repeats)
    _count(screen, "  thành đợt khám đã kết thúc", "closed visits", proof.closed)
    screen.rule()
    _count(screen, "Đợt khám đã kết thúc", "closed", proof.closed)
    _count(screen, "  tạm giữ vì còn lỗi", "held back, reasons below", len(proof.held))
    _count(screen, "  đã ký", "signed", proof.signed)
    screen.rule()
    _count(screen, "Đã ký, theo bệnh viện", "signed, by the hospital", proof.signed)
    _count(screen, "Đã tiếp nhận, theo cổng", "received, by the portal's own book", proof.received)
    _count(screen, "  chưa biết là sổ của ai", "no identification yet", len(proof.no_book))
    _count(screen, "  hiện trong sổ của người dân", "shown in the citizens' books", proof.shown)
    screen.rule()
    _count(screen, "Thẻ BHYT đã tra ở tiếp đón", "cards looked up", proof.cards)
    _count(screen, "Báo vào khám cổng đã nhận", "check-ins received; no records", proof.check_ins)
    screen.rule()
    if proof.adds_up:
        screen.say(
            f"  {screen.good('✓ Khớp')}: {proof.closed} kết thúc = {proof.signed} ký + {len(proof.held)} giữ; "
            f"{proof.signed} ký = {proof.received} tiếp nhận = {proof.shown} hiện + {len(proof.no_book)} chưa rõ chủ sổ."
        )
    else:
        screen.say(f"  {screen.bad('✗ Không khớp')} ở {len(proof.disagreements)} chỗ:")
        for sentence in proof.disagreements[:20]:
            screen.say(f"    {sentence}")
        if len(proof.disagreements) > 20:
            screen.say(f"    … và {len(proof.disagreements) - 20} chỗ khác, xem proof.json")
    _show_held(screen, proof.held)
    _show_refused(screen, proof)
    if proof.no_book:
        screen.say()
        screen.say(
            screen.bold("  Cổng đã nhận, chưa biết là sổ của ai") + screen.grey("  (no identification yet)")
        )
        for code in proof.no_book:
            screen.say(f"    {code}  hồ sơ chưa có số định danh hay thẻ BHYT dẫn tới một người")


def _count(screen: Screen, label: str, english: str, number: int) -> None:
    screen.say(
        f"  {padded(label, _LABEL)}{padded(str(number), 6, right=True)}  {screen.grey(f'({english})')}"
    )


def _show_held(screen: Screen, held: Sequence[LedgerLine]) -> None:
    if held:
        screen.say()
        screen.say(screen.bold("  Tạm giữ, chờ người sửa") + screen.grey("  (held back)"))
        for line in held:
            rule, sentence = line.faults[0] if line.faults else ("", line.problem)
            more = f" (+{len(line.faults) - 1})" if len(line.faults) > 1 else ""
            start = f"    {line.visit_code}  {padded(rule, 8)}  "
            screen.say(f"{start}{_short(sentence, screen.columns - len(start + more))}{more}")


def _show_refused(screen: Screen, proof: Proof) -> None:
    if proof.refused:
        screen.say()
        screen.say(screen.bold("  Không nhận, tệp gốc còn nguyên") + screen.grey("  (refused)"))
        for file in proof.refused:
            start = f"    {padded(file.name, 22)}  {padded(file.code, 14)}  "
            screen.say(start + _short(file.sentence, screen.columns - len(start)))


def _short(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: max(limit - 1, 20)]}…"


def show_files(screen: Screen, home: DemoHome) -> None:
    """Where the evidence lies, for whoever checks it with other tools."""
    screen.say()
    screen.table(
        [
            ("Tệp đã gửi, từng byte", str(home.sent)),
            ("Cơ quan chứng thực thử", str(home.authority)),
            ("Bảng đối chiếu cho máy", str(home.proof)),
        ]
    )
    screen.say()


def show_doors(screen: Screen, home: DemoHome, *, port: int, national: str, today: date) -> None:
    """Addresses and accounts, for whoever wants to look around."""
    screen.say()
    screen.say(screen.bold(f"  {HOUSE.name} đang mở") + screen.grey("  (running; Ctrl-C stops everything)"))
    screen.rule()
    screen.table(
        [
            ("Trang của nhân viên", f"http://127.0.0.1:{port}/"),
            ("Sổ trên VNeID mô phỏng", f"{national}/vneid/"),
            ("Cổng tiếp nhận mô phỏng", f"{national}/cong/"),
            ("Bàn tạo lỗi, đồng hồ", f"{national}/_simulator/"),
            ("Tệp đã gửi, từng byte", str(home.sent)),
        ]
    )
    screen.say()
    screen.say("  Thử một đợt khám nữa; khoảng một phút sau chị Bình đọc được trong sổ:")
    screen.say(f"    cp {home.one_more} {home.hospital / 'drop'}/")
    screen.say()
    screen.say(
        f"  Mật khẩu chung: {screen.bold(PASSWORD)}  {screen.grey('(one password for every account)')}"
    )
    screen.say()
    screen.table(
        [
            ("Nhân viên", "Tên đăng nhập", "Việc"),
            *(
                (person.name, person.username, ", ".join(_ROLES[role] for role in person.roles))
                for person in STAFF
                if person.roles
            ),
        ],
        head=True,
    )
    screen.say()
    people = {person.key: person for person in citizens(today)}
    screen.table(
        [
            ("Người dân", "Số định danh", "Xem gì"),
            *(
                (people[key].name, people[key].personal_id, _reads(people[key], people.values()))
                for key in _READERS
            ),
        ],
        head=True,
    )
    screen.say()


def _reads(person: Citizen, people: Iterable[Citizen]) -> str:
    others = [other.name for other in people if other.representative == person.name]
    return f"{person.story}; xem cả sổ của {', '.join(others)}" if others else person.story
