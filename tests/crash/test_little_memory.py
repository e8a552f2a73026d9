"""A visit that does not fit into the memory there is (F07): it is set aside under a code, and the others go on."""

import re
from base64 import b64decode, b64encode
from collections.abc import Callable
from itertools import count
from pathlib import Path

from .checker import effects
from .stage import Hospital, Portal

LINES = 12_000
LITTLE = 24
"""Megabytes more than the program has when it starts to sign: enough for any visit of some dozen lines."""


def grown(data: bytes) -> bytes:
    """The same visit with its first result (XML4) again and again."""

    def part(found: re.Match[bytes]) -> bytes:
        inner = b64decode(found[1])
        row = re.search(rb"<CHI_TIET_CLS>.*?</CHI_TIET_CLS>", inner, re.DOTALL)
        if row is None:
            return found[0]
        last = inner.count(b"</CHI_TIET_CLS>")
        numbers = count(last + 1)
        more = b"".join(
            re.sub(rb"<STT>\d+<", b"<STT>%d<" % next(numbers), row[0]) for _ in range(LINES - last)
        )
        end = inner.rindex(b"</CHI_TIET_CLS>") + len(b"</CHI_TIET_CLS>")
        return b"<NOIDUNGFILE>" + b64encode(inner[:end] + more + inner[end:]) + b"<"

    return re.sub(rb"<NOIDUNGFILE>([^<]+)<", part, data)


def test_it_is_held_under_a_code_and_the_worker_goes_on(
    hospital: Callable[[bool], Hospital], portal: Portal, clean_files: list[bytes], tmp_path: Path
) -> None:
    house, folder = hospital(False), tmp_path / "files"
    folder.mkdir()
    big = max(map(grown, clean_files), key=len)
    small = [data for data in clean_files if grown(data) != big][:2]
    for number, data in enumerate([big, *small]):
        (folder / f"{number}.xml").write_bytes(data)
    house.do("take", str(folder))
    assert [one["state"] for one in house.state()["submissions"]] == ["WAITING"] * 3

    house.do("sign-in-little-memory", str(LITTLE))
    rows = house.state()["submissions"]
    assert [(one["state"], one["problem"]) for one in rows] == [
        ("HELD", "ERROR-MemoryError"),
        ("SIGNED", ""),
        ("SIGNED", ""),
    ]
    house.do("deliver")
    assert [one["state"] for one in house.state()["submissions"]] == ["HELD", "RECEIVED", "RECEIVED"]
    assert set(effects(portal).values()) == {1}
