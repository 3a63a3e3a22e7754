# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where the environment says it all boto3 is left alone, and would have said the same."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from vault.objects import _aws, _bucket
from vault.objects.address import Address

KEYS = {"AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "secret"}
HERE = "http://127.0.0.1:1"


@pytest.fixture(autouse=True)
def empty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin with nothing of AWS in the environment."""
    for name in [one for one in os.environ if one.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.mark.parametrize(
    ("told", "address"),
    [
        (KEYS, Address("shop", endpoint=HERE)),
        (KEYS, Address("shop", "folder", endpoint=HERE, region="eu-central-1")),
        ({**KEYS, "AWS_DEFAULT_REGION": "eu-west-1"}, Address("shop", endpoint=HERE)),
        ({**KEYS, "AWS_SESSION_TOKEN": "passing"}, Address("a.b.shop", endpoint=HERE)),
    ],
)
def test_boto3_would_say_the_same(
    monkeypatch: pytest.MonkeyPatch, told: dict[str, str], address: Address
) -> None:
    """Keys, token, region and the place of the bucket."""
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    account = _aws.Account(address, "there", 1, 1)
    assert _bucket._given(address) == account.keys()
    base = _bucket.Bucket(address)._base
    assert f"{base.root}{base.path}x" == account.place("x").partition("?")[0]


@pytest.mark.parametrize(
    ("told", "address"),
    [
        ({}, Address("shop", endpoint=HERE)),
        ({"AWS_ACCESS_KEY_ID": "AKIA"}, Address("shop", endpoint=HERE)),
        (KEYS, Address("shop")),
        (KEYS, Address("shop", endpoint=HERE, profile="other")),
        ({**KEYS, "AWS_PROFILE": "other"}, Address("shop", endpoint=HERE)),
    ],
)
def test_everything_else_is_left_to_boto3(
    monkeypatch: pytest.MonkeyPatch, told: dict[str, str], address: Address
) -> None:
    """A profile, a bucket of AWS itself, or keys that are not there."""
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    assert _bucket._given(address) is None


def test_a_configured_region_is_left_to_boto3(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Only a file can name another region, so where there is one it is read."""
    (tmp_path / "config").write_text("[default]\nregion = eu-north-1\n")
    for name, value in {**KEYS, "AWS_CONFIG_FILE": str(tmp_path / "config")}.items():
        monkeypatch.setenv(name, value)
    assert _bucket._given(Address("shop", endpoint=HERE)) is None
    assert _bucket.Bucket(Address("shop", endpoint=HERE))._keys().region == "eu-north-1"


def test_boto3_is_not_loaded() -> None:
    """Asking a server that is not there shows what was loaded to find out."""
    program = (
        "import sys\nfrom vault.objects._bucket import Bucket\n"
        "from vault.objects.address import Address\nfrom vault.errors import StoreAway\n"
        f"try:\n    Bucket(Address('shop', endpoint='{HERE}')).must_exist()\n"
        "except StoreAway:\n    print({'boto3', 'botocore'} & set(sys.modules))\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", program], env=os.environ | KEYS, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert told.stdout.strip() == "set()"
