# SPDX-License-Identifier: AGPL-3.0-or-later
"""Backup: a second vault of the same content, made while the first one works.

The order makes it sound without stopping anybody: the ledger first, then the
refs of history, then the objects, which only ever grow.  What history knows
more than the ledger is told to it again when the copy is first used.  A later
backup into the same folder copies only what is new.

What a damaged vault still has is saved all the same, and what is lost is named: a
backup is wanted most when something is wrong.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from vault import canonical, clock, durable, errors, home, settings
from vault.history import keyring
from vault.home import Vault
from vault.ledger import copying
from vault.objects._folder import FolderStore

NOTE: Final = "BACKUP.json"
OBJECTS: Final = "objects"
LEDGER: Final = "ledger.db"
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Reference:
    """An object that a record refers to, and where that record is, in words."""

    md5: str
    where: str


@dataclass(frozen=True, slots=True)
class Lost:
    """An object the vault has no right bytes of: its md5, what refers to it, what is wrong."""

    md5: str
    where: str
    what: str


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup holds: when it was made (UTC), from where, how many objects and refs.

    ``lost`` names what the vault itself has not, or not as it was.
    """

    made_at: str
    source: str
    objects: int
    copied: int
    refs: int
    lost: tuple[Lost, ...] = ()


def back_up(
    vault: Vault, place: Path, progress: Progress, wanted: Iterable[Reference] = ()
) -> Backup:
    """Copy a vault into a folder, new or holding an earlier backup; return what it holds.

    The folder then is a vault of its own, signing key included: keep it as safe as the first.
    Objects whose bytes are damaged, and those of ``wanted`` that are missing, are left out and
    told.  Raises VaultExists where something else is there, and StoreAway.
    """
    place = place.resolve()
    _fit(vault, place)
    place.mkdir(parents=True, exist_ok=True)
    (place / NOTE).unlink(missing_ok=True)  # until all is there it is no backup
    progress("ledger")
    copying.copy(home.ledger_url(vault.settings.ledger, vault.root), place / LEDGER)
    progress("history")
    with keyring.signing(vault.keys):  # the log and the keys have to be of one moment
        refs = _copy_history(vault.root / home.GIT, place / home.GIT)
        _copy_keys(vault.keys, place / home.KEYS)
    total, copied, lost = _copy_objects(vault, place / OBJECTS, progress, wanted)
    _copy_settings(vault, place)
    durable.fsync_tree(place / home.GIT)
    made = Backup(clock.now(), str(vault.root), total, copied, refs, lost)
    told = {"made_at": made.made_at, "source": made.source, "objects": total, "refs": refs,
            "lost": [asdict(one) for one in lost]}  # fmt: skip
    durable.write(place / NOTE, canonical.pretty(told))
    return made


def restore(place: Path, root: Path, progress: Progress) -> Vault:
    """Make a vault of a backup in an empty folder and return it opened; the backup stays as it is.

    Raises NoBackup, VaultExists, and DamagedObject for bytes that are not what they were; what was
    lost before the backup was made is missing, as `titleblock verify` will say.
    """
    if not (place / NOTE).is_file():
        raise errors.NoBackup(where=place)
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise errors.VaultExists(where=root)
    copy = home.open_vault(place)
    try:
        for one in back_up(copy, root, progress).lost:
            raise errors.DamagedObject(name=one.md5, why=one.what)
    except BaseException:
        shutil.rmtree(root, ignore_errors=True)
        raise
    finally:
        copy.close()
    (root / NOTE).unlink()
    return home.open_vault(root)


def _fit(vault: Vault, place: Path) -> None:
    inside = place == vault.root or vault.root in place.parents
    other = place.exists() and any(place.iterdir()) and not (place / LEDGER).exists()
    if inside or other:
        raise errors.VaultExists(where=place)


def _copy_history(source: Path, target: Path) -> int:
    """Copy refs as they are now, then every object: a ref never points at what is not there."""
    refs = {path: path.read_bytes() for path in _files(source, "refs")}
    packed = source / "packed-refs"
    plain = {name: (source / name).read_bytes() for name in ("HEAD", "config")}
    if packed.exists():
        plain["packed-refs"] = packed.read_bytes()
    for path in _files(source, "objects"):
        copy = target / path.relative_to(source)
        if not copy.exists():
            _copied(path, copy)
    for path in _files(target, "refs"):
        if source / path.relative_to(target) not in refs:
            path.unlink()
    for name in ("objects/info", "objects/pack", "refs/heads", "refs/tags"):
        (target / name).mkdir(parents=True, exist_ok=True)
    for path, data in refs.items():
        copy = target / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        durable.write(copy, data)
    for name, data in plain.items():
        durable.write(target / name, data)
    return len(refs)


def _files(root: Path, below: str) -> Iterator[Path]:
    for folder, _folders, files in os.walk(root / below):
        for name in files:
            if not name.endswith(".lock") and not name.startswith(("tmp_", ".")):
                yield Path(folder) / name


def _copy_objects(
    vault: Vault, place: Path, progress: Progress, wanted: Iterable[Reference]
) -> tuple[int, int, tuple[Lost, ...]]:
    """Copy what is there, then ask the records for what is not.

    The records are asked last: an object comes before the record that refers to it, so one that was
    missed by the list because it came meanwhile is copied now.
    """
    store = FolderStore.create(place)
    there: set[str] = set()
    damaged: dict[str, str] = {}
    copied = 0
    for md5 in vault.objects.digests():
        there.add(md5)
        if not store.has(md5):
            progress(f"object {len(there)}")
            copied += _copied_object(vault, store, md5, damaged)
    progress("records")
    lost: dict[str, Lost] = {}
    for one in wanted:
        if one.md5 in lost or (one.md5 in there and one.md5 not in damaged):
            continue
        if one.md5 not in there and vault.objects.has(one.md5):
            there.add(one.md5)
            copied += store.has(one.md5) or _copied_object(vault, store, one.md5, damaged)
        if one.md5 in damaged or one.md5 not in there:
            what = damaged.get(one.md5) or (
                "its bytes are missing in the vault; this backup has them from before"
                if store.has(one.md5) else "its bytes are missing"
            )  # fmt: skip
            lost[one.md5] = Lost(one.md5, one.where, what)
    for md5 in damaged.keys() - lost.keys():
        lost[md5] = Lost(md5, f"the object {md5}", damaged[md5])
    return (
        len(there - damaged.keys()),
        copied,
        tuple(sorted(lost.values(), key=lambda one: one.where)),
    )


def _copied_object(vault: Vault, store: FolderStore, md5: str, damaged: dict[str, str]) -> int:
    """Copy an object and return 1; where its bytes are not right, say so in ``damaged``."""
    try:
        digest = vault.objects.identify(md5, md5)
        with vault.objects.open(digest, md5) as stream:
            if store.put(stream, md5) == digest:
                return 1
    except errors.DamagedObject as fault:
        damaged[md5] = str(fault.facts["why"])
    except errors.MissingObject:
        damaged[md5] = "its bytes are missing"  # they went between two looks
    else:
        damaged[md5] = "it changed while it was copied"
    return 0


def _copy_keys(source: Path, target: Path) -> None:
    target.mkdir(mode=0o700, exist_ok=True)
    kept = {path.name: path for path in source.iterdir() if not path.name.startswith(".")}
    for path in target.iterdir():
        if path.name not in kept and path.is_file():
            path.unlink()  # a key that was replaced since the last backup
    for path in kept.values():
        if path.is_dir():  # certificates stand in a folder of their own
            _copy_keys(path, target / path.name)
            continue
        mode = 0o644 if path.suffix == ".pub" or path.name == "allowed_signers" else 0o600
        durable.write(target / path.name, path.read_bytes(), mode)


def _copy_settings(vault: Vault, place: Path) -> None:
    durable.write(place / settings.FILE, (vault.root / settings.FILE).read_bytes())
    settings.write(place / settings.FILE, storage=OBJECTS, ledger=f"sqlite:///{LEDGER}")


def _copied(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(f".{target.name}.aside")
    shutil.copyfile(source, aside)
    shutil.copymode(source, aside)
    durable.fsync_file(aside)
    aside.replace(target)
