# SPDX-License-Identifier: AGPL-3.0-or-later
"""A bucket that goes away: nobody waits long, nothing is promised, released drawings still open."""

from __future__ import annotations

import contextlib
import io
import os
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from vault import errors, settings
from vault.objects._s3 import S3Store
from vault.objects.opening import open_bare, open_store

if TYPE_CHECKING:
    from vault.home import Vault
    from vault.ledger.people import Person

PATIENCE_S = 12.0  # six, and a busy machine
ALREADY = os.urandom(300_000)
NEW = os.urandom(300_000)
SLOW_DOWN = (
    b"HTTP/1.1 503 Slow Down\r\nContent-Type: application/xml\r\nContent-Length: 42\r\n"
    b"Connection: close\r\n\r\n<Error><Code>SlowDown</Code></Error>      "
)
FORBIDDEN = (
    b"HTTP/1.1 403 Forbidden\r\nContent-Type: application/xml\r\nContent-Length: 56\r\n"
    b"Connection: close\r\n\r\n<Error><Code>RequestTimeTooSkewed</Code></Error>        "
)


class Proxy:
    """A small TCP proxy before the server that can fail in the ways networks do."""

    def __init__(self, port: int) -> None:
        self.way = "through"
        self._behind = port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._open: list[socket.socket] = []
        self._accept()

    def turn(self, way: str) -> None:
        """Fail like this from now on, in open connections too."""
        before, self.way = self.way, way
        for one in self._open:
            _reset(one)
        self._open = []
        if way == "refuse":
            self._listening.shutdown(socket.SHUT_RDWR)
            self._listening.close()
        elif before == "refuse":
            self._listening = socket.create_server(("127.0.0.1", self.port))
            self._accept()

    def close(self) -> None:
        """End all of it."""
        if self.way != "refuse":
            self.turn("refuse")

    def _accept(self) -> None:
        listening = self._listening

        def accept() -> None:
            while True:
                try:
                    near, _address = listening.accept()
                except OSError:
                    return
                self._open.append(near)
                threading.Thread(target=self._serve, args=(near,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()

    def _serve(self, near: socket.socket) -> None:
        with near, contextlib.suppress(OSError):
            if self.way in {"503", "403"}:
                _read_request(near)
                near.sendall(SLOW_DOWN if self.way == "503" else FORBIDDEN)
                return
            if self.way == "black hole":
                while near.recv(65536):
                    pass
                return
            with socket.create_connection(("127.0.0.1", self._behind)) as far:
                self._open.append(far)
                threading.Thread(target=_pour, args=(near, far, "through"), daemon=True).start()
                _pour(far, near, self.way)


def _reset(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        one.shutdown(socket.SHUT_RDWR)


def _read_request(near: socket.socket) -> None:
    """Read what comes until nothing more comes for a moment."""
    near.settimeout(0.1)
    with contextlib.suppress(TimeoutError):
        while near.recv(65536):
            pass


def _pour(one: socket.socket, other: socket.socket, way: str) -> None:
    seen = 0
    with contextlib.suppress(OSError):
        while data := one.recv(65536):
            if way == "cut" and seen + len(data) > 20_000:
                other.sendall(data[: len(data) // 2])
                break
            if way == "cut at once":
                break
            if way == "wrong bytes" and seen + len(data) > 100_000:
                data = data[:-1] + bytes([data[-1] ^ 1])
            if way == "drip":
                for number in data:
                    other.sendall(bytes([number]))
                    time.sleep(0.05)
            else:
                other.sendall(data)
            seen += len(data)
    _reset(other)


@pytest.fixture
def proxy(seaweed: Any) -> Iterator[Proxy]:
    """Return a proxy before the server."""
    standing = Proxy(seaweed.port)
    yield standing
    standing.close()


@pytest.fixture
def url(s3_url: str, seaweed: Any, proxy: Proxy) -> str:
    """Return the address of an empty folder of the bucket, through the proxy."""
    return s3_url.replace(str(seaweed.port), str(proxy.port))


def within(what: Callable[[], object]) -> Exception | object:
    """Return what came of it, be it a refusal; fails where it took longer than anybody waits."""
    begun = time.monotonic()
    try:
        came: Exception | object = what()
    except errors.Refusal as refusal:
        came = refusal
    took = time.monotonic() - begun
    assert took < PATIENCE_S, f"{took:.1f} s: {came}"
    return came


AWAY = ["refuse", "black hole", "503", "cut at once", "drip"]


@pytest.mark.parametrize("way", AWAY)
def test_a_store_that_is_away_says_so_soon(
    url: str, s3_url: str, proxy: Proxy, tmp_path: Path, way: str
) -> None:
    """Every way of asking ends within seconds in one sentence, and what has a copy still opens."""
    store = open_store(url, tmp_path)
    digest = store.put(io.BytesIO(ALREADY))
    far = [open_bare(url, tmp_path) for _ in range(4)]
    assert all(one.has(digest.md5) for one in far)  # boto3 is loaded, its clients are made
    proxy.turn(way)
    for ask in (
        lambda: far[0].read(digest),
        lambda: far[1].put(io.BytesIO(NEW)),
        lambda: far[2].has(digest.md5),
        lambda: list(far[3].digests()),
    ):
        came = within(ask)
        assert isinstance(came, errors.StoreAway), came
        assert came.status == 503
        assert "try again" in str(came)
    begun = time.monotonic()
    assert store.read(digest) == ALREADY
    assert store.path(digest).read_bytes() == ALREADY
    assert time.monotonic() - begun < 0.5
    proxy.turn("through")
    put = open_bare(url, tmp_path).put(io.BytesIO(NEW))
    assert open_bare(s3_url, tmp_path).read(put) == NEW


def test_nobody_waits_twice_for_silence(url: str, proxy: Proxy, tmp_path: Path) -> None:
    """After one time-out the next answers come at once, and a little later it is tried again."""
    from vault.objects import _bucket

    store = open_bare(url, tmp_path)
    digest = store.put(io.BytesIO(ALREADY))
    proxy.turn("black hole")
    assert isinstance(within(lambda: store.read(digest)), errors.StoreAway)
    begun = time.monotonic()
    for _ in range(50):
        assert isinstance(within(lambda: store.read(digest)), errors.StoreAway)
    assert time.monotonic() - begun < 1
    proxy.turn("through")
    time.sleep(_bucket.SILENCE_S)
    assert store.read(digest) == ALREADY


@pytest.mark.parametrize("way", ["cut", "wrong bytes"])
def test_bytes_that_suffer_on_the_way_are_not_given_out(
    url: str, proxy: Proxy, tmp_path: Path, way: str
) -> None:
    """A body that breaks off, or has the right ETag and a wrong bit, is refused and not cached."""
    store = open_store(url, tmp_path)
    digest = open_bare(url, tmp_path).put(io.BytesIO(ALREADY))
    proxy.turn(way)
    came = within(lambda: store.read(digest, "plate.pdf"))
    assert isinstance(came, errors.StoreAway if way == "cut" else errors.DamagedObject), came
    assert [path for path in (tmp_path / "cache").rglob("*") if path.is_file()] == []
    proxy.turn("through")
    assert store.read(digest) == ALREADY


def test_a_lost_answer_is_no_second_object(url: str, proxy: Proxy, tmp_path: Path) -> None:
    """The put happened, its answer was cut off: the next try finds the bytes there and says so."""
    store = open_bare(url, tmp_path)
    proxy.turn("cut at once")
    healer = threading.Timer(0.25, proxy.turn, ["through"])
    healer.start()
    digest = store.put(io.BytesIO(NEW))
    healer.join()
    assert store.read(digest) == NEW
    assert list(store.digests()) == [digest.md5]


def test_a_clock_that_is_wrong_is_said(url: str, proxy: Proxy, tmp_path: Path) -> None:
    """The sentence of a 403 names the server's code and the clock."""
    proxy.turn("403")
    with pytest.raises(errors.StoreForbidden, match=r"RequestTimeTooSkewed.*clock"):
        open_bare(url, tmp_path).put(io.BytesIO(NEW))


@pytest.mark.parametrize("name", ["AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID"])
@pytest.mark.parametrize("value", ["wrong", None])
def test_wrong_or_missing_keys_are_one_sentence(
    s3_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str | None
) -> None:
    """Whoever mistyped a key reads which variables to look at, not a stack of exceptions."""
    if value is None:
        monkeypatch.delenv(name)
    else:
        monkeypatch.setenv(name, value)
    store = open_bare(s3_url, tmp_path)
    for ask in (lambda: store.put(io.BytesIO(NEW)), lambda: store.has("0" * 32), store.sizes):
        with pytest.raises(errors.StoreForbidden, match="AWS_ACCESS_KEY_ID"):
            list(ask() or ())  # type: ignore[call-overload]


def test_a_missing_bucket_is_one_sentence(s3_url: str, tmp_path: Path) -> None:
    """No bucket is never taken for an empty one, by no way of asking."""
    store = open_bare(s3_url.replace("s3://shop/", "s3://shopp/"), tmp_path)
    for ask in (
        lambda: store.put(io.BytesIO(NEW)),
        lambda: store.has("0" * 32),
        lambda: store.identify("0" * 32),
        lambda: list(store.digests()),
    ):
        with pytest.raises(errors.NoStore, match="There is no bucket shopp at http://127"):
            ask()
    with pytest.raises(errors.NoBucket):
        open_bare(s3_url.replace("s3://shop/", "s3://shopp/"), tmp_path, create=True)


def test_released_drawings_open_while_the_bucket_is_away(
    vault: Vault, people: dict[str, Person], draw: Callable[..., Path], password: str,
    url: str, proxy: Proxy, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Check-in to release through the bucket; then it is away, and the floor goes on reading."""
    from release import audit, desk
    from release.log import ReleaseLog
    from vault import home

    settings.write(vault.root / settings.FILE, storage=url)
    vault.close()
    far = home.open_vault(vault.root)
    eli = people["eli"]
    desk.add_item(far, eli, "10-0042", "Bracket", "mchen")
    desk.check_in(far, eli, "10-0042", {"a.pdf": draw("a.pdf")}, "drawn")
    change = desk.open_change(far, eli, ["10-0042"], "first").order.change
    desk.sign(far, people["mchen"], password, change)
    (revision,) = desk.release(far, eli, change)
    assert audit.verify(far).ok
    proxy.turn("black hole")
    log = ReleaseLog(far)
    assert log.read(revision, "a.pdf", stamped=True).startswith(b"%PDF")
    assert log.path(revision, "a.pdf").is_file()
    came = within(
        lambda: desk.check_in(far, eli, "10-0042", {"b.pdf": draw("b.pdf", "OTHER")}, "more")
    )
    assert isinstance(came, errors.StoreAway)
    assert isinstance(within(lambda: audit.verify(far)), errors.StoreAway)
    proxy.turn("through")
    again = home.open_vault(vault.root)
    desk.check_in(again, eli, "10-0042", {"b.pdf": draw("b.pdf", "OTHER")}, "more")
    assert audit.verify(again).ok
    for one in (far, again):
        one.close()


def test_released_bytes_cannot_be_deleted_where_the_bucket_has_a_lock(
    seaweed: Any, s3_url: str, tmp_path: Path
) -> None:
    """Object Lock refuses its owner; a bucket without one, and no years, hold nothing."""
    client = seaweed.client()
    client.create_bucket(Bucket="locked", ObjectLockEnabledForBucket=True)
    url = s3_url.replace("s3://shop/", "s3://locked/")
    store = open_bare(url, tmp_path, hold_years=1)
    assert isinstance(store, S3Store)
    held, free = store.put(io.BytesIO(NEW)), store.put(io.BytesIO(ALREADY))
    for _ in range(2):
        store.hold(held)
    versions = {
        one["Key"].rpartition("files/md5/")[2].replace("/", ""): (one["Key"], one["VersionId"])
        for one in client.list_object_versions(Bucket="locked")["Versions"]
    }
    key, version = versions[held.md5]
    told = client.get_object_retention(Bucket="locked", Key=key, VersionId=version)["Retention"]
    assert told["Mode"] == "COMPLIANCE"
    assert 364 < (told["RetainUntilDate"].timestamp() - time.time()) / 86400 < 367
    with pytest.raises(client.exceptions.ClientError, match="AccessDenied"):
        client.delete_object(Bucket="locked", Key=key, VersionId=version)
    key, version = versions[free.md5]
    client.delete_object(Bucket="locked", Key=key, VersionId=version)
    with pytest.raises(errors.MissingObject):
        store.hold(free)
    plain = open_bare(s3_url, tmp_path, hold_years=1)
    plain.hold(plain.put(io.BytesIO(NEW)))
