# SPDX-License-Identifier: AGPL-3.0-or-later
"""What git tells a hook by its environment, taken out of it.

``GIT_DIR`` is ``.`` and the objects of the push lie in a quarantine of their own; a git started
for anything else with these variables would work on the wrong repository.
"""

from __future__ import annotations

# getpass is imported where nobody was named: it is needed at no push over HTTP.
import os
from collections.abc import MutableMapping
from dataclasses import dataclass
from pathlib import Path

from hooks.errors import NobodyPushes
from vault import home
from vault.home import Vault
from vault.ledger import glance
from vault.ledger.glance import Standing


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The repository that is pushed to, where the pushed objects are, and who is said to push."""

    git_dir: Path
    quarantine: tuple[Path, ...]
    remote_user: str
    named: str

    def vault(self) -> Vault:
        """Open the vault whose ``vault.git`` this is; raises NoVault."""
        return home.open_vault(self.git_dir.parent, later=True, light=True, further=self.quarantine)

    def pusher(self, vault: Vault) -> Standing:
        """Return who pushes: over HTTP whose token it was, else who was named, else the login.

        Raises NobodyPushes where nobody in the vault has that name.
        """
        for name in (self.remote_user, self.named) if self.remote_user or self.named else _login():
            if name:
                found = glance.standing(vault, name)
                if found is not None:
                    return found
                break
        raise NobodyPushes


def taken(environ: MutableMapping[str, str]) -> Surroundings:
    """Return what the environment says and strip it of all that is git's."""
    git_dir = Path(environ.get("GIT_DIR", ".")).resolve()
    quarantined = environ.get("GIT_QUARANTINE_PATH")
    places = [environ.get("GIT_OBJECT_DIRECTORY", quarantined)] if quarantined else []
    found = Surroundings(
        git_dir=git_dir,
        quarantine=tuple(Path(place).resolve() for place in places if place),
        remote_user=environ.get("REMOTE_USER", ""),
        named=environ.get("TITLEBLOCK_USER", ""),
    )
    for name in [one for one in environ if one.startswith("GIT_")]:
        del environ[name]
    return found


def _login() -> tuple[str, ...]:
    import getpass  # noqa: PLC0415 - see the top of the file

    try:
        return (getpass.getuser(),)
    except (KeyError, OSError):
        return ()


def here() -> Surroundings:
    """Return what git told this process."""
    return taken(os.environ)
