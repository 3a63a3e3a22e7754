# SPDX-License-Identifier: AGPL-3.0-or-later
"""The branch of the command line for the stamp alone; it needs no vault."""

from __future__ import annotations

# Imports inside the command: `--help` must not wait for the worker.
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING

import click

from release.stamp.template import STATES, Stamp
from vault.terminal import reads, say

if TYPE_CHECKING:
    from release.stamp.press import Stamped

OWN = tuple(field.name for field in fields(Stamp) if field.name not in {"state", "url", "extra"})


def hang(trunk: click.Group) -> None:
    """Hang ``stamp`` on the trunk."""
    trunk.add_command(stamp)


def _pairs(
    _context: click.Context, _option: click.Parameter, given: tuple[str, ...]
) -> tuple[tuple[str, str], ...]:
    pairs = []
    for one in given:
        key, equals, value = one.partition("=")
        if not equals or not key.strip():
            raise click.BadParameter(f"“{one}” is not of the form KEY=VALUE.")
        pairs.append((key.strip(), value.strip()))
    return tuple(pairs)


@click.command
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "-o", "--out", required=True, metavar="OUT.pdf", help="Where the stamped copy goes.",
    type=click.Path(dir_okay=False, path_type=Path),
)  # fmt: skip
@click.option("--state", required=True, type=click.Choice(STATES), help="What the stamp says.")
@click.option(
    "--set", "values", metavar="KEY=VALUE", multiple=True, callback=_pairs,
    help=f"What else it says: {', '.join(OWN)}, or any label of your own.",
)  # fmt: skip
@click.option("--qr", "url", default="", metavar="URL", help="The address in its QR code.")
@reads
def stamp(file: Path, out: Path, state: str, values: tuple[tuple[str, str], ...], url: str) -> None:
    """Stamp every page of a PDF into a new file.

    What comes out is opened again and checked, page by page, before OUT.pdf appears.
    """
    from release.stamp import press
    from vault.worker import shared

    own = {key.lower(): value for key, value in values if key.lower() in OWN}
    extra = tuple((key, value) for key, value in values if key.lower() not in OWN)
    made = press.stamp(shared(), file, out, Stamp(state=state, url=url, extra=extra, **own))
    say({**asdict(made), "out": str(out)}, _told(out, made))


def _told(out: Path, made: Stamped) -> list[str]:
    lines = [f"{out}: {made.pages} pages, {made.size} bytes, sha256 {made.sha256}"]
    if made.how != "in place":
        lines.append(f"The file is odd, so its pages were not stamped in place but {made.how}.")
    if made.covered:
        pages = ", ".join(map(str, made.covered))
        lines.append(f"No white space was found on page {pages}; look at what the stamp covers.")
    if made.removed:
        lines.append(f"Left out of the copy: {', '.join(made.removed)}.")
    return lines
