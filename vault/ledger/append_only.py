# SPDX-License-Identifier: AGPL-3.0-or-later
"""The triggers that make the event table append-only, whoever speaks to the database.

They are a fence against mistakes and plain tools, not against an owner of the database: that one
is found out by the chain.  A table rebuilt by ``sqlite-utils transform`` silently loses its
triggers, so the check of the ledger looks for them as well.
"""

from __future__ import annotations

_GROWS = "the event table is append-only"
_STAYS = "the head of the chain stays"
_REFUSE = f"SELECT RAISE(ABORT, '{_GROWS}')"

SQLITE: dict[str, str] = {
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
        f" BEGIN SELECT RAISE(ABORT, '{_STAYS}'); END"
    ),
}


def _fence(name: str, when: str, body: str, each: str = "ROW") -> str:
    """Return a function of a name and the trigger of the same name that calls it."""
    return (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$;\n"
        f"CREATE TRIGGER {name} {when} FOR EACH {each} EXECUTE FUNCTION {name}()"
    )


def _refusal(words: str) -> str:
    return f"BEGIN RAISE EXCEPTION '{words}'; END"


_CHAIN = (
    "BEGIN IF NOT EXISTS (SELECT 1 FROM event_head"
    " WHERE seq = NEW.seq - 1 AND hash = NEW.prev_hash)"
    " THEN RAISE EXCEPTION 'an event has to continue the chain'; END IF; RETURN NEW; END"
)
_MOVE = "BEGIN UPDATE event_head SET seq = NEW.seq, hash = NEW.hash; RETURN NEW; END"

POSTGRESQL: dict[str, str] = {
    name: _fence(name, when, body, each)
    for name, when, body, each in (
        ("event_no_update", "BEFORE UPDATE ON event", _refusal(_GROWS), "ROW"),
        ("event_no_delete", "BEFORE DELETE ON event", _refusal(_GROWS), "ROW"),
        ("event_no_truncate", "BEFORE TRUNCATE ON event", _refusal(_GROWS), "STATEMENT"),
        ("event_continues_chain", "BEFORE INSERT ON event", _CHAIN, "ROW"),
        ("event_moves_head", "AFTER INSERT ON event", _MOVE, "ROW"),
        ("event_head_stays", "BEFORE DELETE ON event_head", _refusal(_STAYS), "ROW"),
        ("event_head_no_truncate", "BEFORE TRUNCATE ON event_head", _refusal(_STAYS), "STATEMENT"),
    )
}

BY_DIALECT = {"sqlite": SQLITE, "postgresql": POSTGRESQL}
