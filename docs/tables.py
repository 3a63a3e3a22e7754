# SPDX-License-Identifier: AGPL-3.0-or-later
"""Write the tables of docs/ from the code, so that they cannot say something else.

`make docs` runs this; tests/architecture/test_documents.py fails where a table is behind.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from pathlib import Path

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


def tables() -> Mapping[str, str]:
    """Return every made document by its file name."""
    return {"errors.md": errors(), "settings.md": settings_table()}


def main() -> None:
    """Write the documents that changed."""
    for name, text in tables().items():
        path = HERE / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            print(f"wrote docs/{name}")


if __name__ == "__main__":
    main()
