# SPDX-License-Identifier: AGPL-3.0-or-later
"""``titleblock.toml``: what the shop decides about this vault, each setting in one table.

The environment overrides the file (``TITLEBLOCK_SHOP_NAME``), as containers expect; keys this
version does not know are kept when the file is written.
"""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from vault import durable, toml_text
from vault.errors import BadSettings
from vault.objects import address

FILE = "titleblock.toml"
PREFIX = "TITLEBLOCK_"
PAPERS = ("A4", "Letter")
BADGE_PIN = ("required", "waived")

_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[[0-9a-fA-F:]+\]")
_TRUSTED = re.compile(r"\.?[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[[0-9a-fA-F:]+\]")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://", re.IGNORECASE)

LARGEST_DERIVED = 2 * 1024**3  # bytes of what can be made again


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one vault, checked; ``TABLE`` says what each is for."""

    public_url: str = "http://127.0.0.1:8000"
    storage: str = "objects"
    ledger: str = "sqlite:///ledger.db"
    shop_name: str = ""
    trusted_hosts: tuple[str, ...] = ()
    largest_file: int = 1024**3  # bytes
    largest_cache: int = address.LARGEST_CACHE  # bytes
    largest_derived: int = LARGEST_DERIVED
    hold_years: int = address.HOLD_YEARS
    paper: str = "A4"
    time_zone: str = "UTC"
    pdf_signature: str = "off"
    source_url: str = ""
    floor_networks: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    floor_minutes: int = 10
    badge_pin: str = "required"

    @property
    def host(self) -> str:
        """Return the host of the public address, without its port."""
        return urlsplit(self.public_url).hostname or ""

    @property
    def hosts(self) -> tuple[str, ...]:
        """Return every host name requests may name: that of the public address comes first."""
        return (self.host, *(host for host in self.trusted_hosts if host != self.host))


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table of settings: its name, its default, and what it is for."""

    name: str
    default: str | int | tuple[str, ...]
    what_for: str
    fault: Callable[[Any], str | None]

    @property
    def variable(self) -> str:
        """Return the environment variable that overrides it."""
        return PREFIX + self.name.upper()


def load(path: Path, environ: Mapping[str, str] | None = None) -> Settings:
    """Return the settings of a vault; raises BadSettings naming every fault and its setting."""
    environ = os.environ if environ is None else environ
    try:
        found = toml_text.read(path.read_bytes())
    except (OSError, ValueError) as fault:
        why = fault.strerror if isinstance(fault, OSError) else fault
        raise BadSettings(where=path, why=why) from None
    values = {row.name: found[row.name] for row in TABLE if row.name in found}
    for row in TABLE:
        if row.variable in environ:
            values[row.name] = _from_text(row, environ[row.variable])
    return checked(path, **values)


def checked(path: Path, **values: Any) -> Settings:
    """Return settings of these values, defaults for the rest; raises BadSettings."""
    faults = [f"{row.name} {fault}" for row in TABLE if (fault := _fault(row, values))]
    if faults:
        raise BadSettings(where=path, why="; ".join(faults))
    given = {row.name: values[row.name] for row in TABLE if row.name in values}
    for name in ("trusted_hosts", "floor_networks", "trusted_proxies"):
        if name in given:
            given[name] = tuple(given[name])
    if "public_url" in given:
        given["public_url"] = given["public_url"].rstrip("/")
    return Settings(**given)


def write(path: Path, **values: Any) -> Settings:
    """Set these settings in the file, made if absent, and keep all else in it.

    The new file is on disk before the old one is replaced; raises BadSettings and changes nothing
    where a value is wrong.
    """
    previous = path.read_bytes() if path.exists() else None
    strange = sorted(set(values) - {row.name for row in TABLE})
    if strange:
        raise BadSettings(where=path, why=f"there is no setting {', '.join(strange)}")
    plain = {
        key: list(value) if isinstance(value, tuple) else value for key, value in values.items()
    }
    try:
        found = toml_text.read(previous or b"")
        known = {row.name: found[row.name] for row in TABLE if row.name in found}
        settings = checked(path, **known | plain)
        text = toml_text.changed(previous, plain)
    except ValueError as fault:
        raise BadSettings(where=path, why=fault) from None
    durable.write(path, text, mode=0o600)  # the ledger's address may hold a password
    return settings


def _from_text(row: Setting, text: str) -> Any:
    if isinstance(row.default, tuple):
        return [part.strip() for part in text.split(",") if part.strip()]
    if isinstance(row.default, int):
        return int(text) if re.fullmatch("[0-9]{1,18}", text.strip()) else text
    return text


def _fault(row: Setting, values: Mapping[str, Any]) -> str | None:
    value = values.get(row.name, row.default)
    if isinstance(row.default, tuple):
        many = isinstance(value, list | tuple) and all(isinstance(part, str) for part in value)
        return row.fault(value) if many else "is not a list of texts"
    if isinstance(value, bool) or type(value) is not type(row.default):
        return "is not text" if isinstance(row.default, str) else "is not a whole number"
    return row.fault(value)


def _url_fault(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        port_is_good = parts.port is None or parts.port > 0
    except ValueError:
        return "is not an address"
    if parts.scheme not in {"http", "https"} or not port_is_good:
        return "does not start with http:// or https://"
    if parts.query or parts.fragment:
        return "holds more than scheme, host, port and path"
    if not re.fullmatch(r"[\x21-\x7e]*", url) or not _HOST.fullmatch(_bare_host(parts.netloc)):
        return "has no host name in ASCII letters (write an international one as xn--…)"
    return None


def _bare_host(netloc: str) -> str:
    return re.sub(":[0-9]+$", "", netloc)


def _storage_fault(url: str) -> str | None:
    scheme = _SCHEME.match(url)
    if scheme and scheme[1].lower() == address.SCHEME:
        return address.fault(url)
    if scheme and scheme[1].lower() not in {"file", "memory"}:
        return "is neither a folder nor an address in file:// or s3://"
    return "is empty" if not url.strip() else None


def _ledger_fault(url: str) -> str | None:
    if re.match(r"(sqlite|postgresql(\+[a-z0-9]+)?):", url):
        return None
    return "is not an address in sqlite:/// or postgresql://"


def _text_fault(text: str) -> str | None:
    if len(text) > 100 or not text.isprintable():
        return "is longer than 100 characters or holds a line break"
    return None


def _hosts_fault(hosts: list[str]) -> str | None:
    wrong = [host for host in hosts if not _TRUSTED.fullmatch(host)]
    return f"has “{wrong[0]}”, which is no host name" if wrong else None


def _size_fault(size: int) -> str | None:
    return None if 1024 <= size <= 2**50 else "is not between 1024 bytes and 1 PiB"


def _derived_fault(size: int) -> str | None:
    return None if 0 <= size <= 2**50 else "is not between 0 and 1 PiB"


def _years_fault(years: int) -> str | None:
    return None if 0 <= years <= 100 else "is not between 0 and 100"


def _paper_fault(paper: str) -> str | None:
    return None if paper in PAPERS else f"is none of {', '.join(PAPERS)}"


def _switch_fault(value: str) -> str | None:
    return None if value in {"off", "on"} else "is neither off nor on"


def _zone_fault(zone: str) -> str | None:
    if zone == "UTC":
        return None  # most vaults: the library of zones costs every start 5 ms
    import zoneinfo  # noqa: PLC0415

    try:
        zoneinfo.ZoneInfo(zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return "is no time zone such as Europe/Berlin"
    return None


def _networks_fault(networks: list[str]) -> str | None:
    for one in networks:
        try:
            ipaddress.ip_network(one)
        except ValueError:
            return f"has “{one}”, which is no network such as 192.168.1.0/24"
    return None


def _minutes_fault(minutes: int) -> str | None:
    return None if 1 <= minutes <= 720 else "is not between 1 and 720"


def _badge_fault(rule: str) -> str | None:
    return None if rule in BADGE_PIN else f"is none of {', '.join(BADGE_PIN)}"


def _link_fault(url: str) -> str | None:
    return _url_fault(url) if url else None


_ROWS: tuple[tuple[str, str, Callable[[Any], str | None]], ...] = (
    ("public_url", "the one base address in every QR, link and e-mail", _url_fault),
    (
        "storage",
        "where the bytes are: a folder, file://, or s3://BUCKET/FOLDER?endpoint=URL&region=R",
        _storage_fault,
    ),
    ("ledger", "the database of people, jobs and events (SQLAlchemy address)", _ledger_fault),
    ("shop_name", "the name on pages, stamps and travelers", _text_fault),
    ("trusted_hosts", "further host names this vault may be asked under", _hosts_fault),
    ("largest_file", "the largest file that may be checked in, in bytes", _size_fault),
    (
        "largest_cache",
        "how many bytes of S3 objects are kept at hand in cache/objects",
        _size_fault,
    ),
    (
        "largest_derived",
        "how many bytes of pictures, redlines, copies and whatever else is made again are kept in cache",
        _derived_fault,
    ),
    (
        "hold_years",
        "for how many years a bucket with Object Lock lets nobody delete released bytes (0: none)",
        _years_fault,
    ),
    ("paper", "the sheet travelers and lists are printed on: A4 or Letter", _paper_fault),
    ("time_zone", "the zone in which pages show time; stored time is UTC", _zone_fault),
    (
        "pdf_signature",
        "whether released PDFs carry the shop's signature: off, or on (`titleblock keys certificate`)",
        _switch_fault,
    ),
    ("source_url", "where users of a modified Titleblock find its source (AGPL 13)", _link_fault),
    (
        "floor_networks",
        "the networks from which travelers and screens open without a sign-in (empty: from anywhere)",
        _networks_fault,
    ),
    (
        "trusted_proxies",
        "the reverse proxies whose X-Forwarded-For is believed; each must drop any X_Forwarded_For",
        _networks_fault,
    ),
    (
        "floor_minutes",
        "after how many minutes without an act a tablet on the floor signs its person out",
        _minutes_fault,
    ),
    ("badge_pin", "whether a scanned badge still needs its PIN: required or waived", _badge_fault),
)
_DEFAULTS: dict[str, Any] = {one.name: one.default for one in fields(Settings)}
TABLE: tuple[Setting, ...] = tuple(
    Setting(name, _DEFAULTS[name], what_for, fault) for name, what_for, fault in _ROWS
)
