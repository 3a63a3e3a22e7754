# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a packet is made of, before anybody draws it: sections of plain blocks, and the files beside.

Whoever adds to packets makes sections; how they look on paper, and that nothing is left out of the
list of contents, is seen to once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph; ``loud`` ones are what must not be overlooked: a deviation, a waiver."""

    words: str
    loud: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return it for the drawing."""
        return {"kind": "text", "words": self.words, "loud": self.loud}


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and values in two columns; ``fixed`` ones come from a release."""

    rows: Sequence[tuple[str, str]]
    fixed: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return it for the drawing."""
        return {"kind": "facts", "rows": [list(row) for row in self.rows]}


@dataclass(frozen=True, slots=True)
class Grid:
    """A table; ``widths`` in parts of the page, ``marks`` one for each row: ``pass``, ``fail`` or none."""

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[float]
    marks: Sequence[str] = ()
    fixed: frozenset[int] = frozenset()
    """Columns whose words come from a release: only names are ever taken out of them."""

    def as_json(self) -> dict[str, Any]:
        """Return it for the drawing."""
        return {
            "kind": "grid", "heads": list(self.heads), "rows": [list(row) for row in self.rows],
            "widths": list(self.widths), "marks": list(self.marks),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo drawn anew, half a page at the most, with what it shows below; its size in pixels.

    ``name`` is the photo's in the zip; ``marks`` are drawn onto the copy people see, ``marked`` says
    by whom and when.
    """

    path: Path
    caption: str
    wide: int = 0
    high: int = 0
    name: str = ""
    marks: tuple[Mapping[str, Any], ...] = ()
    marked: tuple[str, str] = ("", "")

    def as_json(self) -> dict[str, Any]:
        """Return it for the drawing."""
        return {
            "kind": "picture", "path": str(self.path), "caption": self.caption, "wide": self.wide,
            "high": self.high,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages of a PDF as they are, at their own size."""

    path: Path
    name: str

    def as_json(self) -> dict[str, Any]:
        """Return it for the drawing."""
        return {"kind": "pages", "path": str(self.path), "name": self.name}


Block = Text | Facts | Grid | Picture | Pages


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the packet with a line of its own in the contents.

    ``part`` is what a template knows it by, empty for what is in every packet.  ``fixed`` is what was
    released or signed: its words are looked through and never changed.
    """

    title: str
    blocks: Sequence[Block]
    part: str = ""
    fixed: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return it for the drawing."""
        return {"title": self.title, "blocks": [one.as_json() for one in self.blocks]}


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A file of the zip: its name there, where its bytes are, and the sha256 they must have.

    ``cleaned`` is the sha256 of the original where this is a copy with words taken out.
    """

    name: str
    path: Path
    sha256: str
    part: str = ""
    cleaned: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """A file of evidence that holds the packet: what is in it, and whether somebody may let it go."""

    evidence: int
    name: str
    what: tuple[str, ...]
    may: bool

    @property
    def sentence(self) -> str:
        """Return what holds it and what can be done."""
        ways = ("this cannot be taken out of an office file: remove it there and give the file anew, "
                "give it as PDF or CSV, or keep it inside")  # fmt: skip
        way = f", or let quality say why it may leave (`titleblock packet let {self.evidence} -m WHY`)"
        said = "; ".join(self.what)
        return (
            f"evidence {self.evidence}, {self.name} holds {said}; {ways}{way if self.may else ''}"
        )

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it."""
        return {"evidence": self.evidence, "name": self.name, "what": list(self.what),
                "may_be_let": self.may}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that has to be right before a packet can be issued, and whether it is.

    ``verdict`` is ``satisfied``, ``unsatisfied``, ``waived`` or ``not applicable``.
    """

    requirement: str
    verdict: str
    reason: str

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it."""
        return {
            "requirement": self.requirement, "verdict": self.verdict, "reason": self.reason,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Gathered:
    """All that goes into a packet of a job at one moment, and whether it may be issued.

    ``moved`` is the number of the last event of the job, so that what happens meanwhile is noticed.
    """

    cover: Mapping[str, str]
    sections: tuple[Section, ...]
    files: tuple[Enclosed, ...]
    texts: Mapping[str, bytes] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    head: tuple[int, str] = (0, "")
    moved: int = 0
    template: str = ""
    left_out: tuple[str, ...] = ()
    held: tuple[Held, ...] = ()
    let: tuple[tuple[int, str], ...] = ()
    """Evidence whose file leaves with what lies in it, each with who let it and why."""
    said: Callable[[str], str] = str
    """What turns words of the shop into those the customer may read."""

    @property
    def open(self) -> list[Finding]:
        """Return what is not right yet."""
        return [one for one in self.findings if one.verdict == "unsatisfied"]
