# SPDX-License-Identifier: AGPL-3.0-or-later
"""Import: folders and repositories become history; bad files are named, nothing is released."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from vault import errors

if TYPE_CHECKING:
    from vault.home import Vault
    from vault.ledger.people import Person

Draw = Callable[..., Path]
People = dict[str, "Person"]


@pytest.fixture
def tree(tmp_path: Path, draw: Draw) -> Path:
    """Return a folder tree as shops have them, with some trouble in it."""
    root = tmp_path / "share"
    made = {
        "Brackets/10-0042 Bracket, motor mount/drawing.pdf": draw("a.pdf").read_bytes(),
        "Brackets/10-0042 Bracket, motor mount/model (final).step": b"ISO-10303-21;\n",
        "10-0043_carriage/图纸+载带.pdf": draw("b.pdf", "B").read_bytes(),
        "10-0044/item.toml": b'number = "10-0044"\ntitle = "Housing"\nkind = "part"\nowner = "mchen"\n',
        "10-0044/broken.pdf": b"not a pdf",
        "10-0044/empty.step": b"",
        "10-0044/good.step": b"ISO-10303-21;\n",
        "notes/readme.txt": b"hello",
        "10-0045/CON.pdf": b"x",
        ".git-not/x.txt": b"x",
    }
    for name, data in made.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    (root / "10-0044" / "link.step").symlink_to("/etc/passwd")
    return root


def test_a_dry_run_says_everything_and_does_nothing(vault: Vault, tree: Path) -> None:
    """Items with number and title, faults with their place; main does not move."""
    from vault import importing

    before = vault.history.tip("refs/heads/main")
    made = importing.plan(vault, tree, "mchen")
    assert [(one.item.number, one.item.title) for one in made.items] == [
        ("10-0043", "carriage"), ("10-0044", "Housing"), ("10-0045", "10-0045"),
        ("10-0042", "Bracket, motor mount"),
    ]  # fmt: skip
    assert {place for place, _why in made.faults} == {".git-not", "notes", "10-0045/CON.pdf"}
    assert vault.history.tip("refs/heads/main") == before
    assert list(vault.objects.digests()) == []


def test_without_an_owner_the_folders_that_need_one_are_named(vault: Vault, tree: Path) -> None:
    """Only the item whose item.toml names who approves it comes in; the option is told."""
    from vault import importing

    made = importing.plan(vault, tree, "")
    assert [one.item.number for one in made.items] == ["10-0044"]
    why = dict(made.faults)
    assert "--owner" in why["10-0043_carriage"]
    assert "no number in its name" in why["notes"]


def test_a_tree_becomes_one_commit_and_bad_files_are_left_out_by_name(
    vault: Vault, people: People, tree: Path
) -> None:
    """Good files land whatever their neighbours are; nothing is released; links are not followed."""
    from release import audit, desk, shelf
    from vault import importing

    made = importing.plan(vault, tree, "mchen")
    done = desk.import_tree(vault, people["eli"], tree, made, lambda _n: None)
    assert done.commits == 1
    assert {place for place, _why in done.left_out} == {"10-0044/broken.pdf", "10-0044/empty.step"}
    assert {one["name"] for one in shelf.files(vault, "10-0044", None)} == {
        "item.toml",
        "good.step",
    }
    assert {one["name"] for one in shelf.files(vault, "10-0043", None)} == {
        "item.toml", "图纸+载带.pdf",
    }  # fmt: skip
    assert vault.history.tip("refs/meta/releases") is None
    assert audit.verify(vault).faults == ()
    assert list(vault.history.refs("refs/imports/")) == []


def test_importing_again_adds_only_what_changed(vault: Vault, people: People, tree: Path) -> None:
    """The second import of the same tree with one more file is one more iteration of one item."""
    from release import desk
    from vault import importing

    made = importing.plan(vault, tree, "mchen")
    desk.import_tree(vault, people["eli"], tree, made, lambda _n: None)
    with pytest.raises(errors.NothingToCheckIn):
        desk.import_tree(vault, people["eli"], tree, made, lambda _n: None)
    assert len(vault.catalogue.iterations("10-0042")) == 1
    (tree / "Brackets" / "10-0042 Bracket, motor mount" / "new.step").write_bytes(b"ISO-10303-21;")
    made = importing.plan(vault, tree, "mchen")
    desk.import_tree(vault, people["eli"], tree, made, lambda _n: None)
    assert len(vault.catalogue.iterations("10-0042")) == 2
    assert len(vault.catalogue.iterations("10-0043")) == 1


def test_who_may_not_check_in_may_not_import(vault: Vault, people: People, tree: Path) -> None:
    """The gate is the verb's: a planner is refused, and an owner has to be somebody."""
    from release import desk
    from vault import importing

    made = importing.plan(vault, tree, "mchen")
    with pytest.raises(errors.NotAllowed):
        desk.import_tree(vault, people["pat"], tree, made, lambda _n: None)
    with pytest.raises(errors.NotFound):
        importing.plan(vault, tree, "nobody")


@pytest.fixture
def repository(tmp_path: Path, draw: Draw) -> Path:
    """Return a git repository with three commits of a part, and two tags."""
    root = tmp_path / "repository"
    part = root / "parts" / "10-0042 Bracket"

    def git(*words: str, when: str = "") -> None:
        date = {"GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when} if when else {}
        import os

        subprocess.run(["git", "-C", str(root), *words], check=True, capture_output=True,
                       env={**os.environ, **date})  # fmt: skip

    part.mkdir(parents=True)
    git("init", "-q", "-b", "main")
    for place, (text, when) in enumerate(
        [("ONE", "2021-03-01T10:00:00Z"), ("TWO", "2022-03-01T10:00:00Z"),
         ("THREE", "2023-03-01T10:00:00Z")]
    ):  # fmt: skip
        (part / "drawing.pdf").write_bytes(draw("d.pdf", text).read_bytes())
        (part / f"note{place}.txt").write_text(text)
        if place == 2:
            (part / "note0.txt").unlink()
        git("add", "-A")
        git("commit", "-q", "-m", f"change {text}", when=when)
        if place < 2:
            git("tag", "-a", f"10-0042-{'AB'[place]}", "-m", "old release")
    return root


def test_a_repository_becomes_history_with_its_dates_authors_and_tags(
    vault: Vault, people: People, repository: Path
) -> None:
    """Each commit is an iteration as it was; tags are told, and are no releases here."""
    from release import audit, desk, shelf
    from vault import importing

    made = importing.plan(vault, repository, "mchen")
    assert (len(made.items), made.commits) == (1, 3)
    done = desk.import_tree(vault, people["eli"], repository, made, lambda _n: None)
    assert (done.commits, done.left_out) == (3, ())
    story = shelf.story(vault, "10-0042")
    assert [(one["at"][:10], one["by"]) for one in story] == [
        ("2023-03-01", "eli"), ("2022-03-01", "eli"), ("2021-03-01", "eli"),
    ]  # fmt: skip
    assert {one["author"] for one in story} == {"Test Person"}
    assert "[10-0042-B]" in story[1]["what"]
    assert {one["name"] for one in shelf.files(vault, "10-0042", None)} == {
        "drawing.pdf", "item.toml", "note1.txt", "note2.txt",
    }  # fmt: skip
    assert shelf.item(vault, "10-0042")["revisions"] == []
    assert audit.verify(vault).faults == ()


def test_nobody_approves_what_they_imported(
    vault: Vault, people: People, repository: Path, password: str
) -> None:
    """Whoever brings the work of strangers into the vault answers for it, so another approves."""
    from release import desk
    from release.errors import NotAnApprover
    from vault import importing
    from vault.ledger import people as ledger_people

    both = ledger_people.add(vault.ledger, "ada", "bo", ["engineer", "approver"], "Bo")
    ledger_people.set_password(vault.ledger, "ada", "bo", password)
    made = importing.plan(vault, repository, "bo")
    desk.import_tree(vault, both, repository, made, lambda _n: None)
    order = desk.open_change(vault, people["eli"], ["10-0042"], "old parts").order
    assert order.items[0].contributors == ("Test Person", "bo")
    with pytest.raises(NotAnApprover):
        desk.sign(vault, both, password, order.change)
