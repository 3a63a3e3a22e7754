# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every object the records of a vault refer to: releases, work in progress, evidence, packets.

An object that is lost stands in no list of objects; only who asks the records finds out.
"""

from __future__ import annotations

from collections.abc import Iterator

from release.log import ReleaseLog
from vault import names, pointer
from vault.backup import Reference
from vault.errors import BadPointer
from vault.history.repository import MAIN
from vault.home import Vault
from vault.ledger import keeping


def references(vault: Vault) -> Iterator[Reference]:
    """Yield each object a record refers to, with words for where; an object may come again."""
    log = ReleaseLog(vault)
    for number in log.numbers():
        for one in log.revisions(number):
            for file in one.files:
                where = f"{one.number} {one.rev} {file.name}"
                if file.md5:
                    yield Reference(file.md5, where)
                if file.stamped is not None:
                    yield Reference(file.stamped.md5, f"{where}, stamped")
    tip = vault.history.tip(MAIN)
    for path in [] if tip is None else vault.history.changed(None, tip):
        if path.endswith(names.POINTER):
            try:
                told = pointer.parse(vault.history.blob(tip or "", path) or b"", path)
            except BadPointer:
                continue  # it refers to nothing; verify names it
            yield Reference(told.md5, path)
    for row in keeping.kept(vault.ledger):
        yield Reference(row.digest.md5, row.where)
