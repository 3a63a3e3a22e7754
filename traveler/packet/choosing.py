# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a template leaves out of a packet, said in words, and where it may not.

A packet never claims to be whole when it is not: whatever stays in the shop is named, in the packet
itself and before it is issued.  What the customer or the job asks for as proof cannot be left out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from release.rules.packets import HIDDEN, NAMES, PARTS, Template
from traveler.packet import enclosing
from traveler.packet.judging import finding
from traveler.packet.redaction import Redaction
from traveler.packet.sections import Block, Enclosed, Facts, Finding, Grid, Section, Text
from traveler.quality.evidence_records import Evidence
from traveler.quality.proof import Line, ProofState
from vault.home import Vault

TITLE: Final = "What is left out of this packet"
WHOLE: Final = "Nothing: all that is on record of this job is in it."
_PART_OF: Final = {
    "measurement": "results", "photo": "photos", "certificate": "documents", "heat": "documents",
    "document": "documents", "note": "documents",
}  # fmt: skip
"""The part in which a kind of proof is shown; any other kind is somebody's word, in the list."""
_TABLES: Final = {"history.csv": "history", "results.csv": "results"}
_WAY: Final = "leave that part out by the template, or show it"


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything there is for a packet: its sections, its files, and the tables written anew."""

    sections: tuple[Section, ...]
    files: tuple[Enclosed, ...]
    texts: Mapping[str, bytes]

    @property
    def names(self) -> set[str]:
        """Return the parts there is something of."""
        found = {one.part for one in self.sections} | {one.part for one in self.files}
        return found | {_TABLES[name] for name in self.texts}

    def of(self, template: Template) -> Parts:
        """Return what a template lets in."""
        out = template.leave_out
        return Parts(
            tuple(one for one in self.sections if one.part not in out),
            tuple(one for one in self.files if one.part not in out),
            {name: data for name, data in self.texts.items() if _TABLES[name] not in out},
        )


def spoken(vault: Vault, parts: Parts, hidden: Redaction) -> Iterator[str]:
    """Yield each word that stands where nothing may be changed: in what was released or signed."""
    for one in parts.sections:
        if not one.fixed:
            continue
        told = "\n".join([one.title, *(_text(block) for block in one.blocks)])
        for word in hidden.found(told):
            yield f"“{one.title}” says “{word}”, which this customer must not see; {_WAY}"
    for file in parts.files:
        if file.part != "drawings":
            continue
        for word in enclosing.names_found(vault, file.path, file.name, hidden):
            yield f"{file.name} says “{word}”, which this customer must not see; {_WAY}"


def left_out(
    template: Template,
    there: Collection[str],
    inside: Sequence[Evidence],
    copies: Sequence[Enclosed],
) -> tuple[str, ...]:
    """Return what a packet does not say, a sentence each; ``there`` are the parts there would be."""
    return tuple(_left_out(template, there, inside, copies))


def section(said: Sequence[str], template: Template) -> Section:
    """Return the section that says it, or that nothing was left out."""
    blocks = [Text(f"By the template “{template.name}” of the shop's rules:")] if said else []
    blocks += [Text(one, loud=True) for one in said] or [Text(WHOLE)]
    return Section(TITLE, blocks, fixed=True)


def findings(
    template: Template,
    proof: ProofState,
    inside: Sequence[Evidence],
    said: Sequence[str],
    let: Sequence[str],
) -> Iterator[Finding]:
    """Yield whether the template drops what is asked for, and whether words stand where they must not."""
    asked = [one for one in proof.have if one.required.source != "item"]
    dropped = [one for one in asked if _part(one) in template.leave_out or _hides(one, template)]
    refs = {f"evidence/{one.id}" for one in inside}
    kept = [one for one in asked if one.given and all(it.ref in refs for it in one.given)]
    why = "; ".join(_dropped(one, template) for one in dropped)
    why += "; " if dropped and kept else ""
    why += "; ".join(
        f"{one.required.sentence}, which the {one.required.source} asks for, is marked internal"
        for one in kept
    )
    yield finding(
        "template", not dropped and not kept, f"“{template.name}” leaves out nothing asked for",
        f"{why}; change the template in the rules, the mark, or what is asked",
    )  # fmt: skip
    if let and not said:
        yield Finding("redaction", "waived", "; ".join(let))
    else:
        yield finding("redaction", not said, "nothing says what must not be seen", "; ".join(said))


def _left_out(
    template: Template,
    there: Collection[str],
    inside: Sequence[Evidence],
    copies: Sequence[Enclosed],
) -> Iterator[str]:
    for part, what in PARTS.items():
        if part in template.leave_out and part in there:
            yield f"Left out: {what}."
    if template.people != NAMES:
        yield f"Who worked at the machines is named by {template.people}, not by name."
    hidden = [what for key, what in HIDDEN.items() if template.hides(key)]
    if hidden:
        yield f"Not shown: {'; '.join(hidden)}."
    if inside:
        count = f"{len(inside)} piece{'s' if len(inside) != 1 else ''}"
        yield f"Kept inside by the shop: {count} of evidence marked internal."
    for one in copies:
        yield (f"{one.name} is a copy with words, or what acts by itself, taken out; the shop "
               f"keeps the original, sha256 {one.cleaned}.")  # fmt: skip


def _text(block: Block) -> str:
    if isinstance(block, Text):
        return block.words
    if isinstance(block, Facts):
        return "\n".join(f"{name} {value}" for name, value in block.rows)
    if isinstance(block, Grid):
        return "\n".join("\n".join(row) for row in block.rows)
    return ""


def _hides(one: Line, template: Template) -> bool:
    return one.required.kind == "note" and template.hides("notes")


def _part(one: Line) -> str:
    return _PART_OF.get(one.required.kind, "proof")


def _dropped(one: Line, template: Template) -> str:
    what = HIDDEN["notes"] if _hides(one, template) else PARTS[_part(one)]
    return (
        f"“{template.name}” leaves out {what}, and the {one.required.source} asks for "
        f"{one.required.sentence}"
    )
