# SPDX-License-Identifier: AGPL-3.0-or-later
"""An engineer with stock DVC: push here, pull there, and nothing wrong is ever kept or sent."""

from __future__ import annotations

import base64
import hashlib
import http.client
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from vault.home import Vault

DVC = Path(sys.executable).with_name("dvc")
ONE_OF_A_PAIR = (  # of Wang, Feng, Lai and Yu, 2004; the other differs in six bits
    "d131dd02c5e6eec4693d9a0698aff95c2fcab58712467eab4004583eb8fb7f8955ad340609f4b30283e488832571415a"
    "085125e8f7cdc99fd91dbdf280373c5bd8823e3156348f5bae6dacd436c919c6dd53e2b487da03fd02396306d248cda0"
    "e99f33420f577ee8ce54b67080a80d1ec69821bcb6a8839396f9652b6ff72a70"
)
BYTES = b"solid bracket\n" * 30_000


def md5(data: bytes) -> str:
    """Return the address of bytes."""
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def address(data: bytes) -> str:
    """Return the path of an object on the server."""
    return f"/dvc/files/md5/{md5(data)[:2]}/{md5(data)[2:]}"


def basic(name: str, token: str) -> dict[str, str]:
    """Return the header that names a person by their token."""
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{token}".encode()).decode()}


@pytest.fixture
def ask(server: Any) -> Callable[..., tuple[int, dict[str, str], bytes]]:
    """Return a function that sends one request and returns status, headers and body."""

    def sent(method: str, path: str, body: bytes | None = None, **headers: str) -> Any:
        talk = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        talk.request(method, path, body, {k.replace("_", "-"): v for k, v in headers.items()})
        answer = talk.getresponse()
        told = answer.status, dict(answer.getheaders()), answer.read()
        talk.close()
        return told

    return sent


def clone(place: Path, url: str, **config: str) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Make a repository with the vault as DVC remote; return what runs ``dvc`` in it."""
    place.mkdir()
    subprocess.run(["git", "init", "-q", place], check=True)

    def dvc(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([DVC, *words], cwd=place, capture_output=True, text=True, check=False)

    assert dvc("init", "-q").returncode == 0
    dvc("remote", "add", "-d", "vault", f"{url}/dvc")
    for key, value in config.items():
        dvc("remote", "modify", "--local", "vault", key, value)
    return dvc


def kept(vault: Vault) -> list[str]:
    """Return what lies in the store: objects, and files aside."""
    root = vault.root / "objects"
    return sorted(str(one.relative_to(root)) for one in root.rglob("*")
                  if one.is_file() and one.name != "README")  # fmt: skip


def test_stock_dvc_pushes_here_and_pulls_there(
    vault: Vault, server: Any, token: Callable[..., str], tmp_path: Path
) -> None:
    """Custom header in one clone, Basic in the other: push, status, pull, the same bytes."""
    secret = token("eli")
    here = clone(tmp_path / "here", server.url, auth="custom",
                 custom_auth_header="X-Vault-Token", password=secret)  # fmt: skip
    files = {f"part {i}, (Ø{i}).step": BYTES + bytes([i]) for i in range(5)} | {"empty.txt": b""}
    for name, data in files.items():
        (tmp_path / "here" / name).write_bytes(data)
    assert here("add", *files).returncode == 0
    assert "new:" in here("status", "-c").stdout
    pushed = here("push")
    assert (pushed.returncode, "6 files pushed" in pushed.stdout) == (0, True), pushed.stderr
    assert "in sync" in here("status", "-c").stdout
    assert here("push").stdout.strip() == "Everything is up to date."

    there = clone(tmp_path / "there", server.url, auth="basic", user="eli", password=secret)
    for name in files:
        pointer = (tmp_path / "here" / f"{name}.dvc").read_bytes()
        (tmp_path / "there" / f"{name}.dvc").write_bytes(pointer)
    pulled = there("pull")
    assert pulled.returncode == 0, pulled
    assert {name: (tmp_path / "there" / name).read_bytes() for name in files} == files
    assert "in sync" in there("status", "-c").stdout


def test_the_sha256_of_what_came_in_is_on_record(
    vault: Vault, server: Any, token: Callable[..., str], ask: Callable[..., Any]
) -> None:
    """One event an object, with who sent it; the same bytes again add none."""
    from vault.ledger import events

    secret = token("eli")
    for method in ("POST", "POST", "PUT"):
        assert ask(method, address(BYTES), BYTES, X_Vault_Token=secret)[0] == 201
    told = events.of(vault.ledger, f"object/{md5(BYTES)}")
    assert [(one.kind, one.actor) for one in told] == [("object.received", "eli")]
    assert told[0].facts == {"sha256": hashlib.sha256(BYTES).hexdigest(), "size": len(BYTES)}


def test_bytes_that_are_not_those_of_the_address_are_not_kept(
    vault: Vault, server: Any, token: Callable[..., str], ask: Callable[..., Any]
) -> None:
    """A bit that flipped on the way: 422 with both digests, and the store is as it was."""
    spoilt = BYTES[:-1] + b"!"
    status, _, body = ask("POST", address(BYTES), spoilt, X_Vault_Token=token("eli"))
    assert status == 422
    assert md5(BYTES).encode() in body
    assert md5(spoilt).encode() in body
    assert kept(vault) == []


def test_what_is_no_object_is_refused(
    vault: Vault, server: Any, token: Callable[..., str], ask: Callable[..., Any]
) -> None:
    """Folders of DVC, other spellings, ways out of the store, listings and deletions."""
    secret = token("eli")
    ask("POST", address(BYTES), BYTES, X_Vault_Token=secret)
    folder = address(BYTES) + ".dir"
    assert ask("POST", folder, BYTES, X_Vault_Token=secret)[0] == 422
    assert ask("GET", folder, X_Vault_Token=secret)[0] == 404
    for path in (address(BYTES).upper(), "/dvc/files/md5/ab/" + "z" * 30, "/dvc/files/md5/ab/c",
                 "/dvc/files/md5/../../titleblock.toml",
                 "/dvc/files/md5/..%2f../titleblock.toml"):  # fmt: skip
        assert ask("GET", path, X_Vault_Token=secret)[0] == 404, path
        assert ask("POST", path, BYTES, X_Vault_Token=secret)[0] in {404, 405}, path
    for path in ("/dvc", "/dvc/files/md5", "/dvc/files/md5/", f"/dvc/files/md5/{md5(BYTES)[:2]}"):
        assert ask("GET", path, X_Vault_Token=secret)[0] == 404, path
    assert ask("DELETE", address(BYTES), X_Vault_Token=secret)[0] == 405
    assert kept(vault) == [f"files/md5/{md5(BYTES)[:2]}/{md5(BYTES)[2:]}"]


def test_who_may_read_and_who_may_write(
    vault: Vault, server: Any, token: Callable[..., str], ask: Callable[..., Any]
) -> None:
    """Engineers push, the office reads, the floor and customers get nothing, nobody gets 401."""
    from vault.ledger import people, sessions

    for name, wanted in (("eli", (201, 200)), ("ada", (201, 200)), ("mchen", (403, 200)),
                         ("pat", (403, 200)), ("otto", (403, 403)), ("cora", (403, 403))):  # fmt: skip
        secret = token(name)
        pushed = ask("POST", address(BYTES), BYTES, X_Vault_Token=secret)[0]
        assert (pushed, ask("GET", address(BYTES), X_Vault_Token=secret)[0]) == wanted, name
    for headers in ({}, {"X_Vault_Token": "tb_git_invented"}, basic("ann", token("eli")),
                    basic("eli", "correct horse 7"),
                    {"Authorization": f"Bearer {token('eli')}"}):  # fmt: skip
        status, heads, _ = ask("GET", address(BYTES), **headers)
        assert (status, heads.get("www-authenticate", "")[:5]) == (401, "Basic"), headers
    assert ask("GET", address(BYTES), X_Vault_Token=token("eli", "api"))[0] == 403
    session = sessions.open_session(vault.ledger, people.get(vault.ledger, "eli"), "test")
    cookie = f"__Host-titleblock={session}; titleblock={session}"
    assert ask("GET", address(BYTES), Cookie=cookie)[0] == 401, "no session opens it"


def test_a_part_is_sent_where_a_part_is_asked_for(
    server: Any, token: Callable[..., str], ask: Callable[..., Any]
) -> None:
    """Ranges as the standard has them; what is no range is passed over."""
    secret, size = token("eli"), len(BYTES)
    ask("POST", address(BYTES), BYTES, X_Vault_Token=secret)
    for asked, part in (("bytes=0-9", BYTES[:10]), ("bytes=5-", BYTES[5:]), ("bytes=-7", BYTES[-7:]),
                        (f"bytes={size - 1}-{size + 9}", BYTES[-1:]), ("bytes=0-", BYTES)):  # fmt: skip
        status, heads, body = ask("GET", address(BYTES), X_Vault_Token=secret, Range=asked)
        assert (status, body) == (206, part), asked
        assert heads["content-range"].endswith(f"/{size}")
    for asked in ("bytes=0-1,5-6", "bytes=9-3", "lines=1-2", "bytes=-", "bytes=x-"):
        status, _, body = ask("GET", address(BYTES), X_Vault_Token=secret, Range=asked)
        assert (status, body) == (200, BYTES), asked
    for asked in (f"bytes={size}-", "bytes=-0"):
        status, heads, _ = ask("GET", address(BYTES), X_Vault_Token=secret, Range=asked)
        assert (status, heads["content-range"]) == (416, f"bytes */{size}")
    status, heads, body = ask("HEAD", address(BYTES), X_Vault_Token=secret)
    assert (status, heads["content-length"], body) == (200, str(size), b"")


def test_damaged_bytes_are_never_sent_and_a_push_heals_them(
    vault: Vault, server: Any, token: Callable[..., str], tmp_path: Path, ask: Callable[..., Any]
) -> None:
    """A flipped bit in the store: 500 with a sentence; DVC takes it for missing and pushes again."""
    dvc = clone(tmp_path / "here", server.url, auth="basic", user="eli", password=token("eli"))
    (tmp_path / "here" / "a.step").write_bytes(BYTES)
    dvc("add", "a.step")
    assert dvc("push").returncode == 0
    stored = vault.root / "objects" / "files" / "md5" / md5(BYTES)[:2] / md5(BYTES)[2:]
    stored.chmod(0o644)
    stored.write_bytes(b"X" + BYTES[1:])
    status, _, body = ask("GET", address(BYTES), X_Vault_Token=token("eli"))
    assert (status, b"sha256" in body) == (500, True), body
    healed = dvc("push")
    assert (healed.returncode, stored.read_bytes() == BYTES) == (0, True), healed


def test_an_md5_twin_in_the_store_is_not_sent(
    vault: Vault, server: Any, token: Callable[..., str], ask: Callable[..., Any]
) -> None:
    """Two files of one md5: the second is refused, and swapped in by hand it is not served."""
    first = bytes.fromhex(ONE_OF_A_PAIR)
    twin = bytes(byte ^ 0x80 if at in (19, 45, 59, 83, 109, 123) else byte
                 for at, byte in enumerate(first))  # fmt: skip
    assert md5(first) == md5(twin)
    assert first != twin
    secret = token("eli")
    assert ask("POST", address(first), first, X_Vault_Token=secret)[0] == 201
    assert ask("POST", address(twin), twin, X_Vault_Token=secret)[0] == 409
    stored = vault.root / "objects" / "files" / "md5" / md5(first)[:2] / md5(first)[2:]
    stored.chmod(0o644)
    stored.write_bytes(twin)
    assert ask("GET", address(first), X_Vault_Token=secret)[0] == 500


def test_a_wrong_token_pushes_nothing_and_says_so(
    vault: Vault, server: Any, token: Callable[..., str], tmp_path: Path
) -> None:
    """DVC ends with an error for an invented token, and for one of somebody who may only read.

    The vault answers before the bytes have come, so DVC sometimes tells of a broken pipe only.
    """
    for place, secret in (("invented", "tb_git_wrong"), ("reader", token("mchen"))):
        dvc = clone(tmp_path / place, server.url, auth="custom",
                    custom_auth_header="X-Vault-Token", password=secret)  # fmt: skip
        (tmp_path / place / "a.step").write_bytes(BYTES)
        dvc("add", "a.step")
        pushed = dvc("push")
        assert pushed.returncode != 0
        status = "401" if place == "invented" else "403"
        assert status in pushed.stderr or "Broken pipe" in pushed.stderr
    assert kept(vault) == []


def test_a_file_over_the_limit_is_refused_before_it_is_read(
    vault: Vault, server: Any, token: Callable[..., str]
) -> None:
    """The limit of the settings holds by what the request announces."""
    from vault import settings

    settings.write(vault.root / settings.FILE, largest_file=100_000)
    server.stop()
    server.start()
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as talk:
        talk.sendall(
            f"POST {address(BYTES)} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(BYTES)}\r\n"
            f"X-Vault-Token: {token('eli')}\r\nConnection: close\r\n\r\n".encode()
        )
        assert talk.recv(4096).startswith(b"HTTP/1.1 413")
    assert kept(vault) == []


@pytest.mark.parametrize("ending", ["the client goes away", "the server is killed"])
def test_half_an_upload_leaves_nothing(
    ending: str, vault: Vault, server: Any, token: Callable[..., str], ask: Callable[..., Any]
) -> None:
    """Cut in the middle, by either side: no object, and after a start no file aside either."""
    secret, data = token("eli"), b"x" * 5_000_000
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as talk:
        talk.sendall(
            f"POST {address(data)} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(data)}\r\n"
            f"X-Vault-Token: {secret}\r\n\r\n".encode()
            + data[:3_000_000]
        )
        if ending == "the server is killed":
            deadline = time.monotonic() + 10
            while not kept(vault) and time.monotonic() < deadline:
                time.sleep(0.02)
            server.stop(signal.SIGKILL)
    if ending == "the server is killed":
        assert not vault.objects.has(md5(data))
        server.start()
    deadline = time.monotonic() + 10
    while kept(vault) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert kept(vault) == []
    assert ask("POST", address(data), data, X_Vault_Token=secret)[0] == 201
