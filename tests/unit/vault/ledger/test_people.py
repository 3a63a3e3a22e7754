# SPDX-License-Identifier: AGPL-3.0-or-later
"""People: who may change whom, what proves a person, and what happens to those who guess."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from vault import clock
from vault.errors import Refusal
from vault.ledger import events, passwords, people
from vault.ledger.engine import Ledger
from vault.ledger.errors import (
    BadExpiry,
    BadPassword,
    BadPersonName,
    BadPin,
    BadScope,
    BadToken,
    FirstIsAdministrator,
    LastAdministrator,
    NoSuchPerson,
    NoSuchRole,
    NoSuchToken,
    PersonDisabled,
    PersonExists,
    RoleNeeded,
    TokenScope,
    TooManyAttempts,
    WrongPassword,
    WrongPin,
)

PASSWORD = "correct horse 7"


@pytest.fixture
def shop(ledger: Ledger) -> Ledger:
    """Return a ledger with ada (administrator) and otto (operator), both with their secrets."""
    people.add(ledger, "ada", "ada", ["admin"])
    people.add(ledger, "ada", "otto", ["operator"], "Otto Lind")
    for name in ("ada", "otto"):
        people.set_password(ledger, "ada", name, PASSWORD)
    people.set_pin(ledger, "ada", "otto", "4711")
    return ledger


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Return a function that moves the clock of the ledger so many minutes ahead."""
    from datetime import UTC, datetime, timedelta

    def move(minutes: int) -> None:
        moment = clock.text(datetime.now(UTC) + timedelta(minutes=minutes))
        monkeypatch.setattr(clock, "now", lambda: moment)

    return move


def test_the_first_person_has_to_be_an_administrator(ledger: Ledger) -> None:
    """An empty ledger takes nobody who could not add the next one."""
    with pytest.raises(FirstIsAdministrator):
        people.add(ledger, "eli", "eli", ["engineer"])
    people.add(ledger, "ada", "ada", ["admin"])
    with pytest.raises(RoleNeeded, match="ghost may not do that: it takes the role admin"):
        people.add(ledger, "ghost", "eli", ["engineer"])


def test_only_an_administrator_changes_others(shop: Ledger) -> None:
    """An operator may set an own PIN, and nothing of anybody else's."""
    otto = people.get(shop, "otto")
    people.set_pin(shop, otto, "otto", "123456")
    for forbidden in (
        lambda: people.add(shop, otto, "eve", ["admin"]),
        lambda: people.set_pin(shop, otto, "ada", "1234"),
        lambda: people.set_password(shop, otto, "ada", PASSWORD),
        lambda: people.disable(shop, otto, "ada"),
        lambda: people.set_roles(shop, otto, "otto", ["admin"]),
        lambda: people.unlock(shop, otto, "otto"),
        lambda: people.issue_token(shop, otto, "ada", "api"),
    ):
        with pytest.raises(RoleNeeded):
            forbidden()


def test_a_disabled_person_can_do_nothing_and_comes_back(shop: Ledger) -> None:
    """Neither password, PIN, token nor role helps while disabled; enabling gives them back."""
    token = people.issue_token(shop, "ada", "otto", "read")
    people.disable(shop, "ada", "otto")
    with pytest.raises(WrongPassword):
        people.check_password(shop, "otto", PASSWORD)
    with pytest.raises(WrongPin):
        people.check_pin(shop, "otto", "4711")
    with pytest.raises(BadToken):
        people.check_token(shop, token, "read")
    with pytest.raises(PersonDisabled):
        people.require(people.get(shop, "otto"), "operator")
    people.disable(shop, "ada", "otto", disabled=False)
    assert people.check_pin(shop, "otto", "4711").name == "otto"


def test_the_last_administrator_stays(shop: Ledger) -> None:
    """Nobody can lock everybody out, by disabling or by roles."""
    for attempt in (
        lambda: people.disable(shop, "ada", "ada"),
        lambda: people.set_roles(shop, "ada", "ada", ["engineer"]),
    ):
        with pytest.raises(LastAdministrator):
            attempt()
    people.set_roles(shop, "ada", "otto", ["operator", "admin"])
    people.disable(shop, "otto", "ada")


def test_roles_are_required_by_name(shop: Ledger) -> None:
    """The refusal says which role is missing; an administrator passes every gate."""
    otto = people.get(shop, "otto")
    people.require(otto, "planner", "operator")
    with pytest.raises(RoleNeeded, match="otto may not do that: it takes the role planner or qual"):
        people.require(otto, "planner", "quality")
    people.require(people.get(shop, "ada"), "planner")


@pytest.mark.parametrize("name", ["", "a", "Ada", "1ada", "ada lovelace", "a" * 33, "ada\n", "ädä"])
def test_a_name_that_is_none_is_refused(shop: Ledger, name: str) -> None:
    """Names are short, lower case and plain, since they stand in logs and tags."""
    with pytest.raises(BadPersonName):
        people.add(shop, "ada", name, ["engineer"])


def test_a_person_is_added_once_with_known_roles(shop: Ledger) -> None:
    """A second of the same name, an unknown role and no role at all are refused."""
    with pytest.raises(PersonExists):
        people.add(shop, "ada", "otto", ["engineer"])
    for roles in (["king"], []):
        with pytest.raises(NoSuchRole, match="choose among admin, engineer"):
            people.add(shop, "ada", "eve", roles)
    with pytest.raises(NoSuchPerson):
        people.get(shop, "eve")


@pytest.mark.parametrize("pin", ["", "471", "123456789", "47a1", "٤٧١١", "4711 "])
def test_a_pin_is_four_to_eight_digits(shop: Ledger, pin: str) -> None:
    """Anything else is refused before it is hashed."""
    with pytest.raises(BadPin):
        people.set_pin(shop, "ada", "otto", pin)


@pytest.mark.parametrize("password", ["", "short 7", "x" * 257])
def test_a_password_is_neither_short_nor_endless(shop: Ledger, password: str) -> None:
    """Too short can be guessed, endless would be a way to keep the processor busy."""
    with pytest.raises(BadPassword):
        people.set_password(shop, "ada", "otto", password)


def test_five_wrong_pins_lock_and_the_sentence_says_for_how_long(shop: Ledger) -> None:
    """The fifth wrong PIN locks; then even the right one is refused, and who unlocks is said."""
    left = []
    for _ in range(4):
        with pytest.raises(WrongPin) as refused:
            people.check_pin(shop, "otto", "0000")
        left.append(refused.value.facts["left"])
    assert left == [4, 3, 2, 1]
    for pin in ("0000", "4711"):
        with pytest.raises(TooManyAttempts) as locked:
            people.check_pin(shop, "otto", pin)
        assert str(locked.value) == (
            "5 wrong PINs in a row: the PIN of otto is locked for 15 more minutes; wait, sign in "
            "with your password, or ask an administrator to unlock it."
        )
    assert [one.kind for one in events.of(shop, "person/otto")][-1] == "person.pin-locked"


def _lock(shop: Ledger) -> None:
    for _ in range(5):
        with pytest.raises(Refusal):
            people.check_pin(shop, "otto", "0000")


def test_a_locked_pin_opens_after_a_quarter_of_an_hour(
    shop: Ledger, later: Callable[[int], None]
) -> None:
    """Waiting is enough, fourteen minutes are not."""
    _lock(shop)
    later(14)
    with pytest.raises(TooManyAttempts):
        people.check_pin(shop, "otto", "4711")
    later(16)
    assert people.check_pin(shop, "otto", "4711").name == "otto"


@pytest.mark.parametrize(
    "unlock",
    [
        lambda shop: people.unlock(shop, "ada", "otto"),
        lambda shop: people.check_password(shop, "otto", PASSWORD),
        lambda shop: people.set_pin(shop, "ada", "otto", "4711"),
    ],
)
def test_an_administrator_or_the_password_unlocks_at_once(
    shop: Ledger, unlock: Callable[[Ledger], None]
) -> None:
    """What the sentence promises is true."""
    _lock(shop)
    unlock(shop)
    assert people.check_pin(shop, "otto", "4711").name == "otto"


def test_a_right_pin_forgives_the_wrong_ones(shop: Ledger) -> None:
    """Only wrong ones in a row count."""
    for _ in range(3):
        for _ in range(3):
            with pytest.raises(WrongPin):
                people.check_pin(shop, "otto", "0000")
        assert people.check_pin(shop, "otto", "4711").name == "otto"


def test_a_hundred_tries_at_once_are_still_five(shop: Ledger) -> None:
    """Tries are counted before they are looked at, so a burst gains nothing."""
    answers: list[type[Refusal]] = []

    def guess() -> None:
        for _ in range(5):
            try:
                people.check_pin(shop, "otto", "0000")
            except Refusal as refusal:
                answers.append(type(refusal))

    threads = [threading.Thread(target=guess) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers.count(WrongPin) == 4
    assert answers.count(TooManyAttempts) == 16


def test_ten_wrong_passwords_lock_the_password(shop: Ledger) -> None:
    """The password is harder to guess than a PIN and gets ten tries, then a rest."""
    for _ in range(9):
        with pytest.raises(WrongPassword):
            people.check_password(shop, "otto", "wrong horse 7")
    for password in ("wrong horse 7", PASSWORD):
        with pytest.raises(TooManyAttempts, match="the password of otto is locked for 15"):
            people.check_password(shop, "otto", password)


@pytest.mark.parametrize("name", ["nobody", "NO BODY", "", "ada' OR 1=1 --"])
def test_somebody_unknown_gets_the_same_answers(shop: Ledger, name: str) -> None:
    """Neither the sentence, nor the lock, nor the work done tells who exists."""
    with pytest.raises(WrongPassword) as unknown:
        people.check_password(shop, name, PASSWORD)
    with pytest.raises(WrongPassword) as known:
        people.check_password(shop, "otto", "wrong horse 7")
    assert str(unknown.value) == str(known.value)
    for _ in range(4):
        with pytest.raises(WrongPin):
            people.check_pin(shop, name, "0000")
    with pytest.raises(TooManyAttempts, match="5 wrong PINs in a row"):
        people.check_pin(shop, name, "0000")


def test_the_hash_of_nobody_costs_as_much_as_any(shop: Ledger) -> None:
    """The stand-in for unknown people has the parameters of real hashes, and matches nothing."""
    assert passwords.NOBODY.split("$")[:4] == passwords.hash_pin("4711").split("$")[:4]
    assert passwords._hasher().check_needs_rehash(passwords.NOBODY) is False
    assert not passwords.matches(None, "")


def test_no_secret_stands_in_an_event(shop: Ledger) -> None:
    """Events are read by many; hashes and secrets stay out of them."""
    token = people.issue_token(shop, "ada", "otto", "api")
    told = repr(events.latest(shop))
    assert "argon2" not in told
    assert token not in told
    assert not re.search(r"(?<![0-9a-f])4711(?![0-9a-f])", told)  # a digest may hold it by chance


def test_a_token_opens_its_scope_only(shop: Ledger) -> None:
    """The scope api reads as well; git and read open nothing else; an unknown scope is refused."""
    made = {scope: people.issue_token(shop, "otto", "otto", scope) for scope in people.SCOPES}
    opened = {("git", "git"), ("api", "api"), ("api", "read"), ("read", "read")}
    for scope, secret in made.items():
        for wanted in people.SCOPES:
            if (scope, wanted) in opened:
                assert people.check_token(shop, secret, wanted).name == "otto"
            else:
                with pytest.raises(TokenScope, match=f"needs one for {wanted}"):
                    people.check_token(shop, secret, wanted)
    with pytest.raises(BadScope, match="choose among git, api, read"):
        people.issue_token(shop, "ada", "otto", "everything")


def test_a_token_is_kept_as_a_hash_and_long_enough(shop: Ledger, ledger_file: Path) -> None:
    """Its 192 bits stand nowhere in the file."""
    secret = people.issue_token(shop, "ada", "otto", "git")
    assert len(secret.removeprefix("tb_git_")) == 32
    shop.close()
    assert secret.encode() not in ledger_file.read_bytes()


def test_a_token_ends_by_date_and_by_word(shop: Ledger, later: Callable[[int], None]) -> None:
    """Expired and revoked tokens are as good as unknown ones."""
    short = people.issue_token(shop, "ada", "otto", "read", "1d")
    kept = people.issue_token(shop, "ada", "otto", "read", "2d")
    revoked = people.issue_token(shop, "ada", "otto", "read")
    newest = people.tokens_of(shop, "otto")[0]
    people.revoke_token(shop, "otto", "otto", newest.id)
    later(24 * 60 + 1)
    for dead in (short, revoked, "tb_read_", "", "\udcff"):
        with pytest.raises(BadToken):
            people.check_token(shop, dead, "read")
    assert people.check_token(shop, kept, "read").name == "otto"
    assert [one.live for one in people.tokens_of(shop, "otto")] == [False, True, False]
    with pytest.raises(NoSuchToken):
        people.revoke_token(shop, "ada", "ada", newest.id)


def test_an_expiry_is_a_day_or_a_number_of_days() -> None:
    """A day counts to its end; the past and nonsense are refused."""
    at = "2027-03-01T12:00:00Z"
    assert people.expiry("2027-03-01", at) == "2027-03-01T23:59:59Z"
    assert people.expiry("90d", at) == "2027-05-30T12:00:00Z"
    assert people.expiry("2027-03-01T13:00:00Z", at) == "2027-03-01T13:00:00Z"
    for wrong in ("", "0d", "d", "2027-02-28", "soon", "2027-13-01", "99999999d", "²d"):
        with pytest.raises(BadExpiry):
            people.expiry(wrong, at)


def test_everything_done_to_people_holds_in_the_chain(shop: Ledger) -> None:
    """After all these verbs the ledger verifies."""
    people.disable(shop, "ada", "otto")
    people.set_roles(shop, "ada", "otto", ["quality"])
    assert list(events.verify(shop)) == []
