# SPDX-License-Identifier: AGPL-3.0-or-later
"""Photos of what blocks: cleaned, kept for good, shown where it blocks, and no evidence of anything."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from PIL import Image

from release.rules.packets import HIDDEN, NAMES, Template
from traveler import jobs, sheet
from traveler.blockers import handling
from traveler.blockers.errors import (
    BlockerCannot,
    NoPhoto,
    NoSuchBlocker,
    NoSuchPhoto,
    PhotoWithdrawn,
)
from traveler.blockers.handling import Wanted
from traveler.errors import NoReason, NoSuchJob, OutsideTraveler
from traveler.floor import watching
from traveler.packet import gathering
from traveler.packet.redaction import Redaction
from traveler.quality import proof_desk, views
from traveler.quality.errors import FileNotTaken, TooManyFiles
from vault import cli
from vault.ledger import events, keeping
from vault.ledger.errors import RoleNeeded

HELD = Wanted("machine", "pat", "spindle hums", "J-1", 40)


def photo(color: str = "red") -> bytes:
    """Return a picture that says where it was taken."""
    drawn = Image.new("RGB", (60, 40), color)
    marks = drawn.getexif()
    marks.get_ifd(0x8825).update({1: "N", 2: (47.0, 22.0, 1.0), 3: "E", 4: (8.0, 32.0, 1.0)})
    out = io.BytesIO()
    drawn.save(out, "JPEG", exif=marks)
    return out.getvalue()


def files(shop: Any, **told: bytes) -> dict[str, Path]:
    """Write files aside and return them by name."""
    given = {}
    for name, data in told.items():
        place = shop.folder / f"{name}.jpg"
        place.write_bytes(data)
        given[place.name] = place
    return given


def test_photos_come_with_a_blocker_and_later_and_are_kept_clean(shop: Any) -> None:
    """One place is stripped, the original's hash is on record; sent twice it is one blocker."""
    shop.job("J-1")
    data = photo()
    for _ in range(2):
        made = handling.raise_blocker(shop.vault, shop.otto, HELD, idempotency_key="k1",
                                      files=files(shop, spindle=data))  # fmt: skip
    for _ in range(2):
        handling.add_photos(shop.vault, shop.eli, made.id, files(shop, belt=photo("blue")), "belt",
                            idempotency_key="k2")  # fmt: skip
    (view,) = handling.listing(shop.vault)
    told = [(one.number, one.person, one.file("original").name) for one in view.photos]
    assert told == [(1, "otto", "spindle.jpg"), (2, "eli", "belt.jpg")]
    first = handling.photo(shop.vault, made.id, 1)
    assert shop.vault.objects.read(first.file("original").digest) == data
    for role in ("shown", "thumb"):
        seen = Image.open(io.BytesIO(shop.vault.objects.read(first.file(role).digest)))
        assert not seen.getexif()
    _seen, entries = handling.show(shop.vault, made.id)
    assert [(one.act, one.words) for one in entries] == [("raise", ""), ("photo", "belt")]
    raised = next(one for one in jobs.history(shop.vault, "J-1") if one.kind == "blocker.raise")
    assert raised.facts["photos"] == [["spindle.jpg", first.file("original").digest.sha256]]
    held = jobs.show(shop.vault, "J-1").operations[3].held
    assert [len(one.photos) for one in held] == [2]
    assert list(events.verify(shop.vault.ledger)) == []


def test_a_photo_of_a_blocker_proves_nothing_and_goes_to_nobody(shop: Any) -> None:
    """The step still owes its photo; neither evidence nor packet knows of it."""
    shop.job("J-1")
    handling.raise_blocker(shop.vault, shop.otto, HELD, files=files(shop, spindle=photo()))
    missing = proof_desk.show(shop.vault, "J-1").missing
    owed = {(one.required.seq, one.required.kind) for one in missing}
    assert (40, "photo") in owed
    assert views.evidence_of(shop.vault, "J-1") == []
    packet = gathering.gather(shop.vault, "J-1")
    assert [one.name for one in packet.files if "spindle" in one.name] == []
    whole = Template(people=NAMES, show=frozenset(HIDDEN))
    told = gathering._history(jobs.history(shop.vault, "J-1"), whole, Redaction())
    assert b"spindle hums" in told  # by a template that shows all: the blocker, and not its photo
    assert b"spindle.jpg" not in told + packet.texts["history.csv"]
    kept = [one for one in keeping.kept(shop.vault.ledger) if "spindle" in one.where]
    assert [one.where for one in kept] == [
        "J-1, step 40, blocker 1, photo 1 spindle.jpg",
        "J-1, step 40, blocker 1, photo 1 spindle.jpg, the picture drawn anew",
        "J-1, step 40, blocker 1, photo 1 spindle.jpg, the small picture",
    ]
    assert {one.kind for one in kept} == {"blocker photo"}


def test_what_is_no_photo_or_not_theirs_is_refused(
    shop: Any, refused: Callable[..., Any], tmp_path: Path
) -> None:
    """Nothing is raised with a bad file; closed ones, strangers and other paper are told why."""
    shop.job("J-1")
    shop.job("J-2")
    vault, otto = shop.vault, shop.otto
    with refused(FileNotTaken, "text.jpg is not taken: its name ends in .jpg and its bytes are"):
        handling.raise_blocker(vault, otto, HELD, files=files(shop, text=b"no picture at all"))
    with refused(TooManyFiles, "At most 8 files can be sent at once, and 9 came"):
        many = {f"p{at}": photo() for at in range(9)}
        handling.raise_blocker(vault, otto, HELD, files=files(shop, **many))
    with pytest.raises(NoSuchJob):
        handling.raise_blocker(vault, otto, Wanted("machine", "pat", "x", "J-9"),
                               files=files(shop, text=b"never looked at"))  # fmt: skip
    assert handling.listing(vault) == []
    made = handling.raise_blocker(vault, otto, HELD)
    given = files(shop, spindle=photo())
    with refused(NoPhoto, "No photo was given"):
        handling.add_photos(vault, otto, made.id, {})
    with pytest.raises(RoleNeeded):
        handling.add_photos(vault, shop.cora, made.id, given)
    with pytest.raises(NoSuchBlocker):
        handling.add_photos(vault, otto, 99, given)
    with refused(NoSuchPhoto, f"Blocker {made.id} has no photo 1; it has none"):
        handling.photo(vault, made.id, 1)
    other = sheet.print_traveler(vault, shop.pat, "J-2", tmp_path / "t.pdf")
    code = other.addresses[0][1].rpartition("/")[2]
    with pytest.raises(OutsideTraveler):
        handling.add_photos(vault, otto, made.id, given, token=code)
    handling.resolve(vault, shop.pat, made.id, "belt tightened")
    assert handling.add_photos(vault, otto, made.id, given).state == "resolved"
    handling.close(vault, shop.pat, made.id)
    with refused(BlockerCannot, "is closed, so nobody can add a photo to it"):
        handling.add_photos(vault, otto, made.id, given)


def test_the_command_line_takes_photos(shop: Any) -> None:
    """With the blocker and later; `--json` names them with their sums; one name twice is refused."""
    from click.testing import CliRunner

    from vault import cli

    shop.job("J-1")
    place = files(shop, spindle=photo())["spindle.jpg"]
    base = ["--vault", str(shop.vault.root), "--as", "otto"]
    raising = ["block", "J-1", "--type", "machine", "--owner", "pat", "-m", "hums", "--json"]
    told = CliRunner().invoke(cli.trunk(), [*base, *raising, "--photo", str(place)])
    assert told.exit_code == 0, told.output
    made = json.loads(told.output)
    assert [one["name"] for one in made["photos"]] == ["spindle.jpg"]
    more = CliRunner().invoke(cli.trunk(), [*base, "block", "photo", str(made["id"]), str(place)])
    assert more.exit_code == 0, more.output
    shown = CliRunner().invoke(cli.trunk(), [*base, "block", "show", str(made["id"])])
    assert "photo 2: spindle.jpg (otto, " in shown.output
    twice = CliRunner().invoke(
        cli.trunk(), [*base, "block", "photo", str(made["id"]), str(place), str(place)]
    )
    assert (twice.exit_code, "spindle.jpg is named twice" in twice.output) == (2, True)


def test_a_wrong_photo_is_withdrawn_and_stays_on_record(
    shop: Any, refused: Callable[..., Any], tmp_path: Path
) -> None:
    """With a reason, once, by anybody who works here; no screen of the floor shows it any more."""
    shop.job("J-1")
    vault, otto = shop.vault, shop.otto
    made = handling.raise_blocker(vault, otto, HELD, files=files(shop, cat=photo(), belt=photo()))
    with refused(NoReason, "The withdrawn photo needs a reason"):
        handling.withdraw_photo(vault, otto, made.id, 1, " ")
    with refused(NoSuchPhoto, f"Blocker {made.id} has no photo 3; it has 1, 2"):
        handling.withdraw_photo(vault, otto, made.id, 3, "x")
    with pytest.raises(RoleNeeded):
        handling.withdraw_photo(vault, shop.cora, made.id, 1, "x")
    with pytest.raises(NoSuchBlocker):
        handling.withdraw_photo(vault, otto, 99, 1, "x")
    paper = sheet.print_traveler(vault, shop.pat, "J-1", tmp_path / "t.pdf")
    code = paper.addresses[0][1].rpartition("/")[2].lower()
    before, _view = watching.tagged(vault, code)
    assert handling.withdraw_photo(vault, shop.eli, made.id, 1, "my cat").state == "open"
    after, view = watching.tagged(vault, code)
    assert after != before  # so that tablets fetch the page again
    assert [[shot.number for shot in one.photos] for one in view.view.blockers] == [[2]]
    seen, entries = handling.show(vault, made.id)
    assert [(one.number, one.taken and one.taken.why) for one in seen.every_photo] == [
        (1, "my cat"), (2, None),
    ]  # fmt: skip
    told = seen.as_json()
    assert [one["photo"] for one in told["photos"]] == [2]
    assert [one["withdrawn"]["person"] for one in told["withdrawn_photos"]] == ["eli"]
    assert (entries[-1].act, entries[-1].words) == ("withdraw", "my cat")
    event = next(one for one in jobs.history(vault, "J-1") if one.kind == "blocker.withdraw")
    assert (event.facts["photo"], event.facts["name"]) == (1, "cat.jpg")
    kept = handling.photo(vault, made.id, 1).file("original").digest
    assert vault.objects.read(kept) == photo()
    with refused(PhotoWithdrawn, f"Photo 1 of blocker {made.id} was withdrawn by eli already"):
        handling.withdraw_photo(vault, otto, made.id, 1, "again")
    handling.resolve(vault, shop.pat, made.id, "tightened")
    handling.close(vault, shop.pat, made.id)
    assert handling.withdraw_photo(vault, otto, made.id, 2, "not ours").state == "closed"
    assert list(events.verify(vault.ledger)) == []
    base = ["--vault", str(vault.root), "--as", "otto"]
    shown = CliRunner().invoke(cli.trunk(), [*base, "block", "show", str(made.id)])
    assert "photo 2 WITHDRAWN: not ours (otto, " in shown.output
    twice = CliRunner().invoke(
        cli.trunk(), [*base, "block", "withdraw", str(made.id), "2", "-m", "x"]
    )
    assert isinstance(twice.exception, PhotoWithdrawn)
