# SPDX-License-Identifier: AGPL-3.0-or-later
"""Shipments, certificates, first articles and inspection reports on the command line."""

from __future__ import annotations

# Imports inside functions: `--help` must not wait for the database and git.
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from vault import terminal
from vault.terminal import reads, say, session, table

if TYPE_CHECKING:
    from traveler.firstarticle.records import Article
    from traveler.shipping.records import Shipment

_WHY = click.option("-m", "why", metavar="WHY", default="", help="The reason, to be kept.")
_STDIN = click.option("--password-stdin", is_flag=True, help="Read the password from there.")
_OUT = click.option("-o", "out", type=click.Path(dir_okay=False, path_type=Path), required=True,
                    metavar="OUT.pdf")  # fmt: skip
F = TypeVar("F", bound=Callable[..., Any])
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
DEVICE = "command line"


def hang(trunk: click.Group) -> None:
    """Hang the verbs on what leaves on the trunk."""
    for branch in (ship, fai, inspection):
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
@_WHY
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
@_OUT
@reads
def ship_slip(number: str, out: Path) -> None:
    """Print the packing slip of a shipment as PDF."""
    from traveler.quality import papers

    pages = papers.slip(session().vault, number, out)
    say({"shipment": number, "file": str(out), "pages": pages}, f"{out}: {pages} pages.")


@ship.command("certify")
@click.argument("number")
@click.option("--remarks", default="")
@click.option("--shelf-life", default="")
@_WHY
@_STDIN
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
    from traveler.quality import papers

    found = papers.certificates(session().vault, job_number)
    rows = [(one.number, one.at, one.person, "replaced" if one.replaced else "") for one in found]
    say([one.as_json() for one in found], table(("certificate", "at", "by", ""), rows))


@ship.command("certificate")
@click.argument("number")
@_OUT
@reads
def ship_certificate(number: str, out: Path) -> None:
    """Print a certificate of conformance as PDF, as it was signed."""
    from traveler.quality import papers

    pages = papers.certificate(session().vault, number, out)
    say({"certificate": number, "file": str(out), "pages": pages}, f"{out}: {pages} pages.")


def _say(one: Shipment) -> None:
    say(one.as_json(), f"{one.number} is {one.state}: {one.facts.qty} pieces of job {one.job}.")


# --- inspection -------------------------------------------------------------


@click.command("inspection")
@click.argument("job_number", metavar="JOB")
@_OUT
@reads
def inspection(job_number: str, out: Path) -> None:
    """Print the inspection report of job JOB as PDF."""
    from traveler.quality import papers

    pages = papers.inspection(session().vault, job_number, out)
    say({"job": job_number, "file": str(out), "pages": pages}, f"{out}: {pages} pages.")


# --- first articles ---------------------------------------------------------


def _described(command: F) -> F:
    """Add the options that say what the fields of form 1 do not get from records."""
    options = (
        click.option("--serial", help="3: serial numbers of the pieces inspected."),
        click.option("--drawing", help="6: the drawing, where it is not the file's name."),
        click.option("--changes", help="8: changes no revision has taken up [deviations]."),
        click.option("--process", help="9: the manufacturing process reference [the route]."),
        click.option("--supplier", help="11: the code the customer gave this shop."),
        click.option("--of", "detail", type=click.Choice(["detail", "assembly"]),
                     help="13: of a detail or an assembly [by the item's kind]."),
        click.option("--customer", type=click.Choice(["wanted", "no"]),
                     help="24: whether the customer has to approve it [no]."),
        click.option("--comments", help="26: in words."),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


@click.group()
def fai() -> None:
    """First article inspections after AS9102: open, list materials, verify, approve, print."""


@fai.command("due")
@click.argument("job_number", metavar="JOB")
@reads
def fai_due(job_number: str) -> None:
    """Say whether a first article is due on job JOB, and why."""
    from traveler.firstarticle import desk

    why = desk.due(session().vault, job_number)
    said = f"A first article is due: {why}." if why else "No first article is due."
    part = desk.partial(session().vault, job_number) if why else None
    told = part and {"baseline": part.baseline, "balloons": list(part.balloons)}
    lines = [said, *([f"{part.sentence[0].upper()}{part.sentence[1:]}."] if part else [])]
    say({"job": job_number, "due": bool(why), "why": why or None, "partial": told}, lines)


@fai.command("open")
@click.argument("job_number", metavar="JOB")
@click.option("--scope", type=click.Choice(["full", "partial"]), default="full", show_default=True)
@click.option("--baseline", default="", metavar="FA", help="The approved one a partial refers to.")
@click.option("--balloon", "balloons", multiple=True, help="In its scope [all]; may be repeated.")
@_described
@_WHY
@reads
def fai_open(
    job_number: str, scope: str, baseline: str, balloons: tuple[str, ...], why: str,
    **told: str | None,
) -> None:  # fmt: skip
    """Open a first article on job JOB."""
    from traveler.firstarticle import desk

    _say_article(desk.open_new(
        session().vault, session().actor, job_number, scope, why, baseline=baseline,
        balloons=balloons, **{name: one for name, one in told.items() if one is not None},
    ))  # fmt: skip


@fai.command("describe")
@click.argument("number")
@_described
@reads
def fai_describe(number: str, **told: str | None) -> None:
    """Say more of a draft: the fields that were left open, by their names."""
    from traveler.firstarticle import desk

    given = {name: one for name, one in told.items() if one is not None}
    _say_article(desk.describe(session().vault, session().actor, number, **given))


@fai.command("index")
@click.argument("number")
@click.option("--line", "lines", multiple=True, metavar="NUMBER|NAME|TYPE|FAIR",
              help="Fields 15 to 18; may be repeated.  None: as the bill of material says.")  # fmt: skip
@reads
def fai_index(number: str, lines: tuple[str, ...]) -> None:
    """Write which parts an assembly is made of, in the place of its bill of material."""
    from traveler.firstarticle import desk

    rows = [{str(15 + at): part.strip() for at, part in enumerate(one.split("|"))} for one in lines]
    _say_article(desk.index(session().vault, session().actor, number, rows))


@fai.command("accept")
@click.argument("number")
@click.argument("who")
@click.option("--day", default="", help="On which day [today].")
@reads
def fai_accept(number: str, who: str, day: str) -> None:
    """Write down that WHO approved it for the customer, fields 24 and 25."""
    from traveler.firstarticle import desk

    _say_article(desk.accept(session().vault, session().actor, number, who, day))


@fai.command("material")
@click.argument("number")
@click.option("--line", "lines", multiple=True, required=True,
              metavar="NAME|SPEC|CODE|SUPPLIER|Y/N/NA|COC|TEST|REPORT|COMMENTS",
              help="Fields 5 to 13 of form 2; may be repeated.")  # fmt: skip
@reads
def fai_material(number: str, lines: tuple[str, ...]) -> None:
    """Write the materials and processes of form 2."""
    from traveler.firstarticle import desk

    rows = [{str(5 + at): part.strip() for at, part in enumerate(one.split("|"))} for one in lines]
    _say_article(desk.materials(session().vault, session().actor, number, rows))


@fai.command("verify")
@click.argument("number")
@_STDIN
@reads
def fai_verify(number: str, password_stdin: bool) -> None:
    """Fill the forms from what stands now and sign field 20."""
    from traveler.firstarticle import desk

    password = terminal.secret("Password", password_stdin)
    _say_article(desk.verify(session().vault, session().actor, number, password))


@fai.command("approve")
@click.argument("number")
@_WHY
@_STDIN
@reads
def fai_approve(number: str, why: str, password_stdin: bool) -> None:
    """Sign field 22; never by who verified it."""
    from traveler.firstarticle import desk

    password = terminal.secret("Password", password_stdin)
    _say_article(desk.approve(session().vault, session().actor, number, password, why))


@fai.command("reject")
@click.argument("number")
@_WHY
@reads
def fai_reject(number: str, why: str) -> None:
    """Send it back."""
    from traveler.firstarticle import desk

    _say_article(desk.reject(session().vault, session().actor, number, why))


@fai.command("cancel")
@click.argument("number")
@_WHY
@reads
def fai_cancel(number: str, why: str) -> None:
    """Give a draft up."""
    from traveler.firstarticle import desk

    _say_article(desk.cancel(session().vault, session().actor, number, why))


@fai.command("list")
@click.option("--job", "job_number", default="", metavar="JOB")
@click.option("--item", default="", metavar="NUMBER")
@reads
def fai_list(job_number: str, item: str) -> None:
    """List first articles, oldest first."""
    from traveler.firstarticle import desk

    found = desk.listing(session().vault, job_number, item)
    rows = [(one.number, one.job, f"{one.item} {one.rev}", one.facts.scope, one.state,
             one.facts.reason) for one in found]  # fmt: skip
    say([one.as_json() for one in found],
        table(("fai", "job", "item", "scope", "state", "reason"), rows))  # fmt: skip


@fai.command("print")
@click.argument("number")
@_OUT
@reads
def fai_print(number: str, out: Path) -> None:
    """Print forms 1 to 3 as PDF, or as a workbook where OUT ends in .xlsx."""
    from traveler.quality import papers

    told: dict[str, Any] = {"fai": number, "file": str(out)}
    if out.suffix == ".xlsx":
        papers.workbook(session().vault, number, out)
    else:
        told["pages"] = papers.article(session().vault, number, out)
    say(told, f"{out} is written.")


def _say_article(one: Article) -> None:
    say(one.as_json(), f"{one.number} is {one.state}: {one.facts.scope}, {one.item} {one.rev}.")
