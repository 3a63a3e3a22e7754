# SPDX-License-Identifier: AGPL-3.0-or-later
"""Vaults of any size in seconds: items of five files in their default folders, in one pack.

The objects the pointers speak of are left out: a check-in looks at none of them, and removing a
hundred thousand files from a disk takes minutes.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vault import following, founding, item, pointer
from vault.history import bulk, signing
from vault.history.repository import MAIN, Author
from vault.home import Vault
from vault.ledger import people
from vault.ledger.people import Person

FILES_OF_AN_ITEM = 5  # item.toml and four pointers
MATERIALS = ("EN AW-6082 T6", "1.4301", "S235JR", "POM-C", "C45+QT", "CuSn8", "PA12", "16MnCr5")
NOUNS = ("Bracket", "Housing", "Shaft", "Plate", "Cover", "Flange", "Bush", "Carriage", "Spacer",
         "Lever", "Guide", "Clamp", "Adapter", "Pulley", "Gasket", "Jaw")  # fmt: skip
SIDES = ("left", "right", "upper", "lower", "inner", "outer", "front", "rear", "short", "long")


def isolate() -> None:
    """Leave everything the person configured for git, Subversion and DVC out of what follows."""
    home = Path(tempfile.mkdtemp(prefix="titleblock-bench-home-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    (home / "gitconfig").write_text("[user]\n\tname = Bench\n\temail = bench@localhost\n")
    for name in [one for one in os.environ if one.startswith(("GIT_", "TITLEBLOCK_", "XDG_"))]:
        del os.environ[name]
    os.environ |= {
        "HOME": str(home), "GIT_CONFIG_GLOBAL": str(home / "gitconfig"),
        "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0", "DVC_NO_ANALYTICS": "1",
        "DVC_SITE_CACHE_DIR": str(home / "dvc"), "DVC_GLOBAL_CONFIG_DIR": str(home / "dvc"),
        "DVC_SYSTEM_CONFIG_DIR": str(home / "dvc"), "DVC_TEST": "1",
    }  # fmt: skip


def number(place: int) -> str:
    """Return the number of an item, as shops count: 10-0000 to 10-9999, then 11-0000."""
    return f"{10 + place // 10_000}-{place % 10_000:04}"


def manifest(place: int) -> bytes:
    """Return the ``item.toml`` of an item."""
    title = f"{NOUNS[place % 16]}, {SIDES[place // 16 % 10]} {place % 977}"
    return (
        f'number = "{number(place)}"\ntitle = "{title}"\nkind = "part"\nowner = "mchen"\n'
        f'material = "{MATERIALS[place % 8]}"\ndrawing_size = "A{place % 5}"\n'
    ).encode()


def tree(items: int, pointers: int = FILES_OF_AN_ITEM - 1) -> Iterator[tuple[str, bytes]]:
    """Yield path and bytes of every file in git."""
    for place in range(items):
        name = number(place)
        folder = item.default_folder(name)
        yield f"{folder}/{item.FILE}", manifest(place)
        for count in range(pointers):
            data = f"{name} {count}".encode()
            digests = hashlib.md5(data).hexdigest(), len(data), hashlib.sha256(data).hexdigest()
            called = f"{name}_{count}.step"
            yield f"{folder}/{called}.dvc", pointer.write(pointer.Pointer(called, *digests))


def found(root: Path) -> tuple[Vault, Person]:
    """Return a new vault and an engineer in it; the approver is ``mchen``."""
    vault = founding.found(root, "ada", public_url="https://vault.example")
    people.add(vault.ledger, "ada", "mchen", ["approver"], "Mei Chen", "mchen@shop.example")
    engineer = people.add(
        vault.ledger, "ada", "eli", ["engineer"], "Eli Brandt", "eli@shop.example"
    )
    return vault, engineer


def fill(vault: Vault, files: dict[str, bytes], follow: bool = True) -> None:
    """Put files on ``main`` as one commit, past every gate, and bring the catalogue up to it."""
    signer = signing.Signer(vault.history, signing.key_in(vault.keys))
    step = bulk.Step(Author("eli", "eli@shop.example"), int(time.time()), "Fill\n", files)
    bulk.pile_up(signer, MAIN, [step], vault.history.tip(MAIN) or "")
    if follow:
        following.follow(vault)


@contextmanager
def place(folder: Path) -> Iterator[Path]:
    """Give a folder that is removed afterwards."""
    made = Path(tempfile.mkdtemp(prefix="titleblock-bench-", dir=folder))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)
