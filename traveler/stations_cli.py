# SPDX-License-Identifier: AGPL-3.0-or-later
"""The command line of stations and calendars: lanes, groups, vendors, hours, holidays."""

from __future__ import annotations

# Imports inside functions: `--help` must not wait for the database.
from typing import TYPE_CHECKING, Any

import click

from vault.terminal import reads, say, session, table

if TYPE_CHECKING:
    from traveler.station_records import Station

LANES = click.option("--lanes", type=int, help="How many pieces of work go on at a time.")
GROUP = click.option("--group", metavar="CODE", help="The group of equal stations it belongs to.")
OUTSIDE = click.option("--outside/--here", default=None, help="Whether it is a vendor's shop.")
SENT_TO = click.option(
    "--sent-to", metavar="VENDOR", help="Who does the work of an outside station."
)
DAYS = click.option("--days", type=int, help="Days until work comes back from there.")


def hang(trunk: click.Group) -> None:
    """Hang stations and the shop's calendar on the trunk."""
    trunk.add_command(station)
    trunk.add_command(shop)
    for command in (add, listed, change, hours, day, holiday):
        station.add_command(command)


@click.group()
def station() -> None:
    """Stations: the work centres routes name."""


@click.command("add")
@click.argument("code")
@click.option("--name", default="", help="What people call it.")
@click.option("--minutes", type=int, help="Manned minutes a day, Monday to Friday [480].")
@LANES
@GROUP
@OUTSIDE
@SENT_TO
@DAYS
@reads
def add(code: str, name: str, minutes: int | None, **more: Any) -> None:
    """Add a station."""
    from traveler import stations

    made = stations.add(session().vault, session().actor, code, name, minutes, **_given(more))
    say(_station(made), f"Station {made.code} is added.")


@click.command("list")
@reads
def listed() -> None:
    """List the stations with their hours."""
    from traveler import calendars, stations
    from traveler import hours as grammar

    vault = session().vault
    found = stations.listing(vault)
    with vault.ledger.reading() as connection:
        weeks = {code: one.week for code, one in calendars.calendars(connection).items()}
    told = [{**_station(one), "hours": grammar.write_week(weeks[one.code])} for one in found]
    rows = [
        (one.code, one.name, one.lanes, one.group, _where(one),
         grammar.write_week(weeks[one.code]), "retired" if one.retired else "")
        for one in found
    ]  # fmt: skip
    say(told, table(("code", "name", "lanes", "group", "sent to", "hours", "state"), rows))


@click.command("set")
@click.argument("code")
@click.option("--name", help="What people call it.")
@click.option("--minutes", type=int, help="Manned minutes a day, Monday to Friday.")
@click.option("--retired/--in-use", default=None, help="Whether work is still planned there.")
@LANES
@GROUP
@OUTSIDE
@SENT_TO
@DAYS
@reads
def change(
    code: str, name: str | None, minutes: int | None, retired: bool | None, **more: Any
) -> None:
    """Change a station; an empty group takes it out of its own."""
    from traveler import stations

    now = stations.change(
        session().vault, session().actor, code, name, minutes, retired, **_given(more)
    )
    say(_station(now), f"Station {now.code} is changed.")


@click.command("hours")
@click.argument("code")
@click.argument("week", nargs=-1, metavar="[HOURS]")
@reads
def hours(code: str, week: tuple[str, ...]) -> None:
    """Show the hours of a station, or set them: “Mon-Fri 06:00-14:00; Sat 06:00-12:00”.

    “as the shop” takes its own hours back.
    """
    from traveler import stations

    _hours(stations.get(session().vault, code).code, " ".join(week))


@click.command("day")
@click.argument("code")
@click.argument("date")
@click.argument("shifts", nargs=-1, required=True, metavar="HOURS")
@click.option("--name", default="", help="What the day is called.")
@reads
def day(code: str, date: str, shifts: tuple[str, ...], name: str) -> None:
    """Give a station other hours on one day: “06:00-12:00”, “closed”, or “ordinary” again."""
    _day(date, " ".join(shifts), name, "", code)


@click.command("holiday")
@click.argument("code")
@click.argument("date")
@click.option("--until", default="", metavar="DATE", help="The last day.")
@click.option("--name", default="", help="What it is called.")
@reads
def holiday(code: str, date: str, until: str, name: str) -> None:
    """Close a station on a day, or on every day up to another."""
    _day(date, "closed", name, until, code)


# --- the whole shop -----------------------------------------------------------------------------


@click.group()
def shop() -> None:
    """The shop's calendar: hours of a week, holidays, days that are different."""


@shop.command("hours")
@click.argument("week", nargs=-1, metavar="[HOURS]")
@reads
def shop_hours(week: tuple[str, ...]) -> None:
    """Show the shop's hours, or set them for every station without hours of its own."""
    _hours("", " ".join(week))


@shop.command("holiday")
@click.argument("date")
@click.option("--until", default="", metavar="DATE", help="The last day.")
@click.option("--name", default="", help="What it is called.")
@reads
def shop_holiday(date: str, until: str, name: str) -> None:
    """Close the shop on a day, or on every day up to another."""
    _day(date, "closed", name, until, "")


@shop.command("day")
@click.argument("date")
@click.argument("shifts", nargs=-1, required=True, metavar="HOURS")
@click.option("--name", default="", help="What the day is called.")
@reads
def shop_day(date: str, shifts: tuple[str, ...], name: str) -> None:
    """Give the shop other hours on one day: “06:00-12:00”, “closed”, or “ordinary” again."""
    _day(date, " ".join(shifts), name, "", "")


@shop.command("calendar")
@click.option("--since", default="", metavar="DATE", help="[today]")
@reads
def shop_calendar(since: str) -> None:
    """List the days that are not like any other, of the shop and of single stations."""
    from traveler import calendars
    from traveler import hours as grammar
    from traveler.words import today

    vault = session().vault
    with vault.ledger.reading() as connection:
        found = calendars.special_days(connection, since or today(vault.settings.time_zone))
    rows = [
        (one.day, one.station or "shop", grammar.write_day(one.shifts), one.name) for one in found
    ]
    say([one.as_json() for one in found], table(("day", "where", "hours", "name"), rows))


def _hours(code: str, text: str) -> None:
    from traveler import calendars
    from traveler import hours as grammar

    vault = session().vault
    if text:
        told = calendars.tell_hours(vault, session().actor, text, code)
        say({"station": code or None, "hours": told.text}, f"{code or 'The shop'}: {told.text}")
        return
    with vault.ledger.reading() as connection:
        known = calendars.calendars(connection)
        week = known[code].week if code else calendars.shop_week(connection)
    shown = grammar.write_week(week)
    say({"station": code or None, "hours": shown}, f"{code or 'The shop'}: {shown}")


def _day(date: str, text: str, name: str, until: str, code: str) -> None:
    from traveler import calendars

    shifts = None if text.strip().lower() == "ordinary" else text
    days = calendars.tell_day(
        session().vault, session().actor, date, shifts, name=name, last=until, station=code
    )
    through = f" to {days[-1]}" if len(days) > 1 else ""
    say({"station": code or None, "days": days, "hours": text, "name": name or None},
        f"{code or 'The shop'}, {days[0]}{through}: {text}.")  # fmt: skip


def _given(more: dict[str, Any]) -> dict[str, Any]:
    named = {"vendor" if key == "sent_to" else key: value for key, value in more.items()}
    return {key: value for key, value in named.items() if value is not None}


def _where(one: Station) -> str:
    if not one.outside:
        return ""
    return f"{one.vendor or 'a vendor'}{f', {one.days} days' if one.days else ''}"


def _station(one: Station) -> dict[str, Any]:
    return {
        "station": one.code,
        "name": one.name,
        "minutes_per_day": one.minutes_per_day,
        "lanes": one.lanes,
        "group": one.group or None,
        "outside": one.outside,
        "sent_to": one.vendor or None,
        "days": one.days,
        "retired": one.retired,
    }
