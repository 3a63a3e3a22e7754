# SPDX-License-Identifier: AGPL-3.0-or-later
"""One release as a folder that verifies anywhere, without the vault and without a network.

It holds the files, original and stamped, the record, the change order with its sign-offs, and the
signed commits of the vault they stand in, with just the trees that lead to them.  A manifest names
the sha256 of everything and is signed.  The same release in the same state gives the same bytes,
but for the moment of the export in ``state.json`` and what follows from it.
"""

from __future__ import annotations

import hashlib
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from release import change, export_verifier, onday, orders, settling
from release import log as release_log
from release.errors import PlaceTaken
from release.export_text import readme
from release.log import ReleaseLog, Revision
from vault import canonical, clock, durable
from vault.history import allowed, keyring
from vault.history.allowed import EXPORT, GIT
from vault.history.repository import History
from vault.home import Vault
from vault.ledger import people
from vault.ledger.people import Person

MANIFEST: Final = export_verifier.MANIFEST
SIGNATURE: Final = export_verifier.SIGNATURE
VERIFIER: Final = "verify.py"
ROLES: Final = ("engineer", "approver", "planner", "quality")
EXPORTED: Final = "revision.exported"


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: which revision in which state, where, and the sha256 of the manifest."""

    number: str
    rev: str
    state: str
    place: Path
    files: int
    manifest: str
    key: str


def export(
    vault: Vault, actor: Person, number: str, rev: str | None, out: Path, *, zipped: bool = False
) -> Exported:
    """Write a revision (None: the current one) into a new or empty folder, or into a zip file.

    Every byte is checked on the way out.  Raises NeverReleased, NoSuchRevision, PlaceTaken,
    MissingObject or DamagedObject, RoleNeeded for who only makes or receives parts.
    """
    people.require(actor, *ROLES)
    settling.settle(vault)
    log = ReleaseLog(vault)
    revision = log.wanted(number, rev)
    place = out if not zipped or out.suffix == ".zip" else out.with_name(f"{out.name}.zip")
    if place.exists() and (zipped or not place.is_dir() or any(place.iterdir())):
        raise PlaceTaken(where=place)
    texts = _texts(vault, log, revision)
    copies = dict(_copies(log, revision))
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in texts.items()}
    digests |= {name: digest for name, (_path, digest) in copies.items()}
    manifest = "".join(f"{digests[name]}  {name}\n" for name in sorted(digests)).encode()
    texts[MANIFEST] = manifest
    texts[SIGNATURE] = orders.signer(vault).seal(manifest, EXPORT)
    paths = {name: path for name, (path, _digest) in copies.items()}
    _write_zip(place, texts, paths, revision) if zipped else _write(place, texts, paths)
    digest = hashlib.sha256(manifest).hexdigest()
    with vault.ledger.writing(actor.name) as writing:
        writing.record(EXPORTED, f"item/{revision.number}", rev=revision.rev, manifest=digest)
    return Exported(
        revision.number, revision.rev, log.standing(revision.number, revision.rev), place,
        len(texts) + len(copies), digest, _signs(vault),
    )  # fmt: skip


def _copies(log: ReleaseLog, one: Revision) -> Iterator[tuple[str, tuple[Path, str]]]:
    for file in one.files:
        yield f"files/{file.name}", (log.path(one, file.name, stamped=False), file.sha256)
        if file.stamped is not None:
            path = log.path(one, file.name, stamped=True)
            yield f"stamped/{file.name}", (path, file.stamped.sha256)


def _texts(vault: Vault, log: ReleaseLog, one: Revision) -> dict[str, bytes]:
    """Return every file that is made for the export, by name."""
    history, tip = vault.history, log.tip or ""
    entry = onday.entry(vault, one.sequence).commit
    order = orders.load(vault, one.change).commit
    parts = [
        ("entry of the release log", entry,
         {release_log.record_path(one.number, one.rev): "record.json"}),
        ("change order", order, {change.FILE: "order.json"}),
        ("release log when this was exported", tip,
         {release_log.standing_path(one.number): "current.json"}),
    ]  # fmt: skip
    if log.recall(one.number, one.rev) is not None:
        parts[-1][2][release_log.recall_path(one.number, one.rev)] = "recall.json"
    texts: dict[str, bytes] = {}
    told = []
    for what, commit, files in parts:
        told.append({"what": what, "commit": commit, "files": files})
        for path, name in files.items():
            texts[name] = history.blob(commit, path) or b""
            texts |= dict(_proof(history, commit, path))
    state = _state(vault, log, one)
    texts["state.json"] = canonical.pretty(state)
    texts["evidence.json"] = canonical.pretty({"commits": told})
    texts["allowed_signers"] = allowed.written(
        replace(key, namespaces=f"{GIT},{EXPORT}") for key in keyring.keys_in(vault.keys)
    )
    texts[VERIFIER] = Path(export_verifier.__file__).read_bytes()
    texts["README.md"] = readme(one, state, entry, release_log.record_path(one.number, one.rev))
    return texts


def _proof(history: History, commit: str, path: str) -> Iterator[tuple[str, bytes]]:
    """Yield a commit, the trees on the way to a file, and the file, as git hashes them."""
    yield f"evidence/{commit}.commit", history.stored(commit)[1]
    parts = path.split("/")
    for depth in range(len(parts)):
        folder = history.tree(commit, "/".join(parts[:depth])) or ""
        yield f"evidence/{folder}.tree", history.stored(folder)[1]
    blob = history.folder(commit, "/".join(parts[:-1]))[parts[-1]].oid
    yield f"evidence/{blob}.blob", history.stored(blob)[1]


def _state(vault: Vault, log: ReleaseLog, one: Revision) -> dict[str, object]:
    """Return what the vault knows of a revision at this moment, also as a sentence."""
    standing, head = log.standing(one.number, one.rev), log.head()
    at = clock.now()
    says = f"When this was exported ({at}, entry {head.sequence} of the release log) it was "
    told: dict[str, object] = {
        "number": one.number, "rev": one.rev, "state": standing, "exported_at": at,
        "log_entry": head.sequence, "log_commit": log.tip, "key": _signs(vault), "ask": one.url,
        "superseded": None, "recalled": None,
    }  # fmt: skip
    newer = next((r for r in log.revisions(one.number) if r.sequence > one.sequence), None)
    if newer is not None:
        told["superseded"] = {"rev": newer.rev, "at": newer.released_at, "change": newer.change,
                              "log_entry": newer.sequence}  # fmt: skip
    recall = log.recall(one.number, one.rev)
    if recall is not None:
        told["recalled"] = {"at": recall.at, "by": recall.by, "reason": recall.reason,
                            "log_entry": recall.sequence}  # fmt: skip
        says += f"RECALLED, since {recall.at}: {recall.reason}."
    elif newer is not None:
        says += f"SUPERSEDED, since {newer.released_at} by {newer.rev} ({newer.change})."
    else:
        says += "CURRENT."
    told["says"] = f"{says} What happened later cannot be known here; ask {one.url}"
    return told


def _signs(vault: Vault) -> str:
    tip = ReleaseLog(vault).tip
    return keyring.current(keyring.keys_in(vault.keys), keyring.records(vault.history, tip))


def _write(place: Path, texts: dict[str, bytes], copies: dict[str, Path]) -> None:
    for name in [*texts, *copies]:
        (place / name).parent.mkdir(parents=True, exist_ok=True)
    for name, path in copies.items():
        shutil.copyfile(path, place / name)
    for name, data in texts.items():
        (place / name).write_bytes(data)
    durable.fsync_tree(place)


def _write_zip(
    place: Path, texts: dict[str, bytes], copies: dict[str, Path], one: Revision
) -> None:
    """Write a zip whose names and dates follow from the release, so that it can be made again."""
    date = tuple(clock.moment(one.released_at).timetuple()[:6])
    place.parent.mkdir(parents=True, exist_ok=True)
    aside = place.with_name(f".{place.name}.aside")
    with zipfile.ZipFile(aside, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in sorted([*texts, *copies]):
            entry = zipfile.ZipInfo(f"{place.stem}/{name}", date_time=date)  # type: ignore[arg-type]
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            with packed.open(entry, "w", force_zip64=True) as target:
                if name in copies:
                    with copies[name].open("rb") as source:
                        shutil.copyfileobj(source, target)
                else:
                    target.write(texts[name])
    durable.fsync_file(aside)
    aside.replace(place)
    durable.fsync_folder(place.parent)
