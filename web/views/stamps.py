# SPDX-License-Identifier: AGPL-3.0-or-later
"""The page where a stamp is tried on any drawing before its template is put into the rules."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from flask import Response, make_response, render_template

from release import trying
from release.stamp.template import STATES
from release.trying import Tried
from vault.errors import Refusal
from web import forms
from web.errors import MissingField
from web.headers import POLICY
from web.visitor import vault

PICTURES: Final = POLICY.replace("img-src 'self'", "img-src 'self' data:")
"""The pictures of a trial are in the page itself, for nothing of the drawing is kept."""


def page() -> Response | tuple[Response, int]:
    """Show the form, or stamp the drawing that was sent or named and show how it looks."""
    typed = forms.typed("state", "number")
    typed["stamps"] = forms.text("stamps") or trying.text_in_force(vault())
    try:
        tried = _tried(typed)
    except Refusal as refusal:
        return _shown(typed, None, str(refusal)), refusal.status
    return _shown(typed, tried, None)


def _tried(typed: dict[str, str]) -> Tried | None:
    if not typed["state"]:
        return None
    if typed["state"] not in STATES:
        raise MissingField(what="The state")
    looks = trying.templates(typed["stamps"])
    with _source(typed["number"]) as (path, name):
        return trying.on(vault(), path, name, trying.example(vault(), typed["state"]), looks)


@contextmanager
def _source(number: str) -> Iterator[tuple[Path, str]]:
    """Give the drawing to try on: the file that was sent, else that of the item named."""
    with forms.uploaded("drawing", vault().cache / "uploads") as files:
        sent = next(iter(files.items()), None)
        if sent is not None:
            yield sent[1], sent[0]
        elif number:
            yield trying.drawing(vault(), number)
        else:
            raise MissingField(what="A drawing")


def _shown(typed: dict[str, str], tried: Tried | None, refusal: str | None) -> Response:
    pictures = [f"data:image/png;base64,{base64.b64encode(one).decode()}"
                for one in (tried.pages if tried else ())]  # fmt: skip
    answer = make_response(
        render_template(
            "stamps.html", typed=typed, states=STATES, made=tried.made if tried else None,
            pictures=pictures, refusal=refusal,
        )
    )  # fmt: skip
    answer.headers["Content-Security-Policy"] = PICTURES
    return answer
