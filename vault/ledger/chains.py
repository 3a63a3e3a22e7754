# SPDX-License-Identifier: AGPL-3.0-or-later
"""The floors' migration chains, each with the revision its code was written for.

A floor announces its chain by the entry point group ``titleblock.ledger``, so
the vault can migrate tables of floors above it without importing them by name.
The head stands as a constant beside the code because asking Alembic for it
costs half a second at every start; a test proves that both agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

GROUP = "titleblock.ledger"


@dataclass(frozen=True, slots=True)
class Chain:
    """One floor's migrations: its name, the revision the code needs, and their package.

    ``keeps`` is what names the objects its tables refer to, as ``module:function`` (see
    ``vault.ledger.keeping``), which is loaded only when somebody asks.
    """

    name: str
    head: str
    package: str
    keeps: str = ""

    def folder(self) -> Path:
        """Return the folder that holds the migration files."""
        spec = find_spec(self.package)
        if spec is None or not spec.submodule_search_locations:
            raise ModuleNotFoundError(self.package)
        return Path(next(iter(spec.submodule_search_locations)))


VAULT = Chain("vault", "vault_0001", "vault.ledger.migrations.versions")


@cache
def chains() -> tuple[Chain, ...]:
    """Return every installed floor's chain, by name."""
    found = [point.load() for point in entry_points(group=GROUP)]
    return tuple(sorted(found, key=lambda chain: str(chain.name)))


def heads() -> frozenset[str]:
    """Return the revisions a ledger must stand at for this release of the code."""
    return frozenset(chain.head for chain in chains())


def later(found: frozenset[str]) -> bool:
    """Say whether a ledger holds a revision that this release of the code does not know yet."""
    known = {chain.name: chain.head for chain in chains()}
    return any(head > known.get(head.rpartition("_")[0], "") for head in found)
