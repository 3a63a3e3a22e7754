# SPDX-License-Identifier: AGPL-3.0-or-later
"""What release control promises, a sentence a test; and 21 CFR 11.10, a letter a test."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from vault.home import Vault
    from vault.ledger.people import Person


@dataclass
class Shop:
    """A vault and the few acts these tests are about."""

    vault: Vault
    people: dict[str, Person]
    password: str
    place: Path

    def checks_in(self, number: str, text: str, who: str = "eli") -> None:
        """Check a model in; a new number makes the item first."""
        from release import desk

        if self.vault.catalogue.item(number) is None:
            desk.add_item(self.vault, self.people["eli"], number, "Part", "mchen")
        model = self.place / "model.step"
        model.write_text(text)
        desk.check_in(self.vault, self.people[who], number, {"model.step": model}, f"{text} drawn")

    def opens(self, *numbers: str) -> str:
        """Open an order."""
        from release import desk

        return desk.open_change(self.vault, self.people["eli"], numbers, "why").order.change

    def releases(self, number: str, text: str) -> str:
        """Check in, open, sign and release."""
        from release import desk

        self.checks_in(number, text)
        change = self.opens(number)
        desk.sign(self.vault, self.people["mchen"], self.password, change)
        desk.release(self.vault, self.people["eli"], change)
        return change

    def clone(self) -> Path:
        """Return a clone of the vault with a name in it, pushing as eli."""
        work = self.place / "work"
        subprocess.run(
            ["git", "clone", "-q", str(self.vault.root / "vault.git"), str(work)], check=True
        )
        return work


@pytest.fixture
def shop(vault: Vault, people: dict[str, Person], password: str, tmp_path: Path) -> Shop:
    """Return the shop."""
    return Shop(vault, people, password, tmp_path)


# --- the sentences of release control ---------------------------------------------------


def test_a_byte_pushed_after_the_sign_off_voids_it(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By git, by whom is on record, automatically; the release is refused until it is signed anew."""
    from release import desk
    from release.errors import RequirementsOpen

    shop.checks_in("10-0001", "first")
    change = shop.opens("10-0001")
    assert desk.sign(shop.vault, shop.people["mchen"], shop.password, change).passes
    work = shop.clone()
    (toml,) = work.rglob("item.toml")
    toml.write_text(toml.read_text() + "\n")  # one byte
    monkeypatch.setenv("TITLEBLOCK_USER", "eli")
    git = ["git", "-C", str(work), "-c", "user.name=eli", "-c", "user.email=e@x"]
    subprocess.run([*git, "commit", "-qam", "a byte"], check=True)
    pushed = subprocess.run([*git, "push", "-q", "origin", "HEAD:main"], check=False,
                            capture_output=True, text=True)  # fmt: skip
    assert pushed.returncode == 0, pushed.stderr
    with pytest.raises(RequirementsOpen):
        desk.release(shop.vault, shop.people["eli"], change)
    order = desk.judge(shop.vault, change).order
    assert not order.signoffs[0].covers(order.item("10-0001"))
    void = [event for event in order.events if event.act == "void"]
    assert void[-1].automatic
    assert "10-0001 changed" in void[-1].text
    desk.sign(shop.vault, shop.people["mchen"], shop.password, change)
    assert desk.release(shop.vault, shop.people["eli"], change)[0].rev == "A"


def test_a_rule_with_no_owner_is_unsatisfied(shop: Shop) -> None:
    """The only approval owner is disabled: the finding says that nobody can, and nothing passes."""
    from release import desk
    from release.errors import RequirementsOpen
    from vault.ledger import people

    shop.checks_in("10-0001", "first")
    change = shop.opens("10-0001")
    people.disable(shop.vault.ledger, "ada", "mchen")
    judged = desk.judge(shop.vault, change)
    (finding,) = [one for one in judged.findings if not one.passes]
    assert (finding.verdict, judged.passes) == ("unsatisfied", False)
    assert "nobody can satisfy this rule" in finding.reason
    with pytest.raises(RequirementsOpen):
        desk.release(shop.vault, shop.people["eli"], change)


def test_an_author_among_the_owners_cannot_release_alone(shop: Shop) -> None:
    """Approval owner and engineer in one person: their own work waits for somebody else."""
    from release import desk
    from release.errors import NotAnApprover, RequirementsOpen
    from vault.ledger import people

    eve = people.add(shop.vault.ledger, "ada", "eve", ["engineer", "approver"], "Eve Ito")
    people.set_password(shop.vault.ledger, "ada", "eve", shop.password)
    desk.add_item(shop.vault, eve, "10-0001", "Part", "eve")
    model = shop.place / "m.step"
    model.write_text("hers")
    desk.check_in(shop.vault, eve, "10-0001", {"m.step": model}, "drawn")
    change = desk.open_change(shop.vault, eve, ["10-0001"], "mine").order.change
    with pytest.raises(NotAnApprover, match="cannot approve it"):
        desk.sign(shop.vault, eve, shop.password, change)
    with pytest.raises(RequirementsOpen):
        desk.release(shop.vault, eve, change)


def test_every_illegal_step_of_an_order_is_refused(shop: Shop) -> None:
    """Every pair of state and act that is not in the table, walked from the table."""
    from release import lifecycle, orders
    from release.change import Event
    from release.errors import WrongState

    shop.checks_in("10-0001", "first")
    order = orders.load(shop.vault, shop.opens("10-0001")).order
    states = {state for state, _act in lifecycle.ORDER} | set(lifecycle.ORDER.values())
    acts = {act for _state, act in lifecycle.ORDER}
    from dataclasses import replace

    illegal = [(s, a) for s in states for a in acts if (s, a) not in lifecycle.ORDER]
    assert len(illegal) > 20
    for state, act in illegal:
        with pytest.raises(WrongState):
            replace(order, state=state).acted(Event("", "eli", act, ""))


# --- 21 CFR 11.10 -----------------------------------------------------------------------


def test_11_10_a_altered_records_are_discerned(shop: Shop) -> None:
    """One changed byte of any released file is named (see test_verify_names_tampering for all)."""
    from release import audit

    shop.releases("10-0001", "first")
    assert audit.verify(shop.vault).ok
    path = next(p for p in (shop.vault.root / "objects" / "files").rglob("*") if p.is_file())
    path.chmod(0o644)
    path.write_bytes(b"X" + path.read_bytes()[1:])
    (fault, *_rest) = audit.verify(shop.vault).faults
    assert fault.kind == "object"


def test_11_10_b_copies_are_complete_and_readable_by_people_and_machines(shop: Shop) -> None:
    """An export holds files, record, order and signatures, and verifies without the vault."""
    from release import exporting

    shop.releases("10-0001", "first")
    made = exporting.export(shop.vault, shop.people["quinn"], "10-0001", "A", shop.place / "out")
    record = json.loads((made.place / "record.json").read_text())
    assert {one["name"] for one in record["files"]} == {
        path.name for path in (made.place / "files").iterdir()
    }
    assert "approved by Mei Chen" in (made.place / "README.md").read_text()
    done = subprocess.run([sys.executable, "-I", str(made.place / "verify.py")], check=False)
    assert done.returncode == 0


def test_11_10_c_records_are_retrieved_throughout_their_life(shop: Shop) -> None:
    """Superseded and recalled revisions come back byte for byte, and the state of any moment."""
    from release import desk, onday
    from release.log import ReleaseLog

    shop.releases("10-0001", "first")
    shop.releases("10-0001", "second")
    desk.recall(shop.vault, shop.people["mchen"], "10-0001", "B", "wrong hole")
    log = ReleaseLog(shop.vault)
    assert [log.read(one, "model.step") for one in log.revisions("10-0001")] == [
        b"first",
        b"second",
    ]
    then = onday.item(shop.vault, "10-0001", "2999-01-01")
    assert [state for _one, state in then.revisions] == ["superseded", "recalled"]


def test_11_10_d_access_is_limited_to_authorised_people(shop: Shop) -> None:
    """Disabled people do nothing; those without a role for it neither."""
    from release import desk
    from vault.errors import NotAllowed
    from vault.ledger import people

    people.disable(shop.vault.ledger, "ada", "eli")
    gone = people.get(shop.vault.ledger, "eli")
    for who in (gone, shop.people["otto"], shop.people["cora"]):
        with pytest.raises(NotAllowed):
            desk.add_item(shop.vault, who, "10-0009", "Part", "mchen")


def test_11_10_e_the_trail_is_time_stamped_made_by_the_computer_and_obscures_nothing(
    shop: Shop,
) -> None:
    """Every act has its moment and actor; what was before stays; events cannot be edited."""
    import sqlalchemy
    from sqlalchemy.exc import DatabaseError

    from release import orders
    from vault.ledger import events

    change = shop.releases("10-0001", "first")
    shop.releases("10-0001", "second")
    states = [order for _commit, order in orders.story(shop.vault, change)]
    assert [order.events[-1].act for order in states] == ["open", "sign", "release"]
    assert all(one.at.endswith("Z") and one.by for one in states[-1].events)
    told = events.of(shop.vault.ledger, "item/10-0001")
    assert [one.facts["rev"] for one in told] == ["A", "B"]
    for statement in ("UPDATE event SET at = 'x'", "DELETE FROM event"):
        with pytest.raises(DatabaseError), shop.vault.ledger.writing("ada") as writing:
            writing.execute(sqlalchemy.text(statement))


def test_11_10_f_steps_are_enforced_in_their_sequence(shop: Shop) -> None:
    """No release before the sign-off, no sign-off after the release, no release twice."""
    from release import desk
    from release.errors import AlreadyReleased, RequirementsOpen, WrongState

    shop.checks_in("10-0001", "first")
    change = shop.opens("10-0001")
    with pytest.raises(RequirementsOpen):
        desk.release(shop.vault, shop.people["eli"], change)
    desk.sign(shop.vault, shop.people["mchen"], shop.password, change)
    desk.release(shop.vault, shop.people["eli"], change)
    with pytest.raises(WrongState):
        desk.sign(shop.vault, shop.people["mchen"], shop.password, change)
    with pytest.raises(AlreadyReleased, match=f"{change} was released by eli at .* as 10-0001 A"):
        desk.release(shop.vault, shop.people["eli"], change)


def test_11_10_g_authority_is_checked_at_each_act(shop: Shop) -> None:
    """Of all people only the owner signs, and only with their password."""
    from release import desk
    from vault.errors import Refusal
    from vault.ledger.errors import WrongPassword

    shop.checks_in("10-0001", "first")
    change = shop.opens("10-0001")
    for name in sorted(set(shop.people) - {"mchen"}):
        with pytest.raises(Refusal):
            desk.sign(shop.vault, shop.people[name], shop.password, change)
    with pytest.raises(WrongPassword):
        desk.sign(shop.vault, shop.people["mchen"], "not it", change)
    assert desk.judge(shop.vault, change).order.signoffs == ()
    desk.sign(shop.vault, shop.people["mchen"], shop.password, change)


def test_11_10_h_the_source_of_what_comes_in_is_checked(shop: Shop) -> None:
    """A push by nobody is refused, and nothing of it is kept."""
    shop.checks_in("10-0001", "first")
    work = shop.clone()
    (toml,) = work.rglob("item.toml")
    toml.write_text(toml.read_text() + "\n")
    git: list[str] = ["git", "-C", str(work), "-c", "user.name=x", "-c", "user.email=x@x"]
    subprocess.run([*git, "commit", "-qam", "a byte"], check=True)
    tip = shop.vault.history.tip("refs/heads/main")
    pushed = subprocess.run([*git, "push", "-q", "origin", "HEAD:main"], check=False,
                            capture_output=True, text=True)  # fmt: skip
    assert pushed.returncode != 0
    assert shop.vault.history.tip("refs/heads/main") == tip


def test_11_10_j_signatures_hold_their_signer_accountable(shop: Shop) -> None:
    """Printed name, moment and meaning are in the order, in the record, in the export (11.50)."""
    from release import exporting
    from release.log import ReleaseLog

    shop.releases("10-0001", "first")
    (signed,) = ReleaseLog(shop.vault).revision("10-0001", "A").signoffs
    told: dict[str, Any] = {name: signed[name] for name in ("full_name", "meaning")}
    assert told == {"full_name": "Mei Chen", "meaning": "approved"}
    assert signed["at"].endswith("Z")
    made = exporting.export(shop.vault, shop.people["ada"], "10-0001", "A", shop.place / "out")
    order = json.loads((made.place / "order.json").read_text())
    assert order["signoffs"][0]["full_name"] == "Mei Chen"
    assert order["signoffs"][0]["items"]["10-0001"]["digest"]


def test_11_10_k_changes_of_the_rules_are_controlled_and_on_record(shop: Shop) -> None:
    """Administrators only, every version kept, with who, when and why; keys likewise."""
    from release import keys, rulebook
    from release.rules import example
    from vault.errors import NotAllowed
    from vault.history.repository import RULES

    new = example.DEFAULT.replace("count = 1", "count = 2")
    with pytest.raises(NotAllowed):
        rulebook.edit(shop.vault, shop.people["eli"], new, "two eyes")
    before = len(list(shop.vault.history.chain(RULES)))
    rulebook.edit(shop.vault, shop.people["ada"], new, "four eyes")
    chain = list(shop.vault.history.chain(RULES))
    assert len(chain) == before + 1
    assert "four eyes" in chain[0].message
    keys.rotate(shop.vault, shop.people["ada"], "yearly")
    assert [one.reason for one in keys.listing(shop.vault)] == ["yearly", ""]
