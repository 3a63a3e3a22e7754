# SPDX-License-Identifier: AGPL-3.0-or-later
"""The connections to a bucket's server: kept, replaced, through proxies, trusted or given up."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import random
import socket
import ssl
import subprocess
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from http.client import HTTPResponse
from pathlib import Path

import pytest

from vault.objects import _talk
from vault.objects._s3 import S3Store
from vault.objects._talk import Fleeting, Talk
from vault.objects.address import Address

FINE = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine"
BODY = random.Random(900).randbytes(900_000)


class Scripted:
    """A server that answers each request with the next of its lines, and remembers all it got.

    A line ends the connection where it begins with ``!``; ``?`` before it answers after the head,
    without reading the body.
    """

    def __init__(self, lines: list[bytes], trusted: ssl.SSLContext | None = None) -> None:
        self.lines = list(lines)
        self.got: list[bytes] = []
        self.connections = 0
        self.hung_up = threading.Event()
        self._trusted = trusted
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.netloc = f"127.0.0.1:{self._listening.getsockname()[1]}"
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                one, _address = self._listening.accept()
                self.connections += 1
                if self._trusted:
                    one = self._trusted.wrap_socket(one, server_side=True)
            except ssl.SSLError:
                continue
            except OSError:
                return
            self._open.append(one)
            threading.Thread(target=self._serve, args=(one,), daemon=True).start()

    def _serve(self, one: socket.socket) -> None:
        with contextlib.suppress(OSError), one, one.makefile("rb") as file:  # closed from outside
            while head := self._head(file):
                line = self.lines.pop(0)
                size = next((int(told.split(b":")[1]) for told in head.lower().split(b"\r\n")
                             if told.startswith(b"content-length:")), 0)  # fmt: skip
                self.got.append(head if line[:1] == b"?" else head + file.read(size))
                one.sendall(line.lstrip(b"!?"))
                if line[:1] in {b"!", b"?"}:
                    one.shutdown(socket.SHUT_WR)
                    self.hung_up.set()
                    file.read()  # a reset would take the answer with it
                    return

    @staticmethod
    def _head(file: io.BufferedReader) -> bytes:
        head = b""
        while (line := file.readline()) not in {b"", b"\r\n"}:
            head += line
        return head

    def close(self) -> None:
        """End all of it."""
        self._listening.close()
        for one in self._open:
            one.close()


@pytest.fixture
def server() -> Iterator[Callable[..., Scripted]]:
    """Return a way to begin a server that says what it is told to."""
    begun: list[Scripted] = []

    def begin(*lines: bytes, trusted: ssl.SSLContext | None = None) -> Scripted:
        begun.append(Scripted(list(lines), trusted))
        return begun[-1]

    yield begin
    for one in begun:
        one.close()


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin without a proxy or a bundle of the developer's own."""
    for name in [one for one in os.environ if one.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("AWS_CA_BUNDLE", raising=False)


def ask(talk: Talk, body: bytes | None = None, told: dict[str, str] | None = None) -> bytes:
    """Ask once and return the body of the answer."""
    stretch = None if body is None else (io.BytesIO(body), 0, len(body))
    length = {} if body is None else {"content-length": str(len(body))}
    with talk.asked("PUT" if body else "GET", "/shop/a%20b?x=1", {"host": "there", **(told or {}),
                    **length}, stretch, 5) as answer:  # fmt: skip
        whole = b""
        while piece := answer.read(1000):
            whole += piece
        return whole


def test_a_connection_is_kept_and_a_dropped_one_replaced(server: Callable[..., Scripted]) -> None:
    """Three requests need two connections when the server hangs up after the second."""
    there = server(FINE, b"!" + FINE, FINE)
    talk = Talk(f"http://{there.netloc}")
    assert [ask(talk), ask(talk)] == [b"fine", b"fine"]
    assert there.connections == 1
    assert there.hung_up.wait(5)
    assert ask(talk, BODY) == b"fine"
    assert there.connections == 2
    assert there.got[0].splitlines()[:2] == [
        b"GET /shop/a%20b?x=1 HTTP/1.1",
        b"user-agent: titleblock",
    ]
    assert there.got[2].endswith(BODY)


def test_a_connection_idle_for_long_is_not_trusted(
    server: Callable[..., Scripted], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A router forgets without a word, so what was idle for too long is begun anew."""
    there = server(FINE, FINE)
    talk = Talk(f"http://{there.netloc}")
    ask(talk)
    monkeypatch.setattr(_talk, "KEPT_S", -1.0)
    assert ask(talk) == b"fine"
    assert there.connections == 2


@pytest.mark.parametrize(
    "line",
    [
        b"!HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\nfine",
        b"!HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfine\r\n9\r\nwi",
        b"!HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nfine",
        b"!220 mail.example ESMTP\r\n",
        b"!",
        b"!HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: y\r\n" % one for one in range(500)) + b"\r\n",
        b"!HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n",
    ],
)
def test_an_answer_that_breaks_off_or_is_none_is_a_failed_try(
    server: Callable[..., Scripted], line: bytes
) -> None:
    """Half a body never passes for a whole one, and the connection is not used again."""
    there = server(line, FINE)
    talk = Talk(f"http://{there.netloc}")
    with pytest.raises(Fleeting, match="connection failed"):
        ask(talk)
    assert ask(talk) == b"fine"
    assert there.connections == 2


def test_chunks_are_put_together(server: Callable[..., Scripted]) -> None:
    """A list of keys comes in chunks, and the connection is kept after the last."""
    line = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfine\r\n6;x=y\r\n again\r\n0\r\n\r\n"
    there = server(line, FINE)
    talk = Talk(f"http://{there.netloc}")
    assert [ask(talk), ask(talk)] == [b"fine again", b"fine"]
    assert there.connections == 1


def put(talk: Talk) -> tuple[type, dict[str, str], bytes]:
    """Put a few bytes; return how the answer was read, its headers and its body."""
    length = {"host": "there", "content-length": "4"}
    with talk.asked("PUT", "/x", length, memoryview(b"four"), 5) as answer:
        return type(answer), {name.lower(): told for name, told in answer.headers.items()}, (
            answer.read(100)
        )  # fmt: skip


def test_a_plain_success_is_read_without_the_email_parser(
    server: Callable[..., Scripted],
) -> None:
    """It says the same as the other way of reading, to the letter."""
    head = (
        b'HTTP/1.1 200 OK\r\nETag:  "ab:c" \r\nX-Amz-Checksum-SHA256: x=\r\nContent-Length: 0\r\n'
    )
    there = server(head + b"\r\n", head + b"X-Folded: a\r\n b\r\n\r\n", FINE)
    talk = Talk(f"http://{there.netloc}")
    kind, headers, body = put(talk)
    assert (kind, body) == (_talk.Done, b"")
    assert headers == {"etag": '"ab:c"', "x-amz-checksum-sha256": "x=", "content-length": "0"}
    kind, slow, body = put(talk)
    assert (kind, body) == (HTTPResponse, b"")
    assert headers.items() < {name: told.strip() for name, told in slow.items()}.items()
    assert ask(talk) == b"fine"
    assert there.connections == 1
    assert there.got[0].endswith(b"four")


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        (b"!HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", False),
        (b"!HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", False),
        (b"HTTP/1.1 412 Precondition Failed\r\nContent-Length: 0\r\n\r\n", True),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nVary: a\r\nVary: b\r\n\r\n", True),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", True),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine", True),
    ],
)
def test_every_other_answer_is_read_by_the_library(
    server: Callable[..., Scripted], line: bytes, kept: bool
) -> None:
    """One that ends the connection, refuses, repeats a header or brings a body."""
    there = server(line, FINE)
    talk = Talk(f"http://{there.netloc}")
    assert put(talk)[0] is HTTPResponse
    if line.startswith(b"!"):
        assert there.hung_up.wait(5)
    assert ask(talk) == b"fine"
    assert there.connections == 2 - kept


def test_more_than_was_asked_for_is_nobodys_answer(server: Callable[..., Scripted]) -> None:
    """What comes after a whole answer is not taken for the next one."""
    there = server(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" + FINE[:-4] + b"evil", FINE)
    talk = Talk(f"http://{there.netloc}")
    assert put(talk)[0] is HTTPResponse
    assert ask(talk) == b"fine"


def test_a_refusal_in_the_midst_of_a_body_is_heard(server: Callable[..., Scripted]) -> None:
    """A server may answer 403 and hang up before it has read what is sent."""
    there = server(b"?HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno")
    assert ask(Talk(f"http://{there.netloc}"), b"x" * 200_000) == b"no"
    near, far = socket.socketpair()
    with near:
        far.sendall(FINE)
        far.close()
        _talk._tell(near, b"PUT / HTTP/1.1\r\n\r\n", (io.BytesIO(BODY), 0, len(BODY)))
        assert near.recv(100) == FINE


def test_a_body_that_became_shorter_is_not_sent_as_whole(server: Callable[..., Scripted]) -> None:
    """Somebody cut the file while it was sent: the request is broken off."""
    there = server(FINE)
    talk = Talk(f"http://{there.netloc}")
    with (
        pytest.raises(Fleeting, match="shorter"),
        talk.asked("PUT", "/x", {"content-length": "9"}, (io.BytesIO(b"four"), 0, 9), 5),
    ):
        pass


def test_a_line_break_in_a_key_of_the_environment_is_no_header(
    server: Callable[..., Scripted],
) -> None:
    """What a value breaks over two lines goes out as one, as it is signed."""
    there = server(FINE)
    ask(Talk(f"http://{there.netloc}"), told={"x-amz-security-token": "one\r\nx-evil: two"})
    assert b"x-amz-security-token: one x-evil: two\r\n" in there.got[0]


def test_nothing_there_and_silence_are_told_apart(
    server: Callable[..., Scripted], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only silence makes the next ones not wait at all."""
    monkeypatch.setattr(_talk, "ANSWER_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as quiet:
        place = f"http://127.0.0.1:{quiet.getsockname()[1]}"
        with pytest.raises(Fleeting, match="does not answer") as silence:
            ask(Talk(place))
    assert silence.value.silent
    with pytest.raises(Fleeting, match="nothing answers") as nothing:
        ask(Talk(place))
    assert not nothing.value.silent


def test_plain_requests_go_through_the_proxy_of_the_environment(
    server: Callable[..., Scripted], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole address and who we are go to the proxy; NO_PROXY names exceptions."""
    proxy, there = server(FINE), server(FINE)
    monkeypatch.setenv("http_proxy", f"http://ada:se%20cret@{proxy.netloc}")
    assert ask(Talk("http://bucket.example:81")) == b"fine"
    assert proxy.got[0].startswith(b"GET http://bucket.example:81/shop/a%20b?x=1 HTTP/1.1\r\n")
    assert b"Proxy-Authorization: Basic " + b64encode(b"ada:se cret") in proxy.got[0]
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert ask(Talk(f"http://{there.netloc}")) == b"fine"


def test_secure_requests_ask_the_proxy_for_a_way_through(
    server: Callable[..., Scripted], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of the request itself is said to a proxy."""
    proxy = server(b"!HTTP/1.1 403 Forbidden\r\n\r\n")
    monkeypatch.setenv("https_proxy", proxy.netloc)
    with pytest.raises(Fleeting, match="nothing answers"):
        ask(Talk("https://bucket.example"))
    assert proxy.got[0].startswith(b"CONNECT bucket.example:443 HTTP/1.")
    assert b"shop" not in proxy.got[0]


def test_only_a_trusted_certificate_is_talked_to(
    server: Callable[..., Scripted], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """AWS_CA_BUNDLE says whom to trust; without it, and with rubbish in it, nothing is sent."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-keyout", key,
         "-out", certificate, "-subj", "/CN=there", "-addext", "subjectAltName=IP:127.0.0.1"],
        check=True, capture_output=True,
    )  # fmt: skip
    trusted = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trusted.load_cert_chain(certificate, key)
    there = server(FINE, FINE, FINE, trusted=trusted)
    with pytest.raises(Fleeting, match="certificate"):
        ask(Talk(f"https://{there.netloc}"))
    monkeypatch.setenv("AWS_CA_BUNDLE", str(tmp_path / "none.pem"))
    with pytest.raises(Fleeting, match="AWS_CA_BUNDLE"):
        ask(Talk(f"https://{there.netloc}"))
    assert there.got == []
    monkeypatch.setenv("AWS_CA_BUNDLE", str(certificate))
    talk = Talk(f"https://{there.netloc}")
    before = there.connections
    assert [ask(talk, BODY), ask(talk)] == [b"fine", b"fine"]
    assert there.connections == before + 1
    assert there.got[0].endswith(BODY)


MD5 = hashlib.md5(BODY, usedforsecurity=False).hexdigest()
CHECKSUM = b64encode(hashlib.sha256(BODY).digest())


@pytest.mark.parametrize(
    ("told", "md5", "proved"),
    [
        (b"x-amz-checksum-sha256: %s\r\nETag: \"%s\"" % (CHECKSUM, MD5.encode()), MD5, True),
        (b"x-amz-checksum-sha256: %s\r\nETag: \"encrypted\"" % CHECKSUM, MD5, True),
        (b"x-amz-checksum-sha256: %s\r\nETag: \"encrypted\"" % CHECKSUM, "0" * 32, False),
        (b"x-amz-checksum-sha256: %s" % b64encode(b"0" * 32), MD5, False),
        (b"ETag: \"%s\"" % MD5.encode(), MD5, False),
    ],
)  # fmt: skip
def test_bytes_count_as_adopted_only_with_both_proofs(
    server: Callable[..., Scripted], monkeypatch: pytest.MonkeyPatch, told: bytes, md5: str,
    proved: bool,
) -> None:  # fmt: skip
    """The server's SHA-256 has to be ours; their md5 is its tag, else it is counted here."""
    there = server(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n%s\r\n\r\n" % told)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "ada")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    store = S3Store(Address("shop", endpoint=f"http://{there.netloc}", region="here"))
    assert (store.adopt(memoryview(BODY), md5) is not None) is proved
    head = there.got[0].lower()
    assert b"if-none-match: *" in head
    assert b"content-md5: " in head
