"""The report page: what was done, what was found, how to see it again."""

import html
import platform
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .proof import Result

PLACE = Path("var/prove")
NO_PLACES = (
    "K00, K23 and K24 are no places of their own. K00, a request arrives: nothing of ours has been done, and a process "
    "killed at K01 leaves as little, for nothing is committed there. K23, the state RECEIVED: written in the transaction "
    "of the receipt, K22. K24, the view of the health book is refreshed: none is stored; the citizen's book is projected "
    "from the record whenever it is looked at."
)
_STYLE = """
:root { --ink: #1b2733; --soft: #5b6b7a; --line: #dde4ea; --good: #0b6b3a; --bad: #a3160c; --ground: #f6f8fa }
body { font: 16px/1.55 system-ui, sans-serif; max-width: 66rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; color: var(--ink) }
h1 { font-size: 1.7rem; margin: 0 0 .2rem } h2 { font-size: 1.2rem; margin: 2.4rem 0 .4rem }
.soft { color: var(--soft) } .good { color: var(--good) } .bad { color: var(--bad); font-weight: 600 }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: .8rem; margin: 1.4rem 0 }
.tile { background: var(--ground); border-top: 4px solid var(--good); padding: .7rem .9rem }
.tile.wrong { border-color: var(--bad) } .tile b { display: block; font-size: 1.7rem; line-height: 1.2 }
.wide { overflow-x: auto } table { border-collapse: collapse; width: 100%; margin: .6rem 0 }
th, td { text-align: left; padding: .35rem .7rem; border-bottom: 1px solid var(--line); vertical-align: top }
th { font-weight: 600; color: var(--soft); white-space: nowrap } .n { text-align: right; font-variant-numeric: tabular-nums }
.bars { display: grid; grid-template-columns: max-content 1fr max-content; gap: .15rem .7rem; align-items: center }
.bars i { background: #9db7cc; height: .7rem; min-width: 2px } code { background: var(--ground); padding: 0 .25rem }
"""


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
        "<!DOCTYPE html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        f"<title>Proof of delivery</title><style>{_STYLE}</style>",
        "<h1>Proof of delivery: "
        f"{'<span class=good>it holds</span>' if result.holds else '<span class=bad>it does not hold</span>'}</h1>",
        f"<p class=soft>{result.form.name} form, {datetime.now().astimezone():%Y-%m-%d %H:%M %Z}, {result.seconds:.0f} s, "
        f"{html.escape(platform.platform())}, Python {platform.python_version()}.</p>",
        *(f"<p class=bad>The proof did not come to its end:</p><pre>{html.escape(text)}</pre>" for text in result.broken),
        _tiles(line),
        "<h2>Real processes</h2><p>The program's own worker and intake as processes against the simulator's process; "
        "judged from the simulator's history and the ledger.</p>",
        _table(
            ["Scene", "Database", "Kills", "Documents", "Lost", "Doubled", "Stuck", "Seconds"],
            [
                [html.escape(s.name) + (f"<br><span class=soft>{html.escape(s.told)}</span>" if s.told else "") + "".join(f"<br><span class=bad>{html.escape(r)}</span>" for r in s.remarks),
                 s.database, str(s.kills), str(s.documents), str(s.lost), str(s.doubled), str(s.stuck), f"{s.seconds:.0f}"]
                for s in result.scenes
            ],
        ),
        f"<h2>Seeded simulation</h2><p>{len(result.told)} seeds from {result.first_seed}: "
        f"{sum(t.submissions for t in result.told)} record versions, {sum(t.arrivals for t in result.told)} arrivals at "
        f"the portal, {crashes} crashes, {sum(t.power_cuts for t in result.told)} power cuts, "
        f"{len(result.failures)} seeds with a violation.</p>",
        "<h3>Misfortunes struck</h3>",
        _bars(strikes.most_common()),
        "<h3>Points of a visit's life passed (faults.md §5)</h3>",
        _bars(sorted(points.items())),
        f"<p class=soft>{html.escape(NO_PLACES)}</p>",
        _table(
            ["Seed", "Violation", "Again"],
            [
                [str(t.seed), html.escape("; ".join(t.violations)), f"<code>.venv/bin/python -m prove --seed {t.seed}</code>"]
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


_TILES = {
    "kills": "kills",
    "seeds": "seeds",
    "lost": "lost",
    "doubled": "doubled",
    "stuck": "stuck over 60 s",
    "planted_caught": "planted bugs caught",
}


def _tiles(line: dict[str, Any]) -> str:
    def tile(name: str, value: Any) -> str:
        caught, _, all_of_them = str(value).partition("/")
        wrong = (name in ("lost", "doubled", "stuck") and value) or (all_of_them and caught != all_of_them)
        return f"<div class='tile{' wrong' if wrong else ''}'><b>{html.escape(str(value))}</b>{_TILES.get(name, name)}</div>"

    return f"<div class=tiles>{''.join(tile(*each) for each in line.items())}</div>"


def _bars(counts: list[tuple[str, int]]) -> str:
    most = max((times for _, times in counts), default=1)
    rows = (
        f"<span>{html.escape(name)}</span><i style='width:{100 * times / most:.1f}%'></i><span class=n>{times}</span>"
        for name, times in counts
    )
    return f"<div class=bars>{''.join(rows)}</div>"


_NUMBERS = ("Kills", "Documents", "Lost", "Doubled", "Stuck", "Seconds", "Seed")


def _table(head: list[str], rows: list[list[str]]) -> str:
    kind = ["<td class=n>" if name in _NUMBERS else "<td>" for name in head]
    top = "".join(f"<th{' class=n' if name in _NUMBERS else ''}>{name}</th>" for name in head)
    body = "".join(
        "<tr>" + "".join(f"{kind[n]}{cell}</td>" for n, cell in enumerate(row)) + "</tr>" for row in rows
    )
    return f"<div class=wide><table><tr>{top}</tr>{body}</table></div>"
