# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every verdict of every check, on frozen cases: reason and remedy say what a person needs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from release.change import FileFact, Order, OrderItem
from release.requirements import SignedOff, judged
from release.rules import letters
from release.rules.case import Block, Case, Child, Holder, Known
from release.rules.condition import About, When
from release.rules.content import (
    ChildrenReleased,
    Disposed,
    Explained,
    HasCharacteristics,
    HasRoute,
    NotLocked,
    SaysMetadata,
)
from release.rules.drawing import LettersAgree, TitleBlockAgrees, days
from release.rules.files import FileNamesAgree, RequiredFiles
from release.rules.grammar import Rules
from vault import revisions

ASME = revisions.SCHEMES["asme-y14.35"]


def files(*names: str) -> tuple[FileFact, ...]:
    """Return files of these names."""
    return tuple(FileFact(name, 9, "a" * 64, "m" * 32) for name in names)


def case(*names: str, known: Known | None = None, metadata: Any = None, **facts: Any) -> Case:
    """Return an assembly that will be C, with these files and this known of it."""
    item = OrderItem(
        "10-0042", "Bracket, motor mount", "assembly", "mchen", "items/10/10-0042", "c" * 40,
        "t" * 40, "B", files(*names), ("eli",),
    )  # fmt: skip
    item = replace(item, **facts)
    order = Order("CO-0001", "open", "why", "eli", "2026-01-01T00:00:00Z", (item,))
    about = (About(item.number, item.kind, item.path, metadata),)
    return Case(order, item, {}, letter="C", now="2026-08-20T10:00:00Z", about=about,
                known=known or Known())  # fmt: skip


def blocks(words: int = 9, **told: Any) -> Known:
    """Return what is known where one sheet of drawing.pdf says this."""
    return Known(blocks={"drawing.pdf": Block((told,), words)})


DRAWN = ("drawing.pdf", "model.step")
FILES = RequiredFiles(files=(("*.pdf",), ("*.step", "*.stp")))
MUST = FileNamesAgree(required=True)
AGREES = TitleBlockAgrees(fields=("number", "revision", "date", "title"))
STRICT = TitleBlockAgrees(required=True)
CHILDREN = ChildrenReleased(ignore=("STD-*",))
BROUGHT = Child("20-1", "10-0042", "in order")
BELOW = Child("30-1", "20-1", "never released")


@pytest.mark.parametrize(
    ("rule", "given", "verdict", "said"),
    [
        (FILES, case(*DRAWN), "satisfied", "*.step or *.stp"),
        (FILES, case("DRAWING.PDF", "m.STP"), "satisfied", "are there"),
        (FILES, case("drawing.pdf"), "unsatisfied", "there is no *.step or *.stp"),
        (FILES, case(), "unsatisfied", "*.pdf and *.step or *.stp"),
        (FileNamesAgree(), case("10-0042_C.pdf"), "satisfied", "say C"),
        (FileNamesAgree(), case("10-0042_B.pdf"), "unsatisfied", "says B, and this will be C"),
        (FileNamesAgree(), case("10-0042_op20.nc"), "not applicable", "no file name"),
        (MUST, case("drawing.pdf"), "unsatisfied", "no file name states"),
        (AGREES, case(known=blocks(number="10-0042", revision="C", date="18.08.2026",
                                   title="BRACKET MOTOR MOUNT")), "satisfied", "agree"),
        (AGREES, case(known=blocks(number="10 0042", revision="c")), "satisfied", "cannot tell"),
        (AGREES, case(known=blocks(revision="B")), "unsatisfied", "says revision B"),
        (AGREES, case(known=blocks(number="10-0043")), "unsatisfied", "this is 10-0042"),
        (AGREES, case(known=blocks(title="Carriage")), "unsatisfied", "its title is Bracket"),
        (AGREES, case(known=blocks(date="2026-12-24")), "unsatisfied", "today is 2026-08-20"),
        (AGREES, case(known=blocks(date="soon")), "unsatisfied", "says date soon"),
        (AGREES, case(known=Known(blocks={"drawing.pdf": Block(({"revision": "C"},
                                                               {"revision": "B"}), 9)})),
         "unsatisfied", "says revision B"),
        (AGREES, case(known=blocks()), "not applicable", "no number, revision, date or title found"),
        (AGREES, case(known=blocks(words=0)), "not applicable", "drawing.pdf has no text"),
        (AGREES, case(), "not applicable", "there is no PDF"),
        (STRICT, case(known=blocks(number="10-0042")), "unsatisfied", "cannot tell: no revision"),
        (STRICT, case(known=blocks(number="10-0042", table=["A", "B", "C"])), "satisfied", "agree"),
        (STRICT, case(known=blocks(number="10-0042", table=["A"])), "unsatisfied", "cannot tell"),
        (STRICT, case(known=Known(unknown={"blocks": "the worker gave up"})), "error", "gave up"),
        (LettersAgree(), case("10-0042_C.step", known=blocks(revision="C")), "satisfied", "say C"),
        (LettersAgree(), case("10-0042_B.step", known=blocks(revision="C")), "unsatisfied",
         "10-0042_B.step says B, the title block of drawing.pdf says C"),
        (LettersAgree(), case("model.step", known=blocks(revision="C")), "not applicable", "fewer"),
        (LettersAgree(required=True), case(), "unsatisfied", "fewer than two"),
        (CHILDREN, case(), "not applicable", "no bom.csv"),
        (CHILDREN, case(known=Known(children=())), "not applicable", "names nothing"),
        (ChildrenReleased(required=True), case(), "unsatisfied", "no bom.csv"),
        (CHILDREN, case(known=Known(children=(BROUGHT, Child("20-2", "10-0042", "current", "A"),
                                              Child("STD-1", "10-0042", "unknown")))),
         "satisfied", "2 children are released, 1 of them with this order"),
        (CHILDREN, case(known=Known(children=(Child("20-2", "10-0042", "recalled", "A"),))),
         "unsatisfied", "20-2: its last revision is recalled"),
        (CHILDREN, case(known=Known(children=(Child("20-3", "10-0042", "unknown"),))),
         "unsatisfied", "not in the vault"),
        (CHILDREN, case(known=Known(children=(BROUGHT, BELOW))), "satisfied", "1 children"),
        (ChildrenReleased(levels="all"), case(known=Known(children=(BROUGHT, BELOW))),
         "unsatisfied", "30-1 (in 20-1): it was never released"),
        (HasRoute(), case(known=Known(manifests={"route.toml": ""})), "satisfied", "can be read"),
        (HasRoute(), case(known=Known(manifests={"route.toml": "line 3 is odd"})), "unsatisfied",
         "line 3"),
        (HasRoute(), case(), "unsatisfied", "there is no route.toml"),
        (HasRoute(required=False), case(), "not applicable", "there is no route.toml"),
        (HasCharacteristics(), case(), "unsatisfied", "characteristics.csv"),
        (HasCharacteristics(), case(known=Known(manifests={"characteristics.csv": ""})),
         "satisfied", "can be read"),
        (NotLocked(), case(), "satisfied", "nobody"),
        (NotLocked(), case(known=Known(lock=Holder("eli", "x"))), "satisfied", "its author eli"),
        (NotLocked(), case(known=Known(lock=Holder("tom", "yesterday"))), "unsatisfied", "tom holds"),
        (SaysMetadata(keys=("material", "finish")), case(metadata={"material": "steel"}),
         "unsatisfied", "does not say finish"),
        (SaysMetadata(keys=("material",)), case(metadata={"material": " "}), "unsatisfied",
         "material"),
        (SaysMetadata(keys=("material",)), case(metadata={"material": "steel"}), "satisfied", "says"),
        (SaysMetadata(keys=("material",)), case(metadata=None), "unsatisfied", "material"),
        (Explained(), case(), "unsatisfied", "nobody has said"),
        (Explained(), case(notes="hole"), "satisfied", "says what changed"),
        (Explained(), case(from_rev=None), "not applicable", "first release"),
        (Disposed(), case(), "unsatisfied", "stock and jobs in process"),
        (Disposed(), case(stock="scrap"), "unsatisfied", "becomes of jobs in process"),
        (Disposed(), case(stock="scrap", in_process="hold"), "satisfied", "stock: scrap"),
        (Disposed(), case(from_rev=None), "not applicable", "first release"),
    ],
)  # fmt: skip
def test_each_verdict_has_its_reason(rule: Any, given: Case, verdict: str, said: str) -> None:
    """And what does not pass has a remedy."""
    found = judged((rule,), given)[0]
    assert found.verdict == verdict, found
    assert said in found.reason
    assert found.passes or found.remedy


@pytest.mark.parametrize(
    ("when", "said"),
    [
        (When(kind=("part",)), "it is for kind part, and this is assembly"),
        (When(folder=("items/20", "items/3?")), "it is for folder items/20 or items/3?"),
        (When(classes=("minor",)), "it is for class minor, and this is major"),
        (When(item=("11-*",)), "it is for item 11-*, and this is 10-0042"),
        (When(metadata=(("safety", (True,)),)), "it is for safety true, and item.toml has none"),
        (When(metadata=(("material", ("*7075*",)),)), "item.toml says EN AW-6061"),
        (When(kind=("assembly",), folder=("items/10",), item=("10-*",), classes=("major",),
              metadata=(("material", ("*6061*", "x")),)), ""),
    ],
)  # fmt: skip
def test_a_rule_that_does_not_apply_says_why(when: When, said: str) -> None:
    """Every key of a condition has to match; the first that does not is named."""
    finding = judged((NotLocked(when=when),), case(metadata={"material": "EN AW-6061"}))[0]
    assert finding.verdict == ("not applicable" if said else "satisfied")
    assert said in finding.reason


def test_nobody_escapes_a_rule_by_taking_its_mark_off() -> None:
    """What the released item was still makes the rule apply to its next revision."""
    tame = case(metadata={"safety": False})
    wild = About("10-0042", "assembly", "items/10/10-0042", {"safety": True})
    rule = SignedOff("safety", ("role:quality",), when=When(metadata=(("safety", (True,)),)))
    assert judged((rule,), tame)[0].verdict == "not applicable"
    assert judged((rule,), replace(tame, about=(*tame.about, wild)))[0].verdict == "unsatisfied"


def test_metadata_that_cannot_be_read_is_an_error_and_no_way_out() -> None:
    """A broken manifest does not make a rule not apply."""
    rule = NotLocked(when=When(metadata=(("safety", (True,)),)))
    finding = judged((rule,), case(metadata=None))[0]
    assert (finding.verdict, finding.passes) == ("error", False)
    assert "item.toml" in finding.reason


def test_a_rule_that_breaks_is_an_error_and_hides_no_other() -> None:
    """One bug is one closed finding."""

    class Broken(NotLocked):
        def judge(self, case: Case) -> Any:
            raise ZeroDivisionError("oops")

    found = judged((Broken(name="broken"), FILES), case(*DRAWN))
    assert [one.verdict for one in found[:2]] == ["error", "satisfied"]
    assert "ZeroDivisionError" in found[0].reason


def test_an_item_no_sign_off_applies_to_stays_open() -> None:
    """However many rules there are, somebody has to have been asked."""
    found = judged((SignedOff("parts", ("owner",), when=When(kind=("part",))), FILES), case(*DRAWN))
    assert [one.verdict for one in found] == ["not applicable", "satisfied", "unsatisfied"]
    assert "nothing is released unsigned" in found[-1].reason


@pytest.mark.parametrize(
    ("name", "letter"),
    [
        ("10-0042_C.pdf", "C"), ("10-0042-AB.step", "AB"), ("10-0042 C.pdf", "C"),
        ("10-0042_C_bracket.pdf", "C"), ("bracket rev B.step", "B"), ("bracket_revB.step", "B"),
        ("bracket Rev. 3.step", "3"), ("x_index-D.pdf", "D"), ("AUSB0534-P203A61_rev.B.pdf", "B"),
        ("10-0042_bracket.pdf", None), ("10-0042_op20.nc", None), ("10-0042.pdf", None),
        ("10-0042_O.pdf", None), ("reversed.pdf", None), ("revue_A.pdf", None), ("a_C.pdf", None),
    ],
)  # fmt: skip
def test_the_letter_a_file_name_states(name: str, letter: str | None) -> None:
    """After the word rev, or right after the number; never a letter the scheme leaves out."""
    assert letters.stated(name, "10-0042", ASME) == letter


def test_a_pattern_says_where_the_letter_stands() -> None:
    """A shop's own way of naming files; what looks like an expression is text."""
    assert letters.stated("C-10-0042.pdf", "10-0042", ASME, "{rev}-{number}.*") == "C"
    assert letters.stated("10-0042.C.pdf", "10-0042", ASME, "{number}.{rev}.*") == "C"
    assert letters.stated("10-0042xC.pdf", "10-0042", ASME, "{number}.{rev}.*") is None
    assert letters.stated("a" * 250, "10-0042", ASME, "*" * 60 + "{rev}" + "*a" * 60) in {"a", "aa"}


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-08-18", "2026-08-18"), ("18.08.2026", "2026-08-18"), ("08/18/26", "2026-08-18"),
        ("18-AUG-2026", "2026-08-18"), ("Aug 18, 2026", "2026-08-18"), ("18 août 2026", "2026-08-18"),
        ("18. März 26", "2026-03-18"), ("Feb-02-23", "2023-02-02"), ("soon", None), ("2026", None),
        ("99/99/9999", None),
    ],
)  # fmt: skip
def test_the_day_a_date_means(text: str, day: str | None) -> None:
    """ISO, German, American, words of three languages; nothing else is a day."""
    found = [one.isoformat() for one in days(text)]
    assert (day in found) if day else found == []


def test_rules_know_their_requirements_by_name() -> None:
    """The desk asks for a requirement when somebody overrides it."""
    rules = Rules("", ASME, (NotLocked(), FILES), {}, {})
    assert rules.requirement("no open lock") == NotLocked()
    assert rules.requirement("nothing") is None
    assert rules.sign_offs == ()
