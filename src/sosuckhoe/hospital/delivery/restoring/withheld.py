"""What was marked as not to be sent stays so in an older copy: the marks noted outside are set again, at once.

A mark that was lifted after the copy was made stays in the copy: a person lifts it once more. That is the safe side.
"""

from ...staff.models import FacilityCode
from .. import outside
from ..receipts import WithheldLine
from ..withholding import withhold

WHY = "Đã đánh dấu trước khi khôi phục, theo sổ ngoài."


def withhold_again(*, by: str) -> None:
    """Every mark noted outside that is in force and that this copy does not know. Safe to begin again."""
    last = {
        (line.facility_code, line.code): line for line in outside.lines() if isinstance(line, WithheldLine)
    }
    for line in last.values():
        known = None if line.lifted else FacilityCode.objects.filter(code=line.facility_code).first()
        if known is not None:
            withhold(
                by=by,
                facility=known.facility,
                facility_code=line.facility_code,
                code=line.code,
                why=WHY,
                again=True,
            )
