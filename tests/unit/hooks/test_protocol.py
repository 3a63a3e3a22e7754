# SPDX-License-Identifier: AGPL-3.0-or-later
"""What hooks hear and say: refs, lines of the protocol, the answer on the screen, who pushes."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hooks import pkt_line, pushed, refs, report, surroundings
from hooks.errors import NobodyPushes
from vault.errors import BadFileName

if TYPE_CHECKING:
    from vault.home import Vault

lines = st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]), min_size=1)


@given(st.lists(lines.filter(lambda text: len(text.encode()) < 1000)))
def test_lines_are_heard_as_they_were_said(said: list[str]) -> None:
    """The protocol is written and read by one file."""
    stream = io.BytesIO()
    pkt_line.write(stream, said)
    stream.seek(0)
    assert list(pkt_line.read(stream)) == said
    assert stream.read() == b""


def test_updates_are_read_as_git_tells_them() -> None:
    """Forty zeros mean nothing; a ref may hold anything after the second space."""
    told = pushed.updates([f"{'0' * 40} {'a' * 40} refs/heads/x y\n", f"{'a' * 40} {'0' * 40} r"])
    assert told == [(None, "a" * 40, "refs/heads/x y"), ("a" * 40, None, "r")]


@pytest.mark.parametrize(
    ("ref", "open_to_eli"),
    [
        ("refs/heads/main", True), ("refs/heads/work/eli/a", True), ("refs/for/release", True),
        ("refs/for/release/CO-0001", True), ("refs/heads/work/otto/a", False),
        ("refs/heads/work/eli", False), ("refs/heads/mainx", False), ("refs/heads/other", False),
        ("refs/for/releases", False), ("refs/replace/a", False), ("refs/notes/a", False),
        ("refs/meta/rules", False), ("refs/changes/CO-0001", False), ("refs/locks/a", False),
        ("refs/tags/release/a/A", False), ("refs/tags/x", False), ("refs/imports/x", False),
    ],
)  # fmt: skip
def test_the_list_of_open_refs_is_short(ref: str, open_to_eli: bool) -> None:
    """Whatever is not on it is refused with a reason; git itself may touch no more than branches."""
    assert (refs.fault(ref, "eli") is None) == open_to_eli
    branch = ref == "refs/heads/main" or ref.startswith("refs/heads/work/")
    assert refs.is_kept_by_us(ref) != branch


def test_an_answer_numbers_its_faults_and_stays_narrow() -> None:
    """All faults, wrapped for a terminal that shows “remote: ” before each line."""
    faults = [BadFileName(name=f"file {n}", why="it is wrong " * 10) for n in range(3)]
    told = report.refused(faults)
    assert "(3 faults)" in told
    assert [f"  {n}." in told for n in (1, 2, 3, 4)] == [True, True, True, False]
    assert all(len(line) <= report.WIDTH for line in told.splitlines())
    assert "(1 fault)" in report.refused(faults[:1], "commit")


def test_a_guard_that_breaks_lets_nothing_pass(capfd: Any) -> None:
    """A bug refuses, keeps its details in a file, and says so in one sentence."""

    def broken() -> int:
        raise ZeroDivisionError

    assert report.answered(broken) == 1
    said = capfd.readouterr().err
    assert "fault of Titleblock" in said
    kept = Path(next(word for word in said.split() if "titleblock-hook-" in word).strip(";."))
    assert "ZeroDivisionError" in kept.read_text()
    kept.unlink()


def test_what_git_says_is_taken_out_of_the_environment(vault: Vault, tmp_path: Path) -> None:
    """No git that is started later works on the wrong repository."""
    environ = {
        "GIT_DIR": str(vault.root / "vault.git"), "GIT_QUARANTINE_PATH": str(tmp_path),
        "GIT_OBJECT_DIRECTORY": str(tmp_path), "GIT_CONFIG_COUNT": "1", "PATH": "/bin",
        "TITLEBLOCK_USER": "eli",
    }  # fmt: skip
    around = surroundings.taken(environ)
    assert environ == {"PATH": "/bin", "TITLEBLOCK_USER": "eli"}
    assert around.quarantine == (tmp_path.resolve(),)
    assert around.git_dir.parent == vault.root


def test_the_token_decides_who_pushes(vault: Vault) -> None:
    """Over HTTP nothing but the token's owner counts; an unknown name never becomes another."""
    git_dir = vault.root / "vault.git"

    def pusher(**told: str) -> str:
        return surroundings.taken({"GIT_DIR": str(git_dir), **told}).pusher(vault).name

    assert pusher(REMOTE_USER="eli", TITLEBLOCK_USER="ada") == "eli"
    assert pusher(TITLEBLOCK_USER="ada") == "ada"
    for told in ({"REMOTE_USER": "ghost", "TITLEBLOCK_USER": "ada"}, {"TITLEBLOCK_USER": "ghost"}):
        with pytest.raises(NobodyPushes):
            pusher(**told)


def test_a_glance_says_what_the_ledger_says(vault: Vault, people: dict[str, Any]) -> None:
    """The short way to somebody's roles and the long one agree, for everybody and nobody."""
    from vault.ledger import glance
    from vault.ledger import people as ledger_people

    ledger_people.disable(vault.ledger, "ada", "otto")
    for name in people:
        long, short = ledger_people.get(vault.ledger, name), glance.standing(vault, name)
        assert short is not None
        assert (short.roles, short.disabled, short.email) == (long.roles, long.disabled, long.email)
    assert glance.standing(vault, "ghost") is None
