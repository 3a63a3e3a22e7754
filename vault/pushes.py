# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who pushed what: history says who *wrote* a commit in any words, this says who brought it.

The author of a pushed commit is whatever the pusher's git is set to, so it proves nothing, and
"authors cannot approve their own" needs to know.  An import brings the authors of another history
along likewise.  Each push to ``main``, and each import, is told on
``refs/meta/pushes`` before it lands; a mirror has it, and the catalogue can be made from it again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from vault import canonical, clock, errors
from vault.history.record import Author, Commit

if TYPE_CHECKING:
    from vault.history.repository import History

REF: Final = "refs/meta/pushes"
TRIES: Final = 50


@dataclass(frozen=True, slots=True)
class Push:
    """One push to ``main``: from which commit to which one, by whom (login name), when (UTC)."""

    old: str
    new: str
    by: str
    at: str


def record(history: History, old: str, new: str, author: Author) -> None:
    """Tell who brings the commits between two tips of ``main``; on disk when this returns.

    It is told before the push lands, so that no crash leaves commits nobody brought; a push that
    does not land after all leaves a line that nothing refers to.
    """
    told = {"old": old, "new": new, "by": author.name, "at": clock.now()}
    text = canonical.dumps(told)
    for _ in range(TRIES):
        tip = history.tip(REF)
        message = f"{author.name} pushes {new[:12]} on {old[:12]}\n"
        try:
            history.commit(REF, {_path(new): text}, message=message, author=author, expect=tip)
        except errors.MovedOn:
            continue
        return
    raise errors.MovedOn(ref=REF, now=history.tip(REF) or "nothing")


def at(history: History, tip: str) -> Push | None:
    """Return the push that brought a tip of ``main``, or None where it was made in the vault."""
    told = history.tip(REF)
    data = None if told is None else history.blob(told, _path(tip))
    if data is None:
        return None
    try:
        return Push(**canonical.loads(data))
    except (TypeError, ValueError) as fault:
        raise errors.DamagedHistory(where=f"{REF}:{_path(tip)}", why=fault) from fault


def between(history: History, old: str | None, new: str) -> Iterator[tuple[Commit, str]]:
    """Yield the commits of ``main`` after ``old`` with the name of who brought each, oldest first.

    A commit made in the vault itself was brought by its author.
    """
    brought = {} if history.tip(REF) is None else dict(_brought(history, old, new))
    for commit in history.between(old, new):
        yield commit, brought.get(commit.oid, commit.author)


def _brought(history: History, old: str | None, new: str) -> Iterator[tuple[str, str]]:
    step = new
    while step != old:
        push = at(history, step)
        if push is not None:
            for commit in history.between(push.old, step):
                yield commit.oid, push.by
            if old is not None and history.contains(old, push.old):
                return
            step = push.old
            continue
        parents = history.commit_at(step).parents
        if not parents:
            return
        step = parents[0]


def _path(commit: str) -> str:
    return f"{commit[:2]}/{commit[2:]}.json"
