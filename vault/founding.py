# SPDX-License-Identifier: AGPL-3.0-or-later
"""Founding a vault: folder, settings, history, key, stores, and the first administrator."""

from __future__ import annotations

import shutil
from importlib.metadata import entry_points
from pathlib import Path
from typing import Final

from vault import catalogue, durable, errors, following, home, settings
from vault.history import repository, signing
from vault.history.repository import MAIN, Author
from vault.home import Vault
from vault.ledger import engine, people
from vault.objects import opening

FOUNDER: Final = Author("Titleblock", "titleblock@localhost")
_README: Final = """\
# {name}

This is the history of a Titleblock vault: work in progress on `main`, the release
log on `refs/meta/releases`, released revisions as signed tags `release/<number>/<rev>`.

A folder with an `item.toml` is an item. `<file>.dvc` stands for a file whose bytes are in the
object store (`dvc pull` brings them). Work only from released revisions.
"""
_DVC: Final = """\
[core]
    analytics = false
    check_update = false
    remote = vault
['remote "vault"']
    url = {url}/dvc
    auth = custom
    custom_auth_header = X-Vault-Token
    verify = true
"""
"""What stock DVC needs to know; the token goes into ``.dvc/config.local``, which git ignores.
``verify`` makes it hash what it pulled, which it does not do by itself."""
_VAULT_README: Final = """\
This folder is a Titleblock vault. All of it belongs together; back it up with
`titleblock backup`, or copy it while nothing runs.

titleblock.toml  settings; may be edited
vault.git        history: work in progress, rules, change orders, the release log; git, bare
objects          the bytes of all files by digest, in DVC's layout; never edit or delete
ledger.db        people, jobs, events; SQLite; never edit: `titleblock verify` finds every change
catalogue.db     search; may be deleted, it is made again from history
performance.db   figures over time; may be deleted, they are counted again from the ledger
keys             what signs releases and released PDFs; keep a copy of it in a safe place
inbox            files of watched folders that belong to no item yet; `titleblock inbox`
cache            may be deleted at any time
"""


def found(root: Path, admin: str, *, public_url: str | None = None, storage: str | None = None,
          ledger: str | None = None, shop_name: str = "") -> Vault:  # fmt: skip
    """Make a vault in an empty or new folder and return it opened.

    There is no default password: the first administrator sets one.  Raises VaultExists,
    BadSettings, BadPersonName or MissingProgram; a half-made vault has no settings file,
    which is written last, and so is never taken for one.
    """
    given = {"public_url": public_url, "storage": storage, "ledger": ledger, "shop_name": shop_name}
    wanted = {name: value for name, value in given.items() if value}
    told = settings.checked(root / settings.FILE, **wanted)
    _empty(root)
    try:
        _lay_out(root, told, admin)
        settings.write(root / settings.FILE, **wanted)
        vault = home.open_vault(root)
        for floor in sorted(entry_points(group="titleblock.founding"), key=lambda one: one.name):
            floor.load()(vault)
        following.follow(vault)  # else the first `verify` finds a catalogue that is behind
    except BaseException:
        shutil.rmtree(root, ignore_errors=True)  # it was empty before, so nothing is lost
        raise
    return vault


def _lay_out(root: Path, told: settings.Settings, admin: str) -> None:
    history = repository.create(root / home.GIT)
    signing.make_key(root / home.KEYS)
    opening.open_bare(told.storage, root, create=True)
    ledger = engine.create(home.ledger_url(told.ledger, root))
    people.add(ledger, admin, admin, ["admin"])
    ledger.close()
    catalogue.open_catalogue(root / home.CATALOGUE).close()
    _first_commit(history, told.shop_name or root.name, told.public_url)
    durable.write(root / "README", _VAULT_README.encode())


def _empty(root: Path) -> None:
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise errors.VaultExists(where=root)
    root.mkdir(parents=True, exist_ok=True)


def _first_commit(history: repository.History, name: str, public_url: str) -> None:
    files = {
        "README.md": _README.format(name=name).encode(),
        ".dvc/config": _DVC.format(url=public_url.rstrip("/")).encode(),
        ".dvc/.gitignore": b"/config.local\n/tmp\n/cache\n",
        ".dvcignore": b"",
        ".gitattributes": b"*.dvc text eol=lf lockable\n*.toml text eol=lf\n*.csv -text\n",
    }
    history.commit(MAIN, files, message="Found the vault\n", author=FOUNDER, expect=None)
