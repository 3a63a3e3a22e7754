# SPDX-License-Identifier: AGPL-3.0-or-later
"""A vault at home: the folder, its settings and its four stores, opened together."""

from __future__ import annotations

# The ledger's engine is imported when the ledger is opened, the worker when it is asked for:
# SQLAlchemy costs 100 ms, and what git runs at every push needs neither.
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from vault import catalogue as catalogue_file
from vault import errors, settings
from vault.catalogue import Catalogue
from vault.history.repository import History
from vault.objects import opening
from vault.objects.store import ObjectStore
from vault.presence import Presence
from vault.settings import Settings

if TYPE_CHECKING:
    from vault.ledger.engine import Ledger
    from vault.worker import Worker

GIT: Final = "vault.git"
CATALOGUE: Final = "catalogue.db"
KEYS: Final = "keys"
CACHE: Final = "cache"


class LedgerDoor:
    """The way to the ledger of a vault, which is opened when somebody first asks for it."""

    def __init__(self, url: str) -> None:
        """Remember where the ledger is."""
        self.url = url

    @cached_property
    def ledger(self) -> Ledger:
        """Return the opened ledger; raises NoLedger, LedgerOutdated or LedgerFromLater."""
        from vault.ledger import engine  # noqa: PLC0415 - see the top of the file

        return engine.open_ledger(self.url)

    def close(self) -> None:
        """Close the ledger, if it was ever opened."""
        if "ledger" in vars(self):
            self.ledger.close()


@dataclass(frozen=True, slots=True)
class Vault:
    """An opened vault.  What each store holds, and how it is restored, stands in its README."""

    root: Path
    settings: Settings
    history: History
    objects: ObjectStore
    door: LedgerDoor
    catalogue: Catalogue
    presence: Presence

    @property
    def ledger(self) -> Ledger:
        """Return the ledger: people, jobs, events."""
        return self.door.ledger

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
        from vault import worker  # noqa: PLC0415 - see the top of the file

        return worker.shared()

    def close(self) -> None:
        """Let go of the databases."""
        self.door.close()
        self.catalogue.close()
        self.presence.leave()


def find(start: Path) -> Path:
    """Return the nearest vault at or above a folder; raises NoVault."""
    for folder in (start, *start.parents):
        if (folder / settings.FILE).is_file():
            return folder
    raise errors.NoVault(where=start)


def open_vault(root: Path, *, ledger_later: bool = False, further: Sequence[Path] = ()) -> Vault:
    """Open the vault in a folder; raises NoVault, BadSettings or what its stores refuse.

    A catalogue that is missing, broken or of another version is begun anew: it is
    filled again from history by whoever next asks for it.  With ``ledger_later`` the ledger
    is opened when it is first asked for; ``further`` is what ``History`` reads as well.
    """
    root = root.resolve()
    if not (root / settings.FILE).is_file():
        raise errors.NoVault(where=root)
    presence = Presence(root / KEYS)  # first: whoever is alone may be writing the settings
    told = settings.load(root / settings.FILE)
    vault = Vault(
        root=root,
        settings=told,
        history=History(root / GIT, further),
        objects=opening.open_store(
            told.storage, root, largest_cache=told.largest_cache, hold_years=told.hold_years
        ),
        door=LedgerDoor(ledger_url(told.ledger, root)),
        catalogue=catalogue_file.open_catalogue(root / CATALOGUE),
        presence=presence,
    )
    if not ledger_later:
        _ = vault.ledger
    return vault


def ledger_url(url: str, root: Path) -> str:
    """Return the address of the ledger, its file taken as lying in the vault's folder."""
    scheme, slashes, path = url.partition(":///")
    if not slashes or not scheme.startswith("sqlite") or path.startswith("/"):
        return url
    return f"{scheme}:///{root / path}"
