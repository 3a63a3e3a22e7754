# SPDX-License-Identifier: AGPL-3.0-or-later
"""The review of change orders on the command line: sign, reject, override, comment, hand on."""

from __future__ import annotations

# Imports inside functions: `--help` must not wait for the database and git.
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from release.change_cli import changes, say_judgement
from vault import terminal
from vault.terminal import password_stdin, say, secret, session

if TYPE_CHECKING:
    from release.gate import Judgement
    from release.review import Outcome
    from vault.errors import Refusal
    from vault.terminal import Session


def hang(trunk: click.Group) -> None:
    """Hang these verbs beside the other ones of change orders."""
    group = trunk.commands[changes.name or ""]
    for command in (sign, reject, override, comment, delegate, take_back):
        group.add_command(command)  # type: ignore[attr-defined]


@click.command()
@click.argument("orders", nargs=-1, required=True, metavar="CHANGE...")
@click.option("-m", "comment", default="", help="A comment that stands beside the signature.")
@click.option("--reviewed", is_flag=True, help="Sign that you reviewed it, without approving.")
@password_stdin
@terminal.reads
def sign(orders: tuple[str, ...], comment: str, reviewed: bool, password_stdin: bool) -> None:
    """Approve an order as an approval owner, with your password; several in one sitting.

    Each order is shown and, at a terminal, confirmed one by one; the password is asked for once.
    What cannot be signed is told and does not hold up the others.
    """
    from release import desk

    here, meaning = session(), "reviewed" if reviewed else "approved"
    if len(orders) > 1:
        _sitting(here, orders, comment, meaning, password_stdin)
        return
    judged = desk.judge(here.vault, orders[0], here.actor)
    seen = {one.number: one.tree for one in judged.order.items}
    password = secret(f"Password of {here.actor.name}", password_stdin)
    say_judgement(desk.sign(here.vault, here.actor, password, orders[0], comment, seen, meaning))


@click.command()
@click.argument("change")
@click.option("-m", "comment", required=True, help="Why it is rejected.")
@password_stdin
@terminal.reads
def reject(change: str, comment: str, password_stdin: bool) -> None:
    """Reject an order, with your password and the reason."""
    from release import desk

    here = session()
    password = secret(f"Password of {here.actor.name}", password_stdin)
    say_judgement(desk.reject(here.vault, here.actor, password, change, comment))


@click.command()
@click.argument("change")
@click.argument("requirement")
@click.option("-m", "reason", required=True, help="Why; printed on the stamp for ever.")
@password_stdin
@terminal.reads
def override(change: str, requirement: str, reason: str, password_stdin: bool) -> None:
    """Set one requirement aside, where the rules let your role do that."""
    from release import desk

    here = session()
    password = secret(f"Password of {here.actor.name}", password_stdin)
    say_judgement(desk.override(here.vault, here.actor, password, change, requirement, reason))


@click.command()
@click.argument("change")
@click.option("-m", "text", required=True, help="What you have to say.")
@terminal.reads
def comment(change: str, text: str) -> None:
    """Say something about an order; authors, approvers and observers may."""
    from release import review

    here = session()
    order = review.comment(here.vault, here.actor, change, text)
    told = [{"by": one.by, "at": one.at, "text": one.text} for one in order.comments]
    say({"change": order.change, "comments": told},
        [f"{one['at']}  {one['by']}: {one['text']}" for one in told])  # fmt: skip


@click.command()
@click.argument("change")
@click.option("--to", required=True, metavar="USER", help="The approver who may sign instead.")
@click.option("-m", "reason", required=True, help="Why.")
@terminal.reads
def delegate(change: str, to: str, reason: str) -> None:
    """Let another approver sign this one order in your place, where the rules allow it."""
    from release import review

    here = session()
    say_judgement(review.delegate(here.vault, here.actor, change, to, reason))


@click.command("take-back")
@click.argument("change")
@click.option("--from", "to", required=True, metavar="USER", help="The approver who signs no more.")
@click.option("--for", "by", default="", metavar="USER",
              help="Who had handed it on; you, if nobody is named.")  # fmt: skip
@click.option("-m", "reason", required=True, help="Why.")
@terminal.reads
def take_back(change: str, to: str, by: str, reason: str) -> None:
    """Take back that another approver may sign an order in your place, or decline to."""
    from release import review

    here = session()
    say_judgement(review.take_back(here.vault, here.actor, change, to, reason, by))


def _sitting(
    here: Session, names: Sequence[str], comment: str, meaning: str, password_stdin: bool
) -> None:
    from release import review, signing
    from release.errors import NotAllSigned

    shown = list(_shown(here, dict.fromkeys(one.upper() for one in names)))
    asks = sys.stdin.isatty() and not password_stdin
    choices, outcomes = [], [one for one in shown if isinstance(one, review.Outcome)]
    for one in shown:
        if isinstance(one, review.Outcome):
            continue
        click.echo(_summary(one), err=True)
        name = one.order.change
        if asks and not click.confirm(f"Sign {name} as {meaning}?", default=False, err=True):
            continue
        seen = {item.number: item.tree for item in one.order.items}
        choices.append(review.Choice(name, signing.Intent(meaning, comment, seen)))
    if choices:
        password = secret(f"Password of {here.actor.name}", password_stdin)
        outcomes += review.sign_several(here.vault, here.actor, password, choices, here.actor.name)
    say({"orders": [_told(one) for one in outcomes]}, [_line(one) for one in outcomes])
    failed = [one.change for one in outcomes if one.refusal is not None]
    if failed:
        raise NotAllSigned(failed=len(failed), count=len(names), changes=", ".join(failed))


def _shown(here: Session, names: Sequence[str] | dict[str, None]) -> Iterator[Judgement | Outcome]:
    from release import desk, review
    from vault.errors import Refusal

    for name in names:
        try:
            yield desk.judge(here.vault, name, here.actor)
        except Refusal as refusal:
            yield review.Outcome(name, "", refusal=refusal)


def _summary(judged: Judgement) -> str:
    order = judged.order
    items = [
        f"  {one.number}  {one.from_rev or 'new'} → will be {judged.next.get(one.number, '–')}"
        f"  {one.title}  tree {one.tree[:10]}, {len(one.files)} files"
        for one in order.items
    ]
    return "\n".join([f"{order.change}  {order.change_class}: {order.notes}", *items])


def _line(one: Outcome) -> str:
    if one.refusal is not None:
        return f"{one.change}  not signed: {one.refusal}"
    ready = one.judgement is not None and one.judgement.passes
    return f"{one.change}  {one.meaning}{'; ready to release' if ready else ''}"


def _told(one: Outcome) -> dict[str, Any]:
    why: Refusal | None = one.refusal
    return {
        "change": one.change, "signed": why is None, "meaning": one.meaning if not why else None,
        "refusal": str(why) if why else None,
        "state": one.judgement.order.state if one.judgement else None,
        "ready": bool(one.judgement and one.judgement.passes),
    }  # fmt: skip
