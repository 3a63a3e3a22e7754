# SPDX-License-Identifier: AGPL-3.0-or-later
"""``proc-receive``: a push to ``refs/for/release`` opens or amends a change order.

git hands such refs to this program instead of creating them, and shows what it
answers as the outcome of the push.
"""

from __future__ import annotations

import sys

from hooks import for_release, pkt_line, pushed, refs, report, surroundings
from hooks.pushed import Update
from hooks.surroundings import Surroundings
from vault.errors import Refusal
from vault.ledger import people


def main() -> int:
    """Speak version 1 of the protocol: hear the commands, act, say what became of each."""
    around = surroundings.here()
    hear, tell = sys.stdin.buffer, sys.stdout.buffer
    list(pkt_line.read(hear))
    pkt_line.write(tell, ["version=1"])
    updates = pushed.updates(pkt_line.read(hear))
    answers: list[str] = []

    def work() -> int:
        for update in updates:
            answers.extend(_answered(around, update))
        return 0

    code = report.answered(work)
    done = {line.split(" ")[1] for line in answers if line.startswith(("ok ", "ng "))}
    answers += [f"ng {one.ref} not done" for one in updates if one.ref not in done]
    pkt_line.write(tell, answers)
    return code


def _answered(around: Surroundings, update: Update) -> list[str]:
    vault = around.vault()
    try:
        actor = people.get(vault.ledger, around.pusher(vault).name)
        named = update.ref.removeprefix(refs.FOR_RELEASE).strip("/")
        opened = for_release.received(vault, actor, str(update.new), named)
        report.say(for_release.told(vault, opened))
    except Refusal as refusal:
        report.say(report.refused([refusal]))
        return [f"ng {update.ref} refused, for the reason above"]
    finally:
        vault.close()
    lines = [f"ok {update.ref}", *_options(opened.ref, opened.order_was, opened.order_is)]
    if opened.main_was != opened.main_is:
        lines += [f"ok {update.ref}", *_options(refs.MAIN, opened.main_was, opened.main_is)]
    return lines


def _options(ref: str, old: str | None, new: str) -> list[str]:
    return [
        f"option refname {ref}",
        f"option old-oid {old or pushed.NOTHING}",
        f"option new-oid {new}",
    ]


if __name__ == "__main__":
    sys.exit(main())
