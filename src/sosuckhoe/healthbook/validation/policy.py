"""What a hospital decided about checking (chính sách kiểm tra): recorded choices with a safe default."""

from collections.abc import Mapping
from dataclasses import dataclass, field

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
