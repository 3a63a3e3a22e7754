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
    from release.stamp.templates import Templates

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
@click.option(
    "--templates", "rules", metavar="FILE.toml", help="Try the [stamps] of a rules file.",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)  # fmt: skip
@click.option(
    "--password-stdin", is_flag=True,
    help="Read the password of a locked PDF from standard input; the copy is not locked.",
)  # fmt: skip
@reads
def stamp(
    file: Path, out: Path, state: str, values: tuple[tuple[str, str], ...], url: str,
    rules: Path | None, password_stdin: bool,
) -> None:  # fmt: skip
    """Stamp every page of a PDF into a new file.

    What comes out is opened again and checked, page by page, before OUT.pdf appears.
    """
    from release.stamp import press
    from vault.terminal import secret
    from vault.worker import shared

    own = {key.lower(): value for key, value in values if key.lower() in OWN}
    extra = tuple((key, value) for key, value in values if key.lower() not in OWN)
    made = press.stamp(
        shared(), file, out, Stamp(state=state, url=url, extra=extra, **own),
        templates=_templates(rules) if rules else press.PLAIN,
        password=secret("Password of the PDF", password_stdin) if password_stdin else "",
    )  # fmt: skip
    say({**asdict(made), "out": str(out)}, _told(out, made))


def _templates(rules: Path) -> Templates:
    """Return the templates of a rules file, with the pictures that lie beside it."""
    import tomllib

    from release.errors import BadRules
    from release.stamp import templates

    try:
        told = tomllib.loads(rules.read_text("utf-8")).get("stamps", {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise BadRules(where=rules.name, why=fault) from fault
    if not isinstance(told, dict):
        raise BadRules(where="stamps", why="write it as [stamps]")
    pictures = {
        one.name: one.read_bytes()
        for one in rules.parent.iterdir()
        if one.suffix.lower() in {".png", ".svg"} and one.stat().st_size <= 2 * templates.LARGEST
    }
    return templates.read(told, pictures)


def _told(out: Path, made: Stamped) -> list[str]:
    lines = [f"{out}: {made.pages} pages, {made.size} bytes, sha256 {made.sha256}"]
    if made.how != "in place":
        lines.append(f"The file is odd, so its pages were not stamped in place but {made.how}.")
    if made.covered:
        pages = ", ".join(map(str, made.covered))
        lines.append(f"No white space was found on page {pages}; look at what the stamp covers.")
    if made.small:
        pages = ", ".join(map(str, made.small))
        lines.append(f"Page {pages} is so small that its code has modules below 0.5 mm.")
    if made.removed:
        lines.append(f"Left out of the copy: {', '.join(made.removed)}.")
    return lines
