# SPDX-License-Identifier: AGPL-3.0-or-later
"""The triggers that make the event table append-only, whoever speaks to the database.

They are a fence against mistakes and plain tools, not against an owner of the file: that one is
found out by the chain.  A table rebuilt by ``sqlite-utils transform`` silently loses its triggers,
so the check of the ledger looks for them as well.
"""

from __future__ import annotations

_REFUSE = "SELECT RAISE(ABORT, 'the event table is append-only')"

TRIGGERS: dict[str, str] = {
    "event_no_update": (
        f"CREATE TRIGGER event_no_update BEFORE UPDATE ON event BEGIN {_REFUSE}; END"
    ),
    "event_no_delete": (
        f"CREATE TRIGGER event_no_delete BEFORE DELETE ON event BEGIN {_REFUSE}; END"
    ),
    "event_continues_chain": (
        "CREATE TRIGGER event_continues_chain BEFORE INSERT ON event"
        " WHEN NOT EXISTS (SELECT 1 FROM event_head"
        " WHERE seq = NEW.seq - 1 AND hash = NEW.prev_hash)"
        " BEGIN SELECT RAISE(ABORT, 'an event has to continue the chain'); END"
    ),
    "event_moves_head": (
        "CREATE TRIGGER event_moves_head AFTER INSERT ON event"
        " BEGIN UPDATE event_head SET seq = NEW.seq, hash = NEW.hash; END"
    ),
    "event_head_stays": (
        "CREATE TRIGGER event_head_stays BEFORE DELETE ON event_head"
        " BEGIN SELECT RAISE(ABORT, 'the head of the chain stays'); END"
    ),
}
