# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every object a row refers to is named by verify when it is lost or changed, and goes with a copy."""

from __future__ import annotations

import importlib
import io
import pkgutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from release import audit
from traveler.nonconformance import opening
from traveler.quality import evidence, importing
from traveler.quality.evidence import Wanted
from vault import backup, home, settings
from vault.ledger import chains, keeping
from vault.ledger import tables as vault_tables
from vault.objects import moving
from vault.objects.opening import open_bare

TEXT = b"Heat 4711, EN 10204 3.1\n"
RESULTS = "balloon,piece,result,unit\n1,1,12.010,mm\n"


def photo(color: str) -> bytes:
    """Return a small picture."""
    out = io.BytesIO()
    Image.new("RGB", (60, 40), color).save(out, "JPEG")
    return out.getvalue()


@pytest.fixture
def filed(shop: Any) -> Any:
    """Return a shop with a photo, a certificate, a document, results from a file, and an NC's photo."""

    def put(name: str, data: bytes) -> Path:
        place = Path(shop.folder) / name
        place.write_bytes(data)
        return place

    def add(kind: str, name: str, data: bytes, **more: Any) -> Any:
        wanted = Wanted(kind=kind, job="J-1", **more)
        return evidence.add(shop.vault, shop.quinn, wanted, {name: put(name, data)})[0]

    add("photo", "bore.jpg", photo("red"), seq=40)
    add("certificate", "mill.txt", TEXT)
    add("document", "note.txt", b"as agreed\n", seq=10)
    importing.take(shop.vault, shop.quinn, "J-1", 40, put("cmm.csv", RESULTS.encode()), "cmm.csv")
    told = opening.Wanted(job="J-1", seq=40, what="bore 12.03", qty=1)
    held = opening.open_new(shop.vault, shop.quinn, told)
    add("photo", "bad bore.jpg", photo("blue"), nonconformance=held.id)
    withdrawn = add("document", "wrong.txt", b"of another job\n")
    evidence.withdraw(shop.vault, shop.quinn, withdrawn.id, "another job's")
    return shop


def verified(root: Path) -> dict[str, str]:
    """Verify a vault opened anew; return what is said by where it is, of evidence and packets."""
    opened = home.open_vault(root)
    report = audit.verify(opened)
    opened.close()
    return {one.where: one.what for one in report.faults if one.kind in {"evidence", "packet"}}


def place_of(root: Path, md5: str) -> Path:
    """Return the object's file."""
    place = root / "objects" / "files" / "md5" / md5[:2] / md5[2:]
    place.chmod(0o644)
    return place


def each(root: Path, change: Callable[[Path], None]) -> dict[str, str]:
    """Do something to each object in turn, put it right again, and return what verify said of each."""
    opened = home.open_vault(root)
    named = {one.where: one.digest for one in keeping.kept(opened.ledger)}
    opened.close()
    said = {}
    for where, digest in named.items():
        place = place_of(root, digest.md5)
        whole = place.read_bytes()
        change(place)
        faults = verified(root)
        assert list(faults) == [where]
        said[where] = faults[where]
        place.write_bytes(whole)
    assert verified(root) == {}
    return said


def test_each_lost_or_changed_file_of_evidence_is_named_in_words(filed: Any) -> None:
    """Job, step, nonconformance, kind and name; of a withdrawn piece too, which is a record."""
    root = filed.vault.root
    gone = each(root, Path.unlink)
    assert list(gone) == [
        "J-1, step 40, photo bore.jpg (evidence 1)",
        "J-1, step 40, photo bore.jpg (evidence 1), the picture drawn anew",
        "J-1, step 40, photo bore.jpg (evidence 1), the small picture",
        "J-1, certificate mill.txt (evidence 2)",
        "J-1, step 10, document note.txt (evidence 3)",
        "J-1, step 40, document cmm.csv (evidence 4)",
        "J-1, NC-0001, photo bad bore.jpg (evidence 5)",
        "J-1, NC-0001, photo bad bore.jpg (evidence 5), the picture drawn anew",
        "J-1, NC-0001, photo bad bore.jpg (evidence 5), the small picture",
        "J-1, document wrong.txt (evidence 6)",
    ]
    assert all("missing" in what and "backup" in what for what in gone.values())

    def flip(place: Path) -> None:
        data = place.read_bytes()
        place.write_bytes(data[:5] + bytes([data[5] ^ 1]) + data[6:])

    changed = each(root, flip)
    assert changed.keys() == gone.keys()
    assert all("not the ones recorded" in what for what in changed.values())


def test_other_bytes_of_the_same_md5_are_not_taken_for_the_ones_recorded(filed: Any) -> None:
    """Somebody who can write the ledger's file tells another sha256: verify compares it."""
    with filed.vault.ledger.writing("quinn") as writing:
        for (name,) in writing.connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'evidence_file'"
        ).all():
            writing.connection.exec_driver_sql(f"DROP TRIGGER {name}")
        writing.connection.exec_driver_sql(
            f"UPDATE evidence_file SET sha256 = '{'0' * 64}' WHERE name = 'mill.txt'"
        )
        writing.record("test.forged", "job/J-1")
    (what,) = verified(filed.vault.root).values()
    assert "not the ones the ledger tells" in what


def test_a_backup_a_restored_vault_and_a_moved_store_have_every_file(
    filed: Any, tmp_path: Path
) -> None:
    """Nothing is lost on any of the ways a vault takes, and `verify` of each says so."""
    vault = filed.vault
    wanted = [one.digest for one in keeping.kept(vault.ledger)]
    assert len(wanted) == 10
    backup.back_up(vault, tmp_path / "copy", lambda _line: None)
    restored = backup.restore(tmp_path / "copy", tmp_path / "again", lambda _line: None)
    assert [restored.objects.fault(one) for one in wanted] == [None] * 10
    restored.close()
    assert verified(tmp_path / "again") == {}
    target = open_bare("elsewhere", vault.root, create=True)
    moving.move(vault.objects, target, moving.journal(vault.root, "elsewhere"))
    settings.write(vault.root / settings.FILE, storage="elsewhere")
    moved = home.open_vault(vault.root)
    assert [moved.objects.fault(one) for one in wanted] == [None] * 10
    moved.close()
    assert verified(vault.root) == {}


def test_no_column_of_objects_is_forgotten() -> None:
    """A new table that refers to objects has to be named to verify: then add it here."""
    import traveler
    from traveler.tables import metadata

    for module in pkgutil.walk_packages(traveler.__path__, "traveler."):
        if module.name.endswith("tables"):
            importlib.import_module(module.name)
    assert {one.keeps for one in chains.chains()} == {"", "traveler.keeping:kept"}
    columns = {
        f"{table.name}.{column.name}"
        for whole in (metadata, vault_tables.metadata)
        for table in whole.sorted_tables
        for column in table.columns
        if "md5" in column.name
    }
    assert columns == {
        "blocker_photo.md5", "evidence_file.md5", "packet.md5", "packet.pdf_md5", "question_file.given_md5",
        "question_file.sent_md5",
    }  # fmt: skip
