# SPDX-License-Identifier: AGPL-3.0-or-later
"""The codes behind every QR and the addresses they stand in."""

from __future__ import annotations

import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault.codes import ALPHABET, KINDS, hashed, new_code, normal_code, parse_qr, qr_address
from vault.errors import BadCode

codes = st.text(ALPHABET, min_size=26, max_size=26)
ALPHANUMERIC = re.compile(r"[0-9A-Z $%*+./:-]+")


def test_codes_are_long_and_never_the_same() -> None:
    """10,000 codes of 130 bits differ, and each sign of the alphabet is drawn about equally."""
    drawn = [new_code() for _ in range(10_000)]
    assert len(set(drawn)) == 10_000
    signs = "".join(drawn)
    assert set(signs) == set(ALPHABET)
    assert all(abs(signs.count(sign) - 8125) < 700 for sign in ALPHABET)
    assert all(normal_code(code) == code for code in drawn)


@given(codes)
def test_typed_codes_are_forgiven_what_people_mistake(code: str) -> None:
    """Small letters, groups, and O, I, L for 0 and 1 lead to the same code."""
    typed = "-".join([code[:5], code[5:10], code[10:]]).lower().replace("0", "o").replace("1", "l")
    assert normal_code(f"  {typed} ") == code
    assert normal_code(code.replace("1", "I")) == code


@pytest.mark.parametrize(
    "text", ["", "A" * 25, "A" * 27, "U" * 26, "A" * 25 + "é", "\u017f" * 26, "\u0660" * 26]
)
def test_what_is_no_code_is_refused(text: str) -> None:
    """A wrong length, the letter U and look-alikes of other scripts are refused."""
    with pytest.raises(BadCode):
        normal_code(text)


@given(codes, st.sampled_from(sorted(KINDS)))
def test_an_address_is_read_back(code: str, kind: str) -> None:
    """What is printed is what is scanned, in any case and behind any base address."""
    for base in ("https://shop.example", "http://10.0.0.7:8000/", "https://x.example/Shop/floor"):
        address = qr_address(base, kind, code)
        assert parse_qr(address) == (kind, code)
        assert parse_qr(address.lower() + "/") == (kind, code)
        assert parse_qr(address + "?from=wall") == (kind, code)


def test_the_address_fits_the_alphanumeric_mode() -> None:
    """Scheme and host are raised, so the QR needs no byte mode; a path keeps its case."""
    address = qr_address("https://shop.example:8443", "r", "0" * 26)
    assert address == f"HTTPS://SHOP.EXAMPLE:8443/R/{'0' * 26}"
    assert ALPHANUMERIC.fullmatch(address)
    assert qr_address("https://a.example/Base/", "t", "0" * 26).startswith(
        "HTTPS://A.EXAMPLE/Base/T/"
    )


@pytest.mark.parametrize(
    "text",
    ["", "/", "HTTPS://SHOP.EXAMPLE/R/", "https://x/q/" + "0" * 26, "0" * 26,
     "/r/" + "0" * 26 + "/x", "WIFI:S:net;;", "/r/" + "0" * 25],
)  # fmt: skip
def test_other_codes_are_refused(text: str) -> None:
    """A QR of something else is refused instead of being taken for one of ours."""
    with pytest.raises(BadCode):
        parse_qr(text)


@given(st.text(max_size=60))
def test_any_scanned_text_is_read_or_refused(text: str) -> None:
    """Whatever a scanner reads, nothing but a refusal comes of it."""
    try:
        kind, code = parse_qr(text)
    except BadCode:
        return
    assert kind in KINDS
    assert normal_code(code) == code


def test_only_the_hash_is_stored() -> None:
    """The hash is SHA-256 of the normal spelling, so a typed code finds the same row."""
    code = new_code()
    assert hashed(code.lower()) == hashlib.sha256(code.encode()).hexdigest()
    with pytest.raises(BadCode):
        hashed("secret")


def test_an_unknown_kind_is_a_fault_of_the_program() -> None:
    """Only the four kinds of address exist."""
    with pytest.raises(ValueError, match="kind"):
        qr_address("https://x", "z", "0" * 26)
