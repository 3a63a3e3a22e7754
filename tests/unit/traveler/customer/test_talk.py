# SPDX-License-Identifier: AGPL-3.0-or-later
"""Questions, answers and messages: on the right order, for the right customer, kept word for word."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

OURS, THEIRS = "Halvard", "Halvard Robotics"


@pytest.fixture
def talk(drawn: Any) -> Any:
    """Return a shop with an order of each of two customers with like names, and who signs in."""
    from traveler import jobs
    from traveler.customer import logins
    from vault.ledger import people

    people.add(drawn.vault.ledger, "ada", "dana", ["customer"], "Dana Diaz", "dana@example.com")
    drawn.people["dana"] = people.get(drawn.vault.ledger, "dana")
    for job, customer, login in (("J-10", OURS, "cora"), ("J-11", THEIRS, "dana")):
        jobs.add(drawn.vault, drawn.pat, job, "10-0042", 6, "2027-01-04", customer=customer,
                 order=f"PO-{job}")  # fmt: skip
        logins.tie(drawn.vault, drawn.ada, login, customer, "their buyer")
    return drawn


def told(question: Any) -> list[tuple[str, str, str]]:
    """Return side, person and words of all that reads on a question today."""
    return [(one.first.side, one.first.person, one.words) for one in question.said]


def test_a_question_waits_until_it_is_answered(talk: Any) -> None:
    """It stands in the office's list with the words; an answer takes it off; more puts it back."""
    from traveler.customer import orders, questions

    asked = questions.ask(talk.vault, talk.cora, "J-10", " Ten first?\n\nThanks ")
    assert (asked.label, asked.state, asked.words) == ("Q-0001", "open", "Ten first?\n\nThanks")
    (waiting,) = questions.waiting(talk.vault, talk.pat)
    assert waiting.waits_since == asked.asked_at
    assert questions.count(talk.vault) == 1
    questions.answer(talk.vault, talk.quinn, asked.id, "Yes.")
    assert questions.waiting(talk.vault, talk.pat) == []
    (order,) = [orders.look(talk.vault, talk.cora, "J-10", "")]
    assert told(order.questions[0]) == [
        ("customer", "cora", "Ten first?\n\nThanks"), ("shop", "quinn", "Yes."),
    ]  # fmt: skip
    assert not order.waits
    more = questions.add(talk.vault, talk.cora, asked.id, "When?")
    assert more.state == "open"
    assert more.waits_since > more.asked_at or more.waits_since == more.entries[-1].at
    assert [one.id for one in questions.answered(talk.vault, talk.pat)] == []


def test_a_correction_is_a_newer_entry_and_both_are_read(talk: Any) -> None:
    """The newest words stand there, the earlier ones below; a reworded question wants an answer."""
    from traveler.customer import questions

    asked = questions.ask(talk.vault, talk.cora, "J-10", "Ten first?")
    questions.answer(talk.vault, talk.pat, asked.id, "On Friday.")
    fixed = questions.answer(talk.vault, talk.quinn, asked.id, "On Monday.", corrects=2)
    again = questions.answer(talk.vault, talk.pat, asked.id, "On Tuesday.", corrects=2)
    assert (fixed.state, again.state, len(again.entries)) == ("answered", "answered", 4)
    assert told(again)[1] == ("shop", "pat", "On Tuesday.")
    assert [one.words for one in again.said[1].before] == ["On Friday.", "On Monday."]
    reworded = questions.add(talk.vault, talk.cora, asked.id, "Twelve first?", corrects=1)
    assert (reworded.state, reworded.words) == ("open", "Twelve first?")


def test_only_ones_own_words_are_corrected(talk: Any) -> None:
    """Not the other side's, not a correction itself, not what is not there."""
    from traveler.customer import questions
    from traveler.customer.errors import NotYourWords

    asked = questions.ask(talk.vault, talk.cora, "J-10", "Ten first?")
    questions.answer(talk.vault, talk.pat, asked.id, "Yes.")
    questions.answer(talk.vault, talk.pat, asked.id, "No.", corrects=2)
    for number in (2, 3, 9):
        with pytest.raises(NotYourWords):
            questions.add(talk.vault, talk.cora, asked.id, "I say yes.", corrects=number)
    for number in (1, 3):
        with pytest.raises(NotYourWords):
            questions.answer(talk.vault, talk.pat, asked.id, "They ask nothing.", corrects=number)


def test_nobody_asks_or_answers_for_others(talk: Any) -> None:
    """From both sides: a foreign order or question is none; who speaks for the shop say the rules."""
    from release import rulebook
    from traveler.customer import questions
    from traveler.customer.errors import NoSuchOrder, NoSuchQuestion
    from vault.ledger.errors import RoleNeeded

    asked = questions.ask(talk.vault, talk.cora, "J-10", "Ten first?")
    with pytest.raises(NoSuchOrder):
        questions.ask(talk.vault, talk.dana, "J-10", "And mine?")
    with pytest.raises(NoSuchOrder):
        questions.add(talk.vault, talk.dana, asked.id, "And mine?")
    with pytest.raises(NoSuchQuestion):
        questions.add(talk.vault, talk.cora, 99, "And mine?")
    for name in ("eli", "otto", "cora"):
        with pytest.raises(RoleNeeded):
            questions.answer(talk.vault, talk.people[name], asked.id, "Yes.")
    for name in ("otto", "cora"):
        for verb in (questions.waiting, questions.answered):
            with pytest.raises(RoleNeeded):
                verb(talk.vault, talk.people[name])
    with pytest.raises(RoleNeeded):
        questions.ask(talk.vault, talk.pat, "J-10", "Hello?")
    rules, _blob = rulebook.text(talk.vault)
    rulebook.edit(talk.vault, talk.ada, f'{rules}\n[customer]\nmay_answer = ["engineer"]\n')
    with pytest.raises(RoleNeeded):
        questions.answer(talk.vault, talk.pat, asked.id, "Yes.")
    assert questions.answer(talk.vault, talk.eli, asked.id, "Yes.").state == "answered"


def test_what_was_said_stays_with_whom_it_was_said_to(talk: Any) -> None:
    """The job goes to the other customer: they read no earlier question and no earlier message."""
    from traveler import amending
    from traveler.customer import messages, orders, questions
    from traveler.customer.errors import NoSuchOrder, NoSuchQuestion, NotAnswerable

    asked = questions.ask(talk.vault, talk.cora, "J-10", "Our price is secret?")
    messages.send(talk.vault, talk.pat, "Your secret part is made.", job="J-10")
    amending.amend(talk.vault, talk.pat, "J-10", customer=THEIRS)
    order = orders.look(talk.vault, talk.dana, "J-10", "")
    assert (order.questions, order.messages) == ((), ())
    with pytest.raises(NoSuchOrder):
        orders.look(talk.vault, talk.cora, "J-10", "")
    with pytest.raises(NoSuchQuestion):
        questions.add(talk.vault, talk.dana, asked.id, "What?")
    with pytest.raises(NotAnswerable):
        questions.answer(talk.vault, talk.pat, asked.id, "No.")


@pytest.mark.parametrize(
    "words", ["", "  \n ", "x" * 2001, "bell \x07", "hidden \u202e text", "null \x00"]
)
def test_words_that_cannot_be_kept_are_refused(talk: Any, words: str) -> None:
    """With one sentence, and nothing is kept."""
    from traveler.customer import questions
    from traveler.errors import BadWords

    with pytest.raises(BadWords):
        questions.ask(talk.vault, talk.cora, "J-10", words)
    asked = questions.ask(talk.vault, talk.cora, "J-10", "x" * 2000)
    with pytest.raises(BadWords):
        questions.add(talk.vault, talk.cora, asked.id, words)
    with pytest.raises(BadWords):
        questions.answer(talk.vault, talk.pat, asked.id, words)
    assert len(questions.show(talk.vault, talk.pat, asked.id).entries) == 1


def test_a_form_sent_twice_asks_once(talk: Any) -> None:
    """The same key is the same question; an answer and a message likewise."""
    from traveler.customer import messages, questions

    first = questions.ask(talk.vault, talk.cora, "J-10", "Ten first?", key="k1")
    assert questions.ask(talk.vault, talk.cora, "J-10", "Ten first?", key="k1").id == first.id
    for _ in range(2):
        questions.add(talk.vault, talk.cora, first.id, "Or nine?", key="k2")
        questions.answer(talk.vault, talk.pat, first.id, "Yes.", key="k3")
        mark = messages.draft(talk.vault, talk.pat, job="J-10").mark if _ == 0 else "old"
        messages.send(talk.vault, talk.pat, "Soon.", job="J-10", key="k4", mark=mark)
    assert len(questions.show(talk.vault, talk.pat, first.id).entries) == 3
    assert len(messages.told(talk.vault, talk.pat, job="J-10")) == 1


def test_a_customer_cannot_flood_the_shop(talk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """So many words a day on one order, by login and link together; other orders go on."""
    from traveler import jobs
    from traveler.customer import questions, shares
    from traveler.customer.errors import TooManyQuestions

    monkeypatch.setattr(questions, "A_DAY", 3)
    asked = questions.ask(talk.vault, talk.cora, "J-10", "1")
    questions.add(talk.vault, talk.cora, asked.id, "2")
    _made, address = shares.make(talk.vault, talk.pat, "J-10")
    code = address.rpartition("/")[2]
    shares.asked(talk.vault, code, "", "", "3")
    with pytest.raises(TooManyQuestions):
        questions.ask(talk.vault, talk.cora, "J-10", "4")
    with pytest.raises(TooManyQuestions):
        shares.asked(talk.vault, code, "", "", "4")
    questions.answer(talk.vault, talk.pat, asked.id, "The shop may go on.")
    jobs.add(talk.vault, talk.pat, "J-12", "10-0042", 6, "2027-01-04", customer=OURS)
    questions.ask(talk.vault, talk.cora, "J-12", "Another order")


def test_whoever_holds_a_link_asks_too(talk: Any) -> None:
    """On its order only, until it is withdrawn; each use is written down; words stay its own."""
    from traveler.customer import questions, shares
    from traveler.customer.errors import NoSuchQuestion, NoSuchShare, NotYourWords, WrongPasscode

    made, address = shares.make(talk.vault, talk.pat, "J-10", passcode="harbour 9")
    _other, elsewhere = shares.make(talk.vault, talk.pat, "J-11")
    code, other = address.rpartition("/")[2], elsewhere.rpartition("/")[2]
    with pytest.raises(WrongPasscode):
        shares.asked(talk.vault, code, "wrong", "", "Hello?")
    asked = shares.asked(talk.vault, code, "harbour 9", "a phone", "Hello?")
    assert (asked.share, asked.entries[0].person) == (made.id, "customer")
    with pytest.raises(NoSuchQuestion):
        shares.asked(talk.vault, other, "", "", "And?", question=asked.id)
    with pytest.raises(NotYourWords):
        questions.add(talk.vault, talk.cora, asked.id, "I did not say that", corrects=1)
    assert questions.add(talk.vault, talk.cora, asked.id, "Me too.").state == "open"
    with pytest.raises(NotYourWords):
        shares.asked(talk.vault, code, "harbour 9", "", "Not me", question=asked.id, corrects=2)
    view = shares.opened(talk.vault, code, "harbour 9", "")
    assert [one.words for one in view.questions[0].said] == ["Hello?", "Me too."]
    shares.withdraw(talk.vault, talk.pat, made.id)
    with pytest.raises(NoSuchShare):
        shares.asked(talk.vault, code, "harbour 9", "", "Still there?")
    looks = {one.id: [x.what for x in all_] for one, all_ in shares.listing(talk.vault, "J-10")}
    assert looks[made.id] == ["wrong passcode", "asked Q-0001", "opened"]


_ACTS = st.lists(st.sampled_from(["add", "reword", "answer", "correct"]), max_size=8)


@given(acts=_ACTS)
def test_a_question_waits_exactly_while_the_last_word_is_the_customers(acts: list[str]) -> None:
    """Every walk through the lifecycle; a correction of the shop's leaves it as it was."""
    from traveler.customer.questions import QUESTION

    state, waits = QUESTION["", "ask"], True
    for act in acts:
        state = QUESTION[state, act]
        waits = waits if act == "correct" else act != "answer"
        assert (state == "open") == waits


def test_what_is_not_in_the_table_is_no_step() -> None:
    """Nothing is asked twice as the same question, and no state is without a way on."""
    from traveler.customer.questions import QUESTION

    states, acts = set(QUESTION.values()), {act for _state, act in QUESTION}
    assert states == {"open", "answered"}
    missing = {(state, act) for state in ("", *states) for act in acts} - QUESTION.keys()
    assert missing == {
        *(("", act) for act in acts - {"ask"}), ("open", "ask"), ("answered", "ask"),
    }  # fmt: skip


def work(shop: Any, job: str) -> None:
    """Finish the first step of a job, and begin the second."""
    from traveler import jobs
    from traveler.floor import starting, stopping

    jobs.release_job(shop.vault, shop.pat, job)
    starting.start(shop.vault, shop.otto, job, 10, device="t")
    stopping.finish(shop.vault, shop.otto, job, 10, device="t")
    starting.start(shop.vault, shop.otto, job, 20, device="t")


def test_a_draft_says_what_is_known_and_where_from(talk: Any) -> None:
    """What was finished, what runs, what it waits for; each with its record, none of the shop's words."""
    from release import rulebook
    from traveler.blockers import handling
    from traveler.customer import messages

    work(talk, "J-10")
    blocker = handling.raise_blocker(talk.vault, talk.pat, handling.Wanted(
        kind="material", owner="pat", what="Kuhn is late again", job="J-10", seq=30,
        facts={"eta": "2026-12-24"}))  # fmt: skip
    made = messages.draft(talk.vault, talk.pat, job="J-10")
    said = [(one.kind, one.where, one.words) for one in made.facts]
    assert ("step", "10", "Step 10 (Cut bar) was finished today.") in said
    assert ("step", "20", "Step 20 (Mill first side) is being worked on.") in said
    assert all(one.words in made.text for one in made.facts)
    assert made.text.startswith("Hello,\n\nYour order PO-J-10, ")
    assert made.text.endswith(f"{talk.pat.shown}\nExample Shop")
    assert "Kuhn" not in made.text
    assert not [one for one in made.facts if one.kind == "forecast"]
    rules, _blob = rulebook.text(talk.vault)
    rulebook.edit(talk.vault, talk.ada, f"{rules}\n[customer]\nforecast = true\nsteps = false\n")
    dated = messages.draft(talk.vault, talk.pat, job="J-10")
    assert "Cut bar" not in dated.text
    assert "We expect all of it to be done on" in dated.text
    assert blocker.id


def test_a_message_is_kept_as_it_was_sent_and_the_next_draft_begins_there(talk: Any) -> None:
    """Text, sender and facts stay; what was told is no news in the next draft."""
    from traveler.customer import messages, orders

    work(talk, "J-10")
    made = messages.draft(talk.vault, talk.pat, job="J-10")
    words = "Step 10 is done.\nMore on Friday."
    sent = messages.send(talk.vault, talk.pat, words, job="J-10", mark=made.mark)
    assert (sent.words, sent.person) == (words, "pat")
    assert [one["words"] for one in sent.facts] == [one.words for one in made.facts]
    after = messages.draft(talk.vault, talk.pat, job="J-10")
    assert after.since == sent.at
    assert not [one for one in after.facts if one.where == "10"]
    assert [one.words for one in orders.look(talk.vault, talk.cora, "J-10", "").messages] == [
        sent.words
    ]
    assert orders.look(talk.vault, talk.dana, "J-11", "").messages == ()
    newer = messages.send(talk.vault, talk.quinn, "More on Monday.", job="J-10", corrects=sent.id)
    old = messages.told(talk.vault, talk.pat, job="J-10")[1]
    assert (newer.corrects, old.replaced, old.words) == (sent.id, newer.id, sent.words)


def test_facts_that_changed_meanwhile_are_seen_before_it_is_sent(talk: Any) -> None:
    """A draft that no longer holds is refused, and nothing is sent; a newer one goes."""
    from traveler.customer import messages
    from traveler.customer.errors import DraftOvertaken

    made = messages.draft(talk.vault, talk.pat, job="J-10")
    work(talk, "J-10")
    with pytest.raises(DraftOvertaken):
        messages.send(talk.vault, talk.pat, made.text, job="J-10", mark=made.mark)
    assert messages.told(talk.vault, talk.pat, job="J-10") == []
    newer = messages.draft(talk.vault, talk.pat, job="J-10")
    messages.send(talk.vault, talk.pat, newer.text, job="J-10", mark=newer.mark)


def test_a_message_about_all_orders_reaches_that_customer_alone(talk: Any) -> None:
    """It stands above their list, and begins the next drafts of each order."""
    from traveler.customer import messages, orders

    work(talk, "J-10")
    made = messages.draft(talk.vault, talk.pat, customer=OURS)
    assert {one.job for one in made.facts} == {"J-10"}
    sent = messages.send(talk.vault, talk.pat, made.text, customer=OURS)
    assert [one.id for one in orders.listing(talk.vault, talk.cora, "").messages] == [sent.id]
    assert orders.listing(talk.vault, talk.dana, "").messages == ()
    assert messages.draft(talk.vault, talk.pat, job="J-10").since == sent.at
    assert messages.draft(talk.vault, talk.pat, customer=THEIRS).to == ("dana@example.com",)


def test_what_cannot_be_sent(talk: Any) -> None:
    """To nobody, by somebody the rules do not let, about another order, too long, corrected already."""
    from traveler.customer import messages
    from traveler.customer.errors import (
        MessageCorrected,
        NobodyToTell,
        NoCustomerNamed,
        NoSuchMessage,
    )
    from traveler.errors import BadWords, NoSuchJob
    from vault.ledger.errors import RoleNeeded

    send = messages.send
    with pytest.raises(NobodyToTell):
        send(talk.vault, talk.pat, "Hello", job="J-1")
    with pytest.raises(NoSuchJob):
        send(talk.vault, talk.pat, "Hello", job="J-99")
    with pytest.raises(NoCustomerNamed):
        send(talk.vault, talk.pat, "Hello")
    for name in ("eli", "otto", "cora"):
        with pytest.raises(RoleNeeded):
            send(talk.vault, talk.people[name], "Hello", job="J-10")
    with pytest.raises(RoleNeeded):
        messages.draft(talk.vault, talk.cora, job="J-10")
    with pytest.raises(RoleNeeded):
        messages.told(talk.vault, talk.cora, job="J-10")
    for words in ("", "x" * 20_001):
        with pytest.raises(BadWords):
            send(talk.vault, talk.pat, words, job="J-10")
    first = send(talk.vault, talk.pat, "Hello", job="J-10")
    with pytest.raises(NoSuchMessage):
        send(talk.vault, talk.pat, "Hello", job="J-11", corrects=first.id)
    send(talk.vault, talk.pat, "Hello again", job="J-10", corrects=first.id)
    with pytest.raises(MessageCorrected):
        send(talk.vault, talk.pat, "Hello once more", job="J-10", corrects=first.id)


def test_news_are_what_came_since_the_visit_before(
    talk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing at the first visit; then steps, messages and answers; a reload in the visit keeps them."""
    from datetime import timedelta

    from traveler.customer import messages, orders, questions

    first = orders.look(talk.vault, talk.cora, "J-10", "")
    asked = questions.ask(talk.vault, talk.cora, "J-10", "Ten first?")
    assert first.news == orders.look(talk.vault, talk.cora, "J-10", "").news == ()
    monkeypatch.setattr(orders, "VISIT", timedelta(seconds=-5))  # the next look is another visit
    work(talk, "J-10")
    questions.answer(talk.vault, talk.pat, asked.id, "Yes.")
    messages.send(talk.vault, talk.pat, "Soon.", job="J-10")
    row = orders.listing(talk.vault, talk.cora, "").rows[0]
    assert set(row.news) == {
        "Step 10 (Cut bar) was finished today.", "Q-0001 was answered.", "There is a message for you.",
    }  # fmt: skip


def test_asking_and_telling_move_no_dates(talk: Any) -> None:
    """What is said is told by events, yet the shop's board is not counted anew for it."""
    from traveler.customer import messages, questions
    from traveler.dispatch import desk, records

    desk.board(talk.vault)
    with talk.vault.ledger.reading() as connection:
        before = records.head(connection)
    asked = questions.ask(talk.vault, talk.cora, "J-10", "Ten first?")
    questions.answer(talk.vault, talk.pat, asked.id, "Yes.")
    messages.send(talk.vault, talk.pat, "Soon.", job="J-10")
    with talk.vault.ledger.reading() as connection:
        news = desk._news(records.since(connection, before, 99), before + 3, before)
    assert news == desk.News()


def test_at_the_terminal(talk: Any) -> None:
    """Drafted, told, listed; asked, shown, answered and corrected."""
    from click.testing import CliRunner

    from traveler.customer import questions
    from vault import cli

    def run(*words: str, given: str | None = None) -> Any:
        told = ["--vault", str(talk.vault.root), "--as", "pat", *words]
        return CliRunner().invoke(cli.trunk(), told, input=given)

    questions.ask(talk.vault, talk.cora, "J-10", "Ten first?")
    (waiting,) = json.loads(run("question", "list", "--json").stdout)
    assert (waiting["question"], waiting["job"], waiting["customer"]) == ("Q-0001", "J-10", OURS)
    assert (
        json.loads(run("question", "answer", "q-1", "-m", "Yes.", "--json").stdout)["state"]
        == "answered"
    )
    fixed = run("question", "answer", "1", "-m", "No.", "--corrects", "2")
    assert "3. pat" in fixed.stdout
    assert "(corrects 2): No." in fixed.stdout
    assert run("question", "show", "x").exit_code != 0
    drafted = json.loads(run("customer", "draft", "J-10", "--json").stdout)
    assert drafted["facts"][0]["kind"] == "step"
    assert run("customer", "tell", "J-10", given=drafted["text"]).exit_code == 0
    (told,) = json.loads(run("customer", "told", "J-10", "--json").stdout)
    assert told["words"] == drafted["text"].strip()
    assert run("customer", "draft", "--all-of", OURS).stdout.startswith("Hello,")


def test_a_link_withdrawn_while_somebody_asks_is_withdrawn(
    talk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the passcode and the words: nothing is kept."""
    from traveler.customer import questions, shares
    from traveler.customer.errors import NoSuchShare

    made, address = shares.make(talk.vault, talk.pat, "J-10")
    passed = shares._passed

    def withdrawn(*given: Any) -> Any:
        found = passed(*given)
        shares.withdraw(talk.vault, talk.pat, made.id)
        return found

    monkeypatch.setattr(shares, "_passed", withdrawn)
    with pytest.raises(NoSuchShare):
        shares.asked(talk.vault, address.rpartition("/")[2], "", "", "Hello?")
    assert questions.waiting(talk.vault, talk.pat) == []
