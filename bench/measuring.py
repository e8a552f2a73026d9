"""Measuring as ratios: subject and reference side by side in one run, because machines and hours differ.

A pair is reference, subject, reference again. When the second reading of the reference differs from the first by
more than five percent, the machine changed underneath and the pair is void. What counts is the median of the
ratios of at least five good pairs; how many were void is part of the result.
"""

import gc
import os
import platform
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from statistics import median
from typing import Any


@dataclass(frozen=True)
class Care:
    """How carefully is measured."""

    pairs: int
    """Good pairs of each subject."""
    drift: float
    """By how much the reference may move in a good pair."""
    most: int
    """Pairs tried of each subject before giving up."""


GOAL = Care(pairs=7, drift=0.05, most=60)
"""For figures that are compared with a goal."""
GLANCE = Care(pairs=3, drift=0.2, most=12)
"""For a quick look, also at a machine where others work: its figures say whether something broke, no more."""
PAIRS = GOAL.pairs


def cpu_seconds(work: Callable[[], object]) -> float:
    """The process's own time for one call, without the collector's whims."""
    gc.collect()
    gc.disable()
    try:
        start = time.process_time()
        work()
        return time.process_time() - start
    finally:
        gc.enable()


@dataclass(frozen=True)
class Paired:
    """What several subjects cost as multiples of one reference."""

    seconds: dict[str, float]
    """Median seconds per item of each subject, in good pairs."""
    ratios: dict[str, float]
    """Median of subject over reference."""
    spread: dict[str, tuple[float, float]]
    """Smallest and largest ratio of the good pairs."""
    pairs: int
    void: int


@dataclass(frozen=True)
class Subject:
    """Work to be measured on items made anew for every reading, so that nothing is remembered from the last one."""

    items: int
    fresh: Callable[[], Any]
    work: Callable[[Any], object]

    def seconds(self) -> float:
        """Processor seconds per item, making the items not counted."""
        batch = self.fresh()
        return cpu_seconds(lambda: self.work(batch)) / self.items


def in_pairs(reference: Subject, subjects: dict[str, Subject], care: Care = GOAL) -> Paired:
    """Reference, subject, reference, for every subject in turn, until there are enough good pairs of each."""
    ratios: dict[str, list[float]] = {name: [] for name in subjects}
    seconds: dict[str, list[float]] = {name: [] for name in subjects} | {"reference": []}
    void = tried = 0
    for one in (reference, *subjects.values()):
        one.seconds()
    while min(len(found) for found in ratios.values()) < care.pairs:
        tried += 1
        if tried > care.most:
            raise SystemExit(
                f"The reference kept moving by more than {care.drift:.0%}: this machine is too busy to measure on."
            )
        for name, one in subjects.items():
            if len(ratios[name]) >= care.pairs:
                continue
            before, subject, after = reference.seconds(), one.seconds(), reference.seconds()
            if abs(after - before) > care.drift * min(before, after):
                void += 1
                continue
            ratios[name].append(subject / ((before + after) / 2))
            seconds[name].append(subject)
            seconds["reference"].append((before + after) / 2)
    return Paired(
        seconds={name: median(found) for name, found in seconds.items()},
        ratios={name: median(found) for name, found in ratios.items()},
        spread={name: (min(found), max(found)) for name, found in ratios.items()},
        pairs=care.pairs,
        void=void,
    )


def conditions(*packages: str) -> dict[str, object]:
    """What the numbers were taken on; without it they mean nothing."""
    with open("/proc/cpuinfo", encoding="utf-8") as lines:
        models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    return {
        "processor": models[0] if models else platform.processor(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "versions": {name: version(name) for name in packages},
        "commit": commit,
    }
