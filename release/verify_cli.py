# SPDX-License-Identifier: AGPL-3.0-or-later
"""Verification and health on the command line: one line for each fault, and an exit code."""

from __future__ import annotations

# Imports inside functions: `--help` must not wait for the database and git.
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vault import terminal
from vault.terminal import say, session

if TYPE_CHECKING:
    from release.trail import Report

DAMAGED = 5
FOLDER = click.Path(path_type=Path, file_okay=False)
FILE = click.Path(path_type=Path, dir_okay=False)


def hang(trunk: click.Group) -> None:
    """Hang these verbs on the trunk."""
    trunk.add_command(verify)
    trunk.add_command(doctor)


@click.command()
@click.argument("number", required=False)
@click.argument("rev", required=False)
@click.option(
    "--deep",
    is_flag=True,
    help="Also stamp every released PDF again and compare, and check signatures in PDFs.",
)
@click.option(
    "--stock", is_flag=True, help="Also let git check every signature: a process for each."
)
@click.option("--mirror", type=FOLDER, metavar="DIR.git", help="A mirror clone, without the vault.")
@click.option("--signers", type=FILE, metavar="FILE",
              help="With --mirror: the keys to trust, from elsewhere [the log's first].")  # fmt: skip
@click.option(
    "--objects", metavar="DIR", help="With --mirror: a copy of the objects [not looked at]."
)
@terminal.reads
def verify(
    number: str | None, rev: str | None, deep: bool, stock: bool, mirror: Path | None,
    signers: Path | None, objects: str | None,
) -> None:  # fmt: skip
    """Check every signature, sha256, object, sign-off and the ledger's chain.

    Files of evidence and packets are objects too: what is lost or changed is named by job and file.

    With --mirror only what git owns is checked, offline and from a clone alone (`git clone
    --mirror`): log, keys, tags, change orders, sign-offs.
    """
    if mirror is None:
        if signers or objects:
            raise click.UsageError("--signers and --objects go with --mirror")
        from release import audit

        with terminal.status() as show:
            report = audit.verify(
                session().vault, number, rev, deep=deep, stock=stock, progress=show
            )
        _told(report)
        return
    if number or deep:
        raise click.UsageError("a mirror is verified as a whole, and without --deep")
    if stock and signers is None:
        raise click.UsageError("--stock needs --signers, the list git has to trust")
    report = _of_mirror(mirror, signers, objects, stock=stock)
    _told(report, must_compare=signers is None)


def _of_mirror(mirror: Path, signers: Path | None, objects: str | None, *, stock: bool) -> Report:
    from release import audit
    from vault.objects import opening

    store = opening.open_store(objects, Path.cwd()) if objects else None
    with terminal.status() as show:
        return audit.verify_mirror(
            mirror.absolute(), signers=signers, objects=store, stock=stock, progress=show
        )


def _told(report: Report, *, must_compare: bool = False) -> None:
    counted = ", ".join(f"{count} {kind}" for kind, count in report.checked.items())
    trust = (
        f"The log begins with the key {report.signer}: compare it with `titleblock keys` of the"
        " vault, for a forged log has keys of its own."
    )
    further = [trust] if must_compare else []
    if report.ok:
        say(report.told(), [f"All good: {counted}.", *further])
        return
    lines = [f"{one.kind}: {one.where}: {one.what}" for one in report.faults]
    say(report.told(), [*lines, f"{len(lines)} faults; checked {counted or 'nothing'}.", *further])
    click.get_current_context().exit(DAMAGED)


@click.command()
@terminal.reads
def doctor() -> None:
    """Look at the vault's health: programs, disk, key, address, people, rules, stores."""
    from dataclasses import asdict

    from release import doctor as health

    signs = health.examine(session().vault)
    marks = {"good": "✓", "warning": "!", "bad": "✗"}
    lines = [
        f"{marks[one.verdict]} {one.about}: {one.found}"
        + (f"  → {one.remedy}" if one.remedy else "")
        for one in signs
    ]
    ill = [one for one in signs if one.verdict == "bad"]
    say({"ok": not ill, "signs": [asdict(one) for one in signs]}, lines)
    if ill:
        click.get_current_context().exit(1)
