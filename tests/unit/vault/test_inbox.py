# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files that belong to no item yet."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vault import errors, inbox


@pytest.fixture
def put(vault: Any, people: Any, tmp_path: Path) -> Callable[..., inbox.Entry]:
    """Return a function that puts a file of some bytes into the inbox."""

    def made(
        data: bytes = b"solid", name: str = "lid.step", origin: str = "pc:cad/lid"
    ) -> inbox.Entry:
        path = tmp_path / "given"
        path.write_bytes(data)
        return inbox.put(vault, people["eli"], origin, name, path, "10-1", "its name says so")

    return made


def test_what_is_put_waits_with_its_guess(vault: Any, put: Any) -> None:
    """The bytes are there, checked."""
    one = put()
    assert inbox.waiting(vault) == [one]
    assert (one.guess, one.state, one.by) == ("10-1", "waiting", "eli")
    assert inbox.path_of(vault, inbox.entry(vault, one.id.lower())).read_bytes() == b"solid"


def test_saved_again_it_holds_the_newer_bytes_once(vault: Any, put: Any) -> None:
    """One entry for one place of origin; the older bytes leave."""
    first, second = put(b"one"), put(b"two")
    assert first.id == second.id
    assert inbox.path_of(vault, second).read_bytes() == b"two"
    assert put(b"two") == second
    assert sorted(path.suffix for path in (vault.root / "inbox").iterdir()) == ["", ".json"]


def test_what_was_dropped_stays_dropped_until_other_bytes_come(
    vault: Any, people: Any, put: Any
) -> None:
    """With a reason, by an engineer, and once."""
    one = put()
    with pytest.raises(errors.NoReasonToDrop):
        inbox.drop(vault, people["eli"], one.id, " ")
    with pytest.raises(errors.NotAllowed):
        inbox.drop(vault, people["otto"], one.id, "no")
    assert inbox.drop(vault, people["ada"], one.id, "a copy").note == "a copy"
    with pytest.raises(errors.NotWaiting):
        inbox.drop(vault, people["eli"], one.id, "again")
    with pytest.raises(errors.NotWaiting):
        inbox.path_of(vault, inbox.entry(vault, one.id))
    assert put().state == "dropped"
    assert inbox.waiting(vault) == []
    assert put(b"other").state == "waiting"
    assert len(inbox.waiting(vault)) == 1


@pytest.mark.parametrize(
    ("name", "data"),
    [("a.step", b""), ("a.pdf", b"no pdf"), ("con.pdf", b"x"), ("a\n.step", b"x"), ("a:b.step", b"x"),
     ("a\udcff.step", b"x"), ("..", b"x"), ("a\u202efdp.step", b"x")],
)  # fmt: skip
def test_bad_files_and_names_are_refused_and_leave_nothing(
    vault: Any, put: Any, name: str, data: bytes
) -> None:
    """What a check-in would refuse later is refused at once."""
    with pytest.raises(errors.BadInput):
        put(data, name)
    assert inbox.waiting(vault) == []


def test_what_is_not_a_code_finds_nothing(vault: Any, put: Any) -> None:
    """No path can be made of it."""
    put()
    for code in ("", "../titleblock", "IN-../../etc", "IN-AAAAAAAA", "IN-*"):
        with pytest.raises(errors.NoSuchEntry):
            inbox.entry(vault, code)


def test_half_an_entry_is_not_there(vault: Any, people: Any, put: Any) -> None:
    """Bytes without their JSON, as a kill leaves them, do not show and are swept by the next."""
    one = put()
    folder = vault.root / "inbox"
    (folder / f"{one.id}-0123456789abcdef").write_bytes(b"half")
    (folder / ".abc.aside").write_bytes(b"half")
    assert inbox.waiting(vault) == [one]
    put(b"new")
    assert len(list(folder.iterdir())) == 2


def test_changed_bytes_are_not_given_out(vault: Any, put: Any) -> None:
    """A flipped bit on the disk is told, not filed."""
    one = put()
    next((vault.root / "inbox").glob(f"{one.id}-*")).write_bytes(b"solit")
    with pytest.raises(errors.DamagedObject):
        inbox.path_of(vault, one)


def test_a_pdf_shows_its_first_page(vault: Any, put: Any, draw: Any) -> None:
    """Drawn by the worker, as everywhere."""
    one = put(draw("x.pdf").read_bytes(), "x.pdf")
    assert inbox.picture(vault, one, 320).read_bytes().startswith(b"\x89PNG")
