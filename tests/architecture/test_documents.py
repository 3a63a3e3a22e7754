# SPDX-License-Identifier: AGPL-3.0-or-later
"""The documents of the house are true: commands run, tables agree, links lead somewhere."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

ONE_LINE = re.compile(r"(?:^|[|;&(]\s*|\$ )(?:\.venv/bin/)?titleblock((?:\s+[^|;&)]+)?)")
ADDRESS = re.compile(r"https?://([A-Za-z0-9.-]+)")
REGISTRY = re.compile(r"(.*\.)?(pypi|pythonhosted|npmjs|debian|crates)\.(org|io|com|net)")
INSIDE = re.compile(
    r"[A-Za-z0-9-]+|.*\.(corp|home|internal|intranet|lan|local|localdomain)"
    r"|10\.[\d.]+|192\.168\.[\d.]+|172\.(1[6-9]|2\d|3[01])\.[\d.]+"
)
MACHINE = re.compile(r"(?<![\w.])(/root/|/work/|/home/(?!user\b)[a-z]+/|/Users/[a-z]+/|/tmp/[a-z])")
BYTES = {".pdf", ".png", ".jpg", ".ico", ".ttf", ".woff2", ".step", ".dxf", ".gz", ".zip", ".db"}
MADE_ELSEWHERE = re.compile(r"uv\.lock|web/static/vendor/.*|(.*[/.])?LICEN[CS]E.*")


def commands(text: str) -> Iterator[list[str]]:
    """Yield the words after `titleblock` of every command in fenced blocks and inline code."""
    for block in re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        for line in block.replace("\\\n", " ").splitlines():
            yield from _of_line(line)
    for inline in re.findall(
        r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    ):
        yield from _of_line(inline)


def _of_line(line: str) -> Iterator[list[str]]:
    for words in ONE_LINE.findall(line):
        try:
            yield shlex.split(words, comments=True)
        except ValueError:
            yield ["cannot", "be", "read:", words]


def fault(words: list[str], trunk: click.Group) -> str | None:
    """Return what is wrong with a command line, or None; values are not looked at."""
    command: click.Command = trunk
    context = click.Context(trunk, info_name="titleblock")
    rest = words
    while True:
        try:
            given, rest, _ = command.make_parser(context).parse_args(args=list(rest))
        except click.UsageError as misuse:
            return f"{' '.join(words)}: {misuse.format_message()}"
        if not isinstance(command, click.Group):
            return _surplus(words, command, given, rest)
        if not rest:
            return None
        found = command.get_command(context, rest[0])
        if found is None:
            return f"{' '.join(words)}: no verb {rest[0]}"
        command, rest = found, rest[1:]
        context = click.Context(command, context, info_name=command.name)


def _surplus(
    words: list[str], command: click.Command, given: dict[str, Any], rest: list[str]
) -> str | None:
    wanted = [one.name for one in command.params if isinstance(one, click.Argument)]
    named = {one.name for one in command.params}
    if rest or set(given) - named:
        return f"{' '.join(words)}: takes only {wanted}, {rest} is too much"
    return None


@pytest.fixture(scope="module")
def trunk() -> click.Group:
    """Return the whole command line."""
    from vault import cli

    return cli.trunk()


def test_every_command_in_the_documents_is_real(
    tracked: list[Path], project: Path, trunk: click.Group
) -> None:
    """README and docs show only verbs and options that exist."""
    found = []
    seen = 0
    for path in (one for one in tracked if one.suffix == ".md"):
        for words in commands(path.read_text(encoding="utf-8")):
            seen += 1
            if (wrong := fault(words, trunk)) is not None:
                found.append(f"{path.relative_to(project)}: titleblock {wrong}")
    assert found == []
    assert seen > 10


def test_every_target_in_the_documents_is_real(tracked: list[Path], project: Path) -> None:
    """Whatever a document tells to make, the Makefile makes."""
    told = (project / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", told, re.MULTILINE))
    for path in (one for one in tracked if one.suffix == ".md"):
        for line in path.read_text(encoding="utf-8").splitlines():
            for target in re.findall(r"(?:^|`)make ([a-z]+)(?=[ `]|$)", line):
                assert target in targets, f"{path.relative_to(project)}: make {target}"


def test_an_invented_command_is_found(trunk: click.Group) -> None:
    """The check finds a verb and an option that do not exist, and a word too many."""
    text = "`titleblock item frobnicate` `titleblock item list --loud` `titleblock item list X`"
    assert all(fault(words, trunk) for words in commands(text))
    assert len(list(commands(text))) == 3
    good = (
        "```console\n$ printf x | titleblock --as mchen change sign CO-0001 --password-stdin\n```"
    )
    (words,) = commands(good)
    assert words[:3] == ["--as", "mchen", "change"]


def test_the_page_of_the_rules_is_made_from_the_code(project: Path, tables: Any) -> None:
    """docs/rules.md is what `make docs` would write, and names every check and every key."""
    text = (project / "docs" / "rules.md").read_text(encoding="utf-8")
    assert text == tables.rules_page()


def test_the_table_of_settings_is_made_from_the_code(project: Path, tables: Any) -> None:
    """docs/settings.md is what `make docs` would write."""
    text = (project / "docs" / "settings.md").read_text(encoding="utf-8")
    assert text == tables.settings_table()


def test_the_changelog_tells_of_this_version(project: Path, pyproject: dict[str, Any]) -> None:
    """The version that is built has its own heading."""
    version = pyproject["project"]["version"]
    assert f"\n## [{version}]" in (project / "CHANGELOG.md").read_text(encoding="utf-8")


def test_links_in_documents_lead_somewhere(tracked: list[Path], project: Path) -> None:
    """Every relative link and picture in Markdown is a file that git keeps."""
    kept = {path.resolve() for path in tracked} | {p.resolve().parent for p in tracked}
    for path in (one for one in tracked if one.suffix == ".md"):
        text = path.read_text(encoding="utf-8")
        for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)|(?:src|href)=\"([^\"#]+)\"", text):
            target = link[0] or link[1]
            if ":" not in target:
                place = (path.parent / target).resolve()
                assert place in kept, f"{path.relative_to(project)} links to {target}"


def test_decisions_are_listed(project: Path) -> None:
    """The index of decisions names each of them."""
    folder = project / "docs" / "adr"
    index = (folder / "README.md").read_text(encoding="utf-8")
    decisions = sorted(path.name for path in folder.glob("[0-9]*.md"))
    assert len(decisions) >= 3
    assert [name for name in decisions if f"({name})" not in index] == []


def strays(text: str, only_paths: bool = False) -> list[str]:
    """Return hosts of registries and of somebody's own network, and paths of somebody's disk."""
    paths = [found.group() for found in MACHINE.finditer(text)]
    if only_paths:
        return paths
    hosts = {host.rstrip(".") for host in ADDRESS.findall(text)}
    named = {host for host in hosts if host != "localhost" and not host.isupper()}
    return sorted(h for h in named if INSIDE.fullmatch(h) or REGISTRY.fullmatch(h)) + paths


def test_nothing_names_a_machine(tracked: list[Path], project: Path) -> None:
    """No tracked file holds a host of somebody's network or a path of somebody's disk.

    Tests invent hosts, so only their paths are looked at.
    """
    found = {}
    for path in tracked:
        name = path.relative_to(project).as_posix()
        if path.suffix in BYTES or MADE_ELSEWHERE.fullmatch(name) or path == Path(__file__):
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        if stray := strays(text, only_paths=name.startswith("tests/")):
            found[name] = stray
    assert found == {}


def test_a_stray_host_or_path_is_found() -> None:
    """The check finds both kinds and lets examples, standards and this machine pass."""
    bad = "https://build7/x http://nas.local https://10.1.2.3/ https://files.pythonhosted.org/a"
    assert len(strays(bad + " /home/jane/x")) == 5
    assert (
        strays(
            "https://vault.example/r http://127.0.0.1:8000 http://localhost/ https://HOST/R/ ~/x"
        )
        == []
    )
