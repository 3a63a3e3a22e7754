# SPDX-License-Identifier: AGPL-3.0-or-later
"""git over HTTP: the stock client against ``titleblock serve``, with tokens, slow lines and kills."""

from __future__ import annotations

import base64
import gzip
import os
import secrets
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from vault.home import Vault

ITEM = 'number = "{number}"\ntitle = "Bracket"\nkind = "part"\nowner = "mchen"\n'
Address = Callable[..., str]


@pytest.fixture
def address(server: Any, token: Callable[..., str]) -> Address:
    """Return a maker of addresses with somebody's name and token in them."""

    def make(name: str, secret: str = "", place: str = "vault.git") -> str:
        return f"{server.url.replace('//', f'//{name}:{secret or token(name)}@')}/{place}"

    return make


def git(place: Path, *words: str, fails: bool = False) -> str:
    """Run the stock client and return all it says."""
    done = subprocess.run(["git", *words], cwd=place, text=True, capture_output=True, check=False,
                          env=os.environ | {"GIT_TERMINAL_PROMPT": "0"})  # fmt: skip
    assert (done.returncode != 0) == fails, done.stderr
    return " ".join((done.stdout + done.stderr).replace("remote:", "").split())


def item(clone: Path, number: str, **files: bytes) -> None:
    """Commit an item with files in a clone."""
    folder = clone / "items" / number
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "item.toml").write_text(ITEM.format(number=number))
    for name, data in files.items():
        (folder / f"{name}.txt").write_bytes(data)
    git(clone, "add", "--all")
    git(clone, "commit", "-q", "-m", f"work on {number}")


def test_clone_push_fetch_and_release(vault: Vault, address: Address, tmp_path: Path) -> None:
    """The whole way of an engineer over HTTP, with the answer of the review on the screen."""
    eli = tmp_path / "eli"
    git(tmp_path, "clone", "-q", address("eli"), "eli")
    item(eli, "10-0042", notes=b"one")
    assert "Checked in: 10-0042" in git(eli, "push", "origin", "main")
    row = vault.catalogue.item("10-0042")
    assert row is not None
    assert row.changed_by == "eli"
    item(eli, "10-0042", notes=b"two")
    said = git(eli, "push", "origin", "HEAD:refs/for/release")
    assert "CO-0001 opened" in said
    assert "https://vault.example/changes/CO-0001" in said
    git(tmp_path, "clone", "-q", address("mchen"), "mchen")
    assert (tmp_path / "mchen/items/10-0042/notes.txt").read_bytes() == b"two"


def test_a_large_push_is_streamed(vault: Vault, address: Address, tmp_path: Path) -> None:
    """40 MB in one pack, sent in chunks, which arrive whole."""
    eli = tmp_path / "eli"
    git(tmp_path, "clone", "-q", address("eli"), "eli")
    item(eli, "10-0042", **{f"n{n}": secrets.token_hex(100_000).encode() for n in range(200)})
    git(eli, "push", "origin", "main")
    tip = git(eli, "rev-parse", "HEAD")
    assert vault.history.tip("refs/heads/main") == tip
    git(vault.root / "vault.git", "fsck", "--full", "--strict")


@pytest.mark.parametrize("who", ["otto", "cora", "pat"])
def test_who_may_not_clone_is_told(address: Address, tmp_path: Path, who: str) -> None:
    """Floor, customers and planners have no clone; the answer is 403, with the sentence."""
    said = git(tmp_path, "ls-remote", address(who), fails=True)
    assert "may not use this page" in said
    assert "403" in said


@pytest.mark.parametrize("who", ["mchen", "quinn"])
def test_who_only_reads_cannot_push(
    vault: Vault, server: Any, address: Address, token: Callable[..., str], tmp_path: Path, who: str
) -> None:
    """Approvers and quality clone; their push ends before anything is sent."""
    git(tmp_path, "clone", "-q", address(who), who)
    item(tmp_path / who, "10-0042", notes=b"one")
    before = vault.history.tip("refs/heads/main")
    assert "403" in git(tmp_path / who, "push", "origin", "main", fails=True)
    asked = f"{server.url}/vault.git/info/refs?service=git-receive-pack"
    assert ask(asked, who, token(who))[0] == 403
    assert vault.history.tip("refs/heads/main") == before


def test_wrong_expired_and_revoked_tokens_are_401(
    vault: Vault, server: Any, address: Address, token: Callable[..., str], tmp_path: Path
) -> None:
    """A wrong token, another's, one of another scope, a revoked one; and the header git needs."""
    from vault.ledger import people

    mine = token("eli")
    git(tmp_path, "ls-remote", address("eli", mine))
    for name, secret in (("eli", "wrong"), ("mchen", mine)):
        assert "Authentication failed" in git(
            tmp_path, "ls-remote", address(name, secret), fails=True
        )
    assert "403" in git(tmp_path, "ls-remote", address("eli", token("eli", "read")), fails=True)
    people.revoke_token(vault.ledger, "eli", "eli", people.tokens_of(vault.ledger, "eli")[-1].id)
    assert "Authentication failed" in git(tmp_path, "ls-remote", address("eli", mine), fails=True)
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{server.url}/vault.git/info/refs?service=git-upload-pack")
    assert refused.value.code == 401
    assert refused.value.headers["WWW-Authenticate"].startswith("Basic ")
    refused.value.close()


def test_who_tries_wrong_tokens_has_to_wait(server: Any, token: Callable[..., str]) -> None:
    """After some tries the answer is 429; a right token is let in all the same."""
    asked = f"{server.url}/vault.git/info/refs?service=git-upload-pack"
    codes = [ask(asked, "eli", f"wrong{n}")[0] for n in range(60)]
    assert set(codes) == {401, 429}
    assert ask(asked, "eli", token("eli"))[0] == 200


def ask(
    url: str, name: str, secret: str, data: bytes | None = None, **heads: str
) -> tuple[int, bytes]:
    """Ask with Basic authentication and return status and body."""
    told = base64.b64encode(f"{name}:{secret}".encode()).decode()
    named = {name.replace("_", "-"): value for name, value in heads.items()}
    asked = urllib.request.Request(url, data, {"Authorization": f"Basic {told}", **named})
    try:
        with urllib.request.urlopen(asked, timeout=60) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read()


def test_only_git_is_answered(server: Any, token: Callable[..., str]) -> None:
    """No dumb protocol, no other service, no form; files of the repository are not served."""
    eli = token("eli")
    base = f"{server.url}/vault.git"
    assert ask(f"{base}/info/refs", "eli", eli)[0] == 415
    assert ask(f"{base}/info/refs?service=git-evil", "eli", eli)[0] == 415
    assert ask(f"{base}/git-receive-pack", "eli", eli, b"x=1")[0] == 415
    for name in ("config", "HEAD", "objects/info/packs", "hooks/pre-receive", "../keys/release"):
        assert ask(f"{base}/{name}", "eli", eli)[0] == 404, name


def test_a_gzipped_request_is_understood(
    vault: Vault, server: Any, token: Callable[..., str]
) -> None:
    """Git packs large requests; a small one packed by hand is answered the same."""
    wanted = vault.history.tip("refs/heads/main")
    body = _line(f"want {wanted} side-band-64k\n") + b"0000" + _line("done\n")
    kind = "application/x-git-upload-pack-request"
    plain = ask(
        f"{server.url}/vault.git/git-upload-pack", "eli", token("eli"), body, Content_Type=kind
    )
    packed = ask(f"{server.url}/vault.git/git-upload-pack", "eli", token("eli"), gzip.compress(body),
                 Content_Type=kind, Content_Encoding="gzip")  # fmt: skip
    assert plain[0] == packed[0] == 200
    assert b"PACK" in plain[1]
    assert b"PACK" in packed[1]


def _line(text: str) -> bytes:
    return f"{len(text) + 4:04x}{text}".encode()


def test_work_branches_are_private(address: Address, tmp_path: Path) -> None:
    """Their owner and administrators see them, nobody else; main is everybody's."""
    eli = tmp_path / "eli"
    git(tmp_path, "clone", "-q", address("eli"), "eli")
    item(eli, "10-0042", notes=b"half done")
    git(eli, "push", "origin", "HEAD:refs/heads/work/eli/idea")
    shown = {who: git(tmp_path, "ls-remote", address(who)) for who in ("eli", "ada", "mchen")}
    assert {who for who, refs in shown.items() if "refs/heads/work/eli/idea" in refs} == {
        "eli",
        "ada",
    }
    assert all("refs/heads/main" in refs for refs in shown.values())
    assert "refs/meta/rules" in shown["ada"]


def test_slow_clients_stop_nobody(vault: Vault, server: Any, token: Callable[..., str]) -> None:
    """More slow clones than there are processes, and every page is answered at once."""
    from vault.history.repository import MAIN, Author

    big = {f"blob{n}.txt": secrets.token_bytes(2_000_000) for n in range(10)}
    tip = vault.history.commit(MAIN, big, message="big\n", author=Author("ada", "ada@localhost"),
                               expect=vault.history.tip(MAIN))  # fmt: skip
    body = _line(f"want {tip} side-band-64k\n") + b"0000" + _line("done\n")
    told = base64.b64encode(f"eli:{token('eli')}".encode()).decode()
    head = (
        f"POST /vault.git/git-upload-pack HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Basic {told}\r\n"
        f"Content-Type: application/x-git-upload-pack-request\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode()
    slow = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(6)]
    try:
        for one in slow:
            one.sendall(head + body)
        for one in slow:
            assert one.recv(100).startswith(b"HTTP/1.1 200")
        for _ in range(10):
            with urllib.request.urlopen(f"{server.url}/readyz", timeout=5) as answer:
                assert answer.status == 200
    finally:
        for one in slow:
            one.close()
    end = time.monotonic() + 30
    while _running(vault.root) and time.monotonic() < end:
        time.sleep(0.1)
    assert _running(vault.root) == []


def _running(root: Path) -> list[str]:
    """Return the programs of git that still serve this vault."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            told = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if "upload-pack" in told and str(root) in told:
            found.append(told)
    return found


@pytest.mark.parametrize("after_s", [0.02, 0.1, 0.2, 0.3, 0.45, 0.7])
def test_a_kill_during_a_push_leaves_nothing_half_done(
    vault: Vault, server: Any, address: Address, tmp_path: Path, after_s: float
) -> None:
    """Either the push is in whole, or nothing of it is; the next push goes through by itself."""
    eli = tmp_path / "eli"
    git(tmp_path, "clone", "-q", address("eli"), "eli")
    item(eli, "10-0042", **{f"n{n}": secrets.token_hex(20_000).encode() for n in range(100)})
    old, new = vault.history.tip("refs/heads/main"), git(eli, "rev-parse", "HEAD")
    push = subprocess.Popen(["git", "push", "-q", "origin", "main"], cwd=eli,
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    time.sleep(after_s)
    server.stop(signal.SIGKILL)
    done = push.wait(60) == 0
    tip = vault.history.tip("refs/heads/main")
    assert tip == new if done else tip in {old, new}
    git(vault.root / "vault.git", "fsck", "--full", "--strict")
    server.start()
    git(eli, "push", "origin", "main")
    git(eli, "push", "origin", "HEAD:refs/for/release")
    row = vault.catalogue.item("10-0042")
    assert row is not None
    assert row.changed_by == "eli"
    assert not list((vault.root / "vault.git").rglob("*.lock"))
