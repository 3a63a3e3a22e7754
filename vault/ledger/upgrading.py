# SPDX-License-Identifier: AGPL-3.0-or-later
"""Bringing a ledger up to date: every floor's migrations and their record, in one transaction.

Two programs that start at once are safe: the write lock is taken before Alembic looks, so the
second finds nothing left to do.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy.engine import Connection

from vault.ledger.chains import chains

if TYPE_CHECKING:
    from vault.ledger.engine import Writing

_SCRIPTS = Path(__file__).with_name("migrations")


def config() -> Config:
    """Return Alembic's configuration over all floors' chains, without any ini file."""
    made = Config()
    made.set_main_option("script_location", _escaped(_SCRIPTS))
    made.set_main_option("path_separator", "newline")
    made.set_main_option("version_locations", "\n".join(_escaped(one.folder()) for one in chains()))
    return made


def upgrade(writing: Writing) -> None:
    """Run what is missing inside the given transaction and record it as an event."""
    before = _stored(writing)
    migrate(writing.connection)
    after = _stored(writing)
    if after != before:
        writing.record("ledger.upgraded", "ledger", found=before, now=after)


def migrate(connection: Connection) -> None:
    """Run what is missing on a connection; whoever opened its transaction says what was done."""
    made = config()
    made.attributes["connection"] = connection
    command.upgrade(made, "heads")


def _stored(writing: Writing) -> list[str]:
    return sorted(MigrationContext.configure(writing.connection).get_current_heads())


def _escaped(path: Path) -> str:
    return str(path).replace("%", "%%")
