# SPDX-License-Identifier: AGPL-3.0-or-later
"""A traveler's code tried at every address, with every method: it reaches its own job alone."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest

from traveler import jobs, sheet
from traveler.blockers import handling
from traveler.nonconformance import opening
from traveler.quality import evidence
from vault.codes import new_code
from vault.ledger import events, people

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
SECRET = "Secret Customer"
CODES = frozenset({"token", "code", "copy_code", "badge_code", "share", "display_code"})
CARRIERS: dict[str, Callable[[str], dict[str, str]]] = {
    "cookie, query and form": lambda _code: {},
    "bearer": lambda code: {"Authorization": f"Bearer {code}"},
    "stock client": lambda code: {"X-Vault-Token": code},
    "basic": lambda code: {
        "Authorization": "Basic " + base64.b64encode(f"otto:{code}".encode()).decode()
    },
}


@dataclass(frozen=True, slots=True)
class Other:
    """Another job with all that may hang on one, none of it any business of the traveler."""

    job: str
    blocker: int
    nc: str
    kept: int


@pytest.fixture
def shop(app: Any) -> Any:
    """Return the vault behind the application."""
    from web.visitor import VAULT

    return app.extensions[VAULT]


@pytest.fixture
def other(shop: Any) -> Other:
    """Return a second job on the floor, with a blocker, a nonconformance and evidence."""
    pat = people.get(shop.ledger, "pat")
    jobs.add(shop, pat, "J-9", "10-0042", 5, "2027-01-05", customer=SECRET)
    jobs.release_job(shop, pat, "J-9")
    wanted = handling.Wanted(kind="material", owner="pat", what=SECRET, job="J-9")
    blocker = handling.raise_blocker(shop, pat, wanted).id
    nc = opening.open_new(shop, pat, opening.Wanted("J-9", SECRET)).number
    (kept,) = evidence.add(shop, pat, evidence.Wanted("note", "J-9", words=SECRET))
    return Other("J-9", blocker, nc, kept.root)


@pytest.fixture
def tablet(guest: Any, stock: Any) -> Any:
    """Return a tablet where Otto is signed in, and every cookie of ours holds the traveler's code."""
    browser = guest(None)
    signed = browser.post("/tablet", {"what": "arrive", "operator": "otto", "pin": "4711"})
    assert signed.status_code == 303
    for name in ("titleblock", "__Host-titleblock"):
        browser.client.set_cookie(name, stock.token, domain="vault.example", secure=True)
    return browser


def place(rule: str, stock: Any, other: Other) -> str:
    """Return an address: the traveler's code for any code, the other job's for all the rest."""
    facts = {"number": stock.number, "rev": "A", "change": stock.change, "job": other.job,
             "copy": stock.copy, "blocker": str(other.blocker), "nc": other.nc, "name": "10-0042.pdf",
             "kept": str(other.kept), "role": "original", "packet": "PP-0001", "station": "saw",
             "kind": "photo", "filename": "css/tokens.css", "export": "jobs"}  # fmt: skip
    return re.sub(
        r"<(?:\w+:)?(\w+)>",
        lambda part: stock.token if part[1] in CODES else facts.get(part[1], "1"),
        rule,
    )


def fields(stock: Any, other: Other, form_token: str) -> dict[str, str]:
    """Return a form that names the other job in every way a form of ours names one."""
    return {"form_token": form_token, "job": other.job, "number": other.job, "seq": "10", "op": "10",
            "operator": "otto", "act": "start", "what": "probe", "type": "material", "qty": "1",
            "owner": "pat", "where": "job", "kind": "note", "words": "probe", "balloon": "1",
            "piece": "1", "result": "1", "note": "probe", "token": stock.token, "key": new_code(),
            "id": stock.token, "nc": other.nc, "blocker": str(other.blocker), "why": "probe",
            "said": "1", "evidence": str(other.kept)}  # fmt: skip


def is_shut(answer: Any) -> bool:
    """Say whether an answer lets nobody in."""
    asks = answer.headers.get("Location", "").startswith("/login")
    return answer.status_code in {401, 403, 404, 405, 429} or asks


@pytest.mark.parametrize("carrier", CARRIERS)
def test_a_traveler_reaches_its_own_job_and_nothing_else(
    carrier: str, tablet: Any, stock: Any, shop: Any, other: Other
) -> None:
    """As cookie, query, field, bearer, stock client's token and password; somebody is signed in.

    Whatever is not open to anybody stays closed, and of the other job nothing is told, nothing
    moves, and nothing is written about anything but the traveler's own job.
    """
    from web.addresses import TABLE

    before, refs = events.head(shop.ledger)[0], sorted(shop.history.refs("refs/"))
    form_token, heads, wrong = tablet.form_token(), CARRIERS[carrier](stock.token), []
    for address in TABLE:
        query = urlencode(
            {"token": stock.token, "job": other.job, "code": stock.token, "said": "1"}
        )
        path = f"{place(address.rule, stock, other)}?{query}"
        for method in METHODS:
            door = address.door(method)
            sends = method in {"POST", "PUT", "PATCH", "DELETE"}
            data = fields(stock, other, form_token) if sends else None
            answer = tablet.open(path, method, data=data, headers=heads)
            public = door is not None and "anybody" in door.who
            told = SECRET.encode() in answer.data
            if told or not (public or is_shut(answer)) or answer.status_code >= 500:
                wrong.append((method, path, answer.status_code))
    assert not wrong
    written = [one for one in events.latest(shop.ledger, 500) if one.seq > before]
    own = {"job/J-1", "person/otto"} | {
        one.subject for one in written if one.kind == "copy.reserved"
    }
    assert not [(one.kind, one.subject) for one in written if one.subject not in own]
    assert {one.facts["job"] for one in written if one.kind == "copy.issued"} <= {"J-1"}
    assert sorted(shop.history.refs("refs/")) == refs
    assert written, "nothing was tried in earnest: the traveler's own job takes some of it"


def test_the_code_of_one_step_moves_no_other_step(
    tablet: Any, stock: Any, shop: Any, other: Other, tmp_path: Any
) -> None:
    """Every form of the floor, sent with step 20 through the code of step 10: step 20 is untouched."""
    from web.addresses import TABLE
    from web.views.floor import SENT

    printed = sheet.print_traveler(shop, people.get(shop.ledger, "pat"), "J-1", tmp_path / "t.pdf")
    code = next(url for seq, url in printed.addresses if seq == 10).rpartition("/")[2]
    told = fields(stock, other, tablet.form_token()) | {"job": "J-1", "seq": "20", "op": "20"}
    tried = 0
    for address in TABLE:
        if not address.rule.startswith("/t/") or address.post is None:
            continue
        path = re.sub(r"<(?:\w+:)?(\w+)>", lambda part: code if part[1] == "token" else "photo",
                      address.rule)  # fmt: skip
        for act in (*SENT, "override"):
            for where in ("step", "station"):
                more = {"act": act, "where": where, "key": new_code()}
                answer = tablet.open(path, "POST", data=told | more)
                assert answer.status_code < 500, path
                tried += 1
    assert tried > 50
    moved = [one for one in jobs.history(shop, "J-1") if one.facts.get("seq") == 20]
    # Pieces that are not right at step 10 hold what comes after it, whoever reports them.
    assert not [one for one in moved if not str(one.facts.get("what")).startswith("NC-")]
