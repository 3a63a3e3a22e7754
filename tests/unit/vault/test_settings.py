# SPDX-License-Identifier: AGPL-3.0-or-later
"""``titleblock.toml``: one table of settings, the environment over the file over the defaults."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from vault.errors import BadSettings
from vault.settings import PREFIX, TABLE, Settings, checked, load, write


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a settings file as a person would keep it."""
    path = tmp_path / "titleblock.toml"
    path.write_text('# ours\npublic_url = "https://shop.example/"\nfuture = [1]  # not ours yet\n')
    return path


def test_every_setting_stands_in_the_table_with_its_use() -> None:
    """The table and the value have the same settings, and each row says what it is for."""
    assert [row.name for row in TABLE] == [one.name for one in dataclasses.fields(Settings)]
    assert all(row.what_for and row.variable.startswith(PREFIX) for row in TABLE)
    assert all(row.default == getattr(Settings(), row.name) for row in TABLE)
    assert checked(Path("x")) == Settings()


def test_the_file_overrides_the_defaults_and_the_environment_both(file: Path) -> None:
    """Three layers, the nearest to the running process wins."""
    assert load(file, {}) == Settings(public_url="https://shop.example")
    environ = {
        "TITLEBLOCK_PUBLIC_URL": "http://a.example:81",
        "TITLEBLOCK_TRUSTED_HOSTS": "b.example, .c.example,",
        "TITLEBLOCK_LARGEST_FILE": "4096",
        "TITLEBLOCK_VAULT": "/not/a/setting",
    }
    settings = load(file, environ)
    assert settings.public_url == "http://a.example:81"
    assert settings.largest_file == 4096
    assert settings.hosts == ("a.example", "b.example", ".c.example")


def test_writing_keeps_comments_and_keys_of_later_versions(file: Path) -> None:
    """One setting is changed, everything else in the file stays."""
    settings = write(file, shop_name="Müller & Söhne", trusted_hosts=("x.example",))
    text = file.read_text()
    assert text.startswith("# ours\n")
    assert "future = [1]  # not ours yet" in text
    assert load(file, {}) == settings
    assert settings.shop_name == "Müller & Söhne"
    assert settings.public_url == "https://shop.example"
    assert list(file.parent.iterdir()) == [file]


def test_a_new_file_holds_what_was_set_and_is_private(tmp_path: Path) -> None:
    """`init` writes only what was decided; the ledger's address may hold a password."""
    path = tmp_path / "titleblock.toml"
    write(path, public_url="http://127.0.0.1:8000", ledger="postgresql://u:secret@db/x")
    assert path.read_text().count("=") == 2
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "line",
    [
        "public_url = 1", 'public_url = "ftp://x"', 'public_url = "http://"', 'public_url = "x"',
        'public_url = "https://u:p@x"', 'public_url = "https://x/?a"',
        'public_url = "https://x#a"',
        'public_url = "https://bücher.example"', 'public_url = "https://x:99999"',
        "public_url = 'https://x y'",
        'public_url = "https://x:0"', 'public_url = "https://[::1"',
        'public_url = "https://a\\nb"',
        'storage = ""', 'storage = "ftp://x"', 'ledger = "mysql://x"', 'shop_name = "a\\nb"',
        "trusted_hosts = 'x'", "trusted_hosts = [1]", "trusted_hosts = ['*']",
        "trusted_hosts = ['a b']",
        "largest_file = 'big'", "largest_file = true", "largest_file = 1", "largest_file = 1.5",
        "paper = 'A5'", "time_zone = 'Mars/Olympus'", "time_zone = '../etc/passwd'",
        "source_url = 'x'",
        "public_url = ", "= 1",
    ],
)  # fmt: skip
def test_a_wrong_value_is_refused_by_name(file: Path, line: str) -> None:
    """A setting of another kind, or one that could not work, stops the start and says which."""
    file.write_text(line + "\n")
    with pytest.raises(BadSettings) as refusal:
        load(file, {})
    assert line.partition(" ")[0] in str(refusal.value) or "TOML" in str(refusal.value)
    assert str(file) in str(refusal.value)


def test_all_faults_are_named_at_once(file: Path) -> None:
    """Every wrong setting is named, so that one round of corrections is enough."""
    file.write_text('paper = "A5"\nlargest_file = 0\n')
    with pytest.raises(BadSettings) as refusal:
        load(file, {"TITLEBLOCK_PUBLIC_URL": "nowhere"})
    assert all(word in str(refusal.value) for word in ("paper", "largest_file", "public_url"))


def test_a_wrong_write_changes_nothing(file: Path) -> None:
    """A value or a name that is refused leaves the file as it was."""
    before = file.read_bytes()
    for wrong in ({"paper": "A5"}, {"no_such": "1"}):
        with pytest.raises(BadSettings):
            write(file, **wrong)
    assert file.read_bytes() == before


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    """A vault without settings is named, not guessed."""
    with pytest.raises(BadSettings, match=r"titleblock\.toml"):
        load(tmp_path / "titleblock.toml", {})


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:8000", "https://[::1]:8443", "https://a-b.example/Base/x", "http://shop"],
)
def test_addresses_a_shop_has_are_accepted(url: str) -> None:
    """Numbers, IPv6, a base path and a bare name of the own network."""
    assert checked(Path("x"), public_url=url).public_url == url
