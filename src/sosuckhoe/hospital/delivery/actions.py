"""What people do with deliveries: set up, pause, hold, release, note what the portal said."""

from datetime import datetime
from typing import Any

from cryptography import x509
from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from ...healthbook.signing import fingerprint, load_pkcs12
from ..journal.chain import account_of, note
from ..staff.models import Facility
from ..visits.actions import overrule
from ..visits.models import RecordVersion
from .crashpoints import here
from .gateway import RECORD_PATHS, check_address
from .ledger import LEFT_BEFORE, NEWER_LEFT, enqueue, left_before, step
from .models import Destination, DestinationKind, PortalFinding, SigningKey, Submission
from .practised import PRACTICE, is_received
from .secrets import keep_secret, kept_as, lay
from .settling import may_be_at_the_real_place, may_be_there
from .signers.keys import pem
from .states import State
from .withheld import mark_on


class NeedsReason(ValueError):
    """Hãy ghi lý do."""


class UnknownPath(ValueError):
    """Đường gửi phải là 3176, 4750 hoặc 130."""


class WrongKind(ValueError):
    """Đợt khám chỉ gửi đến cổng BHXH, phiếu khám sức khỏe chỉ gửi lên trục Bộ Y tế."""


class NotInThisState(ValueError):
    """Hồ sơ đã chuyển sang trạng thái khác. Tải lại trang để xem."""


class StillWithheld(NotInThisState):
    """Hồ sơ được đánh dấu không gửi qua kênh này. Bỏ đánh dấu ở trang Hồ sơ không gửi trước, nếu đã đánh dấu nhầm."""


class MayBeThere(NotInThisState):
    """Một lần gửi trước chưa rõ kết quả nên không ký lại: tệp khác sẽ thành hồ sơ thứ hai. Cho gửi đúng tệp đã ký."""


class ReceivedElsewhere(NotInThisState):
    """Nơi nhận thật đã tiếp nhận đợt khám hoặc phiếu này, nên không gửi lần thứ hai."""


class LeftBefore(NotInThisState):
    """Hồ sơ này hoặc bản mới hơn đã gửi đi trước khi khôi phục cơ sở dữ liệu. Đối chiếu ở trang khôi phục, hoặc sửa thành bản mới."""


def _reason(text: str) -> str:
    if not text.strip():
        raise NeedsReason(NeedsReason.__doc__)
    return text.strip()


@transaction.atomic
def add_destination(
    *,
    by: Any,
    facility: Facility,
    name: str,
    base_url: str,
    account: str,
    secret_reference: str,
    path_edition: str = "3176",
    replaces_by_visit_code: bool = False,
    replaces_evidence: str = "",
    kind: str = DestinationKind.PORTAL,
    hub: dict[str, Any] | None = None,
) -> Destination:
    """Somewhere to send to from now on. Visits closed earlier are not sent there (see ``send_earlier``)."""
    check_address(base_url)
    if path_edition not in RECORD_PATHS:
        raise UnknownPath(UnknownPath.__doc__)
    destination = Destination.objects.create(
        facility=facility,
        name=name,
        kind=kind,
        hub=hub or {},
        base_url=base_url.rstrip("/"),
        account=account,
        secret_reference=secret_reference,
        path_edition=path_edition,
        replaces_by_visit_code=replaces_by_visit_code,
        replaces_evidence=replaces_evidence,
    )
    told: dict[str, Any] = {"base_url": base_url, "account": account}
    if replaces_by_visit_code:
        told["replaces_by_visit_code"] = True
    if kind == DestinationKind.PORTAL:
        told["path_edition"] = path_edition
    note(by, "destination-added", "destination", destination.pk, **told)
    return destination


@transaction.atomic
def send_earlier(*, by: Any, destination: Destination, versions: list[RecordVersion], reason: str) -> int:
    """Send versions to a destination that was added after they were frozen. Somebody decides it, for a reason."""
    why, now = _reason(reason), timezone.now()
    if destination.kind != DestinationKind.PORTAL:
        raise WrongKind(WrongKind.__doc__)
    count = 0
    # Two may press at once: the second waits here, and finds that it was done.
    list(
        RecordVersion.objects.select_for_update()
        .filter(pk__in=[each.pk for each in versions])
        .order_by("pk")
        .values("pk")
    )
    for version in versions:
        if not version.submissions.filter(destination=destination).exists():
            errors = version.findings.filter(severity="error", overruled_by="").exists()
            enqueue(version, [destination], at=now, held=_FAULTS if errors else None)
            count += 1
    note(by, "earlier-sent", "destination", destination.pk, count=count, reason=why)
    return count


_FAULTS = ("FAULTS", "Hồ sơ còn lỗi phải sửa trước khi gửi.")


@transaction.atomic
def add_signing_key(
    *,
    by: Any,
    facility: Facility,
    name: str,
    pkcs12: bytes,
    password: str,
    registered_at: datetime | None = None,
) -> SigningKey:
    """Keep a PKCS#12 key in the home's keys folder and its password in the secrets folder.

    Raises ``healthbook.signing.KeyUnusable`` when the file does not open or is no key to sign with.
    """
    signer = load_pkcs12(pkcs12, password.encode() or None)
    certificate: x509.Certificate = signer.certificate
    print_ = fingerprint(certificate)
    file_name, secret_name = f"{print_[:16]}.p12", f"key-{print_[:16]}"
    # First: whoever declares a key a second time is refused before its files are touched.
    key = SigningKey.objects.create(
        facility=facility,
        name=name,
        path=file_name,
        password_reference=kept_as(secret_name),
        certificate_pem=pem(certificate),
        fingerprint=print_,
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        registered_at=registered_at,
        registered_by=account_of(by) if registered_at else "",
    )
    lay(settings.HOME.keys / file_name, pkcs12)
    keep_secret(secret_name, password)
    note(by, "key-added", "key", key.pk, fingerprint=print_)
    here("KEY-NOTED")
    return key


@transaction.atomic
def pause(*, by: Any, destination: Destination, reason: str) -> None:
    """Nothing goes out from this moment; what is under way is waited for."""
    why = _reason(reason)
    Destination.objects.filter(pk=destination.pk, paused_at__isnull=True).update(
        paused_at=timezone.now(), paused_by=account_of(by), paused_why=why
    )
    note(by, "destination-paused", "destination", destination.pk, reason=why)


@transaction.atomic
def resume(*, by: Any, destination: Destination) -> None:
    Destination.objects.filter(pk=destination.pk).update(
        paused_at=None, paused_by="", paused_why="", failures=0, quiet_until=None
    )
    Submission.ledger.filter(destination=destination, state=State.SIGNED).update(not_before=None, delays=0)
    note(by, "destination-resumed", "destination", destination.pk)


@transaction.atomic
def hold(*, by: Any, submission: Submission, reason: str) -> None:
    """Keep one record back."""
    why = _reason(reason)
    _step(submission, State.HELD, problem_code="HELD-BY-PERSON", problem=why)
    note(by, "submission-held", "submission", submission.pk, reason=why)


def check_can_release(submission: Submission, *, sign_anew: bool = False) -> None:
    """Raises NotInThisState with the sentence that says why a held one may not go, or not with another signature."""
    if submission.problem_code in (LEFT_BEFORE[0], NEWER_LEFT[0]) or left_before(submission):
        raise LeftBefore(LeftBefore.__doc__)
    if mark_on(submission) is not None:
        raise StillWithheld(StillWithheld.__doc__)
    if submission.problem_code == PRACTICE[0]:
        # What happened to it up to then happened at a simulator: nothing of that can be at the portal.
        if is_received(submission):
            raise ReceivedElsewhere(ReceivedElsewhere.__doc__)
        if may_be_at_the_real_place(submission):
            raise MayBeThere(MayBeThere.__doc__)
    elif sign_anew and may_be_there(submission):
        raise MayBeThere(MayBeThere.__doc__)


@transaction.atomic
def release(*, by: Any, submission: Submission, reason: str, sign_anew: bool = False) -> None:
    """Let a held record go. Its open errors are overruled, for the reason given, and counted against their rules.

    ``sign_anew``: after the signature or the set-up was refused. What only a simulator had is always signed anew.
    """
    why, now = _reason(reason), timezone.now()
    # What holds it now, and not what held it when it was shown: reconciling a restored copy may have found since that
    # it left, and it stays held by that.
    shown, submission = submission, Submission.ledger.select_for_update(of=("self",)).get(pk=submission.pk)
    sign_anew = sign_anew or submission.problem_code == PRACTICE[0]
    check_can_release(submission, sign_anew=sign_anew)
    if submission.state != shown.state:
        raise NotInThisState(NotInThisState.__doc__)
    if submission.version is not None:
        open_errors = submission.version.findings.filter(severity="error", overruled_by="")
        overrule(by=by, findings=list(open_errors), reason=why, at=now)
    signed = submission.document_id is not None and not sign_anew
    _step(
        submission,
        State.SIGNED if signed else State.WAITING,
        problem_code="",
        problem="",
        not_before=None,
        delays=0,
    )
    note(by, "submission-released", "submission", submission.pk, reason=why, sign_anew=sign_anew)


@transaction.atomic
def note_portal_findings(
    *, by: Any, submission: Submission, findings: list[tuple[str, str, str]]
) -> list[PortalFinding]:
    """What the portal reported after receiving: (code, path, message) each."""
    now, actor = timezone.now(), account_of(by)
    made = PortalFinding.objects.bulk_create(
        PortalFinding(
            submission=submission, code=code, path=path, message=message, noted_at=now, noted_by=actor
        )
        for code, path, message in findings
    )
    if submission.state in (State.RECEIVED, State.ACCEPTED):
        _step(submission, State.FINDINGS)
    note(by, "portal-findings-noted", "submission", submission.pk, count=len(made))
    return made


def open_findings(submission: Submission) -> QuerySet[PortalFinding]:
    """What the portal told of this version or of those before it, and nobody has settled."""
    said = Q(submission=submission)
    if submission.version is not None:
        said |= Q(
            submission__destination=submission.destination_id,
            submission__version__visit=submission.version.visit_id,
            submission__version__number__lt=submission.version.number,
        )
    return PortalFinding.objects.filter(said, settled_at__isnull=True)


@transaction.atomic
def content_is_settled(*, by: Any, submission: Submission, reason: str) -> None:
    """No content answer is open any more, of this version or of those before it, of which the portal may speak late."""
    why = _reason(reason)
    open_findings(submission).update(settled_at=timezone.now())
    if submission.state != State.ACCEPTED:
        _step(submission, State.ACCEPTED)
    note(by, "content-settled", "submission", submission.pk, reason=why)


def _step(submission: Submission, after: State, **columns: Any) -> None:
    if not step(submission, after, at=timezone.now(), **columns):
        raise NotInThisState(NotInThisState.__doc__)
