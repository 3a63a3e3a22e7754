# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every real drawing goes the whole way and comes back stamped, or is refused with the reason."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from vault import errors

if TYPE_CHECKING:
    from vault.home import Vault
    from vault.ledger.people import Person

REFUSED = {
    "libreoffice-writer-password.pdf": "password",
    "imagemagick-images.pdf": "too small",
}
"""What cannot be released, and a word of the reason a person reads."""


def test_every_real_drawing_is_released_stamped_or_refused_with_its_reason(
    vault: Vault, people: dict[str, Person], corpus: Path, password: str
) -> None:
    """Item, check-in, order, signature, release: the stamped file has as many pages as it had."""
    from release import desk
    from release.log import ReleaseLog

    drawings = sorted([*corpus.rglob("*.pdf"), *corpus.rglob("*.PDF")])
    refused: dict[str, str] = {}
    stamped = 0
    for serial, drawing in enumerate(drawings):
        number = f"C-{serial:04d}"
        desk.add_item(vault, people["eli"], number, drawing.stem[:80], "mchen")
        try:
            desk.check_in(vault, people["eli"], number, {drawing.name: drawing}, "as found")
            change = desk.open_change(vault, people["eli"], [number], "as found").order.change
            desk.sign(vault, people["mchen"], password, change)
            (made,) = desk.release(vault, people["eli"], change)
        except errors.Refusal as refusal:
            refused[drawing.name] = str(refusal)
            continue
        file = made.file(drawing.name)
        assert file.stamped is not None
        assert file.stamped.pages > 0
        assert ReleaseLog(vault).read(made, drawing.name, stamped=True).startswith(b"%PDF-")
        stamped += 1
    assert len(drawings) > 50
    assert {name: word in refused.get(name, "") for name, word in REFUSED.items()} == dict.fromkeys(
        REFUSED, True
    ), refused
    assert refused.keys() == REFUSED.keys(), refused
    assert stamped == len(drawings) - len(refused)
