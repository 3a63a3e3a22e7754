# SPDX-License-Identifier: AGPL-3.0-or-later
"""The talk with one S3 bucket: signed requests, short time-outs, few tries, plain refusals.

Bytes and lists go over ``_talk``, signed by ``_signing``: an object costs a fraction of the
processor time that boto3 takes, and what is received is watched, so that a server which drips is
given up instead of holding a worker.

boto3 (``_aws``, 0.7 s to load) locks, joins parts, and finds what the environment does not say: it
is left alone where AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are set and the address names an
endpoint.  ``S3Store`` imports this module when it first needs the network.
"""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import io
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from email.message import Message
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final, TypeVar
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree as ET

from vault.errors import NoBucket, StoreAway, StoreForbidden, StoreUnwritable
from vault.objects import _signing as signing
from vault.objects._talk import ANSWER_S, CONNECT_S, PIECE, Answer, Body, Fleeting, Talk, size_of
from vault.objects.address import Address

if TYPE_CHECKING:
    from vault.objects._aws import Account

Told = TypeVar("Told")

ALTOGETHER_S: Final = 6.0
PAUSES_S: Final = (0.1, 0.3, 0.8)
STILL_FAST_S: Final = 1.5  # a try that failed later is not repeated: somebody is waiting
SILENCE_S: Final = 5.0  # after no answer at all, how long nobody waits for one again
KEYS_AT_ONCE: Final = 1000
LARGEST_PAGE: Final = 16 * 1024 * 1024  # bytes of a list of at most a thousand keys
MOST_SAID: Final = 64 * 1024  # bytes of a refusal that are read
CHECKSUM: Final = "x-amz-checksum-sha256"
MD5: Final = "content-md5"

_CODE = re.compile(rb"<Code>([A-Za-z0-9.]{1,80})</Code>")
_SPOILED = {
    "BadDigest",
    "InvalidDigest",
    "XAmzContentSHA256Mismatch",
    "XAmzContentChecksumMismatch",
}
_FLEETING = {"ConditionalRequestConflict", "OperationAborted", "RequestTimeout", "SlowDown"}


class Absent(Exception):
    """There is nothing under this key."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the bucket says of an object: size in bytes, the SHA-256 it computed, its version."""

    size: int
    checksum: str
    version: str


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer whose body was read: status, headers, and the body of a refusal."""

    status: int
    headers: Message | dict[str, str]
    code: str

    @property
    def checksum(self) -> str:
        """Return the SHA-256 the server computed, as S3 writes it."""
        return str(self.headers.get(CHECKSUM, ""))

    @property
    def tag(self) -> str:
        """Return what names the content, the md5 of most objects that were put in one piece."""
        return str(self.headers.get("etag", "")).strip('"')


@dataclass(frozen=True, slots=True)
class _Base:
    """Where the keys of a bucket begin: scheme and host, host alone, path up to the key."""

    root: str
    host: str
    path: str


class Bucket:
    """One bucket; may be used from many threads at once."""

    def __init__(self, address: Address) -> None:
        """Remember the address; nothing is asked yet."""
        self.address = address
        self._silent_until = 0.0
        self._seen = False

    @property
    def where(self) -> str:
        """Return what a refusal calls the bucket."""
        told = Address(self.address.bucket, self.address.prefix)
        return f"{told} ({self.address.endpoint})" if self.address.endpoint else str(told)

    # --- bytes ---------------------------------------------------------------

    def send(
        self, key: str, body: Body, headers: Mapping[str, str], *, checksum: str, only_new: bool
    ) -> Reply | None:  # fmt: skip
        """Put bytes under a key and return the answer, or None where ``only_new`` found some there.

        The server compares the bytes with the checksum before it keeps them, and with a
        ``content-md5`` among the headers: None too where it refuses them for that.
        """
        sent = {**headers, CHECKSUM: checksum}
        if only_new:
            sent["if-none-match"] = "*"
        reply = self._asked(lambda left: self._sent(key, {}, sent, body, left))
        return reply if reply.status == 200 else None

    def send_part(
        self, key: str, upload: str, number: int, body: BinaryIO, begin: int, size: int,
        checksum: str,
    ) -> dict[str, Any]:  # fmt: skip
        """Put one part of a large object and return what its completion needs of it."""
        part = {"partNumber": str(number), "uploadId": upload}
        sent = {CHECKSUM: checksum}
        reply = self._asked(lambda left: self._sent(key, part, sent, (body, begin, size), left))
        return {"ETag": reply.headers["etag"], "PartNumber": number, "ChecksumSHA256": checksum}

    def receive(self, key: str, sink: BinaryIO, most: int | None = None) -> None:
        """Write the bytes under a key into an empty sink, at most one more than ``most``.

        Raises Absent.
        """
        self._asked(lambda left: self._received(key, sink, most, left))

    def facts(self, key: str) -> Facts | None:
        """Return what the bucket says of a key, or None where there is nothing."""
        sent = {"x-amz-checksum-mode": "ENABLED"}
        try:
            reply = self._asked(lambda left: self._sent(key, {}, sent, None, left))
        except Absent:
            self.must_exist()
            return None
        size = int(reply.headers.get("content-length", "-1"))
        return Facts(size, reply.checksum, reply.headers.get("x-amz-version-id", ""))

    # --- everything else -----------------------------------------------------

    def keys(self, prefix: str) -> Iterator[tuple[str, int]]:
        """Yield every key that begins so, with the size of its object in bytes."""
        more: dict[str, str] = {}
        while True:
            asked = {"list-type": "2", "prefix": prefix, "encoding-type": "url",
                     "max-keys": str(KEYS_AT_ONCE), **more}  # fmt: skip
            page = self._page(asked)
            for one in page:
                if _plain(one.tag) == "Contents":  # a search by path takes five times as long
                    told = {_plain(each.tag): each.text or "" for each in one}
                    yield unquote(told.get("Key", "")), int(told.get("Size", "0"))
            if page.findtext("{*}IsTruncated") != "true":
                return
            more = {"continuation-token": page.findtext("{*}NextContinuationToken", "")}

    def _page(self, asked: Mapping[str, str]) -> ET.Element:
        """Return one answer of a list; boto3 would parse a date for each of its thousand keys."""
        text = io.BytesIO()
        try:
            self._asked(lambda left: self._received("", text, LARGEST_PAGE, left, asked))
            return ET.fromstring(text.getvalue())  # noqa: S314 - expat limits entities
        except Absent:
            raise self._no_bucket() from None
        except ET.ParseError:
            raise StoreAway(where=self.where, why="its list cannot be read") from None

    def must_exist(self) -> None:
        """Refuse where there is no such bucket; one that has answered before is not asked again."""
        if not self._seen:
            try:
                self._asked(lambda left: self._sent("", {}, {}, None, left))
            except Absent:
                raise self._no_bucket() from None
            self._seen = True

    def _no_bucket(self) -> NoBucket:
        return NoBucket(bucket=self.address.bucket, where=self.address.endpoint or "AWS")

    def can_lock(self) -> bool:
        """Tell whether the bucket keeps objects that nobody can delete (Object Lock)."""
        return self._can_lock

    @cached_property
    def _can_lock(self) -> bool:
        try:
            told = self.call("get_object_lock_configuration")
        except Absent:
            return False
        return bool(told["ObjectLockConfiguration"].get("ObjectLockEnabled") == "Enabled")

    def hold(self, key: str, version: str, until: dt.datetime) -> None:
        """Let nobody delete a version before a time, not even the owner (COMPLIANCE)."""
        which = {"VersionId": version} if version else {}
        with contextlib.suppress(Absent):
            there = self.call("get_object_retention", Key=key, **which).get("Retention", {})
            if there.get("Mode") == "COMPLIANCE" and there["RetainUntilDate"] >= until:
                return
        retention = {"Mode": "COMPLIANCE", "RetainUntilDate": until}
        self.call("put_object_retention", Key=key, Retention=retention, **which)

    def call(self, operation: str, **told: Any) -> dict[str, Any]:
        """Ask boto3 for an operation on this bucket; raises Absent or a refusal."""
        return self._asked(lambda _left: self._called(operation, told))

    # --- one try -------------------------------------------------------------

    def _called(self, operation: str, told: dict[str, Any]) -> dict[str, Any]:
        from vault.objects import _aws  # noqa: PLC0415 - see the top of the file

        try:
            return self._account.call(operation, told)
        except _aws.Said as said:
            self._judge(said.status, said.code)
            raise Absent from None
        except _aws.Unheard as fault:
            raise Fleeting(str(fault), silent=fault.silent) from None

    def _sent(
        self, key: str, query: Mapping[str, str], headers: Mapping[str, str],
        body: Body | None, left: float,
    ) -> Reply:  # fmt: skip
        """Put a body, or ask for the head."""
        method = "HEAD" if body is None else "PUT"
        with self._request(method, key, query, headers, body, left) as answer:
            reply = Reply(answer.status, answer.headers, _code(answer))
        refused = reply.code in _SPOILED and MD5 in headers
        if reply.status not in {200, 412} and not refused:
            self._judge(reply.status, reply.code)
            raise Absent
        self._seen = True
        return reply

    def _received(
        self, key: str, sink: BinaryIO, most: int | None, left: float,
        query: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        sink.seek(0)
        sink.truncate()
        moved = 0
        with self._request("GET", key, query or {}, {}, None, left) as answer:
            if answer.status != 200:
                self._judge(answer.status, _code(answer))
                raise Absent
            if "content-length" not in answer.headers and query is None:
                raise Fleeting("it does not say how much it sends")
            while piece := answer.read(PIECE):
                sink.write(piece)
                moved += len(piece)
                if most is not None and moved > most:
                    return
        self._seen = True

    def _request(
        self, method: str, key: str, query: Mapping[str, str], headers: Mapping[str, str],
        body: Body | None, left: float,
    ) -> AbstractContextManager[Answer]:  # fmt: skip
        base = self._base
        path, asked = base.path + signing.encoded(key), signing.query_of(query)
        sha256 = signing.EMPTY
        if body is not None:
            sha256 = base64.b64decode(headers[CHECKSUM]).hex()
        at = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        sent = signing.signed(method, base.host, path, asked, headers, sha256, self._keys(), at)
        if body is not None:
            sent["content-length"] = str(size_of(body))
        target = f"{path}{'?' if asked else ''}{asked}"
        return self._talk.asked(method, target, sent, body, left)

    def _keys(self) -> signing.Keys:
        """Return the credentials as they are now; raises StoreForbidden where there are none."""
        return self._of_environment or self._account.keys()

    # --- trying and judging --------------------------------------------------

    def _asked(self, ask: Callable[[float], Told]) -> Told:
        """Try a few times while it is quick, never longer than somebody at a screen waits."""
        begun = time.monotonic()
        if begun < self._silent_until:
            raise StoreAway(where=self.where, why="it did not answer a moment ago")
        for pause in (*PAUSES_S, None):
            try:
                return ask(ALTOGETHER_S - (time.monotonic() - begun))
            except Fleeting as fault:
                if fault.silent:
                    self._silent_until = time.monotonic() + SILENCE_S
                if fault.silent or pause is None or time.monotonic() - begun > STILL_FAST_S:
                    raise StoreAway(where=self.where, why=fault) from None
            time.sleep(pause)
        raise AssertionError("the last pause is None")

    def _judge(self, status: int, code: str) -> None:
        """Raise what an answer that is no success means; return where nothing is there."""
        if code in _SPOILED:
            raise Fleeting("the bytes changed under way")
        if status in {408, 429} or status >= 500 or code in _FLEETING:
            raise Fleeting(f"it answers {code}")
        if code == "NoSuchBucket":
            raise self._no_bucket()
        if status in {301, 307, 308}:
            raise StoreAway(where=self.where, why="the bucket is in another region; add &region=")
        if status in {401, 403} or code in {"InvalidAccessKeyId", "AuthorizationHeaderMalformed"}:
            raise StoreForbidden(where=self.where, why=f"it answers {code}")
        if status != 404:
            raise StoreUnwritable(where=self.where, why=f"it answers {code}")

    # --- made once -----------------------------------------------------------

    @cached_property
    def _account(self) -> Account:
        from vault.objects import _aws  # noqa: PLC0415 - see the top of the file

        return _aws.Account(self.address, self.where, CONNECT_S, ANSWER_S)

    @cached_property
    def _of_environment(self) -> signing.Keys | None:
        return _given(self.address)

    @cached_property
    def _base(self) -> _Base:
        """Return where the keys of the bucket begin."""
        if self._of_environment is not None:
            place = f"{self.address.endpoint}/{self.address.bucket}/x"
        else:
            place = self._account.place("x")
        parts = urlsplit(place)
        return _Base(f"{parts.scheme}://{parts.netloc}", parts.netloc, parts.path[:-1])

    @cached_property
    def _talk(self) -> Talk:
        return Talk(self._base.root)


def _plain(tag: str) -> str:
    """Return the name of an element without its namespace."""
    return tag.rpartition("}")[2]


def _code(answer: Answer) -> str:
    """Read the rest of a short answer and return its S3 code, else its HTTP status."""
    text = b""
    while len(text) < MOST_SAID and (piece := answer.read(MOST_SAID)):
        text += piece
    found = _CODE.search(text)
    return found[1].decode() if found else str(answer.status)


def _given(address: Address) -> signing.Keys | None:
    """Return the keys where environment and address say it all, as boto3 would read them."""
    told = os.environ
    access, secret = told.get("AWS_ACCESS_KEY_ID"), told.get("AWS_SECRET_ACCESS_KEY")
    region = address.region or told.get("AWS_DEFAULT_REGION")
    if not access or not secret or not address.endpoint or address.profile:
        return None
    if told.get("AWS_PROFILE") or told.get("AWS_DEFAULT_PROFILE"):
        return None
    if region is None and _has_configuration():
        return None
    return signing.Keys(access, secret, told.get("AWS_SESSION_TOKEN", ""), region or "us-east-1")


def _has_configuration() -> bool:
    return Path(os.environ.get("AWS_CONFIG_FILE") or "~/.aws/config").expanduser().exists()
