# SPDX-License-Identifier: AGPL-3.0-or-later
"""Taking a released revision out into a folder: each drawing in it is a numbered copy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from release import settling, shelf
from release.log import ReleaseLog
from traveler.copies import issuing
from traveler.copies.errors import NoCopyOfRecalled
from traveler.copies.issuing import Wanted
from vault import durable
from vault.home import Vault


def take(
    vault: Vault, person: str, number: str, rev: str | None, out: Path, job: str = "",
    seq: int | None = None, device: str = "",
) -> dict[str, Any]:  # fmt: skip
    """Write the files of a released revision into a folder, its PDFs as copies for this person.

    Raises NeverReleased, NoSuchRevision, NoCopyOfRecalled and what ``issuing.hand_out`` refuses.
    """
    settling.settle(vault)
    log = ReleaseLog(vault)
    revision = log.wanted(number, rev)
    if log.standing(revision.number, revision.rev) == "recalled":
        raise NoCopyOfRecalled(number=revision.number, rev=revision.rev)
    issued = [
        issuing.hand_out(
            vault, person, Wanted(revision.number, revision.rev, file.name, job, seq), device
        )
        for file in revision.files
        if file.stamped is not None
    ]
    taken = shelf.take(vault, revision.number, revision.rev, out, stamped=True)
    for one in issued:
        durable.write(out / one.copy.file, one.data)
    told = [
        {"copy": one.copy.number, "file": one.copy.file, "sha256": one.copy.sha256}
        for one in issued
    ]
    return {**taken, "copies": told}
