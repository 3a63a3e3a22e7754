# SPDX-License-Identifier: AGPL-3.0-or-later
"""``pre-receive``: judges a whole push while its objects are still in quarantine."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, cast

from hooks import items, judge, pushed, refs, report, surroundings
from hooks.pushed import NOTHING, Update
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
        verdict = judge.judge(vault, pusher, updates)
        if verdict.faults:
            report.say(report.refused(verdict.faults))
            return 1
        _hold_to_locks(vault, updates, verdict.numbers)
        for update in updates:
            stale.clear(vault.history.git_dir, update.ref)
        _remember(vault, pusher, updates)
        return 0
    finally:
        vault.close()


def _hold_to_locks(vault: Vault, updates: list[Update], numbers: list[str]) -> None:
    """Write down where the locks of the pushed items stand.

    The hook of the transaction compares them while ``main`` is locked, so that a lock taken after
    this judgement stops the push.
    """
    for update in updates:
        if update.ref == MAIN and update.new:
            seen = {ref: vault.history.tip(ref) or NOTHING for ref in map(items.lock_of, numbers)}
            listed = vault.history.git_dir / refs.PUSHING / update.new
            listed.parent.mkdir(exist_ok=True)
            listed.write_text("".join(f"{at} {ref}\n" for ref, at in seen.items()), "utf-8")


def _remember(vault: Vault, pusher: Standing, updates: list[Update]) -> None:
    # Without the quarantine: what is written here must not lean on what may yet be refused.
    history = cast("History", LightHistory(vault.history.git_dir))
    for update in updates:
        if update.ref == MAIN and update.old and update.new and update.old != update.new:
            author = Author(pusher.name, pusher.email)
            pushes.record(history, update.old, update.new, author)


if __name__ == "__main__":
    sys.exit(main())
