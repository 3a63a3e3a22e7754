# SPDX-License-Identifier: AGPL-3.0-or-later
"""A signature is the one AWS publishes in its examples, and the one botocore makes."""

from __future__ import annotations

import hashlib

import pytest

from vault.objects import _signing
from vault.objects._signing import EMPTY, Keys, encoded, query_of, signed

EXAMPLE = Keys("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "", "us-east-1")
HOST = "examplebucket.s3.amazonaws.com"
AT = "20130524T000000Z"


def test_a_get_is_signed_as_aws_documents_it() -> None:
    """The example of a GET with a range in the S3 reference."""
    told = signed("GET", HOST, "/test.txt", "", {"range": "bytes=0-9"}, EMPTY, EXAMPLE, AT)
    assert told["authorization"].endswith(
        "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
    )


def test_a_put_is_signed_as_aws_documents_it() -> None:
    """The example of a PUT whose key needs to be encoded."""
    headers = {"date": "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY"}
    body = hashlib.sha256(b"Welcome to Amazon S3.").hexdigest()
    told = signed("PUT", HOST, encoded("/test$file.text"), "", headers, body, EXAMPLE, AT)
    assert told["authorization"].endswith(
        "Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"
    )


@pytest.mark.parametrize("token", ["", "a token/of=a role"])
@pytest.mark.parametrize("key", ["/bucket/a b/ü+(1).pdf", "/bucket/files/md5/ab/cd"])
@pytest.mark.parametrize("query", [{}, {"partNumber": "2", "uploadId": "x/y=z~"}])
def test_botocore_signs_the_same(
    monkeypatch: pytest.MonkeyPatch, token: str, key: str, query: dict[str, str]
) -> None:
    """For keys, queries and tokens of every kind both write the same signature."""
    import datetime as dt

    import botocore.auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    class Fixed(botocore.auth.S3SigV4Auth):
        def payload(self, _request: AWSRequest) -> str:
            return EMPTY

    now = dt.datetime(2027, 3, 1, 9, 30, tzinfo=dt.UTC)
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda: now)
    request = AWSRequest(
        "PUT", f"https://{HOST}{encoded(key)}", params=query, headers={"x-amz-meta-a": "b  c"}
    )
    credentials = Credentials(EXAMPLE.access, EXAMPLE.secret, token or None)
    Fixed(credentials, "s3", "eu-central-1").add_auth(request)
    ours = signed(
        "PUT", HOST, encoded(key), query_of(query), {"x-amz-meta-a": "b  c"}, EMPTY,
        Keys(EXAMPLE.access, EXAMPLE.secret, token, "eu-central-1"), "20270301T093000Z",
    )  # fmt: skip
    theirs = request.headers["Authorization"]
    assert ours["authorization"].rpartition("=")[2] == theirs.rpartition("=")[2]


def test_no_secret_stands_in_what_is_sent() -> None:
    """The headers name the key and never the secret."""
    told = signed("GET", HOST, "/x", "", {}, EMPTY, EXAMPLE, AT)
    assert EXAMPLE.secret not in str(told)
    assert _signing.ALGORITHM in told["authorization"]
