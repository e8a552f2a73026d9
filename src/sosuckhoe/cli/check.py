"""``sosuckhoe check FILE|FOLDER|ARCHIVE…``: official XML against the edition of its day. No database, no settings.

Text for people; ``--format json`` prints one object per file, one file a line::

    {"file": …, "edition": "2026-1931", "faults": [{"rule", "path", "row", "severity", "message", "source"}]}

Files come out in the order in which they were named, whatever the number of processes. Exit code 0: clean (warnings
alone are clean, unless ``--strict``), 1: faults, 2: a file could not be used.
"""

import argparse
import json
import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Protocol

from sosuckhoe.healthbook import validation

from .checking.lists import catalogues_from
from .checking.pool import Question, Results, checked, cores
from .checking.progress import Progress
from .checking.sources import count, sources
from .checking.tally import Tally
from .checking.watching import Watcher
from .days import add_decisions
from .days import day as day_of

CLEAN, FAULTY, UNUSABLE, STOPPED = 0, 1, 2, 130


def add_to(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = subcommands.add_parser(
        "check",
        help="kiểm tra tệp XML theo chuẩn của ngày ra viện",
        description="Kiểm tra tệp XML (cả bộ GIAMDINHHS hoặc một bảng) theo chuẩn có hiệu lực vào ngày ra viện.",
    )
    command.add_argument(
        "files",
        nargs="*",
        metavar="TỆP",
        help="tệp XML, thư mục, mẫu tên như 'xuat/**/*.xml', hoặc tệp zip; dấu - đọc từ đầu vào chuẩn",
    )
    command.add_argument("--format", choices=("text", "json"), default="text", help="dạng kết quả")
    command.add_argument(
        "--advice", action="store_true", help="JSON nêu thêm giá trị, ai sửa, cách sửa và vì sao của từng lỗi"
    )
    command.add_argument("--strict", action="store_true", help="coi cảnh báo cũng là lỗi")
    command.add_argument(
        "--as-of",
        type=day_of,
        default=None,
        metavar="NĂM-THÁNG-NGÀY",
        help="xét như thể hôm nay là ngày này; tính cả văn bản mới công bố, dự kiến có hiệu lực đến ngày đó",
    )
    command.add_argument(
        "--report",
        type=Path,
        action="append",
        default=[],
        metavar="TÊN.xlsx|TÊN.html",
        help="ghi báo cáo cho các bộ phận: sổ Excel hoặc trang HTML; dùng được nhiều lần",
    )
    command.add_argument(
        "--catalogue",
        action="append",
        default=[],
        metavar="LOẠI=TỆP",
        help="đối chiếu thêm với danh mục (Excel hoặc CSV), ví dụ icd10=tt06.xlsx, medicines=thuoc.csv; dùng được nhiều lần",
    )
    command.add_argument("--watch", metavar="THƯ_MỤC", help="trông thư mục xuất tệp và kiểm tra từng tệp mới")
    command.add_argument(
        "--jobs", type=int, default=None, metavar="SỐ", help="số tiến trình (mặc định: mọi nhân)"
    )
    add_decisions(command)
    command.set_defaults(run=run)


class _Report(Protocol):
    path: Path

    def add(self, results: Iterable[validation.Checked]) -> None: ...

    def finish(self, tally: Tally) -> None: ...


def run(options: argparse.Namespace) -> int:
    if bool(options.files) == bool(options.watch):
        print("Cho biết tệp, thư mục cần kiểm tra, hoặc --watch THƯ_MỤC (một trong hai).", file=sys.stderr)
        return UNUSABLE
    day = options.as_of or date.today()  # noqa: DTZ011 - the day on the wall of whoever types the command
    try:
        policy = validation.Policy(catalogues=catalogues_from(options.catalogue))
        question = Question(
            day, expected=options.as_of is not None, policy=policy, gather=options.format == "text"
        )
        reports = [_report(path, day) for path in options.report]
    except ValueError as problem:
        print(problem, file=sys.stderr)
        return UNUSABLE
    if options.watch:
        return _watch(options, question, reports)
    return _check(options, question, reports)


def _check(options: argparse.Namespace, question: Question, reports: list[_Report]) -> int:
    tally, worst = Tally(), CLEAN
    progress = Progress(lambda: count(options.files))
    with _stoppable():
        try:
            for results in checked(sources(options.files), question, jobs=options.jobs or cores()):
                if sys.stdout.isatty():
                    progress.clear()
                worst = max(worst, _tell(results, options, tally, reports))
                progress.step()
        except KeyboardInterrupt:
            progress.clear()
            done = "Chưa ghi báo cáo." if reports else ""
            print(f"Đã dừng theo yêu cầu sau {tally.files} tệp. {done}".rstrip(), file=sys.stderr)
            return STOPPED
    progress.clear()
    if options.format == "text" and tally.files > 1:
        print(tally.as_text())
    return worst if _finish(reports, tally) else UNUSABLE


def _watch(options: argparse.Namespace, question: Question, reports: list[_Report]) -> int:
    if not Path(options.watch).is_dir():
        print(f"Không có thư mục {options.watch}. Kiểm tra tên thư mục rồi chạy lại.", file=sys.stderr)
        return UNUSABLE
    tally = Tally()
    print(f"Đang trông {options.watch}. Ctrl-C để dừng.", file=sys.stderr)
    with _stoppable():
        try:
            for source in Watcher(options.watch).watch():
                _tell(question.ask(source), options, tally, reports)
                sys.stdout.flush()
        except KeyboardInterrupt:
            pass
    if options.format == "text":
        print(tally.as_text())
    return CLEAN if _finish(reports, tally) else UNUSABLE


def _tell(results: Results, options: argparse.Namespace, tally: Tally, reports: list[_Report]) -> int:
    if options.format == "json":
        print(json.dumps(validation.as_json(results, advice=options.advice), ensure_ascii=False))
    else:
        # Whoever watches a folder has not what was told days ago before their eyes.
        print(_as_text(results, set() if options.watch else tally.told))
    tally.add(results)
    for report in reports:
        report.add(results)
    return _exit_code(results, strict=options.strict)


def _report(path: Path, day: date) -> _Report:
    """The writer of a report; Raises ValueError, said for people, where it could not be written at the end."""
    from .checking import page, workbook

    kinds: dict[str, type[page.Report] | type[workbook.Report]] = {
        ".xlsx": workbook.Report,
        ".html": page.Report,
        ".htm": page.Report,
    }
    if path.suffix.lower() not in kinds:
        raise ValueError(f"Không ghi được báo cáo {path}: tên cần kết thúc bằng .xlsx hoặc .html.")
    if not path.parent.is_dir():
        raise ValueError(f"Không ghi được báo cáo {path}: không có thư mục {path.parent}.")
    return kinds[path.suffix.lower()](path, day)


def _finish(reports: list[_Report], tally: Tally) -> bool:
    """Write the reports; whether all could be."""
    for report in reports:
        try:
            report.finish(tally)
        except OSError as problem:
            print(f"Không ghi được báo cáo {report.path}: {problem.strerror}.", file=sys.stderr)
            return False
        print(f"Đã ghi báo cáo {report.path}.", file=sys.stderr)
    return True


def _as_text(results: Results, told: set[tuple[str, str]]) -> str:
    blocks = []
    for result in results:
        errors = sum(fault.severity == "error" for fault in result.faults)
        counts = f"{errors} lỗi, {len(result.faults) - errors} cảnh báo" if result.faults else "không có lỗi"
        if not result.usable:
            counts = "không dùng được"
        visit = f", đợt khám {result.visit_code}" if result.visit_code else ""
        edition = f", chuẩn {result.edition}" if result.edition else ""
        blocks.append(f"{result.file}{visit}{edition}: {counts}")
        if result.faults:
            blocks.append(validation.faults_as_text(result.faults, result.edition, told=told))
    return "\n".join(blocks)


def _exit_code(results: Results, *, strict: bool) -> int:
    if not all(result.usable for result in results):
        return UNUSABLE
    if any(result.has_errors or (strict and result.faults) for result in results):
        return FAULTY
    return CLEAN


@contextmanager
def _stoppable() -> Iterator[None]:
    """Ctrl-C and a service manager's SIGTERM stop the work, however it was started, and no process is left behind.

    A shell that starts a command in the background makes it deaf to SIGINT; whoever sends it means it.
    """
    numbers = (signal.SIGINT, signal.SIGTERM)
    try:
        before = {number: signal.signal(number, signal.default_int_handler) for number in numbers}
    except ValueError:  # not in the main thread: somebody else looks after signals
        yield
        return
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
