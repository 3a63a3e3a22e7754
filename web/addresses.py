# SPDX-License-Identifier: AGPL-3.0-or-later
"""The one table of addresses: rule, view, and for each method who may and what it answers.

The application is made from this table and guarded by it; a test walks every
address with every method as every kind of person, and fails where the answer
is another one than stands here.
"""

from __future__ import annotations

from typing import Final

from web.doors import (
    ADMIN,
    ANYBODY,
    MAKERS,
    OFFICE,
    ONE_FILE,
    OWNERS,
    PEOPLE,
    PLANNERS,
    QUALITY,
    SIGNERS,
    STAFF,
    UPLOAD,
    Address,
    Door,
)
from web.remote import dvc, git, lfs_locks
from web.views import (
    account,
    api,
    blockers,
    changes,
    checkin,
    codes,
    copies,
    decisions,
    dispatch,
    erp,
    files,
    floor,
    floor_blockers,
    floor_copies,
    floor_viewer,
    health,
    home,
    inbox,
    items,
    jobs,
    labels,
    locks,
    login,
    packets,
    people,
    redline,
    rules,
    signing,
    stamps,
    tablets,
    travelers,
    viewer,
)

# fmt: off
TABLE: Final[tuple[Address, ...]] = (
    # what a person should do next, and who they are
    Address("/", home.page, Door(PEOPLE, 200)),
    Address("/login", login.form, Door(ANYBODY, 200), Door(ANYBODY, 401), manner="public"),
    Address("/logout", login.out, None, Door(PEOPLE, 303)),
    Address("/account", account.page, Door(PEOPLE, 200), Door(PEOPLE, 401)),
    Address("/people", people.listing, Door(ADMIN, 200), Door(ADMIN, 400)),

    # items and their files
    Address("/items", items.listing, Door(STAFF, 200)),
    Address("/items/new", checkin.new_item, Door(MAKERS, 200), Door(MAKERS, 422), limit=UPLOAD),
    Address("/items/<number>", items.page, Door(STAFF, 200)),
    Address("/items/<number>/checkin", checkin.files, Door(MAKERS, 200), Door(MAKERS, 422), limit=UPLOAD),
    Address("/items/<number>/working/lock", locks.change, None, Door(MAKERS | OWNERS, 422)),
    Address("/items/<number>/iterations/restore", items.restore, None, Door(MAKERS, 422)),
    Address("/items/<number>/<rev>", items.revision, Door(STAFF, 200)),
    Address("/items/<number>/<rev>/redline.pdf", redline.item_pdf, Door(OFFICE, 200)),
    Address("/items/<number>/<rev>/redline/<name>", redline.item_file, Door(OFFICE, 200)),
    Address("/items/<number>/<rev>/redline/<name>/<int:page>/<what>.png", redline.item_picture,
            Door(OFFICE, 200)),
    Address("/items/<number>/<rev>/recall", items.recall, None, Door(OWNERS, 422)),
    Address("/items/<number>/<rev>/export", items.export, None, Door(OFFICE, 200)),
    Address("/items/<number>/<rev>/read", items.read, None, Door(STAFF, 409)),
    Address("/items/<number>/<rev>/copies/<name>", copies.of_item, None, Door(STAFF, 200)),
    Address("/items/<number>/<rev>/files/<name>", files.one, Door(STAFF, 200)),
    Address("/items/<number>/<rev>/pages/<name>/<int:page>.png", files.picture, Door(STAFF, 200)),
    Address("/items/<number>/<rev>/view/<name>", viewer.page, Door(STAFF, 200)),
    Address("/items/<number>/<rev>/tiles/<name>/<int:page>/<int:wide>/<int:column>-<int:row>.png",
            viewer.tile, Door(STAFF, 200)),
    Address("/items/<number>/<rev>/models/<name>", viewer.model, Door(STAFF, 404)),
    Address("/items/<number>/<rev>/thumb.png", viewer.thumb, Door(STAFF, 200)),

    # what watched folders brought and nobody could place
    Address("/inbox", inbox.page, Door(MAKERS, 200), Door(MAKERS, 400)),
    Address("/inbox/<code>/page.png", inbox.picture, Door(MAKERS, 404)),

    # change orders
    Address("/changes", changes.listing, Door(OFFICE, 200)),
    Address("/changes/new", changes.new, Door(MAKERS, 200), Door(MAKERS, 422)),
    Address("/changes/sign", signing.several, Door(OWNERS, 200), Door(OWNERS, 422)),
    Address("/rules/stamps", stamps.page, Door(MAKERS, 200), Door(MAKERS, 200), limit=UPLOAD),
    Address("/rules", rules.page, Door(OFFICE, 200), Door(ADMIN, 400)),
    Address("/changes/<change>", changes.page, Door(OFFICE, 200), Door(OFFICE, 400)),
    Address("/changes/<change>/redline.pdf", redline.order_pdf, Door(OFFICE, 200)),
    Address("/changes/<change>/redline/<number>/<name>", redline.order_file, Door(OFFICE, 200)),
    Address("/changes/<change>/redline/<number>/<name>/<int:page>/<what>.png", redline.order_picture,
            Door(OFFICE, 200)),
    Address("/changes/<change>/edit", changes.edit, Door(SIGNERS, 200), Door(SIGNERS, 400)),
    Address("/changes/<change>/sheet", signing.sheet, Door(OFFICE, 200)),
    Address("/changes/<change>/sheet.pdf", signing.sheet_pdf, Door(OFFICE, 200)),

    # jobs and the floor
    Address("/jobs", jobs.listing, Door(STAFF, 200)),
    Address("/jobs/new", jobs.new, Door(PLANNERS, 200), Door(PLANNERS, 422)),
    Address("/erp", erp.page, Door(PLANNERS, 200), Door(PLANNERS, 422), limit=UPLOAD),
    Address("/erp/<export>", erp.sent, Door(PLANNERS, 200)),
    Address("/jobs/<job>", jobs.page, Door(STAFF, 200), Door(PLANNERS, 400)),
    Address("/jobs/<job>/travelers", travelers.of_job, Door(STAFF, 200), Door(PLANNERS, 422)),
    Address("/badges", travelers.cards, Door(PLANNERS, 200), Door(PLANNERS, 422)),
    Address("/jobs/<job>/traveler.pdf", jobs.traveler, Door(STAFF, 303), Door(PLANNERS, 200)),
    Address("/jobs/<job>/labels", labels.of_job, Door(STAFF, 303), Door(PLANNERS, 200)),
    Address("/labels/stations", labels.of_stations, Door(STAFF, 200)),
    Address("/jobs/<job>/copies/<name>", copies.of_job, None, Door(STAFF, 200)),
    Address("/jobs/<job>/decision", decisions.page, Door(STAFF, 200), Door(PLANNERS | OWNERS, 400)),
    Address("/dispatch", dispatch.board, Door(STAFF, 200)),
    Address("/dispatch/what-if", dispatch.what_if, Door(PLANNERS, 200), Door(PLANNERS, 422)),
    Address("/wall", dispatch.wall, Door(STAFF, 200)),
    Address("/stations/<station>", dispatch.station, Door(STAFF, 200)),
    Address("/blockers", blockers.board, Door(STAFF, 200)),
    Address("/blockers/new", blockers.new, Door(STAFF, 200), Door(STAFF, 422)),
    Address("/blockers/<int:blocker>", blockers.page, Door(STAFF, 200), Door(STAFF, 400)),
    Address("/t/<token>/block", floor_blockers.page, Door(ANYBODY, 200), Door(ANYBODY, 422), manner="public"),
    Address("/t/<token>", floor.page, Door(ANYBODY, 200), Door(ANYBODY, 422), manner="public",
            also=("/T/<token>",)),
    Address("/t/<token>/pages/<name>/<int:page>.png", floor.picture, Door(ANYBODY, 200), manner="public"),
    Address("/t/<token>/view/<name>", floor_viewer.page, Door(ANYBODY, 200), manner="public"),
    Address("/t/<token>/tiles/<name>/<int:page>/<int:wide>/<int:column>-<int:row>.png",
            floor_viewer.tile, Door(ANYBODY, 200), manner="public"),
    Address("/t/<token>/models/<name>", floor_viewer.model, Door(ANYBODY, 404), manner="public"),
    Address("/t/<token>/files/<name>", floor.file, Door(ANYBODY, 303), manner="public"),
    Address("/t/<token>/copies/<name>", floor_copies.copy, Door(ANYBODY, 200), Door(ANYBODY, 422),
            manner="public"),
    Address("/t/<token>/state", floor.state, Door(ANYBODY, 200), manner="public"),
    Address("/t/<token>/act", floor.act, None, Door(ANYBODY, 422), manner="public"),
    Address("/t/<token>/photo", floor.photo, None, Door(ANYBODY, 422), limit=UPLOAD, manner="public"),
    Address("/t/<token>/read", floor_copies.read, Door(ANYBODY, 200), Door(ANYBODY, 422),
            manner="public"),
    Address("/scan", tablets.scan, Door(ANYBODY, 200), Door(ANYBODY, 422), manner="public"),
    Address("/tablet", tablets.page, Door(ANYBODY, 200), Door(ANYBODY, 422), manner="public"),
    Address("/b/<badge_code>", tablets.card, Door(ANYBODY, 200), Door(ANYBODY, 401), manner="public",
            also=("/B/<badge_code>",)),
    Address("/r/<code>", codes.release, Door(ANYBODY, 200), manner="public", also=("/R/<code>",)),
    Address("/c/<copy_code>", codes.copy, Door(ANYBODY, 200), Door(ANYBODY, 422), manner="public",
            also=("/C/<copy_code>",)),

    # copies that were handed out, and what recalls leave to do
    Address("/copies", copies.listing, Door(STAFF, 200)),
    Address("/copies/<copy>", copies.page, Door(STAFF, 200), Door(STAFF, 422)),
    Address("/recalls", copies.recall_list, Door(STAFF, 200)),
    Address("/recalls/<number>/<rev>", copies.recall_page, Door(STAFF, 404)),

    # what customers get to see that their parts are right
    Address("/packets", packets.listing, Door(OFFICE, 200)),
    Address("/packets/<packet>", packets.page, Door(OFFICE, 404), Door(QUALITY, 404)),
    Address("/packets/<packet>/<form>", packets.file, Door(OFFICE, 404)),
    Address("/jobs/<job>/packet", packets.of_job, Door(OFFICE, 200), Door(QUALITY, 409)),
    Address("/p/<code>", packets.code, Door(ANYBODY, 404), manner="public", also=("/P/<code>",)),

    # programs and machines
    Address("/api/openapi.json", api.description, Door(ANYBODY, 200), manner="api"),
    Address("/api/v1/items", api.items, Door(STAFF, 200), manner="api"),
    Address("/api/v1/items/<number>", api.item, Door(STAFF, 200), manner="api"),
    Address("/api/v1/items/<number>/<rev>", api.files, Door(STAFF, 200), manner="api"),
    Address("/api/v1/items/<number>/<rev>/bom", api.bom, Door(STAFF, 200), manner="api"),
    Address("/api/v1/items/<number>/<rev>/where-used", api.where_used, Door(STAFF, 200), manner="api"),
    Address("/api/v1/changes", api.changes, Door(OFFICE, 200), manner="api"),
    Address("/api/v1/changes/<change>", api.change, Door(OFFICE, 200), manner="api"),
    Address("/api/v1/jobs", api.job_list, Door(STAFF, 200), manner="api"),
    Address("/api/v1/jobs/<job>", api.job, Door(STAFF, 200), manner="api"),
    Address("/api/v1/dispatch", dispatch.api_board, Door(STAFF, 200), manner="api"),
    Address("/api/v1/stations/<station>", dispatch.api_station, Door(STAFF, 200), manner="api"),
    Address("/api/v1/copies", api.copies, Door(STAFF, 200), manner="api"),
    Address("/api/v1/copies/<copy>", api.copy, Door(STAFF, 200), manner="api"),
    Address("/api/v1/recalls", api.recall_list, Door(STAFF, 200), manner="api"),
    Address("/api/v1/jobs/<job>/decision", api.decision, Door(STAFF, 200), manner="api"),
    Address("/api/v1/blockers", api.blocker_list, Door(STAFF, 200), manner="api"),
    Address("/api/v1/blockers/counts", api.blocker_counts, Door(STAFF, 200), manner="api"),
    Address("/api/v1/blockers/<int:blocker>", api.blocker, Door(STAFF, 200), manner="api"),
    Address("/api/v1/exports/<export>", api.exported, Door(PLANNERS, 200), manner="api"),
    Address("/healthz", health.live, Door(ANYBODY, 200), manner="public"),
    Address("/readyz", health.ready, Door(ANYBODY, 200), manner="public"),

    # stock clients
    Address("/dvc/files/md5/<ab>/<rest>", dvc.kept, Door(OFFICE, 200), Door(MAKERS, 201),
            put=Door(MAKERS, 201), limit=ONE_FILE, manner="remote"),
    Address("/vault.git/info/refs", git.refs, Door(SIGNERS, 415), manner="remote"),
    Address("/vault.git/git-upload-pack", git.fetch, None, Door(SIGNERS, 415),
            limit=ONE_FILE, manner="remote"),
    Address("/vault.git/git-receive-pack", git.push, None, Door(MAKERS, 415),
            limit=ONE_FILE, manner="remote"),
    Address("/vault.git/info/lfs/locks", lfs_locks.kept, Door(OFFICE, 200), Door(MAKERS, 422),
            manner="remote"),
    Address("/vault.git/info/lfs/locks/verify", lfs_locks.verify, None, Door(MAKERS, 200), manner="remote"),
    Address("/vault.git/info/lfs/locks/<lock>/unlock", lfs_locks.unlock, None, Door(MAKERS | OWNERS, 404),
            manner="remote"),

    # what pages are made of
    Address("/floor-worker.js", health.floor_worker, Door(ANYBODY, 200), manner="public"),
    Address("/offline", health.offline, Door(ANYBODY, 200), manner="public"),
    Address("/static/<path:filename>", health.static, Door(ANYBODY, 200), manner="public"),
)
# fmt: on

BY_ENDPOINT: Final = {address.endpoint: address for address in TABLE}
