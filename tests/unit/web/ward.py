"""A small hospital for the pages: the cast by role, and visits in every state that a page must be able to show."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from django.utils import timezone
from tests.unit.web.kept import kept

from sosuckhoe.demo.cast import HOUSE
from sosuckhoe.demo.his_export import ExportedFile, export
from sosuckhoe.healthbook.signing import PracticeAuthority, to_pkcs12
from sosuckhoe.hospital.cards.models import LookUp
from sosuckhoe.hospital.delivery import actions
from sosuckhoe.hospital.delivery.answers import Answer, Word
from sosuckhoe.hospital.delivery.check_ins import Told, tell
from sosuckhoe.hospital.delivery.intake import Taken, take_file
from sosuckhoe.hospital.delivery.keeping import keep_receipt, note_attempt
from sosuckhoe.hospital.delivery.ledger import step
from sosuckhoe.hospital.delivery.models import Attempt, Destination, Incident, SigningKey, Submission
from sosuckhoe.hospital.delivery.secrets import keep_secret
from sosuckhoe.hospital.delivery.states import State
from sosuckhoe.hospital.delivery.watching import told_incidents
from sosuckhoe.hospital.delivery.worker import Worker
from sosuckhoe.hospital.staff.actions import add_facility, add_person, add_unit
from sosuckhoe.hospital.staff.models import Facility, Person, Role

PASSWORD = "mot-cau-dai-de-nho"
KEY_PASSWORD = "mat-khau-khoa-mau"
ROLES = tuple(str(role) for role in Role.values)


CHECK_IN = {
    "visit_code": "99999.26.CHECKIN",
    "row_number": "1",
    "patient_code": "BN0001",
    "full_name": "Nguyễn Thị Mẫu Bình",
    "born_at": "199002010000",
    "sex_code": "2",
    "patient_category_code": "9",
    "arrived_at": "202611230705",
    "visit_type_code": "01",
    "facility_code": HOUSE.code,
    "service_code": "02.1897",
    "service_name": "Khám Nội",
    "ordered_at": "202611230715",
}
CARD_ANSWER = """{"maKetQua":"003","ghiChu":"Thẻ cũ hết giá trị sử dụng","maThe":"XX4990000000001","hoTen":"NGUYỄN THỊ MẪU BÌNH",
"ngaySinh":"01/02/1990","gioiTinh":"Nữ","diaChi":"Số 1, Phố Mẫu","maDKBD":"99998","gtTheTu":"01/01/2025",
"gtTheDen":"31/12/2025","maTheMoi":"XX4990000000002","gtTheTuMoi":"01/01/2026","gtTheDenMoi":"31/12/2026",
"maDKBDMoi":"99999","tenDKBDMoi":"Bệnh viện Mẫu","dsLichSuKCB2018":null,"dsLichSuKT2018":[{"userKT":"99998_BV",
"thoiGianKT":"20/11/2026 08:00:00","thongBao":"Thẻ cũ hết giá trị","maLoi":"003"}]}""".encode()


@lru_cache(maxsize=1)
def exported() -> tuple[ExportedFile, ...]:
    """What another system wrote for the weeks before today."""
    return tuple(export(timezone.localdate()))


def clean(number: int = 0) -> ExportedFile:
    return [file for file in exported() if file.expected == "clean"][number]


def held(rule: str) -> ExportedFile:
    """A file that a rule holds back."""
    return next(file for file in exported() if file.expected == "held" and file.rule == rule)


def unreadable() -> ExportedFile:
    return next(file for file in exported() if file.expected == "refused")


@lru_cache(maxsize=1)
def key_file() -> bytes:
    """A practice key, made once."""
    now = datetime.now(UTC)
    return to_pkcs12(PracticeAuthority.new(at=now).issue("BỆNH VIỆN MẪU", at=now), KEY_PASSWORD.encode())


@dataclass
class Ward:
    facility: Facility
    people: dict[str, Person]
    destination: Destination | None = None
    key: SigningKey | None = None
    taken: list[Taken] = field(default_factory=list)
    look_up: LookUp | None = None

    def take(self, file: ExportedFile, **how: str) -> Taken:
        taken = take_file(file.name, file.data, by=self.people["records"], **how)
        self.taken.append(taken)
        return taken

    def sign(self) -> None:
        """Everything that waits."""
        worker = Worker("tests")
        while worker.sign_one():
            pass

    def submission(self, taken: Taken) -> Submission:
        return Submission.objects.get(version__visit=taken.visit_id, version__number=taken.version)

    def begin(self, taken: Taken) -> tuple[Submission, Attempt]:
        """An attempt is under way and its first byte may have left."""
        submission, now = self.submission(taken), timezone.now()
        Submission.objects.filter(pk=submission.pk).update(fence=1)
        submission.refresh_from_db()
        assert step(submission, State.SENDING, at=now, holder="tests", lease_until=now, attempt_count=1)
        attempt = note_attempt(submission)
        Attempt.objects.filter(pk=attempt.pk).update(
            bytes_from=timezone.now(), request_head="POST /api/qd130/guiHoSoXmlQD3176\naccessToken: …"
        )
        attempt.refresh_from_db()
        return submission, attempt

    def receive(self, taken: Taken) -> Attempt:
        """The portal has answered with a transaction number."""
        submission, attempt = self.begin(taken)
        answer = Answer(
            Word.ACCEPTED, "200", "Cổng đã tiếp nhận hồ sơ.", transaction_number=f"GD{submission.pk}"
        )
        keep_receipt(submission, attempt, answer, timezone.now())
        Attempt.objects.filter(pk=attempt.pk).update(
            ended_at=timezone.now(),
            outcome="Accepted",
            code="200",
            http_status=200,
            answer=b'{"maKetQua":"200"}',
        )
        assert step(submission, State.RECEIVED, at=timezone.now())
        return attempt

    def tell(self, **changes: str) -> Told:
        """A visit that is still open is told of."""
        return tell(
            row={**CHECK_IN, **changes},
            facility=self.facility,
            facility_code=HOUSE.code,
            by=self.people["reception"],
        )

    def lose_power(self) -> Incident:
        """For an hour, which somebody told of."""
        assert self.destination is not None
        end = timezone.now()
        told = told_incidents.Told(
            destination=self.destination,
            started_at=end - timedelta(hours=1),
            ended_at=end,
            cause="power",
            announced_by="Điện lực mẫu",
            announced_at=end - timedelta(hours=2),
            evidence="Thông báo mẫu số 0, đã báo các khoa",
        )
        return told_incidents.tell(by="records", told=told)

    def look_up_card(self, answer: bytes, code: str = "000", standing: str = "verified") -> LookUp:
        """The portal has said this of a card."""
        assert self.destination is not None
        now = timezone.now()
        return LookUp.objects.create(
            kind=LookUp.Kind.CARD,
            facility=self.facility,
            destination=self.destination,
            card_number="XX4990000000001",
            full_name="Nguyễn Thị Mẫu Bình",
            born="01/02/1990",
            by="reception",
            asked_at=now,
            answered_at=now,
            code=code,
            standing=standing,
            answer=answer,
        )

    def lose_answer(self, taken: Taken) -> Submission:
        """Nobody knows whether the portal has it."""
        submission, attempt = self.begin(taken)
        Attempt.objects.filter(pk=attempt.pk).update(ended_at=timezone.now(), outcome="Unknown")
        assert step(
            submission,
            State.UNKNOWN,
            at=timezone.now(),
            problem_code="NO-ANSWER",
            problem="Chưa rõ cổng đã nhận.",
        )
        return submission

    def refuse_signature(self, taken: Taken) -> Submission:
        """The portal does not like our set-up: the record is held, though nothing in it is wrong."""
        submission, attempt = self.begin(taken)
        Attempt.objects.filter(pk=attempt.pk).update(
            ended_at=timezone.now(), outcome="Rejected", gateway_code="125"
        )
        assert step(
            submission,
            State.HELD,
            at=timezone.now(),
            problem_code="125",
            problem="Cổng báo chữ ký không đúng.",
        )
        return submission


def people(facility: Facility, unit: object) -> dict[str, Person]:
    """One person a role, whose name says which."""
    return {
        role: add_person(
            by="test",
            username=role,
            full_name=f"Nguyễn Mẫu {role.capitalize()}",
            roles=[role],
            password=PASSWORD,
            facility=facility,
            unit=unit,  # type: ignore[arg-type]
            must_change_password=False,
        )
        for role in ROLES
    }


@kept
def small_hospital() -> Ward:
    """A facility with its people and nothing else."""
    facility = add_facility(
        by="test", name=HOUSE.name, code=HOUSE.code, hub_code=HOUSE.hub_code, province_code="79"
    )
    unit = add_unit(by="test", facility=facility, department_code="K01", name="Khoa Khám bệnh")
    return Ward(facility, people(facility, unit))


def connect(ward: Ward) -> Ward:
    """Somewhere to send to, where nobody listens, and a key to sign with."""
    ward.key = actions.add_signing_key(
        by="test", facility=ward.facility, name="Chứng thư mẫu", pkcs12=key_file(), password=KEY_PASSWORD
    )
    ward.destination = actions.add_destination(
        by="test",
        facility=ward.facility,
        name="Cổng mẫu",
        base_url="http://127.0.0.1:9",
        account="99999_BV",
        secret_reference=keep_secret("cong-mau", "mat-khau-mau"),
        replaces_by_visit_code=True,
        replaces_evidence="thử nghiệm",
    )
    return ward


@kept
def busy_hospital() -> Ward:
    """Visits received, signed, unclear, refused for the signature, and two held back for faults."""
    ward = connect(small_hospital())
    for number in range(5):
        ward.take(clean(number))
    ward.sign()
    ward.receive(ward.taken[0])
    ward.lose_answer(ward.taken[2])
    ward.refuse_signature(ward.taken[3])
    ward.take(held("XFD-029"))
    ward.take(held("SHP-001"))
    ward.take(unreadable())
    ward.tell()
    ward.look_up = ward.look_up_card(CARD_ANSWER, "003")
    ward.lose_power()
    return ward
