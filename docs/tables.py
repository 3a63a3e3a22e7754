# SPDX-License-Identifier: AGPL-3.0-or-later
"""Write the tables of docs/ from the code, so that they cannot say something else.

`make docs` runs this; tests/architecture/test_documents.py fails where a table is behind.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from release.rules import customer, example, options, packets, quality
from traveler.schedule import ranking
from vault import settings
from vault.errors import Refusal

HERE = Path(__file__).resolve().parent
FLOORS = ("vault", "release", "traveler", "web", "hooks")
MADE = "<!-- Made by `make docs` from the code; change it there. -->\n"


def refusals() -> Iterator[tuple[str, list[type[Refusal]]]]:
    """Yield each module of refusals with those a person may see, in the order they are written.

    The direct children of Refusal are families: they lend exit code and status and are not raised.
    """
    for floor in FLOORS:
        for path in sorted((HERE.parent / floor).rglob("errors.py")):
            name = ".".join(path.relative_to(HERE.parent).with_suffix("").parts)
            module = importlib.import_module(name)
            defined = [one for one in vars(module).values() if isinstance(one, type)]
            own = [one for one in defined if issubclass(one, Refusal) and one.__module__ == name]
            yield name, [one for one in own if not {Refusal, Exception} & set(one.__bases__)]


def errors() -> str:
    """Return the table of refusals: sentence, exit code and HTTP status."""
    lines = [
        MADE,
        "# What Titleblock refuses, and what it says\n",
        "Browser, terminal and `git push` show the same sentence. The exit code is that of the",
        "command line: 1 refused by a rule, 2 wrong use, 3 not found, 4 somebody was first,",
        "5 damaged data. Words in braces are filled in.",
    ]
    for name, kinds in refusals():
        lines += [f"\n## {name.rpartition('.')[0]}\n"]
        lines += ["| sentence | exit | HTTP | name |", "|---|---|---|---|"]
        for kind in kinds:
            sentence = kind.template().replace("|", "\\|")
            lines.append(f"| {sentence} | {kind.exit_code} | {kind.status} | `{kind.__name__}` |")
    return "\n".join(lines) + "\n"


def settings_table() -> str:
    """Return the table of settings: name, variable, default and what each is for."""
    lines = [
        MADE,
        f"# Settings, `{settings.FILE}`\n",
        "Each stands at the top of the file; the variable of the environment overrides it.\n",
        "| setting | variable | default | what for |",
        "|---|---|---|---|",
    ]
    for row in settings.TABLE:
        default = ", ".join(row.default) if isinstance(row.default, tuple) else str(row.default)
        what_for = " ".join(row.what_for.split()).replace("|", "\\|")
        shown = f"`{default}`" if default else "empty"
        lines.append(f"| `{row.name}` | `{row.variable}` | {shown} | {what_for} |")
    return "\n".join(lines) + "\n"


RULES = """\
# The rules of release, `rules.toml`

The rules say who has to sign and what has to be right before a revision exists. They are text on
`refs/meta/rules`, written by administrators only, with a history; they are read from there and never
from what is being released. A key nobody knows is refused with its place, because a misspelt rule
must not silently be no rule.

    titleblock rules show                       # those in force
    titleblock rules show --for 10-0042         # which apply to an item, who can sign today
    titleblock rules show --example             # the example at the end of this page
    titleblock rules check new.toml             # read it, say what is odd, save nothing
    titleblock rules test new.toml              # what it would have decided on past and open orders
    titleblock rules edit new.toml -m "audit"   # put it in force
    titleblock rules history                    # who changed them, when, why, what

In the browser the same is at `/rules`.

## What a rule says
Each rule judges each item of a change order and gives one finding:

| finding | means | release |
|---|---|---|
| satisfied | it is as the rule asks | goes on |
| unsatisfied | it is not, or nobody is there who could satisfy it | is held |
| overridden | set aside by whom the rule lets, with a reason that is printed for ever | goes on |
| not applicable | the rule is not for this item, or there is nothing to judge; the reason is said | goes on |
| error | it could not be judged | is held |

Nothing is open by default: an item that no sign-off applies to is held, a rule that nobody can
satisfy is held and named as such, and who made a change cannot approve it, nor set its sign-off aside,
unless the rule says so.
"""
CONDITIONS = """
A list means *any of these*, several keys mean *all of them*. `*` and `?` stand for any text and any
sign; case does not matter. A condition is asked of the item as it is checked in **and** as it was last
released, and one of the two is enough: nobody escapes a rule by taking off the mark that made it apply.
"""
DISTRIBUTION = """
A list says who has to acknowledge a new revision before working on it; until then the floor's *Start*
is refused to them by name. Whom it asks is judged with the order, shown in its findings, and written
into the release log with the release: whoever joins a list later is asked from the next release on. A
list that reaches nobody is *unsatisfied*. `titleblock change open --reader NAME` asks somebody for one
order, whatever the lists say.
"""
PACKETS = """
What the proof packet of a customer holds, and how much of the shop it shows. Without a template for a
customer the standard one holds: every part goes in, who worked at the machines is named by initials,
and stations, notes of the floor and causes stay inside. Names of other customers and what is marked
internal never go in, whatever a template says. What is hidden is taken out of text, tables, PDFs and
their properties, file names and the manifest, not covered; a signed paper is never changed, so a
packet is refused where one names what must not be seen. A part that the customer or the job asks for
as proof cannot be left out. The packet says what was left out, and that it is an extract.
"""
PEOPLE = """
## `[groups]` and `[deputies]`
A group is a named list of people. A deputy stands in for somebody always, or from a day to a day, both
included; what counts is the day of the signature.

    [groups]
    flight = ["mchen", "rkim"]

    [deputies]
    mchen = [{ name = "rkim", from = "2026-11-20", until = "2026-12-01" }]
    rkim = ["mchen"]

## `[revision]`
`scheme` is `"asme-y14.35"` (A, B, C … without I O Q S X Z, then AA) or `"numeric"` (1, 2, 3 …).

## `[dispatch]`
Whose turn it is on the floor: `ranking` is a list of rules, and the first that tells two jobs apart
decides. Without it the list is `["pinned", "late first", "need-by"]`; what a person pins by hand, with
a reason, is for `titleblock dispatch pin`.

    [dispatch]
    ranking = ["pinned", "late first", "customer Halvard Robotics", "need-by"]

| rule | what it puts first |
|---|---|
@ranking@
`titleblock dispatch --what-if --ranking "pinned, due"` shows which jobs another list would move.

## `[performance]`
Who may see figures of single persons (`/performance/people`): `people` is a list of roles. Without it
everybody sees their own and nobody those of others, an administrator neither.

    [performance]
    people = ["planner"]

## What is read from a drawing
*title block agrees* reads the PDF's own text and looks for the labels of ISO 7200 and ASME Y14.1
(DWG NO, PART NO, REV, DATE, Zeichnungsnummer, Änderungsindex, Benennung, N° de plan, Indice …) and
for a value in the label's cell, below it or to its right. Every sheet is read. A PDF of outlines or of
a scan has no text: the finding then says that it *cannot tell*, which is no obstacle, or is one with
`required = true`. A date agrees if it is a day and not in the future. *letters agree* compares the
letters that title blocks and file names state with each other.

## Schema 1
Vaults of the first days have `schema = 1`, with `name`, `by`, `count`, `author_may_sign` and
`may_override` in a sign-off, the first three checks, and deputies as plain lists. It is read as it
always was; change the number to 2 to use the rest.
"""


def rules_page() -> str:
    """Return the page about the rules: what each may be told, and an example that has it all."""
    lines = [MADE, RULES, "## `[[sign-off]]`\n", *_options(options.SIGNING)]
    lines += ["\n## `when`", CONDITIONS, *_options(options.CONDITIONS), "\n## `[[require]]`\n"]
    lines += [
        "Each has `check`, and may have `name`, `when` and `may_override` as a sign-off has.\n"
    ]
    lines += ["| check | what it asks | further keys |", "|---|---|---|"]
    for check, kind in options.CHECKS.items():
        asks = (kind.__doc__ or "").split("\n")[0].replace("|", "\\|")
        keys = "<br>".join(
            f"`{one.name}`: {one.what_for}" for one in options.OPTIONS.get(check, ())
        )
        lines.append(f"| {check} | {asks} | {keys} |")
    lines += ["\n## `[[distribution]]`", DISTRIBUTION, *_options(options.DISTRIBUTING)]
    ranked = [f"| `{name}` | {what} |" for name, (what, _rule) in ranking.RULES.items()]
    ranked.append("| `customer NAME` | the jobs of a customer |")
    lines += ["\n## `[quality]`\n", *_options(quality.OPTIONS)]
    lines += ["\n## `[customer]`\n", *_options(customer.OPTIONS)]
    lines += ["\n## `[[packets.template]]`", PACKETS, *_options(packets.OPTIONS)]
    lines += [
        PEOPLE.replace("@ranking@", "\n".join([*ranked, ""])),
        "## An example that asks for everything\n",
        "```toml",
    ]
    return "\n".join([*lines, example.EXAMPLE.rstrip(), "```"]) + "\n"


def _options(told: Iterable[options.Option]) -> Iterator[str]:
    yield from ("| key | what for |", "|---|---|")
    for one in told:
        yield f"| `{one.name}` | {one.what_for.replace('|', chr(92) + '|')} |"


def tables() -> Mapping[str, str]:
    """Return every made document by its file name."""
    return {"errors.md": errors(), "settings.md": settings_table(), "rules.md": rules_page()}


def main() -> None:
    """Write the documents that changed."""
    for name, text in tables().items():
        path = HERE / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            print(f"wrote docs/{name}")


if __name__ == "__main__":
    main()
