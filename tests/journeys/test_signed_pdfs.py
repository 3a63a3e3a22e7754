# SPDX-License-Identifier: AGPL-3.0-or-later
"""Released PDFs with the shop's signature: from the setting to verification, years later."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pymupdf
import pytest

if TYPE_CHECKING:
    from vault.home import Vault
    from vault.ledger.people import Person

Draw = Callable[..., Path]


@pytest.fixture
def signing(vault: Vault) -> Vault:
    """Return the vault with the setting on."""
    from vault import settings

    settings.write(vault.root / settings.FILE, pdf_signature="on", shop_name="Example Shop")
    return replace(vault, settings=settings.load(vault.root / settings.FILE, {}))


@pytest.fixture
def release(people: dict[str, Person], draw: Draw, password: str) -> Callable[[Vault, str], Any]:
    """Return a way to release another drawing of 10-0001."""

    def released(vault: Vault, text: str) -> Any:
        from release import desk

        eli = people["eli"]
        if vault.catalogue.item("10-0001") is None:
            desk.add_item(vault, eli, "10-0001", "Part", "mchen")
        desk.check_in(vault, eli, "10-0001", {"a.pdf": draw("a.pdf", text)}, text)
        order = desk.open_change(vault, eli, ["10-0001"], text).order.change
        desk.sign(vault, people["mchen"], password, order)
        return desk.release(vault, eli, order)[0]

    return released


def run(vault: Vault, who: str, *words: str) -> Any:
    """Run the command line."""
    from click.testing import CliRunner

    from vault.cli import trunk

    return CliRunner().invoke(trunk(), ["--vault", str(vault.root), "--as", who, *words])


def test_released_pdfs_are_signed_and_verified_and_a_new_certificate_changes_nothing_old(
    signing: Vault, people: dict[str, Person], release: Callable[[Vault, str], Any]
) -> None:
    """Make a certificate, release, replace it, release: both files verify, by their own."""
    from release import audit
    from release.log import ReleaseLog
    from vault.ledger import events

    made = run(signing, "ada", "keys", "certificate", "make", "--json")
    assert made.exit_code == 0, made.output
    first = json.loads(made.output)
    assert (first["on"], first["subject"]) == (True, "CN=Example Shop")
    a = release(signing, "first")
    assert run(signing, "eli", "keys", "certificate", "make").exit_code == 1  # an administrator's
    again = json.loads(run(signing, "ada", "keys", "certificate", "make", "--json").output)
    assert [one["fingerprint"] for one in again["before"]] == [first["fingerprint"]]
    b = release(signing, "second")
    log = ReleaseLog(signing)
    for one, by in ((a, first), (b, again)):
        file = log.revision("10-0001", one.rev).file("a.pdf")
        assert file.stamped.seal.certificate == by["fingerprint"]
        path = log.path(one, "a.pdf")
        assert path.stat().st_size == file.stamped.size > file.stamped.seal.size
        if shutil.which("pdfsig"):
            said = subprocess.run(["pdfsig", path], capture_output=True, text=True, check=False)
            assert "Signature is Valid." in said.stdout
    report = audit.verify(signing, deep=True)
    assert report.faults == ()
    assert report.checked["signatures in PDFs"] == 2
    one = audit.verify(signing, "10-0001", "A", deep=True)
    assert (one.faults, one.checked["signatures in PDFs"]) == ((), 1)
    told = list(events.of_kinds(signing.ledger, ["certificate.made"]))
    assert [one.actor for one in told] == ["ada", "ada"]


def test_an_old_revision_opens_superseded_and_says_where_its_signature_is(
    signing: Vault, people: dict[str, Person], release: Callable[[Vault, str], Any]
) -> None:
    """The mark is on a copy, whose signature would not hold; the released bytes keep theirs."""
    from release import marking
    from vault.history import certificate

    certificate.make(signing.keys, "Example Shop", 1)
    a = release(signing, "first")
    release(signing, "second")
    with pymupdf.open(marking.as_it_stands(signing, a, "a.pdf")) as shown:
        text = shown[0].get_text()
        assert shown.get_sigflags() <= 0
    assert "SUPERSEDED" in text
    assert "holds for the original, which is kept" in text


def test_nothing_is_released_without_the_signature_that_was_asked_for(
    signing: Vault, people: dict[str, Person], release: Callable[[Vault, str], Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """No certificate, or one that is over: the sentence says what to do, the log stays empty."""
    from release import desk
    from release.errors import CertificateOver
    from release.log import ReleaseLog
    from vault import clock
    from vault.errors import NoCertificate
    from vault.history import certificate

    with pytest.raises(NoCertificate, match="keys certificate make"):
        release(signing, "first")
    certificate.make(signing.keys, "Example Shop", 1)
    monkeypatch.setattr(clock, "now", lambda: "2050-01-01T00:00:00Z")
    with pytest.raises(CertificateOver, match="holds from"):
        desk.release(signing, people["eli"], "CO-0001")
    assert ReleaseLog(signing).tip is None
    monkeypatch.undo()
    assert desk.release(signing, people["eli"], "CO-0001")[0].rev == "A"


def test_the_doctor_looks_at_the_certificate(signing: Vault) -> None:
    """Missing, about to end, readable by others, good; and nothing where PDFs are not signed."""
    from release import doctor
    from vault import settings
    from vault.history import certificate

    def sign(vault: Vault) -> str:
        told = {one.about: one.verdict for one in doctor.examine(vault)}
        return told.get("certificate", "nothing")

    assert sign(signing) == "bad"
    certificate.make(signing.keys, "Example Shop", 1)
    assert sign(signing) == "good"
    place = signing.keys / certificate.FILE
    place.chmod(0o644)
    assert sign(signing) == "bad"
    off = settings.load(signing.root / settings.FILE, {"TITLEBLOCK_PDF_SIGNATURE": "off"})
    assert sign(replace(signing, settings=off)) == "nothing"
