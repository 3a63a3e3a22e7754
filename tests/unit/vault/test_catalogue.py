# SPDX-License-Identifier: AGPL-3.0-or-later
"""The catalogue: look-ups, lists, search, and a file that may be lost at any time."""

from __future__ import annotations

import dataclasses
import json
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vault import durable, errors
from vault.catalogue import ITEM_STATES, VERSION, Catalogue, open_catalogue
from vault.catalogue_rows import ItemRow, IterationRow, OrderRow, RevisionRow
from vault.search import marked, query, text_of


def item(number: str, title: str = "Bracket, motor mount", **further: Any) -> ItemRow:
    """Return a row as a follower of ``main`` would write it."""
    metadata = further.pop("metadata", {})
    row = ItemRow(
        number, number.casefold(), title, "part", "mchen", f"items/{number}", "a" * 40,
        json.dumps(metadata), "2026-03-01T09:00:00Z", "eli",
    )  # fmt: skip
    return dataclasses.replace(row, **further)


def revision(number: str, rev: str, sequence: int, state: str = "current") -> RevisionRow:
    """Return a released revision."""
    code = f"{number}{rev}".ljust(26, "0")
    return RevisionRow(
        number, rev, sequence, "CO-0001", state, "2026-03-02T10:00:00Z", "mchen", code, "b" * 40
    )


def order(change: str, state: str, *numbers: str) -> OrderRow:
    """Return a change order."""
    items = json.dumps(list(numbers))
    return OrderRow(change, state, "eli", "2026-03-01T09:00:00Z", "why", items, "c" * 40)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the catalogue lies."""
    return tmp_path / "catalogue.db"


@pytest.fixture
def catalogue(path: Path) -> Iterator[Catalogue]:
    """Return an empty catalogue."""
    opened = open_catalogue(path)
    yield opened
    opened.close()


@pytest.fixture
def stocked(catalogue: Catalogue) -> Catalogue:
    """Return a catalogue of a few items that a search can tell apart."""
    for row in (
        item("10-0042", metadata={"material": "6061-T6", "finish": {"colour": "black"}}),
        item("10-0043", "Plate, gearbox", metadata={"note": "fits bracket 10-0042"}),
        item("10-0100", "Gehäuse, groß", kind="assembly", owner="pat"),
        item("AB-1", "Spannvorrichtung", kind="fixture"),
        item("20-0001", "図面 载带", metadata={"tags": ["Höhe", 12.5, True, None]}),
    ):
        catalogue.put_item(row)
    return catalogue


# --- rows ---------------------------------------------------------------------------------


def test_an_item_is_found_by_its_number_in_any_case(stocked: Catalogue) -> None:
    """People type small letters; the number comes back as it is spelled."""
    found = stocked.item("ab-1")
    assert found is not None
    assert found == item("AB-1", "Spannvorrichtung", kind="fixture")
    assert stocked.item("AB-2") is None
    assert stocked.item_at("items/AB-1") == found
    assert stocked.item_at("items") is None


def test_an_item_written_again_replaces_itself(stocked: Catalogue) -> None:
    """A later commit changes the row, its folder and what a search finds."""
    stocked.put_item(item("10-0042", "Bracket, left", path="elsewhere"))
    assert stocked.counts()["items"] == 5
    assert stocked.item_at("items/10-0042") is None
    assert [row.title for row in stocked.items(words="6061")] == []
    assert [row.number for row in stocked.items(words="left")] == ["10-0042"]


def test_another_number_in_the_same_folder_takes_its_place(stocked: Catalogue) -> None:
    """A corrected number is a new item; the wrong one is gone."""
    stocked.put_item(item("10-0044", path="items/10-0043"))
    assert stocked.item("10-0043") is None
    assert [row.number for row in stocked.items(words="plate")] == []


def test_a_dropped_item_leaves_lists_but_not_history(stocked: Catalogue) -> None:
    """The folder was removed; who worked on it stays known."""
    stocked.put_iteration(IterationRow("AB-1", "d" * 40, "a" * 40, "2026", "eli", "made"))
    stocked.drop_item("ab-1")
    assert stocked.item("AB-1") is None
    assert stocked.items(words="Spannvorrichtung") == []
    assert len(stocked.iterations("AB-1")) == 1


def test_items_come_in_pages_by_number(catalogue: Catalogue) -> None:
    """Every item is on exactly one page, whatever the case of its letters."""
    numbers = [f"{letter}-{one:03d}" for letter in "aBc" for one in range(40)]
    for number in reversed(numbers):
        catalogue.put_item(item(number))
    seen: list[str] = []
    while page := catalogue.items(seen[-1] if seen else None, 7):
        seen += [row.number for row in page]
    assert seen == numbers


def test_items_are_listed_by_kind_owner_and_state(stocked: Catalogue) -> None:
    """Each condition alone and together with words; states are those of the release log."""
    stocked.put_revision(revision("10-0042", "A", 1, "superseded"))
    stocked.put_revision(revision("10-0042", "B", 2))
    stocked.put_revision(revision("10-0043", "A", 3, "recalled"))

    def numbers(**conditions: Any) -> list[str]:
        return [row.number for row in stocked.items(**conditions)]

    assert numbers(kind="fixture") == ["AB-1"]
    assert numbers(owner="pat") == ["10-0100"]
    assert numbers(state="released") == ["10-0042"]
    assert numbers(state="recalled") == ["10-0043"]
    assert numbers(state="never released") == ["10-0100", "20-0001", "AB-1"]
    assert numbers(words="10", state="released", kind="part", owner="mchen") == ["10-0042"]
    assert numbers(words="10", state="released", kind="fixture") == []
    assert set(ITEM_STATES) == {"released", "recalled", "never released"}


def test_iterations_come_newest_first_and_once(catalogue: Catalogue) -> None:
    """A commit taken in twice, after a crash, is one line of history."""
    rows = [IterationRow("A-1", f"{one:040d}", "t", "2026", "eli", f"no {one}") for one in range(5)]
    for row in [*rows, rows[2]]:
        catalogue.put_iteration(row)
    assert catalogue.iterations("a-1") == rows[::-1]
    assert catalogue.iterations("A-1", limit=1) == rows[-1:]
    assert catalogue.iterations("A-2") == []


def test_current_revisions_are_found_for_a_whole_list_at_once(catalogue: Catalogue) -> None:
    """Whatever the case; what has none, or only a recalled or superseded one, is not there."""
    for row in (revision("10-0042", "A", 1, "superseded"), revision("10-0042", "B", 2),
                revision("10-AB", "A", 3), revision("10-0044", "A", 4, "recalled")):  # fmt: skip
        catalogue.put_revision(row)
    asked = ["10-0042", "10-ab", "10-0044", "10-9999", 'a"b']
    assert catalogue.current(asked) == {"10-0042": "B", "10-AB": "A"}
    assert catalogue.current([]) == {}


def test_revisions_come_in_the_order_of_the_log(catalogue: Catalogue) -> None:
    """Order is that of the release log and never that of the letters."""
    for row in (revision("A-1", "AA", 3), revision("A-1", "Y", 2), revision("A-1", "10", 1)):
        catalogue.put_revision(row)
    assert [row.rev for row in catalogue.revisions("a-1")] == ["10", "Y", "AA"]
    catalogue.put_revision(revision("A-1", "Y", 2, "recalled"))
    assert [row.state for row in catalogue.revisions("A-1")] == ["current", "recalled", "current"]
    found = catalogue.revision_by_code("A-1Y".ljust(26, "0"))
    assert found is not None
    assert found.rev == "Y"
    assert catalogue.revision_by_code("0" * 26) is None


def test_orders_come_newest_first(catalogue: Catalogue) -> None:
    """CO-10000 is newer than CO-9999; by state, by item, and page by page."""
    changes = ["CO-0001", "CO-0002", "CO-9999", "CO-10000"]
    for change in changes:
        catalogue.put_order(order(change, "open", "A-1", "A-2"))
    catalogue.put_order(order("CO-0002", "released", "A-1"))
    catalogue.put_order(order("CO-0003", "cancelled", "A-1", "A-1"))

    def found(**conditions: Any) -> list[str]:
        return [row.change for row in catalogue.orders(**conditions)]

    assert found() == ["CO-10000", "CO-9999", "CO-0003", "CO-0002", "CO-0001"]
    assert found(states=frozenset({"released", "cancelled"})) == ["CO-0003", "CO-0002"]
    assert found(states=frozenset()) == []
    assert found(number="a-2") == ["CO-10000", "CO-9999", "CO-0001"]
    assert found(before="CO-9999", limit=2) == ["CO-0003", "CO-0002"]
    assert catalogue.order("CO-0002") == order("CO-0002", "released", "A-1")
    assert catalogue.order("CO-0004") is None


def test_a_cursor_says_how_far_a_ref_was_followed(catalogue: Catalogue) -> None:
    """Each ref has its own, and only the last one counts."""
    assert catalogue.cursor("refs/heads/main") is None
    catalogue.set_cursor("refs/heads/main", "a" * 40)
    catalogue.set_cursor("refs/heads/main", "b" * 40)
    assert catalogue.cursor("refs/heads/main") == "b" * 40
    assert catalogue.cursor("refs/meta/releases") is None


# --- search -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("bracket", ["10-0042", "10-0043"]),
        ("BRACK", ["10-0042", "10-0043"]),
        ("motor bracket", ["10-0042"]),
        ("10-0043", ["10-0043"]),
        ("10-00", ["10-0042", "10-0043"]),
        ("0042", ["10-0042", "10-0043"]),
        ("6061", ["10-0042"]),
        ("6061-t6 black", ["10-0042"]),
        ("gehause gross", []),
        ("gehause groß", ["10-0100"]),
        ("pat assembly", ["10-0100"]),
        ("Ho\u0308he", ["20-0001"]),
        ("12.5", ["20-0001"]),
        ("載带", []),
        ("载", ["20-0001"]),
        ("図面", ["20-0001"]),
        ("none of these", []),
    ],
)
def test_words_find_items(stocked: Catalogue, words: str, numbers: list[str]) -> None:
    """All words must be there, each as a whole or as a beginning, without case and accents."""
    assert sorted(row.number for row in stocked.items(words=words)) == numbers


def test_the_whole_number_comes_first_and_the_title_before_the_rest(stocked: Catalogue) -> None:
    """What people most likely mean stands on top."""
    stocked.put_item(item("10", "Tray"))
    assert stocked.items(words="10")[0].number == "10"
    assert [row.number for row in stocked.items(words="bracket")] == ["10-0042", "10-0043"]
    assert [row.number for row in stocked.items(words="10-0042")] == ["10-0042", "10-0043"]


@pytest.mark.parametrize("few", [1, 50])
def test_finds_come_in_pages(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    """Every find is on exactly one page, ranked or, where there are too many, as they were added."""
    monkeypatch.setattr("vault.catalogue.BROAD", few)
    numbers = {f"B-{one:02d}" for one in range(23)} | {"B"}
    for at, number in enumerate(sorted(numbers)):
        catalogue.put_item(item(number, "Bracket " * (at % 3) + "b" if at else "tray " * 60))
    seen: list[str] = []
    while page := catalogue.items(seen[-1] if seen else None, 5, "b"):
        seen += [row.number for row in page]
    assert seen[0] == "B"
    assert sorted(seen) == sorted(numbers)
    assert catalogue.items("no such item", 5, "b") == []
    assert len(catalogue.items("B", 50, "b")) == len(numbers) - 1


@pytest.mark.parametrize(
    "words",
    [
        '"', '""', "*", "a*", "-", "--", "()", "AND", "OR", "NOT x", "NEAR(a b)", "title:x",
        "^x", "{a}",
        "a AND", "' OR 1=1 --", "x\x00y", "\x02", ":", "+", "a:b:c", "item_fts", "\u202e",
        "\ud83d",
        "x" * 5000, "a " * 5000, "%", "_", ";DROP TABLE item", "\n", "(((((",
    ],
    ids=ascii,
)  # fmt: skip
def test_no_sign_is_an_operator(stocked: Catalogue, words: str) -> None:
    """Whatever is typed is looked for as text; nothing is an error and nothing is run."""
    stocked.items(words=words)
    stocked.search(words, kind="part")
    assert stocked.counts()["items"] == 5


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(max_size=40))
def test_any_words_can_be_searched(stocked: Catalogue, words: str) -> None:
    """No text at all breaks the query or the snippet."""
    for hit in stocked.search(words):
        assert all(piece.text for piece in hit.snippet)


@given(st.text(max_size=200), st.text(max_size=20))
def test_a_snippet_is_cut_out_of_the_text(text: str, words: str) -> None:
    """The pieces of a snippet, put together, are a part of the text: nothing is added or lost."""
    found = marked(text, words)
    assert "".join(piece.text for piece in found) in text
    assert not found or any(piece.found for piece in found)


def test_a_snippet_shows_what_was_found(stocked: Catalogue) -> None:
    """What is marked is what was typed, without case and accents."""
    hit = stocked.search("COL bläck")[0]
    assert [piece.text for piece in hit.snippet if piece.found] == ["colour", "black"]
    assert marked("a <b>bracket</b>", "brack")[1].text == "bracket"


def test_metadata_is_searched_with_its_keys() -> None:
    """Every key and value is text; what is neither true nor there says nothing."""
    assert text_of({"a": {"b": ["c", 1, None, True]}, "d": 2.5}) == "a b c 1 d 2.5"
    assert query("!? .") is None


def test_a_state_nobody_knows_is_a_fault_of_the_program(stocked: Catalogue) -> None:
    """Conditions are never taken from a request as text."""
    with pytest.raises(KeyError):
        stocked.items(state="1=1")


# --- transactions, threads, processes -----------------------------------------------------


def test_a_transaction_is_all_or_nothing(stocked: Catalogue) -> None:
    """An exception takes everything back, the cursor included."""
    with _taken_back(), stocked.transaction():
        stocked.put_item(item("30-0001", "Lever"))
        stocked.set_cursor("refs/heads/main", "a" * 40)
        raise _TakeBack
    assert stocked.item("30-0001") is None
    assert stocked.items(words="lever") == []
    assert stocked.cursor("refs/heads/main") is None


def test_an_inner_transaction_is_part_of_the_outer(stocked: Catalogue) -> None:
    """What fails within is taken back alone, what succeeds stands or falls with the outer."""
    with stocked.transaction():
        with _taken_back(), stocked.transaction():
            stocked.put_item(item("30-0001"))
            raise _TakeBack
        stocked.put_item(item("30-0002"))
    assert stocked.item("30-0001") is None
    assert stocked.item("30-0002") is not None
    with _taken_back(), stocked.transaction():
        with stocked.transaction():
            stocked.put_item(item("30-0003"))
        raise _TakeBack
    assert stocked.item("30-0003") is None


def test_threads_read_then_write_without_losing(catalogue: Catalogue) -> None:
    """Eight threads each count up 40 times from what they read; not one count is lost."""
    catalogue.set_cursor("count", "0")

    def work(_number: int) -> None:
        for _ in range(40):
            with catalogue.transaction():
                catalogue.set_cursor("count", str(int(catalogue.cursor("count") or "") + 1))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert catalogue.cursor("count") == "320"


COUNTING = """
import sys; from pathlib import Path; from vault.catalogue import open_catalogue
catalogue = open_catalogue(Path(sys.argv[1]))
for _ in range(50):
    with catalogue.transaction():
        catalogue.set_cursor("count", str(int(catalogue.cursor("count") or "0") + 1))
"""


@pytest.mark.parametrize("before", ["nothing", "rubbish", "an old version"])
def test_processes_open_and_write_at_once(path: Path, before: str) -> None:
    """Four processes find no file, rubbish, or an old one, begin it once and lose no count."""
    if before == "rubbish":
        path.write_bytes(b"rubbish " * 1000)
    if before == "an old version":
        _old(path)
    running = [subprocess.Popen([sys.executable, "-c", COUNTING, str(path)]) for _ in range(4)]
    assert [process.wait(60) for process in running] == [0] * 4
    catalogue = open_catalogue(path)
    assert catalogue.cursor("count") == "200"
    catalogue.close()


def test_a_reader_is_not_kept_waiting_by_a_writer(stocked: Catalogue) -> None:
    """While one thread writes, another sees what was committed before, at once."""
    inside, done = threading.Event(), threading.Event()

    def write() -> None:
        with stocked.transaction():
            stocked.put_item(item("30-0001"))
            inside.set()
            done.wait(10)

    writer = threading.Thread(target=write)
    writer.start()
    assert inside.wait(10)
    begun = time.perf_counter()
    assert stocked.item("30-0001") is None
    assert len(stocked.search("bracket")) == 2
    assert time.perf_counter() - begun < 1
    done.set()
    writer.join()
    assert stocked.item("30-0001") is not None


def test_a_search_sees_one_state_while_others_write(stocked: Catalogue) -> None:
    """Items that come and go between the readings of one search neither break it nor double."""
    stop = threading.Event()

    def come_and_go() -> None:
        while not stop.is_set():
            for at in range(20):
                stocked.put_item(item(f"30-{at:04d}"))
            for at in range(20):
                stocked.drop_item(f"30-{at:04d}")

    writer = threading.Thread(target=come_and_go)
    writer.start()
    try:
        for _ in range(400):
            numbers = [row.number for row in stocked.items(words="bracket", limit=50)]
            assert len(set(numbers)) == len(numbers)
            assert {"10-0042", "10-0043"} <= set(numbers)
    finally:
        stop.set()
        writer.join()


def test_a_broken_file_is_replaced_by_one_process_at_a_time(path: Path) -> None:
    """Whoever finds rubbish waits for the one who is clearing it, and then finds a catalogue."""
    path.write_bytes(b"rubbish " * 1000)
    opened: list[Catalogue] = []
    opener = threading.Thread(target=lambda: opened.append(open_catalogue(path)))
    with durable.locked(path.parent):
        opener.start()
        opener.join(0.5)
        assert opener.is_alive()
        assert path.read_bytes().startswith(b"rubbish")
    opener.join(20)
    assert opened[0].counts()["items"] == 0
    opened[0].close()


# --- a file that may be lost --------------------------------------------------------------


def test_what_was_written_is_there_after_opening_again(path: Path, stocked: Catalogue) -> None:
    """Opening a sound file of this version begins nothing anew."""
    stocked.close()
    again = open_catalogue(path)
    assert again.counts() == {"items": 5, "iterations": 0, "revisions": 0}
    again.close()


@pytest.mark.parametrize("kind", ["empty", "rubbish", "cut", "other version", "other program"])
def test_a_file_that_is_no_catalogue_is_begun_anew(
    path: Path, stocked: Catalogue, kind: str
) -> None:
    """Whatever lies there, the catalogue opens empty, without a cursor, and works."""
    stocked.set_cursor("refs/heads/main", "a" * 40)
    stocked.close()
    if kind == "empty":
        path.write_bytes(b"")
    elif kind == "rubbish":
        path.write_bytes(b"not a database" * 500)
    elif kind == "cut":
        path.write_bytes(path.read_bytes()[:100])
    else:
        path.unlink()
        _old(path)
    catalogue = open_catalogue(path)
    assert catalogue.counts()["items"] == 0
    assert catalogue.cursor("refs/heads/main") is None
    catalogue.put_item(item("1"))
    assert [row.number for row in catalogue.items(words="bracket")] == ["1"]
    catalogue.close()


@pytest.mark.parametrize("way", ["forget", "remake"])
def test_damage_found_later_is_said_and_a_rebuild_heals_it(
    path: Path, stocked: Catalogue, way: str
) -> None:
    """Pages that went bad are a sentence, not a crash, and both ways of rebuilding mend the file."""
    _fill(stocked)
    stocked.close()
    data = bytearray(path.read_bytes())
    half = len(data) // 2
    data[half:] = b"\x55" * half
    path.write_bytes(data)
    broken = open_catalogue(path)
    with pytest.raises(errors.CatalogueDamaged, match="catalogue rebuild") as refusal:
        for _ in broken.items(limit=1000, words="filler"), broken.items(limit=1000):
            pass
    assert refusal.value.exit_code == 5
    if way == "forget":
        broken.forget()
        broken.put_item(item("1"))
    else:
        with broken.remade() as fresh:
            fresh.put_item(item("1"))
    assert [row.number for row in broken.items()] == ["1"]
    broken.close()


def test_a_full_disk_is_said(stocked: Catalogue) -> None:
    """SQLite's own limit stands for the full disk; what was there before stays."""
    pages = stocked._execute("PRAGMA page_count")[0][0]
    stocked._execute(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(errors.CatalogueUnusable, match="full"):
        _fill(stocked)
    assert stocked.counts()["items"] == 5


def test_forgetting_leaves_nothing(stocked: Catalogue) -> None:
    """A rebuild starts from an empty file, its full-text index included."""
    stocked.set_cursor("refs/heads/main", "a" * 40)
    stocked.forget()
    assert stocked.counts() == {"items": 0, "iterations": 0, "revisions": 0}
    assert stocked.cursor("refs/heads/main") is None
    assert stocked.items(words="bracket") == []


def test_a_rebuild_aside_is_taken_over_at_once(path: Path, stocked: Catalogue) -> None:
    """Readers see the old rows until all new ones are in; an exception leaves the old ones."""
    with _taken_back(), stocked.remade() as fresh:
        fresh.put_item(item("9"))
        raise _TakeBack
    assert stocked.counts()["items"] == 5
    with stocked.remade() as fresh:
        fresh.put_item(item("50-0001", "Lever"))
        fresh.put_order(order("CO-0001", "open", "50-0001"))
        fresh.put_revision(revision("50-0001", "A", 1))
        fresh.set_cursor("refs/heads/main", "b" * 40)
        assert stocked.counts()["items"] == 5
    assert [row.number for row in stocked.items()] == ["50-0001"]
    assert [row.number for row in stocked.items(words="lever")] == ["50-0001"]
    assert stocked.items(words="bracket") == []
    assert len(stocked.orders(number="50-0001")) == 1
    assert stocked.cursor("refs/heads/main") == "b" * 40
    assert [one.name for one in path.parent.iterdir() if one.name.startswith(".catalogue-")] == []


def test_opening_needs_nothing_of_sqlite_utils(path: Path, stocked: Catalogue) -> None:
    """The library makes the schema; a start with a catalogue that is there does not pay for it."""
    stocked.close()
    code = (
        "import sys; from pathlib import Path; from vault.catalogue import open_catalogue;"
        "open_catalogue(Path(sys.argv[1])).items(words='bracket');"
        "print('sqlite_utils' in sys.modules)"
    )
    told = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == "False"


def test_look_ups_take_far_less_than_a_millisecond(catalogue: Catalogue) -> None:
    """In a vault of 10,000 items a look-up, and a page of a list, is no part of the page's time."""
    with catalogue.transaction():
        for at in range(10_000):
            catalogue.put_item(item(f"{at:05d}", f"Bracket {at}"))
    assert _best(lambda: catalogue.item("05000")) < 0.001
    assert _best(lambda: catalogue.item_at("items/05000")) < 0.001
    assert _best(lambda: catalogue.revisions("05000")) < 0.001
    assert _best(lambda: catalogue.items("05000", 50)) < 0.005
    assert _best(lambda: catalogue.items(words="bracket 05", limit=50)) < 0.05
    for state in ITEM_STATES:
        assert _best(lambda: catalogue.items(words="bracket", limit=50, state=state), 3) < 0.5  # noqa: B023
    assert len(catalogue.items(words="bracket", limit=100_000)) == 10_000


class _TakeBack(Exception):
    """Something went wrong within a transaction."""


def _taken_back() -> Any:
    """Expect that what went wrong is told to whoever began the transaction."""
    return pytest.raises(_TakeBack)


def _fill(catalogue: Catalogue) -> None:
    """Write 300 items in one transaction."""
    with catalogue.transaction():
        for at in range(300):
            catalogue.put_item(item(f"40-{at:04d}", "filler " * 20))


def _best(work: Any, times_tried: int = 30) -> float:
    """Return the shortest of many times in seconds, which other programs cannot make shorter."""
    times = []
    for _ in range(times_tried):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return min(times)


def _old(path: Path) -> None:
    """Write a file of another version, with a table that bears one of our names."""
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE item (something TEXT)")
    other.execute("CREATE VIRTUAL TABLE item_fts USING fts5 (something)")
    other.execute("INSERT INTO item_fts VALUES ('x')")
    other.execute("CREATE VIEW old AS SELECT * FROM item")
    other.execute(f"PRAGMA user_version = {VERSION + 1}")
    other.commit()
    other.close()
