# SPDX-License-Identifier: AGPL-3.0-or-later
"""The peer of what is served: a bare Flask application, as one is written in an afternoon.

It runs on the same server with as many processes, reads and writes SQLite as durably, and asks
nobody who they are.  ``python tests/benchmarks/bare.py PORT`` serves it.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import sys
from pathlib import Path
from typing import Any

from flask import Flask, Response, jsonify, render_template_string, request, send_file

from web.turns import Timed, Turns

ROOT = "TITLEBLOCK_BARE"
ROWS = 200
PICTURE = 150_000  # bytes
FORM = '<form method="post"><input type="hidden" name="form_token" value="0f"></form>'
FLOOR = """<!doctype html><title>{{ job }}</title><h1>{{ job }}</h1><ol>
{% for note in notes %}<li>{{ note[0] }}</li>{% endfor %}</ol>"""
LIST = """<!doctype html><title>Jobs</title><table>
{% for row in rows %}<tr><td><a href="/jobs/{{ row['number'] }}">{{ row['number'] }}</a></td>
<td>{{ row['item'] }}</td><td>{{ row['title'] }}</td><td>{{ row['qty'] }}</td>
<td>{{ row['due'] }}</td><td>{{ row['customer'] }}</td><td>{{ row['state'] }}</td></tr>
{% endfor %}</table>"""


def opened() -> sqlite3.Connection:
    """Return a connection to the one database, as durable as ours."""
    found = sqlite3.connect(
        Path(os.environ[ROOT]) / "bare.db", timeout=30, isolation_level=None,
        check_same_thread=False,  # one page at a time, whichever thread makes it
    )  # fmt: skip
    found.row_factory = sqlite3.Row
    found.execute("PRAGMA journal_mode=WAL")
    found.execute("PRAGMA synchronous=FULL")
    return found


def load() -> Flask:
    """Return the application of one server process."""
    app, base = Flask("bare"), opened()
    base.execute("CREATE TABLE IF NOT EXISTS note (id INTEGER PRIMARY KEY, job TEXT, words TEXT, "
                 "key TEXT UNIQUE)")  # fmt: skip
    base.execute("CREATE INDEX IF NOT EXISTS of_job ON note (job)")
    base.execute("CREATE TABLE IF NOT EXISTS job (number TEXT PRIMARY KEY, item TEXT, title TEXT, "
                 "qty INTEGER, due TEXT, customer TEXT, state TEXT)")  # fmt: skip
    base.executemany(
        "INSERT OR IGNORE INTO job VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(f"J-{n:05}", "10-0042", "Bracket", 20, "2027-03-01", f"Customer {n % 37}", "released")
         for n in range(ROWS)],
    )  # fmt: skip

    kept = Path(os.environ[ROOT]) / "picture.png"
    kept.write_bytes(secrets.token_bytes(PICTURE))

    @app.get("/readyz")
    def ready() -> str:
        return "ready"

    @app.route("/tablet", methods=["GET", "POST"])
    def tablet() -> Any:
        return FORM if request.method == "GET" else Response(status=303)

    @app.get("/t/<code>/state")
    def state(code: str) -> Response:
        newest = base.execute("SELECT max(id) FROM note WHERE job = ?", (code,)).fetchone()[0]
        answer = jsonify(tag=str(newest))
        answer.set_etag(f"{newest or secrets.token_hex(4)}")
        return answer.make_conditional(request)

    @app.get("/t/<code>")
    def page(code: str) -> str:
        notes = base.execute("SELECT words FROM note WHERE job = ? ORDER BY id", (code,)).fetchall()
        return render_template_string(FLOOR, job=code, notes=notes)

    @app.get("/t/<code>/pages/<name>/<int:page>.png")
    def picture(code: str, name: str, page: int) -> Response:
        return send_file(kept, mimetype="image/png")

    @app.post("/t/<code>/act")
    def act(code: str) -> Response:
        told = code, request.form["words"], request.form["key"]
        base.execute("INSERT OR IGNORE INTO note (job, words, key) VALUES (?, ?, ?)", told)
        return jsonify(said="Noted.")

    @app.get("/jobs")
    def jobs() -> str:
        rows = base.execute("SELECT * FROM job ORDER BY due, number LIMIT ?", (ROWS,)).fetchall()
        return render_template_string(LIST, rows=rows)

    app.wsgi_app = Timed(Turns(app.wsgi_app))  # type: ignore[method-assign]
    return app


def main() -> None:
    """Serve it as ours is served."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    sys.path.insert(0, str(Path(__file__).parent))
    Granian(
        "bare:load", address="127.0.0.1", port=int(sys.argv[1]), interface=Interfaces.WSGI,
        factory=True, workers=2, blocking_threads=16, log_level=LogLevels.warning,
    ).serve()  # fmt: skip


if __name__ == "__main__":
    main()
