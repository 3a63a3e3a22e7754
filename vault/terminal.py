# SPDX-License-Identifier: AGPL-3.0-or-later
"""Talking with the person at a terminal: who acts on which vault, data out, talk on stderr.

Every branch of the command line uses these few, so that ``--json``, prompts,
progress and tables look and behave the same everywhere.
"""

from __future__ import annotations

# Imports inside functions: `--help` must not wait for the database and git.
import getpass
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from vault import errors

if TYPE_CHECKING:
    from vault.home import Vault
    from vault.ledger.glance import Standing
    from vault.ledger.people import Person

Command = TypeVar("Command", bound=Callable[..., Any])
DEVICE = "command line"
"""Where an act came from that was typed here."""

why = click.option("-m", "why", metavar="WHY", default="", help="The reason, to be kept.")
needed_why = click.option("-m", "why", metavar="WHY", required=True, help="The reason, to be kept.")
password_stdin = click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input."
)
out_pdf = click.option(
    "-o", "out", type=click.Path(dir_okay=False, path_type=Path), required=True, metavar="OUT.pdf"
)


class Session:
    """One call of the command line: which vault, and who acts.

    Both are looked up when first asked for, so that a verb which needs neither
    (``stamp``, ``packet verify``) works anywhere.
    """

    def __init__(self, vault_dir: str | None, user: str | None) -> None:
        """Remember what the options said; nothing is opened yet."""
        self._vault_dir = vault_dir
        self._user = user
        self._opened: Vault | None = None

    @property
    def user(self) -> str | None:
        """Return the name of who acts, or None where nobody was named."""
        return self._user or os.environ.get("TITLEBLOCK_USER")

    @property
    def named_vault(self) -> str | None:
        """Return the vault this very call named; whoever stands in a clone means the clone's else."""
        return self._vault_dir

    @cached_property
    def vault(self) -> Vault:
        """Return the opened vault; raises NoVault where there is none."""
        import socket

        from vault import device, home

        device.be(f"command line, {socket.gethostname()[:60]}")
        place = self._vault_dir or os.environ.get("TITLEBLOCK_VAULT")
        self._opened = home.open_vault(Path(place) if place else home.find(Path.cwd()), later=True)
        return self._opened

    @cached_property
    def actor(self) -> Person:
        """Return the person who acts; raises NoActor, NoSuchPerson or NotAllowed."""
        from vault.ledger import people

        if not self.user:
            raise errors.NoActor
        person = people.get(self.vault.ledger, self.user)
        people.require(person, *people.ROLES)
        return person

    @cached_property
    def standing(self) -> Standing:
        """Return who acts, found out without the ledger's engine; raises what ``actor`` raises."""
        from vault import acting
        from vault.ledger import glance
        from vault.ledger.errors import NoSuchPerson

        if not self.user:
            raise errors.NoActor
        found = glance.standing(self.vault, self.user)
        if found is None:
            raise NoSuchPerson(name=self.user)
        found.require(*acting.ROLES)
        return found

    def close(self) -> None:
        """Close what was opened."""
        if self._opened is not None:
            self._opened.close()


def session() -> Session:
    """Return the session of the running command."""
    found = click.get_current_context().find_object(Session)
    if found is None:  # only a command outside the trunk could get here
        raise errors.NoActor
    return found


def reads(command: Command) -> Command:
    """Give a command ``--json``, which ``say`` obeys."""
    return click.option(
        "--json", "as_json", is_flag=True, expose_value=False, is_eager=True,
        callback=_remember_json, help="Print the answer as JSON.",
    )(command)  # fmt: skip


def _remember_json(context: click.Context, _option: click.Parameter, value: bool) -> None:
    if value:
        context.meta["titleblock.json"] = True


def wants_json() -> bool:
    """Say whether the running command was asked for JSON."""
    return bool(click.get_current_context().meta.get("titleblock.json"))


def say(data: Any, text: str | Iterable[str]) -> None:
    """Print data as JSON where it was asked for, else the text made for people.

    Data that takes long to make may be a function that makes it.
    """
    if wants_json():
        told = data() if callable(data) else data
        click.echo(json.dumps(told, indent=2, ensure_ascii=False))
        return
    lines = [text] if isinstance(text, str) else list(text)
    for line in lines:
        click.echo("\n".join(errors.printable(part) for part in line.split("\n")))


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return rows in aligned columns under their heads, or a dash where there are none."""
    cells = [["" if cell is None else str(cell) for cell in row] for row in rows]
    if not cells:
        return "—  nothing to show"
    widths = [
        max(len(line[column]) for line in [list(heads), *cells]) for column in range(len(heads))
    ]
    lines = [list(heads), ["─" * width for width in widths], *cells]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


@contextmanager
def progress(label: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show a bar on stderr while work of ``total`` steps goes on, silent where nobody looks."""
    hidden = not sys.stderr.isatty()
    with click.progressbar(
        length=total, label=label, file=sys.stderr, hidden=hidden, show_pos=True
    ) as bar:
        yield bar.update


def secret(
    what: str, from_stdin: bool, confirm: bool = False, option: str = "--password-stdin"
) -> str:
    """Return a password or PIN from a prompt or standard input, never from an argument."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise errors.NoTerminal(what=what.replace("Password", "password"), option=option)
    answer: str = click.prompt(what, hide_input=True, confirmation_prompt=confirm, err=True)
    return answer


def login_name() -> str:
    """Return the operating system's name of the person at the keyboard, in a vault's spelling."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = ""
    kept = "".join(
        sign for sign in name.lower() if sign.isascii() and (sign.isalnum() or sign in "._-")
    )
    return kept if len(kept) > 1 and kept[0].isalpha() else "admin"


@contextmanager
def status() -> Iterator[Callable[[str], None]]:
    """Show what is being worked on in one line of stderr that rewrites itself, for people only."""
    seen = sys.stderr.isatty()

    def show(line: str) -> None:
        if seen:
            click.echo(f"\r\x1b[K{errors.printable(line)[:100]}", nl=False, err=True)

    yield show
    show("")
