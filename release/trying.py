# SPDX-License-Identifier: AGPL-3.0-or-later
"""Trying a stamp on any drawing: templates that are not saved, a file that is not kept."""

from __future__ import annotations

import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from release import rulebook
from release.errors import BadRules
from release.log import ReleaseLog
from release.stamp import press
from release.stamp.press import Stamped
from release.stamp.template import Stamp
from release.stamp.templates import Templates, read
from vault import codes, toml_text
from vault.errors import NoSuchFile
from vault.home import Vault

PAGES: Final = 3  # shown; all are stamped
WIDE: Final = 1600  # pixels
WHERE: Final = "stamps"
EXAMPLE: Final = """\
[stamps]
language = "en"            # en de fr es he ar
# banner = "CUI//SP-EXPT"

[[stamps.template]]
states = ["released"]
# sheets = ["up to A4"]
# places = ["top right", "bottom"]
# layouts = ["wide", "short", "tall"]
"""


@dataclass(frozen=True, slots=True)
class Tried:
    """A stamp that was tried: how it came out, and its first pages as PNG."""

    made: Stamped
    pages: tuple[bytes, ...]


def text_in_force(vault: Vault) -> str:
    """Return the ``[stamps]`` of the rules in force, an example where there are none."""
    told = rulebook.current(vault).stamps
    return toml_text.changed(None, {WHERE: told}).decode() if told else EXAMPLE


def templates(text: str) -> Templates:
    """Return the templates of a text that has a ``[stamps]`` table; raises BadRules."""
    try:
        told = tomllib.loads(text.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as fault:
        raise BadRules(where=WHERE, why=fault) from fault
    stamps = told.pop(WHERE, {})
    if told:
        raise BadRules(where=WHERE, why=f"“{next(iter(told))}” does not stand below [stamps]")
    if not isinstance(stamps, dict):
        raise BadRules(where=WHERE, why="write it as [stamps]")
    return read(stamps)


def example(vault: Vault, state: str) -> Stamp:
    """Return what a stamp might say, long enough to be a fair trial."""
    url = codes.qr_address(vault.settings.public_url, "r", codes.ALPHABET[:26])
    more = (("Copy", "C-000123"), ("Issued to", "otto, 2027-03-01"), ("Quantity", "24"),
            ("Job", "J-2041"), ("Operation", "30"), ("Station", "MILL-1"))  # fmt: skip
    extra = {"job": more, "superseded": (("Superseded by", "C"),),
             "recalled": (("Reason", "slot 3 mm off"),)}  # fmt: skip
    return Stamp(
        state=state, number="10-0042", rev="" if state == "review" else "B",
        title="Bracket, motor mount", date="2027-03-01", approver="Mei Chen", change="CO-0012",
        url=url, extra=extra.get(state, ()),
    )  # fmt: skip


def drawing(vault: Vault, number: str) -> tuple[Path, str]:
    """Return the original drawing of an item's current revision; raises NeverReleased or NoSuchFile."""
    log = ReleaseLog(vault)
    revision = log.wanted(number, None)
    for file in revision.files:
        if file.stamped is not None:
            return log.path(revision, file.name, stamped=False), file.name
    raise NoSuchFile(where=f"{revision.number} {revision.rev}", name="*.pdf")


def on(vault: Vault, source: Path, name: str, stamp: Stamp, looks: Templates) -> Tried:
    """Stamp a drawing and return pictures of what came out; nothing of it is kept.

    Raises UnreadableFile, UnstampableFile or WorkerGaveUp.
    """
    with tempfile.TemporaryDirectory(prefix="titleblock-try-") as folder:
        out = Path(folder) / "stamped.pdf"
        made = press.stamp(vault.worker, source, out, stamp, name=name, templates=looks)
        pages = []
        for page in range(1, min(made.pages, PAGES) + 1):
            seen = Path(folder) / f"{page}.png"
            vault.worker.call(
                "vault.reading.pdf:page_image", path=out, page=page, width=WIDE, out=seen, name=name
            )
            pages.append(seen.read_bytes())
    return Tried(made, tuple(pages))
