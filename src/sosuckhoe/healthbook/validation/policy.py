"""What a hospital decided about checking (chính sách kiểm tra): recorded choices with a safe default."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from .catalogues import Catalogues
from .fault import Severity


@dataclass(frozen=True)
class Policy:
    """The hospital's choices. The program records who made each, when and why; here are the choices alone."""

    summary_for_every_visit: bool | None = None
    """Table 8 (tóm tắt hồ sơ bệnh án) goes with outpatient visits too, because the book shows it. QĐ 4750 asks
    for it only for visit types 03, 04 and 06: with False, table 8 on other visits is a fault (BUS-035); with True, a
    visit without it is told (BOOK-001). None, for a file whose hospital has not decided: neither is held against it,
    and only a visit without insurance is asked for its table 8, which is all the book gets of it."""
    signature_required: bool = False
    """A missing signature is an error. False for checking an export that has not been signed yet."""
    severities: Mapping[str, Severity] = field(default_factory=dict)
    """Rules whose severity the hospital changed."""
    off: frozenset[str] = frozenset()
    """Rules the hospital switched off."""
    catalogues: Catalogues | None = None
    """The hospital's catalogues and national lists it brought; what needs them stays silent without."""
    base_salaries: tuple[tuple[date, Decimal], ...] = ()
    """The base salary (lương cơ sở, mức tham chiếu) in đồng and its first day, as the hospital entered it. We hold no
    text that gives it for every day, so what needs it stays silent without."""
    largest_file: int = 100_000_000
    """Bytes of the largest file the destination takes: 100 MB in one implementation (STR-019, confidence low)."""
    check_ins: Mapping[str, tuple[datetime, ...]] | None = None
    """No choice but what the ledger knows: when check-ins (XML0) of a visit were received, by MA_LK, times in the
    zone of the record's own. None: nobody knows, so nothing is said of them (BUS-019)."""

    def base_salary_on(self, day: date) -> Decimal | None:
        """The base salary on a day; None where the hospital has not entered it."""
        known = [(since, amount) for since, amount in self.base_salaries if since <= day]
        return max(known)[1] if known else None
