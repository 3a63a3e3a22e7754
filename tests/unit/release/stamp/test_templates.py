# SPDX-License-Identifier: AGPL-3.0-or-later
"""A shop's templates: what they may say is read strictly, and what they say is on the paper."""

from __future__ import annotations

import base64
import io
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pymupdf
import pytest
from PIL import Image

from release.errors import BadRules
from release.stamp import layout, press, templates
from release.stamp.template import STANDARD, STATES, Stamp, Words
from release.stamp.wording import FIELDS, LABELS, LANGUAGES, SAYINGS
from vault.worker import Worker

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20" width="40" height="20">'
    '<rect width="40" height="20" fill="#000"/></svg>'
)
SHOP = f"""
language = "de"
mark = "mark.svg"
banner = "CUI//SP-EXPT"
signatures = {{ "Mei Chen" = "mchen.png" }}
pictures = {{ "mark.svg" = '{SVG}', "mchen.png" = "PNG" }}

[[template]]
states = ["released", "job"]
sheets = ["from A2"]
places = ["top right", "bottom"]
word = "FREI"
labels = {{ approver = "Zeichen" }}

[[template]]
states = ["customer"]
notice = "Contains technical data under ITAR."
watermark = ""
band = "#223344"
"""


def png(wide: int = 60, high: int = 20) -> bytes:
    """Return a black picture."""
    out = io.BytesIO()
    Image.new("L", (wide, high), 0).save(out, "png")
    return out.getvalue()


@pytest.fixture
def shop() -> templates.Templates:
    """The templates of a shop."""
    text = SHOP.replace('"PNG"', f'"{base64.b64encode(png()).decode()}"')
    return templates.read(tomllib.loads(text))


def test_a_template_holds_for_its_states_and_sheets_and_later_ones_win(
    shop: templates.Templates,
) -> None:
    """What holds for all holds everywhere; a template only where it says."""
    large = shop.of("released", 841, 594)
    assert (large.language, large.word, large.places) == ("de", "FREI", ("top right", "bottom"))
    assert large.manner("released").word == large.manner("released").watermark == "FREI"
    assert large.label("approver") == "Zeichen"
    small = shop.of("released", 297, 210)
    assert (small.word, small.places, small.banner) == (None, (), "CUI//SP-EXPT")
    assert small.manner("released").word == "FREIGEGEBEN"
    copy = shop.of("customer", 210, 297)
    assert (copy.notice[:8], copy.manner("customer").watermark) == ("Contains", "")
    assert templates.Templates().of("released", 210, 297) == STANDARD


def test_templates_travel_to_the_worker_and_back(shop: templates.Templates) -> None:
    """What the worker hears is what was told."""
    import json

    assert templates.heard(json.loads(json.dumps(shop.told()))) == shop


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('langauge = "de"', "“langauge” is not known"),
        ('language = "xx"', "`language`: “xx” is none of en"),
        ('mark = "logo.png"', "there is no picture “logo.png”"),
        ('places = ["middle"]', "`places`: “middle” is none of"),
        ("layouts = []", "`layouts` names none"),
        ('band = "green"', "`band` must read #rrggbb"),
        ('band = "#ffffee"', "too light for the white words"),
        ("word = 3", "`word` must be a text"),
        ('labels = { number = 3 }', "`labels` must be a table of texts"),
        ('labels = { nummer = "N" }', "`labels`: “nummer” is none of"),
        ("template = 3", r"write each template as \[\[stamps.template\]\]"),
        ('[[template]]\nsheets = ["B9"]', "stamps template 1: `sheets`: “B9” is none of"),
        ('[[template]]\nstates = "released"', "`states` must be a list of texts"),
        ('pictures = { "a.png" = "AAAA" }\nmark = "a.png"', "neither PNG nor SVG"),
        ('pictures = { "a.svg" = "<svg' + " " * 70_000 + '" }\nmark = "a.svg"', "larger than 64 kB"),
    ],
)  # fmt: skip
def test_what_a_template_may_not_say_is_named(text: str, why: str) -> None:
    """The place and the reason are in the refusal, never a stamp that looks otherwise than meant."""
    with pytest.raises(BadRules, match=why):
        templates.read(tomllib.loads(text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_every_state_and_field(language: str) -> None:
    """No state is without a word and an advice, no field without a label."""
    assert SAYINGS[language].keys() == set(STATES)
    assert LABELS[language].keys() == set(FIELDS)
    template = replace(STANDARD, language=language)
    stamp = Stamp(state="released", number="10-0042", rev="B")
    for block in layout.blocks(stamp, 33, template):
        said = {piece.text for piece in block.pieces if isinstance(piece, Words)}
        assert template.manner("released").word in said
        assert template.label("number") in said


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", STATES)
def test_every_language_comes_out_stamped_and_checked(
    language: str, state: str, stamp: Stamp, worker: Worker, put: Any, sheets: Any
) -> None:
    """The engine's own check finds each word again, from right to left too."""
    out = put(b"", "out.pdf")
    wanted = templates.read({"language": language})
    made = press.stamp(
        worker, put(sheets.cases["a3"]), out, replace(stamp, state=state), templates=wanted
    )
    assert made.how == "in place"


def test_banner_mark_and_signature_are_on_the_paper(
    shop: templates.Templates, stamp: Stamp, worker: Worker, put: Any, sheets: Any
) -> None:
    """The banner stands at the top and at the bottom; both pictures are drawn once in the file."""
    out = put(b"", "out.pdf")
    press.stamp(worker, put(sheets.cases["three pages"]), out, stamp, templates=shop)
    with pymupdf.open(out) as document:
        for page in document:
            top, bottom = sorted(page.search_for("CUI//SP-EXPT"), key=lambda one: one.y0)
            assert top.y1 < 0.1 * page.rect.height
            assert bottom.y0 > 0.9 * page.rect.height
        streams = [document.xref_object(number) for number in range(1, document.xref_length())]
        assert sum("/Image" in text for text in streams) == 1
        assert sum("/BBox [ 0 0 40 20 ]" in text for text in streams) == 1


def test_a_picture_that_is_a_bomb_is_refused(
    stamp: Stamp, worker: Worker, put: Any, sheets: Any
) -> None:
    """A PNG that says it has billions of pixels is not unpacked."""
    data = bytearray(png())
    data[16:24] = (60_000).to_bytes(4, "big") * 2
    wanted = templates.read({"mark": "m.png"}, {"m.png": bytes(data)})
    with pytest.raises(Exception, match="a picture of the stamp's template"):
        press.stamp(worker, put(sheets.cases["a4"]), put(b"", "o.pdf"), stamp, templates=wanted)


@pytest.mark.parametrize("place", ["top right", "top left", "bottom left", "left", "right"])
def test_the_stamp_stands_where_the_template_wants_it(
    place: str, stamp: Stamp, worker: Worker, put: Any, sheets: Any
) -> None:
    """The named corner or side is taken where it is white."""
    out = put(b"", "out.pdf")
    wanted = templates.read({"places": [place]})
    press.stamp(worker, put(sheets.cases["a3"]), out, stamp, templates=wanted)
    with pymupdf.open(out) as document:
        page = document[0]
        box = min(page.search_for("RELEASED"), key=lambda found: found.height)
        for word in place.split():
            assert {
                "top": box.y1 < 0.3 * page.rect.height, "bottom": box.y0 > 0.7 * page.rect.height,
                "left": box.x0 < 0.3 * page.rect.width, "right": box.x1 > 0.7 * page.rect.width,
            }[word]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "box"),
    [("placeholder text", (300, 115, 420, 150)), ("placeholder frame", (150, 82, 480, 242))],
)
def test_a_placeholder_of_the_drawing_keeps_the_place(
    name: str, box: tuple[float, ...], stamp: Stamp, worker: Worker, put: Any, sheets: Any
) -> None:
    """Words or an annotation of that name say where; both are gone from sight afterwards."""
    out = put(b"", "out.pdf")
    press.stamp(worker, put(sheets.cases[name]), out, stamp)
    with pymupdf.open(out) as document:
        found = min(document[0].search_for("RELEASED"), key=lambda one: one.height)
        near = pymupdf.Rect(box[0] - 300, box[1] - 60, box[2] + 300, box[3] + 60)
        assert near.contains(found)
        assert not list(document[0].annots())


def test_a_signed_file_says_on_its_pages_that_the_signature_is_the_originals(
    stamp: Stamp, worker: Worker, put: Any, sheets: Any, tmp_path: Path
) -> None:
    """A stamped copy cannot keep a signature valid, and does not pretend to."""
    out = tmp_path / "out.pdf"
    made = press.stamp(worker, put(sheets.cases["signed"]), out, stamp)
    assert "signature" in made.removed
    with pymupdf.open(out) as document:
        assert "holds for the original" in document[0].get_text()
