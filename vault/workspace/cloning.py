# SPDX-License-Identifier: AGPL-3.0-or-later
"""Making a clone ready: history, the way to the bytes, the token, and git-lfs where people use it."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from vault import durable, home, settings
from vault.ledger import people
from vault.workspace import desk, keeping, place
from vault.workspace.errors import NothingToCloneInto, NoVaultAtUrl, WhoseToken
from vault.workspace.place import CREDENTIALS, SOURCE, USER, Workspace

_GIT: Final = "/vault.git"
_HELPER: Final = (
    '!f() { test "$1" = get && git credential-store'
    f' --file="$(git rev-parse --absolute-git-dir)/{CREDENTIALS}" get; }}; f'
)
"""Answers git's questions for the token and never forgets it, also after a refusal."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a vault is: a base address or a folder, the address git clones, and who asks."""

    base: str
    git_url: str
    user: str
    storage: str = ""

    @property
    def over_http(self) -> bool:
        """Say whether it is behind a server."""
        return self.base.startswith(("http://", "https://"))


def source(url: str, user: str) -> Source:
    """Return what an address means: a server's base or its ``/vault.git``, or a folder.

    Raises NoVaultAtUrl, and WhoseToken where nobody is named.
    """
    parts = urlsplit(url)
    if parts.scheme in {"http", "https"} and parts.hostname:
        user = parts.username or user
        if not user:
            raise WhoseToken
        host = f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname
        path = parts.path.rstrip("/").removesuffix(_GIT)
        base = urlunsplit((parts.scheme, host, path, "", ""))
        return Source(base, base + _GIT, user)
    root = Path(url).resolve()
    root = root.parent if root.name == home.GIT else root
    if not (root / settings.FILE).is_file():
        raise NoVaultAtUrl(url=url)
    if not user:
        raise WhoseToken
    vault = home.open_vault(root)
    try:
        people.get(vault.ledger, user)
        storage = vault.settings.storage
    finally:
        vault.close()
    return Source(str(root), str(root / home.GIT), user, storage)


def clone(origin: Source, target: Path, token: str) -> Workspace:
    """Clone the history and set everything up; the bytes are brought by the next pull.

    Raises NothingToCloneInto, GitFailed or TokenRefused; nothing is left then.
    """
    target = Path(os.path.abspath(target))  # noqa: PTH100 - resolved when it is there
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise NothingToCloneInto(where=target)
    there = target.exists()
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        _clone(origin, target, token)
        made = Workspace(target.resolve(), origin.base, origin.user)
        _configure(made, origin, token)
        desk.of(made).held()
        keeping.hide_bytes(made)
    except BaseException:
        shutil.rmtree(target, ignore_errors=True)  # it was empty before, so nothing is lost
        if there:
            target.mkdir()
        raise
    return made


def _clone(origin: Source, target: Path, token: str) -> None:
    words = ["clone", "-q", "--branch", "main", "--", origin.git_url, str(target)]
    if not origin.over_http:
        place.git(target.parent, *words)
        return
    with tempfile.TemporaryDirectory(prefix="titleblock-") as folder:
        known = Path(folder) / "known"
        durable.write(known, _known(origin, token), mode=0o600)
        helper = f"credential.helper=store --file='{known}'"
        place.git(target.parent, "-c", "credential.helper=", "-c", helper,
                  "-c", f"credential.username={origin.user}", *words)  # fmt: skip


def _configure(made: Workspace, origin: Source, token: str) -> None:
    made.git("config", SOURCE, origin.base)
    made.git("config", USER, origin.user)
    for key, told in (("user.name", origin.user), ("user.email", f"{origin.user}@localhost")):
        if not made.git("config", "--default", "", "--get", key).strip():
            made.git("config", key, told)
    made.git("config", "pull.rebase", "true")
    if origin.over_http:
        durable.write(made.root / ".git" / CREDENTIALS, _known(origin, token), mode=0o600)
        made.git("config", f"credential.{origin.base}.helper", _HELPER)
        made.git("config", f"credential.{origin.base}.username", origin.user)
        made.git("config", "lfs.url", f"{origin.git_url}/info/lfs")
        made.git("config", f"lfs.{origin.git_url}/info/lfs.locksverify", "true")
    local = made.root / ".dvc" / "config.local"
    local.parent.mkdir(exist_ok=True)
    durable.write(local, _dvc(origin, token).encode(), mode=0o600)
    _ignored(made)


def _dvc(origin: Source, token: str) -> str:
    """Return DVC's settings of this clone alone: where the bytes are from here, and the token.

    ``no_scm``: what git must not see stands in ``.git/info/exclude``, not in files that would be
    pushed.
    """
    if origin.over_http:
        name = "vault"
        lines = [f"url = {origin.base}/dvc", "auth = custom", "custom_auth_header = X-Vault-Token",
                 f"password = {token}"]  # fmt: skip
    else:
        name = "here"  # beside `vault`, whose settings are those of a server
        lines = [f"url = {_storage(origin)}"]
    told = ["[core]", "    no_scm = true", "    analytics = false", f"    remote = {name}",
            f"['remote \"{name}\"']", "    verify = true", *(f"    {line}" for line in lines)]  # fmt: skip
    return "\n".join(told) + "\n"


def _storage(origin: Source) -> str:
    return origin.storage if "://" in origin.storage else str(Path(origin.base) / origin.storage)


def _ignored(made: Workspace) -> None:
    """Keep DVC's own files out of git where the vault is too old to say so itself."""
    kept = made.root / ".dvc" / ".gitignore"
    if not kept.exists():
        kept.write_text("/config.local\n/tmp\n/cache\n/.gitignore\n")


def _known(origin: Source, token: str) -> bytes:
    parts = urlsplit(origin.base)
    return f"{parts.scheme}://{origin.user}:{token}@{parts.netloc}\n".encode("ascii", "strict")
