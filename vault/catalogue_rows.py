# SPDX-License-Identifier: AGPL-3.0-or-later
"""The rows of the catalogue, as frozen values, and how a row is read and written."""

# ruff: noqa: S608 - names of tables and columns come from this file, values are always bound
from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, TypeVar

from vault import search


@dataclass(frozen=True, slots=True)
class ItemRow:
    """An item as it lies on ``main``: ``fold`` is its number without case, ``metadata`` JSON."""

    number: str
    fold: str
    title: str
    kind: str
    owner: str
    path: str
    tree: str
    metadata: str
    changed_at: str
    changed_by: str


@dataclass(frozen=True, slots=True)
class IterationRow:
    """A commit on ``main`` that touched an item."""

    number: str
    commit: str
    tree: str
    at: str
    by: str
    message: str


@dataclass(frozen=True, slots=True)
class RevisionRow:
    """A released revision; ``state`` is current, superseded or recalled.

    ``sequence`` is its place in the release log, ``recalled`` the place of its recall, or 0.
    """

    number: str
    rev: str
    sequence: int
    change: str
    state: str
    released_at: str
    released_by: str
    code: str
    commit: str
    recalled: int = 0


@dataclass(frozen=True, slots=True)
class OrderRow:
    """A change order; ``items`` is a JSON list of numbers."""

    change: str
    state: str
    author: str
    opened_at: str
    notes: str
    items: str
    commit: str


@dataclass(frozen=True, slots=True)
class Hit:
    """An item a search found, with the text around what was found and the file that has it.

    ``file`` is empty where the text is not of a file but of the item itself.
    """

    item: ItemRow
    snippet: tuple[search.Piece, ...]
    file: str = ""


@dataclass(frozen=True, slots=True)
class Facets:
    """How many of what was found there are of each kind, and so on, the most frequent first.

    ``partial`` says that only the first ``FACETED`` finds were counted.
    """

    kind: tuple[tuple[str, int], ...]
    state: tuple[tuple[str, int], ...]
    owner: tuple[tuple[str, int], ...]
    material: tuple[tuple[str, int], ...]
    partial: bool


Row = TypeVar("Row", ItemRow, IterationRow, RevisionRow, OrderRow)


def cells(row: Row) -> tuple[Any, ...]:
    """Return the values of a row as they are; ``astuple`` would copy each of them."""
    return tuple(getattr(row, name) for name in row.__slots__)


def names_of(kind: type[Row]) -> str:
    """Return the names of a row's columns, as a statement lists them."""
    return ", ".join(f'"{name}"' for name in kind.__slots__)


def upsert(table: str, kind: type[Row], key: str, *further: str) -> str:
    """Return the statement that writes a row, whether one of its key is there or not."""
    names = [f'"{name}"' for name in (*(one.name for one in fields(kind)), *further)]
    new = ", ".join(f"{name} = excluded.{name}" for name in names)
    places = ", ".join("?" * len(names))
    return (
        f"INSERT INTO {table} ({', '.join(names)}) VALUES ({places})"
        f" ON CONFLICT ({key}) DO UPDATE SET {new}"
    )
