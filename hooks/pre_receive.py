# SPDX-License-Identifier: AGPL-3.0-or-later
"""``pre-receive``: judges a whole push while its objects are still in quarantine."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, cast

from hooks import judge, pushed, report, surroundings
from hooks.pushed import Update
from hooks.surroundings import Surroundings
from vault import pushes
from vault.history import stale
from vault.history.light import LightHistory
from vault.history.record import MAIN, Author
from vault.home import Vault
from vault.ledger.glance import Standing

if TYPE_CHECKING:
    from vault.history.repository import History


def main() -> int:
    """Return 0 where the push may go on; else say why not and return 1."""
    around = surroundings.here()
    updates = pushed.updates(
        sys.stdin.buffer.read().decode("utf-8", "surrogateescape").splitlines()
    )
    return report.answered(lambda: _judged(around, updates))


def _judged(around: Surroundings, updates: list[Update]) -> int:
    vault = around.vault()
    try:
        pusher = around.pusher(vault)
        pusher.require("engineer")
        faults = judge.judge(vault, pusher, updates)
        if faults:
            report.say(report.refused(faults))
            return 1
        for update in updates:
            stale.clear(vault.history.git_dir, update.ref)
        _remember(vault, pusher, updates)
        return 0
    finally:
        vault.close()


def _remember(vault: Vault, pusher: Standing, updates: list[Update]) -> None:
    # Without the quarantine: what is written here must not lean on what may yet be refused.
    history = cast("History", LightHistory(vault.history.git_dir))
    for update in updates:
        if update.ref == MAIN and update.old and update.new and update.old != update.new:
            author = Author(pusher.name, pusher.email)
            pushes.record(history, update.old, update.new, author)


if __name__ == "__main__":
    sys.exit(main())
