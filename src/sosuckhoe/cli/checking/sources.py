"""What the command line names, as one stream of files in order: files, folders, patterns, archives, standard input."""

import glob
import os
import stat
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sosuckhoe.healthbook.document import Limits

from . import archives
from .refusals import Refused


@dataclass(frozen=True, slots=True)
class Source:
    """One file to be checked; small, so that it can be handed to another process."""

    name: str
    """As it is told: the path, or ``archive.zip/inside.xml``."""
    path: str = ""
    entry: int | None = None
    """Which one inside an archive."""
    data: bytes | None = None
    """What came from standard input."""
    refusal: str = ""
    """Why there is nothing to read."""

    def read(self) -> bytes:
        """The bytes, at most one more than the reader takes. Raises Refused."""
        if self.refusal:
            raise Refused(self.refusal)
        if self.data is not None:
            return self.data
        try:
            if self.entry is not None:
                return archives.read_entry(Path(self.path), self.entry)
            with open(self.path, "rb") as stream:
                return stream.read(Limits().file_bytes + 1)
        except (OSError, ValueError):  # ValueError: no name at all, such as one with a zero in it
            raise Refused("FILE-NOT-FOUND") from None


def sources(names: Iterable[str]) -> Iterator[Source]:
    """Every file named, in the order of the names; within a folder in the order of paths."""
    for name in names:
        if name == "-":
            yield Source(name, data=sys.stdin.buffer.read(Limits().file_bytes + 1))
        elif glob.has_magic(name) and not os.path.lexists(name):
            found = sorted(glob.glob(name, recursive=True))
            for path in found:
                yield from _of_path(path)
            if not found:
                yield Source(name, refusal="FILE-NOT-FOUND")
        else:
            yield from _of_path(name)


def xml_files(folder: str) -> Iterator[os.DirEntry[str]]:
    """Every XML file under a folder, by path; links to folders are not followed."""
    try:
        with os.scandir(folder) as found:
            inside = sorted(found, key=lambda entry: entry.name)
    except OSError:
        return
    for entry in inside:
        if entry.is_dir(follow_symlinks=False):
            yield from xml_files(entry.path)
        elif entry.name.lower().endswith(".xml") and not entry.is_dir():
            yield entry


def is_plain(path: str) -> bool:
    """Whether opening it cannot wait for somebody or do something."""
    try:
        return stat.S_ISREG(os.stat(path).st_mode)
    except OSError:
        return True  # reading will tell what is wrong


def _of_path(name: str) -> Iterator[Source]:
    path = Path(name)
    try:
        if path.is_dir():
            yield from _of_folder(name)
        elif archives.is_archive(path):
            for number, inside in archives.entries(path):
                yield Source(f"{name}/{inside}", name, number)
        else:
            yield Source(name, name)
    except Refused as refused:
        yield Source(name, refusal=refused.code)
    except (OSError, ValueError):
        yield Source(name, refusal="FILE-NOT-FOUND")


def _of_folder(name: str) -> Iterator[Source]:
    empty = True
    for entry in xml_files(name):
        empty = False
        yield Source(entry.path, entry.path, refusal="" if is_plain(entry.path) else "FILE-NOT-PLAIN")
    if empty:
        yield Source(name, refusal="FOLDER-EMPTY")


def count(names: Iterable[str]) -> int:
    """How many files there will be; standard input counts as one and is not touched."""
    names = list(names)
    return names.count("-") + sum(1 for _ in sources(name for name in names if name != "-"))
