# SPDX-License-Identifier: AGPL-3.0-or-later
"""The command line of blockers."""

from __future__ import annotations

from pathlib import Path

# Imports inside functions: `--help` must not wait for the database and git.
from typing import TYPE_CHECKING, Any

import click

from vault.terminal import needed_why, reads, say, session, table, why

if TYPE_CHECKING:
    from traveler.blockers.records import Blocker
    from traveler.blockers.stats import Stats
    from traveler.blockers.telling import BlockerView

_RAISE = "raise"
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
STATES = ("active", "blocking", "open", "acknowledged", "resolved", "closed", "all")


def hang(trunk: click.Group) -> None:
    """Hang these verbs on the trunk."""
    for command in (block, unblock, blockers):
        trunk.add_command(command)


class _Blocking(click.Group):
    """A group whose first word may be a job, which means to raise a blocker on it."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read ``block J-1 …`` as ``block raise J-1 …``."""
        if args and args[0] not in self.commands and args[0] != "--help":
            args = [_RAISE, *args]
        return super().parse_args(ctx, args)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command a word stands for; a word that is none is a job."""
        return super().get_command(ctx, cmd_name) or self.commands[_RAISE]


@click.group(cls=_Blocking, subcommand_metavar="[raise] JOB [OPTIONS] | COMMAND ID …")
def block() -> None:
    """Blockers: what keeps a job, a step or a station from going on.

    \b
    titleblock block J-1 --type material --owner pat -m "no bar Ø40" --set eta=2027-03-04
    titleblock block --station MILL-1 --type machine --owner pat -m "spindle is loud"
    titleblock block photo 12 spindle.jpg
    """


def _saying(command: Any) -> Any:
    """Give a command the options that say what is known of a blocker."""
    for option in reversed((
        click.option("--path", multiple=True, metavar="STEP", help="A step of the way out."),
        click.option("--until", metavar="DATE", help="When work can go on."),
        click.option("--next-check", metavar="DATE", help="When to look after it."),
        click.option("--escalate-after", type=int, metavar="HOURS", help="Unless it is gone…"),
        click.option("--escalate-to", metavar="USER", help="…it is this person's matter too."),
        click.option("--set", "pairs", multiple=True, metavar="KEY=VALUE",
                     help="What its type asks: po, eta · change, item, vote, copy · asset, up · plan, "
                          "lot · skill · vendor, sent, back · carrier, papers, "
                          "shipment."),
    )):  # fmt: skip
        command = option(command)
    return command


@block.command(_RAISE)
@click.argument("job", default="")
@click.option("--type", "kind", required=True, metavar="T",
              help="material, approval, machine, inspection, labor, outside process, shipping.")  # fmt: skip
@click.option("--owner", required=True, metavar="U", help="Who sees to it.")
@click.option("-m", "what", required=True, metavar="WHAT", help="What is missing or wrong.")
@click.option("--op", "seq", type=int, help="Only this operation.")
@click.option("--station", default="", help="Only work at this station; without a job, all of it.")
@_saying
@click.option("--photo", "shown", multiple=True, metavar="FILE", type=_FILE,
              help="A picture of what blocks; may be given several times.")  # fmt: skip
@reads
def block_raise(job: str, kind: str, owner: str, what: str, seq: int | None, station: str,
                shown: tuple[Path, ...], **known: Any) -> None:  # fmt: skip
    """Raise a blocker on JOB, one of its operations, or a station."""
    from traveler.blockers import handling
    from traveler.blockers.handling import Wanted

    told = _known(known)
    wanted = Wanted(
        kind=kind, owner=owner, what=what, job=job, seq=seq, station=station,
        path=told.get("path", ()), facts=told.get("facts", {}), until=told.get("until", ""),
        next_check=told.get("next_check", ""), escalate_hours=told.get("escalate_hours", 0),
        escalate_to=told.get("escalate_to", ""),
    )  # fmt: skip
    files = _pictures(shown)
    _say_one(handling.raise_blocker(session().vault, session().actor, wanted, files=files))


@block.command("photo")
@click.argument("number", metavar="ID", type=int)
@click.argument("shown", metavar="FILE…", nargs=-1, required=True, type=_FILE)
@why
@reads
def block_photo(number: int, shown: tuple[Path, ...], why: str) -> None:
    """Add pictures of what blocks; they are no evidence and stay in the shop."""
    from traveler.blockers import handling

    files = _pictures(shown)
    _say_one(handling.add_photos(session().vault, session().actor, number, files, why))


@block.command("withdraw")
@click.argument("number", metavar="ID", type=int)
@click.argument("shot", metavar="PHOTO", type=int)
@needed_why
@reads
def block_withdraw(number: int, shot: int, why: str) -> None:
    """Take photo PHOTO of a blocker back, since it shows the wrong thing; it stays on record."""
    from traveler.blockers import handling

    _say_one(handling.withdraw_photo(session().vault, session().actor, number, shot, why))


@block.command("show")
@click.argument("number", metavar="ID", type=int)
@reads
def block_show(number: int) -> None:
    """Show a blocker and all that was done about it."""
    from traveler import clearing
    from traveler.blockers import handling, telling

    view, entries = handling.show(session().vault, number)
    one = view.blocker
    itself = clearing.said(one) if one.blocking else ""
    changed = telling.changes(view.kind, entries)
    lines = [
        f"Blocker {one.id}  {one.kind}  {one.state}  on {view.place}  {view.age} old",
        one.what,
        f"owner {one.owner}" + (f", expected {one.expected}" if one.expected else "")
        + (f", {view.check}" if view.check else "")
        + (f", {view.escalates}" if view.escalates else ""),
        *([f"closes by itself once {itself}"] if itself else []),
        *(f"{label}: {value}" for label, value, _form in view.known),
        *([f"not known yet: {', '.join(view.missing)}"] if view.missing else []),
        *(f"{'x' if step.done_by else ' '} {at}. {step.text}"
          for at, step in enumerate(one.steps, 1)),
        *(f"photo {photo.number}: {photo.file('original').name} ({photo.person}, {photo.at})"
          for photo in view.photos),
        *(f"photo {photo.number} WITHDRAWN: {photo.taken.why} ({photo.taken.person}, "
          f"{photo.taken.at})" for photo in view.withdrawn if photo.taken),
        table(("at", "by", "act", "words"),
              [(e.at, e.person, e.act, "; ".join([e.words, *(c.sentence for c in
                changed.get(e.number, ()))]).removeprefix("; ")) for e in entries]),
    ]  # fmt: skip
    say({**view.as_json(), "history": telling.history_json(view.kind, entries)}, lines)


@block.command("ack")
@click.argument("number", metavar="ID", type=int)
@why
@reads
def block_ack(number: int, why: str) -> None:
    """Say that you have seen it and see to it."""
    from traveler.blockers import handling

    _say_one(handling.acknowledge(session().vault, session().actor, number, why))


@block.command("step")
@click.argument("number", metavar="ID", type=int)
@click.argument("step", type=int)
@why
@reads
def block_step(number: int, step: int, why: str) -> None:
    """Tick STEP of the way out, counted from 1."""
    from traveler.blockers import handling

    _say_one(handling.tick(session().vault, session().actor, number, step, why))


@block.command("correct")
@click.argument("number", metavar="ID", type=int)
@needed_why
@click.option("--owner", metavar="U")
@click.option("--what", metavar="WHAT")
@_saying
@reads
def block_correct(number: int, why: str, owner: str | None, what: str | None, **known: Any) -> None:
    """Change what is known about it; what was said before stays on record."""
    from traveler.blockers import handling

    told = {"owner": owner, "what": what, **_known(known)}
    _say_one(handling.correct(session().vault, session().actor, number, why, **told))


@block.command("close")
@click.argument("number", metavar="ID", type=int)
@why
@reads
def block_close(number: int, why: str) -> None:
    """Put a resolved blocker away."""
    from traveler.blockers import handling

    _say_one(handling.close(session().vault, session().actor, number, why))


@block.command("reopen")
@click.argument("number", metavar="ID", type=int)
@needed_why
@reads
def block_reopen(number: int, why: str) -> None:
    """Take it up again, since it still blocks."""
    from traveler.blockers import handling

    _say_one(handling.reopen(session().vault, session().actor, number, why))


@click.command()
@click.argument("number", metavar="ID", type=int)
@needed_why
@reads
def unblock(number: int, why: str) -> None:
    """Resolve a blocker: say how; work may go on at once."""
    from traveler.blockers import handling

    _say_one(handling.resolve(session().vault, session().actor, number, why))


@click.command()
@click.option("--job", default="")
@click.option("--station", default="")
@click.option("--owner", default="", metavar="U")
@click.option("--type", "kind", default="", metavar="T")
@click.option("--state", type=click.Choice(STATES), default="active", show_default=True)
@click.option("--stats", "counting", is_flag=True, help="Types, ages and owners, counted.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=200, show_default=True)
@reads
def blockers(
    job: str, station: str, owner: str, kind: str, state: str, counting: bool, limit: int
) -> None:
    """List blockers, the oldest first."""
    from traveler.blockers import handling, kinds, stats
    from traveler.blockers.records import BlockerFilter

    if counting:
        _say_stats(stats.counted(session().vault))
        return
    name = kinds.kind_named(kind).name if kind else ""
    wanted = BlockerFilter(job, station, owner, name, _states(state))
    found = handling.listing(session().vault, wanted, limit)
    heads = ("id", "type", "state", "on", "what", "owner", "age", "expected", "check")
    rows = [
        (one.blocker.id, one.blocker.kind, one.blocker.state, one.place, one.blocker.what,
         one.blocker.owner, one.age, one.blocker.expected, _check(one))
        for one in found
    ]  # fmt: skip
    say([one.as_json() for one in found], table(heads, rows))


def _pictures(paths: tuple[Path, ...]) -> dict[str, Path]:
    """Return files by the name they are kept under."""
    given: dict[str, Path] = {}
    for place in paths:
        if place.name in given:
            raise click.BadParameter(f"{place.name} is named twice", param_hint="FILE")
        given[place.name] = place
    return given


def _known(given: dict[str, Any]) -> dict[str, Any]:
    """Return what was said of a blocker; nothing where nothing was said."""
    facts = {}
    for pair in given["pairs"]:
        key, sign, value = pair.partition("=")
        if not sign:
            raise click.BadParameter(f"“{pair}” is not KEY=VALUE", param_hint="--set")
        facts[key.strip()] = value
    told = {
        "path": given["path"] or None, "until": given["until"], "next_check": given["next_check"],
        "escalate_hours": given["escalate_after"], "escalate_to": given["escalate_to"],
        "facts": facts or None,
    }  # fmt: skip
    return {name: value for name, value in told.items() if value is not None}


def _states(chosen: str) -> frozenset[str]:
    from traveler import lifecycle
    from traveler.blockers.records import ACTIVE

    several = {"active": ACTIVE, "blocking": lifecycle.BLOCKING, "all": frozenset[str]()}
    return several.get(chosen, frozenset({chosen}))


def _check(one: BlockerView) -> str:
    told = (
        one.check, "the day it was expected has passed" if one.late else "",
        f"escalated to {one.blocker.escalate_to}" if one.escalated else "",
    )  # fmt: skip
    return ", ".join(part for part in told if part)


def _say_one(one: Blocker) -> None:
    from traveler.blockers import handling

    view, _entries = handling.show(session().vault, one.id)
    say(view.as_json(), f"Blocker {one.id} on {view.place} is {one.state}: {one.what}")


def _say_stats(found: Stats) -> None:
    heads = ("type", "blocking", "raised", "typically takes")
    ages = [(one.name, one.blocking) for one in found.ages]
    owners = [(one.name, one.blocking, one.raised, one.oldest) for one in found.owners]
    types = [(one.name, one.blocking, one.raised, one.takes) for one in found.types]
    say(found.as_json(), [
        table(heads, types), "", table(("age", "blocking"), ages), "",
        table(("owner", "blocking", "raised", "oldest"), owners),
    ])  # fmt: skip
