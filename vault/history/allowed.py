# SPDX-License-Identifier: AGPL-3.0-or-later
"""The keys whose signatures count: the ``allowed_signers`` file of OpenSSH, written and read here.

A line names a key, what it may sign (namespaces) and from when to when.  Moments are UTC and carry
a ``Z``, which OpenSSH reads since 9.1.  Who is looked for, and how, follows ``ssh-keygen -Y
find-principals`` and ``-Y verify`` as git calls them, so that both come to the same verdict.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from vault import clock
from vault.history import sshsig, wire

PRINCIPAL: Final = "titleblock@localhost"
GIT: Final = "git"
EXPORT: Final = "titleblock-export"
PACKET: Final = "titleblock-packet"
_FORMS: Final = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
_OPTION: Final = re.compile(r'([A-Za-z-]+)(?:="((?:[^"\\]|\\.)*)")?(,|\Z)')
_LINE: Final = re.compile(
    r'(?P<who>"[^"]+"|\S+)\s+(?:(?P<options>(?:[^\s"]|"(?:[^"\\]|\\.)*")+)\s+)??'
    r"(?P<kind>(?:ssh|ecdsa|sk)-[a-z0-9@.-]+)\s+(?P<key>[A-Za-z0-9+/=]+)(?:\s.*)?\Z"
)


@dataclass(frozen=True, slots=True)
class Allowed:
    """One key that may sign: for whom, for what (None: anything), from and until when (UTC)."""

    principals: str
    key: bytes
    namespaces: str | None = None
    after: str | None = None
    before: str | None = None
    authority: bool = False

    @property
    def fingerprint(self) -> str:
        """Return the fingerprint, as ``ssh-keygen -l`` prints it."""
        return sshsig.fingerprint(self.key)

    @property
    def kind(self) -> str:
        """Return the kind of key, as ``ssh-ed25519``."""
        return self.key[4 : 4 + int.from_bytes(self.key[:4], "big")].decode("ascii", "replace")

    @property
    def public(self) -> str:
        """Return the key as a line of OpenSSH, without a comment."""
        return f"{self.kind} {base64.b64encode(self.key).decode()}"

    def fault_at(self, moment: str) -> str | None:
        """Return why the key does not count at a moment, or None where it does."""
        if self.after is not None and moment < self.after:
            return f"signed at {moment}, before its key counts ({self.after})"
        if self.before is not None and moment > self.before:
            return f"signed at {moment}, after its key ceased to count ({self.before})"
        return None

    def written(self) -> str:
        """Return the key as a line of the file."""
        options = [
            f'{name}="{value}"'
            for name, value in (("namespaces", self.namespaces), ("valid-after", _form(self.after)),
                                ("valid-before", _form(self.before)))
            if value is not None
        ]  # fmt: skip
        if self.authority:
            options.insert(0, "cert-authority")
        return " ".join([self.principals, *([",".join(options)] if options else []), self.public])


def public_key(text: str) -> bytes:
    """Return the key of a ``.pub`` file; raises NotSigned where it is none."""
    parts = text.split()
    if len(parts) < 2:
        raise wire.NotSigned("it is no public key of OpenSSH")
    return _decoded(parts[1])


def read(text: str) -> tuple[Allowed, ...]:
    """Return the keys of an ``allowed_signers`` file; raises NotSigned with the line at fault."""
    found = []
    for count, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            found.append(_read(line.strip()))
        except ValueError as fault:
            raise wire.NotSigned(f"line {count} of the list of keys: {fault}") from fault
    return tuple(found)


def written(keys: Iterable[Allowed]) -> bytes:
    """Return keys as the bytes of an ``allowed_signers`` file."""
    return "".join(f"{one.written()}\n" for one in keys).encode()


def fault(
    keys: Sequence[Allowed], signature: sshsig.Signature, namespace: str, moment: str
) -> str | None:
    """Return why nobody may have made a signature at a moment, or None where somebody may.

    The first line that has the key and counts then tells whose it is; a line for them has to
    allow the purpose.  Whether the signature holds for the bytes is another question.
    """
    if signature.namespace != namespace.encode():
        return f"it was made for another purpose ({signature.namespace.decode(errors='replace')})"
    mine = [one for one in keys if one.key == signature.key and not one.authority]
    if not mine:
        return f"its key {signature.fingerprint} is not in the list of keys"
    whose = next((one for one in mine if one.fault_at(moment) is None), None)
    if whose is None:
        return mine[-1].fault_at(moment)
    for who in whose.principals.split(","):
        for one in mine:
            named = matches(who, one.principals) and one.fault_at(moment) is None
            if named and (one.namespaces is None or matches(namespace, one.namespaces)):
                return None
    return f"its key {signature.fingerprint} may not sign for “{namespace}”"


def ended(one: Allowed, at: str) -> Allowed:
    """Return a key that counts no longer than until a moment."""
    return replace(one, before=at if one.before is None else min(one.before, at))


@lru_cache(maxsize=256)
def matches(text: str, patterns: str) -> bool:
    """Say whether a text is in a list of OpenSSH's patterns: ``*``, ``?``, and ``!`` to exclude."""
    found = False
    for pattern in patterns.split(","):
        bare = pattern.removeprefix("!")
        rule = "".join({"*": ".*", "?": "."}.get(sign, re.escape(sign)) for sign in bare)
        if re.fullmatch(rule, text, re.DOTALL):
            if bare != pattern:
                return False
            found = True
    return found


# --- inside ----------------------------------------------------------------------


def _read(line: str) -> Allowed:
    found = _LINE.match(line)
    if found is None:
        raise ValueError("it cannot be read")
    options = _options(found["options"] or "")
    key = _decoded(found["key"])
    one = Allowed(
        principals=found["who"].strip('"'), key=key, namespaces=options.get("namespaces"),
        after=_moment(options.get("valid-after")), before=_moment(options.get("valid-before")),
        authority="cert-authority" in options,
    )  # fmt: skip
    if one.kind != found["kind"]:
        raise ValueError("the key is of another kind than the line says")
    if one.after and one.before and one.after > one.before:
        raise ValueError("it ends before it begins")
    return one


def _options(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    at = 0
    while at < len(text):
        option = _OPTION.match(text, at)
        name = option[1].lower() if option else ""
        is_flag = name == "cert-authority"
        known = is_flag or name in {"namespaces", "valid-after", "valid-before"}
        if option is None or not known or name in found or is_flag != (option[2] is None):
            raise ValueError("its options cannot be read")
        found[name] = re.sub(r"\\(.)", r"\1", option[2] or "")
        at = option.end()
    return found


def _moment(told: str | None) -> str | None:
    """Return a moment of the file in our form; one without ``Z`` is taken as UTC, as we run git."""
    if told is None:
        return None
    digits = told.removesuffix("Z")
    form = _FORMS.get(len(digits))
    if form is None or not digits.isdecimal():
        raise ValueError(f"“{told}” is no moment")
    return clock.text(datetime.strptime(digits, form).replace(tzinfo=UTC))


def _form(moment: str | None) -> str | None:
    return None if moment is None else clock.moment(moment).strftime("%Y%m%d%H%M%SZ")


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as wrong:
        raise wire.NotSigned("it is no public key of OpenSSH") from wrong
