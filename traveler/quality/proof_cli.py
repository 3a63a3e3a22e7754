# SPDX-License-Identifier: AGPL-3.0-or-later
"""Proof on the command line: what a job owes, what is asked beyond the route, what is waived."""

from __future__ import annotations

# Imports inside functions: `--help` must not wait for the database and git.
from typing import TYPE_CHECKING, Any

import click

from vault.terminal import DEVICE, reads, say, session, table, why

if TYPE_CHECKING:
    from traveler.quality.proof import Demand

_BEFORE = click.Choice(["step", "shipping", "packet"])


def hang(trunk: click.Group) -> None:
    """Hang the verbs on proof on the trunk."""
    trunk.add_command(proof)


class _Owed(click.Group):
    """Whatever follows that is no verb is a job: ``proof J-2041``."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a verb, else the one that shows a job."""
        return super().get_command(ctx, cmd_name) or super().get_command(ctx, "show")

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the verb and what follows it; where there is none all of it is for the job."""
        if args[0] in self.commands:
            return args[0], self.commands[args[0]], args[1:]
        return "show", self.commands["show"], args


@click.group(cls=_Owed, subcommand_metavar="[JOB | COMMAND …]", no_args_is_help=True)
def proof() -> None:
    """Proof a job owes: what is there, what is missing, what was waived by whom."""


@proof.command("show")
@click.argument("job_number", metavar="JOB")
@reads
def show(job_number: str) -> None:
    """Show what job JOB owes before its steps end, before it ships, before its packet."""
    from traveler.quality import proof_desk

    found = proof_desk.show(session().vault, job_number)
    rows = [
        (
            one.state.upper() if one.state == "missing" else one.state,
            one.required.kind,
            one.required.seq,
            one.required.before,
            one.required.source,
            one.sentence.partition(": ")[2] if one.state != "missing" else "",
        )
        for one in found.lines
    ]
    say(found.as_json(), table(("state", "proof", "step", "before", "asked by", "how"), rows))


@proof.command("give")
@click.argument("job_number", metavar="JOB")
@click.argument("kind")
@click.option("--op", "seq", type=int, metavar="SEQ", help="At which step.")
@click.option("-m", "said", metavar="WORDS", default="", help="What you looked at.")
@reads
def give(job_number: str, kind: str, seq: int | None, said: str) -> None:
    """Vouch for what no file shows: the first piece is right, the inspector has seen it."""
    from traveler.quality import proof_desk

    made = proof_desk.vouch(session().vault, session().actor, job_number, kind, seq=seq,
                            said=said, device=DEVICE)  # fmt: skip
    told = {"kind": made.kind, "seq": made.seq, "ref": made.ref, "by": made.person, "at": made.at}
    say(told, f"{made.person} vouches for {made.kind} of job {job_number}.")


@proof.command("waive")
@click.argument("job_number", metavar="JOB")
@click.argument("kind")
@click.option("--op", "seq", type=int, metavar="SEQ", help="At which step.")
@click.option("--before", type=_BEFORE, help="Where the same kind is owed more than once.")
@why
@reads
def waive(job_number: str, kind: str, seq: int | None, before: str | None, why: str) -> None:
    """Set proof of KIND aside, with a reason that stays for ever."""
    from traveler.quality import proof_desk

    made = proof_desk.waive(session().vault, session().actor, job_number, kind, why, seq=seq,
                            before=before or "", device=DEVICE)  # fmt: skip
    told = {"waiver": made.id, "kind": made.kind, "seq": made.seq, "by": made.person,
            "at": made.at, "why": made.why}  # fmt: skip
    say(told, f"Waiver {made.id}: {made.kind} of job {job_number} is waived by {made.person}.")


@proof.command("withdraw")
@click.argument("waiver", type=int)
@why
@reads
def withdraw(waiver: int, why: str) -> None:
    """Take waiver WAIVER back: the proof is owed again."""
    from traveler.quality import proof_desk

    proof_desk.withdraw(session().vault, session().actor, waiver, why)
    say({"waiver": waiver, "withdrawn": True}, f"Waiver {waiver} is withdrawn.")


@proof.command("ask")
@click.argument("kind")
@click.option("--before", type=_BEFORE, default="step", show_default=True)
@click.option("--customer", default="", help="Of every job of this customer.")
@click.option("--job", "job_number", default="", metavar="JOB", help="Of this job alone.")
@click.option("--op", "seq", type=int, metavar="SEQ", help="At which step [the last].")
@why
@reads
def ask(kind: str, before: str, customer: str, job_number: str, seq: int | None, why: str) -> None:
    """Ask for proof of KIND beyond the route."""
    from traveler.quality import proof_desk

    made = proof_desk.ask(session().vault, session().actor, kind, before=before,
                          customer=customer, job=job_number, seq=seq, why=why)  # fmt: skip
    say(_told(made), f"Demand {made.id}: {made.kind} before {made.before}.")


@proof.command("drop")
@click.argument("demand", type=int)
@why
@reads
def drop(demand: int, why: str) -> None:
    """Take demand DEMAND back."""
    from traveler.quality import proof_desk

    proof_desk.drop(session().vault, session().actor, demand, why)
    say({"demand": demand, "dropped": True}, f"Demand {demand} is dropped.")


@proof.command("demands")
@click.option("--customer", default="")
@click.option("--job", "job_number", default="", metavar="JOB")
@reads
def demands(customer: str, job_number: str) -> None:
    """List what customers and jobs ask for beyond the routes."""
    from traveler.quality import proof_desk

    found = proof_desk.demands(session().vault, customer, job_number)
    rows = [
        (one.id, one.customer or one.job, one.kind, one.before, one.seq, one.person, one.why)
        for one in found
    ]
    heads = ("demand", "of", "proof", "before", "step", "by", "why")
    say([_told(one) for one in found], table(heads, rows))


def _told(one: Demand) -> dict[str, Any]:
    return {
        "demand": one.id, "kind": one.kind, "before": one.before, "seq": one.seq,
        "customer": one.customer or None, "job": one.job or None, "by": one.person,
        "at": one.at, "why": one.why or None,
    }  # fmt: skip
