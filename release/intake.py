# SPDX-License-Identifier: AGPL-3.0-or-later
"""Filing what waits in the inbox: an ordinary check-in, then the entry is done."""

from __future__ import annotations

from dataclasses import dataclass

from release import desk
from vault import errors, following, inbox
from vault.home import Vault
from vault.inbox import Entry
from vault.ledger.people import Person


@dataclass(frozen=True, slots=True)
class Filed:
    """What was filed where; ``commit`` is empty where the item had these very bytes already."""

    entry: Entry
    number: str
    commit: str


def file(vault: Vault, actor: Person, id_: str, number: str) -> Filed:
    """Check an entry of the inbox in to an item, and take it out of the inbox.

    Killed between the two it is filed again without a trace, for the item has the bytes.  Raises
    NoSuchEntry, NotWaiting, DamagedObject and what ``desk.check_in`` refuses.
    """
    one = inbox.entry(vault, id_)
    path = inbox.path_of(vault, one)
    commit = ""
    try:
        made = desk.check_in(vault, actor, number, {one.name: path}, f"{one.name} from the inbox")
        number, commit = made.number, made.commit
    except errors.NothingToCheckIn:
        following.follow(vault)
        row = vault.catalogue.item(number)
        number = row.number if row else number
    closed = inbox.done(vault, actor, one, "filed", number=number)
    return Filed(closed, number, commit)
