"""``make demo``: one hospital's visits from another system's files to the citizens' books, proved at the end."""

import json
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from . import his_export, hospital_side, reception
from .home import DemoHome, HomeInUse, HomeNotOurs
from .national_side import NationalSide, make_certificates, write_setup
from .processes import DidNotStart, PortBusy, Program, any_free_port, is_free
from .proof import Reception, prove
from .screen import Screen
from .telling import show_doors, show_files, show_proof
from .weeks import EARLIEST

ADDS_UP, DOES_NOT, UNUSABLE = 0, 1, 2
_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
_SOON = 1.0
"""Minutes within which the insurer publishes while the demo stays; the law gives it 24 hours."""


def run(
    home: Path, once: bool = False, port: int = 8000, simulator_port: int = 8001, today: date | None = None
) -> int:
    """Run the demo. ``once``: do not stay. Returns 0 when the proof adds up, 1 when not, 2 when it could not run."""
    screen = Screen(steps=7)
    place = DemoHome(Path(home))
    today = max(today or datetime.now(_ZONE).date(), EARLIEST)
    programs: list[Program] = []
    try:
        with _ending_gently(), place.fresh():
            try:
                return _journey(screen, place, programs, once, port, simulator_port, today)
            finally:
                for program in reversed(programs):
                    program.stop()
    except (HomeNotOurs, HomeInUse, PortBusy, DidNotStart) as problem:
        screen.say(f"\n  {problem}\n")
        return UNUSABLE
    except KeyboardInterrupt:
        screen.say("\n  Đã dừng.\n")
        return 130


def _journey(
    screen: Screen,
    home: DemoHome,
    programs: list[Program],
    once: bool,
    port: int,
    simulator_port: int,
    today: date,
) -> int:
    simulator_port = _port_for_simulator(simulator_port, once)
    if not once and not is_free(port):
        raise PortBusy(
            f"Cổng mạng {port} đang bận. Hãy tắt chương trình đang dùng, hoặc chạy với --port khác."
        )
    at = datetime.now(_ZONE)
    screen.say()
    screen.say(screen.bold("  Sổ Sức Khỏe: từ tệp của bệnh viện đến sổ của người dân"))
    screen.say(screen.grey("  Mọi người và số liệu đều bịa; không có gì ra khỏi máy này."))
    screen.say()
    with screen.step("Dựng cổng tiếp nhận và VNeID mô phỏng"):
        certificate = make_certificates(home, at=at, address=f"http://127.0.0.1:{simulator_port}")
        gateway_password = write_setup(home, certificate, today=today)
        national = NationalSide(home, simulator_port)
        programs.append(national.program)
    with screen.step("Dựng bệnh viện mẫu"):
        hospital_side.start(home)
        hospital_side.set_up(home, gateway=national.address, gateway_password=gateway_password, at=at)
    with screen.step("Phần mềm khác xuất tệp XML") as step:
        exported = his_export.export_to(home.his, today)
        step.result = f"{len(exported)} tệp"
    with screen.step("Nhập và kiểm tra") as step:
        taken = hospital_side.take_in(home.his, each=lambda done: step.show(done, len(exported)))
        step.result = f"{sum(file.outcome == 'taken' for file in taken)} đợt khám"
    with screen.step("Tra thẻ và báo vào khám ở tiếp đón") as step:
        looked_up = reception.look_up_cards(today)
        check_ins = reception.take_check_ins(reception.export_check_ins(home.check_ins, today, at=at))
        step.result = f"{len(looked_up)} thẻ, {check_ins} lượt báo"
    with screen.step("Ký, gửi và nhận biên nhận") as step:
        hospital_side.deliver(each=step.show)
        step.result = f"{hospital_side.write_sent(home.sent)} hồ sơ"
    with screen.step("Chờ 24 giờ mô phỏng, đối chiếu"):
        national.let_a_day_pass()
        proof = prove(
            exported=exported,
            taken=taken,
            ledger=hospital_side.ledger(),
            received=national.received(),
            books=national.books(),
            sent=home.sent,
            reception=Reception(
                looked_up=[one.code for one in looked_up],
                look_up_calls=[call["code"] for call in national.calls("card")],
                check_ins=reception.told(),
            ),
        )
    told = {"today": today.isoformat(), **proof.as_json()}
    home.proof.write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
    show_proof(screen, proof)
    if once:
        show_files(screen, home)
    else:
        web = Program(
            "Trang bệnh viện",
            ["-c", f"from sosuckhoe.hospital.config.serve import serve; serve(port={port})"],
            log=home.log("web"),
            environment={},
        )
        programs.append(web)
        web.wait_for(f"http://127.0.0.1:{port}/")
        national.publish_within(_SOON)
        his_export.write_one_more(home.one_more, today)
        show_doors(screen, home, port=port, national=national.address, today=today)
        with _asked_to_stop() as stop:
            hospital_side.keep_delivering(stop)
        screen.say("  Đang dừng…")
    return ADDS_UP if proof.adds_up else DOES_NOT


def _port_for_simulator(wanted: int, once: bool) -> int:
    if is_free(wanted):
        return wanted
    if once:
        return any_free_port()
    raise PortBusy(
        f"Cổng mạng {wanted} đang bận. Hãy tắt chương trình đang dùng, hoặc chạy với --simulator-port khác."
    )


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


@contextmanager
def _ending_gently() -> Iterator[None]:
    """SIGTERM ends the demo as Ctrl-C does, so that what it started is stopped too."""
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _asked_to_stop() -> Iterator[threading.Event]:
    """An event that Ctrl-C or SIGTERM sets while everything stays up; a second one interrupts."""
    stop = threading.Event()

    def ask(number: int, frame: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
