"""Safe fixes (đề xuất sửa): what a fault's rule lets us change without knowing anything about the patient.

    for fix in fixes_of(record, record.edition(), day=…):
        print(fix.title, *fix.changes, fix.why_safe)
    better = applied(record, fix)

A fix is only offered when it was tried: on a copy of the record the fault is gone and no new error appears, and
nothing but the named fields changed. What would need the patient, the chart or a guess has no fix here; a person
mends it. ``FIXES`` says which kinds of change belong to which rule.
"""

from .fix import Change, Fix, Kind, Moved, applied
from .proposing import MOST, fixes_of, together
from .register import FIXES, KINDS

__all__ = ["FIXES", "KINDS", "MOST", "Change", "Fix", "Kind", "Moved", "applied", "fixes_of", "together"]
