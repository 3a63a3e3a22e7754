# SPDX-License-Identifier: AGPL-3.0-or-later
"""``pre-push`` of a clone: says before the push what the vault would refuse."""

from __future__ import annotations

import sys

from hooks import early, report, surroundings
from hooks.pushed import NOTHING
from hooks.surroundings import Surroundings
from vault.history.repository import History


def main() -> int:
    """Return 1 where a push to the vault would be refused, and say why."""
    around = surroundings.here()
    lines = sys.stdin.buffer.read().decode("utf-8", "surrogateescape").splitlines()

    def work() -> int:
        faults = []
        for line in lines:
            _local, new, remote, old = line.split(" ")
            if new == NOTHING or remote.startswith("refs/tags/"):
                continue
            faults += early.of_commits(around.git_dir, new, _known(around, old))
        if faults:
            report.say(report.refused(faults))
        return 1 if faults else 0

    return report.answered(work)


def _known(around: Surroundings, old: str) -> list[str]:
    """Return the commits the vault has for certain, as far as this clone knows."""
    if old != NOTHING:
        return [old]
    tip = History(around.git_dir).tip(f"refs/remotes/{sys.argv[1]}/main") if sys.argv[1:] else None
    return [tip] if tip else []


if __name__ == "__main__":
    sys.exit(main())
