# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which names may enter the vault: item numbers, file names, paths of a pushed tree.

git itself lets most of these through (``receive.fsckObjects`` accepts ``CON.pdf``, a newline,
two names that differ in case only), so the policy is ours and is the same for a push, the web
form and the watched folder.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import chain

from vault.errors import BadFileName, BadItemNumber

LONGEST_SEGMENT = 255  # bytes of UTF-8, the limit of ext4, NTFS and APFS
LONGEST_PATH = 1024  # bytes of UTF-8
DEEPEST_PATH = 16  # segments
POINTER = ".dvc"
IGNORED = ".gitignore"
"""What `dvc add` writes beside a pointer: of the work tree, never a file of the item."""

_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")
_FORBIDDEN = frozenset('<>:"|?*\\')
_DEVICES = frozenset(
    ["con", "prn", "aux", "nul", "conin$", "conout$"]
    + [port + sign for port in ("com", "lpt") for sign in "0123456789¹²³"]
)
_STEERING = frozenset(
    chain(
        (".git", ".gitattributes", ".gitmodules", ".lfsconfig"),
        (".dvc", ".dvcignore", "dvc.yaml", "dvc.lock"),
    )
)
_SHORT_NAME = re.compile(r"(git|dvc)[^.]*~[0-9]|gi7[0-9a-f]{3}~[0-9]")
_UNSEEN_CATEGORIES = frozenset(["Cc", "Cf", "Cs", "Zl", "Zp"])
_UNSEEN = frozenset(
    chain(
        (0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0),  # fillers and joiners
        range(0xFDD0, 0xFDF0),  # no characters at all
        range(0xFE00, 0xFE10),  # variation selectors
        range(0xE0100, 0xE01F0),
    )
)


def item_number(text: str) -> str:
    """Return the item number unchanged, for it is never repaired silently.

    Raises BadItemNumber for anything Windows or git would refuse as part of a folder or a tag.
    """
    why = _number_fault(text)
    if why:
        raise BadItemNumber(number=text, why=why)
    return text


def file_name(text: str) -> str:
    """Return the name of one file to be kept, in NFC, since macOS sends the decomposed form.

    Raises BadFileName where no pointer of that name could stand in the tree.
    """
    name = unicodedata.normalize("NFC", text)
    if "/" in name:
        raise BadFileName(name=text, why="it holds a slash, which separates folders")
    if name.casefold().endswith(POINTER):
        raise BadFileName(name=text, why="names in .dvc are kept for pointers")
    why = path_fault(name) or path_fault(name + POINTER)
    if why:
        raise BadFileName(name=text, why=why)
    return name


def fold(name: str) -> str:
    """Return the key under which two names are the same to Windows and macOS."""
    folded = unicodedata.normalize("NFC", name).casefold()
    return unicodedata.normalize("NFC", folded)


def is_steering(name: str) -> bool:
    """Say whether git or DVC of everybody who clones would obey a file or folder of this name."""
    folded = fold(name)
    return folded in _STEERING or bool(_SHORT_NAME.match(folded))


def path_fault(path: str) -> str | None:
    """Return why a path may not stand in the vault's tree, or None where it may.

    Names that are not UTF-8 are expected decoded with ``surrogateescape`` and are refused.
    """
    segments = path.split("/")
    if len(segments) > DEEPEST_PATH:
        return f"it is {len(segments)} folders deep, the limit is {DEEPEST_PATH}"
    for segment in segments:
        fault = _segment_fault(segment)
        if fault:
            return fault
    if len(path.encode()) > LONGEST_PATH:
        return f"it is longer than {LONGEST_PATH} bytes"
    return None


def clashes(paths: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield pairs of paths, folders included, that one Windows or macOS folder cannot hold both.

    Whole trees are compared, because two folders that differ in case swallow each other's files.
    """
    seen: dict[str, str] = {}
    for path in paths:
        for prefix in _prefixes(path):
            first = seen.setdefault(fold(prefix), prefix)
            if first != prefix:
                yield first, prefix


def _prefixes(path: str) -> Iterator[str]:
    end = path.find("/")
    while end != -1:
        yield path[:end]
        end = path.find("/", end + 1)
    yield path


def _number_fault(text: str) -> str | None:
    if not _NUMBER.fullmatch(text):
        return _number_sign_fault(text)
    if text.endswith("."):
        return "it ends in a dot, which Windows drops"
    if ".." in text:
        return "git refuses two dots in a row"
    if text.casefold().endswith(".lock"):
        return "git keeps names in .lock for itself"
    return _segment_fault(text)


def _number_sign_fault(text: str) -> str:
    if not text:
        return "it is empty"
    if len(text) > 32:
        return f"it has {len(text)} signs"
    wrong = [sign for sign in text if not re.fullmatch(r"[A-Za-z0-9._-]", sign)]
    if wrong:
        return f"it holds “{wrong[0]}”"
    return f"it starts with “{text[0]}”"


def _segment_fault(name: str) -> str | None:
    if not name:
        return "a name in it is empty"
    if name in {".", ".."}:
        return f"“{name}” leads out of its folder"
    return (
        _sign_fault(name)
        or _edge_fault(name)
        or _kept_name_fault(fold(name))
        or _length_fault(name)
    )


def _sign_fault(name: str) -> str | None:
    if name.isascii() and name.isprintable() and _FORBIDDEN.isdisjoint(name):
        return None
    for sign in name:
        if 0xDC80 <= ord(sign) <= 0xDCFF:
            return f"“{name}” is not UTF-8"
        if _is_unseen(sign):
            return f"“{name}” holds the invisible sign U+{ord(sign):04X}"
        if sign in _FORBIDDEN:
            return f"“{name}” holds {sign}, which Windows refuses"
    if not unicodedata.is_normalized("NFC", name):
        return f"“{name}” is not in Unicode normal form C, so it could stand beside its twin"
    return None


def _is_unseen(sign: str) -> bool:
    code = ord(sign)
    return (
        unicodedata.category(sign) in _UNSEEN_CATEGORIES
        or code in _UNSEEN
        or code & 0xFFFE == 0xFFFE
    )


def _edge_fault(name: str) -> str | None:
    if name.startswith("-"):
        return f"“{name}” starts with -, which programs read as an option"
    if name.endswith(".") or name != name.rstrip():
        return f"“{name}” ends in a dot or a space, which Windows drops"
    return None


def _kept_name_fault(folded: str) -> str | None:
    if folded.split(".", 1)[0].rstrip() in _DEVICES:
        return f"“{folded}” is the name of a device on Windows"
    if is_steering(folded):
        return f"“{folded}” steers git or DVC of everybody who clones"
    return None


def _length_fault(name: str) -> str | None:
    if len(name.encode()) > LONGEST_SEGMENT:
        return f"“{name[:24]}…” is longer than {LONGEST_SEGMENT} bytes"
    return None
