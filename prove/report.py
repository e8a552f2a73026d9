"""The report page: what was done, what was found, how to see it again."""

import html
import platform
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .proof import Result

PLACE = Path("var/prove")
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a}"
    "table{border-collapse:collapse;width:100%;margin:1rem 0}th,td{text-align:left;padding:.3rem .6rem;"
    "border-bottom:1px solid #ddd;vertical-align:top}td.n,th.n{text-align:right}.bad{color:#a00;font-weight:600}"
    "h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2rem}code{background:#f4f4f4;padding:0 .2rem}"
)


def write(result: "Result") -> Path:
    PLACE.mkdir(parents=True, exist_ok=True)
    page = PLACE / "report.html"
    page.write_text(_page(result), encoding="utf-8")
    return page


def _page(result: "Result") -> str:
    line = result.line()
    crashes = sum(told.crashes for told in result.told)
    strikes = Counter(struck.split()[0] for told in result.told for struck in told.struck)
    points: Counter[str] = Counter()
    for told in result.told:
        points.update(told.points)
    parts = [
        f"<!DOCTYPE html><html lang=en><meta charset=utf-8><title>Proof of delivery</title><style>{_STYLE}</style>",
        f"<h1>Proof of delivery: {'it holds' if result.holds else '<span class=bad>it does not hold</span>'}</h1>",
        f"<p>{result.form.name} form, {datetime.now().astimezone():%Y-%m-%d %H:%M %Z}, {result.seconds:.0f} s, "
        f"{html.escape(platform.platform())}, Python {platform.python_version()}.</p>",
        _table(["", "n"], [[html.escape(name), str(value)] for name, value in line.items()]),
        "<h2>Real processes</h2><p>The program's own worker and intake as processes against the simulator's process; "
        "judged from the simulator's history and the ledger.</p>",
        _table(
            ["Scene", "Database", "Kills", "Visits", "Lost", "Doubled", "Stuck", "Seconds"],
            [
                [html.escape(s.name) + "".join(f"<br><span class=bad>{html.escape(r)}</span>" for r in s.remarks),
                 s.database, str(s.kills), str(s.visits), str(s.lost), str(s.doubled), str(s.stuck), f"{s.seconds:.0f}"]
                for s in result.scenes
            ],
        ),
        f"<h2>Seeded simulation</h2><p>{len(result.told)} seeds from {result.first_seed}: "
        f"{sum(t.submissions for t in result.told)} record versions, {sum(t.arrivals for t in result.told)} arrivals at "
        f"the portal, {crashes} crashes, {sum(t.power_cuts for t in result.told)} power cuts, "
        f"{len(result.failures)} seeds with a violation.</p>",
        _table(["Strike", "Times"], [[html.escape(kind), str(times)] for kind, times in strikes.most_common()]),
        _table(["Point", "Passed"], [[html.escape(point), str(times)] for point, times in sorted(points.items())]),
        _table(
            ["Seed", "Violation", "Again"],
            [
                [str(t.seed), html.escape("; ".join(t.violations)), f"<code>python -m prove --seed {t.seed}</code>"]
                for t in result.failures
            ],
        ) if result.failures else "",
        "<h2>Planted bugs</h2>",
        _table(
            ["Bug", "What it does", "Caught by"],
            [
                [html.escape(c.name), html.escape(c.what),
                 '<span class=bad>nobody</span>' if c.seed is None else f"seed {c.seed}: {html.escape(c.violation)}"]
                for c in result.caught
            ],
        ),
        "<h2>What stands in for what</h2><p>In the simulation the clock, the wire, the signature and the rules are stood "
        "in for; ledger, claims, leases, recovery, doors, client, answers, receipts and database are the program's own. "
        "In the real processes nothing is stood in for. A portal that stores and then says that it did not (HTTP 500 "
        "after storing) is outside the model: no client can tell.</p>",
    ]  # fmt: skip
    return "\n".join(parts)


def _table(head: list[str], rows: list[list[str]]) -> str:
    top = "".join(f"<th>{cell}</th>" for cell in head)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><tr>{top}</tr>{body}</table>"
