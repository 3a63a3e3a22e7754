# SPDX-License-Identifier: AGPL-3.0-or-later
"""The command line of decisions on jobs whose revision was overtaken."""

from __future__ import annotations

# Imports inside functions: `--help` must not wait for the database and git.
from typing import TYPE_CHECKING

import click

from vault.terminal import reads, say, secret, session, table, why

if TYPE_CHECKING:
    from traveler.decisions.deciding import Question


def hang(job: click.Group) -> None:
    """Hang the decision on the branch of jobs."""
    job.add_command(decide)


@click.command("decide")
@click.argument("job")
@click.argument("choice", default="")
@why
@click.option("--qty", type=int, help="How many good pieces a deviation lets through.")
@click.option("--until", default="", metavar="DATE", help="The last day of a deviation.")
@click.option(
    "--keep", type=int, multiple=True, metavar="SEQ", help="Stays as done, though it differs."
)
@click.option(
    "--again", type=int, multiple=True, metavar="SEQ", help="Is done again, though the same."
)
@click.option("--item", default="", metavar="NUMBER", help="The item of the kit it is about.")
@click.option("--password-stdin", is_flag=True, help="Read the password of a deviation from stdin.")
@reads
def decide(job: str, choice: str, why: str, qty: int | None, until: str, keep: tuple[int, ...],
           again: tuple[int, ...], item: str, password_stdin: bool) -> None:  # fmt: skip
    """Decide what happens to JOB, whose revision was superseded or recalled.

    CHOICE is deviation (an approver, with the password again), move (to the current revision) or
    hold. Without it, shows what there is to decide and how both routes differ. A kit is asked about
    item by item.
    """
    from traveler.decisions import deciding
    from traveler.decisions.errors import BadChoice

    vault = session().vault
    if not choice:
        _say_question(deciding.question(vault, job, item))
        return
    actor = session().actor
    if choice == "deviation":
        password = secret("password", password_stdin)
        made = deciding.deviate(vault, actor, password, job, why, qty, until, item)
    elif choice == "move" and item:
        made = deciding.renew(vault, actor, job, item, why)
    elif choice == "move":
        made = deciding.move(vault, actor, job, why, keep=keep, again=again)
    elif choice == "hold":
        made = deciding.hold(vault, actor, job, why, item)
    else:
        raise BadChoice(choice=choice)
    lines = [f"Job {made.job} {made.sentence}.", *made.differences]
    say({"job": made.job, **made.as_json()}, lines)


def _say_question(asked: Question) -> None:
    job, stand = asked.job, asked.standing
    has = "has in its kit" if asked.part else "is on"
    lines = [f"Job {job.number} {has} {asked.number} {asked.rev}, which is {stand.state}."]
    if stand.current:
        lines[0] += f" {stand.current} is current."
    if asked.others:
        lines.append(f"To be decided as well: {', '.join(asked.others)} (--item NUMBER).")
    if asked.proposal:
        lines.append(f"{asked.proposed_by} proposed for jobs in process: {asked.proposal}.")
    lines += [f"decided: {one.sentence} ({one.person}, {one.at}: {one.why})" for one in asked.made]
    if stand.state != "current":
        lines += [
            f"{one.choice:10} {'open' if one.open else 'not open: ' + one.why_not}"
            for one in asked.options
        ]
        lines += [f"differs: {name}" for name in asked.files]
        rows = [(one.seq, one.title, one.what, "; ".join(one.differences),
                 ("kept" if one.keep else "again") if one.begun and one.step else "")
                for one in asked.steps]  # fmt: skip
        lines.append(table(("seq", "title", "route", "how", "what was done"), rows))
    say(asked.as_json(), lines)
