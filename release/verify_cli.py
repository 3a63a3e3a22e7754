# SPDX-License-Identifier: AGPL-3.0-or-later
"""Verification and health on the command line: one line for each fault, and an exit code."""

from __future__ import annotations

# Imports inside functions: `--help` must not wait for the database and git.
import click

from vault import terminal
from vault.terminal import say, session

DAMAGED = 5


def hang(trunk: click.Group) -> None:
    """Hang these verbs on the trunk."""
    trunk.add_command(verify)
    trunk.add_command(doctor)


@click.command()
@click.argument("number", required=False)
@click.argument("rev", required=False)
@click.option("--deep", is_flag=True, help="Also stamp every released PDF again and compare.")
@terminal.reads
def verify(number: str | None, rev: str | None, deep: bool) -> None:
    """Check every signature, sha256, object, sign-off and the ledger's chain."""
    from release import audit

    with terminal.status() as show:
        report = audit.verify(session().vault, number, rev, deep=deep, progress=show)
    counted = ", ".join(f"{count} {kind}" for kind, count in report.checked.items())
    if report.ok:
        say(report.told(), f"All good: {counted}.")
        return
    lines = [f"{one.kind}: {one.where}: {one.what}" for one in report.faults]
    say(report.told(), [*lines, f"{len(lines)} faults; checked {counted or 'nothing'}."])
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
