# SPDX-License-Identifier: AGPL-3.0-or-later
"""Many files at once into a real bucket: side by side, all of them there before the commit is."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from vault import errors, settings
from vault.history.repository import MAIN
from vault.objects import opening
from vault.objects._s3 import S3Store
from vault.objects.store import Digest

if TYPE_CHECKING:
    from vault.home import Vault

FILES = 24


@pytest.fixture
def shop(vault: Vault, s3_url: str) -> Iterator[tuple[Any, Any]]:
    """Return a vault that keeps its bytes in a bucket, and its engineer."""
    from release import desk
    from vault import home
    from vault.ledger import people

    vault.close()
    settings.write(vault.root / settings.FILE, storage=s3_url)
    opened = home.open_vault(vault.root)
    eli = people.get(opened.ledger, "eli")
    desk.add_item(opened, eli, "10-0042", "Bracket", "mchen")
    yield opened, eli
    opened.close()


@pytest.fixture
def drawn(tmp_path: Path) -> dict[str, Path]:
    """Return many files to check in together; two of them are the same bytes."""
    found = {}
    for count in range(FILES):
        found[f"part {count}, 图.step"] = place = tmp_path / f"{count}.step"
        place.write_bytes(b"STEP %d\n" % max(count, 1) * 3000)
    return found


@pytest.fixture
def side_by_side(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return how many puts were under way at each put into the bucket, each of them real."""
    counted: list[int] = []
    under_way, lock, real = [0], threading.Lock(), S3Store.send

    def send(store: S3Store, *given: Any, **more: Any) -> None:
        with lock:
            under_way[0] += 1
            counted.append(under_way[0])
        try:
            real(store, *given, **more)
        finally:
            with lock:
                under_way[0] -= 1

    monkeypatch.setattr(S3Store, "send", send)
    return counted


def test_files_of_one_check_in_reach_the_bucket_side_by_side_and_before_the_commit(
    shop: Any, drawn: dict[str, Path], side_by_side: list[int], seaweed: Any
) -> None:
    """Every byte is behind the store's back too; the commit names what lies there."""
    from release import desk

    vault, eli = shop
    made = desk.check_in(vault, eli, "10-0042", drawn, "all of it")
    assert len(made.files) == FILES
    assert 1 < max(side_by_side) <= opening.TO_A_BUCKET
    wanted = {hashlib.md5(one.read_bytes(), usedforsecurity=False).hexdigest()
              for one in drawn.values()}  # fmt: skip
    assert len(wanted) == FILES - 1
    place = vault.settings.storage.removeprefix("s3://shop/").partition("?")[0]
    listed = seaweed.client().list_objects_v2(Bucket="shop", Prefix=f"{place}/files/md5/")
    assert {
        one["Key"].rpartition("/md5/")[2].replace("/", "") for one in listed["Contents"]
    } == wanted
    assert vault.history.tip(MAIN) == made.commit
    assert all(vault.objects.identify(one).md5 == one for one in wanted)


def test_one_file_that_does_not_reach_the_bucket_keeps_the_whole_check_in_out(
    shop: Any, drawn: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of it is in history; the same check-in again goes through and sends what is left."""
    from release import desk

    vault, eli = shop
    before, real = vault.history.tip(MAIN), S3Store.send
    lost = hashlib.sha256(drawn[f"part {FILES - 3}, 图.step"].read_bytes()).hexdigest()

    def send(store: S3Store, file: Any, digest: Digest, name: str = "") -> None:
        if digest.sha256 == lost:
            raise errors.StoreAway(where="the bucket", why="connection reset")
        real(store, file, digest, name)

    with monkeypatch.context() as away:
        away.setattr(S3Store, "send", send)
        with pytest.raises(errors.StoreAway):
            desk.check_in(vault, eli, "10-0042", drawn, "all of it")
    assert vault.history.tip(MAIN) == before
    assert len(vault.catalogue.iterations("10-0042")) == 1
    made = desk.check_in(vault, eli, "10-0042", drawn, "all of it")
    assert vault.history.tip(MAIN) == made.commit
    assert len(made.files) == FILES


def test_an_import_into_a_bucket_sends_files_side_by_side(
    shop: Any, tmp_path: Path, side_by_side: list[int]
) -> None:
    """A tree of item folders: each item with its files, all of them proved in the bucket."""
    from release import desk
    from vault import importing

    vault, eli = shop
    for count in range(6):
        folder = tmp_path / "tree" / f"20-000{count} plate"
        folder.mkdir(parents=True)
        for part in range(4):
            (folder / f"{part}.step").write_bytes(b"%d %d\n" % (count, part) * 2000)
    plan = importing.plan(vault, tmp_path / "tree", "mchen")
    done = desk.import_tree(vault, eli, tmp_path / "tree", plan, lambda _count: None)
    assert max(side_by_side) > 1
    assert len(list(vault.objects.digests())) == 24
    assert done is not None
    assert vault.catalogue.item("20-0003") is not None
