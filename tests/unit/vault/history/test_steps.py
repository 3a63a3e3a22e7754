# SPDX-License-Identifier: AGPL-3.0-or-later
"""What each commit of a chain changed: the same as comparing the trees in full."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

NAMES = st.sampled_from(["a", "b", "d/a", "d/b", "d/e/f", "e/f", "a.d"])
EDITS = st.lists(
    st.dictionaries(NAMES, st.one_of(st.none(), st.binary(max_size=2)), min_size=1, max_size=4),
    min_size=1, max_size=6,
)  # fmt: skip


@given(edits=EDITS)
@settings(max_examples=40)
def test_it_finds_what_a_full_comparison_finds(edits: list[dict[str, bytes | None]]) -> None:
    """Files added, changed, removed, folders that come and go; old and new blob of each."""
    from vault.history import repository
    from vault.history.steps import Steps

    with TemporaryDirectory() as folder:
        history = repository.create(Path(folder) / "x.git")
        steps: Steps = Steps(history)
        before: str | None = None
        for edit in [{"kept": b""}, *edits]:
            made = history.commit(
                "refs/heads/main", edit, message="m\n", author=repository.Author("x", "x"),
                expect=before,
            )  # fmt: skip
            found = {path: (old, new) for path, old, new in steps.changed(before, made)}
            assert sorted(found) == history.changed(before, made)
            for path, (old, new) in found.items():
                was = None if before is None else history.blob(before, path)
                assert (None if old is None else history.blob_of(old)) == was
                assert (None if new is None else history.blob_of(new)) == history.blob(made, path)
            before = made


def test_what_is_no_tree_is_damage() -> None:
    """A tree object cut off in the middle is named, and not read as a shorter one."""
    from vault.errors import DamagedHistory
    from vault.history import raw

    whole = raw.tree([raw.Node("a", raw.FILE, "1" * 40), raw.Node("b", raw.FOLDER, "2" * 40)])
    gone, fresh = raw.differing(b"", whole, "here")
    assert (gone, [one.name for one in fresh]) == ([], ["a", "b"])
    for cut in (whole[:-1], whole + b"x"):
        with pytest.raises(DamagedHistory, match="here"):
            raw.differing(whole, cut, "here")
