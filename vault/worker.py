# SPDX-License-Identifier: AGPL-3.0-or-later
"""Work on hostile files in a process of its own, which may die without taking the caller along.

A drawing from outside can be built to eat memory, to never end, or to crash the library that
reads it.  Whatever opens such a file therefore runs here: a child process under limits, spoken to
in JSON lines, given files by their path only, never anything pickled.  The parent holds the wall
clock; the child holds memory, processor time, open files and file size, where the system has such
limits (not on Windows).

The same module is both ends: ``python -I -m vault.worker`` is the child.
"""

from __future__ import annotations

import atexit
import contextlib
import importlib
import json
import math
import os
import signal
import subprocess
import sys
import threading
import traceback
import weakref
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, BinaryIO

from vault.errors import Refusal, WorkerGaveUp

if sys.platform != "win32":
    import resource

START_SECONDS = 60.0  # a cold disk may need long to load the libraries; no task runs meanwhile
MEGABYTE = 1 << 20


class TaskFailed(Exception):
    """What went wrong inside the worker, in words for the log: the cause of a WorkerGaveUp."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one task may use: memory and sizes in bytes, times in seconds.

    Times and the size of the answer may be given for each call; the others hold for a whole pool.
    """

    memory: int = 1536 * MEGABYTE
    cpu: float = 20.0
    wall: float = 30.0
    file_size: int = 1024 * MEGABYTE
    answer: int = 16 * MEGABYTE
    open_files: int = 64


class Worker:
    """A small pool of worker processes, started when first needed; safe to share by threads.

    A process does one task at a time and is replaced after ``tasks`` of them, because libraries
    that parse foreign files leak; it is replaced at once when it died or overstepped.
    """

    def __init__(
        self, limits: Limits | None = None, *, processes: int = 2, tasks: int = 200
    ) -> None:
        """Describe the pool; nothing is started yet."""
        self.limits = limits or Limits()
        self._tasks = tasks
        self._processes = processes
        self._modules: tuple[str, ...] = ()
        self._closed = False
        self._reset()
        _workers.add(self)

    def _reset(self) -> None:
        self._lock = threading.Lock()
        self._turns = threading.BoundedSemaphore(self._processes)
        self._idle: list[_Process] = []
        self._all: set[_Process] = set()

    def warm(self, *modules: str) -> None:
        """Start one process ahead of need and let it load these modules; returns at once."""
        with self._lock:
            self._modules = tuple(dict.fromkeys((*self._modules, *modules)))
            idle = bool(self._idle)
        if not idle and self._turns.acquire(blocking=False):
            self._put_back(self._start())

    def call(
        self, task: str, /, *, limits: Limits | None = None, **facts: object
    ) -> dict[str, Any]:
        """Run ``package.module:function`` with these facts in a worker and return its answer.

        Facts and answer are JSON; a path is given as Path or text and made absolute.  The file in
        question is named in refusals by the fact ``name``, else by the last part of ``path``.

        Raises:
            Refusal: the refusal the task raised, class and facts kept.
            WorkerGaveUp: the task overstepped a limit, crashed, or failed in an unforeseen way.
        """
        allowed = limits or self.limits
        subject = _subject(task, facts)
        request = {"task": task, "facts": facts, "cpu": allowed.cpu, "wall": allowed.wall}
        line = json.dumps(request, default=os.path.abspath).encode() + b"\n"
        with self._turns:
            process = self._take()
            try:
                answer = process.ask(line, allowed, subject)
            except BaseException:
                self._drop(process)
                raise
            if process.done >= self._tasks or "exhausted" in answer:
                self._drop(process)
            else:
                self._keep(process)
        return _understood(answer, subject, allowed)

    def close(self) -> None:
        """End every process; a later call starts new ones."""
        with self._lock:
            processes, self._all, self._idle = self._all, set(), []
        for process in processes:
            process.end()

    def forget(self) -> None:
        """Let go of the parent's processes after a fork; they belong to the parent still."""
        for process in self._all:
            process.let_go()
        self._reset()

    def _start(self) -> _Process:
        process = _Process(self.limits, self._modules)
        with self._lock:
            self._all.add(process)
        return process

    def _take(self) -> _Process:
        while True:
            with self._lock:
                process = self._idle.pop() if self._idle else None
            if process is None:
                return self._start()
            if process.alive():
                return process
            self._drop(process)

    def _keep(self, process: _Process) -> None:
        with self._lock:
            if process in self._all:  # else closed meanwhile
                self._idle.append(process)

    def _put_back(self, process: _Process) -> None:
        self._keep(process)
        self._turns.release()

    def _drop(self, process: _Process) -> None:
        with self._lock:
            self._all.discard(process)
        process.end()


_workers: weakref.WeakSet[Worker] = weakref.WeakSet()
_shared = Worker()


def shared() -> Worker:
    """Return the worker of this whole program."""
    return _shared


def _close_all() -> None:
    for worker in list(_workers):
        worker.close()


def _forget_all() -> None:
    for worker in list(_workers):
        worker.forget()


atexit.register(_close_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_all)


def _subject(task: str, facts: Mapping[str, object]) -> str:
    named = facts.get("name")
    return str(named) if named else os.path.basename(str(facts.get("path", task)))  # noqa: PTH119


def _understood(answer: dict[str, Any], subject: str, limits: Limits) -> dict[str, Any]:
    """Return the result in an answer, or raise what it says was raised."""
    if "result" in answer:
        result: dict[str, Any] = answer["result"]
        return result
    if "refusal" in answer:
        kind, facts = answer["refusal"]
        for known in _descendants(Refusal):
            if known.__qualname__ == kind:
                raise known(**facts)
    if "exhausted" in answer:
        raise WorkerGaveUp(name=subject, limit=f"{limits.memory // MEGABYTE} MB of memory")
    failed = TaskFailed(str(answer.get("failed", answer))[:20_000])
    raise WorkerGaveUp(name=subject, limit="an error of the program that reads it") from failed


def _descendants(kind: type[Refusal]) -> Iterator[type[Refusal]]:
    for below in kind.__subclasses__():
        yield below
        yield from _descendants(below)


class _Process:
    """The parent's end of one child: two pipes and the wall clock.

    Bare descriptors instead of file objects, so that a forked copy of the program can close its
    copies without touching a lock another thread held at that moment.
    """

    def __init__(self, limits: Limits, modules: tuple[str, ...]) -> None:
        asked, self._send = os.pipe()
        self._receive, answered = os.pipe()
        self._limits = limits
        self._buffer = b""
        self._ready = False
        self.done = 0
        try:
            self._child = subprocess.Popen(
                [sys.executable, "-I", "-m", "vault.worker", json.dumps([asdict(limits), modules])],
                stdin=asked,
                stdout=answered,
                stderr=subprocess.DEVNULL,
                env=_environment(),
                start_new_session=True,
            )
        except BaseException:
            self._close_pipes()
            raise
        finally:
            os.close(asked)
            os.close(answered)

    def ask(self, line: bytes, limits: Limits, subject: str) -> dict[str, Any]:
        """Send one request and return the answer; raises WorkerGaveUp for silence and death."""
        if not self._ready:
            self._wait_until_ready()
        late = threading.Event()
        clock = threading.Timer(limits.wall, self._strike, [late])
        clock.daemon = True
        clock.start()
        try:
            self._write(line)
            answer = self._read_line(limits.answer)
        finally:
            clock.cancel()
        self.done += 1
        if answer is None:
            raise WorkerGaveUp(name=subject, limit=self._why(limits, late.is_set()))
        found: dict[str, Any] = json.loads(answer)
        return found

    def alive(self) -> bool:
        """Say whether the child still runs; an idle one may have been ended by the system."""
        return self._child.poll() is None

    def _strike(self, late: threading.Event) -> None:
        late.set()
        self._kill()

    def _wait_until_ready(self) -> None:
        clock = threading.Timer(START_SECONDS, self._kill)
        clock.daemon = True
        clock.start()
        try:
            if self._read_line(100) is None:
                raise WorkerGaveUp(name="the worker process", limit="its start failed")
        finally:
            clock.cancel()
        self._ready = True

    def _write(self, line: bytes) -> None:
        with contextlib.suppress(BrokenPipeError):  # the missing answer tells the same
            while line:
                line = line[os.write(self._send, line) :]

    def _read_line(self, limit: int) -> bytes | None:
        """Return one line, or None where the child ended or said more than it may."""
        parts = [self._buffer]
        size = len(self._buffer)
        while b"\n" not in parts[-1]:
            more = os.read(self._receive, 1 << 16)
            size += len(more)
            if not more or size > limit:
                return None
            parts.append(more)
        line, _, self._buffer = b"".join(parts).partition(b"\n")
        return line

    def _why(self, limits: Limits, late: bool) -> str:
        if late:
            return f"{limits.wall:g} s"
        with contextlib.suppress(subprocess.TimeoutExpired):
            code = self._child.wait(1)
            if sys.platform != "win32" and code == -signal.SIGXCPU:
                return f"{limits.cpu:g} s of processor time"
            return "a crash of the program that reads it"
        return f"an answer of more than {limits.answer // MEGABYTE} MB"

    def _kill(self) -> None:
        if self._child.poll() is not None:
            return
        if sys.platform != "win32":
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._child.pid, signal.SIGKILL)
        self._child.kill()

    def _close_pipes(self) -> None:
        for descriptor in (self._send, self._receive):
            with contextlib.suppress(OSError):
                os.close(descriptor)
        self._send = self._receive = -1

    def end(self) -> None:
        """Close the pipes, which ends an idle child by itself, and make sure that it did."""
        self._kill()
        self._close_pipes()
        self._child.wait()

    def let_go(self) -> None:
        """Close a forked copy of the pipes and do not mind the child: it is somebody else's."""
        self._close_pipes()
        self._child.returncode = 0


def _environment() -> dict[str, str]:
    """Return what a child needs and nothing more: no secrets, no locale, no time zone."""
    needed = {"LC_ALL": "C.UTF-8", "TZ": "UTC"}
    for name in ("SYSTEMROOT", "TEMP", "TMP", "TMPDIR"):
        if name in os.environ:
            needed[name] = os.environ[name]
    return needed


# --- the child --------------------------------------------------------------


def prepare(modules: list[str]) -> dict[str, Any]:
    """Load modules ahead of need (a task); returns which ones."""
    for module in modules:
        importlib.import_module(module)
    return {"modules": modules}


def _confine(limits: Limits) -> None:
    """Set the limits that hold for the life of this process."""
    if sys.platform == "win32":
        return
    for kind, value in (
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_NOFILE, limits.open_files),
        (resource.RLIMIT_FSIZE, limits.file_size),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):  # macOS knows no limit of address space
            resource.setrlimit(kind, (value, value))


def _allow(cpu: float, wall: float) -> None:
    """Set the limits of one task: processor time from now on, and a clock of our own.

    The clock is for a parent that is gone and can no longer strike.
    """
    if sys.platform == "win32":
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    allowed = math.ceil(used.ru_utime + used.ru_stime + cpu)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (allowed, resource.RLIM_INFINITY))
    signal.setitimer(signal.ITIMER_REAL, wall + 5)


def _perform(request: dict[str, Any]) -> dict[str, Any]:
    """Return the answer to one request: a result, a refusal, or how it failed."""
    _allow(request["cpu"], request["wall"])
    try:
        module, _, function = request["task"].partition(":")
        return {"result": getattr(importlib.import_module(module), function)(**request["facts"])}
    except MemoryError:
        return {"exhausted": "memory"}
    except Refusal as refusal:
        return {"refusal": [type(refusal).__qualname__, refusal.facts]}
    except Exception:  # noqa: BLE001 - it travels to the parent, which raises it as WorkerGaveUp
        return {"failed": traceback.format_exc()}
    finally:
        if sys.platform != "win32":
            signal.setitimer(signal.ITIMER_REAL, 0)


def _serve(requests: BinaryIO, answers: BinaryIO) -> None:
    for line in requests:
        try:
            answer = json.dumps(_perform(json.loads(line)), default=str).encode()
        except MemoryError:
            answer = b'{"exhausted": "memory"}'
        answers.write(answer + b"\n")
        answers.flush()


def main() -> None:
    """Be the child: load what was asked for, then answer requests until the pipe closes."""
    limits, modules = json.loads(sys.argv[1])
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):  # libraries print; only answers may reach the parent
        os.dup2(nowhere, descriptor)
    _confine(replace(Limits(), **limits))
    prepare(modules)
    answers.write(b"ready\n")
    answers.flush()
    _serve(requests, answers)


if __name__ == "__main__":
    main()
