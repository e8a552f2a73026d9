"""Checking many files: order, sums, progress, stopping, watching. Nothing here sleeps: clocks are given."""

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from itertools import islice

import pytest

from sosuckhoe.cli import main
from sosuckhoe.cli.checking import pool
from sosuckhoe.cli.checking.pool import Question, checked
from sosuckhoe.cli.checking.progress import Progress, span
from sosuckhoe.cli.checking.sources import Source, count, sources
from sosuckhoe.cli.checking.tally import Tally, words
from sosuckhoe.cli.checking.watching import Watcher
from sosuckhoe.demo.his_export import export_to
from sosuckhoe.healthbook.validation import Checked, Fault, listed_rules

TODAY = date(2026, 11, 23)
ASK = Question(TODAY)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    folder = tmp_path_factory.mktemp("his")
    export_to(folder, TODAY)
    return folder


def table(code="LK1", leaves="202609010800"):
    return (
        f"<TONG_HOP><MA_LK>{code}</MA_LK><STT>1</STT><NGAY_VAO>202609010900</NGAY_VAO>"
        f"<NGAY_RA>{leaves}</NGAY_RA></TONG_HOP>"
    ).encode()


# Sources


def test_folders_patterns_and_files_come_in_the_order_in_which_they_were_named(tmp_path):
    for name in ("a/2.xml", "a/1.XML", "a/b/0.xml", "a/c.txt", "d.xml"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(table())
    named = [str(tmp_path / "d.xml"), str(tmp_path / "a"), str(tmp_path / "a" / "*.xml")]
    found = [os.path.relpath(source.name, tmp_path) for source in sources(named)]
    assert found == ["d.xml", "a/1.XML", "a/2.xml", "a/b/0.xml", "a/2.xml"]
    assert count(named) == 5


def test_a_file_whose_name_looks_like_a_pattern_is_that_file(tmp_path):
    (tmp_path / "hs[1].xml").write_bytes(table())
    (source,) = sources([str(tmp_path / "hs[1].xml")])
    assert source.read() == table()


def test_what_cannot_be_looked_into_is_told_by_code_and_the_rest_goes_on(tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    (tmp_path / "pipes").mkdir()
    os.mkfifo(tmp_path / "pipes" / "x.xml")
    (tmp_path / "good.xml").write_bytes(table(leaves="202609011000"))
    names = [str(tmp_path / name) for name in ("empty", "pipes", "no*.xml", "nowhere", "good.xml")]
    assert main(["check", "--format", "json", *names, "x\0y"]) == 2
    rules = [json.loads(line)["faults"][0]["rule"] for line in capsys.readouterr().out.splitlines()]
    assert rules[:4] == ["FOLDER-EMPTY", "FILE-NOT-PLAIN", "FILE-NOT-FOUND", "FILE-NOT-FOUND"]
    assert not rules[4].startswith("FILE-") and rules[5] == "FILE-NOT-FOUND"


def test_a_link_to_its_own_folder_is_not_followed_for_ever(tmp_path):
    (tmp_path / "1.xml").write_bytes(table())
    (tmp_path / "self").symlink_to(tmp_path)
    assert [source.name for source in sources([str(tmp_path)])] == [str(tmp_path / "1.xml")]


def test_standard_input_is_a_file_among_others(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(table())))
    (tmp_path / "1.xml").write_bytes(table())
    assert main(["check", "--format", "json", "-", str(tmp_path)]) == 1
    told = [json.loads(line)["file"] for line in capsys.readouterr().out.splitlines()]
    assert told == ["-", str(tmp_path / "1.xml")]


def test_no_more_of_a_file_is_read_than_the_reader_takes(tmp_path):
    with (tmp_path / "huge.xml").open("wb") as stream:
        stream.truncate(60_000_000)
    (result,) = ASK.ask(Source("huge.xml", str(tmp_path / "huge.xml")))
    assert result.refusal == "FILE-TOO-LARGE"


# Processes


def test_many_processes_tell_the_same_in_the_same_order_as_one(corpus):
    files = list(sources([str(corpus)]))
    assert len(files) > 100
    alone = list(checked(files, ASK, jobs=1))
    assert [results[0].file for results in alone] == [source.name for source in files]
    assert list(checked(files, ASK, jobs=3)) == alone


def test_files_are_asked_for_only_as_results_are_taken(corpus):
    files = list(sources([str(corpus)])) * 20
    taken = []

    def stream() -> Iterator[Source]:
        for source in files:
            taken.append(source)
            yield source

    results = checked(stream(), ASK, jobs=2)
    list(islice(results, 30))
    results.close()
    assert len(taken) <= 30 + (pool.AHEAD * 2 + 2) * pool.CHUNK < len(files)


def test_results_carry_no_records(corpus):
    results = list(checked(islice(sources([str(corpus)]), 20), ASK, jobs=2))
    assert all(result.record is None for file in results for result in file)


def test_a_process_that_dies_takes_only_its_file_with_it(corpus, monkeypatch):
    files = list(islice(sources([str(corpus)]), 40))
    deadly = files[21].name

    def ask(self, source):
        if source.name == deadly:
            os._exit(9)
        return [Checked(source.name)]

    monkeypatch.setattr(Question, "ask", ask)
    results = list(checked(files, ASK, jobs=2))
    assert [found[0].file for found in results] == [source.name for source in files]
    assert [found[0].file for found in results if not found[0].usable] == [deadly]
    assert results[21][0].refusal == "FILE-CHECK-STOPPED"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_can_be_stopped_and_no_process_stays(number, corpus):
    command = [
        sys.executable,
        "-m",
        "sosuckhoe",
        "check",
        "--jobs",
        "2",
        "--format",
        "json",
        *[str(corpus)] * 200,
    ]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        lines = [process.stdout.readline() for _ in range(60)]  # it is at work on many files
        process.send_signal(number)
        rest, errors = process.stdout.read(), process.stderr.read()
    assert process.returncode == 130
    assert all(json.loads(line) for line in [*lines, *rest.splitlines()])
    assert "Đã dừng theo yêu cầu" in errors and "Traceback" not in errors
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)


# Progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_nothing_is_drawn_within_the_first_second_and_the_total_is_not_asked_for():
    now, screen = [0.0], Terminal()
    progress = Progress(lambda: pytest.fail("asked"), stream=screen, clock=lambda: now[0])
    for now[0] in (0.1, 0.5, 0.99):
        progress.step()
    progress.clear()
    assert screen.getvalue() == ""


def test_after_a_second_count_rate_and_rest_are_shown_and_wiped_away():
    now, screen = [0.0], Terminal()
    progress = Progress(lambda: 1200, stream=screen, clock=lambda: now[0])
    for step in range(100):
        now[0] = step / 50 + 0.02
        progress.step()
    assert "51/1.200 tệp" in screen.getvalue() and "94/1.200 tệp" in screen.getvalue()
    assert "50 tệp/giây, còn 22 giây" in screen.getvalue()
    assert screen.getvalue().count("tệp/giây") <= 6
    progress.clear()
    assert screen.getvalue().endswith("\r\x1b[K")


def test_a_line_that_made_room_for_output_comes_back_with_the_next_file():
    now, screen = [0.0], Terminal()
    progress = Progress(lambda: 100, stream=screen, clock=lambda: now[0])
    for now[0] in (2.0, 2.01, 2.02):
        progress.clear()
        progress.step()
    assert screen.getvalue().count("tệp/giây") == 3


def test_no_bar_is_drawn_where_nobody_looks():
    screen = io.StringIO()
    progress = Progress(lambda: pytest.fail("asked"), stream=screen, clock=iter(range(0, 100, 5)).__next__)
    for _ in range(10):
        progress.step()
    assert screen.getvalue() == ""


def test_a_rest_is_said_in_the_unit_people_use():
    assert [span(seconds) for seconds in (0.2, 59, 61, 3599, 7300)] == [
        "1 giây", "59 giây", "1 phút", "1 giờ 0 phút", "2 giờ 2 phút",
    ]  # fmt: skip


# The sum


def fault(rule, severity="error"):
    return Fault(rule, "XML1.NGAY_RA", None, severity, f"{rule} nói", "nguồn", owner="cashier")


def test_causes_are_ordered_by_count_with_their_running_share():
    tally = Tally()
    tally.add([Checked("1", faults=[fault("XFD-029"), fault("SHP-001"), fault("XFD-029")])])
    tally.add([Checked("2", faults=[fault("XFD-029"), fault("STR-010", "warning")]), Checked("2")])
    assert [(cause.rule, cause.count, cause.running) for cause in tally.causes()] == [
        ("XFD-029", 3, 0.75), ("SHP-001", 1, 1.0),
    ]  # fmt: skip
    assert (tally.files, tally.visits, tally.visits_with_errors) == (2, 3, 2)
    assert tally.owners["error"]["cashier"] == 4 and tally.warnings["STR-010"] == 1


def test_a_cause_is_said_without_anybodys_values():
    assert words("XFD-029") == "Giờ ra viện sớm hơn giờ đến khám."
    assert words("FMT-046") == "Mức hưởng đang ghi …, cần từ 0 đến 100."
    assert not any("{" in words(rule.id) or "  " in words(rule.id) for rule in listed_rules())
    assert words("FILE-TOO-LARGE") == "Lớn quá giới hạn."
    assert words("ARCHIVE-RATIO").startswith("Tệp nén phình ra") and words("NO-SUCH") == ""


def test_many_files_end_with_a_summary_and_one_file_does_not(corpus, capsys):
    assert main(["check", "--as-of", "2026-11-23", str(corpus)]) == 2
    out = capsys.readouterr().out
    summary = out[out.index("Tổng cộng") :]
    assert "đợt khám có lỗi, 4 tệp không dùng được" in summary
    assert "Lỗi nhiều nhất:" in summary and "STR-010" in summary
    (name, *_) = sorted(path for path in corpus.iterdir() if not path.name.startswith("loi"))
    main(["check", str(name)])
    assert "Tổng cộng" not in capsys.readouterr().out


def test_json_has_one_line_a_file_and_no_summary(corpus, capsys):
    main(["check", "--format", "json", str(corpus)])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == count([str(corpus)]) and all(
        set(json.loads(line)) == {"file", "edition", "faults"} for line in lines
    )


def test_nothing_to_check_is_said(capsys):
    assert main(["check"]) == 2
    assert main(["check", "x.xml", "--watch", "."]) == 2
    assert capsys.readouterr().err.count("--watch THƯ_MỤC") == 2


# Watching


def test_a_file_is_told_of_once_when_it_has_stopped_changing(tmp_path):
    path, watcher = tmp_path / "1.xml", Watcher(str(tmp_path))
    path.write_bytes(table())
    os.utime(path, (1000, 1000))
    assert watcher.look(now=1001) == []
    assert [source.path for source in watcher.look(now=1003)] == [str(path)]
    assert watcher.look(now=1010) == []
    path.write_bytes(table("LK2"))
    os.utime(path, (1020, 1020))
    assert watcher.look(now=1021) == []
    assert len(watcher.look(now=1022)) == 1


def test_a_done_mark_or_a_clock_ahead_makes_a_file_ready_at_once(tmp_path):
    for name, at in (("marked.xml", 1000), ("ahead.xml", 9000), ("fresh.xml", 1000)):
        (tmp_path / name).write_bytes(table())
        os.utime(tmp_path / name, (at, at))
    (tmp_path / "marked.xml.done").touch()
    assert [os.path.basename(source.path) for source in Watcher(str(tmp_path)).look(now=1001)] == [
        "marked.xml", "ahead.xml",
    ]  # fmt: skip


def test_watching_goes_on_round_after_round(tmp_path):
    clock = iter(range(1000, 2000, 10))

    def wait(seconds):
        path = tmp_path / f"{next(clock)}.xml"
        path.write_bytes(table())
        os.utime(path, (500, 500))

    found = Watcher(str(tmp_path)).watch(clock=lambda: 1000.0, wait=wait)
    assert [os.path.basename(source.path) for source in islice(found, 3)] == [
        "1000.xml",
        "1010.xml",
        "1020.xml",
    ]
    assert len(list(tmp_path.iterdir())) == 3


def test_a_watched_folder_is_told_of_until_stopped(tmp_path):
    (tmp_path / "1.xml").write_bytes(table())
    os.utime(tmp_path / "1.xml", (1000, 1000))
    command = [sys.executable, "-m", "sosuckhoe", "check", "--format", "json", "--watch", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert json.loads(process.stdout.readline())["file"] == str(tmp_path / "1.xml")
        process.send_signal(signal.SIGINT)
        errors = process.stderr.read()
    assert process.returncode == 0 and "Traceback" not in errors


def test_a_folder_that_is_not_there_cannot_be_watched(tmp_path, capsys):
    assert main(["check", "--watch", str(tmp_path / "no")]) == 2
    assert "Không có thư mục" in capsys.readouterr().err
