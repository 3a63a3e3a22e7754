# SPDX-License-Identifier: AGPL-3.0-or-later
"""DVC's own test suite for remotes (``dvc.testing``), run against the vault's.

Run as they are: ``TestRemote.test`` (with each file added by itself, see below) and the two tests
of traversal, which DVC itself expects to fail where a remote cannot be listed, as none over HTTP
can.  Not run, and why:

- ``TestRemote.test_stage_cache_push_pull``: DVC skips it for HTTP, which has no stage cache; a vault
  keeps no pipelines.
- ``TestRemoteVersionAware`` and ``TestRemoteWorktree``: for object stores that keep versions of a
  name; here a name is a digest, and history is git's.
- ``benchmarks``: they measure DVC's own commands, not the remote.

A folder added as a whole is a ``.dir`` object, which the vault refuses because a crafted one writes
outside the clone that pulls it.  That this is so is the last test here.
"""

from __future__ import annotations

import gc
import warnings
from collections.abc import Iterator
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from dvc.testing.fixtures import dvc, make_tmp_dir, scm, tmp_dir
from dvc.testing.remote_tests import TestRemote as Suite

if TYPE_CHECKING:
    from vault.home import Vault

__all__ = ["dvc", "make_tmp_dir", "scm", "tmp_dir"]
pytestmark = pytest.mark.filterwarnings("ignore")  # DVC's warnings are DVC's


@pytest.fixture(autouse=True)
def tidy() -> Iterator[None]:
    """Let go of the connections DVC leaves open, here, so that no later test is blamed for them."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        gc.collect()


class EachFileByItself:
    """A folder to work in, whose ``dvc_gen`` adds the files of a tree one by one."""

    def __init__(self, place: Any) -> None:
        """Stand for one of DVC's temporary folders."""
        self.place = place

    def dvc_gen(self, struct: Any, text: str = "") -> Any:
        """Write and add files; a tree answers like a folder with one file and more in it."""
        if isinstance(struct, str):
            return self.place.dvc_gen(struct, text)
        outs = [self.place.dvc_gen(name, data)[0].outs[0] for name, data in flat(struct)]
        first, *rest = outs
        more = [(None, None, out.hash_info) for out in rest]
        out = SimpleNamespace(cache_path=first.cache_path, hash_info=first.hash_info, obj=more)
        return (SimpleNamespace(outs=[out]),)


def flat(tree: dict[str, Any], under: str = "") -> list[tuple[str, str]]:
    """Return the files of a tree with their contents."""
    found = []
    for name, inner in tree.items():
        if isinstance(inner, dict):
            found += flat(inner, f"{under}{name}_")
        else:
            found.append((f"{under}{name}", inner))
    return found


@pytest.fixture
def remote(vault: Vault, server: Any, token: Any, tmp_dir: Any, dvc: Any) -> Any:
    """Return the vault as DVC's suite knows remotes, set up as the default one."""
    config = {"url": f"{server.url}/dvc", "auth": "custom", "custom_auth_header": "X-Vault-Token",
              "password": token("eli")}  # fmt: skip
    tmp_dir.add_remote(name="upstream", config=config)
    return SimpleNamespace(scheme="http", config=config)


class TestVaultAsRemote(Suite):  # type: ignore[misc]
    """DVC's tests; only the ones that say so differ."""

    def test(self, tmp_dir: Any, dvc: Any, remote: Any) -> None:
        """DVC's own body, status, push, pull and all, on files instead of a folder."""
        super().test(EachFileByItself(tmp_dir), dvc, remote)


def test_a_folder_of_dvc_is_not_kept(tmp_dir: Any, dvc: Any, remote: Any, vault: Vault) -> None:
    """The push ends with an error, and no ``.dir`` object is in the store."""
    from dvc.exceptions import UploadError

    tmp_dir.dvc_gen({"folder": {"a.step": "a", "b.step": "b"}})
    with pytest.raises(UploadError):
        dvc.push()
    assert not list(vault.root.rglob("*.dir"))
