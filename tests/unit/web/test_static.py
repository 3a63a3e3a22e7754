# SPDX-License-Identifier: AGPL-3.0-or-later
"""Assets and templates: what is vendored, what may be inline, which icons are drawn, contrast."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest

WEB = Path(__file__).resolve().parents[3] / "web"
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
TOKENS = (WEB / "static" / "css" / "tokens.css").read_text("utf-8")


def test_what_is_vendored_is_byte_for_byte_what_was_taken() -> None:
    """Each vendored file has its sha384 in vendor.json; nothing else lies there; licences do."""
    place = WEB / "static" / "vendor"
    told = json.loads((place / "vendor.json").read_text("utf-8"))
    files = {name: digest for one in told for name, digest in one["files"].items()}
    there = {path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file()}
    assert there == {*files, "vendor.json"}
    for name, digest in files.items():
        found = hashlib.sha384((place / name).read_bytes()).digest()
        assert digest == "sha384-" + base64.b64encode(found).decode(), name
    for one in told:
        assert one["version"]
        assert one["licence"]
        assert any("LICENSE" in name for name in one["files"])


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_templates_hold_nothing_the_policy_forbids(template: Path) -> None:
    """No inline script, style or handler, no foreign host, no raw HTML out of data."""
    text = template.read_text("utf-8")
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert not re.search(r"<style|\bstyle=|\bon[a-z]+=|hx-on|javascript:|js:", text)
    assert not re.search(r"""(?:src|href|action)=["']https?:""", text)
    assert "|safe" not in text
    assert "autoescape" not in text


def test_every_form_that_is_sent_carries_the_token() -> None:
    """A form without it would be refused, so forgetting it is found here and not by a person."""
    for template in TEMPLATES:
        for form in re.findall(r"<form\b.*?</form>", template.read_text("utf-8"), re.DOTALL):
            assert ('method="post"' in form) == ("{{ token() }}" in form), (
                template.name,
                form[:90],
            )


def test_every_icon_that_is_named_is_drawn() -> None:
    """Icons of templates, states and views exist in the sprite."""
    from web import present
    from web.views import codes, floor

    drawn = set(
        re.findall(r'<symbol id="(\w+)"', (WEB / "static/img/icons.svg").read_text("utf-8"))
    )
    named = {name for template in TEMPLATES
             for name in re.findall(r"icon\('(\w+)'", template.read_text("utf-8"))}  # fmt: skip
    named |= {state.icon for state in present.STATES.values()}
    named |= {face[1] for face in codes.FACES.values()} | {word[1] for word in floor.WORDS.values()}
    assert named <= drawn


def palette(block: str) -> dict[str, str]:
    """Return the colours of one block of tokens."""
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))


def light_and_dark() -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """Return the light tokens, and the dark ones as they stand twice."""
    wish = TOKENS.index("@media screen and (prefers-color-scheme: dark)")
    switch = TOKENS.index(':root[data-theme="dark"]')
    return palette(TOKENS[:wish]), palette(TOKENS[wish:switch]), palette(TOKENS[switch:])


def test_the_dark_tokens_are_the_same_by_wish_and_by_switch() -> None:
    """Both blocks name the same colours, and every light colour has a dark one."""
    light, wished, switched = light_and_dark()
    assert wished == switched
    assert set(light) == set(wished)


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour (WCAG 2.2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 to 21."""
    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


@pytest.mark.parametrize("number", [0, 1], ids=["light", "dark"])
def test_text_has_a_contrast_of_seven_and_edges_of_three(number: int) -> None:
    """WCAG AAA for all text, because the floor reads it in glare; 1.4.11 for edges of fields."""
    colours = light_and_dark()[number]
    pairs = [(tone + "-text", tone + "-tint") for tone in ("go", "wait", "stop", "act", "calm")]
    pairs += [(f"on-{tone}", f"{tone}-band") for tone in ("go", "wait", "stop", "act", "calm")]
    pairs += [(ink, ground) for ink in ("ink", "soft") for ground in ("paper", "sheet", "sunk")]
    pairs += [
        ("on-action", "action"),
        ("action", "sheet"),
        ("action", "paper"),
        ("ink", "table-top"),
    ]
    for text, ground in pairs:
        assert contrast(colours[text], colours[ground]) >= 7, (text, ground)
    for ground in ("paper", "sheet"):
        assert contrast(colours["edge"], colours[ground]) >= 3, ground


BEFORE_THE_DRAWING = 65_000
"""Bytes a phone loads for the floor page besides the picture; promised are at most 150,000."""
TAKES = {"Accept-Encoding": "gzip, deflate, br"}


def sent(answer: Any) -> int:
    """Return the size of an answer as it goes over the line, its headers among it."""
    return len(answer.data) + len(str(answer.headers)) + len("HTTP/1.1 200 OK\r\n")


def test_the_floor_page_is_light_before_its_drawing(guest: Any, stock: Any) -> None:
    """All that the page names is counted: styles, programs, icons; nothing of it is left out."""
    phone = guest(None)
    page = phone.get(f"/t/{stock.token}", headers=TAKES)
    named = set(re.findall(r'(?:src|href)="(/static/[^"#]+)', page.text))
    kinds = {Path(one.partition("?")[0]).suffix for one in named}
    assert kinds == {".css", ".js", ".svg"}
    assert "/pages/" in page.text, "there is a drawing, and it comes after this"
    bytes_of = {one: sent(phone.get(unescape(one), headers=TAKES)) for one in sorted(named)}
    total = sent(page) + sum(bytes_of.values())
    assert total <= BEFORE_THE_DRAWING, (total, sent(page), bytes_of)


def test_programs_and_styles_are_sent_compressed_to_whoever_takes_it(guest: Any) -> None:
    """The same bytes either way, each with a tag of its own; a page is never compressed."""
    browser, path = guest(None), "/static/js/floor.js?v=1"
    packed = browser.get(path, headers=TAKES)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert "immutable" in packed.headers["Cache-Control"]
    assert packed.mimetype == "text/javascript"
    for asked in ("", "br", "gzip;q=0"):
        plain = browser.get(path, headers={"Accept-Encoding": asked})
        assert "Content-Encoding" not in plain.headers
        assert "Accept-Encoding" in plain.headers["Vary"]
        assert plain.data == gzip.decompress(packed.data)
        assert plain.headers["ETag"] != packed.headers["ETag"]
    again = browser.get(path, headers={**TAKES, "If-None-Match": packed.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert "Content-Encoding" not in browser.get("/login", headers=TAKES).headers


@pytest.mark.parametrize(
    "name", ["../app.py", "%2e%2e/app.py", "js/none.js", "js", "/etc/passwd.js"]
)
def test_only_files_of_ours_are_sent(guest: Any, name: str) -> None:
    """Compressed or not, nothing beside the folder is found."""
    assert guest(None).get(f"/static/{name}", headers=TAKES).status_code == 404


def test_a_row_of_a_list_cannot_tell_who_is_looking(app: Any) -> None:
    """What was drawn for one person is shown to the next, so asking for the person is an error."""
    from jinja2 import UndefinedError

    from web import rows

    drawing = rows.apart(app)
    with app.test_request_context(base_url="https://vault.example"):
        assert drawing.from_string("{{ url_for('home.page') }}").render() == "/"
        for word in ("me.name", "may('jobs.new')", "form_token()", "request.path", "here"):
            with pytest.raises(UndefinedError):
                drawing.from_string("{{ " + word + " }}").render(row=None)


def test_a_row_is_drawn_again_where_anything_in_it_changed(app: Any) -> None:
    """The same row costs nothing; one with another state is another one, and words are escaped."""
    from web.views.quality import JobRow

    row = JobRow("J-1", "10-0042", "A", "<b>Bracket</b>", "released", "2027-03-01", 3, 0)
    with app.test_request_context(base_url="https://vault.example"):
        draw = app.jinja_env.globals["drawn_rows"]
        first = draw("quality", [row, row._replace(state="held"), row])
    parts = first.split("</tr>")
    assert "On hold" not in parts[0]
    assert "On hold" in parts[1]
    assert parts[2].strip() == parts[0].strip()
    assert "&lt;b&gt;Bracket" in first
