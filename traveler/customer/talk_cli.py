# SPDX-License-Identifier: AGPL-3.0-or-later
"""The command line of talks with customers: drafts and messages, questions and answers."""

from __future__ import annotations

# Imports inside functions: `--help` must not wait for the database.
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vault.terminal import DEVICE, reads, say, session, table

if TYPE_CHECKING:
    from traveler.customer.talk_records import Question

about = click.option("--all-of", "customer", default="", metavar="CUSTOMER",
                     help="About all orders of this customer instead.")  # fmt: skip


def hang(trunk: click.Group, customer: click.Group) -> None:
    """Hang ``question`` on the trunk, drafts and messages on ``customer``."""
    trunk.add_command(question)
    for command in (draft, tell, told):
        customer.add_command(command)


@click.command("draft")
@click.argument("job", default="")
@about
@reads
def draft(job: str, customer: str) -> None:
    """Draft a message about JOB from facts: what happened since they were last told, how it stands.

    With --json every sentence has its source.  Nothing is sent; see `customer tell`.
    """
    from traveler.customer import messages

    made = messages.draft(session().vault, session().actor, job=job, customer=customer)
    told = {
        "customer": made.customer, "job": made.job or None, "since": made.since or None,
        "to": list(made.to), "text": made.text, "facts": [one.as_json() for one in made.facts],
    }  # fmt: skip
    say(told, made.text)


@click.command("tell")
@click.argument("job", default="")
@about
@click.option(
    "-m", "words", default="", help="The message; without it, it is read from standard input."
)
@click.option("--corrects", type=int, default=0, metavar="ID", help="It corrects this message.")
@reads
def tell(job: str, customer: str, words: str, corrects: int) -> None:
    """Tell the customer of JOB something: it stands on their page, word for word, under your name."""
    from traveler.customer import messages

    said = words or sys.stdin.read()
    made = messages.send(
        session().vault, session().actor, said, job=job, customer=customer, corrects=corrects
    )
    say(made.as_json(), f"Message {made.id} stands on the page of {made.customer}.")


@click.command("told")
@click.argument("job", default="")
@about
@reads
def told(job: str, customer: str) -> None:
    """List what the customer of JOB was told, the newest first."""
    from traveler.customer import messages

    found = messages.told(session().vault, session().actor, job=job, customer=customer)
    rows = [(one.id, one.at[:16], one.person, one.words.replace("\n", " ")[:80]) for one in found]
    say([one.as_json() for one in found], table(("message", "at", "by", "words"), rows))


@click.group()
def question() -> None:
    """Questions of customers, asked on an order by login or link."""


@question.command("list")
@click.option("--answered", is_flag=True, help="Those that were answered, the newest first.")
@reads
def show_all(answered: bool) -> None:
    """List the questions that wait for an answer, what waits longest first."""
    from traveler.customer import questions

    vault, actor = session().vault, session().actor
    found = questions.answered(vault, actor) if answered else questions.waiting(vault, actor)
    rows = [
        (one.label, one.job, one.customer, (one.waits_since or one.asked_at)[:16],
         one.said[-1].words.replace("\n", " ")[:60])
        for one in found
    ]  # fmt: skip
    say(
        [one.as_json() for one in found],
        table(("question", "job", "customer", "since", "words"), rows),
    )


@question.command("show")
@click.argument("number", metavar="QUESTION")
@reads
def show(number: str) -> None:
    """Show all that was said on QUESTION."""
    from traveler.customer import questions

    _say(questions.show(session().vault, session().actor, questions.number(number)))


@question.command("answer")
@click.argument("number", metavar="QUESTION")
@click.option("-m", "words", required=True, help="The answer, as the customer will read it.")
@click.option(
    "--corrects", type=int, default=0, metavar="N", help="It corrects the N-th thing said."
)
@click.option("--file", "files", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              multiple=True, help="A file that goes along; may be repeated.")  # fmt: skip
@reads
def answer(number: str, words: str, corrects: int, files: tuple[Path, ...]) -> None:
    """Answer QUESTION under your name, or correct an answer; what was said before stays."""
    from traveler.customer import questions

    _say(
        questions.answer(
            session().vault,
            session().actor,
            questions.number(number),
            words,
            corrects=corrects,
            files={one.name: one for one in files},
        )
    )


@question.command("get")
@click.argument("number", metavar="QUESTION")
@click.argument("file", type=int)
@click.option("-o", "out", type=click.Path(dir_okay=False, path_type=Path), required=True)
@reads
def get(number: str, file: int, out: Path) -> None:
    """Write FILE of QUESTION, by its number, as harmless as the customer gets it; written down."""
    import shutil

    from traveler.customer import questions

    one, path = questions.fetched(
        session().vault, session().actor, questions.number(number), file, DEVICE
    )
    shutil.copyfile(path, out)
    say(one.as_json(), f"{out}: {one.name}, {one.sent.size} bytes.")


def _say(one: Question) -> None:
    lines = [f"{one.label} {one.state}: job {one.job}, {one.customer}"]
    for said in one.entries:
        corrects = f" (corrects {said.corrects})" if said.corrects else ""
        lines.append(f"{said.number}. {said.person}, {said.at[:16]}{corrects}: {said.words}")
        lines += [f"   file {one.id}: {one.name}, {one.sent.size} bytes" for one in said.files]
    say(one.as_json(), lines)
