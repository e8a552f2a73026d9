"""What the simulator promises is a table: every scenario has its line, every line a scenario or a screen, and a test."""

import ast
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from reference.simulator import promises  # noqa: E402

from sosuckhoe.simulator.faults.scenarios import GROUPS, PARAMETERS, SCENARIOS  # noqa: E402

CONTRACT = ROOT / "tests" / "contract"


def test_every_scenario_keeps_a_promise_and_every_promise_names_what_exists() -> None:
    named = {key for row in promises() for key in row["scenarios"].split()}
    assert named == set(SCENARIOS)
    for row in promises():
        assert row["scenarios"] or row["screen"], row["line"]


def test_every_option_named_is_one() -> None:
    source = ast.parse((ROOT / "src/sosuckhoe/simulator/portal/options.py").read_text(encoding="utf-8"))
    (options,) = [one for one in source.body if isinstance(one, ast.ClassDef)]
    known = {one.target.id for one in options.body if isinstance(one, ast.AnnAssign)}  # type: ignore[union-attr]
    assert {name for row in promises() for name in row["options"].split()} <= known


def test_every_promise_names_a_test_that_exists() -> None:
    defined: dict[Path, set[str]] = {}
    for row in promises():
        file, _, name = row["test"].partition("::")
        path = (CONTRACT / file).resolve()
        if path not in defined:
            tree = ast.parse(path.read_text(encoding="utf-8"))
            defined[path] = {one.name for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)}
        assert name in defined[path], row["test"]


def test_every_scenario_has_a_group_and_words_for_its_parameters() -> None:
    for key, one in SCENARIOS.items():
        assert one.group in GROUPS
        assert key == "seeded-schedule" or set(one.parameters) <= set(PARAMETERS)
