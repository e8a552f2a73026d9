"""Benches run rarely, and use what others move about: each can at least be loaded."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("bench", sorted((ROOT / "bench").glob("*.py")), ids=lambda bench: bench.stem)
def test_a_bench_finds_what_it_measures(bench: Path) -> None:
    load = "import runpy, sys; sys.path[:0] = sys.argv[1:3]; runpy.run_path(sys.argv[3], run_name='loaded')"
    done = subprocess.run(
        [sys.executable, "-c", load, str(bench.parent), str(ROOT / "src"), str(bench)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
