# SPDX-License-Identifier: AGPL-3.0-or-later
"""``item.toml`` and the folder an item gets."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault.errors import BadItemNumber, BadManifest
from vault.item import KINDS, Item, default_folder, parse, write
from vault.names import fold, item_number, path_fault

FILE = b"""# the bracket of the pump
number = "10-0042"
title  = "Bracket, motor mount"
kind   = "part"            # part assembly drawing
owner  = "mchen"

material = "6061-T6"       # anodised
checked = 2026-03-01
[finish]
colour = "black" # RAL 9005
"""


def _is_number(text: str) -> bool:
    try:
        item_number(text)
    except BadItemNumber:
        return False
    return True


numbers = st.text(string.ascii_letters + string.digits + "._-", min_size=1, max_size=32)
keys = st.text(string.ascii_letters + string.digits + " _-ä", min_size=1, max_size=20).filter(
    lambda key: key == key.strip() and key not in {"number", "title", "kind", "owner"}
)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
values = st.recursive(
    texts | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(-1e9, 1e9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
titles = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp"]), min_size=1, max_size=60
).filter(str.strip)
items = st.builds(
    Item,
    numbers.filter(_is_number),
    titles,
    st.sampled_from(KINDS),
    st.from_regex(r"[a-z][a-z0-9._-]{1,31}", fullmatch=True),
    st.dictionaries(keys, values, max_size=4),
)


@given(items)
def test_what_is_written_is_read_back(item: Item) -> None:
    """An item survives writing and reading, its metadata included."""
    assert parse(write(item, None), "item.toml") == item


@given(items)
def test_a_rewritten_file_keeps_what_is_not_changed(item: Item) -> None:
    """Any item can be written over a file of people, and their first comment stays."""
    text = write(item, FILE)
    assert parse(text, "item.toml") == item
    assert text.startswith(b"# the bracket of the pump\n")


def test_comments_order_and_unknown_keys_stay() -> None:
    """Changing the title changes one line."""
    item = parse(FILE, "x/item.toml")
    assert item.metadata == {
        "material": "6061-T6", "checked": "2026-03-01", "finish": {"colour": "black"},
    }  # fmt: skip
    renamed = Item(item.number, "Bracket, left", item.kind, item.owner, item.metadata)
    before, after = FILE.decode().splitlines(), write(renamed, FILE).decode().splitlines()
    changed = [pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]]
    assert changed == [('title  = "Bracket, motor mount"', 'title  = "Bracket, left"')]
    assert write(item, FILE) == FILE


def test_a_dropped_key_is_removed() -> None:
    """Metadata an item no longer has leaves the file."""
    item = parse(FILE, "item.toml")
    bare = Item(item.number, item.title, item.kind, item.owner)
    assert parse(write(bare, FILE), "item.toml") == bare


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "no number"),
        (b'number = "a/b"\ntitle = "x"\nkind = "part"\nowner = "mchen"', "“a/b”"),
        (b'number = 12\ntitle = "x"\nkind = "part"\nowner = "mchen"', "no number"),
        (FILE.replace(b"Bracket, motor mount", b""), "no title"),
        (FILE.replace(b"Bracket, motor mount", b"a\\nb"), "line break"),
        (FILE.replace(b"Bracket, motor mount", b"x" * 201), "longer than 200"),
        (FILE.replace(b'"part"', b'"thing"'), "kind"),
        (FILE.replace(b'"part"', b'["part"]'), "kind"),
        (FILE.replace(b"mchen", b"M. Chen"), "owner"),
        (FILE.replace(b'owner  = "mchen"', b""), "owner"),
        (FILE.replace(b'"6061-T6"', b"nan"), "finite"),
        (FILE + b"x = [" * 3000, "nested|TOML"),
        (FILE.replace(b'"6061-T6"', b"[" * 20 + b"]" * 20), "nested"),
        (FILE + b'"" = 1\n[""]', "key|TOML"),
        (b"\xff\xfe", "UTF-8"),
        (b"number = ", "TOML"),
        (b"#" * 300_000, "larger"),
        (b'number="1"\nnumber="2"', "TOML"),
    ],
)
def test_a_bad_file_is_refused_with_every_fault(text: bytes, said: str) -> None:
    """What cannot be an item is refused, naming file and fault."""
    with pytest.raises(BadManifest, match=said) as refusal:
        parse(text, "x/item.toml")
    assert str(refusal.value).startswith("x/item.toml ")


def test_all_faults_are_named_at_once() -> None:
    """Nobody should have to correct one file five times."""
    with pytest.raises(BadManifest) as refusal:
        parse(b'number = "CON"', "item.toml")
    assert all(word in str(refusal.value) for word in ("number", "title", "kind", "owner"))


@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    """Any bytes that are no item are refused as such."""
    with pytest.raises(BadManifest):
        parse(data, "item.toml")


def test_windows_line_ends_and_a_byte_order_mark_are_read() -> None:
    """Editors on Windows write both."""
    text = b"\xef\xbb\xbf" + FILE.replace(b"\n", b"\r\n")
    assert parse(text, "item.toml") == parse(FILE, "item.toml")
    assert parse(write(parse(text, "item.toml"), text), "item.toml") == parse(FILE, "item.toml")


@given(numbers.filter(_is_number), numbers.filter(_is_number))
def test_default_folders_are_lawful_and_never_shared(one: str, other: str) -> None:
    """Every number has a lawful folder; only the same number, in any case, has the same one."""
    assert path_fault(default_folder(one) + "/item.toml") is None
    assert (fold(default_folder(one)) == fold(default_folder(other))) == (fold(one) == fold(other))
    assert default_folder(one).count("/") == 3


def test_the_default_folder() -> None:
    """The form the design shows, and the letters that must not make twin folders."""
    assert default_folder("10-0042") == "items/10/10-00/10-0042"
    assert default_folder("AB-0042") == "items/ab/ab-00/AB-0042"
    assert default_folder("a.b-1") == "items/a/a.b-1/a.b-1"
    assert default_folder("7") == "items/7/7/7"
