# SPDX-License-Identifier: AGPL-3.0-or-later
"""The vault's locks as seen from a clone: asked of its server, or of its folder on this machine."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from vault import errors, following, home, item, locks
from vault.home import Vault
from vault.ledger import people
from vault.workspace.errors import NotAnItem, TokenRefused, VaultAway, VaultSays
from vault.workspace.place import Workspace

PATIENCE_S: Final = 20
LFS_JSON: Final = "application/vnd.git-lfs+json"


@dataclass(frozen=True, slots=True)
class Held:
    """A lock as a clone sees it: the folder of the item, who holds it, since when, why."""

    folder: str
    by: str
    at: str
    why: str


class Desk(Protocol):
    """Who holds what, and taking and giving back."""

    def held(self) -> dict[str, Held]:
        """Return the locks by folder; also shows that the vault answers and knows the person."""
        ...

    def take(self, folder: str, why: str) -> None:
        """Take the lock on the item in a folder."""
        ...

    def give_back(self, folder: str) -> None:
        """Give it back."""
        ...


def of(workspace: Workspace) -> Desk:
    """Return the desk of the vault a clone was made from."""
    if workspace.over_http:
        return ServerDesk(workspace)
    return FolderDesk(Path(workspace.source), workspace.user)


def folder_of(workspace: Workspace, number: str) -> str:
    """Return the folder of an item in a clone, by its number in any case; raises NotAnItem."""
    for path in workspace.listed("ls-files", "-z", "--", item.FILE, f"**/{item.FILE}"):
        try:
            told = item.parse((workspace.root / path).read_bytes(), path)
        except (OSError, errors.BadManifest):
            continue
        if told.number.casefold() == number.casefold():
            return path.rpartition("/")[0]
    raise NotAnItem(number=number)


class ServerDesk:
    """Locks over the API of git-lfs, which lists them by path."""

    def __init__(self, workspace: Workspace) -> None:
        """Remember where to ask; nothing is sent yet."""
        self._base = f"{workspace.source}/vault.git/info/lfs/locks"
        self._token = workspace.token

    def held(self) -> dict[str, Held]:
        """Return the locks by folder; raises TokenRefused, VaultSays or VaultAway."""
        found: dict[str, Held] = {}
        cursor = ""
        while True:
            told = self._ask("GET", f"?cursor={cursor}" if cursor else "")
            for one in told["locks"]:
                folder, _, name = one["path"].rpartition("/")
                if name == item.FILE:
                    found[folder] = Held(
                        folder, one["owner"]["name"], one["locked_at"], one.get("why", "")
                    )
            cursor = told.get("next_cursor", "")
            if not cursor:
                return found

    def take(self, folder: str, why: str) -> None:
        """Take the lock on the item in a folder; raises VaultSays naming who was first."""
        self._ask("POST", "", {"path": f"{folder}/{item.FILE}", "why": why})

    def give_back(self, folder: str) -> None:
        """Give it back; raises VaultSays where it is somebody else's."""
        path = urllib.request.pathname2url(f"{folder}/{item.FILE}")
        for one in self._ask("GET", f"?path={path}")["locks"]:
            self._ask("POST", f"/{one['id']}/unlock", {"force": False})
            return
        raise errors.NotLocked(number=folder)

    def _ask(self, method: str, more: str, body: Mapping[str, Any] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        heads = {"X-Vault-Token": self._token, "Accept": LFS_JSON, "Content-Type": LFS_JSON}
        asked = urllib.request.Request(self._base + more, data, heads, method=method)  # noqa: S310
        try:
            with urllib.request.urlopen(asked, timeout=PATIENCE_S) as answer:  # noqa: S310
                return json.load(answer)
        except urllib.error.HTTPError as refusal:
            with refusal:
                why = _why(refusal)
            raise (TokenRefused if refusal.code == 401 else VaultSays)(why=why) from None
        except (OSError, ValueError) as fault:
            raise VaultAway(url=self._base, why=getattr(fault, "reason", fault)) from None


class FolderDesk:
    """Locks of a vault in a folder of this machine, with the rights of whoever is named."""

    def __init__(self, root: Path, user: str) -> None:
        """Remember the folder; nothing is opened yet."""
        self._root = root
        self._user = user

    def held(self) -> dict[str, Held]:
        """Return the locks by folder."""
        with self._vault() as vault:
            following.follow(vault)
            rows = {one: vault.catalogue.item(one.number) for one in locks.listing(vault)}
        return {
            row.path: Held(row.path, lock.by, lock.at, lock.reason)
            for lock, row in rows.items() if row
        }  # fmt: skip

    def take(self, folder: str, why: str) -> None:
        """Take the lock on the item in a folder."""
        with self._vault() as vault:
            locks.take(vault, people.get(vault.ledger, self._user), _number(vault, folder), why)

    def give_back(self, folder: str) -> None:
        """Give it back."""
        with self._vault() as vault:
            locks.release(vault, people.get(vault.ledger, self._user), _number(vault, folder))

    @contextmanager
    def _vault(self) -> Iterator[Vault]:
        vault = home.open_vault(self._root)
        try:
            yield vault
        finally:
            vault.close()


def _number(vault: Vault, folder: str) -> str:
    following.follow(vault)
    row = vault.catalogue.item_at(folder)
    if row is None:
        raise NotAnItem(number=folder)
    return row.number


def _why(refusal: urllib.error.HTTPError) -> str:
    try:
        return str(json.load(refusal)["message"])
    except (OSError, ValueError, KeyError, TypeError):
        return f"{refusal.code} {refusal.reason}"
