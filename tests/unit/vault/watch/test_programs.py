# SPDX-License-Identifier: AGPL-3.0-or-later
"""Saves of real programs, played to the watcher as they were recorded.

LibreOffice 7.4 (store, export to PDF, store over a file that stays open) and Vim 9 were recorded on
Debian 12 with watchdog; FreeCAD, Office and SolidWorks-like sequences follow what their sources and
their traces on disk show.  A line is: seconds, what happened, where, and the other name or what was
written.  ``hold`` and ``let`` are a program opening a file for writing and closing it.
"""

from __future__ import annotations

from typing import Any

import pytest

LIBREOFFICE_STORE = [
    (0.148, "write", "lu180073sssq.tmp", ""),
    (0.149, "write", ".~lock.procedure.odt#", "eli,host"),
    (0.240, "write", "lu180073sssq.tmp", "first"),
    (0.242, "write", "procedure.odt", ""),
    (0.242, "write", "procedure.odt", "first"),
    (0.242, "delete", "lu180073sssq.tmp", ""),
    (0.246, "hold", "procedure.odt", ""),
    (1.255, "delete", ".~lock.procedure.odt#", ""),
    (1.255, "write", "lu180073ssst.tmp", ""),
    (1.255, "write", ".~lock.procedure.odt#", "eli,host"),
    (1.255, "let", "procedure.odt", ""),
    (1.339, "write", "lu180073ssst.tmp", "second"),
    (1.339, "rename", "lu180073ssst.tmp", "procedure.odt"),
    (1.339, "hold", "procedure.odt", ""),
    (2.342, "write", ".~lock.procedure.pdf#", "eli,host"),
    (2.342, "write", "lu180073sssx.tmp", "%PDF half"),
    (2.356, "write", "lu180073sssx.tmp", "%PDF whole"),
    (2.357, "write", "procedure.pdf", ""),
    (2.357, "write", "procedure.pdf", "%PDF whole"),
    (2.357, "delete", "lu180073sssx.tmp", ""),
    (2.358, "delete", ".~lock.procedure.pdf#", ""),
    (2.888, "let", "procedure.odt", ""),
    (2.889, "delete", ".~lock.procedure.odt#", ""),
]
VIM = [
    (0.021, "write", ".route.toml.swp", ""),
    (0.021, "write", ".route.toml.swx", ""),
    (0.021, "delete", ".route.toml.swx", ""),
    (0.022, "write", "4913", ""),
    (0.022, "delete", "4913", ""),
    (0.022, "write", "route.toml", ""),
    (0.022, "write", "route.toml", "route"),
    (0.025, "delete", ".route.toml.swp", ""),
]
VIM_BACKUP = [
    (0.0, "write", "route.toml", "old"),
    (9.0, "rename", "route.toml", "route.toml~"),
    (9.0, "write", "route.toml", ""),
    (9.1, "write", "route.toml", "new"),
    (9.1, "delete", "route.toml~", ""),
]
GTK = [
    (0.0, "write", "notes.txt", "old"),
    (9.0, "write", ".goutputstream-X7K2M2", "ne"),
    (9.1, "write", ".goutputstream-X7K2M2", "new"),
    (9.1, "rename", ".goutputstream-X7K2M2", "notes.txt"),
]
ASIDE = "part.FCStd.0f8fad5b-d9cb-469f-a165-70867728950e"
FREECAD = [
    (0.0, "write", "part.FCStd", "one"),
    (9.0, "write", ASIDE, ""),
    (9.6, "write", ASIDE, "PK half"),
    (10.4, "write", ASIDE, "two"),
    (10.4, "rename", "part.FCStd", "part.FCStd1"),
    (10.4, "rename", ASIDE, "part.FCStd"),
]
FREECAD_DATED = [
    *FREECAD[:4],
    (10.4, "rename", "part.FCStd", "part.20261122-213424.FCBak"),
    (10.4, "rename", ASIDE, "part.FCStd"),
]
SOLIDWORKS = [
    (0.0, "write", "~$bracket.SLDPRT", "eli"),
    (0.5, "write", "bracket.SLDPRT", "one"),
    (9.0, "write", "~SW2134.tmp", "tw"),
    (9.8, "write", "~SW2134.tmp", "two"),
    (9.8, "delete", "bracket.SLDPRT", ""),
    (9.9, "rename", "~SW2134.tmp", "bracket.SLDPRT"),
    (20.0, "delete", "~$bracket.SLDPRT", ""),
]
EXCEL = [
    (0.0, "write", "bom.xlsx", "old"),
    (9.0, "write", "5D3F1A00", "ne"),
    (9.1, "write", "5D3F1A00", "new"),
    (9.1, "rename", "bom.xlsx", "9A7C21E4.tmp"),
    (9.1, "rename", "5D3F1A00", "bom.xlsx"),
    (9.2, "delete", "9A7C21E4.tmp", ""),
]
SLOW_EXPORT = [
    (0.0, "hold", "big.step", ""),
    (0.0, "write", "big.step", "ISO-10303-21; half"),
    (12.0, "write", "big.step", "ISO-10303-21; three quarters"),
    (24.0, "write", "big.step", "ISO-10303-21; whole"),
    (24.0, "let", "big.step", ""),
]
SEQUENCES = {
    "LibreOffice": (LIBREOFFICE_STORE, {"procedure.odt": ["second"], "procedure.pdf": ["%PDF whole"]}),
    "Vim": (VIM, {"route.toml": ["route"]}),
    "Vim with backup": (VIM_BACKUP, {"route.toml": ["old", "new"]}),
    "GTK": (GTK, {"notes.txt": ["old", "new"]}),
    "FreeCAD": (FREECAD, {"part.FCStd": ["one", "two"]}),
    "FreeCAD, dated": (FREECAD_DATED, {"part.FCStd": ["one", "two"]}),
    "SolidWorks": (SOLIDWORKS, {"bracket.SLDPRT": ["one", "two"]}),
    "Excel": (EXCEL, {"bom.xlsx": ["old", "new"]}),
    "slow export": (SLOW_EXPORT, {"big.step": ["ISO-10303-21; whole"]}),
}  # fmt: skip


def play(scene: Any, sequence: list[Any], deaf: bool) -> None:
    """Do to the disk what a program did, with the events the system made of it, or with none."""
    begun = scene.clock.now
    for at, act, path, more in sequence:
        while scene.clock.now + 0.5 < begun + at:
            scene.clock.now += 0.5
            scene.step(everything=deaf)
        scene.clock.now = begun + at
        if act == "write":
            scene.disk.write(path, more.encode())
        elif act == "rename":
            scene.disk.rename(path, more)
        elif act == "delete":
            scene.disk.delete(path)
        else:
            (scene.disk.writers.add if act == "hold" else scene.disk.writers.discard)(path)
        told = () if deaf else (path, more) if act == "rename" else (path,)
        hints(scene, told)


def hints(scene: Any, paths: tuple[str, ...]) -> None:
    """Hint as the box of hints does, without temporaries."""
    from vault.watch.hints import Hints

    box = Hints()
    for path in paths:
        box.file(path)
    scene.step(*box.take().files)


@pytest.mark.parametrize("deaf", [False, True], ids=["listening", "polling"])
@pytest.mark.parametrize("name", SEQUENCES)
def test_a_save_is_taken_once_whole_and_nothing_beside_it(
    scene: Any, name: str, deaf: bool
) -> None:
    """Each version that stood for the quiet time is taken once, in order; no temporary is."""
    sequence, wanted = SEQUENCES[name]
    play(scene, sequence, deaf)
    for _ in range(80):
        scene.clock.now += 0.5
        scene.step(everything=deaf)
    taken: dict[str, list[str]] = {}
    for path, content in scene.desk.taken:
        taken.setdefault(path, []).append(content.decode())
    assert taken == wanted
    assert scene.desk.deleted == []


def test_a_model_and_its_drawing_saved_one_after_the_other_are_one_check_in(scene: Any) -> None:
    """What is saved within the quiet time goes in together."""
    for at, path in enumerate(["10-1/a.FCStd", "10-1/a.pdf", "10-1/a.step"]):
        scene.clock.now = 100.0 + at
        scene.disk.write(path, path.encode())
        scene.step(path)
    scene.rest(10)
    assert scene.desk.batches == [("10-1/a.FCStd", "10-1/a.pdf", "10-1/a.step")]


def test_a_new_name_is_understood_and_no_deletion_is_reported(scene: Any) -> None:
    """The same bytes under another name, and the old name gone: a rename, in whatever order told."""
    scene.disk.write("10-1/a.pdf", b"drawing")
    scene.step("10-1/a.pdf")
    scene.rest(10)
    scene.disk.rename("10-1/a.pdf", "10-1/b.pdf")
    scene.step("10-1/b.pdf")
    scene.clock.now += 1
    scene.step("10-1/a.pdf")
    scene.rest(20)
    assert scene.desk.renames == [("10-1/a.pdf", "10-1/b.pdf")]
    assert scene.desk.deleted == []


def test_a_folder_that_got_another_name_is_looked_through(scene: Any) -> None:
    """One event for the folder stands for all files in it, on both sides."""
    for name in ("a.pdf", "b.pdf"):
        scene.disk.write(f"old/{name}", name.encode())
    scene.step(everything=True)
    scene.rest(10)
    for name in ("a.pdf", "b.pdf"):
        scene.disk.rename(f"old/{name}", f"new/{name}")
    scene.step(folders=("old", "new"))
    scene.rest(20)
    assert sorted(scene.desk.renames) == [("old/a.pdf", "new/a.pdf"), ("old/b.pdf", "new/b.pdf")]


def test_a_deletion_is_reported_once(scene: Any) -> None:
    """And the file may come back without being taken again."""
    scene.disk.write("a.pdf", b"drawing")
    scene.step("a.pdf")
    scene.rest(10)
    before = scene.disk.files["a.pdf"]
    scene.disk.delete("a.pdf")
    scene.step("a.pdf")
    scene.rest(30)
    assert scene.desk.deleted == ["a.pdf"]
    scene.disk.files["a.pdf"] = before
    scene.step("a.pdf")
    scene.rest(30)
    assert (len(scene.desk.taken), scene.desk.deleted) == (1, ["a.pdf"])


def test_a_share_that_falls_away_deletes_nothing(scene: Any) -> None:
    """While the folder is not there, its files are not gone; afterwards all goes on."""
    scene.disk.write("a.pdf", b"drawing")
    scene.step("a.pdf")
    scene.rest(10)
    scene.disk.is_there, files = False, scene.disk.files
    scene.disk.files = {}
    scene.rest(60)
    scene.disk.is_there, scene.disk.files = True, files
    scene.disk.write("b.pdf", b"other")
    scene.rest(90)
    assert scene.desk.deleted == []
    assert scene.desk.last("b.pdf") == b"other"
    assert [kind for kind, _ in scene.desk.said] == ["away", "back"]


def test_a_vault_that_is_away_loses_nothing_and_is_said_once(scene: Any) -> None:
    """Tries grow rarer, the sentence is not repeated, and the end is the newest content."""
    scene.desk.away = "The vault is not there."
    scene.disk.write("a.pdf", b"one")
    scene.step("a.pdf")
    scene.rest(200)
    scene.disk.write("a.pdf", b"two")
    scene.step("a.pdf")
    scene.rest(20)
    scene.desk.away = ""
    scene.rest(70)
    assert scene.desk.taken == [("a.pdf", b"two")]
    assert [kind for kind, _ in scene.desk.said] == ["away", "back"]


def test_what_is_locked_waits_and_goes_in_when_the_lock_ends(scene: Any) -> None:
    """The reason is said once; nothing of it is lost over a kill."""
    scene.desk.refuses["a.pdf"] = "locked by pat"
    scene.disk.write("a.pdf", b"one")
    scene.step("a.pdf")
    scene.rest(100)
    assert [kind for kind, _ in scene.desk.said] == ["later"]
    scene.start()
    scene.desk.refuses.clear()
    scene.step()
    scene.rest(70)
    assert scene.desk.taken == [("a.pdf", b"one")]


def test_a_touched_file_is_not_handed_to_the_desk_again(scene: Any) -> None:
    """A new time on old bytes is no news: what was refused is not refused a second time."""
    scene.disk.write("a.pdf", b"drawing")
    scene.step("a.pdf")
    scene.rest(10)
    handed: list[Any] = []
    scene.desk.receive = handed.append
    scene.disk.write("a.pdf", b"drawing")
    scene.step("a.pdf")
    scene.rest(10)
    assert handed == []
    assert scene.watcher.idle
