"""``make docs``: write docs/reference/ anew from the program's data. ``--screenshots`` also takes the pictures."""

import argparse
import sys
from pathlib import Path

from reference import build
from reference.saying import GENERATED

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    command = argparse.ArgumentParser(description=__doc__)
    command.add_argument("--to", type=Path, default=ROOT / "docs" / "reference", help="folder to write")
    command.add_argument(
        "--screenshots", action="store_true", help="start the demo and take docs/images anew"
    )
    options = command.parse_args()
    written = write(build(), options.to)
    print(f"{options.to}: {len(written)} pages, {sum(path.stat().st_size for path in written) // 1024} kB")
    if options.screenshots:
        from reference.screenshots import take

        for picture in take(ROOT / "docs" / "images"):
            print(f"{picture}: {picture.stat().st_size // 1024} kB")
    return 0


def write(pages: dict[str, str], folder: Path) -> list[Path]:
    """Write the pages, and remove those that an earlier run made and this one does not."""
    written = []
    for name, text in sorted(pages.items()):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        written.append(path)
    for path in sorted(folder.rglob("*.md")):
        if path not in written and path.read_text(encoding="utf-8").startswith(GENERATED):
            path.unlink()
    return written


if __name__ == "__main__":
    sys.exit(main())
