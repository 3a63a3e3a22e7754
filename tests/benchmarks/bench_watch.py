# SPDX-License-Identifier: AGPL-3.0-or-later
"""How long after a save the vault has it, and what a watcher costs while nothing happens.

Run as ``python tests/benchmarks/bench_watch.py [SAVES] [IDLE_SECONDS]``.  One watcher, a process of
its own, with the usual wait for a quiet file; the folder holds 2,000 files that are known already.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measuring import Goal, judged, show, world
from vaults import found, isolate, place

from vault import following
from vault.history.repository import MAIN
from vault.home import Vault
from vault.watch.patience import Pace

KNOWN = 2_000
LIMIT_S = 1.0  # beyond the wait for a quiet file
IDLE_PERCENT = 1.0  # of one core
PATIENCE_S = 120


def processor_s(process: int) -> float:
    """Return the processor time a process has had so far, in seconds."""
    told = Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


def landed(vault: Vault, before: str) -> float:
    """Wait until ``main`` has moved and return when that was."""
    end = time.monotonic() + PATIENCE_S
    while vault.history.tip(MAIN) == before:
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.005)
    return time.monotonic()


def delays(vault: Vault, folder: Path, saves: int) -> list[float]:
    """Return the seconds from each save to its check-in."""
    found_after = []
    for turn in range(saves):
        before = vault.history.tip(MAIN) or ""
        (folder / "part.step").write_bytes(os.urandom(200_000))
        saved = time.monotonic()
        found_after.append(landed(vault, before) - saved)
        following.follow(vault)
        if turn == 0:
            found_after.clear()  # the first one opens what the others find open
    return found_after


def main(saves: int, idle_s: float) -> int:
    """Measure, print the figures, and say whether the promises hold."""
    isolate()
    from vault import checkin
    from vault.item import Item

    with place(Path(tempfile.gettempdir())) as root:
        vault, engineer = found(root / "vault")
        checkin.add_item(vault, engineer, Item("10-0042", "Bracket", "part", "mchen", {}))
        folder = root / "cad" / "10-0042"
        folder.mkdir(parents=True)
        for count in range(KNOWN):
            (folder / f"note{count}.txt").write_text(f"{count}\n")
        program = Path(sys.executable).with_name("titleblock")
        words = [str(one) for one in (program, "--vault", vault.root, "--as", "eli", "watch",
                                     folder.parent, "--json")]  # fmt: skip
        before = vault.history.tip(MAIN) or ""
        watcher = subprocess.Popen(words, stdout=subprocess.DEVNULL)
        try:
            landed(vault, before)
            time.sleep(Pace().quiet + 5)
            took = delays(vault, folder, saves + 1)
            time.sleep(Pace().quiet + 5)
            busy = processor_s(watcher.pid)
            time.sleep(idle_s)
            idle = (processor_s(watcher.pid) - busy) / idle_s * 100
        finally:
            watcher.terminate()
            watcher.wait(20)
        vault.close()
    quiet = Pace().quiet
    show(f"{world(Path(tempfile.gettempdir()))}; {KNOWN} known files, {saves} saves of 200 kB")
    show(f"save to check-in: median {statistics.median(took):.2f} s, longest {max(took):.2f} s, "
         f"of which {quiet:g} s are the wait for a quiet file")  # fmt: skip
    show(f"idle for {idle_s:g} s: {idle:.2f} % of one core")
    return judged([
        Goal("s to check in, the wait apart", statistics.median(took) - quiet, LIMIT_S),
        Goal("% of a core when idle", idle, IDLE_PERCENT),
    ])  # fmt: skip


if __name__ == "__main__":
    given = [float(one) for one in sys.argv[1:]]
    sys.exit(main(int(given[0]) if given else 10, given[1] if len(given) > 1 else 60.0))
