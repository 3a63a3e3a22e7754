# SPDX-License-Identifier: AGPL-3.0-or-later
"""The application: the table of addresses, guarded, dressed, and with every refusal answered."""

from __future__ import annotations

import hashlib
import logging
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

from flask import Flask, request, url_for
from jinja2 import StrictUndefined
from markupsafe import Markup

from release.stamp import press
from vault import codes, home, looking, worker
from vault.home import Vault
from web import guard, headers, present, problems, rows
from web.addresses import BY_ENDPOINT, TABLE
from web.proxies import BehindProxies
from web.views import lists
from web.views.api import ADDRESSES
from web.views.health import STATIC
from web.visitor import VAULT, form_token, visitor

LOOPBACK: Final = ("127.0.0.1", "localhost", "[::1]")
MEMORY_OF_FORM: Final = 1_000_000  # bytes of text fields kept in memory
PARTS_OF_FORM: Final = 200
SECTIONS: Final = {
    "quality": "quality", "evidence": "quality", "charts": "quality", "characteristics": "items",
    "home": "home", "items": "items", "checkin": "items", "files": "items", "viewer": "items",
    "changes": "changes", "performance": "performance",
    "signing": "changes", "inbox": "items", "jobs": "jobs", "people": "people", "copies": "copies",
    "decisions": "jobs", "travelers": "jobs", "erp": "jobs", "packets": "jobs", "links": "jobs",
    "blockers": "blockers",
    "dispatch": "dispatch", "displays": "dispatch",
    "account": "account", "customers": "people", "customer": "customer", "nc": "quality",
    "questions": "people", "messages": "people", "gauges": "quality",
    "proof": "jobs", "shipping": "jobs", "stations": "jobs",
    "rules": "changes", "stamps": "changes", "redline": "changes",
}  # fmt: skip


def create_app(vault_root: Path) -> Flask:
    """Return the application that serves the vault in a folder; raises what opening it refuses."""
    opened = home.open_vault(vault_root)
    press.warm(worker.shared())  # else the first copy of the day waits for the libraries
    return of_vault(opened)


def of_vault(opened: Vault) -> Flask:
    """Return the application that serves an opened vault."""
    app = Flask("web", static_folder=None, template_folder="templates")
    app.config.update(
        TRUSTED_HOSTS=[*opened.settings.hosts, *LOOPBACK],
        MAX_FORM_MEMORY_SIZE=MEMORY_OF_FORM,
        MAX_FORM_PARTS=PARTS_OF_FORM,
    )
    app.extensions[VAULT] = opened
    app.extensions[ADDRESSES] = BY_ENDPOINT
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    app.logger.setLevel(logging.INFO)
    _address(app)
    _look(app)
    guard.post(app, BY_ENDPOINT)
    problems.listen(app)
    app.after_request(headers.harden)
    _dress(app)
    app.wsgi_app = BehindProxies(  # type: ignore[method-assign]
        app.wsgi_app, opened.settings.trusted_proxies
    )
    return app


def _address(app: Flask) -> None:
    for one in TABLE:
        for rule in (one.rule, *one.also):
            app.add_url_rule(
                rule, endpoint=one.endpoint, view_func=one.view, methods=list(one.methods),
                provide_automatic_options=False,
            )  # fmt: skip


def _look(app: Flask) -> None:
    """See to it that a request that only reads writes nothing, whatever it calls."""

    @app.before_request
    def begin() -> None:
        looking.begin(only=request.method in {"GET", "HEAD"})

    @app.teardown_request
    def end(_fault: BaseException | None) -> None:
        looking.begin(only=False)


def _dress(app: Flask) -> None:
    """Give the templates their few words; an unknown one is an error, never an empty place."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    settings = app.extensions[VAULT].settings
    shop = present.zone(settings.time_zone)
    app.jinja_env.globals.update(
        asset=_asset, url_for=_address_of, drawn_icon=_icon, drawn_badge=_badge,
        form_token=form_token, form_key=codes.new_code,
        may=_may, state=present.state, size=present.size,
        short=present.short, grouped=present.grouped, when=lambda stored: present.when(stored, shop),
        signed_at=lambda stored: present.signed_at(stored, shop),
        due=lambda stored: present.due(stored, present.today(shop)), customer_only=frozenset({"customer"}),
        shop=settings.shop_name or "Titleblock", zone_name=settings.time_zone,
        source_url=settings.source_url,
    )  # fmt: skip
    app.jinja_env.globals["drawn_rows"] = rows.drawer(app)
    app.jinja_env.globals["list_address"] = lists.address
    app.jinja_env.filters["told"] = present.told
    app.jinja_env.filters["device"] = present.device
    app.context_processor(_of_request)


def _of_request() -> dict[str, Any]:
    section = (request.endpoint or "").partition(".")[0]
    return {"me": visitor().person, "here": SECTIONS.get(section, "")}


def _may(endpoint: str, method: str = "GET") -> bool:
    """Say whether this visitor may use an address, so that no page offers what would be refused."""
    door = BY_ENDPOINT[endpoint].door(method)
    person = visitor().person
    return door is not None and door.opens(person.roles if person else None)


def _address_of(endpoint: str, **values: Any) -> str:
    """Return an address for a template; a list of 200 rows asks for a thousand, again and again."""
    if "_external" in values:
        return url_for(endpoint, **values)
    try:
        return _made_below(request.script_root, endpoint, tuple(values), *values.values())
    except TypeError:  # a list of values cannot be remembered
        return url_for(endpoint, **values)


@lru_cache(maxsize=20_000, typed=True)
def _made_below(_root: str, endpoint: str, names: tuple[str, ...], *values: Any) -> str:
    return url_for(endpoint, **dict(zip(names, values, strict=True)))


def _icon(name: str) -> Markup:
    """Return an icon; a list of 200 rows has a thousand of them, of ten kinds."""
    return _icon_below(request.script_root, name)


@cache
def _icon_below(root: str, name: str) -> Markup:
    drawn = '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>'
    return Markup(drawn).format(_asset_below(root, "img/icons.svg"), name)  # noqa: S704


def _badge(kind: str, name: str, extra: str = "") -> Markup:
    """Return a state as icon and word, with a few words after it where there are any."""
    return _badge_below(request.script_root, kind, name, extra)


@lru_cache(maxsize=2_000)
def _badge_below(root: str, kind: str, name: str, extra: str) -> Markup:
    shown, after = present.state(kind, name), f" {extra}" if extra else ""
    drawn = Markup('<span class="state {}">{}{}{}</span>')
    return drawn.format(shown.tone, _icon_below(root, shown.icon), shown.word, after)


def _asset(name: str) -> str:
    return _asset_below(request.script_root, name)


@cache
def _asset_below(_root: str, name: str) -> str:
    """Return the address of a file of ours; a page of 200 items asks for its icons 2,000 times."""
    return url_for("health.static", filename=name, v=_content_hash(name))


@cache
def _content_hash(name: str) -> str:
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
