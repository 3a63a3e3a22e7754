# SPDX-License-Identifier: AGPL-3.0-or-later
"""``.dvc`` pointers: the few lines in git that stand for the bytes of one file.

Stock DVC must read what is written here, and what DVC wrote is read here, but much more strictly:
DVC itself follows a ``.dir`` object, a ``wdir`` or a ``remote`` out of the repository, so a pointer
of a pushed tree is only ever read by this file.  A pointer has one output, a plain file beside it.

ruamel.yaml is imported where it is needed: it costs 100 ms, and nearly every pointer is in the
narrow form that the expression below reads 500 times faster.
"""

from __future__ import annotations

import json
import math
import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from vault.errors import BadPointer
from vault.names import POINTER, path_fault

LARGEST = 64 * 1024  # bytes
DEEPEST = 8  # levels of YAML
LARGEST_FILE = 2**63 - 1  # bytes

_MD5 = re.compile("[0-9a-f]{32}")
_SHA256 = re.compile("[0-9a-f]{64}")
_PLAIN = r"[A-Za-z\u00c0-\u024f\u0400-\u04ff\u4e00-\u9fff][\w .,()+&'-]*[\w)]"
_PLAIN_NAME = re.compile(_PLAIN)
_WORDS = frozenset(["null", "true", "false", "yes", "no", "on", "off"])
_NARROW = re.compile(
    r"outs:\n"
    r"- md5: ('?)(?P<md5>[0-9a-f]{32})\1\n"
    r"  size: (?P<size>0|[1-9][0-9]{0,18})\n"
    r"  hash: md5\n"
    rf"  path: (?:'(?P<quoted>(?:[^'\n]|'')+)'|(?P<plain>{_PLAIN}))\n"
    r"(?:meta:\n  sha256: ('?)(?P<sha256>[0-9a-f]{64})\6\n)?"
)
_WITHIN = frozenset(["isexec", "desc", "type", "labels", "meta"])
_BESIDE = frozenset(["desc", "meta"])
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Pointer:
    """One kept file: its name, its address (md5), its size in bytes and its proof (sha256).

    ``sha256`` is None in a pointer made by stock ``dvc add``, and stale where DVC rewrote one of
    ours, so it is a claim to be checked.  ``within`` and ``beside`` hold what else DVC or a person
    wrote into the output and into the file (``meta`` without its sha256), kept when rewritten.
    """

    name: str
    md5: str
    size: int
    sha256: str | None = None
    within: Mapping[str, Any] = field(default_factory=dict)
    beside: Mapping[str, Any] = field(default_factory=dict)


def parse(data: bytes, where: str) -> Pointer:
    """Return the pointer in the file at the path ``where``; raises BadPointer saying what is wrong.

    The path matters: a pointer may only speak of the file of its own name beside it.
    """
    if len(data) > LARGEST:
        raise BadPointer(where=where, why=f"it is larger than {LARGEST} bytes")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise BadPointer(where=where, why="it is not UTF-8") from None
    try:
        pointer = _narrow(text) or _wide(text)
        _check(pointer, posixpath.basename(where))
    except ValueError as fault:
        raise BadPointer(where=where, why=str(fault)) from None
    return pointer


def write(pointer: Pointer) -> bytes:
    """Return the pointer as DVC 3 writes it, with our sha256 under ``meta:``."""
    lines = [
        "outs:",
        f"- md5: {_hex(pointer.md5)}",
        f"  size: {pointer.size}",
        *(f"  {key}: {_flow(value)}" for key, value in pointer.within.items()),
        "  hash: md5",
        f"  path: {_name(pointer.name)}",
    ]
    meta = dict(pointer.beside.get("meta", {}))
    if pointer.sha256:
        lines += ["meta:", f"  sha256: {_hex(pointer.sha256)}"]
        lines += [f"  {_flow(key)}: {_flow(value)}" for key, value in meta.items()]
    elif meta:
        lines += [f"meta: {_flow(meta)}"]
    lines += [f"{key}: {_flow(value)}" for key, value in pointer.beside.items() if key != "meta"]
    return ("\n".join(lines) + "\n").encode()


def pointer_name(name: str) -> str:
    """Return the name of the pointer that stands for a file."""
    return name + POINTER


def _narrow(text: str) -> Pointer | None:
    found = _NARROW.fullmatch(text)
    if not found or _is_number(found["md5"], found[1]) or _is_number(found["sha256"], found[6]):
        return None
    if found["plain"] and found["plain"].lower() in _WORDS:
        return None
    name = found["plain"] or found["quoted"].replace("''", "'")
    return Pointer(name, found["md5"], int(found["size"]), found["sha256"])


def _is_number(digest: str | None, quote: str | None) -> bool:
    """Tell whether YAML would take an unquoted digest for a number, as 12345e67 is one."""
    return digest is not None and not quote and not re.search("[abcdf]", digest)


def _wide(text: str) -> Pointer:
    data = _yaml(text)
    if not isinstance(data, dict) or "outs" not in data:
        raise ValueError("it has no outs")
    _only(data, {"outs"} | _BESIDE, "beside outs")
    outs = data.pop("outs")
    if not isinstance(outs, list) or len(outs) != 1 or not isinstance(outs[0], dict):
        raise ValueError("outs is not a list of exactly one file")
    out = outs[0]
    _only(out, {"md5", "size", "hash", "path"} | _WITHIN, "in its output")
    if out.pop("hash", None) != "md5":
        raise ValueError("it has no hash: md5, so a DVC before version 3 wrote it")
    facts = [out.pop(key, None) for key in ("path", "md5", "size")]
    if not _is_text(facts[0]) or not _is_text(facts[1]) or type(facts[2]) is not int:
        raise ValueError("path and md5 are not both text, or size is not a whole number")
    meta = data.get("meta", {})
    if not isinstance(meta, dict):
        raise ValueError("meta is not a table")  # noqa: TRY004 - refused like all the rest
    sha256 = meta.pop("sha256", None)
    if not meta:
        data.pop("meta", None)
    return Pointer(facts[0], facts[1], facts[2], sha256, out, data)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _only(table: dict[Any, Any], known: set[str] | frozenset[str], place: str) -> None:
    strange = sorted(str(key) for key in table if key not in known)
    if strange:
        raise ValueError(f"it has {', '.join(strange)} {place}, which this vault does not follow")


def _check(pointer: Pointer, file: str) -> None:
    if not _MD5.fullmatch(pointer.md5):
        raise ValueError("md5 is not 32 hexadecimal digits in lower case; folders are not kept")
    if pointer.sha256 is not None and not _SHA256.fullmatch(str(pointer.sha256)):
        raise ValueError("meta.sha256 is not 64 hexadecimal digits in lower case")
    if not 0 <= pointer.size <= LARGEST_FILE:
        raise ValueError("size is not a number of bytes")
    if pointer_name(pointer.name) != file:
        raise ValueError(f"its path is “{pointer.name}”, not the file beside it that {file} names")
    fault = path_fault(pointer.name)
    if fault:
        raise ValueError(fault)
    if type(pointer.within.get("isexec", False)) is not bool:
        raise ValueError("isexec is neither true nor false")
    for table in (pointer.within, pointer.beside):
        _flow(table)


def _yaml(text: str) -> Any:
    """Return the value of a YAML text that has no anchor, alias, tag, merge or second document."""
    from ruamel.yaml import YAML  # noqa: PLC0415
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415

    try:
        _refuse_tricks(text)
        return YAML(typ="safe", pure=True).load(text)
    except (YAMLError, ArithmeticError, RecursionError) as fault:
        problem = getattr(fault, "problem", None) or type(fault).__name__
        raise ValueError(f"it is not plain YAML ({problem})") from None


def _refuse_tricks(text: str) -> None:
    from ruamel.yaml import YAML, events  # noqa: PLC0415

    depth = documents = 0
    for event in YAML(typ="safe", pure=True).parse(text):
        documents += isinstance(event, events.DocumentStartEvent)
        depth += isinstance(event, events.CollectionStartEvent)
        depth -= isinstance(event, events.CollectionEndEvent)
        if getattr(event, "anchor", None) or isinstance(event, events.AliasEvent):
            raise ValueError("it has a YAML anchor or alias")
        if getattr(event, "tag", None) or getattr(event, "tags", None):
            raise ValueError("it has a YAML tag")
        if getattr(event, "version", None) or documents > 1:
            raise ValueError("it has a YAML directive or a second document")
        if isinstance(event, events.ScalarEvent) and event.value == "<<":
            raise ValueError("it has a YAML merge key")
        if depth > DEEPEST:
            raise ValueError(f"it is nested deeper than {DEEPEST} levels")


def _hex(digest: str) -> str:
    return f"'{digest}'" if _is_number(digest, None) else digest


def _name(name: str) -> str:
    if _PLAIN_NAME.fullmatch(name) and name.lower() not in _WORDS:
        return name
    return "'" + name.replace("'", "''") + "'"


def _flow(value: object) -> str:
    """Return any plain value on one line of YAML; raises ValueError where it has none."""
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise ValueError("a key in it is not text")
        return "{" + ", ".join(f"{_flow(k)}: {_flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(one) for one in value) + "]"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("a number in it is not finite")
    if value is None or isinstance(value, str | bool | int | float):
        return _ESCAPED.sub(_escape, json.dumps(value, ensure_ascii=False))
    raise ValueError(f"it holds a {type(value).__name__}, which this vault does not keep")


def _escape(sign: re.Match[str]) -> str:
    return f"\\u{ord(sign[0]):04x}"
