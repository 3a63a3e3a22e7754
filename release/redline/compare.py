# SPDX-License-Identifier: AGPL-3.0-or-later
"""What differs in one file, found in the worker process and kept by the content of both sides.

Everything under ``<vault>/cache/redline`` is derived: its names are made from both SHA-256s and the
way of comparing, so it can never belong to other bytes, and it may be removed at any time.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Literal

from release.change import FileFact
from release.errors import NoSuchRedline
from release.redline.sides import Side, Sides
from vault import derived, trimming
from vault.errors import Refusal
from vault.home import Vault
from vault.objects.store import Digest
from vault.reading import models

Kind = Literal["pages", "drawing", "text", "solid", "bytes"]
Json = dict[str, Any]

VERSION: Final = 2
"""Raised where the same bytes would be compared with another outcome."""
TEXTS: Final = frozenset({
    "csv", "txt", "md", "toml", "json", "xml", "yaml", "yml", "ini",
    "nc", "ngc", "gcode", "tap", "cnc", "mpf", "h", "iso",
})  # fmt: skip
SOLIDS: Final = frozenset({"stl", "step", "stp"})
LARGEST_TEXT: Final = 2 << 20
PICTURES: Final = ("before", "after", "changes")
MARGIN_MM: Final = 6.0
"""How much of the sheet is shown around a change."""


def kind_of(name: str, size: int = 0) -> Kind:
    """Return how files of this name are compared."""
    ending = name.lower().rpartition(".")[2]
    if ending == "pdf":
        return "pages"
    if ending == "dxf":
        return "drawing"
    if ending in TEXTS and size <= LARGEST_TEXT:
        return "text"
    return "solid" if ending in SOLIDS else "bytes"


@dataclass(frozen=True, slots=True)
class PagePair:
    """Two pages that belong together, counted from 1, 0 where there is none; sizes in mm."""

    place: int
    before: int
    after: int
    size_before: tuple[float, float] | None
    size_after: tuple[float, float] | None
    alike: bool

    @property
    def what(self) -> str:
        """Return whether the page was inserted, removed, or is on both sides."""
        return "inserted" if not self.before else "removed" if not self.after else "paired"

    @property
    def resized(self) -> str:
        """Return the change of the sheet's size in words, empty where there is none."""
        old, now = self.size_before, self.size_after
        if old is None or now is None or max(abs(old[0] - now[0]), abs(old[1] - now[1])) < 0.5:
            return ""
        return f"the sheet was {old[0]:g} × {old[1]:g} mm and is {now[0]:g} × {now[1]:g} mm now"


@dataclass(frozen=True, slots=True)
class FileRedline:
    """What differs in one file, without its pages' pictures.

    ``change`` is new, removed, changed or same (byte for byte); ``fault`` is the sentence of the
    refusal where it could not be compared.  ``facts`` are lines of what, before, after; ``found``
    is what the kind of file has: a table, lines of text, entities of a drawing.
    """

    name: str
    kind: Kind
    change: str
    before: FileFact | None
    after: FileFact | None
    facts: tuple[tuple[str, str, str], ...] = ()
    pages: tuple[PagePair, ...] = ()
    cut: int = 0
    found: Json = field(default_factory=dict)
    fault: str = ""

    def page(self, place: int) -> PagePair:
        """Return a pair of pages by its place, counted from 1; raises NoSuchRedline."""
        for one in self.pages:
            if one.place == place:
                return one
        raise NoSuchRedline(name=self.name, what=f"page {place}")


@dataclass(frozen=True, slots=True)
class PageRedline:
    """What differs on one pair of pages: the numbers of the comparison, and the changes."""

    pair: PagePair
    dpi: int
    width: int
    height: int
    equal: bool
    text_equal: bool
    has_text: bool
    printed_zones: bool
    shift: Json
    changes: tuple[Json, ...]
    more: int

    @property
    def same(self) -> bool:
        """Say whether nothing differs that would be told."""
        return self.pair.what == "paired" and not self.changes

    @property
    def verdict(self) -> str:
        """Return in words what was compared, and how closely."""
        if self.pair.what != "paired":
            return f"This page was {self.pair.what}."
        words = ("text equal" if self.has_text else "it holds no text that could be compared"
                 ) if self.text_equal else "text differs"  # fmt: skip
        if self.equal:
            return f"No difference: every point equal at {self.dpi} dpi, {words}."
        told = f"less than a point ({25.4 / self.dpi:.2f} mm) aside, or fainter than 10 % grey"
        if self.same:
            return (
                f"No difference that would be told at {self.dpi} dpi; {words}. "
                f"Points differ, but all of them {told}."
            )
        return f"Compared at {self.dpi} dpi; what is {told} is not told."

    @property
    def laid(self) -> str:
        """Return how the page before was laid on the page now, empty where nothing was done."""
        scale, right, down = (self.shift[name] for name in ("scale", "right", "down"))
        said = []
        if abs(scale - 1) > 1e-9:
            said.append(f"scaled to {scale:.2%}")
        if right or down:
            said.append(
                f"moved {right * 25.4 / 72:+.2f} mm right and {down * 25.4 / 72:+.2f} mm down"
            )
        return f"For comparison the sheet before was {' and '.join(said)}." if said else ""


def file(vault: Vault, sides: Sides, name: str) -> FileRedline:
    """Return what differs in a file; what cannot be compared says so in ``fault``.

    Raises NoSuchRedline where neither side has the file, MissingObject or DamagedObject where its
    bytes are not what was recorded.
    """
    before = sides.before.file(name) if sides.before else None
    after = sides.after.file(name)
    there = after or before
    if there is None:
        raise NoSuchRedline(name=sides.number, what=name)
    kind = kind_of(name, max(one.size for one in (before, after) if one))
    told = FileRedline(name, kind, sides.change(name), before, after, _bytes(before, after))
    if told.change == "same" and kind in {"text", "bytes", "solid"}:
        return told
    try:
        return _compared(vault, sides, told)
    except Refusal as refusal:
        if refusal.exit_code == 5:
            raise
        return replace(told, fault=str(refusal))


def _bytes(before: FileFact | None, after: FileFact | None) -> tuple[tuple[str, str, str], ...]:
    return (
        ("Size in bytes", str(before.size) if before else "", str(after.size) if after else ""),
        ("sha256", before.sha256 if before else "", after.sha256 if after else ""),
    )


def _compared(vault: Vault, sides: Sides, told: FileRedline) -> FileRedline:
    if told.kind in {"pages", "drawing"}:
        found = _kept(
            vault, told, "survey.json", lambda folder: _surveyed(vault, sides, told, folder)
        )
        pages = tuple(
            PagePair(place, one["before"] or 0, one["after"] or 0, _size(one["size_before"]),
                     _size(one["size_after"]), one["alike"])
            for place, one in enumerate(found.pop("pages"), 1)
        )  # fmt: skip
        return replace(told, pages=pages, cut=found.pop("cut"), found=found)
    if told.kind == "text":
        found = _kept(vault, told, "text.json", lambda _folder: vault.worker.call(
            "release.redline.tables:differences", **_paths(vault, sides, told.name), name=told.name
        ))  # fmt: skip
        return replace(told, found=found)
    if told.kind == "solid":
        found = _kept(vault, told, "solid.json", lambda folder: _solid(vault, sides, told, folder))
        lines = tuple((what, old, now) for what, old, now in found["facts"])
        return replace(told, facts=(*told.facts, *lines), found={"pictures": found["pictures"]})
    return told


def _size(told: list[float] | None) -> tuple[float, float] | None:
    return (told[0], told[1]) if told else None


def _surveyed(vault: Vault, sides: Sides, told: FileRedline, folder: Path) -> Json:
    """Match the pages of both; a drawing is first drawn as pages, both into one frame."""
    drawn: Json = {}
    paths: dict[str, Any] = dict(_paths(vault, sides, told.name))
    if told.kind == "drawing":
        drawn = vault.worker.call(
            "release.redline.drawn:both", **paths, folder=folder, name=told.name
        )
        paths = {side: folder / f"{side}.pdf" if path else "" for side, path in paths.items()}
    found = vault.worker.call("release.redline.sheets:survey", **paths, name=told.name)
    return {**drawn, **found}


def _solid(vault: Vault, sides: Sides, told: FileRedline, folder: Path) -> Json:
    paths = _paths(vault, sides, told.name)
    facts: dict[str, dict[str, str]] = {}
    for side, path in paths.items():
        if path:
            answer = vault.worker.call("release.redline.solids:facts", path=path, name=told.name)
            facts[side] = dict(answer["facts"])
    old, now = facts.get("before", {}), facts.get("after", {})
    heads = list(dict.fromkeys([*now, *old]))
    drawn = []
    if told.name.lower().endswith(".stl"):
        vault.worker.call(
            "release.redline.solids:picture", **paths, out_before=folder / "before.png",
            out_after=folder / "after.png", name=told.name,
        )  # fmt: skip
        drawn = [side for side, path in paths.items() if path]
    else:
        for side in facts:
            facts[side] |= _modelled(vault, sides, told.name, side, folder)
        drawn = [side for side in facts if (folder / f"{side}.png").exists()]
        heads = list(dict.fromkeys([*now, *old]))
    return {
        "facts": [[head, old.get(head, ""), now.get(head, "")] for head in heads],
        "pictures": drawn,
    }


def _modelled(vault: Vault, sides: Sides, name: str, side: str, folder: Path) -> dict[str, str]:
    """Return the volume and box of a STEP file, and put its picture aside.

    A modeller that is not installed, or that cannot read it, is said in place of the volume: the
    rest of the comparison, from the file's own text, stands.
    """
    where = sides.before if side == "before" else sides.after
    file = where.file(name) if where is not None else None
    if file is None or not file.md5:
        return {}
    try:
        made = models.model(vault, Digest(file.md5, file.sha256, file.size), name)
    except Refusal as refusal:
        return {"Volume": f"cannot be told: {refusal}"}
    shutil.copyfile(made.picture, folder / f"{side}.png")
    told = made.facts
    closed = "" if told["closed"] else " (its surface is not closed)"
    return {
        "Box of its surfaces, mm": " × ".join(f"{one:g}" for one in told["box"]),
        "Volume, mm³": f"{told['volume']:.6g}{closed}",
        "Surface, mm²": f"{told['area']:.6g}",
        "Parts": str(told["parts"]),
    }


def page(vault: Vault, sides: Sides, told: FileRedline, place: int) -> PageRedline:
    """Return what differs on a pair of pages; makes its pictures too.

    Raises NoSuchRedline, UnreadableFile, WorkerGaveUp.
    """
    pair = told.page(place)

    def work(folder: Path) -> Json:
        return vault.worker.call(
            "release.redline.sheets:compare", **_sheets(vault, sides, told),
            page_before=pair.before, page_after=pair.after, folder=folder, name=told.name,
        )  # fmt: skip

    found = _kept(vault, told, f"page-{pair.before}-{pair.after}/page.json", work)
    return PageRedline(pair=pair, **{**found, "changes": tuple(found["changes"])})


def picture(vault: Vault, sides: Sides, told: FileRedline, place: int, what: str) -> Path:
    """Return a picture of a pair of pages: ``before``, ``after``, ``changes``, or ``change-3``.

    A solid has ``before`` and ``after`` on page 1.  Raises NoSuchRedline.
    """
    if told.kind == "solid":
        if place != 1 or what not in told.found.get("pictures", ()):
            raise NoSuchRedline(name=told.name, what=what)
        kept = _folder(vault, told) / f"{what}.png"
        if not trimming.used(kept):
            shutil.rmtree(kept.parent, ignore_errors=True)
            file(vault, sides, told.name)
        return kept
    seen = page(vault, sides, told, place)
    folder = _folder(vault, told) / f"page-{seen.pair.before}-{seen.pair.after}"
    if what in PICTURES:
        kept = folder / f"{what}.png"
        if not trimming.used(kept):  # somebody cleared a part of the cache
            shutil.rmtree(folder)
            page(vault, sides, told, place)
        return kept
    number = what.removeprefix("change-")
    if not (number.isascii() and number.isdigit() and 1 <= int(number) <= len(seen.changes)):
        raise NoSuchRedline(name=told.name, what=what)
    kept = folder / f"{what}.png"
    if not trimming.used(kept):
        aside = folder / f".{secrets.token_hex(8)}.aside"
        try:
            vault.worker.call(
                "release.redline.sheets:crop", **_sheets(vault, sides, told),
                page_before=seen.pair.before, page_after=seen.pair.after, shift=seen.shift,
                box=around(seen.changes[int(number) - 1]["box"]), out=aside, name=told.name,
            )  # fmt: skip
            os.replace(aside, kept)  # noqa: PTH105 - atomic on every system
            derived.added(vault.root, kept)
        finally:
            aside.unlink(missing_ok=True)
    return kept


def around(box: list[float]) -> list[float]:
    """Return the part of a sheet that is shown for a change, in mm."""
    left, top, right, bottom = box
    wide = max(MARGIN_MM, (30 - (right - left)) / 2)
    high = max(MARGIN_MM, (16 - (bottom - top)) / 2)
    return [left - wide, top - high, right + wide, bottom + high]


def _paths(vault: Vault, sides: Sides, name: str) -> dict[str, Any]:
    def path(side: Side | None) -> Path | str:
        return side.path(vault, name) if side and side.file(name) else ""

    return {"before": path(sides.before), "after": path(sides.after)}


def _sheets(vault: Vault, sides: Sides, told: FileRedline) -> dict[str, Any]:
    paths = _paths(vault, sides, told.name)
    if told.kind != "drawing":
        return paths
    folder = _folder(vault, told)
    if not all(trimming.used(folder / f"{side}.pdf") for side, path in paths.items() if path):
        shutil.rmtree(folder, ignore_errors=True)  # somebody cleared a part of the cache
        file(vault, sides, told.name)
    return {side: folder / f"{side}.pdf" if path else "" for side, path in paths.items()}


def _folder(vault: Vault, told: FileRedline) -> Path:
    sides = [one.sha256 if one else "" for one in (told.before, told.after)]
    key = hashlib.sha256(f"{VERSION}:{told.kind}:{told.name}:{sides}".encode()).hexdigest()[:40]
    return vault.cache / "redline" / key[:2] / key


def _kept(vault: Vault, told: FileRedline, name: str, work: Any) -> Json:
    """Return an answer that is kept, else let it be made with its files in a folder of their own.

    The answer is written last, so that where it is, its files are.
    """
    kept = _folder(vault, told) / name
    with contextlib.suppress(FileNotFoundError, ValueError):
        found: Json = json.loads(kept.read_bytes())
        trimming.used(kept)
        return found
    place = kept.parent
    aside = vault.cache / "redline" / f".{secrets.token_hex(8)}.aside"
    aside.mkdir(parents=True)
    try:
        made: Json = work(aside)
        place.mkdir(parents=True, exist_ok=True)
        beside = [place / one.name for one in aside.iterdir()]
        for one in beside:
            os.replace(aside / one.name, one)  # noqa: PTH105 - atomic on every system
        answer = aside / kept.name
        answer.write_text(json.dumps(made), "utf-8")
        os.replace(answer, kept)  # noqa: PTH105
        derived.added(vault.root, kept, *beside)
        return made
    finally:
        shutil.rmtree(aside, ignore_errors=True)
