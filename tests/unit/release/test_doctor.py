# SPDX-License-Identifier: AGPL-3.0-or-later
"""The doctor says what is wrong and what to do, and never that all is well when it is not."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from vault.home import Vault
    from vault.ledger.people import Person


def signs(vault: Vault) -> dict[str, tuple[str, str]]:
    """Return verdict and remedy by what was looked at."""
    from release import doctor

    return {one.about: (one.verdict, one.remedy) for one in doctor.examine(vault)}


def test_a_sound_vault_has_no_bad_sign(vault: Vault) -> None:
    """Everything is looked at, and everything with something to do says what."""
    found = signs(vault)
    assert {
        "git",
        "ssh-keygen",
        "disk",
        "signing key",
        "rules",
        "ledger",
        "objects",
    } <= found.keys()
    assert [about for about, (verdict, _r) in found.items() if verdict == "bad"] == []
    assert all(remedy for verdict, remedy in found.values() if verdict != "good")


def told(vault: Vault) -> dict[str, str]:
    """Return what was found by what was looked at."""
    from release import doctor

    return {one.about: one.found for one in doctor.examine(vault)}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no file modes")
def test_a_readable_or_missing_key_is_bad(vault: Vault) -> None:
    """Whoever reads the key can forge releases; without it nothing can be released."""
    key = vault.keys / "release"
    key.chmod(0o644)
    assert signs(vault)["signing key"][0] == "bad"
    key.unlink()
    assert signs(vault)["signing key"][0] == "bad"


def test_the_doctor_speaks_of_keys(vault: Vault, people: dict[str, Person]) -> None:
    """How old the signing key is, which were revoked, and that somebody else's key does not fit."""
    from release import doctor, keys
    from vault.history import keyring

    first = keys.listing(vault)[0].fingerprint
    assert "0 days in use" in told(vault)["signing key"]
    keys.rotate(vault, people["ada"], "a laptop was lost")
    keys.revoke(vault, people["ada"], first, "2020-01-01", "it may be copied")
    said = told(vault)
    assert first not in said["signing key"]
    assert f"{first} counts until 2020-01-01" in said["revoked key"]
    assert said["allowed signers"] == "2 trusted, listed in the release log"
    allowed = vault.keys / keyring.ALLOWED_SIGNERS
    both = allowed.read_text()
    keyring.generated(vault.keys, "stranger")
    stranger = (vault.keys / "stranger.pub").read_text().split()[:2]
    allowed.write_text(both + " ".join(["titleblock", 'namespaces="git"', *stranger]) + "\n")
    assert signs(vault)["allowed signers"][0] == "bad"
    allowed.write_text(both)
    (vault.keys / "release.pub").write_bytes((vault.keys / "stranger.pub").read_bytes())
    assert signs(vault)["signing key"][0] == "bad"
    assert doctor.OLDEST_KEY_DAYS == 730


def test_an_old_signing_key_is_a_warning_with_the_way_to_replace_it(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever copied it years ago can still sign."""
    from vault import clock

    monkeypatch.setattr(clock, "now", lambda: "2040-01-01T00:00:00Z")
    verdict, remedy = signs(vault)["signing key"]
    assert (verdict, "keys rotate" in remedy) == ("warning", True)


def test_nobody_to_approve_is_a_warning(vault: Vault) -> None:
    """An approver without a password cannot sign, so there is nobody."""
    from vault.ledger import people

    people.disable(vault.ledger, "ada", "mchen")
    assert signs(vault)["approver"][0] == "warning"
    people.add(vault.ledger, "ada", "rkim", ["approver"])
    assert signs(vault)["approver"][0] == "warning"


def test_missing_rules_are_bad(vault: Vault) -> None:
    """Without rules nothing is released, and the doctor says so."""
    (vault.root / "vault.git" / "refs" / "meta" / "rules").unlink()
    assert signs(vault)["rules"][0] == "bad"
