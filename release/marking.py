# SPDX-License-Identifier: AGPL-3.0-or-later
"""PDFs marked as what they are when somebody opens them: superseded, recalled, in review.

The released bytes are kept and never change; the mark is put on a copy when it is asked for, and
the copy is kept under ``cache/stamps`` by everything that decides on its bytes.  A file that cannot
be marked is refused, for an old drawing must not look like the current one.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from release import rulebook
from release.log import ReleaseLog, Revision
from release.stamp import engine, press
from release.stamp.template import Stamp
from vault import derived, trimming
from vault.home import Vault


def as_it_stands(vault: Vault, revision: Revision, name: str) -> Path:
    """Return a released file as it may be opened now; a current one is as it was released.

    Other files than PDFs cannot be marked and are as they were released.  Raises UnstampableFile,
    UnreadableFile or WorkerGaveUp where a file of a revision that is not current cannot be marked.
    """
    log = ReleaseLog(vault)
    path = log.path(revision, name)
    state = log.standing(revision.number, revision.rev)
    file = revision.file(name)
    if state == "current" or file.stamped is None:
        return path
    return _marked(vault, path, file.stamped.sha256, stamp_of(log, revision, state), name)


def stamp_of(log: ReleaseLog, revision: Revision, state: str) -> Stamp:
    """Return what a revision that is not current says across every page."""
    extra: list[tuple[str, str]] = []
    recall = log.recall(revision.number, revision.rev)
    date = ""
    if recall is not None:
        date = recall.at[:10]
        extra.append(("Reason", recall.reason))
    for later in log.revisions(revision.number):
        if later.supersedes == revision.rev:
            date = date or later.released_at[:10]
            extra.append(("Superseded by", later.rev))
    return Stamp(
        state=state, number=revision.number, rev=revision.rev, title=revision.title, date=date,
        change=revision.change, url=revision.url, extra=tuple(extra),
    )  # fmt: skip


def under_review(vault: Vault, number: str, title: str, path: Path, name: str) -> Path:
    """Return a PDF as it lies on ``main``, marked as not released; raises like ``as_it_stands``."""
    if not name.lower().endswith(".pdf"):
        return path
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return _marked(vault, path, digest, Stamp(state="review", number=number, title=title), name)


def _marked(vault: Vault, path: Path, digest: str, stamp: Stamp, name: str) -> Path:
    templates = rulebook.current(vault).templates
    key = f"{digest}{stamp!r}{templates.told()}{engine.name()}"
    made = hashlib.sha256(key.encode()).hexdigest()
    kept = vault.cache / "stamps" / made[:2] / f"{made}.pdf"
    if not trimming.used(kept):
        kept.parent.mkdir(parents=True, exist_ok=True)
        press.stamp(vault.worker, path, kept, stamp, name=name, templates=templates)
        derived.added(vault.root, kept)
    return kept
