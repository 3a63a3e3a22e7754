# SPDX-License-Identifier: AGPL-3.0-or-later
"""Nonconformances on the command line: open, dispose, approve, explain, close, list, show."""

from __future__ import annotations

# Imports inside functions: `--help` must not wait for the database and git.
from typing import TYPE_CHECKING

import click

from vault import terminal
from vault.terminal import DEVICE, password_stdin, reads, say, session, table, why

if TYPE_CHECKING:
    from traveler.nonconformance.disposing import Rework, Share
    from traveler.nonconformance.records import Nonconformance
    from traveler.nonconformance.views import View


def hang(trunk: click.Group) -> None:
    """Hang the verbs on nonconformances on the trunk."""
    trunk.add_command(nc)


@click.group()
def nc() -> None:
    """Nonconformances: what is not as the drawing asks, and what was decided about it."""


@nc.command("open")
@click.argument("job_number", metavar="JOB")
@click.option("--op", "seq", type=int, metavar="SEQ", help="The operation it was found at.")
@click.option("--qty", type=int, default=1, show_default=True, help="How many pieces.")
@click.option("-m", "what", metavar="WHAT", required=True, help="What is not right.")
@click.option("--found", "place", default="", metavar="WHERE", help="Where it was found.")
@click.option("--pieces", default="", help="Which ones: numbers, serials.")
@click.option("--containment", default="", help="What was done at once, as: red bin 3.")
@click.option("--balloon", "balloons", multiple=True, help="The characteristic; may be repeated.")
@click.option("--holds", type=click.Choice(["rest", "job", "nothing"]), default="rest",
              help="What waits: the steps after it [default], the job, or shipping only.")  # fmt: skip
@click.option("--owner", default="", metavar="USER", help="Who sees to it [who planned the job].")
@reads
def nc_open(
    job_number: str, seq: int | None, qty: int, what: str, place: str, pieces: str,
    containment: str, balloons: tuple[str, ...], holds: str, owner: str,
) -> None:  # fmt: skip
    """Write down what does not conform on job JOB."""
    from traveler.nonconformance import opening

    wanted = opening.Wanted(
        job=job_number, what=what, qty=qty, seq=seq, place=place, pieces=pieces,
        containment=containment, holds=holds, balloons=balloons, owner=owner,
    )  # fmt: skip
    _say(opening.open_new(session().vault, session().actor, wanted, device=DEVICE), "is open")


@nc.command("correct")
@click.argument("number")
@click.option("--qty", type=int, help="How many pieces.")
@click.option("--what", metavar="WHAT", help="What is not right.")
@click.option("--found", "place", metavar="WHERE")
@click.option("--pieces")
@why
@reads
def nc_correct(
    number: str, qty: int | None, what: str | None, place: str | None, pieces: str | None, why: str
) -> None:
    """Correct what was found; a proposal that waits for approval falls by it."""
    from traveler.nonconformance import opening

    done = opening.correct(session().vault, session().actor, number, why, qty=qty, what=what,
                        place=place, pieces=pieces)  # fmt: skip
    _say(done, "is corrected")


@nc.command("explain")
@click.argument("number")
@click.option("--cause", default="", help="Why it happened.")
@click.option("--action", default="", help="What keeps it from happening again.")
@click.option("--change", default="", metavar="CO", help="The change order that followed.")
@click.option("--recall", default="", metavar="REV", help="The revision that was recalled.")
@click.option("--containment", default="", help="What was done at once.")
@reads
def nc_explain(
    number: str, cause: str, action: str, change: str, recall: str, containment: str
) -> None:
    """Say why it happened, what keeps it from happening again, and what followed."""
    from traveler.nonconformance import opening

    done = opening.explain(session().vault, session().actor, number, cause=cause, action=action,
                        change=change, recall=recall, containment=containment)  # fmt: skip
    _say(done, "is explained")


@nc.command("dispose")
@click.argument("number")
@click.argument(
    "dispositions", nargs=-1, required=True, metavar="[QTY=]rework|repair|use-as-is|scrap|return…"
)
@why
@click.option("--step", "steps", multiple=True, metavar="STATION=TITLE",
              help="A step of rework or repair; may be repeated.")  # fmt: skip
@click.option("--repeat", type=int, multiple=True, metavar="SEQ",
              help="An operation to do again; may be repeated.")  # fmt: skip
@click.option("--back-to", type=int, metavar="SEQ", help="Where the pieces join the route again.")
@click.option("--counted", is_flag=True,
              help="Pieces to be scrapped or returned are counted as scrap there already.")  # fmt: skip
@click.option("--sign", is_flag=True, help="Sign repair or use as is as the approval owner.")
@password_stdin
@reads
def nc_dispose(
    number: str, dispositions: tuple[str, ...], why: str, steps: tuple[str, ...],
    repeat: tuple[int, ...], back_to: int | None, counted: bool, sign: bool, password_stdin: bool,
) -> None:  # fmt: skip
    """Decide what happens to the pieces: `scrap`, or `3=rework 1=scrap 2=use-as-is`.

    Repair and use as is wait for the approval owner.  What is scrapped or returned is written off
    at the step.
    """
    from traveler.nonconformance import disposing

    password = terminal.secret("Password", password_stdin) if sign or password_stdin else ""
    work = _work(steps, repeat, back_to)
    alone = len(dispositions) == 1
    shares = [_share(one, work, counted, alone) for one in dispositions]
    done = disposing.dispose_parts(session().vault, session().actor, number, shares, why,
                              password=password)  # fmt: skip
    waits = done.state == "proposed"
    _say(done, f"waits for the approval owner: {done.facts.disposition}" if waits else
         f"is disposed of: {done.facts.disposition}")  # fmt: skip


@nc.command("approve")
@click.argument("number")
@why
@password_stdin
@reads
def nc_approve(number: str, why: str, password_stdin: bool) -> None:
    """Sign a proposed repair or use as is, as the approval owner, with the password again."""
    from traveler.nonconformance import disposing

    password = terminal.secret("Password", password_stdin)
    _say(disposing.approve(session().vault, session().actor, number, password, why), "is approved")


@nc.command("refuse")
@click.argument("number")
@why
@reads
def nc_refuse(number: str, why: str) -> None:
    """Turn a proposal down, as the approval owner."""
    from traveler.nonconformance import disposing

    _say(disposing.refuse(session().vault, session().actor, number, why), "is open again")


@nc.command("reconsider")
@click.argument("number")
@why
@reads
def nc_reconsider(number: str, why: str) -> None:
    """Take a disposition back."""
    from traveler.nonconformance import disposing

    _say(disposing.reconsider(session().vault, session().actor, number, why), "is open again")


@nc.command("close")
@click.argument("number")
@why
@reads
def nc_close(number: str, why: str) -> None:
    """Put it away once it is disposed of, explained, and its steps are done."""
    from traveler.nonconformance import closing

    _say(closing.close(session().vault, session().actor, number, why), "is closed")


@nc.command("reopen")
@click.argument("number")
@why
@reads
def nc_reopen(number: str, why: str) -> None:
    """Take it up again."""
    from traveler.nonconformance import closing

    _say(closing.reopen(session().vault, session().actor, number, why), "is open again")


@nc.command("list")
@click.option("--job", "job_number", default="", metavar="JOB")
@click.option("--item", default="", metavar="NUMBER")
@click.option("--all", "closed", is_flag=True, help="Closed ones too.")
@reads
def nc_list(job_number: str, item: str, closed: bool) -> None:
    """List nonconformances, the newest first."""
    from traveler.nonconformance import rules
    from traveler.nonconformance import views as nc_views
    from traveler.nonconformance.records import Filter

    wanted = Filter(job_number, item, frozenset() if closed else rules.OPEN)
    found = nc_views.listing(session().vault, wanted, 10_000)
    rows = [
        (one.number, one.job, one.seq, one.facts.qty, one.state, one.facts.disposition,
         one.facts.what.splitlines()[0])
        for one in found
    ]  # fmt: skip
    heads = ("number", "job", "op", "qty", "state", "disposition", "what")
    say([one.as_json() for one in found], table(heads, rows))


@nc.command("show")
@click.argument("number")
@reads
def nc_show(number: str) -> None:
    """Show a nonconformance with all that was done about it."""
    from traveler.nonconformance import views as nc_views

    view = nc_views.show(session().vault, number)
    say(view.as_json(), _lines(view))


def _lines(view: View) -> list[str]:
    one, facts = view.one, view.one.facts
    told = (
        ("found at", facts.place), ("characteristics", ", ".join(facts.balloons)),
        ("results", str(len(facts.results)) if facts.results else ""),
        ("pieces", facts.pieces), ("containment", facts.containment),
        ("because", facts.disposed_why), ("approved by", facts.approved_by),
        ("cause", facts.cause), ("action", facts.action), ("change", facts.change),
        ("recall", facts.recall),
    )  # fmt: skip
    return [
        f"{one.number}  {one.state}  job {one.job}"
        + (f" op {one.seq}" if one.seq is not None else "") + f"  {one.item} {one.rev}",
        one.sentence,
        *(f"{label}: {value}" for label, value in told if value),
        *(f"step {seq} {title}: {state}" for seq, title, state in view.steps),
        table(("at", "by", "did", "words"),
              [(it.at, it.person, it.act, it.words) for it in view.entries]),
    ]  # fmt: skip


def _share(text: str, work: Rework | None, counted: bool, alone: bool) -> Share:
    """Return what ``3=rework`` asks for; the steps are those of rework or repair."""
    from traveler.nonconformance import rules
    from traveler.nonconformance.disposing import Share

    qty, said, named = text.rpartition("=")
    if said and not (qty.isascii() and qty.isdigit()):
        raise click.BadParameter(f"“{text}” does not begin with a number of pieces")
    worked = alone or rules.disposition(named) in rules.WORKED
    return Share(named, int(qty) if said else 0, work=work if worked else None, counted=counted)


def _work(steps: tuple[str, ...], repeat: tuple[int, ...], back_to: int | None) -> Rework | None:
    from traveler.nonconformance.disposing import Rework
    from traveler.route import Step

    if not steps and not repeat and back_to is None:
        return None
    made = []
    for place, one in enumerate(steps, 1):
        station, _, title = one.partition("=")
        made.append(Step(place, station.strip(), title.strip() or station.strip()))
    return Rework(made, repeat, back_to)


def _say(one: Nonconformance, done: str) -> None:
    say(one.as_json(), f"{one.number} {done}.")
