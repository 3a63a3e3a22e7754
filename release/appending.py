# SPDX-License-Identifier: AGPL-3.0-or-later
"""The one way an entry gets into the release log: a signed commit, moved by compare-and-swap."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from release import log as release_log
from release.log import Head, ReleaseLog
from release.orders import signer
from vault.checkin import author
from vault.history.keyring import ALLOWED_SIGNERS
from vault.history.repository import RELEASES
from vault.home import Vault
from vault.ledger import events
from vault.ledger.people import Person

README: Final = b"""\
# Release log

Written by Titleblock only. Every commit is signed (see allowed_signers) and adds released
revisions, a recall, or a change of keys. items/<hash>/<number>/<rev>.json is the full record of a
revision and never changes; current.json beside it says which revision is current.
"""


def append(
    vault: Vault, actor: Person, log: ReleaseLog, files: Mapping[str, bytes | None], message: str,
    verify: Mapping[str, str | None], *, at: str | None = None,
) -> str:  # fmt: skip
    """Append an entry to the log as it was read, and return its commit; raises MovedOn.

    ``verify`` names refs that must still stand where they were seen.  ``at`` is the moment the
    entry tells, given by who keeps everybody else from signing meanwhile.
    """
    sequence, ledger_hash = events.head(vault.ledger)
    head = Head(log.head().sequence + 1, sequence, ledger_hash).written()
    whole: dict[str, bytes | None] = {**files, release_log.HEAD: head}
    if log.tip is None:
        whole["README.md"] = README
        whole.setdefault(ALLOWED_SIGNERS, (vault.keys / ALLOWED_SIGNERS).read_bytes())
    tree = vault.history.written_tree(log.tip, whole)
    by, sign = author(actor), signer(vault)
    if at is None:
        commit = sign.commit(tree, log.tip, message=message, author=by)
    else:
        commit = sign.commit_at(at, tree, log.tip, message=message, author=by)
    sign.move(RELEASES, commit, log.tip, verify)
    return commit
