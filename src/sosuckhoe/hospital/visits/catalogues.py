"""Lists a hospital loads: what a file would change, the change itself, and what the checker asks of them.

Preview and load are two steps. A load is whole or nothing; rows are closed and opened, never written over; a file much
shorter than the list in use is taken only when somebody says that this is meant.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db import transaction
from django.db.models import Max, Min

from ...healthbook.validation.catalogues import KEYS, Catalogues
from ..journal.chain import account_of, note
from ..staff.models import Facility
from .catalogue_files import UnusableFile, read_rows
from .catalogue_kinds import FROM, KINDS, TO, Kind
from .models import CatalogueImport, CatalogueRow

SHRINK = 0.2
"""A file with fewer rows than the list in use by more than this share may have been cut short."""


class UnknownKind(KeyError):
    """Không có danh mục nào mang tên này."""


class NeedsConfirmation(ValueError):
    """Tệp ngắn hơn nhiều so với danh mục đang dùng. Xem lại tệp; nếu đúng là như vậy thì xác nhận rồi nhập lại."""


class Stale(ValueError):
    """Danh mục vừa được người khác nhập. Xem lại thay đổi rồi nhập lại."""


class NeedsSource(ValueError):
    """Hãy ghi nguồn của danh mục: văn bản và phụ lục, hoặc mẫu."""


@dataclass(frozen=True)
class Change:
    """One row that a file changes."""

    before: CatalogueRow | None
    after: Mapping[str, str] | None
    since: date | None
    """When the new row begins."""
    until: date | None
    """When the old row ends."""
    new_until: date | None = None
    """When the new row ends."""
    ends_only: bool = False
    """The file says the same of the row but for an earlier last day."""

    @property
    def code_columns(self) -> list[str]:
        """The columns that say something else."""
        old, new = (self.before.values if self.before else {}), self.after or {}
        return [name for name in {**old, **new} if old.get(name) != new.get(name)]


@dataclass(frozen=True)
class Plan:
    """What loading a file would change."""

    kind: str
    facility: Facility
    since: date
    file_name: str
    sha256: str
    added: tuple[Change, ...]
    changed: tuple[Change, ...]
    closed: tuple[Change, ...]
    unchanged: int
    rows: int
    current: int
    """Rows of the list in use."""
    left_out: tuple[str, ...]
    """Columns of the file that are not kept."""
    remarks: tuple[str, ...]
    warning: str
    """Why the load needs to be confirmed; empty where it does not."""
    after_import: int
    """The newest load when this was worked out."""

    @property
    def changes_nothing(self) -> bool:
        return not (self.added or self.changed or self.closed)


def preview(*, kind: str, name: str, data: bytes, facility: Facility, since: date) -> Plan:
    """What a file would change; changes nothing. Raises UnusableFile or UnknownKind."""
    if kind not in KINDS:
        raise UnknownKind(kind)
    facts = KINDS[kind]
    found = read_rows(facts, data)
    if facts.own:
        _check_owner(facts, found.rows, facility)
    current = list(CatalogueRow.objects.filter(facility=facility, kind=kind, gone_in=None))
    added, changed, closed, unchanged = _compared(facts, current, found.rows, since)
    return Plan(
        kind=kind,
        facility=facility,
        since=since,
        file_name=name,
        sha256=hashlib.sha256(data).hexdigest(),
        added=tuple(added),
        changed=tuple(changed),
        closed=tuple(closed),
        unchanged=unchanged,
        rows=len(found.rows),
        current=len(current),
        left_out=found.left_out,
        remarks=tuple(_remarks(facts, found.rows)),
        warning=_warning(facts, len(found.rows), len(current)),
        after_import=_newest(facility, kind),
    )


def _check_owner(kind: Kind, rows: Sequence[Mapping[str, str]], facility: Facility) -> None:
    ours = {code.code for code in facility.codes.all()}
    others = {row["MA_CSKCB"] for row in rows if row.get("MA_CSKCB")} - ours
    if others:
        raise UnusableFile(
            f"Tệp “{kind.title}” có dòng của cơ sở khác ({', '.join(sorted(others)[:3])}). Chọn đúng tệp của cơ sở mình."
        )


def _warning(kind: Kind, rows: int, current: int) -> str:
    if current and rows < current * (1 - SHRINK):
        return f"Tệp có {rows} dòng, danh mục đang dùng có {current} dòng: tệp có thể bị cắt ngắn."
    if kind.whole and rows < kind.whole * (1 - SHRINK):
        return f"Tệp có {rows} dòng, danh mục công bố có {kind.whole} dòng: tệp có thể bị cắt ngắn."
    return ""


def _remarks(kind: Kind, rows: Sequence[Mapping[str, str]]) -> list[str]:
    remarks = []
    codes = Counter(row[kind.code] for row in rows)
    repeated = sum(1 for times in codes.values() if times > 1)
    if repeated:
        remarks.append(f"{repeated} mã có nhiều dòng (khác ngày hoặc khác nội dung).")
    if kind.whole and len(rows) != kind.whole:
        remarks.append(f"Bản công bố có {kind.whole} dòng, tệp có {len(rows)} dòng.")
    return remarks


Identity = tuple[str, ...]


def _identity(kind: Kind, values: Mapping[str, str]) -> Identity:
    """What makes two rows the same row, at two times."""
    return tuple(values.get(name, "") for name in (kind.code, *kind.same, FROM))


def _compared(
    kind: Kind, current: list[CatalogueRow], rows: Sequence[Mapping[str, str]], since: date
) -> tuple[list[Change], list[Change], list[Change], int]:
    before: dict[Identity, list[CatalogueRow]] = defaultdict(list)
    for held in current:
        before[_identity(kind, held.values)].append(held)
    added: list[Change] = []
    changed: list[Change] = []
    unchanged = 0
    rest: list[Mapping[str, str]] = []
    for row in rows:  # first whatever is the same, so that twins keep to their own
        twin = next((one for one in before[_identity(kind, row)] if _same(one, row)), None)
        if twin is None:
            rest.append(row)
        else:
            before[_identity(kind, row)].remove(twin)
            unchanged += 1
    for row in rest:
        candidates = before[_identity(kind, row)]
        until = _day(row, TO)
        if not candidates:
            added.append(Change(None, row, _day(row, FROM) or since, until=None, new_until=until))
            continue
        old = candidates.pop(0)
        if (
            _but_for_the_end(old.values) == _but_for_the_end(row)
            and until
            and (old.until is None or until < old.until)
        ):
            changed.append(Change(old, row, None, until, ends_only=True))
        else:
            first = max(since, _day(row, FROM) or since)
            ended = min(first - timedelta(days=1), old.until or date.max)
            changed.append(Change(old, row, first, ended, new_until=until))
    closed = [
        Change(old, None, None, min(since - timedelta(days=1), old.until or date.max))
        for candidates in before.values()
        for old in candidates
    ]
    return added, changed, closed, unchanged


def _same(held: CatalogueRow, row: Mapping[str, str]) -> bool:
    return _but_for_the_end(held.values) == _but_for_the_end(row) and held.until == _day(row, TO)


def _but_for_the_end(values: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in values.items() if name != TO}


def _day(row: Mapping[str, str], column: str) -> date | None:
    text = row.get(column, "")
    return date(int(text[:4]), int(text[4:6]), int(text[6:8])) if text else None


def _newest(facility: Facility, kind: str) -> int:
    loads = CatalogueImport.objects.filter(facility=facility, kind=kind)
    return loads.aggregate(newest=Max("id"))["newest"] or 0


@transaction.atomic
def load(
    *, plan: Plan, source: str, by: Any, at: datetime, confirmed: bool = False
) -> CatalogueImport | None:
    """Do what a plan says, all of it; None where there is nothing to do. The list in use stays if this raises."""
    if not source.strip():
        raise NeedsSource(NeedsSource.__doc__)
    if plan.warning and not confirmed:
        raise NeedsConfirmation(f"{plan.warning} {NeedsConfirmation.__doc__}")
    facility = Facility.objects.select_for_update().get(pk=plan.facility.pk)
    if _newest(facility, plan.kind) != plan.after_import:
        raise Stale(Stale.__doc__)
    if plan.changes_nothing:
        return None
    done = CatalogueImport.objects.create(
        facility=facility,
        kind=plan.kind,
        since=plan.since,
        source=source.strip(),
        file_name=plan.file_name[:255],
        sha256=plan.sha256,
        by=account_of(by),
        at=at,
        added=len(plan.added),
        closed=len(plan.closed),
        changed=len(plan.changed),
    )
    ending = []
    for change in (*plan.changed, *plan.closed):
        assert change.before is not None
        change.before.until = change.until
        if not change.ends_only:
            change.before.gone_in = done
        ending.append(change.before)
    CatalogueRow.objects.bulk_update(ending, ["until", "gone_in"], batch_size=500)
    CatalogueRow.objects.bulk_create(
        [
            CatalogueRow(
                facility=facility,
                kind=plan.kind,
                code=change.after[KINDS[plan.kind].code][:255],
                values=dict(change.after),
                since=change.since,
                until=change.new_until,
                opened_in=done,
            )
            for change in (*plan.added, *plan.changed)
            if change.after is not None and not change.ends_only
        ],
        batch_size=500,
    )
    note(
        by,
        "catalogue-loaded",
        "catalogue",
        done.pk,
        kind=plan.kind,
        since=plan.since.isoformat(),
        sha256=plan.sha256,
        added=done.added,
        changed=done.changed,
        closed=done.closed,
    )
    return done


def catalogues_for(facility: Facility | None) -> Catalogues | None:
    """The facility's lists for the checker, remembered until the next load; None where it has none."""
    loads = CatalogueImport.objects.filter(facility=facility)
    newest = loads.values_list("id", "sha256", "at").first() if facility else None
    return _catalogues(facility.pk, newest) if facility and newest else None


@lru_cache(maxsize=4)
def _catalogues(facility: int, newest: tuple[int, str, datetime]) -> Catalogues:
    """``newest`` tells one state of the lists from another, also after a restored backup."""
    tables: dict[str, list[dict[str, str]]] = defaultdict(list)
    loads = CatalogueImport.objects.filter(facility=facility).values_list("kind").annotate(Min("id"))
    first = dict(loads)
    held = CatalogueRow.objects.filter(facility=facility, kind__in=list(KEYS)).values_list(
        "kind", "values", "since", "until", "opened_in"
    )
    for kind, values, since, until, opened_in in held.iterator(chunk_size=2000):
        if since and until and until < since:
            continue
        if opened_in == first[kind] and FROM not in values:
            since = None  # before the first load we knew nothing, so nothing is held against earlier days
        dates = {FROM: f"{since:%Y%m%d}" if since else "", TO: f"{until:%Y%m%d}" if until else ""}
        tables[kind].append({**values, **dates})
    return Catalogues.of(tables)
