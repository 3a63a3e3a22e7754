# SPDX-License-Identifier: AGPL-3.0-or-later
"""A new file is written the same whether by hand or by the library that keeps comments."""

from __future__ import annotations

import tomllib

import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from vault import toml_text

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(st.dictionaries(st.from_regex("[A-Za-z0-9_-]{1,8}", fullmatch=True), TEXT, max_size=5))
def test_a_new_file_is_what_the_library_writes(values: dict[str, str]) -> None:
    """Quotes, backslashes, control signs and any script come back; simple texts byte for byte."""
    written = toml_text.changed(None, values)
    assert tomllib.loads(written.decode()) == values
    if all(value.isprintable() and not set('"\\') & set(value) for value in values.values()):
        assert written == tomlkit.dumps(values).encode()
