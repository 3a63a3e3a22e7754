# SPDX-License-Identifier: AGPL-3.0-or-later
"""Alembic's way in: it works on the connection it is given and leaves the transaction to it."""

from __future__ import annotations

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    transaction_per_migration=False,
    transactional_ddl=False,  # the surrounding transaction is ours, begun with the write lock
)
context.run_migrations()
