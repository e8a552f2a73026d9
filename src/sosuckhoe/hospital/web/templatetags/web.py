"""Small pieces of pages: icons, times, numbers, states. Everything is escaped; nothing here reads a table."""

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from cryptography import x509
from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from ....healthbook.book.display import moment_text
from ...delivery.saving import NEXT_STEP, could_not_save
from ..shell import people, spans, words

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    """A decorative icon of the sprite; the word beside it carries the meaning."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        static("web/icons.svg"),
        name,
    )


@register.simple_tag
def cannot_save() -> tuple[str, str] | None:
    """Why nothing can be saved now, and what to do."""
    why = could_not_save()
    return (why, NEXT_STEP) if why else None


@register.filter
def person_name(account: str) -> str:
    """The name of whoever has this account; what is no account here stays as it is written."""
    return people.name_of(account)


@register.filter
def moment(value: datetime | None) -> str:
    """``15/11/2026 07:05`` in the hospital's time."""
    return timezone.localtime(value).strftime("%d/%m/%Y %H:%M") if value else ""


@register.filter
def day(value: date | datetime | None) -> str:
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    return f"{value:%d/%m/%Y}" if value else ""


WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật")


@register.filter
def weekday(value: date) -> str:
    return WEEKDAYS[value.weekday()]


@register.simple_tag
def ago(value: datetime | None) -> SafeString | str:
    """How long ago, with the exact time on hover and in print."""
    if value is None:
        return ""
    return format_html(
        '<time class="clock" datetime="{}" title="{}">{}</time>',
        value.isoformat(),
        moment(value),
        spans.age(value),
    )


@register.simple_tag
def deadline(value: datetime | None) -> SafeString | str:
    """``còn 3 giờ`` or ``quá 2 ngày``, with the exact time on hover and in print."""
    if value is None:
        return ""
    rest = (value - timezone.now()).total_seconds()
    kind = "clock-late" if rest < 0 else "clock-soon" if rest < 4 * 3600 else "clock-easy"
    return format_html(
        '<time class="clock {}" datetime="{}" title="{}">{}</time>',
        kind,
        value.isoformat(),
        moment(value),
        spans.left(value),
    )


@register.filter
def number(value: Any) -> str:
    """``1.234.567``; what is not a number stays as it is."""
    try:
        return f"{int(value):,}".replace(",", ".")
    except (TypeError, ValueError):
        return str(value)


@register.filter
def money(value: Any) -> str:
    """``1.234.567,5 đ``: a point for thousands, a comma for decimals."""
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    text = f"{amount.normalize():,f}" if amount % 1 else f"{amount.to_integral_value():,f}"
    return text.translate(str.maketrans(",.", ".,")) + " đ"


@register.filter
def masked(value: str | None) -> str:
    """All but the last three characters of a number, for those who need not know it."""
    text = value or ""
    return "•" * max(len(text) - 3, 0) + text[-3:]


@register.filter
def file_size(value: int | None) -> str:
    if value is None:
        return ""
    if value < 1024:
        return f"{value} byte"
    unit, size = ("KB", value / 1024) if value < 1048576 else ("MB", value / 1048576)
    return f"{size:.1f}".replace(".", ",") + f" {unit}"


@register.simple_tag
def chip(look: words.Look) -> SafeString:
    return format_html('<span class="chip chip-{}">{}{}</span>', look.tone, icon(look.icon), look.word)


@register.simple_tag
def state_chip(value: str | None) -> SafeString:
    return chip(words.state(value) if value else words.NOTHING)


@register.filter
def owner_name(value: str) -> str:
    return words.owner(value)


@register.simple_tag
def bar(part: int, whole: int) -> SafeString:
    """A bar of the funnel: width by share, at least a sliver when not zero."""
    share = 100 * part / whole if whole else 0
    width = max(share, 0.8) if part else 0
    return format_html(
        '<svg class="funnel-bar" viewBox="0 0 100 22" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        '<rect class="funnel-ground" width="100" height="22" rx="1"/><rect width="{}" height="22" rx="1"/></svg>',
        f"{width:.2f}",
    )


@register.filter
def born(text: str) -> str:
    """A birth date as on paper, which may know only the year: ``1967``, ``02/09/1967``."""
    return moment_text(text) if len(text) == 12 else text


@register.filter
def at(values: Any, place: int) -> Any:
    """The member of a list at a place: for the label of a cell."""
    return values[place]


@register.filter
def subject(pem: str) -> str:
    """Whose certificate it is, as its own words say."""
    certificate = x509.load_pem_x509_certificate(pem.encode())
    names = [str(part.value) for part in certificate.subject]
    return ", ".join(names) or certificate.subject.rfc4514_string()
