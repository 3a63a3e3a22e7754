# SPDX-License-Identifier: AGPL-3.0-or-later
"""Assets and templates: what is vendored, what may be inline, which icons are drawn, contrast."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path

import pytest

WEB = Path(__file__).resolve().parents[3] / "web"
TEMPLATES = sorted((WEB / "templates").glob("*.html"))
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
    wish = TOKENS.index("@media (prefers-color-scheme: dark)")
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
