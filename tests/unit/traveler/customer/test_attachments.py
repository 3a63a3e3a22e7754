# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files with questions and answers: from both sides, harmless, only one's own, every download on record."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from traveler.customer import attachments, logins, orders, questions, records, shares
from traveler.customer.errors import (
    AttachmentNotTaken,
    NoSuchAttachment,
    NoSuchOrder,
    TooManyAttachments,
    TooMuchAttached,
    WrongPasscode,
)
from vault.ledger import events, people

OURS, THEIRS = "Halvard", "Halvard Robotics"


@pytest.fixture
def talk(drawn: Any) -> Any:
    """Return a shop with an order of each of two customers, and who signs in for them."""
    from traveler import jobs

    people.add(drawn.vault.ledger, "ada", "dana", ["customer"], "Dana Diaz", "dana@example.com")
    drawn.people["dana"] = people.get(drawn.vault.ledger, "dana")
    for job, customer, login in (("J-10", OURS, "cora"), ("J-11", THEIRS, "dana")):
        jobs.add(drawn.vault, drawn.pat, job, "10-0042", 6, "2027-01-04", customer=customer)
        logins.tie(drawn.vault, drawn.ada, login, customer, "their buyer")
    return drawn


@pytest.fixture
def files(tmp_path: Path) -> Callable[..., dict[str, Path]]:
    """Return a function that writes files by name."""

    def write(**given: bytes) -> dict[str, Path]:
        found = {}
        for at, (name, data) in enumerate(given.items()):
            place = tmp_path / str(at)
            place.write_bytes(data)
            found[name.replace("__", ".")] = place
        return found

    return write


def photo() -> bytes:
    """Return a photo that knows where it was taken, with a page behind its end."""
    from PIL import Image

    marks = Image.Exif()
    marks.get_ifd(0x8825).update({1: "N", 2: (47.0, 22.0, 1.0), 3: "E", 4: (8.0, 32.0, 1.0)})
    out = io.BytesIO()
    Image.new("RGB", (90, 60), "red").save(out, "JPEG", exif=marks)
    return out.getvalue() + b"<script>alert(1)</script>"


def acting() -> bytes:
    """Return a PDF that runs a script when it opens."""
    import pymupdf

    with pymupdf.open() as document:
        document.new_page().insert_text((60, 60), "Heat 4711")
        number = document.get_new_xref()
        document.update_object(number, "<</S/JavaScript/JS(app.alert\\(1\\))>>")
        document.xref_set_key(document.pdf_catalog(), "OpenAction", f"{number} 0 R")
        return bytes(document.tobytes())


def test_what_a_customer_sends_is_kept_and_handed_out_harmless(talk: Any, files: Any) -> None:
    """The photo is drawn anew, the PDF acts no more, the table calculates nothing; each take is told."""
    sent = files(dent__jpg=photo(), cert__pdf=acting(), list__csv=b"a,=1+1\r\n", plain__txt=b"two")
    asked = questions.ask(talk.vault, talk.cora, "J-10", "See the dent.", files=sent)
    got = {one.name: one for one in asked.entries[0].files}
    assert list(got) == ["dent.jpg", "cert.pdf", "list.csv", "plain.txt"]
    assert {name: one.given.sha256 == one.sent.sha256 for name, one in got.items()} == {
        "dent.jpg": False, "cert.pdf": False, "list.csv": False, "plain.txt": True,
    }  # fmt: skip
    data = {
        name: questions.fetched(talk.vault, talk.quinn, asked.id, one.id, "desk")[1].read_bytes()
        for name, one in got.items()
    }
    assert b"script" not in data["dent.jpg"]
    assert b"JavaScript" not in data["cert.pdf"]
    assert data["list.csv"] == b"a,'=1+1\r\n"
    told = events.of(talk.vault.ledger, f"question/{asked.id}", 50)
    assert [one.facts["file"] for one in told if one.kind == "question.fetched"] == list(got)
    assert [one.actor for one in told if one.kind == "question.fetched"] == ["quinn"] * 4


def test_only_ones_own_files_are_handed_out_by_login_and_by_link(talk: Any, files: Any) -> None:
    """From both sides: the other customer gets none of it, by any number; what was taken is on record."""
    mine = questions.ask(talk.vault, talk.cora, "J-10", "x", files=files(a__txt=b"mine"))
    other = questions.ask(talk.vault, talk.dana, "J-11", "x", files=files(b__txt=b"theirs"))
    answered = questions.answer(talk.vault, talk.pat, mine.id, "y", files=files(c__txt=b"shop"))
    own, shop = mine.entries[0].files[0], answered.entries[1].files[0]
    foreign = other.entries[0].files[0]
    for one, text in ((own, b"mine"), (shop, b"shop")):
        path = orders.attachment(talk.vault, talk.cora, "J-10", one.id, "phone")[1]
        assert path.read_bytes() == text
    for job, number, refusal in (
        ("J-10", foreign.id, NoSuchAttachment), ("J-10", 99, NoSuchAttachment),
        ("J-11", foreign.id, NoSuchOrder), ("J-11", own.id, NoSuchOrder),
    ):  # fmt: skip
        with pytest.raises(refusal):
            orders.attachment(talk.vault, talk.cora, job, number, "phone")
    with pytest.raises(NoSuchAttachment):
        questions.fetched(talk.vault, talk.quinn, other.id, own.id)
    with talk.vault.ledger.reading() as connection:
        looks = [one.what for one in records.login_looks(connection, job="J-10")]
    assert looks == ["Q-0001 file c.txt", "Q-0001 file a.txt"]

    _made, address = shares.make(talk.vault, talk.pat, "J-10", passcode="harbour 9")
    code = address.rpartition("/")[2]
    with pytest.raises(WrongPasscode):
        shares.attachment(talk.vault, code, "harbor 9", "phone", own.id)
    with pytest.raises(NoSuchAttachment):
        shares.attachment(talk.vault, code, "harbour 9", "phone", foreign.id)
    assert shares.attachment(talk.vault, code, "harbour 9", "phone", shop.id)[0].id == shop.id
    ((_share, uses),) = shares.listing(talk.vault, "J-10")
    assert [one.what for one in uses] == ["wrong passcode", "Q-0001 file c.txt"]


def test_a_file_stays_with_the_customer_it_was_sent_by(talk: Any, files: Any) -> None:
    """A job that goes to somebody else takes no file along."""
    from traveler import amending

    asked = questions.ask(talk.vault, talk.cora, "J-10", "x", files=files(a__txt=b"mine"))
    amending.amend(talk.vault, talk.pat, "J-10", customer=THEIRS, why="sold on")
    with pytest.raises(NoSuchAttachment):
        orders.attachment(talk.vault, talk.dana, "J-10", asked.entries[0].files[0].id, "")


def test_what_cannot_be_made_harmless_is_refused(talk: Any, files: Any) -> None:
    """By name, in one sentence, and the question is not asked either."""
    for name, data, why in (
        ("page.html", b"<!doctype html><script>1</script>", "no picture"),
        ("logo.svg", b'<svg xmlns="http://www.w3.org/2000/svg" onload="1"/>', "no picture"),
        ("run.pdf", b"PK\x03\x04xxxx", "ends in .pdf"), ("half.jpg", photo()[:300], "damaged"),
        ("empty.txt", b"", "empty"), ("big.txt", b"a" * 25_000_001, "larger than 25 MB"),
    ):  # fmt: skip
        sent = files(**{name.replace(".", "__"): data})
        with pytest.raises(AttachmentNotTaken, match=f"{name} cannot go along: .*{why}"):
            questions.ask(talk.vault, talk.cora, "J-10", "x", files=sent)
    assert questions.count(talk.vault) == 0


def test_there_is_an_end_to_what_is_sent(
    talk: Any, files: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Five files at once and so many bytes a day; what is over fills no disk."""
    many = files(**{f"f{at}__txt": b"x" for at in range(6)})
    with pytest.raises(TooManyAttachments, match="At most 5 files"):
        questions.ask(talk.vault, talk.cora, "J-10", "x", files=many)
    monkeypatch.setattr(attachments, "A_DAY", 10)
    questions.ask(talk.vault, talk.cora, "J-10", "x", files=files(a__txt=b"123456"))
    kept = sum(1 for one in talk.vault.root.joinpath("objects").rglob("*") if one.is_file())
    with pytest.raises(TooMuchAttached):
        questions.ask(talk.vault, talk.cora, "J-10", "y", files=files(b__txt=b"67890"))
    now = sum(1 for one in talk.vault.root.joinpath("objects").rglob("*") if one.is_file())
    assert now == kept


def test_the_shop_sends_nothing_that_names_another_customer(talk: Any, files: Any) -> None:
    """The sentence says which word; the answer is not given."""
    asked = questions.ask(talk.vault, talk.cora, "J-10", "x")
    with pytest.raises(AttachmentNotTaken, match=r"list\.csv .* says “Halvard Robotics”"):
        questions.answer(talk.vault, talk.pat, asked.id, "See.",
                         files=files(list__csv=b"for,Halvard Robotics\n"))  # fmt: skip
    assert questions.show(talk.vault, talk.pat, asked.id).state == "open"


def test_a_resent_form_sends_its_file_once_and_every_byte_is_named(talk: Any, files: Any) -> None:
    """Backup and verification ask for both the file as it came and its harmless copy."""
    from traveler import keeping

    for _ in range(2):
        questions.ask(talk.vault, talk.cora, "J-10", "x", key="k" * 26,
                      files=files(dent__jpg=photo()))  # fmt: skip
    (one,) = [
        file for entry in questions.show(talk.vault, talk.pat, 1).entries for file in entry.files
    ]
    told = [kept for kept in keeping.kept(talk.vault.ledger) if kept.kind == "question"]
    assert [kept.digest for kept in told] == [one.given, one.sent]
