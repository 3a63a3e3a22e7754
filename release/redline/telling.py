# SPDX-License-Identifier: AGPL-3.0-or-later
"""A redline told whole: as data for programs, as lines for a terminal, as blocks for a PDF."""

from __future__ import annotations

import os
import secrets
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from release.redline import compare
from release.redline.compare import FileRedline, PageRedline
from release.redline.sides import Sides
from vault.errors import Refusal
from vault.home import Vault

MOST_BOXES: Final = 120
NOTHING: Final = "–"
LEGEND: Final = (
    "Removed is orange, added is blue, what stayed is grey. Sheets follow at their size; numbers "
    "beside frames are those of the lists."
)

Json = dict[str, Any]
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Told:
    """One file with all its pages compared; pages that could not be have a sentence instead."""

    file: FileRedline
    pages: tuple[PageRedline, ...]
    faults: tuple[str, ...]

    @property
    def verdict(self) -> str:
        """Return in one sentence what differs."""
        file = self.file
        if file.fault:
            return f"It could not be compared: {file.fault}"
        if file.change == "same":
            return "No difference: equal byte for byte."
        if file.change in {"new", "removed"}:
            return f"The file is {file.change}."
        if file.kind in {"pages", "drawing"}:
            return self._of_pages()
        if file.kind == "text":
            some = file.found.get("lines") or file.found.get("table", {}).get("rows")
            return "It differs as listed." if some else (
                "No difference in what it says; its bytes differ."
            )  # fmt: skip
        return "Its bytes differ."

    def _of_pages(self) -> str:
        same = sum(page.same for page in self.pages)
        equal = sum(page.equal and page.same for page in self.pages)
        count = len(self.pages)
        if self.pages and same == count and not self.faults:
            dpi = min(page.dpi for page in self.pages)
            how = f"every point equal at {dpi} dpi" if equal == count else (
                f"nothing that would be told at {dpi} dpi"
            )  # fmt: skip
            return f"No difference on {_many(count, 'page')}: {how}; its bytes differ."
        changed = sum(len(page.changes) + page.more for page in self.pages)
        moved = [page.pair.what for page in self.pages if page.pair.what != "paired"]
        said = [_many(changed, "change")] if changed else []
        said += [f"{_many(moved.count(what), 'page')} {what}" for what in ("inserted", "removed")
                 if what in moved]  # fmt: skip
        said += [f"{_many(same, 'page')} without a difference"] if same else []
        return ", ".join(said or ["Nothing could be compared"]) + "."


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def whole(vault: Vault, sides: Sides, tell: Tell = lambda _line: None) -> list[Told]:
    """Compare every file of an item with all its pages; ``tell`` hears what is worked on."""
    told = []
    for name in sides.names():
        tell(f"{sides.number} {name}")
        file = compare.file(vault, sides, name)
        pages, faults = [], []
        for pair in file.pages if file.change != "same" else ():
            tell(f"{sides.number} {name}, page {pair.place} of {len(file.pages)}")
            try:
                pages.append(compare.page(vault, sides, file, pair.place))
            except Refusal as refusal:
                if refusal.exit_code == 5:
                    raise
                faults.append(f"Page {pair.place}: {refusal}")
        told.append(Told(file, tuple(pages), tuple(faults)))
    return told


def data(sides: Sides, told: Sequence[Told]) -> Json:
    """Return a redline for programs."""
    return {
        "number": sides.number, "title": sides.title, "from": sides.from_label,
        "to": sides.after.label, "files": [_file(one) for one in told],
    }  # fmt: skip


def _file(told: Told) -> Json:
    file = told.file
    found = {name: value for name, value in file.found.items() if name != "pictures"}
    return {
        "name": file.name, "kind": file.kind, "change": file.change, "verdict": told.verdict,
        "before": asdict(file.before) if file.before else None,
        "after": asdict(file.after) if file.after else None,
        "facts": [list(one) for one in file.facts], **found,
        "fault": file.fault or None, "faults": list(told.faults), "pages_not_compared": file.cut,
        "pages": [
            {"before": page.pair.before or None, "after": page.pair.after or None,
             "what": page.pair.what, "verdict": page.verdict, "equal": page.equal,
             "text_equal": page.text_equal, "dpi": page.dpi, "sheet": page.pair.resized,
             "laid": page.laid, "zones": "printed" if page.printed_zones else "computed",
             "changes": list(page.changes), "more": page.more}
            for page in told.pages
        ],
    }  # fmt: skip


def said(change: Json) -> str:
    """Return a change in one line: ``Ø6.0 → Ø6.5, B4``."""
    if change["kind"] == "lines":
        return f"lines {change['what']}, {change['zone']}"
    if change["kind"] == "moved":
        return f"“{change['after']}” moved, {change['zone']}"
    if not change["before"] or not change["after"]:
        return f"“{change['before'] or change['after']}” {change['what']}, {change['zone']}"
    return f"{change['before']} → {change['after']}, {change['zone']}"


def lines(sides: Sides, told: Sequence[Told]) -> list[str]:
    """Return a redline for a terminal."""
    out = [f"{sides.number} {sides.title}: {sides.from_label} → {sides.after.label}"]
    for one in told:
        out.append(f"  {one.file.name}: {one.verdict}")
        for page in one.pages:
            head = f"    page {page.pair.after or page.pair.before}"
            notes = " ".join(filter(None, (page.pair.resized, page.laid)))
            if page.changes or notes or page.pair.what != "paired":
                out.append(f"{head}: {notes or page.verdict}")
            out += [f"      {said(change)}" for change in page.changes if change["kind"] != "lines"]
            out += _lines_changed(page)
            out += [f"      and {page.more} more places"] if page.more else []
        out += [f"    {fault}" for fault in one.faults]
        out += [f"    {row}" for row in _rows(one.file)]
    return out


def _lines_changed(page: PageRedline) -> list[str]:
    """Return where lines changed without words, the zones of one page in one line."""
    zones = Counter(change["zone"] for change in page.changes if change["kind"] == "lines")
    told = [zone if count == 1 else f"{zone} ({count})" for zone, count in sorted(zones.items())]
    return [f"      lines changed: {', '.join(told)}"] if told else []


def _rows(file: FileRedline) -> list[str]:
    table = file.found.get("table")
    if table:
        return [" | ".join(row) for row in cells(table)]
    if file.found.get("lines"):
        marks = {"added": "+", "removed": "-", "same": " ", "gap": "…"}
        return [f"{marks[line['what']]} {line['text']}" for line in file.found["lines"]]
    told = [f"{one['layer']}: {one['kind']} −{one['removed']} +{one['added']}"
            for one in file.found.get("entities", ())]  # fmt: skip
    if file.kind == "solid":
        told += [f"{what}: {old or NOTHING} → {now or NOTHING}"
                 for what, old, now in file.facts[2:] if old != now]  # fmt: skip
    return told


def cells(table: Json) -> list[list[str]]:
    """Return the rows of a table that differ, a changed cell as ``before → after``."""
    rows = []
    for row in table["rows"]:
        told = []
        for head in table["heads"]:
            old, now = row["before"].get(head, ""), row["after"].get(head, "")
            both = row["what"] == "changed" and head in row["changed"]
            told.append(f"{old or NOTHING} → {now or NOTHING}" if both else now or old)
        rows.append([row["what"], *told])
    return rows


# --- as PDF ------------------------------------------------------------------


def bind(vault: Vault, title: str, every: Sequence[tuple[Sides, Sequence[Told]]], out: Path) -> int:
    """Write a redline as PDF and return its pages; ``out`` appears whole or not at all."""
    blocks: list[list[Any]] = [["title", title]]
    sheets: list[Json] = []
    for sides, told in every:
        blocks.append(["head", f"{sides.number} {sides.title}"])
        blocks.append(["para", f"Before: {sides.from_label}. Now: {sides.after.label}."])
        for one in told:
            blocks += _blocks(one)
            sheets += _sheets(vault, sides, one)
    blocks.append(["note", LEGEND])
    aside = out.with_name(f".{out.name[:60]}.{secrets.token_hex(6)}.aside")
    limits = replace(vault.worker.limits, wall=120.0, cpu=100.0)
    try:
        made = vault.worker.call(
            "release.redline.report:bind", limits=limits, out=aside, blocks=blocks, sheets=sheets
        )
        os.replace(aside, out)  # noqa: PTH105 - atomic on every system
    finally:
        aside.unlink(missing_ok=True)
    return int(made["pages"])


def _blocks(one: Told) -> list[list[Any]]:
    file = one.file
    blocks: list[list[Any]] = [["head", file.name], ["para", one.verdict]]
    for page in one.pages:
        where = f"Page {page.pair.after or page.pair.before}."
        blocks.append(
            ["note", " ".join(filter(None, (where, page.verdict, page.pair.resized, page.laid)))]
        )
        if page.changes:
            rows = [
                [str(place), change["zone"], what(change), change["before"], change["after"]]
                for place, change in enumerate(page.changes, 1)
            ]
            blocks.append(
                ["table", ["No.", "Zone", "What", "Before", "Now"], [1, 1, 3, 5, 5], rows]
            )
        if page.more:
            blocks.append(["para", f"And {page.more} more places."])
    blocks += [["para", fault] for fault in one.faults]
    table = file.found.get("table")
    if table and table["rows"]:
        heads = ["What", *table["heads"]]
        blocks.append(["table", heads, [1.0] * len(heads), cells(table)])
    elif file.change in {"changed", "new", "removed"} and file.kind not in {"pages", "drawing"}:
        blocks += [["note", line] for line in _rows(file)[:400] if file.kind == "text"]
    if file.change != "same":
        facts = [
            [what, old or NOTHING, now or NOTHING] for what, old, now in file.facts if old != now
        ]
        blocks.append(["table", ["", "Before", "Now"], [2, 4, 4], facts])
    entities = file.found.get("entities")
    if entities:
        rows = [[e["layer"], e["kind"], str(e["removed"]), str(e["added"])] for e in entities]
        blocks.append(["table", ["Layer", "Entity", "Removed", "Added"], [4, 4, 2, 2], rows])
    return blocks


def what(change: Json) -> str:
    """Return what kind of change it is: ``number changed``, ``lines added``, ``moved``."""
    if change["kind"] == "lines":
        return f"lines {change['what']}"
    return "moved" if change["kind"] == "moved" else f"{change['kind']} {change['what']}"


def _sheets(vault: Vault, sides: Sides, one: Told) -> list[Json]:
    found = []
    for page in one.pages:
        if page.same:
            continue
        place = page.pair.place
        found.append({
            "picture": str(compare.picture(vault, sides, one.file, place, "changes")),
            "width": page.width * 25.4 / page.dpi, "height": page.height * 25.4 / page.dpi,
            "boxes": [[number, *change["box"]]
                      for number, change in enumerate(page.changes[:MOST_BOXES], 1)],
            "caption": f"{sides.number} {sides.from_label} to {sides.after.label}, {one.file.name}, "
                       f"page {page.pair.after or page.pair.before}: {page.verdict}",
        })  # fmt: skip
    return found
