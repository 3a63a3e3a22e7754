# SPDX-License-Identifier: AGPL-3.0-or-later
"""A mirror clone alone is evidence: verified offline, without the vault, and with stock git."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from vault.home import Vault
    from vault.ledger.people import Person


@pytest.fixture
def mirror(
    vault: Vault,
    people: dict[str, Person],
    draw: Callable[..., Path],
    password: str,
    tmp_path: Path,
) -> Path:
    """Return a mirror of a vault with two releases, a recall and a new key; the vault is away."""
    from release import desk, keys

    for number in ("10-0001", "10-0002"):
        desk.add_item(vault, people["eli"], number, "Part", "mchen")
        desk.check_in(vault, people["eli"], number, {"a.pdf": draw("a.pdf", number)}, "drawn")
        change = desk.open_change(vault, people["eli"], [number], "first").order.change
        desk.sign(vault, people["mchen"], password, change)
        desk.release(vault, people["eli"], change)
        if number == "10-0001":
            (tmp_path / "signers").write_bytes((vault.keys / "allowed_signers").read_bytes())
            keys.rotate(vault, people["ada"], "yearly")
    desk.recall(vault, people["mchen"], "10-0002", "A", "wrong material")
    vault.close()
    place = tmp_path / "mirror.git"
    subprocess.run(["git", "clone", "-q", "--mirror", str(vault.root / "vault.git"), str(place)],
                   check=True)  # fmt: skip
    vault.root.rename(tmp_path / "away")
    return place


def git(mirror: Path, *words: str, **more: Any) -> str:
    """Run git on the mirror."""
    run = subprocess.run(["git", f"--git-dir={mirror}", *words], capture_output=True, text=True,
                         check=True, **more)  # fmt: skip
    return run.stdout.strip()


def verified(mirror: Path, *words: str) -> tuple[int, dict[str, Any]]:
    """Run the command on a mirror and return exit code and answer."""
    run = subprocess.run(
        [sys.executable, "-c", "from vault.cli import main; main()", "verify", "--mirror",
         str(mirror), *words, "--json"], capture_output=True, text=True, check=False, cwd="/",
    )  # fmt: skip
    return run.returncode, json.loads(run.stdout) if run.stdout else {"stderr": run.stderr}


def test_a_mirror_is_verified_without_the_vault(mirror: Path, tmp_path: Path) -> None:
    """Everything git owns is looked at; objects are not, unless they are given."""
    code, told = verified(mirror)
    assert (code, told["ok"], told["faults"]) == (0, True, [])
    assert told["checked"]["log entries"] == 4
    assert told["checked"]["tags"] == 3
    assert told["checked"]["change orders"] == 2
    assert told["checked"]["objects not looked at"] == 4
    code, told = verified(mirror, "--objects", str(tmp_path / "away" / "objects"))
    assert (code, "objects not looked at" in told["checked"]) == (0, False)
    one = next(p for p in (tmp_path / "away" / "objects" / "files").rglob("*") if p.is_file())
    one.unlink()
    code, told = verified(mirror, "--objects", str(tmp_path / "away" / "objects"))
    assert code == 5
    assert any(one.parent.name + one.name in str(fault) for fault in told["faults"])


def test_trust_comes_from_outside_and_follows_the_keys(mirror: Path, tmp_path: Path) -> None:
    """A list given out before the key was replaced is enough; another one is not; git agrees."""
    code, told = verified(mirror, "--signers", str(tmp_path / "signers"))
    assert (code, told["faults"]) == (0, [])
    own = (tmp_path / "signers").read_text().split()
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / "other")],
                   check=True)  # fmt: skip
    foreign = " ".join([*own[:2], *(tmp_path / "other.pub").read_text().split()[:2]])
    (tmp_path / "foreign").write_text(foreign + "\n")
    code, told = verified(mirror, "--signers", str(tmp_path / "foreign"))
    assert code == 5
    assert told["checked"]["log entries"] == len(
        [f for f in told["faults"] if f["kind"] == "signature"]
    )
    fresh = tmp_path / "away" / "keys" / "allowed_signers"
    assert verified(mirror, "--signers", str(fresh), "--stock")[0] == 0
    for ref in ("refs/meta/releases", "refs/meta/releases~2"):
        git(mirror, "-c", f"gpg.ssh.allowedSignersFile={fresh}", "verify-commit", ref)


def test_a_forged_log_with_a_key_of_its_own_is_told_by_its_fingerprint(
    mirror: Path, tmp_path: Path
) -> None:
    """Nothing inside tells it from a true one, which is why the answer names the key to compare."""
    from vault.history import keyring

    code, told = verified(mirror)
    assert code == 0
    (true,) = keyring.allowed.read((tmp_path / "signers").read_text())
    assert told["signer"] == true.fingerprint


def rewritten(mirror: Path, ref: str, path: str, change: Callable[[str], str]) -> None:
    """Replace a file in the newest commit of a ref, the commit made anew without a signature."""
    data = change(git(mirror, "show", f"{ref}:{path}") + "\n")
    blob = git(mirror, "hash-object", "-w", "--stdin", input=data)
    index = {"GIT_INDEX_FILE": str(mirror / "forger")}
    import os

    env = {**os.environ, **index}
    git(mirror, "read-tree", ref, env=env)
    git(mirror, "update-index", "--cacheinfo", f"100644,{blob},{path}", env=env)
    tree = git(mirror, "write-tree", env=env)
    parents = [word for one in git(mirror, "rev-parse", f"{ref}^@").split() for word in ("-p", one)]
    made = git(mirror, "-c", "user.name=x", "-c", "user.email=x@x", "commit-tree", tree, *parents,
               "-m", "forged")  # fmt: skip
    git(mirror, "update-ref", ref, made)


def test_every_part_git_owns_is_checked(mirror: Path) -> None:
    """Log, note of what is current, tags, orders, sign-offs: each kind of tampering is named."""

    def kinds() -> set[str]:
        code, told = verified(mirror)
        assert code == 5, told
        return {fault["kind"] for fault in told["faults"]}

    log, order = "refs/meta/releases", "refs/changes/CO-0001"
    at = {ref: git(mirror, "rev-parse", ref) for ref in (log, order)}
    path = next(line for line in git(mirror, "ls-tree", "-r", "--name-only", log).splitlines()
                if line.endswith("10-0001/A.json"))  # fmt: skip
    rewritten(mirror, log, path, lambda text: text.replace('"Part"', '"Bolt"'))
    assert {"signature", "release log"} <= kinds()
    git(mirror, "update-ref", log, at[log])
    note = path.replace("A.json", "current.json")
    rewritten(mirror, log, note, lambda text: text.replace("current", "recalled"))
    assert {"signature", "release log"} <= kinds()
    git(mirror, "update-ref", log, at[log])
    rewritten(mirror, order, "order.json", lambda text: text.replace("mchen", "eli"))
    assert "change order" in kinds()
    git(mirror, "update-ref", order, git(mirror, "rev-parse", f"{at[order]}~1"))
    assert "change order" in kinds()
    git(mirror, "update-ref", "-d", order)
    assert kinds() == {"change order"}
    git(mirror, "update-ref", order, at[order])
    one, other = (git(mirror, "rev-parse", f"refs/tags/release/10-000{n}/A") for n in (1, 2))
    git(mirror, "update-ref", "refs/tags/release/10-0001/A", other)
    assert kinds() == {"tag"}
    git(mirror, "update-ref", "refs/tags/release/10-0001/A", one)
    assert verified(mirror)[0] == 0


def test_a_tag_of_another_name_is_named(mirror: Path) -> None:
    """A good signature is no proof under a name it was not made for."""
    recall = git(mirror, "rev-parse", "refs/tags/recall/10-0002/A")
    git(mirror, "update-ref", "refs/tags/release/10-0002/A", recall)
    code, told = verified(mirror)
    assert code == 5
    assert told["faults"] == [
        {
            "kind": "tag",
            "where": "refs/tags/release/10-0002/A",
            "what": "it is a tag of another name",
        }
    ]


def test_what_is_no_mirror_is_refused(tmp_path: Path) -> None:
    """A folder, a repository without a log: not found, and how to make one."""
    subprocess.run(["git", "init", "-q", "--bare", str(tmp_path / "empty.git")], check=True)
    for place in (tmp_path, tmp_path / "empty.git"):
        code, told = verified(place)
        assert code == 3
        assert "git clone --mirror" in told["stderr"]
