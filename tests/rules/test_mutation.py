"""Small lies told in the rules are caught by the rules' own proofs (a fixed sample; all: ``scripts/mutate.py``)."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_nine_of_ten_mutants_are_caught_by_the_proofs() -> None:
    command = [sys.executable, str(ROOT / "scripts" / "mutate.py"), "--sample", "0.3", "--seed", "1"]
    run = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    found = json.loads(run.stdout.splitlines()[-1])["mutation"]
    assert found["mutants"] > 300
    assert found["share"] >= 0.9, run.stdout
