"""`python -m prove`: the proof of delivery. The last line is JSON with the figures; the exit code says whether it holds.

python -m prove                   the long form (about an hour on two idle cores)
python -m prove --short           at least 150 kills and 300 seeds, every planted bug (minutes)
python -m prove --slice           some seeds and every planted bug, in simulation only (about a minute)
python -m prove --from-seed 5000 --seeds 5000 --kills 0      a part of the long form: parts add up, on any machine
python -m prove --seeds 0                                    the planted bugs, and the long form's kills and outage
python -m prove --seed 7          one story again, with its log; --planted NAME plants that bug first
"""

import argparse
import sys

from . import proof, stories


def main() -> int:
    asked = argparse.ArgumentParser(
        prog="prove", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    asked.add_argument("--short", action="store_true")
    asked.add_argument("--slice", action="store_true")
    asked.add_argument("--seed", type=int)
    asked.add_argument("--planted", default="")
    asked.add_argument("--seeds", type=int, help="how many seeds, instead of the form's own number")
    asked.add_argument("--kills", type=int, help="how many kills at least, instead of the form's own number")
    asked.add_argument("--from-seed", type=int, default=0)
    asked.add_argument("--workers", type=int, default=2)
    options = asked.parse_args()
    if options.seed is not None:
        story = stories.replay(options.seed, options.planted)
        print("\n".join(story.log))
        print("\n".join(story.violations) or "every invariant holds")
        return 1 if story.violations else 0
    form = proof.SLICE if options.slice else proof.SHORT if options.short else proof.LONG
    return proof.prove(
        form.but(seeds=options.seeds, kills=options.kills),
        first_seed=options.from_seed,
        workers=options.workers,
    )


if __name__ == "__main__":
    sys.exit(main())
