# SPDX-License-Identifier: AGPL-3.0-or-later
"""Packets: issued once all is right, checked with stock tools, replaced and withdrawn for ever."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

PLAIN = getattr(sys, "_base_executable", sys.executable)  # outside of the environment


def waived(shop: Any, job: str = "J-1") -> None:
    """Set the proof of the last step aside, as quality may."""
    from traveler.quality import proof_desk

    for kind in ("measurement", "photo"):
        proof_desk.waive(shop.vault, shop.quinn, job, kind, "first article of May stands")


def work(shop: Any, job: str = "J-1") -> None:
    """Do every operation of a job."""
    from traveler import jobs
    from traveler.floor import starting, stopping

    waived(shop, job)
    for one in jobs.show(shop.vault, job).operations:
        starting.start(shop.vault, shop.otto, job, one.operation.seq)
        stopping.finish(shop.vault, shop.otto, job, one.operation.seq)


@pytest.fixture
def done(drawn: Any) -> Any:
    """Return the shop whose job J-1 is done."""
    work(drawn)
    return drawn


@pytest.fixture
def issue(done: Any) -> Callable[..., Any]:
    """Return a function that issues the packet of J-1 as quality."""
    from traveler.packet import issuing

    return lambda why="": issuing.issue(done.vault, done.quinn, "J-1", why)


@pytest.fixture
def zipped(done: Any, issue: Any, tmp_path: Path) -> Path:
    """Return the zip of an issued packet, as a customer saved it."""
    from traveler.packet import issuing

    place = tmp_path / "PP-0001-1.zip"
    shutil.copyfile(issuing.file_of(done.vault, issue()), place)
    return place


def unpacked(zipped: Path) -> Path:
    """Unpack a zip beside it and return the packet's folder."""
    with zipfile.ZipFile(zipped) as packed:
        packed.extractall(zipped.parent / "out")
    return zipped.parent / "out" / zipped.stem


def verified(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the verifier inside with a plain Python, cut off from everything of ours."""
    return subprocess.run(
        [PLAIN, "-I", str(folder / "verify.py")], capture_output=True, text=True, check=False,
        env={"PATH": "/nowhere"}, cwd="/",
    )  # fmt: skip


def test_a_packet_holds_the_story_and_the_drawing(done: Any, issue: Any) -> None:
    """The readable part names job, revision, steps and people, and ends with the released pages."""
    import pymupdf

    from release.log import ReleaseLog
    from traveler.packet import issuing

    made = issue()
    assert (made.label, made.rev, made.state, made.person) == ("PP-0001", 1, "valid", "quinn")
    log = ReleaseLog(done.vault)
    released = log.path(log.wanted("10-0042", "B"), "bracket.pdf", stamped=True)
    with (
        pymupdf.open(issuing.file_of(done.vault, made, pdf=True)) as packet,
        pymupdf.open(released) as drawing,
    ):
        assert packet.page_count == made.pages
        told = "\n".join(page.get_text() for page in packet)
        for words in ("PP-0001, revision 1", "10-0042 revision B", "Mill first side", "O.L.",
                      "Deviations, waivers and overrides", "first article of May stands"):  # fmt: skip
            assert words in told
        last = packet[packet.page_count - 1]
        assert last.get_pixmap(dpi=72).samples == drawing[0].get_pixmap(dpi=72).samples
        assert [title for _level, title, _page in packet.get_toc()] == [
            "Cover", "Contents", *made.contents
        ]  # fmt: skip
        for _level, title, page in packet.get_toc()[2:-1]:
            assert title in packet[page - 1].get_text()


def test_the_cover_leads_to_its_address(done: Any, issue: Any, tmp_path: Path) -> None:
    """The QR is read from a picture of the printed cover, and its code is known as a hash only."""
    import pymupdf
    import zxingcpp
    from PIL import Image

    from traveler.packet import issuing
    from vault import codes

    made = issue()
    with pymupdf.open(issuing.file_of(done.vault, made, pdf=True)) as packet:
        pixels = packet[0].get_pixmap(dpi=150, colorspace="gray")
    picture = Image.frombytes("L", (pixels.width, pixels.height), pixels.samples)
    (found,) = zxingcpp.read_barcodes(picture)
    kind, code = codes.parse_qr(found.text)
    assert kind == "p"
    assert issuing.by_code(done.vault, code).id == made.id
    assert code.encode() not in (done.vault.root / "ledger.db").read_bytes()


def test_the_zip_verifies_with_its_verifier_and_stock_tools(zipped: Path) -> None:
    """Plain Python, sha256sum and ssh-keygen all find it good, without the vault."""
    folder = unpacked(zipped)
    told = verified(folder)
    assert (told.returncode, told.stdout.splitlines()[0][:30]) == (
        0,
        "GOOD: packet PP-0001 revision ",
    )
    sums = ["sha256sum", "--check", "--strict", "MANIFEST.sha256"]
    assert subprocess.run(sums, cwd=folder, capture_output=True, check=False).returncode == 0
    words = ["ssh-keygen", "-Y", "verify", "-f", "allowed_signers", "-I", "titleblock@localhost",
             "-n", "titleblock-packet", "-s", "MANIFEST.sha256.sig"]  # fmt: skip
    manifest = (folder / "MANIFEST.sha256").read_bytes()
    checked = subprocess.run(words, cwd=folder, input=manifest, capture_output=True, check=False)
    assert checked.returncode == 0, checked.stderr
    listed = {line.partition("  ")[2] for line in manifest.decode().splitlines()}
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert there - listed == {"MANIFEST.sha256", "MANIFEST.sha256.sig"}
    assert {"packet.pdf", "packet.json", "drawing/bracket.pdf", "history.csv"} <= listed


def test_one_changed_byte_anywhere_is_named(zipped: Path) -> None:
    """In every file of the packet, the last byte turned round is found and the file named."""
    folder = unpacked(zipped)
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        name = path.relative_to(folder).as_posix()
        if name == "verify.py":
            continue  # it would have to find itself out; the two stock tools do
        kept = path.read_bytes()
        path.write_bytes(kept[:-2] + bytes([kept[-2] ^ 1]) + kept[-1:])
        told = verified(folder)
        assert told.returncode == 5, name
        assert name in told.stdout
        path.write_bytes(kept)
    assert verified(folder).returncode == 0


def test_the_command_knows_more_than_the_zip(done: Any, issue: Any, zipped: Path) -> None:
    """Valid, replaced, revoked; repacked bytes and a zip of another vault are named."""
    from traveler.packet import issuing, verifying

    assert verifying.verify(done.vault, zipped).as_json()["ok"]
    issue("customer asked for the heat number")
    assert verifying.verify(done.vault, zipped).state == "replaced"
    issuing.revoke(done.vault, done.quinn, "PP-0001 1", "wrong heat number")
    found = verifying.verify(done.vault, zipped)
    assert (found.good, found.state) == (True, "revoked")
    assert "wrong heat number" in found.says
    folder = unpacked(zipped)
    again = shutil.make_archive(str(zipped.parent / "again"), "zip", folder.parent, folder.name)
    assert verifying.verify(done.vault, Path(again)).faults == (
        "the zip is not the one that was issued; its packing was changed",
    )


def _hostile(place: Path, entries: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in entries.items():
            packed.writestr(name, data)
    return place


@pytest.mark.parametrize(
    ("entries", "why"),
    [({"a/x": b"1"}, "no manifest"), ({"../x": b"1"}, "leads out"), ({"/etc/x": b"1"}, "leads out"),
     ({"a/x": b"1", "a/X": b"2"}, "one name"), ({"a/b\n": b""}, "leads out"),
     ({"a/zeros": b"\0" * 30_000_000}, "unpack to more"),
     ({f"a/{n}": b"" for n in range(5001)}, "unpack to more")],
)  # fmt: skip
def test_hostile_zips_are_refused(
    done: Any, tmp_path: Path, entries: dict[str, bytes], why: str
) -> None:
    """Nothing of it is written anywhere but aside."""
    from traveler.packet import verifying
    from traveler.packet.errors import BadPacketFile

    with pytest.raises(BadPacketFile, match=why):
        verifying.verify(done.vault, _hostile(tmp_path / "x.zip", entries))
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("data", [b"", b"PK\3\4", b"%PDF-1.7", b"\0" * 1000])
def test_what_is_no_zip_is_refused(done: Any, tmp_path: Path, data: bytes) -> None:
    """One sentence."""
    from traveler.packet import verifying
    from traveler.packet.errors import BadPacketFile

    place = tmp_path / "x.zip"
    place.write_bytes(data)
    with pytest.raises(BadPacketFile, match="cannot be unpacked"):
        verifying.verify(done.vault, place)


def test_an_unfinished_job_gets_no_packet(drawn: Any) -> None:
    """All that is open is named at once, and no number is used up."""
    from traveler.packet import issuing
    from traveler.packet.errors import PacketNotReady

    with pytest.raises(PacketNotReady, match="step 10, 20, 30, 40 is not done"):
        issuing.issue(drawn.vault, drawn.quinn, "J-1")
    work(drawn)
    assert issuing.issue(drawn.vault, drawn.quinn, "J-1").label == "PP-0001"


def test_a_job_on_an_overtaken_revision_gets_no_packet(done: Any) -> None:
    """Nobody proves parts of a revision that is not the one, until that is decided."""
    from traveler.packet import issuing
    from traveler.packet.errors import PacketNotReady

    done.release_drawing("THIRD")
    with pytest.raises(PacketNotReady, match="B is superseded"):
        issuing.issue(done.vault, done.quinn, "J-1")


@pytest.mark.parametrize("name", ["eli", "mchen", "pat", "otto", "cora"])
def test_only_quality_issues_and_withdraws(done: Any, issue: Any, name: str) -> None:
    """Whoever made or planned the parts does not answer for them."""
    from traveler.packet import issuing
    from vault.ledger.errors import RoleNeeded

    made = issue()
    person = done.people[name]
    with pytest.raises(RoleNeeded):
        issuing.issue(done.vault, person, "J-1", "again")
    with pytest.raises(RoleNeeded):
        issuing.revoke(done.vault, person, made.label, "why not")


def test_a_second_packet_of_a_job_is_a_revision_with_a_reason(done: Any, issue: Any) -> None:
    """Without one it is refused; the first then says by what it was replaced."""
    from traveler.packet import issuing
    from traveler.packet.errors import PacketNeedsReason

    issue()
    with pytest.raises(PacketNeedsReason, match="PP-0001"):
        issue()
    second = issue("heat number added")
    assert (second.label, second.rev, second.reason) == ("PP-0001", 2, "heat number added")
    first = issuing.show(done.vault, "PP-0001 1")
    assert (first.state, first.why) == ("replaced", "by revision 2")
    assert issuing.show(done.vault, "pp-1").rev == 2


def test_a_withdrawn_packet_is_never_sent_again(done: Any, issue: Any) -> None:
    """At once, with the reason; withdrawing twice is a conflict, and so is nothing undone."""
    from traveler.errors import BadWords
    from traveler.packet import issuing
    from traveler.packet.errors import NoSuchPacket, PacketIsRevoked, PacketRevoked

    made = issue()
    with pytest.raises(BadWords):
        issuing.revoke(done.vault, done.quinn, made.label, " ")
    revoked = issuing.revoke(done.vault, done.quinn, made.label, "parts mixed up")
    for pdf in (True, False):
        with pytest.raises(PacketRevoked, match="parts mixed up"):
            issuing.file_of(done.vault, revoked, pdf=pdf)
    with pytest.raises(PacketIsRevoked):
        issuing.revoke(done.vault, done.quinn, made.label, "again")
    with pytest.raises(NoSuchPacket):
        issuing.show(done.vault, "PP-0099")


def test_what_happens_meanwhile_stops_the_packet(
    done: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A note written while the packet is drawn would be missing in it: nothing is issued."""
    from traveler.floor import noting
    from traveler.packet import issuing, packing
    from traveler.packet.errors import PacketOvertaken

    real = packing.pack

    def overtaken(*given: Any, **more: Any) -> Any:
        noting.note(done.vault, done.otto, "J-1", 20, "one corner was dented")
        return real(*given, **more)

    monkeypatch.setattr(packing, "pack", overtaken)
    with pytest.raises(PacketOvertaken):
        issuing.issue(done.vault, done.quinn, "J-1")
    assert issuing.listing(done.vault) == []
    monkeypatch.undo()
    assert issuing.issue(done.vault, done.quinn, "J-1").label == "PP-0001"


def test_stored_bytes_are_the_record(done: Any, issue: Any) -> None:
    """They are sent as they were stored, whatever happened since; a damaged object is refused."""
    from traveler.floor import noting
    from traveler.packet import issuing
    from vault.errors import DamagedObject

    made = issue()
    before = issuing.file_of(done.vault, made).read_bytes()
    assert hashlib.sha256(before).hexdigest() == made.zip.sha256
    noting.note(done.vault, done.otto, "J-1", 20, "seen later")
    path = issuing.file_of(done.vault, issuing.show(done.vault, made.label))
    assert path.read_bytes() == before
    path.chmod(0o644)
    path.write_bytes(before[:-1] + b"x")
    with pytest.raises(DamagedObject):
        issuing.file_of(done.vault, made)


def test_an_override_is_named_in_the_packet_for_ever(drawn: Any) -> None:
    """A start past a blocker stands in the section nobody can leave out."""
    import pymupdf

    from traveler.blockers import handling
    from traveler.floor import starting, stopping
    from traveler.packet import issuing

    shop = drawn
    wanted = handling.Wanted("material", "pat", "bar is short", job="J-1")
    made = handling.raise_blocker(shop.vault, shop.pat, wanted)
    starting.start(shop.vault, shop.pat, "J-1", 10, override="customer sent his own bar")
    stopping.finish(shop.vault, shop.otto, "J-1", 10)
    handling.resolve(shop.vault, shop.pat, made.id, "came")
    waived(shop)
    for seq in (20, 30, 40):
        starting.start(shop.vault, shop.otto, "J-1", seq)
        stopping.finish(shop.vault, shop.otto, "J-1", seq)
    packet = issuing.issue(shop.vault, shop.quinn, "J-1")
    with pymupdf.open(issuing.file_of(shop.vault, packet, pdf=True)) as read:
        told = " ".join(" ".join(page.get_text().split()) for page in read)
    assert "started past blocker" in told
    assert "customer sent his own bar" in told


def test_at_the_terminal(done: Any, tmp_path: Path) -> None:
    """Check, issue, list, get, verify, revoke; each with what programs read."""
    from click.testing import CliRunner

    from vault import cli

    def run(*words: str, who: str = "quinn") -> Any:
        given = ["--vault", str(done.vault.root), "--as", who, "packet", *words, "--json"]
        return CliRunner().invoke(cli.trunk(), given)

    assert json.loads(run("check", "J-1").stdout)["ready"] is True
    made = json.loads(run("issue", "J-1").stdout)
    assert (made["packet"], made["rev"], len(made["sha256"])) == ("PP-0001", 1, 64)
    assert [one["packet"] for one in json.loads(run("list").stdout)] == ["PP-0001"]
    out = tmp_path / "out.zip"
    assert json.loads(run("get", "PP-0001", "-o", str(out)).stdout)["sha256"] == made["sha256"]
    assert hashlib.sha256(out.read_bytes()).hexdigest() == made["sha256"]
    assert json.loads(run("verify", str(out)).stdout)["ok"] is True
    assert run("revoke", "PP-0001", "-m", "mixed up").exit_code == 0
    after = run("verify", str(out))
    assert (after.exit_code, json.loads(after.stdout)["state"]) == (1, "revoked")
    out.write_bytes(out.read_bytes()[:-30])
    assert run("verify", str(out)).exit_code != 0
    assert run("get", "PP-0001", "-o", str(out), who="otto").exit_code != 0


def test_owed_proof_and_open_nonconformances_hold_the_packet(drawn: Any) -> None:
    """Each is named with what to do; when they are dealt with, the packet says how."""
    from traveler import jobs
    from traveler.floor import starting, stopping
    from traveler.nonconformance import opening
    from traveler.packet import issuing
    from traveler.packet.errors import PacketNotReady

    shop = drawn
    for seq in (10, 20, 30):
        starting.start(shop.vault, shop.otto, "J-1", seq)
        stopping.finish(shop.vault, shop.otto, "J-1", seq)
    with pytest.raises(PacketNotReady, match="measurement at step 40"):
        issuing.issue(shop.vault, shop.quinn, "J-1")
    waived(shop)
    found = opening.open_new(
        shop.vault, shop.quinn, opening.Wanted("J-1", "one corner dented", qty=1)
    )
    checked = issuing.check(shop.vault, "J-1")
    assert "NC-0001" in next(
        one.reason for one in checked.open if one.requirement == "nonconformances"
    )
    assert jobs.show(shop.vault, "J-1").job.number == found.job
    told = [one.title for one in checked.sections]
    assert "Nonconformances and what was decided" in told


@pytest.mark.parametrize(("unnamed", "verdict"), [(["a result"], "unsatisfied"), ([], "satisfied")])
def test_only_a_nonconformance_about_the_result_lets_it_pass(
    unnamed: list[Any], verdict: str
) -> None:
    """A closed one about something else decides nothing: the result out of tolerance holds."""
    from types import SimpleNamespace as Told

    from traveler.packet import judging
    from traveler.quality.proof import ProofState

    row: Any = Told(state="fail", characteristic=Told(balloon="2"))
    closed: Any = Told(open=False, sentence="NC-0001: scratch on the lid")
    results: Any = Told(characteristics=[row])
    found = list(judging.of_proof(results, ProofState(), [closed], unnamed))
    assert next(one.verdict for one in found if one.requirement == "results") == verdict


def test_a_lost_or_changed_file_of_a_packet_is_named(done: Any, issue: Any) -> None:
    """The stored bytes are the record: `verify` says of which packet, for which job, ZIP or PDF."""
    from release import audit

    made = issue()
    for digest, called in ((made.zip, made.name), (made.pdf, "its PDF")):
        md5 = digest.md5
        place = done.vault.root / "objects" / "files" / "md5" / md5[:2] / md5[2:]
        whole = place.read_bytes()
        place.chmod(0o644)
        for data in (None, whole[:-1] + bytes([whole[-1] ^ 1])):
            if data is None:
                place.unlink()
            else:
                place.write_bytes(data)
            (fault,) = [one for one in audit.verify(done.vault).faults if one.kind == "packet"]
            assert fault.where == f"J-1, PP-0001 revision 1, {called}"
        place.write_bytes(whole)
    assert audit.verify(done.vault).ok


@pytest.mark.parametrize(
    ("states", "verdict"),
    [([], []), (["approved"], ["satisfied"]), (["cancelled"], ["satisfied"]), (["draft"], ["unsatisfied"]),
     (["approved", "verified"], ["unsatisfied"])],
)  # fmt: skip
def test_a_first_article_nobody_approved_holds_the_packet(
    states: list[str], verdict: list[str]
) -> None:
    """What was begun is approved by a second person or cancelled before anything leaves."""
    from types import SimpleNamespace as Told

    from traveler.packet import judging

    articles: Any = [Told(number=f"FA-{at}", state=state) for at, state in enumerate(states)]
    assert [one.verdict for one in judging.of_articles(articles)] == verdict
