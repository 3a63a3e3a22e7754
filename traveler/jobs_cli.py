# SPDX-License-Identifier: AGPL-3.0-or-later
"""The command line of jobs: planned, looked at, released, held, closed, printed."""

from __future__ import annotations

# Imports inside functions: `--help` must not wait for the database and git.
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vault.terminal import out_pdf, reads, say, session, table, why

if TYPE_CHECKING:
    from traveler.views import JobView, OperationView
    from vault.ledger.events import Event


def hang(trunk: click.Group) -> None:
    """Hang the branch on the trunk."""
    trunk.add_command(job)


@click.group()
def job() -> None:
    """Jobs: so many pieces of one released revision, due on a day."""


@job.command("add")
@click.argument("job_number", metavar="JOB")
@click.argument("number")
@click.option("--qty", type=int, required=True, help="How many pieces.")
@click.option("--due", required=True, metavar="DATE", help="As 2027-03-01.")
@click.option("--rev", help="A released revision [the current one].")
@click.option("--customer", default="")
@click.option("--order", default="", help="The customer's order number.")
@click.option("--with", "kit", multiple=True, metavar="NUMBER[:REV][*QTY]",
              help="A further item of the kit, QTY of it to each piece.")  # fmt: skip
@click.option("--with-children", is_flag=True, help="A child job for every part with a route.")
@click.option("--children-due", default="", metavar="DATE", help="[with the job]")
@click.option("--parent", default="", metavar="JOB", help="The job that waits for this one.")
@click.option("--at", type=int, default=0, metavar="SEQ", help="The operation that needs it.")
@reads
def job_add(
    job_number: str, number: str, kit: tuple[str, ...], with_children: bool, **told: Any
) -> None:
    """Plan a job of a released revision of item NUMBER."""
    from traveler import family, jobs
    from traveler.memory import desk as memory

    kin = family.Family(
        told.pop("parent"), told.pop("at"), tuple(family.named(one) for one in kit),
        with_children, told.pop("children_due"),
    )  # fmt: skip
    view = jobs.add(session().vault, session().actor, job_number, number, **told, family=kin)
    said = [
        f"Job {view.job.number}: {view.job.qty} of {view.job.item} {view.job.rev}, due {view.job.due}."
    ]
    said += [f"  {one.job}: {one.qty} of {one.item} {one.rev}, needed at operation {one.at}"
             for one in view.children]  # fmt: skip
    before = memory.of_job(session().vault, view.job.number).told
    if before:
        said.append(f"Earlier jobs say {len(before)} thing{'s' if len(before) > 1 else ''} about it: "
                    f"`titleblock memory show {view.job.item} --job {view.job.number}`.")  # fmt: skip
    say(view.as_json(), said)


@job.command("list")
@click.option("--state", default="", help="planned, released, held, closed or cancelled.")
@click.option("--item", default="", metavar="NUMBER")
@click.option("--customer", default="")
@click.option("--station", "station_code", default="", help="With open work at this station.")
@click.option("--due-by", default="", metavar="DATE")
@click.option("--words", default="", help="Found in number, item, title, customer or order.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=200, show_default=True)
@reads
def job_list(
    state: str,
    item: str,
    customer: str,
    station_code: str,
    due_by: str,
    words: str,
    limit: int,
) -> None:
    """List jobs: open ones, the earliest due first, then those that ended."""
    from traveler import jobs
    from traveler.job_records import JobFilter

    wanted = JobFilter(
        state=state, item=item, customer=customer, station=station_code, due_by=due_by, words=words
    )
    found = jobs.listing(session().vault, wanted, limit)
    rows = [
        (
            one.job.number,
            f"{one.job.item} {one.job.rev}",
            one.job.qty,
            one.job.due,
            one.job.state,
            f"{one.done}/{one.of}",
            f"{one.step.seq} {one.step.station}" if one.step else "",
            "" if one.standing.state == "current" else one.standing.state.upper(),
        )
        for one in found
    ]
    heads = ("job", "item", "qty", "due", "state", "done", "at", "revision")
    say([one.as_json() for one in found], table(heads, rows))


@job.command("show")
@click.argument("job_number", metavar="JOB")
@reads
def job_show(job_number: str) -> None:
    """Show a job: its operations, and how its revision stands now."""
    from traveler import jobs

    say_job(jobs.show(session().vault, job_number))


@job.command("release")
@click.argument("job_number", metavar="JOB")
@click.option("--with-children", is_flag=True, help="And on all its child jobs that are planned.")
@reads
def job_release(job_number: str, with_children: bool) -> None:
    """Let the floor work on a job."""
    from traveler import jobs

    act = jobs.release_family if with_children else jobs.release_job
    say_job(act(session().vault, session().actor, job_number))


@job.command("hold")
@click.argument("job_number", metavar="JOB")
@why
@reads
def job_hold(job_number: str, why: str) -> None:
    """Stop new work on a job; what runs may be finished."""
    from traveler import jobs

    say_job(jobs.hold(session().vault, session().actor, job_number, why))


@job.command("close")
@click.argument("job_number", metavar="JOB")
@why
@reads
def job_close(job_number: str, why: str) -> None:
    """End a job; with unfinished operations only with a reason."""
    from traveler import jobs

    say_job(jobs.close(session().vault, session().actor, job_number, why))


@job.command("traveler")
@click.argument("job_number", metavar="JOB")
@out_pdf
@click.option("--paper", type=click.Choice(["A4", "Letter"]), help="[the vault's setting]")
@click.option("--withdraw", is_flag=True, help="Make all earlier prints of the job useless.")
@click.option("--lot", type=int, help="For this lot of the job alone.")
@reads
def job_traveler(
    job_number: str, out: Path, paper: str | None, withdraw: bool, lot: int | None
) -> None:
    """Print a job's traveler as PDF."""
    from traveler import sheet

    made = sheet.print_traveler(
        session().vault, session().actor, job_number, out, paper or "", withdraw, lot
    )
    say(made.as_json(), f"{out}: {made.pages} pages, print {made.print} of job {made.job}.")


@job.command("history")
@click.argument("number")
@reads
def job_history(number: str) -> None:
    """Show every job of item NUMBER, or all that was done on the job of that number."""
    from traveler import jobs
    from traveler.errors import NoSuchJob
    from traveler.job_records import JobFilter

    vault = session().vault
    try:
        _say_events(number, jobs.history(vault, number))
    except NoSuchJob:
        found = jobs.listing(vault, JobFilter(item=_known_item(number)), 10_000)
        rows = [
            (one.job.number, one.job.rev, one.job.qty, one.job.due, one.job.state) for one in found
        ]
        say(
            {"number": number, "jobs": [one.as_json() for one in found]},
            table(("job", "rev", "qty", "due", "state"), rows),
        )


def _known_item(number: str) -> str:
    """Return the number as the item spells it; raises NeverReleased for one never released."""
    from release.log import ReleaseLog

    log = ReleaseLog(session().vault)
    revisions = log.revisions(number)
    return revisions[-1].number if revisions else log.wanted(number, None).number


def _say_events(number: str, events: list[Event]) -> None:
    told = [
        {"at": one.at, "by": one.actor, "device": one.device, "what": one.kind, **one.facts}
        for one in events
    ]
    rows = [
        (one.at, one.actor, one.kind, "  ".join(f"{k}={v}" for k, v in one.facts.items()))
        for one in events
    ]
    say({"job": number, "events": told}, table(("at", "by", "what", "facts"), rows))


def say_job(view: JobView) -> None:
    """Say how a job stands, for people and for programs."""
    one = view.job
    head = f"{one.number}  {one.qty} × {one.item} {one.rev}  {one.title}  {one.state}"
    lines = [head, f"due {one.due}" + "".join(f", {x}" for x in (one.customer, one.order) if x)]
    if view.standing.state != "current":
        instead = f"; {view.standing.current} is current" if view.standing.current else ""
        lines.append(f"REVISION {one.rev} IS {view.standing.state.upper()}{instead}")
    if view.left_over:
        open_ones = ", ".join(one.job for one in view.left_over)
        lines.append(
            f"FOR NOTHING {open_ones}: made for this job; hold or cancel what nobody else needs"
        )
    lines += _kin(view)
    lines += [f"BLOCKED {held.blocker.sentence}" for held in view.blockers if held.blocker.blocking]
    lines += [f"PROOF {one.sentence}" for one in view.ground.proof.lines if one.state != "have"]
    lines += [f"{made.sentence} ({made.person}: {made.why})" for made in view.decisions]
    lines += [
        f"operation {past.seq} was started past blocker {', '.join(map(str, past.blockers))} by "
        f"{past.person}: {past.why}"
        for past in view.overrides
    ]
    heads = ("seq", "station", "title", "state", "came", "good", "scrap", "rework", "by")
    say(view.as_json(), [*lines, table(heads, [_line(step) for step in view.operations])])


def _line(step: OperationView) -> tuple[object, ...]:
    one = step.operation
    station = f"{one.station} ({one.machine})" if one.machine else one.station
    title = f"{one.title} (rework of {one.loop.source})" if one.loop else one.title
    by = step.running_by
    if one.outside and one.state == "running":
        by = f"at {one.vendor or 'the vendor'}" + (f" until {one.expected}" if one.expected else "")
    shown = (one.seq, station, title, one.state)
    return (*shown, step.arrived, one.good, one.scrap, one.rework, by)


def _kin(view: JobView) -> list[str]:
    """Return what belongs to a job and what was changed about its route, a line each."""
    one = view.job
    lines = (
        [f"part of {one.parent}, needed at its operation {one.parent_seq}"] if one.parent else []
    )
    if one.split_from:
        lines.append(f"split off {one.split_from} at operation {one.first_seq}")
    lines += [
        f"split job {other.number}: {other.qty} pieces, {other.state}"
        for other in view.kin.splits if other.number != one.number
    ]  # fmt: skip
    lines += [
        f"needs {child.job}: {child.good} of {child.qty} × {child.item} {child.rev} at operation "
        f"{child.at}, {'done' if child.over else child.state}"
        for child in view.children
    ]
    lines += [
        f"with {one.item.qty} × {one.item.item} {one.item.rev}  {one.item.title}"
        + ("" if one.standing.state == "current" else f"  {one.standing.state.upper()}")
        + (f", {one.deviation.sentence}" if one.deviation else "")
        for one in view.ground.kit
    ]
    for step in view.operations:
        if step.pending:
            lines.append(f"{step.pending} pieces wait for rework at operation {step.operation.seq}")
        if step.skipped:
            told = step.skipped
            lines.append(f"operation {step.operation.seq} is left out ({told.person}: {told.why})")
    return lines
