# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a stamp says and how it may look: values, and the pieces a stamp is laid out of.

Everything is in millimetres of the printed sheet at scale 1, where a module of the code is half a
millimetre; the corner of a block is its lower left.
"""

from __future__ import annotations

from dataclasses import dataclass

from release.stamp.wording import LABELS, SAYINGS, Saying

MODULE = 0.5  # mm, the smallest module a phone reads from an oily print
POINT = 25.4 / 72  # mm
QUIET = 4  # modules

Colour = tuple[float, float, float]

WHITE: Colour = (1, 1, 1)
INK: Colour = (0.08, 0.09, 0.1)
LABEL: Colour = (0.36, 0.38, 0.4)


@dataclass(frozen=True, slots=True)
class Manner:
    """How one state is shown: its words, the colour of its band, and its watermark."""

    band: Colour
    tint: Colour
    reach: float  # the share of the sheet's diagonal the watermark spans
    word: str = ""
    advice: str = ""
    watermark: str = ""


MANNERS = {
    "released": Manner((0.05, 0.37, 0.24), (0.93, 0.95, 0.94), 0.62),
    "superseded": Manner((0.70, 0.10, 0.08), (1, 0.72, 0.70), 0.86),
    "recalled": Manner((0.62, 0.0, 0.10), (1, 0.66, 0.66), 0.86),
    "review": Manner((0.60, 0.33, 0.0), (1, 0.86, 0.66), 0.78),
    "customer": Manner((0.10, 0.27, 0.52), (0.91, 0.94, 0.98), 0.7),
    "job": Manner((0.20, 0.24, 0.30), (0.93, 0.94, 0.95), 0.62),
}
STATES = tuple(MANNERS)
LAYOUTS = ("wide", "short", "tall")


@dataclass(frozen=True, slots=True)
class Template:
    """How a shop wants its stamps: what is None or empty is as it is without a template.

    ``labels`` are pairs of a field (``wording.FIELDS``) and its word.  ``places`` are preferences
    in their order (``place.PLACES``), ``layouts`` the arrangements that may be taken.  ``banner``
    stands at the top and the bottom of every page, ``notice`` in the block.  ``mark`` and
    ``signatures`` (person and picture) are PNG or SVG pictures in base64.
    """

    language: str = "en"
    word: str | None = None
    advice: str | None = None
    watermark: str | None = None
    band: Colour | None = None
    labels: tuple[tuple[str, str], ...] = ()
    layouts: tuple[str, ...] = LAYOUTS
    places: tuple[str, ...] = ()
    banner: str = ""
    notice: str = ""
    mark: str = ""
    signatures: tuple[tuple[str, str], ...] = ()

    def label(self, field: str) -> str:
        """Return the word for a field; what is no field is its own label."""
        own = dict(self.labels)
        return own.get(field) or LABELS[self.language].get(field.lower(), field)

    def manner(self, state: str) -> Manner:
        """Return how a state is shown by this template."""
        basic = MANNERS[state]
        said: Saying = SAYINGS[self.language][state]
        word = said.word if self.word is None else self.word
        across = said.across if self.word is None else self.word
        return Manner(
            self.band or basic.band, basic.tint, basic.reach, word,
            said.advice if self.advice is None else self.advice,
            across if self.watermark is None else self.watermark,
        )  # fmt: skip

    def said(self, state: str) -> str:
        """Return all words a stamp of this state may take from the template, as one text."""
        manner = self.manner(state)
        fields = "".join(LABELS[self.language].values()) + "".join(own for _f, own in self.labels)
        return f"{fields}{manner.word}{manner.advice}{manner.watermark}{self.banner}{self.notice}"


STANDARD = Template()


@dataclass(frozen=True, slots=True)
class Stamp:
    """The values of one stamp; the same on every page of a file.

    Dates are ISO 8601 days, ``url`` is the address the code leads to (none: no code), ``extra`` are
    further labels and values, such as what supersedes the revision.
    """

    state: str
    number: str = ""
    rev: str = ""
    title: str = ""
    date: str = ""
    approver: str = ""
    change: str = ""
    url: str = ""
    extra: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        """Refuse a state that has no manner; raises ValueError."""
        if self.state not in MANNERS:
            raise ValueError(
                f"no stamp for the state {self.state!r}; known are {', '.join(STATES)}"
            )

    def values(self) -> tuple[tuple[str, str], ...]:
        """Return what it says beside its state, label and value."""
        own = ("number", "rev", "title", "date", "approver", "change", "url")
        return (*((name, getattr(self, name)) for name in own), *self.extra)

    @property
    def manner(self) -> Manner:
        """How its state is shown without a template."""
        return STANDARD.manner(self.state)


@dataclass(frozen=True, slots=True)
class Words:
    """A line of text from its left end on the baseline; size and room are in points.

    Where a script turns out wider than the room, it is set narrower; one that runs from right to
    left ends at the right of the room.  No room means: as wide as it is.
    """

    x: float
    y: float
    text: str
    size: float
    bold: bool = False
    colour: Colour = INK
    room: float = 0.0


@dataclass(frozen=True, slots=True)
class Area:
    """A filled rectangle."""

    x: float
    y: float
    width: float
    height: float
    colour: Colour


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture in base64, fitted into a rectangle with its sides in proportion."""

    x: float
    y: float
    width: float
    height: float
    data: str


@dataclass(frozen=True, slots=True)
class Code:
    """The QR code without its quiet zone, from its lower left corner."""

    x: float
    y: float
    side: float


@dataclass(frozen=True, slots=True)
class Block:
    """One arrangement of a stamp: what to draw, areas first."""

    shape: str
    width: float
    height: float
    pieces: tuple[Words | Area | Picture, ...]
    code: Code | None
    sheet: Words  # where "n / m" goes; its text is empty, the page gives it
