# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two engineers in clones of their own: clone, lock, change, push, pull, see how things stand."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from vault.home import Vault
    from vault.ledger.people import Person

BIN = Path(sys.executable).parent
FOLDER = "items/10/10-00/10-0042"
MODEL = f"{FOLDER}/bracket, left (Ø20).step"
STEP = b"ISO-10303-21;\n" + b"#1=CARTESIAN_POINT('',(0.,0.,0.));\n" * 4000

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def stocked(vault: Vault, people: dict[str, Person], tmp_path: Path) -> Vault:
    """Return a vault with an item of a model and a route, and a second engineer, ann."""
    from release import desk
    from vault.ledger import people as ledger_people

    people["ann"] = ledger_people.add(vault.ledger, "ada", "ann", ["engineer"], "Ann")
    model, notes = tmp_path / "model", tmp_path / "notes"
    model.write_bytes(STEP)
    notes.write_text("deburr\n")
    desk.add_item(vault, people["eli"], "10-0042", "Bracket", "mchen")
    files = {MODEL.rpartition("/")[2]: model, "notes.txt": notes}
    desk.check_in(vault, people["eli"], "10-0042", files, "drawn")
    return vault


def run(place: Path, *words: str, given: str = "") -> subprocess.CompletedProcess[str]:
    """Run titleblock somewhere."""
    return subprocess.run([BIN / "titleblock", *words], cwd=place, input=given, capture_output=True,
                          text=True, check=False)  # fmt: skip


@pytest.fixture(params=["over http", "in a folder"])
def engineer(
    request: Any, stocked: Vault, token: Callable[..., str], tmp_path: Path
) -> Callable[[str], Run]:
    """Return a maker of clones, by address or by folder; returns what runs titleblock there."""
    over_http = request.param == "over http"
    url = request.getfixturevalue("server").url if over_http else str(stocked.root)

    def made(name: str) -> Run:
        more = ["--token-stdin"] if over_http else []
        secret = token(name) if over_http else ""
        told = run(tmp_path, "--as", name, "clone", url, name, *more, "--json", given=secret)
        assert told.returncode == 0, told.stderr
        assert json.loads(told.stdout)["files"] == 1
        return lambda *words, **given: run(tmp_path / name, *words, **given)

    return made


def states(titleblock: Run) -> dict[str, tuple[str, str]]:
    """Return what ``status`` says of each file: state and holder."""
    told = titleblock("status", "--json")
    assert told.returncode == 0, told.stderr
    files = json.loads(told.stdout)["files"]
    return {one["path"].rpartition("/")[2]: (one["state"], one["locked_by"]) for one in files}


def done(told: subprocess.CompletedProcess[str]) -> Any:
    """Return the JSON of a command that succeeded."""
    assert told.returncode == 0, told.stderr
    return json.loads(told.stdout)


def writable(place: Path) -> bool:
    """Say whether a file has its owner's write bit."""
    return bool(place.stat().st_mode & 0o200)


def test_what_one_changes_the_other_gets(
    stocked: Vault, engineer: Callable[[str], Run], tmp_path: Path
) -> None:
    """Lock, change, push; the other is outdated, pulls, and has the same bytes; the sha256 is right."""
    from vault import pointer
    from vault.history.repository import MAIN

    eli, ann = engineer("eli"), engineer("ann")
    model = tmp_path / "eli" / MODEL
    assert model.read_bytes() == STEP
    assert not writable(model), "read-only until the item is locked"
    assert states(eli)[model.name] == ("synced", "")
    done(eli("lock", "10-0042", "-m", "hole moves", "--json"))
    assert writable(model)
    changed = STEP + b"#2=END;\n"
    model.write_bytes(changed)
    (model.parent / "sketch.dxf").write_bytes(b"0\nSECTION\n" * 99)
    (model.parent / "notes.txt").write_text("deburr, then wash\n")
    told = states(eli)
    assert (told[model.name], told["sketch.dxf"]) == (("modified", "eli"), ("new", "eli"))
    assert (told["notes.txt"], told["item.toml"]) == (("modified", "eli"), ("synced", "eli"))
    pushed = done(eli("push", "-m", "hole moved", "--json"))
    assert sorted(Path(one).name for one in pushed["files"]) == [
        model.name,
        "notes.txt",
        "sketch.dxf",
    ]
    assert pushed["commit"] == stocked.history.tip(MAIN)
    kept = pointer.parse(
        stocked.history.blob(pushed["commit"], f"{MODEL}.dvc") or b"", f"{MODEL}.dvc"
    )
    assert kept.sha256 == hashlib.sha256(changed).hexdigest()
    assert stocked.objects.has(kept.md5)
    assert set(states(eli).values()) == {("synced", "eli")}, "the push did not end the lock"

    assert states(ann)[model.name] == ("outdated", "eli")
    assert states(ann)["sketch.dxf"] == ("outdated", "eli")
    pulled = done(ann("pull", "--json"))
    assert [Path(one).name for one in pulled["added"]] == ["sketch.dxf"]
    assert (tmp_path / "ann" / MODEL).read_bytes() == changed
    assert (tmp_path / "ann" / FOLDER / "notes.txt").read_text() == "deburr, then wash\n"
    done(eli("unlock", "10-0042", "--json"))
    assert not writable(model)
    assert set(states(ann).values()) == {("synced", "")}
    git = subprocess.run(["git", "status", "--porcelain"], cwd=tmp_path / "ann", capture_output=True,
                         check=True)  # fmt: skip
    assert git.stdout == b"", "git sees no file that DVC keeps"


def test_what_another_holds_is_not_pushed(
    stocked: Vault, engineer: Callable[[str], Run], tmp_path: Path
) -> None:
    """Who changes a file all the same is told who holds it, and nothing leaves the clone."""
    from vault.history.repository import MAIN

    eli, ann = engineer("eli"), engineer("ann")
    done(eli("lock", "10-0042", "-m", "mine", "--json"))
    refused = ann("lock", "10-0042")
    assert (refused.returncode != 0, "locked by eli" in refused.stderr) == (True, True)
    model = tmp_path / "ann" / MODEL
    model.chmod(0o644)
    model.write_bytes(b"changed all the same\n" * 50)
    before = stocked.history.tip(MAIN)
    refused = ann("push", "-m", "x")
    assert (refused.returncode, "locked by eli" in refused.stderr) == (4, True), refused
    assert stocked.history.tip(MAIN) == before
    assert [one["by"] for one in done(ann("locks", "--json"))] == ["eli"]


def test_a_pull_overwrites_nothing_that_changed_here(
    stocked: Vault, engineer: Callable[[str], Run], people: dict[str, Person], tmp_path: Path
) -> None:
    """A file changed on both sides is named before anything is moved; set aside, the pull goes on."""
    from release import desk

    ann = engineer("ann")
    newer = tmp_path / "newer"
    newer.write_bytes(STEP + b"newer\n")
    desk.check_in(stocked, people["eli"], "10-0042", {Path(MODEL).name: newer}, "newer")
    model = tmp_path / "ann" / MODEL
    model.chmod(0o644)
    model.write_bytes(b"hours of work\n")
    assert states(ann)[model.name] == ("conflict", "")
    refused = ann("pull")
    assert (refused.returncode, model.name in refused.stderr) == (4, True)
    assert model.read_bytes() == b"hours of work\n"
    model.replace(model.with_name("mine.step"))
    done(ann("pull", "--json"))
    assert model.read_bytes() == newer.read_bytes()
    assert model.with_name("mine.step").read_bytes() == b"hours of work\n"


def test_two_who_push_at_the_same_time_lose_nothing(
    stocked: Vault, engineer: Callable[[str], Run], people: dict[str, Person], tmp_path: Path
) -> None:
    """The second is told to pull first, keeps the commit, pulls, and pushes it."""
    from release import desk

    ann = engineer("ann")
    (tmp_path / "ann" / FOLDER / "a.step").write_bytes(STEP + b"a")
    other = tmp_path / "b"
    other.write_bytes(STEP + b"b")
    desk.check_in(stocked, people["eli"], "10-0042", {"b.step": other}, "b")
    refused = ann("push", "-m", "a")
    assert (refused.returncode, "titleblock pull" in refused.stderr) == (4, True), refused
    done(ann("pull", "--json"))
    done(ann("push", "--json"))
    tip = stocked.history.tip("refs/heads/main") or ""
    assert {"a.step.dvc", "b.step.dvc"} <= set(stocked.history.folder(tip, FOLDER))
    assert "nothing to push" in ann("push").stderr


def test_bytes_that_are_not_the_recorded_ones_do_not_stay(
    stocked: Vault, engineer: Callable[[str], Run], tmp_path: Path
) -> None:
    """A pointer whose sha256 says otherwise: the pull names the file and takes it away again."""
    import io

    from vault import pointer
    from vault.history.repository import MAIN, Author

    ann = engineer("ann")
    digest = stocked.objects.put(io.BytesIO(b"other bytes"))
    lying = pointer.write(pointer.Pointer("lie.step", digest.md5, digest.size, "0" * 64))
    stocked.history.commit(MAIN, {f"{FOLDER}/lie.step.dvc": lying}, message="lie\n",
                           author=Author("eli", ""), expect=stocked.history.tip(MAIN))  # fmt: skip
    refused = ann("pull")
    assert (refused.returncode, "lie.step" in refused.stderr) == (5, True), refused
    assert not (tmp_path / "ann" / FOLDER / "lie.step").exists()


def test_a_clone_is_ready_for_stock_programs(
    stocked: Vault, server: Any, token: Callable[..., str], tmp_path: Path
) -> None:
    """Plain git and dvc in the clone need no further word; the token is in no file git pushes."""
    secret = token("eli")
    told = run(tmp_path, "clone", server.url.replace("//", "//eli@"), "here", "--token-stdin",
               "--without-files", given=secret)  # fmt: skip
    assert told.returncode == 0, told.stderr
    here = tmp_path / "here"
    for words in (["dvc", "pull", "-q"], ["dvc", "status", "-q"], ["git", "fetch", "-q"]):
        program = BIN / "dvc" if words[0] == "dvc" else "git"
        ran = subprocess.run([program, *words[1:]], cwd=here, capture_output=True, check=False)
        assert ran.returncode == 0, (words, ran)
    assert (here / MODEL).read_bytes() == STEP
    listed = subprocess.run(["git", "grep", "-q", secret], cwd=here, check=False)
    assert listed.returncode == 1
    for kept in (here / ".git" / "titleblock-credentials", here / ".dvc" / "config.local"):
        assert secret in kept.read_text()
        assert kept.stat().st_mode & 0o077 == 0, "for its owner's eyes only"


@pytest.mark.parametrize("wrong", ["token", "user", "address", "folder"])
def test_a_clone_that_fails_leaves_nothing(
    wrong: str, stocked: Vault, server: Any, token: Callable[..., str], tmp_path: Path
) -> None:
    """Wrong token, nobody named, no vault there, a folder in use: one sentence, and no clone."""
    url = "http://127.0.0.1:9" if wrong == "address" else server.url
    if wrong == "folder":
        (tmp_path / "here").mkdir()
        (tmp_path / "here" / "mine.txt").write_text("mine")
    who = [] if wrong == "user" else ["--as", "eli"]
    secret = "tb_git_wrong" if wrong == "token" else token("eli")
    os.environ.pop("TITLEBLOCK_USER", None)
    told = run(tmp_path, *who, "clone", url, "here", "--token-stdin", given=secret)
    assert told.returncode in {1, 2, 4}, told
    assert told.stderr.startswith("titleblock: ")
    assert secret not in told.stdout + told.stderr
    left = sorted(one.name for one in (tmp_path / "here").glob("*")) if wrong == "folder" else []
    assert (tmp_path / "here").exists() == (wrong == "folder")
    assert left == (["mine.txt"] if wrong == "folder" else [])


def test_outside_a_clone_the_verbs_say_so(tmp_path: Path) -> None:
    """Pull, push and status need a clone."""
    for verb in ("pull", "push", "status"):
        told = run(tmp_path, verb)
        assert (told.returncode, "not in a clone" in told.stderr) == (3, True)


def test_the_server_never_loads_what_reads_a_clone() -> None:
    """The application is up without a line of DVC's repository code in its process."""
    program = "import sys, web.app, web.serving, vault.workspace.cli; print(*sys.modules)"
    told = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert not {"dvc", "dvc.repo", "vault.workspace.tracked"} & set(told.stdout.split())


@pytest.mark.skipif(not shutil.which("git-lfs"), reason="git-lfs is not installed")
@pytest.mark.parametrize("engineer", ["over http"], indirect=True)
def test_stock_git_lfs_locks_in_a_clone(
    stocked: Vault, engineer: Callable[[str], Run], tmp_path: Path
) -> None:
    """Lock, list, be refused, unlock: git-lfs needs nothing set up beside what `clone` did."""
    from vault import locks

    def lfs(name: str, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(["git", "lfs", *words], cwd=tmp_path / name, capture_output=True,
                              text=True, check=False)  # fmt: skip

    eli, _ann = engineer("eli"), engineer("ann")
    taken = lfs("eli", "lock", MODEL)
    assert taken.returncode == 0, taken.stderr
    held = locks.held(stocked, "10-0042")
    assert held is not None
    assert held.by == "eli"
    assert states(eli)[MODEL.rpartition("/")[2]] == ("synced", "eli")
    told = lfs("ann", "locks")
    assert "eli" in told.stdout
    assert MODEL.rpartition("/")[0] in told.stdout
    refused = lfs("ann", "lock", f"{FOLDER}/notes.txt")
    assert refused.returncode != 0
    away = lfs("ann", "unlock", MODEL)
    assert away.returncode != 0, away
    assert locks.held(stocked, "10-0042") is not None, away
    given = lfs("eli", "unlock", MODEL)
    assert given.returncode == 0, given.stderr
    assert locks.held(stocked, "10-0042") is None
    assert lfs("ann", "lock", f"{FOLDER}/notes.txt").returncode == 0


def test_a_token_that_nobody_can_type_is_asked_for_by_its_own_option(
    server: Any, tmp_path: Path
) -> None:
    """Without a terminal the message names the option this command has."""
    told = run(tmp_path, "clone", server.url.replace("//", "//eli@"), "here")
    assert (told.returncode, "pipe it in with --token-stdin" in told.stderr) == (2, True), told
