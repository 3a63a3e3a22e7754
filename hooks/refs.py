# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which refs a push may touch: an allow-list, since git has namespaces that change what others see.

``refs/replace`` shows another commit under a released one's name, ``refs/notes`` adds to it.
Nothing is imported here, because one hook has no time for more.
"""

from __future__ import annotations

MAIN = "refs/heads/main"
WORK = "refs/heads/work/"
FOR_RELEASE = "refs/for/release"
PUSHING = "pushing"
"""The folder of ``vault.git`` where a push that was judged says which locks it relied on."""
OWN = ("refs/tags/release/", "refs/tags/recall/", "refs/meta/", "refs/changes/", "refs/locks/")


def fault(ref: str, pusher: str) -> str | None:
    """Return why somebody may not push to a ref, or None where they may."""
    if ref in {MAIN, FOR_RELEASE} or ref.startswith(f"{FOR_RELEASE}/"):
        return None
    if ref.startswith(WORK):
        owner, slash, rest = ref.removeprefix(WORK).partition("/")
        if not slash or not rest:
            return "a branch of your own has your name and a name of its own"
        return None if owner == pusher else f"it is the branch of {owner}"
    if ref.startswith("refs/for/"):
        return "only refs/for/release opens a change order"
    if ref.startswith(OWN):
        return "the vault writes it itself, through change orders, releases and locks"
    if ref.startswith("refs/tags/"):
        return "tags are made by releases only"
    return "it is outside of what a vault keeps"


def is_kept_by_us(ref: str) -> bool:
    """Say whether no git command may change a ref of ``vault.git``, by whomever it was started."""
    if not ref.startswith("refs/"):
        return False  # HEAD and its like are no record
    return ref != MAIN and not ref.startswith(WORK)
