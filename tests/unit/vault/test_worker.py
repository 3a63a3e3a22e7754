# SPDX-License-Identifier: AGPL-3.0-or-later
"""The worker process: hostile tasks end there and nowhere else."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from vault.errors import NoSuchItem, UnreadableFile, WorkerGaveUp
from vault.worker import MEGABYTE, Limits, TaskFailed, Worker, shared

LIMITS = Limits(memory=300 * MEGABYTE, cpu=2, wall=3, answer=MEGABYTE)
posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limits")


@pytest.fixture
def worker() -> Iterator[Worker]:
    """A pool of one process under tight limits."""
    pool = Worker(LIMITS, processes=1, tasks=5)
    yield pool
    pool.close()


@pytest.fixture
def script(tmp_path: Path) -> Any:
    """A function that runs Python text as a task and returns the globals it left."""

    def run(pool: Worker, text: str, limits: Limits | None = None) -> dict[str, Any]:
        path = tmp_path / f"task{time.monotonic_ns()}.py"
        path.write_text(text)
        return pool.call("runpy:run_path", path_name=path, limits=limits)

    return run


def pid(pool: Worker, script: Any) -> int:
    """Return the process number of the child that takes the next task."""
    return int(script(pool, "import os; mine = os.getpid()")["mine"])


def test_a_task_runs_in_another_process_and_answers(worker: Worker, script: Any) -> None:
    """The result comes back as JSON, from a process that is not ours and is used again."""
    first = pid(worker, script)
    assert first != os.getpid()
    assert pid(worker, script) == first


def test_a_refusal_crosses_with_its_class_and_facts(worker: Worker, script: Any) -> None:
    """A refusal raised by a task is the same sentence here, control signs made visible."""
    text = (
        "from vault.errors import UnreadableFile\n"
        "raise UnreadableFile(name='a\\x1b.pdf', reason='it has no pages')"
    )
    with pytest.raises(UnreadableFile, match=r"a\\u001b\.pdf cannot be read: it has no pages"):
        script(worker, text)
    with pytest.raises(NoSuchItem, match="no item 10-1"):
        script(worker, "from vault.errors import NoSuchItem; raise NoSuchItem(number='10-1')")


@posix
def test_an_endless_loop_is_ended_by_processor_time(worker: Worker, script: Any) -> None:
    """A busy loop stops at its share of processor time; the next task gets a new process."""
    before = pid(worker, script)
    with pytest.raises(WorkerGaveUp, match="1 s of processor time"):
        script(worker, "while True: pass", Limits(cpu=1, wall=20))
    assert pid(worker, script) != before


def test_a_hanging_task_is_ended_by_the_parents_clock(worker: Worker, script: Any) -> None:
    """A task that only waits burns no processor time and still ends on time."""
    begun = time.monotonic()
    with pytest.raises(WorkerGaveUp, match=r"after 0\.5 s"):
        script(worker, "import time; time.sleep(60)", Limits(wall=0.5))
    assert time.monotonic() - begun < 3


@posix
def test_a_memory_hog_meets_its_limit(worker: Worker, script: Any) -> None:
    """Memory beyond the limit is refused to the task, not taken from the machine."""
    with pytest.raises(WorkerGaveUp, match="300 MB of memory"):
        script(worker, "hog = [bytearray(10_000_000) for _ in range(100)]")
    assert script(worker, "fine = 1")["fine"] == 1


def test_a_task_that_kills_its_process_is_only_a_refusal(worker: Worker, script: Any) -> None:
    """os._exit, a signal and a crash of the library come out as one kind of refusal."""
    for text in ("import os; os._exit(0)", "import os; os.abort()"):
        with pytest.raises(WorkerGaveUp, match="crash of the program"):
            script(worker, text)
    assert script(worker, "fine = 1")["fine"] == 1


def test_a_huge_answer_is_not_swallowed(worker: Worker, script: Any) -> None:
    """An answer beyond the limit is given up instead of filling the caller's memory."""
    with pytest.raises(WorkerGaveUp, match="answer of more than 1 MB"):
        script(worker, "much = 'x' * 30_000_000")
    assert script(worker, "fine = 1")["fine"] == 1


def test_what_a_task_prints_reaches_nobody(worker: Worker, script: Any) -> None:
    """Output on the task's standard streams neither blocks it nor is taken for its answer."""
    text = (
        "import os\n"
        "for _ in range(2000): os.write(1, b'{}' * 500); os.write(2, b'x' * 500)\n"
        "done = 1"
    )
    assert script(worker, text)["done"] == 1


def test_an_unforeseen_error_keeps_its_traceback_as_the_cause(worker: Worker, script: Any) -> None:
    """A bug in a task is a refusal to the user and a full traceback to the log."""
    with pytest.raises(WorkerGaveUp) as caught:
        script(worker, "1 / 0")
    assert isinstance(caught.value.__cause__, TaskFailed)
    assert "ZeroDivisionError" in str(caught.value.__cause__)


def test_a_process_is_replaced_after_its_share_of_tasks(worker: Worker, script: Any) -> None:
    """Libraries leak, so five tasks are all one process gets here."""
    seen = [pid(worker, script) for _ in range(11)]
    assert len(set(seen)) == 3
    assert seen[0] == seen[4] != seen[5]


def test_an_idle_process_that_died_is_replaced_unnoticed(worker: Worker, script: Any) -> None:
    """The system may end an idle child; the next file is not blamed for it."""
    os.kill(pid(worker, script), 9)
    time.sleep(0.2)
    assert script(worker, "fine = 1")["fine"] == 1


def test_the_child_knows_no_secret_of_the_parent(
    worker: Worker, script: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The environment of the caller, tokens and all, does not reach hostile files."""
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hush")
    seen = script(worker, "import os; names = sorted(os.environ)")["names"]
    assert "AWS_SECRET_ACCESS_KEY" not in seen
    assert "HOME" not in seen


@posix
def test_limits_of_descriptors_files_and_core_dumps_hold(worker: Worker, script: Any) -> None:
    """What cannot be seen from outside is asked of the child itself."""
    text = (
        "import resource as r\n"
        "seen = [r.getrlimit(k)[0] for k in (r.RLIMIT_NOFILE, r.RLIMIT_CORE, r.RLIMIT_FSIZE)]"
    )
    assert script(worker, text)["seen"] == [64, 0, LIMITS.file_size]


def test_threads_share_a_pool(script: Any) -> None:
    """Many threads, few processes: every answer goes to the one who asked."""
    pool = Worker(processes=2)
    answers: dict[int, int] = {}

    def ask(number: int) -> None:
        answers[number] = script(pool, f"back = {number}")["back"]

    threads = [threading.Thread(target=ask, args=[number]) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    children = {process._child.pid for process in pool._all}
    pool.close()
    assert answers == {number: number for number in range(16)}
    assert 1 <= len(children) <= 2


def test_warm_starts_a_process_before_it_is_needed(script: Any) -> None:
    """A warmed pool has loaded the modules when the first task comes."""
    pool = Worker(processes=1)
    pool.warm("fractions")
    assert len(pool._all) == 1
    loaded = script(pool, "import sys; there = 'fractions' in sys.modules")["there"]
    pool.close()
    assert loaded is True


def test_close_ends_every_process_and_the_pool_can_go_on(worker: Worker, script: Any) -> None:
    """After closing no child is left; asking again simply starts one."""
    gone = pid(worker, script)
    worker.close()
    with pytest.raises(ProcessLookupError):
        os.kill(gone, 0)
    assert script(worker, "fine = 1")["fine"] == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_copy_starts_its_own_processes(worker: Worker, script: Any) -> None:
    """After a fork both sides work, and neither speaks to the other's child."""
    mine = pid(worker, script)
    reading, writing = os.pipe()
    copy = os.fork()
    if copy == 0:
        try:
            os.write(writing, str(pid(worker, script)).encode())
            worker.close()
        finally:
            os._exit(0)
    os.waitpid(copy, 0)
    theirs = int(os.read(reading, 100))
    os.close(reading)
    os.close(writing)
    assert theirs != mine
    assert pid(worker, script) == mine


def test_the_shared_worker_is_one() -> None:
    """Everybody in this program uses the same pool."""
    assert shared() is shared()
