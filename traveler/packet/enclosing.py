# SPDX-License-Identifier: AGPL-3.0-or-later
"""The files of evidence in a packet: as they came, or a copy without the words that do not leave.

A picture goes as it was drawn anew, whatever it was filed as, since the original knows where it was
taken.  What cannot be looked through does not go: the packet is held until somebody keeps it inside,
or gives it in a form that can.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

from release.printed.placing import placed
from traveler.packet import redaction
from traveler.packet.records import Let
from traveler.packet.redaction import Redaction
from traveler.packet.sections import Enclosed, Held
from traveler.quality import media
from traveler.quality.evidence_records import Evidence, EvidenceFile
from vault import canonical, derived, trimming
from vault.errors import UnreadableFile, WorkerGaveUp
from vault.home import Vault
from vault.worker import Limits

LIMITS: Final = Limits(cpu=30, wall=60)
FOLDER: Final = "packets"
"""Copies without words are kept in the cache under what they were made of."""
_FORMS: Final = {
    media.PDF.name: "pdf", media.TEXT.name: "text", media.XML.name: "text", media.STEP.name: "text",
    media.OFFICE.name: "office",
}  # fmt: skip

_MENDED: Final = frozenset({redaction.ACTIVE, redaction.PROPERTIES})
"""What a copy is without, so that it holds nothing."""
_ACTS: Final = frozenset({"macros", "controls that act by themselves"})
_NOTHING: Final = Redaction().as_json()


@dataclass(frozen=True, slots=True)
class Files:
    """The files by evidence, what holds the packet, and what was let go though it would hold it."""

    by: dict[int, Enclosed]
    faults: tuple[str, ...] = ()
    held: tuple[Held, ...] = ()
    let: tuple[tuple[int, str], ...] = ()


class _Holds(Exception):
    def __init__(self, what: Sequence[str], *, may: bool) -> None:
        super().__init__()
        self.what, self.may = tuple(what), may


def enclose(
    vault: Vault, kept: Sequence[Evidence], hidden: Redaction, let: Mapping[int, Let]
) -> Files:
    """Return the files of evidence as they go into the packet; raises what reading damaged bytes does.

    ``let`` says which may leave with what lies in them: exactly that, and nothing found since.
    """
    names, found, faults, held, gone = _Names(hidden), {}, [], list[Held](), list[tuple[int, str]]()
    for one in kept:
        file = _file(one)
        if file is None:
            continue
        name = names.given(one, file)
        part = "photos" if one.kind == "photo" else "documents"
        path = vault.objects.path(file.digest)
        try:
            allowed = let.get(one.root)
            path, sha256, what = _looked(vault, path, file, hidden, allowed.what if allowed else ())
        except _Holds as holds:
            held.append(Held(one.root, file.name, holds.what, holds.may))
            continue
        except (UnreadableFile, WorkerGaveUp) as fault:
            why = fault.facts.get("reason") or f"reading it ended at {fault.facts.get('limit')}"
            faults.append(f"evidence {one.root}, {file.name}: {why}")
            continue
        cleaned = file.digest.sha256 if sha256 != file.digest.sha256 else ""
        found[one.id] = Enclosed(name, path, sha256, part, cleaned)
        if what and allowed:
            said = f"{name} leaves with {'; '.join(what)} ({allowed.person}: {allowed.why})"
            gone.append((one.root, said))
    faults += [one.sentence for one in held]
    return Files(found, tuple(faults), tuple(held), tuple(gone))


def names_found(vault: Vault, path: Path, name: str, hidden: Redaction) -> list[str]:
    """Return the words a released PDF says, which is never changed; raises as reading does."""
    told = Redaction(hidden.firm, {}, hidden.own).as_json()
    return [one for one in _look(vault, path, "pdf", told, name)[0] if one != redaction.ACTIVE]


def harmless(vault: Vault, path: Path, file: EvidenceFile) -> Path:
    """Return a file that does not act by itself: as it is, or a copy; raises as reading does."""
    form = _form(file)
    if not form:
        return path
    found, unseen = _look(vault, path, form, _NOTHING, file.name)
    if acts := [one for one in unseen if one in _ACTS]:
        raise UnreadableFile(name=file.name, reason=f"it holds {'; '.join(acts)}")
    return _copied(vault, path, file, form, _NOTHING) if found else path


def unseen_in(
    vault: Vault, path: Path, file: EvidenceFile, hidden: Redaction
) -> tuple[list[str], list[str]]:
    """Return the words a file says that must not be seen, and what lies in it unseen."""
    form = _form(file)
    found, unseen = _look(vault, path, form, hidden.as_json(), file.name) if form else ([], [])
    return [one for one in found if one not in _MENDED], unseen


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _file(one: Evidence) -> EvidenceFile | None:
    """Return what a customer gets: a picture as drawn anew, anything else as it came."""
    return one.file("shown") or one.file("original")


def _looked(
    vault: Vault, path: Path, file: EvidenceFile, hidden: Redaction, let: Collection[str]
) -> tuple[Path, str, list[str]]:
    """Return the bytes that leave, their sha256, and what was let go with them; raises _Holds."""
    form = _form(file)
    if not form:  # pixels that were drawn anew
        return path, file.digest.sha256, []
    told = hidden.as_json()
    found, unseen = _look(vault, path, form, told, file.name)
    what = _what(found, unseen) if form == "office" else []
    others = hidden.of_others(found) if what else []
    if others or not set(what) <= set(let):
        raise _Holds(what, may=not others)
    if not found:
        return path, file.digest.sha256, what
    out = _copied(vault, path, file, form, told)
    return out, sha256_of(out), what


def _what(found: Sequence[str], unseen: Sequence[str]) -> list[str]:
    """Return what holds an office file, in words."""
    return [*(f"the word “{one}”" for one in found if one not in _MENDED), *unseen]


def _copied(vault: Vault, path: Path, file: EvidenceFile, form: str, told: dict[str, Any]) -> Path:
    mark = hashlib.sha256(canonical.dumps([file.digest.sha256, form, told])).hexdigest()
    out = vault.cache / FOLDER / mark
    if not trimming.used(out):
        out.parent.mkdir(parents=True, exist_ok=True)
        with placed(out) as aside:
            vault.worker.call("traveler.packet.clean:copy", limits=LIMITS, path=path, out=aside,
                              form=form, words=told, name=file.name)  # fmt: skip
        derived.added(vault.root, out)
    return out


def _form(file: EvidenceFile) -> str:
    form = _FORMS.get(file.media, "")
    table = PurePosixPath(file.name).suffix.casefold() in {".csv", ".tsv"}
    return "table" if form == "text" and table else form


def _look(
    vault: Vault, path: Path, form: str, told: dict[str, Any], name: str
) -> tuple[list[str], list[str]]:
    answer = vault.worker.call("traveler.packet.clean:look", limits=LIMITS, path=path, form=form,
                               words=told, name=name)  # fmt: skip
    return [str(one) for one in answer["found"]], [str(one) for one in answer["unseen"]]


class _Names:
    """Names in the zip, each once whatever the files were called."""

    def __init__(self, hidden: Redaction) -> None:
        self._taken: set[str] = set()
        self._hidden = hidden

    def given(self, one: Evidence, file: EvidenceFile) -> str:
        """Return the name of a file of evidence, its number before the name it came with."""
        folder = "photos" if one.kind == "photo" else "documents"
        told = PurePosixPath(file.name)
        stem = told.name if not self._hidden.named(told.name) else f"file{told.suffix}"
        name = f"{folder}/{one.id:04d}-{stem}"
        while name.casefold() in self._taken:
            name = f"{folder}/x-{name.rpartition('/')[2]}"
        self._taken.add(name.casefold())
        return name
