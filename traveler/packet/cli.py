# SPDX-License-Identifier: AGPL-3.0-or-later
"""The command line of proof packets: ``titleblock packet …``."""

from __future__ import annotations

# Imports inside functions: `--help` must not wait for the database and git.
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vault.terminal import DEVICE, progress, reads, say, session, table

if TYPE_CHECKING:
    from traveler.packet.records import Packet


def hang(trunk: click.Group) -> None:
    """Hang the branch ``packet`` on the trunk."""
    trunk.add_command(packet)


@click.group()
def packet() -> None:
    """Proof packets: issued by quality, checked by anybody, withdrawn at once."""


@packet.command("check")
@click.argument("job")
@reads
def check(job: str) -> None:
    """Show what a packet of JOB would hold, and what is not right yet."""
    from traveler.packet import issuing

    found = issuing.check(session().vault, job)
    told = {
        "job": job, "ready": not found.open,
        "findings": [one.as_json() for one in found.findings],
        "contents": [one.title for one in found.sections],
        "files": [one.name for one in found.files],
        "template": found.template, "left_out": list(found.left_out),
        "held": [one.as_json() for one in found.held], "let": [said for _root, said in found.let],
    }  # fmt: skip
    rows = [(one.verdict, one.requirement, one.reason) for one in found.findings]
    lines = [table(("", "requirement", "why"), rows), "", "It would hold:"]
    lines += [f"  {one.title}" for one in found.sections]
    lines += ["", f"Chosen by the template “{found.template}”. What stays in the shop:"]
    say(told, [*lines, *(f"  {one}" for one in found.left_out or ("nothing",))])


@packet.command("let")
@click.argument("evidence", type=int)
@click.option("-m", "why", metavar="WHY", required=True, help="The reason; the customer reads it.")
@click.option("--no-longer", is_flag=True, help="Take that back.")
@reads
def let(evidence: int, why: str, no_longer: bool) -> None:
    """Let EVIDENCE leave in packets with what lies in it unseen, as quality, or no longer."""
    from traveler.packet import letting

    vault, actor = session().vault, session().actor
    if no_longer:
        letting.hold(vault, actor, evidence, why, device=DEVICE)
        say({"evidence": evidence, "let": False}, f"Evidence {evidence} holds packets again.")
        return
    found = letting.let(vault, actor, evidence, why, device=DEVICE)
    said = f"Evidence {evidence} leaves in packets from now on, with {'; '.join(found.what)}."
    say({"let": True, **found.as_json()}, said)


@packet.command("issue")
@click.argument("job")
@click.option("-m", "why", metavar="WHY", default="", help="Why, where there is one already.")
@reads
def issue(job: str, why: str) -> None:
    """Issue the proof packet of JOB, or its next revision."""
    from traveler.packet import issuing

    with progress("Making the packet", 100) as advance:
        made = issuing.issue(session().vault, session().actor, job, why, progress=advance)
    said = f"{made.label} revision {made.rev}: {made.pages} pages, sha256 {made.zip.sha256}."
    say(made.as_json(), said)


@packet.command("list")
@click.option("--job", default="", help="Only those of one job.")
@reads
def show_all(job: str) -> None:
    """List packets, the newest first."""
    from traveler.packet import issuing

    found = issuing.listing(session().vault, job)
    rows = [
        (
            one.label,
            one.rev,
            one.job,
            f"{one.item} {one.item_rev}",
            one.state,
            one.at[:10],
            one.person,
        )
        for one in found
    ]
    heads = ("packet", "rev", "job", "item", "state", "issued", "by")
    say([one.as_json() for one in found], table(heads, rows))


@packet.command("show")
@click.argument("number", metavar="PP")
@reads
def show(number: str) -> None:
    """Show a packet: PP is PP-0007, or 'PP-0007 2' for a revision of it."""
    from traveler.packet import issuing

    one = issuing.show(session().vault, number)
    say(one.as_json(), _lines(one))


@packet.command("get")
@click.argument("number", metavar="PP")
@click.option(
    "-o", "out", type=click.Path(dir_okay=False, path_type=Path), required=True,
    metavar="FILE.zip|pdf", help="The readable part alone where it ends with .pdf.",
)  # fmt: skip
@reads
def get(number: str, out: Path) -> None:
    """Write a packet's stored bytes to a file; a withdrawn one is refused."""
    from traveler.packet import issuing
    from vault.ledger.people import require

    require(session().actor, *issuing.READERS)
    vault = session().vault
    one = issuing.show(vault, number)
    pdf = out.suffix.lower() == ".pdf"
    out.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(issuing.file_of(vault, one, pdf=pdf), out)
    digest = one.pdf if pdf else one.zip
    say(
        one.as_json() | {"file": str(out), "sha256": digest.sha256},
        f"{out}: {one.label} {one.rev}.",
    )


@packet.command("revoke")
@click.argument("number", metavar="PP")
@click.option("-m", "why", metavar="WHY", required=True, help="The reason, shown to whoever asks.")
@reads
def revoke(number: str, why: str) -> None:
    """Withdraw a packet at once and for ever."""
    from traveler.packet import issuing

    one = issuing.revoke(session().vault, session().actor, number, why)
    say(one.as_json(), f"{one.label} revision {one.rev} is withdrawn.")


@packet.command("verify")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@reads
def verify(file: Path) -> None:
    """Check a packet's zip: every byte, the signature, and whether it still counts."""
    from traveler.packet import verifying

    found = verifying.verify(session().vault, file)
    lines = [f"WRONG: {one}" for one in found.faults] or ["Every file is as it was issued."]
    say(found.as_json(), [*lines, found.says])
    if found.faults:
        click.get_current_context().exit(5)
    if found.state != "valid":
        click.get_current_context().exit(1)


def _lines(one: Packet) -> list[str]:
    head = f"{one.label} revision {one.rev}  {one.state.upper()}"
    ended = [f"{one.why} ({one.ended_by}, {one.ended_at[:16]})"] if one.ended_by else []
    return [
        head, *ended, f"job {one.job}, {one.item} {one.item_rev}, {one.customer or 'no customer'}",
        f"issued {one.at[:16]} by {one.person}{f': {one.reason}' if one.reason else ''}",
        f"zip sha256 {one.zip.sha256}, {one.zip.size} bytes; {one.pages} pages",
        *(f"  {title}" for title in one.contents),
        *([f"an extract, by the template “{one.template}”:"] if one.left_out else []),
        *(f"  {said}" for said in one.left_out),
    ]  # fmt: skip
