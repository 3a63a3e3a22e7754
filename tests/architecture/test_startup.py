# SPDX-License-Identifier: AGPL-3.0-or-later
"""A command answers before one wonders whether it will."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from vault import cli

HEAVY = {
    "PIL", "alembic", "argon2", "asyncio", "boto3", "botocore", "dvc", "dvc_data", "dvc_objects",
    "flask", "git", "jinja2", "numpy", "pygit2", "pymupdf", "requests", "ruamel", "sqlalchemy",
    "sqlite_utils", "tomlkit", "watchdog",
}  # fmt: skip
VERB = """
import sys
from vault import cli
sys.argv = ["titleblock", {words}]
try:
    cli.main()
finally:
    print(*sorted(sys.modules), file=sys.stderr)
"""
HELP = VERB.format(words='"--help"')
TIMES_OF_A_BARE_START = 15  # 300 ms where Python itself starts in 20 ms


def seconds(words: list[str | Path]) -> float:
    """Return the least processor time of seven runs: what else the machine does can only add."""
    import resource  # not on Windows

    runs = []
    for _ in range(7):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(words, check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        runs.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(runs)


def loaded(program: str) -> set[str]:
    """Return the top-level modules a fresh interpreter holds after a program."""
    told = subprocess.run(
        [sys.executable, "-I", "-c", program], check=True, capture_output=True, text=True
    )
    return {name.partition(".")[0] for name in told.stderr.split()}


def test_help_loads_nothing_heavy() -> None:
    """`titleblock --help` waits for no database, no git, no PDF library."""
    assert loaded(HELP) & HEAVY == set()


def test_a_verb_of_the_trunk_loads_no_branch_and_each_branch_has_verbs_of_its_own() -> None:
    """Moving objects does not wait for the floors above; they change no verb it could miss."""
    floors = {"release", "traveler", "web", "hooks"}
    assert loaded(VERB.format(words='"objects", "move", "--help"')) & floors == set()
    assert floors <= loaded(VERB.format(words='"item", "--help"'))

    def homes(verb: click.Command) -> set[str]:
        below = verb.commands.values() if isinstance(verb, click.Group) else ()
        return {verb.callback.__module__.partition(".")[0]}.union(*map(homes, below))

    bare = cli.Trunk()
    for own in cli.OWN:
        own.hang(bare)
    before = set(bare.commands)
    assert {home for name in before for home in homes(bare.grow().commands[name])} == {"vault"}


def test_hooks_load_nothing_heavy(sources: list[Any]) -> None:
    """What git runs at each push waits for neither DVC nor the PDF library."""
    modules = [source.name for source in sources if source.floor == "hooks"]
    for name in modules:
        module = name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        program = f"import sys, {module}\nprint(*sys.modules, file=sys.stderr)"
        heavy = {"dvc", "dvc_data", "pymupdf", "alembic", "flask", "boto3"}
        assert loaded(program) & heavy == set(), name


def test_a_heavy_module_is_found() -> None:
    """The check sees what a program imports."""
    assert "sqlalchemy" in loaded("import sqlalchemy, sys; print(*sys.modules, file=sys.stderr)")


@pytest.mark.skipif(sys.platform == "win32", reason="starting a process costs too much there")
def verbs(group: click.Group, words: str) -> Iterator[tuple[str, click.Command]]:
    """Yield every command of a group by the words that call it, and those of the groups in it."""
    for name in group.list_commands(click.Context(group)):
        one = group.get_command(click.Context(group), name)
        assert one is not None
        yield f"{words} {name}", one
        if isinstance(one, click.Group):
            yield from verbs(one, f"{words} {name}")


def test_the_help_of_every_command_can_be_read_as_it_stands() -> None:
    """Click keeps lines as they are after a backspace; a backslash and a b are shown and run together."""
    told = dict(verbs(cli.trunk(), "titleblock"))
    assert len(told) > 100
    assert [words for words, one in told.items() if "\\b" in (one.help or "")] == []


def test_help_starts_within_300_ms() -> None:
    """In processor time, and against the bare interpreter, so that a busy machine slows both."""
    command = Path(sys.executable).with_name("titleblock")
    bare = seconds([sys.executable, "-I", "-c", "pass"])
    shown = seconds([command, "--help"])
    assert shown < max(0.3, bare * TIMES_OF_A_BARE_START), f"{shown * 1000:.0f} ms"
