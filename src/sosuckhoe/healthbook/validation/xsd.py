"""XML Schemas (XSD 1.0) of the tables, derived from an edition: for people whose tools speak XSD.

    xsd(edition_on(day), "XML1", day)

A schema refuses exactly what the shape check calls an error: types, lengths, real dates, closed code lists, values
that must be there. What is only a warning passes: fields out of order, tags left out, doubtful lengths and values.
Two things XSD 1.0 cannot say, so a schema is stricter there: an element that is not in the table is refused, and a
length counts characters as written, not after NFC. What compares values with each other is the rules' alone.

Here and not in ``standard``, because what is an error and what a warning is decided by ``shape`` and ``shape_ids``.
"""

from collections.abc import Callable, Iterator
from datetime import date

from lxml import etree

from ..standard import Edition, Table
from . import shape_ids as ids
from .shape import Shape, shape_of
from .typed import decimal_places, is_birth

NAMESPACE = "http://www.w3.org/2001/XMLSchema"

_YEAR = "([0-9]{3}[1-9]|[0-9]{2}[1-9][0-9]|[0-9][1-9][0-9]{2}|[1-9][0-9]{3})"
_LEAP = "([0-9]{2}(0[48]|[2468][048]|[13579][26])|(0[48]|[2468][048]|[13579][26])00)"
_MONTH = "(0[1-9]|1[0-2])"
_DAYS = "((0[13578]|1[02])(0[1-9]|[12][0-9]|3[01])|(0[469]|11)(0[1-9]|[12][0-9]|30)|02(0[1-9]|1[0-9]|2[0-8]))"
DATE = f"({_YEAR}{_DAYS}|{_LEAP}0229)"
"""yyyymmdd that exists in the calendar."""
TIME = "([01][0-9]|2[0-3])[0-5][0-9]"
MOMENT = f"({DATE}{TIME})"
BIRTH = f"({MOMENT}|{_YEAR}{_MONTH}000000|{_YEAR}00000000)"

_ANY = "[\\s\\S]"
_BLANK = "\\s*"
_GAP = f"(\\s*;{_ANY}*|{_ANY}*;\\s*|{_ANY}*;\\s*;{_ANY}*)"
"""A list with an empty member."""
_MEMBER = "[^;]*[^;\\s][^;]*"
_VISIBLE = "[^\\p{C}\\p{Z}]"
_CLEAN = f"{_VISIBLE}( *{_VISIBLE})*"
"""No hidden character, and no blank at either end."""
_LIST = {
    "date8_list": DATE,
    "datetime12_list": MOMENT,
    "integer_list": "[0-9]{1,18}",
}
_MOMENTS = {"date8": DATE, "datetime12": MOMENT, "date8_or_datetime12": f"({DATE}|{MOMENT})"}


class _Schema:
    """Builds elements of the schema namespace."""

    def __getattr__(self, name: str) -> Callable[..., etree._Element]:
        def make(*children: etree._Element, **attributes: str) -> etree._Element:
            made = etree.Element(f"{{{NAMESPACE}}}{name}", attributes, nsmap={"xs": NAMESPACE})
            made.extend(children)
            return made

        return make


XS = _Schema()


def xsd(edition: Edition, table: str, day: date, *, insured: bool = False) -> bytes:
    """The schema of one table (official or English name), as UTF-8. Raises KeyError for a table unknown.

    ``day``: the day of discharge that chooses the codes. ``insured``: also ask for what only visits settled with the
    insurance fund must have.
    """
    found = edition.table(table)
    schema = XS.schema(_said(_about(edition, found, day)), elementFormDefault="qualified")
    row = XS.complexType(XS.all(*_fields(edition, found, day, insured)))
    schema.append(_wrapped(found, row))
    return etree.tostring(schema, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _about(edition: Edition, table: Table, day: date) -> str:
    return f"{table.official}: {table.title_vi}. Chuẩn {edition.id}, mã có hiệu lực ngày {day:%d/%m/%Y}."


def _said(text: str) -> etree._Element:
    documentation = XS.documentation()
    documentation.text = text
    return XS.annotation(documentation)


def _wrapped(table: Table, row: etree._Element) -> etree._Element:
    """The row's type inside the elements that lead to it, from the root."""
    *outer, innermost = table.wrapper
    if not outer:
        return XS.element(row, name=innermost)
    element = XS.element(row, name=innermost, minOccurs="0", maxOccurs="unbounded")
    for name in reversed(outer):
        inside = [element]
        if name == table.wrapper[0] and table.official == "XML0":
            anything = XS.any(processContents="skip", minOccurs="0")
            inside.append(
                XS.element(
                    XS.complexType(XS.sequence(anything), mixed="true"), name="CHUKYDONVI", minOccurs="0"
                )
            )
        element = XS.element(XS.complexType(XS.sequence(*inside)), name=name)
        if name != table.wrapper[0]:
            element.set("minOccurs", "0")
    return element


def _fields(edition: Edition, table: Table, day: date, insured: bool) -> Iterator[etree._Element]:
    for field in table.fields:
        shape = shape_of(edition, table, field)
        flaw = shape.flaw("", None, day, insured)
        needed = flaw is not None and flaw.severity == "error"
        kinds = list(_kinds(shape, day))
        if not needed:
            kinds.insert(0, _text(_BLANK))
        elif any(kind.find(f".//{{{NAMESPACE}}}pattern") is None for kind in kinds):
            # A value of blanks alone is no value.
            kinds = [_narrowed(kind, f"{_ANY}*\\S{_ANY}*") for kind in kinds]
        only = kinds[0] if len(kinds) == 1 else XS.simpleType(XS.union(*kinds))
        yield XS.element(
            _said(f"{field.label_vi}. {field.place}."),
            only,
            name=field.official,
            minOccurs="1" if needed else "0",
        )


def _text(
    pattern: str | None = None, *, limit: int | None = None, among: list[str] | None = None
) -> etree._Element:
    """Text, with whatever is asked of it."""
    restriction = XS.restriction(base="xs:string")
    if pattern is not None:
        restriction.append(XS.pattern(value=pattern))
    for code in among or ():
        restriction.append(XS.enumeration(value=code))
    if limit is not None:
        restriction.append(XS.maxLength(value=str(limit)))
    return XS.simpleType(restriction)


def _narrowed(kind: etree._Element, pattern: str) -> etree._Element:
    """A type that must also match another pattern."""
    return XS.simpleType(XS.restriction(kind, XS.pattern(value=pattern)))


def _kinds(shape: Shape, day: date) -> Iterator[etree._Element]:
    """The types one of which a value that is there must have."""
    kind = shape.field.kind
    if kind == "string":
        yield _text(limit=_longest(shape))
    elif kind == "code":
        yield from _code(shape, day)
    elif kind == "codes":
        yield from _codes(shape)
    elif kind == "integer":
        yield _text("[0-9]+|-0+", limit=_longest(shape))
        yield _text("([0-9]+|-0+)\\.0+")
    elif kind == "decimal":
        yield from _decimal(shape)
    elif kind in _LIST:
        one = _LIST[kind]
        yield _text(f"\\s*{one}\\s*(;\\s*{one}\\s*)*", limit=_longest(shape))
        if kind != "integer_list" and shape.is_among(ids.MAY_HAVE_GAPS):
            yield _text(_GAP)
    else:
        yield _text(BIRTH if is_birth(shape.field) else _MOMENTS[kind], limit=_longest(shape))


def _longest(shape: Shape) -> int | None:
    """The length up to which a value is no error."""
    limit = shape.field.max_length
    return None if limit is None else max(limit, shape.of(ids.DOUBTFUL_LENGTH, 0))


def _code(shape: Shape, day: date) -> Iterator[etree._Element]:
    today = shape.codes_on(day)
    if not today or shape.list is None:
        yield _text(_CLEAN, limit=_longest(shape))
        return
    if shape.list.chosen_by != "discharge":  # a schema of one document cannot know the day
        today = {row.code: row for row in shape.list.rows}
    # Some codes of another day are a warning only; around a change of lists so are unknown ones.
    digits = (shape.of(ids.CODE_FORM) or (None,))[0]
    formed = [
        code
        for code in shape.lingering_codes(day)
        if digits is None or (len(code) == digits and code.isdigit())
    ]
    yield _text(among=list(dict.fromkeys([*today, *formed])))
    if ids.in_transition(shape.field.codes, day):
        yield _text(f"\\d{{{digits}}}" if digits else f"{_ANY}+")


def _codes(shape: Shape) -> Iterator[etree._Element]:
    yield _text(f"{_MEMBER}(;{_MEMBER})*", limit=_longest(shape))
    # Blanks beside a semicolon are a warning, and then the length is not asked.
    beside = _text(f"\\s{_ANY}*|{_ANY}*\\s|{_ANY}*\\s;{_ANY}*|{_ANY}*;\\s{_ANY}*")
    yield _narrowed(beside, f"{_MEMBER}(;{_MEMBER})*")
    if shape.is_among(ids.MAY_HAVE_GAPS):
        yield _text(_GAP)


def _decimal(shape: Shape) -> Iterator[etree._Element]:
    limit, places = shape.field.max_length, decimal_places(shape.field)
    fraction = "\\.[0-9]+" if places is None else f"\\.[0-9]{{1,{places}}}"
    yield _text(f"-?[0-9]+({fraction})?", limit=_longest(shape))
    if limit is not None:  # only zeros after the point make it long
        yield _narrowed(_text(f"-?[0-9]+{fraction}"), f"{_ANY}{{1,{limit}}}\\.?0*")
