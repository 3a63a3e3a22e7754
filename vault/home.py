# SPDX-License-Identifier: AGPL-3.0-or-later
"""A vault at home: the folder, its settings and its four stores, opened together."""

from __future__ import annotations

# History is imported when it is opened (libgit2 costs 50 ms), the ledger's engine (SQLAlchemy, 100 ms)
# and the object stores likewise, the worker when it is asked for: what git runs at every push needs
# little of them.
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from vault import catalogue as catalogue_file
from vault import errors, settings
from vault.catalogue import Catalogue
from vault.history.light import LightHistory
from vault.presence import Presence
from vault.settings import Settings

if TYPE_CHECKING:
    from vault.history.repository import History
    from vault.ledger.engine import Ledger
    from vault.objects.store import ObjectStore
    from vault.worker import Worker

GIT: Final = "vault.git"
CATALOGUE: Final = "catalogue.db"
KEYS: Final = "keys"
CACHE: Final = "cache"


class Doors:
    """The ways to history, ledger and objects, each opened when somebody first asks for it."""

    def __init__(
        self, root: Path, told: Settings, *, light: bool = False, further: Sequence[Path] = ()
    ) -> None:
        """Remember where they are, and how history is read; see ``open_vault``."""
        self.ledger_url = ledger_url(told.ledger, root)
        self._root = root
        self._told = told
        self._light = light
        self._further = further

    @cached_property
    def history(self) -> History:
        """Return the opened history."""
        if self._light:
            return cast("History", LightHistory(self._root / GIT, self._further))
        from vault.history import repository  # noqa: PLC0415 - see the top of the file

        return repository.History(self._root / GIT, self._further)

    @cached_property
    def ledger(self) -> Ledger:
        """Return the opened ledger; raises NoLedger, LedgerOutdated or LedgerFromLater."""
        from vault.ledger import engine  # noqa: PLC0415 - see the top of the file

        return engine.open_ledger(self.ledger_url)

    @cached_property
    def objects(self) -> ObjectStore:
        """Return the opened object store; raises NoStore or BadSettings."""
        from vault.objects import opening  # noqa: PLC0415

        return opening.open_store(
            self._told.storage, self._root, largest_cache=self._told.largest_cache,
            hold_years=self._told.hold_years,
        )  # fmt: skip

    def close(self) -> None:
        """Close the ledger, if it was ever opened."""
        if "ledger" in vars(self):
            self.ledger.close()


@dataclass(frozen=True, slots=True)
class Vault:
    """An opened vault.  What each store holds, and how it is restored, stands in its README."""

    root: Path
    settings: Settings
    doors: Doors
    catalogue: Catalogue
    presence: Presence

    @property
    def history(self) -> History:
        """Return the history: every iteration, order, release and lock."""
        return self.doors.history

    @property
    def ledger(self) -> Ledger:
        """Return the ledger: people, jobs, events."""
        return self.doors.ledger

    @property
    def objects(self) -> ObjectStore:
        """Return the object store: the bytes of every file."""
        return self.doors.objects

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
        self.doors.close()
        self.catalogue.close()
        self.presence.leave()


def find(start: Path) -> Path:
    """Return the nearest vault at or above a folder; raises NoVault."""
    for folder in (start, *start.parents):
        if (folder / settings.FILE).is_file():
            return folder
    raise errors.NoVault(where=start)


def open_vault(
    root: Path, *, later: bool = False, light: bool = False, further: Sequence[Path] = ()
) -> Vault:
    """Open the vault in a folder; raises NoVault, BadSettings or what its stores refuse.

    A catalogue that is missing, broken or of another version is begun anew: it is
    filled again from history by whoever next asks for it.  With ``later`` history, ledger and
    objects are opened when they are first asked for, with ``light`` history is read without libgit2
    where that is quicker for a short life; ``further`` is what it reads as well.
    """
    root = root.resolve()
    if not (root / settings.FILE).is_file():
        raise errors.NoVault(where=root)
    presence = Presence(root / KEYS)  # first: whoever is alone may be writing the settings
    told = settings.load(root / settings.FILE)
    vault = Vault(
        root=root,
        settings=told,
        doors=Doors(root, told, light=light, further=further),
        catalogue=catalogue_file.open_catalogue(root / CATALOGUE),
        presence=presence,
    )
    if not later:
        _ = vault.history, vault.objects, vault.ledger
    return vault


def ledger_url(url: str, root: Path) -> str:
    """Return the address of the ledger, its file taken as lying in the vault's folder."""
    scheme, slashes, path = url.partition(":///")
    if not slashes or not scheme.startswith("sqlite") or path.startswith("/"):
        return url
    return f"{scheme}:///{root / path}"
