# SPDX-License-Identifier: AGPL-3.0-or-later
"""The address of a bucket is written and read by the same words, and holds no key."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault.objects.address import Address, fault, parse

STEPS = st.text(st.characters(blacklist_characters="/\x7f", min_codepoint=32, codec="utf-8"),
                min_size=1, max_size=20).filter(lambda step: step not in {".", ".."})  # fmt: skip


@given(
    st.from_regex(r"[a-z0-9][a-z0-9-]{1,20}[a-z0-9]", fullmatch=True),
    st.lists(STEPS, max_size=3).map("/".join),
    st.sampled_from(["", "http://127.0.0.1:8333", "https://s3.shop.example"]),
    st.sampled_from(["", "eu-central-1"]),
    st.sampled_from(["", "the shop"]),
)
def test_what_is_written_is_read(
    bucket: str, prefix: str, endpoint: str, region: str, profile: str
) -> None:
    """Every address comes back from its own text."""
    told = Address(bucket, prefix, endpoint, region, profile)
    assert parse(str(told)) == told


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("s3://", "names no bucket"),
        ("s3://UPPER/x", "names no bucket"),
        ("s3://ab", "names no bucket"),
        ("s3://KEY:SECRET@bucket/x", "keys come from"),
        ("s3://bucket/../x", "names no folder"),
        ("s3://bucket/a//b", "names no folder"),
        ("s3://bucket/x?endpoint=ftp://h", "endpoint"),
        ("s3://bucket/x?endpoint=http://u:p@h", "endpoint"),
        ("s3://bucket/x?endpoint=http://h/path", "endpoint"),
        ("s3://bucket/x?secret=y", "option secret"),
        ("s3://bucket/x#y", "holds more"),
    ],
)
def test_an_address_that_cannot_be_meant_is_refused(url: str, why: str) -> None:
    """The words say what is wrong, and never repeat a password."""
    found = fault(url)
    assert found is not None
    assert why in found
    assert "SECRET@" not in found
