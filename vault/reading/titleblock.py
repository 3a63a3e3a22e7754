# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a title block says: number, revision, date and title, found by the labels beside them.

Labels are those of ISO 7200 and ASME Y14.1 and what CAD systems make of them, in English, German,
French, Italian and Spanish.  A value is the text in a label's own cell, below it or to its right,
in the form such a value has, that no other label is nearer to.  What cannot be told is left out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

NUMBER, REVISION, DATE, TITLE = "number", "revision", "date", "title"
FIELDS: Final = (NUMBER, REVISION, DATE, TITLE)
TABLE: Final = "table"
"""The revisions in a table of changes, in the order of its rows, under this name beside FIELDS."""

_LABELS: Final = {
    NUMBER: "identification number; identification no; dwg no; dwg number; dwg nr; drawing no;"
    " drawing number; drawing nr; drg no; drg number; part no; part number; part nr; document no;"
    " document number; doc no; doc number; zeichnungsnummer; zeichnungs nr; zeichnungs no;"
    " zeichn nr; zeichnung nr; zeichnung nummer; sachnummer; sach nr; teilenummer; teile nr;"
    " artikelnummer; artikel nr; ident nr; identnummer; identifikationsnummer; dokumentnummer;"
    " dokument nr; dokumentennummer; numero de plan; numero du plan; n de plan; n du plan; plan n;"
    " plan no; no de plan; n plan; numero d identification; numero de dessin; n de dessin;"
    " dessin n; n piece; n de piece; no de piece; numero di disegno; numero disegno; n disegno;"
    " disegno n; numero de plano; n de plano; plano n",
    REVISION: "rev; revision; rev no; rev nr; revision no; revision nr; revision number; rev level;"
    " revision level; rev letter; revision letter; revision index; rev index; index; ind; issue;"
    " aenderungsindex; anderungsindex; aend index; and index; revisionsindex; revisions index;"
    " revisionsstand; indice; indice de revision; indice rev; indice de modification; indice modif;"
    " revisione; indice di revisione; indice de la revision",
    DATE: "date of issue; issue date; issued date; release date; date; datum; ausgabedatum;"
    " datum der ausgabe; freigabedatum; date d edition; date d emission; date de creation; data;"
    " data di emissione; fecha; fecha de emision",
    TITLE: "title; drawing title; title supplementary title; title description; part name;"
    " titel; benennung; bezeichnung; titre; designation; titolo; denominazione; titulo;"
    " denominacion",
    # what other cells of a title block are called: their values are nobody else's
    "": "size; paper size; format; blattformat; scale; massstab; masstab; echelle; sheet; blatt;"
    " folio; page; feuille; foglio; hoja; weight; mass; masse; gewicht; material; werkstoff;"
    " matiere; matiere brute; finish; surface treatment; surface; oberflaeche; oberflache; edges;"
    " general tolerances; general tolerances unless stated; tolerances; tolerance; toleranzen;"
    " allgemeintoleranzen; drawn; drawn by; drawn date; dr; designed by; design; checked;"
    " checked by; chk; approved; approved by; approval person; appr; app; creator; created by;"
    " legal owner; document type; document status; status; responsible department; dept;"
    " technical reference; classification; lang; language; segment; units; unit; projection;"
    " method of projection; gezeichnet; gez; bearbeitet; bearb; geprueft; gepruft; gepr;"
    " freigegeben; norm; name; bearbeiter; dessine; dessine par; dessinateur; verifie; verifie par;"
    " approuve; approuve par; nom; signature; cage code; fscm no; contract no; drawing file name;"
    " file name; filename; dateiname; fichier; model name; model; customer; kunde; client; project;"
    " projekt; projet; next assy; used on; application; do not scale drawing; third angle projection;"
    " first angle projection; comments; q a; mfg appr; eng appr; qty; item no; item; vendor;"
    " mfg; supplier; unless otherwise specified; company; company name; firma; dim; interpretation",
    # what heads the columns of a table of changes
    "of changes": "description; description of change; revision description; ecn no description;"
    " ecn; ecn no; eco; eco no; zone; change; changes; rev by; revised by; aenderung; anderung;"
    " aenderungen; anderungen; bemerkung; modification; modifications; revisions; descrizione;"
    " modifica; descripcion; details of change; history; revision history; approvals",
}  # fmt: skip
_OF_CHANGES: Final = "of changes"
_LONGEST_LABEL: Final = 5  # words
_MOST_LABELS: Final = 300  # of one sheet, those nearest to where a title block is
_FEWEST_ZONES: Final = 3
_ZONES: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_NARROWEST_ZONE: Final = 40.0  # points; rows of a table stand closer
_REVISION = re.compile(
    r"(?:rev(?:ision)?\.?[ :]?)?([A-Za-z]{1,2}|\d{1,3}|[A-Za-z]\d|\d[A-Za-z]|[-–—])", re.IGNORECASE
)
_NUMBER = re.compile(r"(?=.*\d)[0-9A-Za-z](?:[0-9A-Za-z._/+-]| (?=\S)){1,38}[0-9A-Za-z]")
_DATE = re.compile(
    r"\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./ ]\d{1,2}[-./ ]\d{2,4}"
    r"|\d{1,2}[-. ]{0,2}[A-Za-zäéû]{3,9}\.?[-,. ]{0,2}\d{2,4}|[A-Za-z]{3,9}\.?[- ]\d{1,2},?[- ]\d{2,4}"
)
_SHAPES: Final = {REVISION: _REVISION, NUMBER: _NUMBER, DATE: _DATE,
                  TITLE: re.compile(r".*[^\W\d_]{2}.*")}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a sheet that runs level: its box in points, y downwards, and which line it is of."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    line: tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Text:
    """Words that stand together: what a cell of a title block says, or its label."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    label: str | None = None  # the field it is the label of; empty for another label
    rank: int = 0  # how far down in the list of labels of its field, so how weak a sign

    @property
    def high(self) -> float:
        return max(self.y1 - self.y0, 1.0)


def read(words: Sequence[Word]) -> dict[str, Any]:
    """Return what a sheet says by field, and the revisions of its table of changes."""
    labels, values = _divided(words)
    labels = sorted(labels, key=lambda one: -(one.x0 + one.y0))[:_MOST_LABELS]
    values = _without_zones(values)
    heads = [one for one in labels if _heads_a_table(one, labels)]
    found: dict[str, Any] = {}
    for name in (NUMBER, REVISION, DATE, TITLE):
        own = [one for one in labels if one.label == name and one not in heads]
        if (value := _best(own, labels, values, name)) is not None:
            found[name] = value
    for head in heads:
        if head.label == REVISION and (rows := _column(head, values)):
            found[TABLE] = rows
    return found


# --- words to labels and values ------------------------------------------------------------------


def _divided(words: Iterable[Word]) -> tuple[list[_Text], list[_Text]]:
    """Return the labels and the other texts; a label with its value in one cell is both."""
    labels: list[_Text] = []
    values: list[_Text] = []
    for cell in _cells(words):
        known = list(_labelled(cell))
        if known and known[-1][1] == len(cell):  # labels and nothing else
            labels += [text for text, _end in known]
        elif len(known) == 1 and _ends_a_label(cell, known[0][1]):
            label, end = known[0]
            labels.append(label)
            values.append(_text(cell[end:]))
        else:
            values.append(_text(cell))
    return labels, values


def _cells(words: Iterable[Word]) -> Iterator[list[Word]]:
    """Yield the words of each line that stand closer together than two cells would."""
    cell: list[Word] = []
    for word in _split(words):
        if cell and (word.line != cell[-1].line or not _joined(cell[-1], word)):
            yield cell
            cell = []
        cell.append(word)
    if cell:
        yield cell


def _split(words: Iterable[Word]) -> Iterator[Word]:
    """Yield words, those like ``REV:C`` in two."""
    for word in words:
        head, colon, tail = word.text.partition(":")
        if colon and tail and _key(head) in _known():
            middle = word.x0 + (word.x1 - word.x0) * (len(head) + 1) / len(word.text)
            yield Word(f"{head}:", word.x0, word.y0, middle, word.y1, word.line)
            yield Word(tail, middle, word.y0, word.x1, word.y1, word.line)
        else:
            yield word


def _joined(left: Word, right: Word) -> bool:
    high = max(left.y1 - left.y0, 1.0)
    return -0.5 * high < right.x0 - left.x1 < 0.9 * high


def _labelled(cell: Sequence[Word]) -> Iterator[tuple[_Text, int]]:
    """Yield the labels a cell begins with, each with the place of the word after it."""
    place = 0
    while place < len(cell):
        for count in range(min(_LONGEST_LABEL, len(cell) - place), 0, -1):
            part = cell[place : place + count]
            known = _known().get(_key(" ".join(word.text for word in part)))
            if known is not None:
                place += count
                yield _text(part, *known), place
                break
        else:
            return


def _ends_a_label(cell: Sequence[Word], end: int) -> bool:
    """Say whether a label in a cell is told apart from what follows, and so is no sentence."""
    return cell[end - 1].text.endswith((":", "=")) or len(cell) - end == 1


def _without_zones(values: list[_Text]) -> list[_Text]:
    """Return texts without the marks of the zones along a sheet's frame (ISO 5457): 1 2 3, A B C."""
    marks = [(mark, one) for one in values if (mark := _mark(one.text)) is not None]
    zones: set[int] = set()
    for across in (True, False):
        rows: dict[int, list[tuple[float, int, _Text]]] = {}
        for mark, one in marks:
            level, place = (one.y0 + one.y1, one.x0) if across else (one.x0 + one.x1, one.y0)
            rows.setdefault(round(level / 8), []).append((place, mark, one))
        for row in rows.values():
            zones |= _counted(sorted(row, key=lambda told: told[:2]))
    return [one for one in values if id(one) not in zones]


def _mark(text: str) -> int | None:
    """Return the place of a zone's mark in its row; letters leave out I and O."""
    if text.isascii() and text.isdecimal() and len(text) <= 2:
        return int(text)
    return 1000 + _ZONES.index(text) if len(text) == 1 and text in _ZONES else None


def _counted(row: list[tuple[float, int, _Text]]) -> set[int]:
    """Return which texts of a row count up or down in steps as wide as zones are."""
    found: set[int] = set()
    for step in (1, -1):
        run: list[tuple[float, int, _Text]] = []
        for told in row:
            if run and (told[1] - run[-1][1] != step or told[0] - run[-1][0] < _NARROWEST_ZONE):
                run = []
            run.append(told)
            if len(run) >= _FEWEST_ZONES:
                found |= {id(text) for _place, _mark_, text in run}
    return found


def _text(words: Sequence[Word], label: str | None = None, rank: int = 0) -> _Text:
    return _Text(
        " ".join(word.text for word in words), min(word.x0 for word in words),
        min(word.y0 for word in words), max(word.x1 for word in words),
        max(word.y1 for word in words), label, rank,
    )  # fmt: skip


def _key(text: str) -> str:
    """Return a label without accents, case, punctuation and spaces."""
    plain = unicodedata.normalize("NFKD", text.replace("№", "No").replace("#", " no"))
    return "".join(sign for sign in plain.casefold() if sign.isalnum())


@cache
def _known() -> dict[str, tuple[str, int]]:
    return {
        _key(label): (field, rank)
        for field, labels in _LABELS.items()
        for rank, label in enumerate(labels.split(";"))
    }


# --- labels to values ----------------------------------------------------------------------------


def _best(
    own: list[_Text], labels: list[_Text], values: list[_Text], field: str
) -> str | None:  # fmt: skip
    """Return the value of a field: of its strongest label, the one nearest to the lower right."""
    found = []
    for label in own:
        near = [(_distance(label, one), one) for one in values if _fits(field, one.text)]
        near = [(cost, one) for cost, one in near if cost < _FAR]
        for cost, value in sorted(near, key=lambda pair: pair[0]):
            if not any(_distance(other, value) < cost for other in labels if other is not label):
                found.append((label.rank > 8, -(label.x0 + label.y0), label, value))
                break
    if not found:
        return None
    _weak, _place, label, value = min(found, key=lambda one: one[:2])
    if field == TITLE:
        return _lines_from(value, labels, values)
    return _shaped(field, value.text)


_FAR: Final = 1e6


def _distance(label: _Text, value: _Text) -> float:
    """Return how far a text is from where the value of a label stands, in heights of the label."""
    high = label.high
    right = value.x0 - label.x1
    level = abs((value.y0 + value.y1) - (label.y0 + label.y1)) / 2
    if -0.2 * high < right < 14 * high and level < 0.7 * max(high, value.high):
        return right / high + level / high
    down = value.y0 - label.y1
    if not -0.6 * high < down < 3.0 * max(high, value.high):
        return _FAR
    off = abs(value.x0 - label.x0)
    middle = abs((value.x0 + value.x1) - (label.x0 + label.x1)) / 2
    aside = min(off, middle)
    if aside > 6 * high and not (value.x0 <= label.x0 and value.x1 >= label.x1):
        return _FAR
    return max(down, 0.0) / high + 0.6 * aside / high


def _fits(field: str, text: str) -> bool:
    return _SHAPES[field].fullmatch(text.strip()) is not None and not (
        field == NUMBER and _DATE.fullmatch(text.strip())
    )


def _shaped(field: str, text: str) -> str:
    text = text.strip()
    found = _REVISION.fullmatch(text) if field == REVISION else None
    return found[1] if found else text


def _lines_from(value: _Text, labels: list[_Text], values: list[_Text]) -> str:
    """Return a title with the lines right below it that begin or are centred like it."""
    lines, last = [value.text.strip()], value
    for one in sorted(values, key=lambda text: text.y0):
        gap = one.y0 - last.y1
        aligned = abs(one.x0 - value.x0) < value.high or (
            abs((one.x0 + one.x1) - (value.x0 + value.x1)) / 2 < value.high
        )
        if one is value or not aligned or not -0.3 * last.high < gap < 0.8 * last.high:
            continue
        if _fits(TITLE, one.text) and not any(
            _distance(other, one) < 3 for other in labels if other.y0 > value.y0
        ):
            lines.append(one.text.strip())
            last = one
    return " ".join(lines)[:200]


def _heads_a_table(label: _Text, labels: list[_Text]) -> bool:
    """Say whether a label stands in one row with what heads the columns of a table of changes."""
    return any(
        other.label == _OF_CHANGES
        and abs(other.y0 - label.y0) < 0.8 * label.high
        and abs(other.x0 - label.x0) < 80 * label.high
        for other in labels
    )


def _column(head: _Text, values: list[_Text]) -> list[str]:
    """Return the revisions below, else above, the head of their column, the oldest first."""

    def column(going_up: bool) -> list[str]:
        edge, rows = (head.y0, []) if going_up else (head.y1, [])
        step = 2.5 * head.high
        for one in sorted(values, key=lambda text: -text.y0 if going_up else text.y0):
            first, *_rest = one.text.split()
            fits = _REVISION.fullmatch(first) and abs(one.x0 - head.x0) < 5 * head.high
            gap = edge - one.y1 if going_up else one.y0 - edge
            if fits and -0.6 * head.high < gap < step:
                rows.append(_shaped(REVISION, first))
                edge = one.y0 if going_up else one.y1
        return rows

    return column(going_up=False) or column(going_up=True)
