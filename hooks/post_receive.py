# SPDX-License-Identifier: AGPL-3.0-or-later
"""``post-receive``: the catalogue follows, and sign-offs on what changed are void, on record.

Both follow from history and would be made up for by the next reader; here they
happen before the push has ended.
"""

from __future__ import annotations

# The desk is imported when an open order holds a pushed item: it costs 200 ms to import.
import sys

from hooks import items, pushed, report, surroundings
from hooks.pushed import Trees, Update
from hooks.surroundings import Surroundings
from release import lifecycle
from vault import following
from vault.history.record import MAIN
from vault.home import Vault


def main() -> int:
    """Do what follows a push; what fails here is made up for later, so the push stands."""
    around = surroundings.here()
    updates = pushed.updates(
        sys.stdin.buffer.read().decode("utf-8", "surrogateescape").splitlines()
    )
    return report.answered(lambda: _followed(around, updates))


def _followed(around: Surroundings, updates: list[Update]) -> int:
    mine = [one for one in updates if one.ref == MAIN and one.old and one.new]
    if not mine:
        return 0
    vault = around.vault()
    try:
        following.follow(vault)
        for update in mine:
            _tell(vault, around, str(update.old), str(update.new))
    finally:
        vault.close()
    return 0


def _tell(vault: Vault, around: Surroundings, old: str, new: str) -> None:
    trees = Trees(vault.history)
    before, after = (vault.history.commit_at(one).tree for one in (old, new))
    changes = pushed.changed(trees, before, after)
    told = items.manifests(vault.history, changes)
    numbers = sorted(items.touched(vault, trees, before, after, changes, told))
    if numbers:
        shown = ", ".join(numbers[:10]) + (" …" if len(numbers) > 10 else "")
        report.say(f"Checked in: {shown}")
    waiting = [n for n in numbers if vault.catalogue.orders(lifecycle.OPEN_STATES, number=n)]
    if waiting:
        _void(vault, around, waiting)


def _void(vault: Vault, around: Surroundings, numbers: list[str]) -> None:
    from release import desk  # noqa: PLC0415 - see the top of the file
    from vault.ledger import people  # noqa: PLC0415

    actor = people.get(vault.ledger, around.pusher(vault).name)
    for order in desk.void_overtaken(vault, actor, numbers):
        signed = sorted({one.by for one in order.signoffs if set(one.voided) & set(numbers)})
        if signed:
            report.say(f"{order.change}: the sign-off of {', '.join(signed)} is void, sign again.")


if __name__ == "__main__":
    sys.exit(main())
