# SPDX-License-Identifier: AGPL-3.0-or-later
"""Shipments, certificates and inspection reports on the command line."""

from __future__ import annotations

# Imports inside functions: `--help` must not wait for the database and git.
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from vault import terminal
from vault.terminal import DEVICE, out_pdf, password_stdin, reads, say, session, table, why

if TYPE_CHECKING:
    from traveler.shipping.records import Shipment

F = TypeVar("F", bound=Callable[..., Any])
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def hang(trunk: click.Group) -> None:
    """Hang the verbs on what leaves on the trunk."""
    for branch in (ship, inspection):
        trunk.add_command(branch)


# --- shipments --------------------------------------------------------------


@click.group()
def ship() -> None:
    """Shipments: pack, attach photos, ship, receive; packing slips and certificates."""


@ship.command("pack")
@click.argument("job_number", metavar="JOB")
@click.option("--qty", type=int, required=True, help="How many pieces.")
@click.option("--to", default="", help="To whom and where [the customer].")
@click.option("--boxes", default="", help="As: 2 cartons, 14 kg.")
@click.option("--pieces", default="", help="Which ones: numbers, serials.")
@reads
def ship_pack(job_number: str, qty: int, to: str, boxes: str, pieces: str) -> None:
    """Pack finished pieces of job JOB, all of them or a part."""
    from traveler.shipping import desk

    told = {key: one for key, one in (("to", to), ("boxes", boxes), ("pieces", pieces)) if one}
    _say(desk.pack(session().vault, session().actor, job_number, qty, device=DEVICE, **told))


@ship.command("attach")
@click.argument("number")
@click.argument("files", nargs=-1, type=_FILE, required=True, metavar="PHOTO…")
@click.option("-m", "said", default="", metavar="WORDS")
@reads
def ship_attach(number: str, files: tuple[Path, ...], said: str) -> None:
    """Keep photos of the packing, or of the signed receipt, with a shipment."""
    from traveler.shipping import desk

    given = {place.name: place for place in files}
    _say(desk.attach(session().vault, session().actor, number, given, said, device=DEVICE))


@ship.command("send")
@click.argument("number")
@click.option("--carrier", default="", help="Who takes it.")
@click.option("--tracking", default="", help="The carrier's number.")
@reads
def ship_send(number: str, carrier: str, tracking: str) -> None:
    """Let a shipment leave, once nothing holds it."""
    from traveler.shipping import desk

    _say(desk.ship(session().vault, session().actor, number, carrier=carrier, tracking=tracking,
                   device=DEVICE))  # fmt: skip


@ship.command("receive")
@click.argument("number")
@click.option("--by", required=True, metavar="NAME", help="Who took it.")
@click.option("--on", "day", default="", metavar="DATE", help="[today]")
@click.option("-m", "said", default="", metavar="WORDS")
@reads
def ship_receive(number: str, by: str, day: str, said: str) -> None:
    """Write down that it arrived."""
    from traveler.shipping import desk

    _say(desk.receive(session().vault, session().actor, number, by, day, said))


@ship.command("cancel")
@click.argument("number")
@why
@reads
def ship_cancel(number: str, why: str) -> None:
    """Unpack what has not left."""
    from traveler.shipping import desk

    _say(desk.cancel(session().vault, session().actor, number, why))


@ship.command("list")
@click.argument("job_number", metavar="JOB")
@reads
def ship_list(job_number: str) -> None:
    """List the shipments of job JOB, and what is left to pack."""
    from traveler.shipping import desk

    found = desk.look(session().vault, job_number)
    rows = [(one.number, one.state, one.facts.qty, one.facts.carrier, one.facts.tracking,
             one.facts.received_by) for one in found.shipments]  # fmt: skip
    told = {"job": found.job.number, "finished": found.finished, "left": found.left,
            "refusal": found.refusal or None,
            "shipments": [one.as_json() for one in found.shipments]}  # fmt: skip
    lines = [f"{found.finished} finished, {found.left} to be packed"]
    lines += [found.refusal] if found.refusal else []
    say(told, [*lines, table(("shipment", "state", "qty", "carrier", "tracking", "received by"),
                             rows)])  # fmt: skip


@ship.command("slip")
@click.argument("number")
@out_pdf
@reads
def ship_slip(number: str, out: Path) -> None:
    """Print the packing slip of a shipment as PDF."""
    from traveler.shipping import papers

    pages = papers.slip(session().vault, number, out)
    say({"shipment": number, "file": str(out), "pages": pages}, f"{out}: {pages} pages.")


@ship.command("certify")
@click.argument("number")
@click.option("--remarks", default="")
@click.option("--shelf-life", default="")
@why
@password_stdin
@reads
def ship_certify(
    number: str, remarks: str, shelf_life: str, why: str, password_stdin: bool
) -> None:
    """Sign the certificate of conformance of a shipment, with the password again."""
    from traveler.shipping import desk

    password = terminal.secret("Password", password_stdin)
    made = desk.certify(session().vault, session().actor, number, password, remarks=remarks,
                        shelf_life=shelf_life, why=why)  # fmt: skip
    say(made.as_json(), f"{made.number} certifies {number}.")


@ship.command("certificates")
@click.argument("job_number", metavar="JOB")
@reads
def ship_certificates(job_number: str) -> None:
    """List the certificates of job JOB."""
    from traveler.shipping import desk

    found = desk.look(session().vault, job_number).certificates
    rows = [(one.number, one.at, one.person, "replaced" if one.replaced else "") for one in found]
    say([one.as_json() for one in found], table(("certificate", "at", "by", ""), rows))


@ship.command("certificate")
@click.argument("number")
@out_pdf
@reads
def ship_certificate(number: str, out: Path) -> None:
    """Print a certificate of conformance as PDF, as it was signed."""
    from traveler.shipping import papers

    pages = papers.certificate(session().vault, number, out)
    say({"certificate": number, "file": str(out), "pages": pages}, f"{out}: {pages} pages.")


def _say(one: Shipment) -> None:
    say(one.as_json(), f"{one.number} is {one.state}: {one.facts.qty} pieces of job {one.job}.")


# --- inspection -------------------------------------------------------------


@click.command("inspection")
@click.argument("job_number", metavar="JOB")
@out_pdf
@reads
def inspection(job_number: str, out: Path) -> None:
    """Print the inspection report of job JOB as PDF."""
    from traveler.inspection import report

    pages = report(session().vault, job_number, out)
    say({"job": job_number, "file": str(out), "pages": pages}, f"{out}: {pages} pages.")
