# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether a floor page is still so: a tag for each, found again without looking at everything.

Two hundred tablets ask every few seconds.  A tag holds until an event that may concern its job, a
new release, a new day or the end of its code; events of other jobs are read past.  What is kept
is working memory of one process, bounded, and only ever saves a second look at what did not change.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import timedelta
from threading import Lock
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from traveler import job_records, token_records
from traveler.floor import scan
from traveler.floor.scan import FloorView
from traveler.words import today
from vault import clock
from vault.codes import hashed
from vault.errors import BadCode
from vault.history.repository import RELEASES
from vault.home import Vault
from vault.ledger.tables import event, event_head

KEPT: Final = 1024
FRESH: Final = timedelta(seconds=60)
"""How old what is told of ages ("3 h") may be."""
MOST: Final = 500
"""Events read past at most; a tablet that slept longer is looked at anew."""
_PERSONAL: Final = ("person/", "session/")
_HEAD: Final = sa.select(event_head.c.seq)
_SINCE: Final = sa.select(event.c.subject).where(event.c.seq > sa.bindparam("seen"))


@dataclass(frozen=True, slots=True)
class _Known:
    """A view with its tag, and until which event, release, day and moment they are known to hold."""

    tag: str
    view: FloorView
    seq: int
    release: str
    day: str
    until: str


_known: OrderedDict[str, _Known] = OrderedDict()
_lock = Lock()


def tag(vault: Vault, code: str) -> str:
    """Return the tag of what a traveler's code shows; raises NoSuchTraveler, TravelerEnded."""
    return _known_now(vault, code).tag


def view(vault: Vault, code: str) -> FloorView:
    """Return what a traveler's code shows, at most a minute after it was looked at."""
    return _known_now(vault, code).view


def tagged(vault: Vault, code: str) -> tuple[str, FloorView]:
    """Return both, found out at once."""
    known = _known_now(vault, code)
    return known.tag, known.view


def _known_now(vault: Vault, code: str) -> _Known:
    key = f"{vault.root}:{_digest(code)}"
    release = vault.history.tip(RELEASES) or ""
    day = today(vault.settings.time_zone)
    with _lock:
        known = _known.get(key)
    if known and (known.release, known.day) == (release, day) and clock.now() < known.until:
        with vault.ledger.reading() as connection:
            seq = _quiet(connection, known)
        if seq is not None:
            return _keep(key, replace(known, seq=seq))
    with vault.ledger.reading() as connection:
        seq = _head(connection)
        token = token_records.token(connection, _digest(code))
    seen = scan.look(vault, code)
    soon = clock.text(clock.moment(clock.now()) + FRESH)
    until = min(token.expires_at, soon) if token else ""
    return _keep(key, _Known(of(seen), seen, seq, release, day, until))


def of(view: FloorView) -> str:
    """Return the tag of a view: two that show the same have the same."""
    told = repr(replace(view, as_of=""))
    return hashlib.sha256(told.encode()).hexdigest()[:24]


def _quiet(connection: Connection, known: _Known) -> int | None:
    """Return the last event's number if none since concerns the job, None where one may."""
    head = _head(connection)
    if head == known.seq:
        return head
    if head - known.seq > MOST:
        return None
    for subject in connection.execute(_SINCE, {"seen": known.seq}).scalars():
        other = subject.startswith("job/") and subject != job_records.subject(known.view.job.number)
        if not other and not subject.startswith(_PERSONAL):
            return None
    return head


def _head(connection: Connection) -> int:
    return int(connection.execute(_HEAD).scalar_one())


def _keep(key: str, found: _Known) -> _Known:
    with _lock:
        _known[key] = found
        _known.move_to_end(key)
        while len(_known) > KEPT:
            _known.popitem(last=False)
    return found


def _digest(code: str) -> str:
    try:
        return hashed(code)
    except BadCode:
        return ""
