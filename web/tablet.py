# SPDX-License-Identifier: AGPL-3.0-or-later
"""The tablet behind a request: who is signed in at it for the floor, and at which station it stands.

This is not a session: the guard never asks it, so it opens no page of an account.
"""

from __future__ import annotations

import ipaddress
import re
from typing import Final

from flask import Response, g, request

from traveler import station_records
from traveler.tablet import presence
from traveler.tablet.presence import Presence
from traveler.tablet.sending import Sent
from vault import clock
from vault.ledger.people import Person
from web import forms, proxies
from web.errors import OffTheNetwork, UntoldProxy
from web.limits import Bucket
from web.visitor import cookie_name, device, encrypted, vault, visitor

COOKIE: Final = "titleblock-tablet"
PLACE: Final = "titleblock-station"
YEAR_S: Final = 31_536_000
TRIES: Final = Bucket(size=40, seconds=3.0)
"""Forty PINs of one device at once, then one every three seconds; the lock itself is the ledger's."""
_STATION: Final = re.compile(r"[\w .+&-]{1,40}")


def here() -> Presence | None:
    """Return who is signed in at this tablet, or nobody."""
    if "presence" not in g:
        g.presence = presence.present(vault(), _secret())
    found: Presence | None = g.presence
    return found


def acted() -> None:
    """Begin the minutes of whoever is signed in anew."""
    found = here()
    if found is not None:
        presence.stay(vault(), _secret(), found)


def seconds_left() -> int:
    """Return after how many seconds without an act whoever is signed in is signed out."""
    found = here()
    if found is None:
        return 0
    left = clock.moment(found.until) - clock.moment(clock.now())
    return max(0, int(left.total_seconds()))


def signed_in(answer: Response, person: Person) -> Response:
    """Sign a person who proved themselves in at this tablet, and whoever was there out."""
    presence.leave(vault(), _secret())
    secret = presence.arrive(vault(), person, device())
    answer.set_cookie(
        cookie_name(COOKIE), secret, httponly=True, samesite="Lax", secure=encrypted()
    )
    return answer


def signed_out(answer: Response) -> Response:
    """Sign whoever is there out."""
    presence.leave(vault(), _secret())
    answer.delete_cookie(cookie_name(COOKIE), secure=encrypted(), httponly=True, samesite="Lax")
    return answer


def station() -> str:
    """Return the code of the station this tablet stands at, empty where it is carried about."""
    told = request.cookies.get(cookie_name(PLACE), "")
    return told if _STATION.fullmatch(told) else ""


def places() -> frozenset[str]:
    """Return what the tablet's station counts as: itself, and the group of equal ones it is in."""
    code = station()
    if not code:
        return frozenset()
    with vault().ledger.reading() as connection:
        found = station_records.station(connection, code)
    return frozenset({code, found.group} if found is not None and found.group else {code})


def machine(planned: str) -> str:
    """Return on which machine a step is started that is planned at a group the tablet belongs to."""
    code = station()
    return code if code != planned and planned in places() else ""


def sent() -> Sent:
    """Return how an act came that a tablet may have kept: on what it was pressed, and how long ago."""
    return Sent(
        seen=forms.text("seen"), ago=forms.whole("ago", "The seconds", 0),
        sure=bool(forms.text("sure")),
    )  # fmt: skip


def placed(answer: Response, code: str) -> Response:
    """Bind this tablet to a station, or to none."""
    answer.set_cookie(
        cookie_name(PLACE), code, max_age=YEAR_S if code else 0, httponly=True, samesite="Lax",
        secure=encrypted(),
    )  # fmt: skip
    return answer


def near() -> None:
    """Refuse a traveler from outside the shop's networks, but to people who are signed in.

    A proxy nobody told us of would lend everybody its own place in the shop, so what says that it
    was passed on by one is refused.  Raises OffTheNetwork or UntoldProxy; where no networks are
    set a traveler opens from anywhere.
    """
    networks = [ipaddress.ip_network(one) for one in vault().settings.floor_networks]
    if not networks or visitor().person is not None:
        return
    if untold := request.environ.get(proxies.UNTOLD):
        raise UntoldProxy(address=untold)
    if not proxies.within(request.remote_addr or "", networks):
        raise OffTheNetwork


def _secret() -> str:
    return request.cookies.get(cookie_name(COOKIE), "")
