# SPDX-License-Identifier: AGPL-3.0-or-later
"""How an answer looks in the terminal of whoever pushes: all faults at once, each with its remedy."""

from __future__ import annotations

# What is needed only when something went wrong is imported then: every push waits for the rest.
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from hooks.errors import HookTrouble
from vault.errors import Refusal, printable

WIDTH: Final = 88  # columns, beside the "remote: " git puts before each
MOST: Final = 200
"""Faults shown; whoever has more has one cause for them."""


def refused(faults: Sequence[Refusal], what: str = "push") -> str:
    """Return the answer to a refused push or commit."""
    count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
    lines = ["", f"Titleblock refused this {what} ({count}); nothing was changed.", ""]
    for number, fault in enumerate(faults[:MOST], 1):
        lines += _entry(f"{number}. ", str(fault))
    if len(faults) > MOST:
        lines += [f"… and {len(faults) - MOST} more."]
    return "\n".join([*lines, ""])


def _entry(mark: str, text: str) -> list[str]:
    import textwrap  # noqa: PLC0415 - see the top of the file

    return textwrap.wrap(
        text, WIDTH, initial_indent=f"  {mark:<4}", subsequent_indent=" " * 6,
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


def say(lines: str | Iterable[str]) -> None:
    """Write to whoever pushes, which git does with what a hook writes to its standard error."""
    text = lines if isinstance(lines, str) else "\n".join(lines)
    shown = "\n".join(printable(line) for line in text.split("\n"))
    sys.stderr.buffer.write(shown.encode("utf-8", "backslashreplace") + b"\n")
    sys.stderr.buffer.flush()


def answered(work: Callable[[], int]) -> int:
    """Do a hook's work and return its exit code; a refusal is told, a bug is kept, both refuse."""
    try:
        return work()
    except Refusal as refusal:
        say(refused([refusal]))
    except Exception:  # noqa: BLE001 - a guard that breaks must not let anything pass
        say(str(HookTrouble(where=_kept())))
    return 1


def _kept() -> str:
    import tempfile  # noqa: PLC0415 - see the top of the file
    import traceback  # noqa: PLC0415

    handle, name = tempfile.mkstemp(prefix="titleblock-hook-", suffix=".txt")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(traceback.format_exc())
    return name
