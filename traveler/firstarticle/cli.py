# SPDX-License-Identifier: AGPL-3.0-or-later
"""First articles on the command line: when one is due, and every act on one."""

from __future__ import annotations

# Imports inside functions: `--help` must not wait for the database and git.
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from vault import terminal
from vault.terminal import DEVICE, out_pdf, password_stdin, reads, say, session, table, why

if TYPE_CHECKING:
    from traveler.firstarticle.records import Article
    from traveler.firstarticle.rules import Owed

F = TypeVar("F", bound=Callable[..., Any])


def hang(trunk: click.Group) -> None:
    """Hang the verbs on first articles on the trunk."""
    trunk.add_command(fai)


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
@click.argument("job_number", metavar="JOB", required=False, default="")
@reads
def fai_due(job_number: str) -> None:
    """Say whether a first article is due on JOB, every reason, and which one would answer it.

    Without a job: on which jobs in process, of items that were inspected so before.
    """
    from traveler.firstarticle import due

    if job_number:
        _say_owed(due.owed(session().vault, job_number))
        return
    found = due.in_process(session().vault)
    rows = [(one.job, f"{one.item} {one.rev}", one.scope, ", ".join(one.under_way) or "–", one.why)
            for one in found]  # fmt: skip
    say([one.as_json() for one in found],
        table(("job", "item", "scope", "under way", "why"), rows) if rows
        else "No first article is due on any job in process.")  # fmt: skip


@fai.command("waive")
@click.argument("job_number", metavar="JOB")
@click.argument("ref", metavar="REASON")
@why
@reads
def fai_waive(job_number: str, ref: str, why: str) -> None:
    """Say that REASON, as `fai due` names it, needs no first article on JOB and further jobs."""
    from traveler.firstarticle import due

    _say_owed(due.waive(session().vault, session().actor, job_number, ref, why, DEVICE))


@fai.command("ask")
@click.argument("job_number", metavar="JOB")
@click.argument("ref", metavar="REASON")
@why
@reads
def fai_ask(job_number: str, ref: str, why: str) -> None:
    """Ask again for the REASON somebody set aside."""
    from traveler.firstarticle import due

    _say_owed(due.ask(session().vault, session().actor, job_number, ref, why, DEVICE))


@fai.command("open")
@click.argument("job_number", metavar="JOB")
@click.option("--scope", type=click.Choice(["full", "partial"]), default="full", show_default=True)
@click.option("--baseline", default="", metavar="FA", help="The approved one a partial refers to.")
@click.option("--balloon", "balloons", multiple=True, help="In its scope [all]; may be repeated.")
@_described
@why
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
@password_stdin
@reads
def fai_verify(number: str, password_stdin: bool) -> None:
    """Fill the forms from what stands now and sign field 20."""
    from traveler.firstarticle import desk

    password = terminal.secret("Password", password_stdin)
    _say_article(desk.verify(session().vault, session().actor, number, password))


@fai.command("approve")
@click.argument("number")
@why
@password_stdin
@reads
def fai_approve(number: str, why: str, password_stdin: bool) -> None:
    """Sign field 22; never by who verified it."""
    from traveler.firstarticle import desk

    password = terminal.secret("Password", password_stdin)
    _say_article(desk.approve(session().vault, session().actor, number, password, why))


@fai.command("reject")
@click.argument("number")
@why
@reads
def fai_reject(number: str, why: str) -> None:
    """Send it back."""
    from traveler.firstarticle import desk

    _say_article(desk.reject(session().vault, session().actor, number, why))


@fai.command("cancel")
@click.argument("number")
@why
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
@out_pdf
@reads
def fai_print(number: str, out: Path) -> None:
    """Print forms 1 to 3 as PDF, or as a workbook where OUT ends in .xlsx."""
    from traveler.firstarticle import papers

    told: dict[str, Any] = {"fai": number, "file": str(out)}
    if out.suffix == ".xlsx":
        papers.workbook(session().vault, number, out)
    else:
        told["pages"] = papers.article(session().vault, number, out)
    say(told, f"{out} is written.")


def _say_article(one: Article) -> None:
    say(one.as_json(), f"{one.number} is {one.state}: {one.facts.scope}, {one.item} {one.rev}.")


def _say_owed(one: Owed) -> None:
    said = f"A first article is due: {one.why}." if one.open else "No first article is due."
    lines = [said]
    if one.open:
        lines += [f"{one.sentence[0].upper()}{one.sentence[1:]}."]
        lines += [f"{number} is under way." for number in one.under_way]
    lines += [f"  {each.ref}: {each.kind}" for each in one.open]
    lines += [f"  {each.ref}: perhaps, {each.sentence}" for each in one.perhaps]
    lines += [f"  {each.ref}: set aside by {each.waiver.person} on {each.waiver.job}: {each.waiver.why}"
              for each in one.reasons if each.waiver]  # fmt: skip
    say(one.as_json(), lines)
