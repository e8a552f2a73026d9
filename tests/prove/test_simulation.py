"""A slice of the proof of delivery: some stories, every planted bug, and that a story can be told again."""

import json
import subprocess
import sys
from typing import Any

from tests.crash.stage import ROOT, environment


def prove(*options: str, succeeds: bool = True) -> str:
    command = [sys.executable, "-m", "prove", *options]
    done = subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, text=True, timeout=1500)
    assert (done.returncode == 0) == succeeds, done.stdout[-4000:] + done.stderr[-4000:]
    return done.stdout


def test_nothing_is_lost_doubled_or_stuck_and_every_planted_bug_is_caught() -> None:
    line: dict[str, Any] = json.loads(prove("--slice").splitlines()[-1])
    found, planted = map(int, line.pop("planted_caught").split("/"))
    assert found == planted >= 12
    assert line == {"kills": 0, "seeds": 20, "lost": 0, "doubled": 0, "stuck": 0}


def test_a_story_is_the_same_each_time_it_is_told() -> None:
    told = prove("--seed", "40")
    assert "struck: " in told
    assert told == prove("--seed", "40")


def test_a_failure_is_shown_again_by_its_seed() -> None:
    told = prove("--seed", "0", "--planted", "attempt-noted-after-its-bytes", succeeds=False)
    assert "VIOLATED I5" in told


def test_a_proof_that_is_interrupted_proves_nothing() -> None:
    command = [sys.executable, "-m", "prove", "--slice"]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, text=True
    ) as interrupted:
        assert interrupted.stdout is not None
        assert interrupted.stdout.readline().startswith("Proof of delivery")
        interrupted.terminate()
        told = interrupted.stdout.read()
    assert interrupted.returncode == 1
    assert "NOT PROVED: interrupted" in told
    line = json.loads(told.splitlines()[-1])
    assert (line["seeds"], line["planted_caught"].partition("/")[0]) == (0, "0")
