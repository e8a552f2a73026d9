"""What the practice VNeID shows of a health check, from the verified tree.

The fields that VNeID shows stand in annex 04 of QĐ 2062/QĐ-BYT, which is not at hand (moh-hub.md §1). Assumptions, said
on the page: whose it is stands in SO_CCCD, the name the visits' standard has for it; what is shown is the day, the
facility and PHAN_LOAI_SK, the one result the reference names; a later message about the same MA_LK takes the place of
an earlier one; and it is shown as soon as the hub has stored it.
"""

from base64 import b64decode
from dataclasses import dataclass

from lxml import etree


@dataclass(frozen=True)
class Facts:
    personal_id: str = ""
    code: str = ""
    """MA_LK, where the file has one."""
    made_on: str = ""
    """NGAYLAP as written: yyyyMMdd, perhaps with hours and minutes."""
    grade: str = ""
    """PHAN_LOAI_SK, 1 to 5."""


def facts_of(root: etree._Element) -> Facts:
    """Of an envelope that was checked (``reading.check_envelope``)."""
    parts = list(_parts(root))

    def first(name: str) -> str:
        found = (one.text or "" for part in parts for one in part.iter(name))
        return next((text.strip() for text in found if text.strip()), "")

    made_on = root.findtext("THONGTINHOSO/NGAYLAP", "").strip()
    return Facts(first("SO_CCCD")[:20], first("MA_LK")[:100], made_on[:14], first("PHAN_LOAI_SK")[:1])


def _parts(root: etree._Element) -> list[etree._Element]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    contents = (one.text or "" for one in root.iter("NOIDUNGFILE"))
    return [etree.fromstring(b64decode(content), parser) for content in contents if content.strip()]
