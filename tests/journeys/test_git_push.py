# SPDX-License-Identifier: AGPL-3.0-or-later
"""An engineer lives in git: clone, commit, push is a check-in, and a push opens a change order."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from vault.home import Vault
    from vault.ledger.people import Person

ITEM = """\
number = "{number}"
title  = "Bracket"
kind   = "part"
owner  = "mchen"
"""
GUARDED = ("refs/tags/release/10-0042/A", "refs/meta/releases", "refs/meta/rules",
           "refs/changes/CO-0001", "refs/locks/10-0042", "refs/tags/recall/10-0042/A")  # fmt: skip


@dataclass
class Clone:
    """A clone with the stock client in it, of somebody whose git says nothing of the vault."""

    place: Path
    user: str = ""

    def git(self, *words: str, fails: bool = False) -> str:
        """Run git and return all it says, without git's own prefix."""
        environment = {**os.environ, **({"TITLEBLOCK_USER": self.user} if self.user else {})}
        done = subprocess.run(["git", *words], cwd=self.place, env=environment, text=True,
                              capture_output=True, check=False)  # fmt: skip
        assert (done.returncode != 0) == fails, done.stderr
        lines = (done.stdout + done.stderr).splitlines()
        return "\n".join(line.removeprefix("remote: ").rstrip() for line in lines)

    def write(self, path: str, text: str) -> None:
        """Write a file."""
        file = self.place / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def commit(self, message: str, **files: str) -> None:
        """Write files of items by number (``_`` for ``-``) and commit all there is."""
        for number, text in files.items():
            named = number.strip("_").replace("_", "-")
            self.write(f"items/{named}/item.toml", ITEM.format(number=named))
            self.write(f"items/{named}/notes.txt", text)
        self.git("add", "--all")
        self.git("commit", "-q", "-m", message)


@pytest.fixture
def cloned(tmp_path: Path) -> Callable[..., Clone]:
    """Return a maker of clones: ``cloned(address, user)``."""

    def make(address: object, user: str = "", name: str = "clone") -> Clone:
        place = tmp_path / name
        subprocess.run(["git", "clone", "-q", str(address), place], check=True,
                       env=os.environ | {"GIT_TERMINAL_PROMPT": "0"})  # fmt: skip
        return Clone(place, user)

    return make


@pytest.fixture(scope="module")
def template(founded: Path, password: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a vault where 10-0042 is released as A, and eli's clone; only copied."""
    from release import desk
    from vault import home
    from vault.ledger import people

    place = tmp_path_factory.mktemp("template")
    shutil.copytree(founded, place / "vault", symlinks=True)
    subprocess.run(["git", "clone", "-q", place / "vault/vault.git", place / "clone"], check=True)
    clone = Clone(place / "clone", "eli")
    clone.commit("First.", _10_0042="one")
    clone.git("push", "origin", "HEAD:refs/for/release")
    opened = home.open_vault(place / "vault")
    desk.sign(opened, people.get(opened.ledger, "mchen"), password, "CO-0001")
    desk.release(opened, people.get(opened.ledger, "eli"), "CO-0001")
    opened.close()
    clone.git("fetch", "-q", "--tags", "origin")
    return place


@pytest.fixture
def vault(request: pytest.FixtureRequest, founded: Path, tmp_path: Path) -> Iterator[Vault]:
    """Return a fresh vault, with a release in it where a test asks for ``released``."""
    from vault import home

    released = "released" in request.fixturenames
    source = request.getfixturevalue("template") / "vault" if released else founded
    shutil.copytree(source, tmp_path / "vault", symlinks=True)
    opened = home.open_vault(tmp_path / "vault")
    yield opened
    opened.close()


@pytest.fixture
def released(vault: Vault, template: Path, tmp_path: Path) -> Clone:
    """Return eli's clone of a vault in which 10-0042 is released as A."""
    shutil.copytree(template / "clone", tmp_path / "clone", symlinks=True)
    clone = Clone(tmp_path / "clone", "eli")
    clone.git("remote", "set-url", "origin", str(vault.root / "vault.git"))
    return clone


@pytest.fixture
def eli(vault: Vault, cloned: Callable[..., Clone]) -> Clone:
    """Return eli's clone by file path."""
    return cloned(vault.root / "vault.git", "eli")


def states(vault: Vault) -> dict[str, str]:
    """Return every ref but the list of pushes, which tells of tries as well."""
    return {ref: at for ref, at in vault.history.refs("refs/") if ref != "refs/meta/pushes"}


def test_a_push_is_a_check_in(vault: Vault, eli: Clone) -> None:
    """What was pushed stands in the catalogue, by the one who pushed, whoever git says wrote it."""
    eli.commit("new bracket", _10_0042="one")
    said = eli.git("push", "origin", "main")
    row = vault.catalogue.item("10-0042")
    assert "Checked in: 10-0042" in said
    assert row is not None
    assert (row.title, row.path, row.changed_by) == ("Bracket", "items/10-0042", "eli")
    assert vault.catalogue.iterations("10-0042")[0].message == "new bracket"


def test_who_pushed_is_found_again_when_the_catalogue_is_made_anew(
    vault: Vault, eli: Clone
) -> None:
    """The pusher stands in history, so nothing that can be lost keeps it."""
    from release import settling

    eli.commit("one", _10_0042="one")
    eli.commit("two", _10_0043="two")
    eli.git("push", "origin", "main")
    settling.rebuild(vault)
    assert {vault.catalogue.iterations(n)[0].by for n in ("10-0042", "10-0043")} == {"eli"}


def test_a_push_for_release_opens_an_order_and_says_what_follows(vault: Vault, eli: Clone) -> None:
    """The answer names items, letters to be, approval owner, what is missing, and the address."""
    from release import desk

    eli.commit("one", _10_0042="one")
    eli.git("push", "origin", "main")
    eli.commit("First release of the bracket.\n\nHoles moved.", _10_0042="two", _10_0043="new")
    said = eli.git("push", "origin", "HEAD:refs/for/release")
    for words in ("CO-0001 opened", "10-0042", "10-0043", "→ A", "approval owner mchen",
                  "https://vault.example/changes/CO-0001", "waits for mchen"):  # fmt: skip
        assert words in said, words
    assert "refs/changes/CO-0001" in said
    order = desk.judge(vault, "CO-0001").order
    assert (order.author, order.notes) == ("eli", "First release of the bracket.\n\nHoles moved.")
    assert [one.number for one in order.items] == ["10-0042", "10-0043"]
    assert vault.history.tip("refs/heads/main") == eli.git("rev-parse", "HEAD")
    assert eli.git("rev-parse", "origin/main") == eli.git("rev-parse", "HEAD")
    assert "refs/for" not in eli.git("ls-remote", "origin")


def test_what_was_pushed_before_is_taken_up_too(vault: Vault, eli: Clone) -> None:
    """With nothing new, the order holds what this person changed and nobody released yet."""
    from release import desk

    eli.commit("one", _10_0042="one")
    eli.commit("two", _10_0043="two")
    eli.git("push", "origin", "main")
    assert "CO-0001 opened" in eli.git("push", "origin", "HEAD:refs/for/release")
    assert len(desk.judge(vault, "CO-0001").order.items) == 2


def test_a_second_push_amends_and_voids(
    vault: Vault, eli: Clone, people: dict[str, Person], password: str
) -> None:
    """A push after the sign-off voids it, by main or by the order's own address."""
    from release import desk

    eli.commit("First.", _10_0042="one")
    eli.git("push", "origin", "HEAD:refs/for/release")
    assert desk.sign(vault, people["mchen"], password, "CO-0001").passes
    eli.commit("Typo.", _10_0042="two")
    said = eli.git("push", "origin", "main")
    assert "the sign-off of mchen is void" in said
    order = desk.judge(vault, "CO-0001").order
    assert "10-0042" in order.signoffs[0].voided
    assert [event.act for event in order.events] == ["open", "sign", "void"]
    desk.sign(vault, people["mchen"], password, "CO-0001")
    eli.commit("Once more.", _10_0042="three")
    said = eli.git("push", "origin", "HEAD:refs/for/release/CO-0001")
    assert "CO-0001 amended" in said
    order = desk.judge(vault, "CO-0001").order
    assert [event.act for event in order.events][-2:] == ["void", "amend"]
    assert order.notes == "Once more."
    eli.commit("And again.", _10_0042="four")
    assert "CO-0001 amended" in eli.git("push", "origin", "HEAD:refs/for/release")


def test_trailers_of_the_commit_give_an_order_its_class_and_notes_and_a_push_voids_item_by_item(
    vault: Vault, eli: Clone, people: dict[str, Person], password: str
) -> None:
    """What is misspelt moves nothing; of two signed items only the pushed one is void, by name."""
    from release import desk

    eli.commit("First.", _10_0042="one", _10_0043="one")
    eli.git("commit", "--amend", "-q", "-m", "First.\n\nChange-Class: tiny")
    before = states(vault)
    said = eli.git("push", "origin", "HEAD:refs/for/release", fails=True)
    assert "“tiny” is no class of change" in said
    assert states(vault) == before
    told = "Change-Class: minor\nItem-Note: 10-0042=slot moved\nObserver: pat"
    eli.git("commit", "--amend", "-q", "-m", f"First.\n\n{told}")
    assert "Class: minor" in eli.git("push", "origin", "HEAD:refs/for/release")
    order = desk.judge(vault, "CO-0001").order
    assert (order.change_class, order.observers, order.notes) == ("minor", ("pat",), "First.")
    assert order.item("10-0042").notes == "slot moved"
    desk.sign(vault, people["mchen"], password, "CO-0001")
    eli.commit("Typo.", _10_0043="two")
    eli.git("push", "origin", "main")
    judged = desk.judge(vault, "CO-0001")
    assert list(judged.order.signoffs[0].voided) == ["10-0043"]
    assert {one.item for one in judged.open} == {"10-0043"}
    assert "10-0043 changed (checked in by eli" in judged.order.events[-1].text


@pytest.mark.parametrize("ref", ["refs/for/release/CO-0009", "refs/for/release/CO-0001",
                                 "refs/for/review"])  # fmt: skip
def test_a_push_for_release_that_is_refused_moves_nothing(
    vault: Vault, eli: Clone, ref: str
) -> None:
    """An order that is not there, one without the item, another word: main stands where it was."""
    eli.commit("First.", _10_0042="one")
    eli.git("push", "origin", "HEAD:refs/for/release")
    before = states(vault)
    eli.commit("Other.", _10_0043="one")
    eli.git("push", "origin", f"HEAD:{ref}", fails=True)
    assert states(vault) == before


def test_nobody_approves_what_they_pushed_under_another_name(
    vault: Vault, cloned: Callable[..., Clone], password: str
) -> None:
    """The author of a commit is what git is set to; the pusher is who counts."""
    from release import desk
    from release.errors import NotAnApprover
    from vault.ledger import people as ledger_people

    both = ledger_people.set_roles(vault.ledger, "ada", "mchen", ["engineer", "approver"])
    clone = cloned(vault.root / "vault.git", "mchen")
    clone.git("config", "user.name", "eli")
    clone.commit("mine, as eli", _10_0042="one")
    clone.git("push", "origin", "main")
    desk.open_change(vault, ledger_people.get(vault.ledger, "eli"), ["10-0042"], "First.")
    with pytest.raises(NotAnApprover):
        desk.sign(vault, both, password, "CO-0001")


def test_what_dvc_keeps_out_of_git_is_no_file_of_the_item(vault: Vault, eli: Clone) -> None:
    """The ``.gitignore`` that `dvc add` writes beside a pointer is pushed, and never released."""
    from release import orders

    eli.write("items/10-0042/.gitignore", "/drawing.pdf\n")
    eli.commit("with its .gitignore", _10_0042="one")
    eli.git("push", "origin", "HEAD:refs/for/release")
    held = orders.load(vault, "CO-0001").order.items[0]
    assert [file.name for file in held.files] == ["item.toml", "notes.txt"]


@pytest.mark.parametrize(
    "push",
    [
        ["--force", "HEAD:refs/tags/release/10-0042/A"],
        ["--delete", "release/10-0042/A"],
        ["HEAD:refs/tags/release/10-0042/B"],
        ["HEAD:refs/tags/v1"],
        ["HEAD:refs/replace/0123456789012345678901234567890123456789"],
        ["HEAD:refs/notes/commits"],
        ["--force", "HEAD:refs/meta/rules"],
        ["HEAD:refs/meta/more"],
        ["--delete", "refs/meta/releases"],
        ["--force", "HEAD:refs/changes/CO-0001"],
        ["HEAD:refs/locks/10-0042"],
        ["HEAD:refs/heads/HEAD"],
        ["HEAD:refs/heads/release/x"],
        ["HEAD:refs/heads/work/otto/x"],
        ["HEAD:refs/heads/work/eli"],
        ["--delete", "main"],
        ["--force", "HEAD~2:main"],
        ["--atomic", "HEAD:refs/heads/work/eli/x", "HEAD:refs/tags/release/10-0042/C"],
    ],
    ids=" ".join,
)
def test_what_the_vault_keeps_cannot_be_pushed(
    vault: Vault, released: Clone, push: list[str]
) -> None:
    """Refused to the stock client, with a sentence, and every ref is what it was."""
    before = states(vault)
    released.commit("more", _10_0042="more")
    words = ["push", *[w for w in push if w.startswith("--")], "origin",
             *[w for w in push if not w.startswith("--")]]  # fmt: skip
    said = released.git(*words, fails=True)
    assert "Titleblock refused this push" in said, said
    assert states(vault) == before


@pytest.mark.parametrize("ref", GUARDED)
def test_no_git_command_changes_what_the_vault_keeps(
    vault: Vault, released: Clone, ref: str
) -> None:
    """`reference-transaction` stops what comes past the push: update-ref, tag -d, branch tricks."""
    assert released.place.exists()
    before = states(vault)
    inside = Clone(vault.root / "vault.git")
    main = before["refs/heads/main"]
    if ref in before:
        inside.git("update-ref", "-d", ref, fails=True)
    assert f"Titleblock keeps {ref} itself" in inside.git("update-ref", ref, main, fails=True)
    assert states(vault) == before


def test_a_released_item_stays(vault: Vault, released: Clone) -> None:
    """It keeps its number and its folder; the folder may move as a whole."""
    released.write("items/10-0042/item.toml", ITEM.format(number="10-0099"))
    released.git("commit", "-qam", "renumbered")
    assert "the number of an item never changes" in _line(
        released.git("push", "origin", "main", fails=True)
    )
    released.git("reset", "-q", "--hard", "HEAD~1")
    released.git("rm", "-rq", "items/10-0042")
    released.git("commit", "-qm", "gone")
    assert "released as A" in _line(released.git("push", "origin", "main", fails=True))
    released.git("reset", "-q", "--hard", "HEAD~1")
    released.git("mv", "items/10-0042", "items/moved")
    released.git("commit", "-qm", "moved")
    released.git("push", "origin", "main")
    row = vault.catalogue.item("10-0042")
    assert row is not None
    assert row.path == "items/moved"


def _line(text: str) -> str:
    return " ".join(text.split())


def test_a_locked_item_is_its_holders(
    vault: Vault, cloned: Callable[..., Clone], eli: Clone, people: dict[str, Person]
) -> None:
    """Nobody else's push changes it, the holder's does."""
    from vault import locks
    from vault.ledger import people as ledger_people

    ledger_people.add(vault.ledger, "ada", "ben", ["engineer"])
    eli.commit("one", _10_0042="one")
    eli.git("push", "origin", "main")
    ben = cloned(vault.root / "vault.git", "ben", "ben")
    locks.take(vault, people["eli"], "10-0042", "new holes")
    ben.commit("mine", _10_0042="two")
    said = _line(ben.git("push", "origin", "main", fails=True))
    assert "10-0042 is locked by eli" in said
    assert "new holes" in said
    eli.commit("mine", _10_0042="three")
    eli.git("push", "origin", "main")


def test_one_push_tells_all_that_is_wrong_with_items(vault: Vault, eli: Clone) -> None:
    """Manifest, number, owner, nesting, pointer, PDF and size, in one answer."""
    eli.commit("one", _10_0042="one")
    eli.git("push", "origin", "main")
    before = states(vault)
    eli.write("items/twin/item.toml", ITEM.format(number="10-0042"))
    eli.write("items/who/item.toml", ITEM.format(number="10-0050").replace("mchen", "nobody"))
    eli.write("items/bad/item.toml", "number = 7")
    eli.write("items/10-0042/sub/item.toml", ITEM.format(number="10-0051"))
    eli.write("items/10-0042/route.toml", "[[operation]]\nseq = 'x'\n")
    eli.write("items/10-0042/model.step.dvc", _pointer("model.step", "0" * 32))
    eli.write("items/10-0042/evil.step.dvc", _pointer("../evil.step", "0" * 32))
    eli.write("items/10-0042/drawing.pdf", "%PDF-1.7\n")
    eli.write("items/10-0042/big.nc", "G1\n" * 100_000)
    eli.write("items/10-0042/lfs.step", "version https://git-lfs.github.com/spec/v1\noid x\n")
    eli.git("add", "--all", "--force")
    eli.git("commit", "-q", "-m", "all of it")
    said = _line(eli.git("push", "origin", "main", fails=True))
    for words in (
        "items/twin and items/10-0042 both say they are item 10-0042", "names nobody as approval owner",
        "items/bad/item.toml cannot be used", "items/10-0042/sub lies within the item in items/10-0042",
        "items/10-0042/route.toml cannot be used", "points at bytes that are not in the vault",
        "items/10-0042/evil.step.dvc cannot be used", "drawing.pdf is a PDF in git itself",
        "big.nc has 300000 bytes", "lfs.step is a Git LFS pointer", "(10 faults)",
    ):  # fmt: skip
        assert words in said, words
    assert states(vault) == before


def _pointer(name: str, md5: str, size: int = 5, sha256: str = "") -> str:
    told = f"outs:\n- md5: '{md5}'\n  size: {size}\n  hash: md5\n  path: {name}\n"
    return told + (f"meta:\n  sha256: {sha256}\n" if sha256 else "")


def test_a_pointer_has_to_speak_the_truth(vault: Vault, eli: Clone, tmp_path: Path) -> None:
    """The bytes have to be in the store, with the size and the sha256 the pointer claims."""
    (tmp_path / "model.step").write_bytes(b"ISO-10303-21;")
    digest = vault.objects.put(tmp_path / "model.step")
    eli.commit("one", _10_0042="one")
    for size, sha256, wrong in ((digest.size + 1, "", "bytes"), (digest.size, "f" * 64, "sha256")):
        eli.write("items/10-0042/model.step.dvc", _pointer("model.step", digest.md5, size, sha256))
        eli.git("add", "--all")
        eli.git("commit", "-q", "--amend", "-m", "one")
        said = _line(eli.git("push", "origin", "main", fails=True))
        assert "but the bytes in the vault have" in said
        assert wrong in said
    eli.write("items/10-0042/model.step.dvc",
              _pointer("model.step", digest.md5, digest.size, digest.sha256))  # fmt: skip
    eli.git("commit", "-qa", "--amend", "-m", "one")
    eli.git("push", "origin", "main")


@pytest.mark.parametrize("user", ["mchen", "otto", "cora", "nobody-here"])
def test_only_engineers_push(vault: Vault, cloned: Callable[..., Clone], user: str) -> None:
    """The role decides, by file path too, and somebody unknown is nobody."""
    clone = cloned(vault.root / "vault.git", user)
    before = states(vault)
    clone.commit("one", _10_0042="one")
    said = _line(clone.git("push", "origin", "main", fails=True))
    assert "it takes the role engineer" in said or "Nobody was named as the one who pushes" in said
    assert states(vault) == before


def test_somebody_who_was_disabled_pushes_no_more(vault: Vault, eli: Clone) -> None:
    """The ledger is asked at every push."""
    from vault.ledger import people as ledger_people

    ledger_people.disable(vault.ledger, "ada", "eli")
    eli.commit("one", _10_0042="one")
    assert "eli is disabled" in eli.git("push", "origin", "main", fails=True)


def test_two_engineers_push_at_once_and_one_is_told_to_pull(
    vault: Vault, eli: Clone, cloned: Callable[..., Clone]
) -> None:
    """Work is never overwritten, and after a pull it goes in, merged, by each of the two."""
    from vault.ledger import people as ledger_people

    ledger_people.add(vault.ledger, "ada", "ben", ["engineer"])
    ben = cloned(vault.root / "vault.git", "ben", "ben")
    eli.commit("eli's", _10_0042="one")
    ben.commit("ben's", _10_0043="one")
    eli.git("push", "origin", "main")
    ben.git("push", "origin", "main", fails=True)
    assert "moves only forward" in _line(ben.git("push", "--force", "origin", "main", fails=True))
    ben.git("pull", "-q", "--no-rebase", "--no-edit")
    ben.git("push", "origin", "main")
    told = {n: [one.by for one in vault.catalogue.iterations(n)] for n in ("10-0042", "10-0043")}
    assert told == {"10-0042": ["eli"], "10-0043": ["ben"]}


def test_a_clone_is_warned_before_the_push(vault: Vault, eli: Clone, tmp_path: Path) -> None:
    """`hooks install` in a clone: the same sentences at the commit, and a hook of others still runs."""
    from hooks import install

    told = tmp_path / "told"
    other = eli.place / ".git" / "hooks" / "pre-push"
    other.write_text(f"#!/bin/sh\ncat > {told}\n")
    other.chmod(0o755)
    made = install.into(eli.place)
    assert (made.names, made.guards_a_vault) == (("pre-commit", "pre-push"), False)
    eli.write("items/10-0042/item.toml", "number = 7")
    eli.write("CON.txt", "x")
    eli.git("add", "--all")
    said = _line(eli.git("commit", "-m", "bad", fails=True))
    assert "refused this commit (2 faults)" in said
    eli.git("commit", "-q", "--no-verify", "-m", "bad")
    said = _line(eli.git("push", "origin", "main", fails=True))
    assert "CON.txt cannot enter the vault" in said
    assert "refs/heads/main" in told.read_text()
    assert vault.catalogue.item("10-0042") is None
    eli.git("reset", "-q", "--hard", "origin/main")
    eli.commit("good", _10_0042="one")
    eli.git("push", "origin", "main")


def test_hooks_are_put_back_into_a_vault(vault: Vault) -> None:
    """An older vault gets its hooks and settings by the same verb, whichever folder is named."""
    from hooks import install

    hooks = vault.root / "vault.git" / "hooks"
    for name in install.SERVER:
        (hooks / name).unlink()
    made: Any = None
    for place in (vault.root, vault.root / "vault.git"):
        made = install.into(place)
        assert made.guards_a_vault
    assert sorted(path.name for path in hooks.iterdir()) == sorted(install.SERVER)
    assert all(os.access(path, os.X_OK) for path in hooks.iterdir())
    config = Clone(vault.root / "vault.git").git("config", "--list", "--local")
    for line in ("core.hookspath=hooks", "receive.fsckobjects=true", "core.fsync=all",
                 "gc.packrefs=false", "receive.procreceiverefs=refs/for"):  # fmt: skip
        assert line in config.lower()
