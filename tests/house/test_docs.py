"""The reference pages say what the program says today, and every link between pages leads somewhere."""

import csv
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference"
LINK = re.compile(r"\]\(([^)\s]+)\)")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The pages as the program would write them now."""
    folder = tmp_path_factory.mktemp("reference")
    subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "docs.py"), "--to", str(folder)],
        check=True,
        capture_output=True,
    )
    return {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}


def test_the_reference_pages_are_what_make_docs_writes(made):
    kept = {str(path.relative_to(REFERENCE)): path for path in REFERENCE.rglob("*") if path.is_file()}
    stale = [name for name in made if name not in kept or kept[name].read_bytes() != made[name].read_bytes()]
    left_over = sorted(kept.keys() - made.keys())
    assert not stale, f"run `make docs`: {sorted(stale)[:10]}"
    assert not left_over, f"no longer made: {left_over[:10]}"


def test_every_step_between_states_is_said_in_vietnamese():
    from sosuckhoe.hospital.delivery.states import STEPS

    kept = ROOT / "scripts" / "reference" / "words.csv"
    with kept.open(encoding="utf-8", newline="") as file:
        said = {row["english"] for row in csv.DictReader(file)}
    assert set(STEPS.values()) <= said


def test_the_pages_follow_a_decision_that_drops_a_table(tmp_path):
    decision = tmp_path / "decisions" / "2027-9999"
    decision.mkdir(parents=True)
    (decision / "edition.toml").write_text(
        'decision = "QĐ 9999/QĐ-BYT"\ntitle = "Bỏ bảng 10"\nextends = "2026-1931"\nin_force = 2027-03-16\n'
        'status = "in force"\nconfidence = "high"\n'
    )
    (decision / "tables.csv").write_text(
        "change,table,english,wrapper,title_vi,title_en,cardinality,when_required,confidence\ndrop,XML10,,,,,,,\n"
    )
    subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "docs.py"), "--to", str(tmp_path / "reference")],
        check=True,
        capture_output=True,
        env=os.environ | {"SOSUCKHOE_DECISIONS": str(decision.parent)},
    )
    assert not (tmp_path / "reference" / "bang" / "XML10.md").exists()
    assert "- XML10: Bỏ bảng" in (tmp_path / "reference" / "thay-doi.md").read_text(encoding="utf-8")


def test_every_field_rule_and_code_list_has_its_place(made):
    from datetime import date

    from sosuckhoe.healthbook.standard import edition_on
    from sosuckhoe.healthbook.validation import listed_rules

    text = {name: path.read_text(encoding="utf-8") for name, path in made.items()}
    edition = edition_on(date(2026, 9, 1))
    for table in edition.tables.values():
        assert all(f"\n### {field.official}\n" in text[f"bang/{table.official}.md"] for field in table.fields)
    headings = "\n".join(page for name, page in text.items() if name.startswith("quy-tac/"))
    assert all(f"\n### {rule.id}\n" in headings for rule in listed_rules())
    assert all(f"danh-muc/{name}.md" in text for name in edition.codes)


def _broken(pages):
    for path in pages:
        text = path.read_text(encoding="utf-8")
        for target in LINK.findall(re.sub(r"```.*?```", "", text, flags=re.DOTALL)):
            if "://" in target:
                continue
            file, _, anchor = target.partition("#")
            found = (path.parent / file).resolve() if file else path
            if not found.exists() or (anchor and not _has(found, anchor)):
                yield f"{path.name}: {target}"


def _has(page, anchor):
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return anchor in {heading.lower().replace(" ", "-") for heading in headings}


def test_every_link_between_the_reference_pages_leads_somewhere():
    assert not list(_broken(REFERENCE.rglob("*.md")))


def test_every_link_of_the_guides_leads_somewhere():
    pages = [path for folder in ("how-to", "decisions") for path in (ROOT / "docs" / folder).glob("*.md")]
    assert pages
    assert not list(_broken([*pages, *ROOT.glob("*.md")]))


def test_the_reference_stays_small_enough_to_read_on_the_forge():
    assert sum(path.stat().st_size for path in REFERENCE.rglob("*") if path.is_file()) < 3_000_000
