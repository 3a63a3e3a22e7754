# SPDX-License-Identifier: AGPL-3.0-or-later
"""The doctor says what is wrong and what to do, and never that all is well when it is not."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from vault.home import Vault


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


@pytest.mark.skipif(os.name == "nt", reason="Windows has no file modes")
def test_a_readable_or_missing_key_is_bad(vault: Vault) -> None:
    """Whoever reads the key can forge releases; without it nothing can be released."""
    key = vault.keys / "release"
    key.chmod(0o644)
    assert signs(vault)["signing key"][0] == "bad"
    key.unlink()
    assert signs(vault)["signing key"][0] == "bad"


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
