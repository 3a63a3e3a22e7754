# SPDX-License-Identifier: AGPL-3.0-or-later
"""A vault at home: the folder, its settings and its four stores, opened together."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from vault import catalogue as catalogue_file
from vault import errors, settings, worker
from vault.catalogue import Catalogue
from vault.history.repository import History
from vault.ledger import engine
from vault.ledger.engine import Ledger
from vault.objects import opening
from vault.objects.store import ObjectStore
from vault.settings import Settings
from vault.worker import Worker

GIT: Final = "vault.git"
CATALOGUE: Final = "catalogue.db"
KEYS: Final = "keys"
CACHE: Final = "cache"


@dataclass(frozen=True, slots=True)
class Vault:
    """An opened vault.  What each store holds, and how it is restored, stands in its README."""

    root: Path
    settings: Settings
    history: History
    objects: ObjectStore
    ledger: Ledger
    catalogue: Catalogue

    @property
    def keys(self) -> Path:
        """Return the folder of the signing key."""
        return self.root / KEYS

    @property
    def cache(self) -> Path:
        """Return the folder of what can be made again: page pictures, copies of checked bytes."""
        return self.root / CACHE

    @property
    def worker(self) -> Worker:
        """Return the limited processes that open files which may be hostile."""
        return worker.shared()

    def close(self) -> None:
        """Let go of the databases."""
        self.ledger.close()
        self.catalogue.close()


def find(start: Path) -> Path:
    """Return the nearest vault at or above a folder; raises NoVault."""
    for folder in (start, *start.parents):
        if (folder / settings.FILE).is_file():
            return folder
    raise errors.NoVault(where=start)


def open_vault(root: Path) -> Vault:
    """Open the vault in a folder; raises NoVault, BadSettings or what its stores refuse.

    A catalogue that is missing, broken or of another version is begun anew: it is
    filled again from history by whoever next asks for it.
    """
    root = root.resolve()
    if not (root / settings.FILE).is_file():
        raise errors.NoVault(where=root)
    told = settings.load(root / settings.FILE)
    return Vault(
        root=root,
        settings=told,
        history=History(root / GIT),
        objects=opening.open_store(told.storage, root),
        ledger=engine.open_ledger(ledger_url(told.ledger, root)),
        catalogue=catalogue_file.open_catalogue(root / CATALOGUE),
    )


def ledger_url(url: str, root: Path) -> str:
    """Return the address of the ledger, its file taken as lying in the vault's folder."""
    scheme, slashes, path = url.partition(":///")
    if not slashes or not scheme.startswith("sqlite") or path.startswith("/"):
        return url
    return f"{scheme}:///{root / path}"
