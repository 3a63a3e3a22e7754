# SPDX-License-Identifier: AGPL-3.0-or-later
"""The inbox: files of watched folders that belong to no item yet, each with a guess."""

from __future__ import annotations

from typing import Final

from flask import Response, render_template, request, send_file, url_for

from release import intake
from vault import inbox
from vault.errors import Refusal
from web import drawings, forms
from web.errors import NoSuchPicture, NotReadable
from web.forms import Answer
from web.headers import sandboxed
from web.visitor import me, vault

DONE: Final = {"file": "{what} is in the vault now.", "drop": "{what} is dropped."}
SHOWN: Final = 50


def page() -> Answer:
    """Show what waits, or file or drop an entry."""
    what, id_ = forms.text("what"), forms.text("id")
    if what not in DONE:
        if request.method == "POST":
            raise NotReadable(why="the form does not say what to do")
        said = DONE.get(forms.asked("done"), "").format(what=forms.asked("file"))
        return render_template("inbox.html", refusal=None, done=said, **_facts())
    try:
        if what == "file":
            number = forms.needed("number", "The number")
            name = intake.file(vault(), me(), id_, number).entry.name
        else:
            name = inbox.drop(vault(), me(), id_, forms.text("why")).name
    except Refusal as refusal:
        return forms.shown_again(refusal, "inbox.html", done="", **_facts())
    return forms.gone_on(url_for("inbox.page", done=what, file=name))


def picture(code: str) -> Response:
    """Send the first page of a waiting PDF as a small picture."""
    one = inbox.entry(vault(), code)
    if not drawings.is_pdf(one.name):
        raise NoSuchPicture(name=one.name, page=1)
    path = inbox.picture(vault(), one, drawings.THUMB_PX)
    answer = send_file(path, mimetype="image/png", etag=one.sha256)
    return sandboxed(answer, "private, no-cache")


def _facts() -> dict[str, object]:
    found = inbox.waiting(vault())
    return {
        "entries": [(one, drawings.is_pdf(one.name)) for one in found[:SHOWN]],
        "more": max(len(found) - SHOWN, 0),
        "typed": forms.typed("id", "number", "why"),
    }
