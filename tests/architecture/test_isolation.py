# SPDX-License-Identifier: AGPL-3.0-or-later
"""The suite touches nothing of the developer's."""

from __future__ import annotations

import os
import pwd
import socket
import subprocess
from pathlib import Path

import pytest


def test_home_is_not_the_developers(isolated_home: Path) -> None:
    """Programs that look for a home find an empty one made for this test."""
    real = Path(pwd.getpwuid(os.getuid()).pw_dir)
    assert Path.home() == isolated_home
    assert not isolated_home.is_relative_to(real)


def test_git_reads_and_writes_a_configuration_of_its_own(isolated_home: Path) -> None:
    """`git config --global` lands in the test's home, and nothing else is read."""
    subprocess.run(["git", "config", "--global", "titleblock.mark", "7"], check=True)
    words = ["git", "config", "--list", "--show-origin"]
    told = subprocess.run(words, cwd=isolated_home, capture_output=True, text=True, check=True)
    assert "titleblock.mark=7" in told.stdout
    assert {line.split("\t")[0] for line in told.stdout.splitlines()} == {
        f"file:{isolated_home / 'gitconfig'}"
    }


def test_the_library_of_git_reads_no_configuration_of_the_developer(isolated_home: Path) -> None:
    """libgit2 keeps the search path it found when it was loaded: the home of this run."""
    import pygit2

    for level in (pygit2.enums.ConfigLevel.GLOBAL, pygit2.enums.ConfigLevel.XDG):
        place = pygit2.settings.search_path[level]
        assert not place or Path(pwd.getpwuid(os.getuid()).pw_dir) not in Path(place).parents


def test_variables_of_git_and_of_a_vault_do_not_reach_a_test() -> None:
    """Whoever runs the suite from a hook, or beside a vault, gets the same answer."""
    assert {"GIT_DIR", "GIT_WORK_TREE", "TITLEBLOCK_VAULT", "SSH_AUTH_SOCK"} & set(
        os.environ
    ) == set()


@pytest.mark.parametrize("host", ["192.0.2.7", "vault.example", "2001:db8::7"])
def test_the_network_is_out_of_reach(host: str) -> None:
    """A connection or a look-up beyond this machine is an error, not a slow test."""
    with pytest.raises(RuntimeError, match=host):
        socket.create_connection((host, 443), timeout=1)
    datagram = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with datagram, pytest.raises(RuntimeError, match="stay on this machine"):
        datagram.sendto(b"x", (host, 9))


def test_this_machine_can_be_reached() -> None:
    """Servers on loopback, by name and by number, work."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        for host in ("localhost", "127.0.0.1"):
            socket.create_connection((host, port), timeout=5).close()
