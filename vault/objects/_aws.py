# SPDX-License-Identifier: AGPL-3.0-or-later
"""What boto3 is asked: whose keys, where a bucket of AWS is, and operations that are rare.

It takes 0.7 s to load, so ``_bucket`` imports this module only where the environment alone does not
answer.  A client is made once; making one is the only thing boto3 does not do from several threads.
"""

from __future__ import annotations

import threading
from functools import cached_property
from typing import Any, Final

import boto3
import botocore.exceptions
from botocore.config import Config

from vault.errors import StoreForbidden
from vault.objects._signing import Keys
from vault.objects.address import Address

ELSEWHERE: Final = "us-east-1"


class Said(Exception):
    """The server answered that it does not do what was asked: its HTTP status and its code."""

    def __init__(self, status: int, code: str) -> None:
        """Keep both."""
        super().__init__(code)
        self.status = status
        self.code = code


class Unheard(Exception):
    """No answer came; ``silent`` where it was waited for."""

    def __init__(self, why: str, *, silent: bool = False) -> None:
        """Keep why."""
        super().__init__(why)
        self.silent = silent


class Account:
    """The way boto3 finds to a bucket; may be used from many threads at once."""

    def __init__(self, address: Address, where: str, connect_s: float, answer_s: float) -> None:
        """Remember the address, what a refusal calls it, and how long to wait (seconds)."""
        self._address = address
        self._where = where
        self._waits = connect_s, answer_s
        self._making = threading.Lock()

    def keys(self) -> Keys:
        """Return the credentials as they are now: those of a role are new every hour.

        Raises StoreForbidden where there are none.
        """
        session, client = self._made
        try:
            found = session.get_credentials()
            if found is None:
                raise StoreForbidden(where=self._where, why="there are no credentials")
            now = found.get_frozen_credentials()
        except botocore.exceptions.BotoCoreError as fault:
            raise StoreForbidden(where=self._where, why=_words(fault)) from None
        return Keys(now.access_key, now.secret_key, now.token or "", client.meta.region_name)

    def place(self, key: str) -> str:
        """Return the web address of a key; what follows a question mark means nothing."""
        told = {"Bucket": self._address.bucket, "Key": key}
        try:
            return str(self._made[1].generate_presigned_url("get_object", told))
        except botocore.exceptions.BotoCoreError as fault:
            raise StoreForbidden(where=self._where, why=_words(fault)) from None

    def call(self, operation: str, told: dict[str, Any]) -> dict[str, Any]:
        """Return the answer to an operation on the bucket; raises Said, Unheard, StoreForbidden."""
        client = self._made[1]
        try:
            answer: dict[str, Any] = getattr(client, operation)(Bucket=self._address.bucket, **told)
        except botocore.exceptions.ClientError as fault:
            status = fault.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)
            code = fault.response.get("Error", {}).get("Code", status)
            raise Said(status, str(code)) from None
        except (
            botocore.exceptions.ReadTimeoutError,
            botocore.exceptions.ConnectTimeoutError,
        ):
            raise Unheard("it does not answer", silent=True) from None
        except (botocore.exceptions.HTTPClientError, botocore.exceptions.ConnectionError):
            raise Unheard("nothing answers there") from None
        except botocore.exceptions.BotoCoreError as fault:
            raise StoreForbidden(where=self._where, why=_words(fault)) from None
        return answer

    @cached_property
    def _made(self) -> tuple[boto3.Session, Any]:
        """Return a session and a client of it."""
        with self._making:
            if "_made" in vars(self):
                found: tuple[boto3.Session, Any] = vars(self)["_made"]
                return found
            config = Config(
                signature_version="s3v4",
                connect_timeout=self._waits[0],
                read_timeout=self._waits[1],
                retries={"total_max_attempts": 1},
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
                s3={"addressing_style": "path" if self._address.endpoint else "auto"},
            )
            try:
                session = boto3.Session(profile_name=self._address.profile or None)
                region = self._address.region or session.region_name or ELSEWHERE
                client = session.client(
                    "s3", endpoint_url=self._address.endpoint or None, region_name=region,
                    config=config,
                )  # fmt: skip
            except botocore.exceptions.BotoCoreError as fault:
                raise StoreForbidden(where=self._where, why=_words(fault)) from None
            vars(self)["_made"] = session, client
            return session, client


def _words(fault: Exception) -> str:
    """Return what boto3 says as part of a sentence."""
    return str(fault).strip().rstrip(".")
