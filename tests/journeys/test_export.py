# SPDX-License-Identifier: AGPL-3.0-or-later
"""A release taken away: it verifies with plain Python, with stock tools, and names what changed."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from release.exporting import Exported
    from vault.home import Vault
    from vault.ledger.people import Person

PYTHON = getattr(sys, "_base_executable", sys.executable)  # outside of the environment


def verified(folder: Path, *words: str, by: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the verifier of an export with a plain Python, cut off from everything of ours."""
    return subprocess.run(
        [PYTHON, "-I", str(by or folder / "verify.py"), *words, str(folder)],
        capture_output=True, text=True, check=False, env={"PATH": "/nowhere"}, cwd="/",
    )  # fmt: skip


@pytest.fixture
def released(
    vault: Vault,
    people: dict[str, Person],
    draw: Callable[..., Path],
    password: str,
    tmp_path: Path,
) -> Vault:
    """Return a vault with a release of a drawing and a model."""
    from release import desk

    model = tmp_path / "model.step"
    model.write_text("ISO-10303-21;")
    desk.add_item(vault, people["eli"], "10-0042", "Bracket", "mchen")
    files = {"a b.pdf": draw("a.pdf"), "model.step": model}
    desk.check_in(vault, people["eli"], "10-0042", files, "drawn")
    change = desk.open_change(vault, people["eli"], ["10-0042"], "first").order.change
    desk.sign(vault, people["mchen"], password, change)
    desk.release(vault, people["eli"], change)
    return vault


@pytest.fixture
def exported(released: Vault, people: dict[str, Person], tmp_path: Path) -> Exported:
    """Return the export of it as a folder."""
    from release import exporting

    return exporting.export(released, people["quinn"], "10-0042", None, tmp_path / "out")


def test_it_verifies_with_nothing_but_python(exported: Exported) -> None:
    """No git, no OpenSSH, no package: good, with the key and the state in words."""
    done = verified(exported.place)
    assert (done.returncode, done.stderr) == (0, "")
    assert "GOOD: 10-0042 A, Bracket" in done.stdout
    assert "it was CURRENT" in done.stdout
    assert exported.key in done.stdout
    assert verified(exported.place, "--fingerprint", exported.key).returncode == 0
    other = verified(exported.place, "--fingerprint", "SHA256:another")
    assert (other.returncode, exported.key in other.stdout) == (5, True)


def test_one_changed_byte_anywhere_is_named(exported: Exported, tmp_path: Path) -> None:
    """First, middle and last byte of every file, and every file missing: it is always named."""
    verifier = tmp_path / "verify.py"  # a changed verifier says what it likes, so this is another
    shutil.copy(exported.place / "verify.py", verifier)
    files = sorted(path for path in exported.place.rglob("*") if path.is_file())
    assert len(files) > 20
    for path in files:
        whole = path.read_bytes()
        name = path.relative_to(exported.place).as_posix()
        for at in {0, len(whole) // 2, len(whole) - 1}:
            path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
            done = verified(exported.place, by=verifier)
            assert done.returncode == 5, (name, at, done.stdout)
            assert name in done.stdout, (name, at, done.stdout)
        path.unlink()
        assert name in verified(exported.place, by=verifier).stdout
        path.write_bytes(whole)
    (exported.place / "files" / "more.txt").write_text("x")
    assert "files/more.txt: it does not belong" in verified(exported.place).stdout


def test_stock_tools_verify_it_by_the_commands_of_its_readme(exported: Exported) -> None:
    """sha256sum, ssh-keygen and git, exactly as the README says; a changed byte is refused."""
    text = (exported.place / "README.md").read_text()
    blocks = [part.split("```")[0] for part in text.split("```console\n")[1:]]
    assert len(blocks) == 3
    script = "set -e\n" + "\n".join(blocks[1:])
    good = subprocess.run(["bash", "-c", script], cwd=exported.place, capture_output=True,
                          text=True, check=False)  # fmt: skip
    assert good.returncode == 0, good.stdout + good.stderr
    assert 'Good "titleblock-export" signature' in good.stdout
    assert 'Good "git" signature' in good.stderr
    (exported.place / "verify.py").write_text("print('GOOD')\n")
    bad = subprocess.run(["bash", "-c", script], cwd=exported.place, capture_output=True,
                         text=True, check=False)  # fmt: skip
    assert bad.returncode != 0
    assert "verify.py: FAILED" in bad.stdout


def test_a_forged_record_is_named_although_the_manifest_was_made_anew(exported: Exported) -> None:
    """Who changes the record and every sha256 has not the key: the signature does not hold."""
    record = json.loads((exported.place / "record.json").read_text())
    record["title"] = "Other"
    (exported.place / "record.json").write_text(json.dumps(record))
    manifest = exported.place / "MANIFEST.sha256"
    lines = [line.split("  ", 1) for line in manifest.read_text().splitlines()]
    manifest.write_text("".join(
        f"{hashlib.sha256((exported.place / name).read_bytes()).hexdigest()}  {name}\n"
        for _digest, name in lines))  # fmt: skip
    done = verified(exported.place)
    assert done.returncode == 5
    assert "the signature does not hold" in done.stdout
    assert "record.json: it is not what the signed commit holds" in done.stdout


def test_superseded_and_recalled_are_said_with_their_moment(
    released: Vault, people: dict[str, Person], password: str, tmp_path: Path
) -> None:
    """Of the revision that was exported, as the log knew it then; and that later is unknown."""
    from release import desk, exporting
    from release.log import ReleaseLog

    model = tmp_path / "model.step"
    model.write_text("ISO-10303-21; moved")
    desk.check_in(released, people["eli"], "10-0042", {"model.step": model}, "moved")
    change = desk.open_change(released, people["eli"], ["10-0042"], "second").order.change
    desk.sign(released, people["mchen"], password, change)
    desk.release(released, people["eli"], change)
    desk.recall(released, people["mchen"], "10-0042", "B", "wrong hole")
    older = exporting.export(released, people["ada"], "10-0042", "A", tmp_path / "older")
    newer = exporting.export(released, people["ada"], "10-0042", "B", tmp_path / "newer")
    log = ReleaseLog(released)
    said = verified(older.place).stdout
    assert f"SUPERSEDED, since {log.revision('10-0042', 'B').released_at} by B ({change})" in said
    assert "What happened later cannot be known here" in said
    recall = log.recall("10-0042", "B")
    assert recall is not None
    assert f"RECALLED, since {recall.at}: wrong hole" in verified(newer.place).stdout
    told = json.loads((newer.place / "state.json").read_text())
    told["state"] = "current"
    (newer.place / "state.json").write_text(json.dumps(told))
    assert "state.json: the vault's log says recalled" in verified(newer.place).stdout


def test_the_same_release_in_the_same_state_gives_the_same_zip(
    released: Vault, people: dict[str, Person], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """But for the moment of the export, which stands still here; unpacked it verifies."""
    from release import exporting
    from vault import clock

    monkeypatch.setattr(clock, "now", lambda: "2031-01-01T00:00:00Z")
    made = []
    for folder in ("one", "two"):
        place = tmp_path / folder / "10-0042-A.zip"
        made.append(exporting.export(released, people["ada"], "10-0042", "A", place, zipped=True))
    one, two = (one.place.read_bytes() for one in made)
    assert one == two
    with zipfile.ZipFile(made[0].place) as packed:
        packed.extractall(tmp_path / "unpacked")
    assert verified(tmp_path / "unpacked" / "10-0042-A").returncode == 0


def test_an_export_of_before_a_new_key_verifies_after_it(
    released: Vault, people: dict[str, Person], tmp_path: Path
) -> None:
    """The release was signed by the key before, the manifest by the one of now."""
    from release import exporting, keys

    before = exporting.export(released, people["ada"], "10-0042", "A", tmp_path / "before")
    keys.rotate(released, people["ada"], "yearly")
    after = exporting.export(released, people["ada"], "10-0042", "A", tmp_path / "after")
    assert before.key != after.key
    for one in (before, after):
        assert verified(one.place, "--fingerprint", one.key).returncode == 0, one


def test_who_may_not_take_it_away_and_what_is_in_the_way(
    released: Vault, people: dict[str, Person], tmp_path: Path
) -> None:
    """Operators and customers do not export; nothing is written over; each export is on record."""
    from release import exporting
    from release.errors import PlaceTaken
    from vault.errors import NotAllowed
    from vault.ledger import events

    for name in ("otto", "cora"):
        with pytest.raises(NotAllowed):
            exporting.export(released, people[name], "10-0042", "A", tmp_path / "x")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").write_text("x")
    with pytest.raises(PlaceTaken):
        exporting.export(released, people["ada"], "10-0042", "A", tmp_path / "full")
    made = exporting.export(released, people["ada"], "10-0042", "A", tmp_path / "x")
    told = events.of(released.ledger, "item/10-0042")[-1]
    assert (told.kind, told.actor, told.facts["manifest"]) == (
        exporting.EXPORTED, "ada", made.manifest)  # fmt: skip
    shutil.rmtree(made.place)
