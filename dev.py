# SPDX-License-Identifier: AGPL-3.0-or-later
"""Build, run and check Titleblock with nothing but Python, git and a network.

    python3 dev.py demo          on Windows: py dev.py demo

`make help` and `python3 dev.py help` list the verbs.  Only the standard library is used, because
this file runs before anything is installed.  It keeps to `.venv/` beside it, and asks the system's
package manager only where that is allowed without a question: as root on Debian and its kin.

Environment: `JOBS` (processes of the tests, else 2), `INSTALLER=pip` (do without uv), `PORT` and
`ONCE` (read by `titleblock demo`), `CI` (a missing test program is then a failure).
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import shlex
import shutil
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

try:
    import tomllib
except ModuleNotFoundError:  # it came with Python 3.11
    for newer in ("python3.14", "python3.13", "python3.12", "python3.11"):
        probe = [newer, "-c", "import tomllib"]
        if shutil.which(newer) and subprocess.run(probe, check=False).returncode == 0:
            sys.exit(subprocess.run([newer, *sys.argv], check=False).returncode)
    sys.exit("dev.py: Titleblock needs Python 3.11 or later; install it and run this with it.")

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
WINDOWS = os.name == "nt"
BIN = VENV / ("Scripts" if WINDOWS else "bin")
PYTHON = BIN / ("python.exe" if WINDOWS else "python")
STAMP = VENV / "titleblock-environment.json"
OLDEST_GIT = (2, 34)  # the first that signs with SSH keys and can verify them well
OF_DEMO = ("cad",)  # extras that people see something of; see pyproject.toml
ROOM = 2 * 1024**3  # bytes of shared memory that the tests may need at once
STARTED = time.monotonic()
# Variables that would lead our tools away from `.venv/` and from this repository.
STRAY = ("PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV", "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE")


def say(text: str) -> None:
    """Print one line of progress with the seconds since the start."""
    print(f"[{time.monotonic() - STARTED:6.1f} s] {text}", flush=True)


def stop(text: str, code: int = 1) -> NoReturn:
    """End with one sentence that says what to do."""
    say(text)
    sys.exit(code)


def run(*words: str | Path, **more: str) -> int:
    """Run a program in the project's folder and return its exit code."""
    kept = {name: value for name, value in os.environ.items() if name not in STRAY}
    try:
        done = subprocess.run([str(word) for word in words], check=False, cwd=HERE, env=kept | more)
    except OSError as fault:
        say(f"{words[0]} does not run: {fault}")
        return 127
    return done.returncode


# --- what the system must bring ----------------------------------------------------------


class Need(NamedTuple):
    """A program of the system, and the package that holds it for each package manager."""

    name: str
    present: Callable[[], bool]
    apt: str
    dnf: str
    brew: str
    winget: str


def git_is_good() -> bool:
    """Say whether git is here and new enough."""
    try:
        told = subprocess.run(["git", "--version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):  # macOS has a git that only asks for Xcode
        return False
    found = re.search(r"(\d+)\.(\d+)", told.stdout)
    return found is not None and (int(found[1]), int(found[2])) >= OLDEST_GIT


def chromium() -> str | None:
    """Return the path of a browser that the tests can drive."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "msedge")
    apps = (
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        r"C:\Program Files\Google\Chrome\Application\chrome.exe",
        r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
    )
    named = os.environ.get("TITLEBLOCK_CHROMIUM")
    installed = [found for name in names if (found := shutil.which(name))]
    return next((one for one in (named, *installed, *apps) if one and Path(one).is_file()), None)


def on_path(program: str, systems: str = "") -> Callable[[], bool]:
    """Return the question whether a program is on the PATH, asked on these systems only."""
    return lambda: sys.platform not in (systems or sys.platform) or bool(shutil.which(program))


def has_ensurepip() -> bool:
    """Say whether a virtual environment can be made; Debian packs that part separately."""
    return importlib.util.find_spec("ensurepip") is not None


def has_postgres() -> bool:
    """Say whether a PostgreSQL server is here; Debian keeps its programs off the PATH."""
    kept = Path("/usr/lib/postgresql")
    return any(kept.glob("*/bin/initdb")) or bool(shutil.which("initdb"))


VENV_PACKAGE = f"python3.{sys.version_info.minor}-venv"
TO_RUN = (
    Need("venv", has_ensurepip, VENV_PACKAGE, "python3", "python", "Python.Python.3.12"),
    Need("git 2.34 or later", git_is_good, "git", "git", "git", "Git.Git"),
    Need("ssh-keygen", on_path("ssh-keygen"), "openssh-client", "openssh", "openssh", "Git.Git"),
)
TO_TEST = (
    Need("chromium", lambda: chromium() is not None, "chromium fonts-dejavu-core", "chromium",
         "chromium", "Google.Chrome"),
    Need("git-lfs", on_path("git-lfs"), "git-lfs", "git-lfs", "git-lfs", "GitHub.GitLFS"),
    Need("qpdf", on_path("qpdf"), "qpdf", "qpdf", "qpdf", "QPDF.QPDF"),
    Need("pdftoppm", on_path("pdftoppm"), "poppler-utils", "poppler-utils", "poppler",
         "oschwartz10612.Poppler"),
    Need("zbarimg", on_path("zbarimg", "linux darwin"), "zbar-tools", "zbar", "zbar", ""),
    Need("postgres", has_postgres, "postgresql", "postgresql-server", "postgresql@17",
         "PostgreSQL.PostgreSQL.17"),
    Need("strace", on_path("strace", "linux"), "strace", "strace", "", ""),
)  # fmt: skip


def ask_system(needs: Sequence[Need], required: bool) -> None:
    """Install what is missing where that is allowed, else name the one command that does."""
    missing = [need for need in needs if not need.present()]
    if not missing:
        return
    names = ", ".join(need.name for need in missing)
    packages = list(dict.fromkeys(" ".join(need.apt for need in missing).split()))
    if shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        say(f"Missing: {names}. Installing {' '.join(packages)} with apt-get")
        apt_install(packages)
        missing = [need for need in missing if not need.present()]
    if not missing:
        return
    names = ", ".join(need.name for need in missing)
    if required:
        stop(f"Missing: {names}. Run this once, then try again:  {remedy(missing)}")
    say(f"Missing: {names}. The tests that need it are skipped; to run them:  {remedy(missing)}")


def apt_install(packages: Sequence[str]) -> None:
    """Install Debian packages; the list of packages is fetched first where it is missing or old."""
    words = ("apt-get", "install", "-y", "-q", "--no-install-recommends", *packages)
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    if run(*words, **quiet) != 0:
        say("Fetching the list of Debian packages first")
        run("apt-get", "update", "-q", **quiet)
        run(*words, **quiet)


def remedy(needs: Sequence[Need]) -> str:
    """Return the one command that installs what is missing on this system."""
    ways: Mapping[str, tuple[str, list[str]]] = {
        "apt-get": ("sudo apt-get install -y", [need.apt for need in needs]),
        "dnf": ("sudo dnf install -y", [need.dnf for need in needs]),
        "brew": ("brew install", [need.brew for need in needs]),
        "winget": ("winget install", [need.winget for need in needs]),
    }
    for manager, (command, packages) in ways.items():
        if shutil.which(manager):
            return f"{command} {' '.join(dict.fromkeys(' '.join(packages).split()))}"
    return f"install {', '.join(need.name for need in needs)} with the system's package manager"


# --- the environment ---------------------------------------------------------------------


def environment(dev: bool) -> None:
    """Bring `.venv/` to what `uv.lock` says; the second call does nothing."""
    ask_system(TO_RUN, required=True)
    wanted = fingerprint()
    have = stamped()
    if have.get("fingerprint") == wanted and (have.get("dev") or not dev) and PYTHON.exists():
        say("The environment in .venv/ is up to date")
        return
    dev = dev or bool(have.get("dev"))  # a demo does not take the test tools away again
    make_venv(moved=have.get("place", str(HERE)) != str(HERE))
    STAMP.unlink(missing_ok=True)
    lock = tomllib.loads((HERE / "uv.lock").read_text(encoding="utf-8"))
    if not (install_by_uv(lock, dev) or install_by_pip(lock, dev)):
        stop("The packages could not be installed; look at the lines above, then try again.")
    STAMP.write_text(json.dumps({"fingerprint": wanted, "dev": dev, "place": str(HERE)}))
    say("The environment in .venv/ is ready")


def fingerprint() -> str:
    """Return a digest of all that decides what belongs into `.venv/`."""
    digest = hashlib.sha256(f"{HERE}\n{sys.version_info[:2]}\n".encode())
    for name in ("uv.lock", "pyproject.toml"):
        digest.update((HERE / name).read_bytes())
    return digest.hexdigest()


def stamped() -> dict[str, Any]:
    """Return what the last complete installation wrote down."""
    try:
        told = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def make_venv(moved: bool) -> None:
    """Make `.venv/`, anew where it is broken, was moved here, or is of an old Python."""
    if VENV.exists():
        probe = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
        if not moved and PYTHON.exists() and run(PYTHON, "-c", probe) == 0:
            return
        say("The environment in .venv/ is not usable here; making it anew")
        shutil.rmtree(VENV)
    say(f"Making .venv/ with Python {sys.version.split()[0]}")
    maker = getattr(sys, "_base_executable", None) or sys.executable
    if run(maker, "-m", "venv", VENV) != 0:
        stop(f"No virtual environment can be made; install it:  {remedy(TO_RUN[:1])}")


def install_by_uv(lock: Mapping[str, Any], dev: bool) -> bool:
    """Install what the lock file says with the uv that it pins; False where that fails."""
    if os.environ.get("INSTALLER") == "pip":
        return False
    pinned = next(one for one in lock["package"] if one["name"] == "uv")
    uv = BIN / ("uv.exe" if WINDOWS else "uv")
    if version_of(uv) != pinned["version"]:
        say(f"Installing uv {pinned['version']} into .venv/")
        if not pip_install([requirement(pinned, "")], "--only-binary", ":all:"):
            return False
    say(f"Installing the packages of uv.lock{' with the test tools' if dev else ''}")
    more = {"UV_PROJECT_ENVIRONMENT": str(VENV), "UV_PYTHON_DOWNLOADS": "never"}
    if has_certificates():
        more["UV_SYSTEM_CERTS"] = "1"
    if not can_cache():
        more["UV_CACHE_DIR"] = str(VENV / "cache")
    groups = ("--group", "bootstrap") if dev else ("--no-dev", "--group", "bootstrap", "--inexact")
    shown = [word for extra in OF_DEMO for word in ("--extra", extra)]
    return run(uv, "sync", "--frozen", "--python", PYTHON, *groups, *shown, **more) == 0


def version_of(uv: Path) -> str:
    """Return the version of an installed uv, or nothing."""
    if not uv.exists():
        return ""
    told = subprocess.run([uv, "--version"], capture_output=True, text=True, check=False)
    return (*told.stdout.split(), "", "")[1]


def has_certificates() -> bool:
    """Say whether the system brings certificates: a shop's network may have its own among them."""
    known = ssl.get_default_verify_paths()
    folder = Path(known.capath) if known.capath else None
    return WINDOWS or bool(known.cafile) or (folder is not None and any(folder.glob("*")))


def can_cache() -> bool:
    """Say whether the person's own cache folder can be written."""
    place = os.environ.get("UV_CACHE_DIR") or os.environ.get("HOME" if not WINDOWS else "APPDATA")
    return place is not None and Path(place).is_absolute() and os.access(place, os.W_OK)


def install_by_pip(lock: Mapping[str, Any], dev: bool) -> bool:
    """Install the same packages, by the same hashes, with pip alone."""
    say("Installing the packages of uv.lock with pip, which takes about a minute")
    if not pip_install(exported(lock, dev)):
        return False
    return run(PYTHON, "-m", "pip", "install", "-q", "--no-deps", "-e", HERE) == 0


def pip_install(requirements: Iterable[str], *more: str) -> bool:
    """Let pip install exactly these requirements, each by its hashes."""
    with tempfile.TemporaryDirectory() as place:
        listed = Path(place) / "requirements.txt"
        listed.write_text("\n".join(requirements) + "\n", encoding="utf-8")
        words = (
            "install",
            "-q",
            "--disable-pip-version-check",
            "--no-input",
            "--no-deps",
            "--use-pep517",
        )
        return run(PYTHON, "-m", "pip", *words, "--require-hashes", *more, "-r", listed) == 0


def exported(lock: Mapping[str, Any], dev: bool) -> list[str]:
    """Return the lock file as pip's requirements: versions, hashes and conditions.

    A package's condition is the union over the ways that lead to it; each way is the set of the
    markers met on it.
    """
    packages: dict[str, list[dict[str, Any]]] = {}
    for one in lock["package"]:
        packages.setdefault(one["name"], []).append(one)
    root = packages["titleblock"][0]
    shown = [edge for extra in OF_DEMO for edge in root["optional-dependencies"][extra]]
    edges = [*root["dependencies"], *shown, *(root["dev-dependencies"]["dev"] if dev else ())]
    open_ways = [(edge, frozenset[str]()) for edge in edges]
    ways: dict[tuple[str, str], set[frozenset[str]]] = {}
    found: dict[tuple[str, str], dict[str, Any]] = {}
    while open_ways:
        edge, way = open_ways.pop()
        way |= {edge["marker"]} if "marker" in edge else set()
        for one in packages[edge["name"]]:
            key = (one["name"], one["version"])
            known = ways.setdefault(key, set())
            if edge.get("version", key[1]) != key[1] or any(old <= way for old in known):
                continue
            known.add(way)
            found[key] = one
            extras = one.get("optional-dependencies", {})
            optional = [more for extra in edge.get("extra", ()) for more in extras.get(extra, ())]
            open_ways += [(more, way) for more in (*one.get("dependencies", ()), *optional)]
    return [requirement(found[key], condition(ways[key])) for key in sorted(found)]


def condition(ways: set[frozenset[str]]) -> str:
    """Return the marker of a package that any of these ways leads to."""
    if frozenset() in ways:
        return ""
    return " or ".join(sorted(" and ".join(f"({one})" for one in sorted(way)) for way in ways))


def requirement(package: Mapping[str, Any], marker: str) -> str:
    """Return one line of pip's requirements for a package of the lock file."""
    files = [*package.get("wheels", ()), *([package["sdist"]] if "sdist" in package else ())]
    hashes = " ".join(f"--hash={file['hash']}" for file in files)
    return f"{package['name']}=={package['version']}{f' ; {marker}' if marker else ''} {hashes}"


# --- the verbs ---------------------------------------------------------------------------


def env(_arguments: Sequence[str]) -> int:
    """Build the environment, with the tools for tests."""
    environment(dev=True)
    return 0


def demo(arguments: Sequence[str]) -> int:
    """Build the demo vault and serve it."""
    environment(dev=False)
    program = BIN / ("titleblock.exe" if WINDOWS else "titleblock")
    say("Starting titleblock demo")
    if not WINDOWS:  # become the server, so that signals reach it
        os.chdir(HERE)
        os.execv(program, [str(program), "demo", *arguments])
    return run(program, "demo", *arguments)


def lint(_arguments: Sequence[str]) -> int:
    """Check form, types and floors, all of them, and say which were not in order."""
    environment(dev=True)
    return lint_all()


def lint_all() -> int:
    """Run every check of the source."""
    checks = (
        ("ruff", "check", "."),
        ("ruff", "format", "--check", "--output-format", "concise", "."),
        ("mypy",),
        ("lint-imports", "--no-logo"),
    )
    bad = []
    for words in checks:
        say(f"Checking with {' '.join(words)}")
        if run(BIN / words[0], *words[1:]) != 0:
            bad.append(" ".join(words[:2]))
    if bad:
        say(f"Not in order: {', '.join(bad)}")
    return 1 if bad else 0


def test(arguments: Sequence[str]) -> int:
    """Run everything CI runs; with arguments, only pytest with those."""
    environment(dev=True)
    ask_system(TO_TEST, required=os.environ.get("CI", "").lower() in ("1", "true"))
    linted = 0 if arguments else lint_all()
    tested = pytest(arguments or ["tests"])
    if linted:
        say("The tests have run, but lint was not in order; see above.")
    return tested or linted


def bench(arguments: Sequence[str]) -> int:
    """Measure the speeds that are promised, one after the other; with arguments, only those."""
    environment(dev=True)
    missed = 0
    for script in sorted((HERE / "tests" / "benchmarks").glob("bench_*.py")):
        name = script.stem.removeprefix("bench_")
        if not arguments or name in arguments:
            say(f"Measuring {name}")
            missed = run(PYTHON, script) or missed
    return missed


def pytest(arguments: Sequence[str]) -> int:
    """Run pytest with its temporary folders in memory where there is room."""
    jobs = os.environ.get("JOBS", "2")
    memory = Path("/dev/shm")  # noqa: S108 - a folder of our own is made inside
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM
    place = tempfile.mkdtemp(prefix="titleblock-", dir=memory if roomy else None)
    # each process takes one half of what is left, so that none waits for the one with the journeys
    words = ["-n", jobs, "--dist", "worksteal", *arguments]
    say(f"Testing: pytest {shlex.join(words)}  (temporary folders in {place})")
    code = run(PYTHON, "-m", "pytest", *words, TMPDIR=place, TEMP=place, TMP=place)
    if code == 0:
        shutil.rmtree(place, ignore_errors=True)
    else:
        print(f"What the failed tests left is in {place}", flush=True)
    return code


def soak(arguments: Sequence[str]) -> int:
    """Run the tests that may take any time for as long as they want; with arguments, only those."""
    environment(dev=True)
    tests = arguments or [
        "tests/journeys/test_release_race.py", "tests/journeys/test_killed_at_every_step.py",
        "tests/journeys/test_release_control_model.py",
    ]  # fmt: skip
    return run(PYTHON, "-m", "pytest", "-s", *tests, SOAK="1")


def docs(_arguments: Sequence[str]) -> int:
    """Write the tables of docs/ anew from the code."""
    environment(dev=True)
    return run(PYTHON, HERE / "docs" / "tables.py")


def clean(_arguments: Sequence[str]) -> int:
    """Remove the environment, the caches of the tools and the demo vault."""
    for name in (".venv", ".demo", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis",
                 ".import_linter_cache", "dist"):  # fmt: skip
        if (HERE / name).is_dir():
            say(f"Removing {name}/")
            shutil.rmtree(HERE / name)
    return 0


def show_help(_arguments: Sequence[str] = ()) -> int:
    """List the verbs, as the Makefile's own comments describe them."""
    told = (HERE / "Makefile").read_text(encoding="utf-8")
    print("make VERB, or python3 dev.py VERB (py dev.py VERB on Windows)\n")
    for name, what in re.findall(r"^([a-z]+):.*?## (.+)$", told, re.MULTILINE):
        print(f"  {name:<6}  {what}")
    return 0


VERBS: Mapping[str, Callable[[Sequence[str]], int]] = {
    "demo": demo,
    "test": test,
    "env": env,
    "lint": lint,
    "bench": bench,
    "soak": soak,
    "docs": docs,
    "clean": clean,
    "help": show_help,
}


def main(words: Sequence[str]) -> int:
    """Do one verb."""
    verb = VERBS.get(words[0] if words else "help")
    if verb is None:
        show_help()
        return 2
    return verb(words[1:])


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        stop("Stopped.", 130)
