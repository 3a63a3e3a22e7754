# SPDX-License-Identifier: AGPL-3.0-or-later
"""The hand-written register (`register.toml`): what each item is, its history, route and checks."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sample_vault.drafting.sheet import Change

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of the register."""

    number: str
    title: str
    kind: str
    owner: str
    metadata: dict[str, str]
    history: tuple[Change, ...]
    route: tuple[Row, ...]
    bom: tuple[Row, ...]
    checks: tuple[Row, ...]

    @property
    def revisions(self) -> list[str]:
        """Letters of all revisions, oldest first, one in review included."""
        return [change.rev for change in self.history]

    def until(self, rev: str) -> tuple[Change, ...]:
        """The revision table as it stood at a revision."""
        return self.history[: self.revisions.index(rev) + 1]

    def at(self, rev: str, rows: tuple[Row, ...]) -> list[Row]:
        """The rows that hold at a revision: those that name it in `revs`, or name none."""
        kept = [row for row in rows if rev in row.get("revs", rev)]
        return [{k: v for k, v in row.items() if k != "revs"} for row in kept]

    def material(self, rev: str) -> str:
        """Material at a revision: `material_C` goes before `material`."""
        return self.metadata.get(f"material_{rev}", self.metadata.get("material", "-"))


@cache
def register() -> dict[str, Entry]:
    """All items by number."""
    text = (Path(__file__).parent / "register.toml").read_text(encoding="utf-8")
    return {row["number"]: _entry(row) for row in tomllib.loads(text)["item"]}


def _entry(row: Row) -> Entry:
    history = tuple(Change(*line) for line in row["history"])
    return Entry(
        row["number"],
        row["title"],
        row["kind"],
        row["owner"],
        row.get("metadata", {}),
        history,
        tuple(row.get("route", ())),
        tuple(row.get("bom", ())),
        tuple(row.get("checks", ())),
    )
