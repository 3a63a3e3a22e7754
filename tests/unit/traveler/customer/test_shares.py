# SPDX-License-Identifier: AGPL-3.0-or-later
"""Links to customers: one order, expiring, withdrawn at once, every use written down."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

CODE = slice(-26, None)


def code_of(address: str) -> str:
    """Return the code at the end of a link."""
    return address.rpartition("/")[2]


def make(shop: Any, **more: Any) -> tuple[Any, str]:
    """Make a link to J-1 as the planner; return it with its code."""
    from traveler.customer import shares

    made, address = shares.make(shop.vault, shop.pat, "J-1", **more)
    return made, code_of(address)


def test_a_link_opens_its_order_and_says_so(drawn: Any) -> None:
    """What is shown is the outside of the job; the opening stands in the list with its device."""
    from traveler.customer import shares

    _made, code = make(drawn, whom="Dana of Acme")
    view = shares.opened(drawn.vault, code.upper(), "", "a phone")
    assert (view.job, view.item, view.rev, view.stage.name) == ("J-1", "10-0042", "B", "Planned")
    ((share, looks),) = shares.listing(drawn.vault, "J-1")
    assert (share.whom, share.state) == ("Dana of Acme", "live")
    assert [(one.what, one.device) for one in looks] == [("opened", "a phone")]


def test_its_code_is_kept_as_a_hash_only(drawn: Any) -> None:
    """Whoever reads the ledger cannot open the link."""
    _made, code = make(drawn)
    data = (drawn.vault.root / "ledger.db").read_bytes()
    data += (drawn.vault.root / "ledger.db-wal").read_bytes()
    assert code.upper().encode() not in data
    assert code.encode() not in data


def test_a_withdrawn_or_expired_link_is_no_link(
    drawn: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It cannot be told from one that never was; withdrawing twice is a conflict."""
    from traveler.customer import shares
    from traveler.customer.errors import NoSuchShare, ShareEnded
    from vault import clock

    made, code = make(drawn, days=1)
    _other, open_code = make(drawn, days=400)
    shares.withdraw(drawn.vault, drawn.pat, made.id)
    with pytest.raises(NoSuchShare):
        shares.opened(drawn.vault, code, "", "")
    with pytest.raises(ShareEnded):
        shares.withdraw(drawn.vault, drawn.pat, made.id)
    monkeypatch.setattr(clock, "now", lambda: "2099-01-01T00:00:00Z")
    with pytest.raises(NoSuchShare):
        shares.look(drawn.vault, open_code)


@pytest.mark.parametrize("code", ["", "short", "0" * 26, "U" * 26, "../../etc"])
def test_a_guessed_code_opens_nothing(drawn: Any, code: str) -> None:
    """One sentence for whatever was typed."""
    from traveler.customer import shares
    from traveler.customer.errors import NoSuchShare

    with pytest.raises(NoSuchShare):
        shares.opened(drawn.vault, code, "", "")


def test_a_passcode_is_asked_and_guessing_it_waits(drawn: Any) -> None:
    """Five wrong ones lock the link for a while, the right one too; each is written down."""
    from traveler.customer import shares
    from traveler.customer.errors import PasscodeLocked, WrongPasscode

    _made, code = make(drawn, passcode="harbour 9")
    assert shares.opened(drawn.vault, code, "harbour 9", "").job == "J-1"
    for _ in range(5):
        with pytest.raises(WrongPasscode):
            shares.opened(drawn.vault, code, "wrong", "a bot")
    with pytest.raises(PasscodeLocked):
        shares.opened(drawn.vault, code, "harbour 9", "")
    ((_share, looks),) = shares.listing(drawn.vault, "J-1")
    assert [one.what for one in looks] == ["opened"] + ["wrong passcode"] * 5


@pytest.mark.parametrize(
    ("more", "name"),
    [({"days": 0}, "BadShareLife"), ({"days": 731}, "BadShareLife"), ({"passcode": "12345"}, "BadPasscode")],
)  # fmt: skip
def test_bad_terms_are_refused(drawn: Any, more: dict[str, Any], name: str) -> None:
    """Nothing is made then."""
    from traveler.customer import shares
    from vault.errors import Refusal

    with pytest.raises(Refusal) as refused:
        make(drawn, **more)
    assert type(refused.value).__name__ == name
    assert shares.listing(drawn.vault, "J-1") == []


def test_who_may_not_make_links(drawn: Any) -> None:
    """Planners and quality do; a link to no job is refused."""
    from traveler.customer import shares
    from traveler.errors import NoSuchJob
    from vault.ledger.errors import RoleNeeded

    for name in ("eli", "mchen", "otto", "cora"):
        with pytest.raises(RoleNeeded):
            shares.make(drawn.vault, drawn.people[name], "J-1")
    with pytest.raises(NoSuchJob):
        shares.make(drawn.vault, drawn.pat, "J-9")


def test_there_is_no_packet_to_fetch_before_one_is_valid(drawn: Any) -> None:
    """The refusal says who issues it."""
    from traveler.customer import shares
    from traveler.customer.errors import NoPacketYet

    _made, code = make(drawn)
    with pytest.raises(NoPacketYet):
        shares.fetched(drawn.vault, code, "", "", pdf=False)


_STATES = st.lists(st.sampled_from(["waiting", "running", "paused", "done", "skipped"]), max_size=6)


@given(states=_STATES, job=st.sampled_from(["planned", "released", "held", "closed"]),
       waiting=st.lists(st.sampled_from(["material", "machine"]), max_size=2),
       proved=st.booleans())  # fmt: skip
def test_every_job_has_a_stage_in_words(
    states: list[str], job: str, waiting: list[str], proved: bool
) -> None:
    """Whatever its state, a job is at one of the stages, and the sentence names no internals."""
    from traveler.customer.stage import STAGES, stage

    class Told:
        def __init__(self, **facts: Any) -> None:
            self.__dict__.update(facts)

    operations: Any = [
        Told(
            state=one, title="Mill", started_at=None if one == "waiting" else "2026-01-01T00:00:00Z"
        )
        for one in states
    ]
    found = stage(Told(state=job), operations, waiting, proved=proved)  # type: ignore[arg-type]
    assert found.name in STAGES
    assert found.sentence.endswith(".")
    assert (found.name == "Proved") == proved


def test_at_the_terminal(drawn: Any) -> None:
    """Made, listed, withdrawn; the address is told once."""
    from click.testing import CliRunner

    from vault import cli

    def run(*words: str, given: str = "") -> Any:
        told = ["--vault", str(drawn.vault.root), "--as", "pat", "share", *words, "--json"]
        return CliRunner().invoke(cli.trunk(), told, input=given)

    made = json.loads(
        run("make", "J-1", "--days", "5", "--passcode-stdin", given="harbour 9\n").stdout
    )
    assert made["address"].startswith("https://vault.example/s/")
    (listed,) = json.loads(run("list", "J-1").stdout)
    assert (listed["state"], listed["passcode"], listed["looks"]) == ("live", True, [])
    assert "address" not in listed
    assert json.loads(run("withdraw", str(made["share"])).stdout)["state"] == "withdrawn"
