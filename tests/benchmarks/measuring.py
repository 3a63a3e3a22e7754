# SPDX-License-Identifier: AGPL-3.0-or-later
"""Measure several ways of one job in turns, because only ratios of one run keep their meaning."""

from __future__ import annotations

import gc
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from vault.terminal import table

MEMORY = Path("/dev/shm")


class Way(Protocol):
    """One way to do the job that is measured."""

    def prepare(self, turn: int) -> None:
        """Make what a turn needs; not on the clock."""
        ...

    def run(self) -> None:
        """Do the job once."""
        ...


@dataclass(frozen=True, slots=True)
class Goal:
    """What is promised: a figure that may not be above (or, with ``least``, below) a limit."""

    what: str
    measured: float | None
    limit: float
    least: bool = False

    @property
    def holds(self) -> bool:
        """Say whether it holds; what was not measured is not missed."""
        if self.measured is None:
            return True
        return self.measured >= self.limit if self.least else self.measured <= self.limit


def in_turns(ways: Mapping[str, Way], rounds: int, warm: int = 1) -> dict[str, list[float]]:
    """Return the milliseconds of each way, round by round; the first rounds only warm up."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(warm + rounds):
        for name, way in ways.items():
            way.prepare(turn)
            gc.collect()
            begun = time.perf_counter()
            way.run()
            if turn >= warm:
                taken[name].append((time.perf_counter() - begun) * 1000)
    return taken


def ratio(one: Sequence[float], other: Sequence[float]) -> float:
    """Return the median of the ratios round by round, so that both felt the same load."""
    return statistics.median(a / b for a, b in zip(one, other, strict=True))


def comparison(taken: Mapping[str, list[float]], ours: str, unit: str = "ms") -> str:
    """Return a table of medians, spreads, and how many times as long as ours each one takes."""
    rows = [
        (name, f"{statistics.median(values):.1f}", f"{min(values):.1f} to {max(values):.1f}",
         f"{ratio(values, taken[ours]):.2f}")
        for name, values in taken.items()
    ]  # fmt: skip
    return table(["WAY", f"MEDIAN {unit}", "FROM TO", "TIMES OURS"], rows)


def judged(goals: Sequence[Goal]) -> int:
    """Print each goal with what was measured, and return 1 where one was missed."""
    rows = [
        (goal.what, "not measured" if goal.measured is None else f"{goal.measured:.2f}",
         f"{'at least' if goal.least else 'at most'} {goal.limit:g}",
         "" if goal.measured is None else "holds" if goal.holds else "MISSED")
        for goal in goals
    ]  # fmt: skip
    show(table(["PROMISED", "MEASURED", "LIMIT", ""], rows))
    return 0 if all(goal.holds for goal in goals) else 1


def show(text: str) -> None:
    """Print at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def world(folder: Path) -> str:
    """Say where and when it is measured: date, cores, file system, and how busy others keep it."""
    said = subprocess.run(
        ["stat", "-f", "-c", "%T", str(folder)], capture_output=True, text=True, check=False
    ).stdout.strip()
    busy = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    kind = said.replace("ext2/ext3", "ext4") or "unknown"
    return f"{time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores, {kind}{busy}"


def in_memory(folder: Path) -> Path:
    """Return where working files of peers go: in memory where there is room, which favours them."""
    return MEMORY if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) else folder
