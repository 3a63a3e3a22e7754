# SPDX-License-Identifier: AGPL-3.0-or-later
"""The few kinds of columns the ledger's tables have, so that a table says only what it holds.

Whole numbers, text and floats only, so that a row reads the same in every database and its seal
(see ``vault.ledger.seals``) can be computed anywhere.  Moments and days are text, as ISO 8601
writes them.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Float, ForeignKey, Integer, Text


def key() -> Column[Any]:
    """Return the number that names a row of a table whose rows have no better name."""
    return Column("id", Integer, primary_key=True)


def of(row: str, name: str = "", **more: Any) -> Column[Any]:
    """Return the column that names a ``row`` of another table, as ``job.number``; never empty."""
    return of_some(row, name, nullable=False, **more)


def of_some(row: str, name: str = "", **more: Any) -> Column[Any]:
    """Return the column that names a row of another table, or is empty."""
    table, _, column = row.partition(".")
    kind = Integer if column == "id" else Text
    return Column(name or table, kind, ForeignKey(row), **more)


def texts(*names: str, **more: Any) -> list[Column[Any]]:
    """Return columns of text, which is empty where there is nothing to tell."""
    return [Column(name, Text, nullable=False, **more) for name in names]


def some_texts(*names: str) -> list[Column[Any]]:
    """Return columns of text that may be missing: not known, not yet, or the column came later."""
    return [Column(name, Text) for name in names]


def wholes(*names: str) -> list[Column[Any]]:
    """Return columns of whole numbers, one for yes and zero for no."""
    return [Column(name, Integer, nullable=False) for name in names]


def some_wholes(*names: str) -> list[Column[Any]]:
    """Return columns of whole numbers that may be missing."""
    return [Column(name, Integer) for name in names]


def floats(*names: str) -> list[Column[Any]]:
    """Return columns of numbers with a fraction."""
    return [Column(name, Float, nullable=False) for name in names]
