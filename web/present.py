# SPDX-License-Identifier: AGPL-3.0-or-later
"""How things are shown: states as icon, word and tone; moments, sizes, addresses of assets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from markupsafe import Markup, escape

from vault import clock

_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
)  # fmt: skip

_BROWSERS: Final = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"),
                    ("Safari/", "Safari"))  # fmt: skip
"""What a browser calls itself, most of them also by the names that stand after theirs here."""
_SYSTEMS: Final = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
                   ("Mac OS", "Mac"), ("CrOS", "ChromeOS"), ("Linux", "Linux"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class State:
    """A state as people see it: never by colour alone."""

    tone: str
    icon: str
    word: str


STATES: Final[dict[tuple[str, str], State]] = {
    ("item", "none"): State("calm", "ring", "Not released"),
    ("item", "working"): State("act", "pen", "Work since release"),
    ("item", "review"): State("wait", "clock", "In review"),
    ("revision", "current"): State("go", "check", "Current"),
    ("revision", "superseded"): State("halt", "stop", "Superseded"),
    ("revision", "recalled"): State("halt", "hand", "Recalled"),
    ("revision", "working"): State("wait", "pen", "Not released"),
    ("inbox", "guessed"): State("act", "link", "Has a guess"),
    ("inbox", "unknown"): State("wait", "clock", "Waits"),
    ("order", "open"): State("wait", "clock", "In review"),
    ("order", "released"): State("go", "check", "Released"),
    ("order", "new"): State("calm", "ring", "Not opened yet"),
    ("order", "withdrawn"): State("act", "pen", "Taken back to work"),
    ("order", "rejected"): State("halt", "cross", "Rejected"),
    ("order", "cancelled"): State("calm", "dash", "Cancelled"),
    ("finding", "satisfied"): State("go", "check", "Satisfied"),
    ("finding", "unsatisfied"): State("wait", "clock", "Open"),
    ("finding", "overridden"): State("wait", "warn", "Overridden"),
    ("finding", "not applicable"): State("calm", "dash", "Not applicable"),
    ("finding", "error"): State("halt", "warn", "Error"),
    ("signoff", "approved"): State("go", "check", "Approved"),
    ("signoff", "rejected"): State("halt", "cross", "Rejected"),
    ("signoff", "reviewed"): State("act", "check", "Reviewed"),
    ("signoff", "void"): State("calm", "dash", "Void"),
    ("job", "planned"): State("calm", "ring", "Planned"),
    ("job", "released"): State("act", "play", "Released"),
    ("job", "running"): State("go", "play", "Running"),
    ("job", "held"): State("halt", "hand", "On hold"),
    ("job", "done"): State("go", "check", "Done"),
    ("job", "closed"): State("calm", "check", "Closed"),
    ("job", "cancelled"): State("calm", "dash", "Cancelled"),
    ("op", "waiting"): State("calm", "ring", "Waiting"),
    ("op", "ready"): State("act", "play", "Ready"),
    ("op", "running"): State("go", "play", "Running"),
    ("op", "paused"): State("wait", "pause", "Paused"),
    ("op", "blocked"): State("wait", "block", "Blocked"),
    ("op", "done"): State("calm", "check", "Done"),
    ("op", "skipped"): State("calm", "minus", "Left out"),
    ("copy", "open"): State("act", "sheet", "Out"),
    ("copy", "collected"): State("calm", "box", "Collected"),
    ("copy", "destroyed"): State("calm", "cross", "Destroyed"),
    ("copy", "missing"): State("halt", "search", "Missing"),
    ("share", "live"): State("go", "check", "Opens"),
    ("share", "expired"): State("calm", "clock", "Out of date"),
    ("share", "withdrawn"): State("halt", "cross", "Withdrawn"),
    ("packet", "valid"): State("go", "check", "Valid"),
    ("packet", "replaced"): State("calm", "stop", "Replaced"),
    ("packet", "revoked"): State("halt", "hand", "Withdrawn"),
    ("measured", "missing"): State("wait", "clock", "To measure"),
    ("measured", "pass"): State("go", "check", "Pass"),
    ("measured", "fail"): State("halt", "cross", "Fail"),
    ("recall", "open"): State("wait", "clock", "Open"),
    ("recall", "closed"): State("go", "check", "Closed"),
    ("task", "open"): State("wait", "clock", "To do"),
    ("task", "done"): State("go", "check", "Done"),
    ("receipt", "read"): State("go", "check", "Read"),
    ("receipt", "unread"): State("wait", "clock", "To read"),
    ("route", "same"): State("calm", "check", "The same"),
    ("route", "changed"): State("wait", "pen", "Changed"),
    ("route", "new"): State("act", "plus", "New"),
    ("route", "gone"): State("wait", "minus", "Gone"),
    ("blocker", "open"): State("halt", "block", "Open"),
    ("blocker", "acknowledged"): State("wait", "clock", "Seen to"),
    ("blocker", "resolved"): State("go", "check", "Resolved"),
    ("blocker", "closed"): State("calm", "check", "Closed"),
    ("outlook", "late"): State("halt", "clock", "Late"),
    ("outlook", "at risk"): State("wait", "warn", "At risk"),
    ("outlook", "unknown"): State("wait", "warn", "No date"),
    ("outlook", "on time"): State("go", "check", "In time"),
    ("delivery", "on time"): State("go", "check", "On time"),
    ("delivery", "late"): State("halt", "clock", "Late"),
    ("delivery", "short"): State("halt", "minus", "Closed short"),
    ("delivery", "open"): State("calm", "ring", "Not complete"),
    ("delivery", "unrecorded"): State("calm", "dash", "No shipment"),
    ("print", "live"): State("go", "check", "In use"),
    ("print", "withdrawn"): State("calm", "cross", "Withdrawn"),
    ("print", "out of date"): State("calm", "clock", "Out of date"),
    ("nc", "open"): State("halt", "warn", "Open"),
    ("nc", "proposed"): State("wait", "pen", "Waits for the owner"),
    ("nc", "disposed"): State("wait", "clock", "Decided"),
    ("nc", "closed"): State("calm", "check", "Closed"),
    ("shipment", "packed"): State("act", "box", "Packed"),
    ("shipment", "shipped"): State("go", "truck", "On its way"),
    ("shipment", "received"): State("calm", "check", "Received"),
    ("shipment", "cancelled"): State("calm", "dash", "Unpacked"),
    ("fai", "draft"): State("act", "pen", "Draft"),
    ("fai", "verified"): State("wait", "clock", "Verified"),
    ("fai", "approved"): State("go", "check", "Approved"),
    ("fai", "cancelled"): State("calm", "dash", "Cancelled"),
    ("proof", "have"): State("go", "check", "Have"),
    ("proof", "missing"): State("wait", "clock", "Missing"),
    ("proof", "waived"): State("wait", "warn", "Waived"),
    ("gauge", "ready"): State("go", "check", "Ready"),
    ("gauge", "soon"): State("wait", "clock", "Due soon"),
    ("gauge", "overdue"): State("halt", "clock", "Overdue"),
    ("gauge", "uncalibrated"): State("halt", "warn", "Not calibrated"),
    ("gauge", "retired"): State("calm", "dash", "Retired"),
    ("memory", "note"): State("act", "pen", "Note"),
    ("memory", "nonconformance"): State("halt", "warn", "Not right"),
    ("memory", "result"): State("halt", "caliper", "Out"),
    ("memory", "rework"): State("wait", "left", "Rework"),
    ("memory", "scrap"): State("halt", "cross", "Scrap"),
    ("memory", "blocker"): State("wait", "block", "Blocked"),
    ("question", "open"): State("wait", "clock", "Waits for an answer"),
    ("question", "answered"): State("go", "check", "Answered"),
    ("person", "active"): State("go", "check", "Active"),
    ("person", "disabled"): State("calm", "lock", "Disabled"),
}
"""Green: running or right.  Amber: waits for somebody.  Red: stop.  Blue: can be acted on.  Grey:
neutral (after IEC 60073)."""


def state(kind: str, name: str) -> State:
    """Return how a state is shown; one nobody drew yet is shown neutrally by its own name."""
    return STATES.get((kind, name)) or State("calm", "ring", name.replace("_", " ").capitalize())


def zone(name: str) -> tzinfo:
    """Return the shop's time zone, UTC where its name is not known on this machine."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def local(stored: str, shop: tzinfo) -> str:
    """Return a stored moment as the shop reads it, ``Tue 24 Nov 2026 14:30``."""
    moment = clock.moment(stored).astimezone(shop)
    return f"{day_text(moment.date())} {moment:%H:%M}"


def day_text(day: date) -> str:
    """Return a day with its weekday, in English whatever the machine's locale."""
    return f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]} {day.year}"


@lru_cache(maxsize=5_000)
def when(stored: str, shop: tzinfo) -> Markup:
    """Return a stored moment or day as a ``<time>`` element, a dash where there is none."""
    if not stored:
        return Markup("–")
    try:
        if len(stored) == len("2026-11-24"):
            shown = day_text(date.fromisoformat(stored))
        else:
            shown = local(stored, shop)
    except ValueError:
        return escape(stored)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(stored, stored, shown)


def signed_at(stored: str, shop: tzinfo) -> Markup:
    """Return the date and time of a signature to the second with its zone (21 CFR 11.50 (a) 2)."""
    moment = clock.moment(stored).astimezone(shop)
    offset = f"{moment:%z}"
    named = f"{moment:%Z}"
    zone_text = named if named == "UTC" else f"{named} (UTC{offset[:3]}:{offset[3:5]})"
    shown = f"{day_text(moment.date())} {moment:%H:%M:%S} {zone_text}"
    return Markup('<time datetime="{}">{}</time>').format(stored, shown)


def today(shop: tzinfo) -> date:
    """Return what day it is in the shop."""
    return datetime.now(shop).date()


def now_time(shop: tzinfo) -> str:
    """Return the time of day in the shop, with seconds."""
    return f"{datetime.now(shop):%H:%M:%S}"


def due(stored: str, today: date) -> str:
    """Return how far away a day is, ``in 2 d``, ``today``, ``3 d late``; nothing where no day."""
    try:
        days = (date.fromisoformat(stored[:10]) - today).days
    except ValueError:
        return ""
    if days == 0:
        return "today"
    return f"in {days} d" if days > 0 else f"{-days} d late"


def size(octets: int) -> str:
    """Return a size in decimal units, ``843 kB``."""
    if octets < 1000:
        return f"{octets} B"
    amount, unit = octets / 1000, "kB"
    for larger in ("MB", "GB", "TB"):
        if amount < 999.5:
            break
        amount, unit = amount / 1000, larger
    return f"{amount:.0f} {unit}" if amount >= 10 else f"{amount:.1f} {unit}"


def device(recorded: str) -> str:
    """Return a device in few words, ``10.0.0.7, Chrome on Android``; as recorded where it is none."""
    address, _blank, program = recorded.partition(" ")
    if not program.startswith("Mozilla/"):
        return recorded
    browser = next((name for sign, name in _BROWSERS if sign in program), "a browser")
    system = next((name for sign, name in _SYSTEMS if sign in program), "")
    return f"{address}, {browser} on {system}" if system else f"{address}, {browser}"


def told(sentence: str) -> Markup:
    """Return a sentence for a page: what stands between backticks is a command or a name."""
    parts = sentence.split("`")
    marked = [Markup("<code>{}</code>").format(one) if at % 2 else escape(one)
              for at, one in enumerate(parts)]  # fmt: skip
    return Markup("").join(marked)


def rendered(part: str) -> Markup:
    """Return what a template of ours rendered, to stand in another one around it."""
    return Markup(part)  # noqa: S704 - every value in it was escaped when it was rendered


def short(digest: str) -> str:
    """Return the first ten signs of a digest, enough to compare by eye."""
    return digest[:10]


def grouped(code: str) -> str:
    """Return a code in groups of four and more, as it is printed below a QR."""
    return " ".join(code[at : at + 5] for at in range(0, len(code), 5))
