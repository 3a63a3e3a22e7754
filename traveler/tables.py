# SPDX-License-Identifier: AGPL-3.0-or-later
"""The tables of the floor; migrations build them, a test compares the two.

What is *not* here is as much a decision: no price, no account, no stock balance, no payroll.
Titleblock stands beside an ERP and a test refuses such columns.

A column that came later may be empty: the seals of older rows leave it out.
"""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    Float,
    Index,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from vault.ledger.columns import floats, key, of, of_some, some_texts, some_wholes, texts, wholes
from vault.ledger.tables import NAMING

metadata = MetaData(naming_convention=NAMING)

station = Table(
    "station",
    metadata,
    Column("code", Text, primary_key=True),
    *texts("fold", unique=True),
    *texts("name"),
    *wholes("minutes_per_day", "retired"),
    *texts("added_at"),
    *some_wholes("lanes"),
    of_some("station.code", "group_code"),
    *some_wholes("outside"),
    *some_texts("sent_to"),
    *some_wholes("days"),
    Index("ix_station_group_code", "group_code"),
)

hours = Table(
    "hours",
    metadata,
    key(),
    of_some("station.code"),
    *texts("week", "at", "person"),
    Index("ix_hours_station", "station"),
)

special_day = Table(
    "special_day",
    metadata,
    key(),
    of_some("station.code"),
    *texts("day"),
    *some_texts("shifts"),
    *texts("name", "at", "person"),
    Index("ix_special_day_station_day", "station", "day"),
)

job = Table(
    "job",
    metadata,
    Column("number", Text, primary_key=True),
    *texts("fold", unique=True),
    *texts("item", "rev", "title"),
    *wholes("qty"),
    *texts("due", "customer", "order_number", "state", "added_at", "added_by"),
    *some_texts("released_at", "closed_at"),
    of_some("job.number", "parent"),
    *some_wholes("parent_seq"),
    of_some("job.number", "lot_of"),  # the job this one was split from
    *some_wholes("first_seq"),
    CheckConstraint("qty > 0", name="qty"),
    Index("ix_job_state_due", "state", "due"),
    Index("ix_job_item_rev", "item", "rev"),
    Index("ix_job_customer", "customer"),
    Index("ix_job_parent", "parent"),
    Index("ix_job_lot_of", "lot_of"),
)

job_item = Table(
    "job_item",
    metadata,
    key(),
    of("job.number"),
    *texts("item", "rev", "title"),
    *wholes("qty"),
    CheckConstraint("qty > 0", name="qty"),
    UniqueConstraint("job", "item"),
    Index("ix_job_item_item_rev", "item", "rev"),
)

operation = Table(
    "operation",
    metadata,
    key(),
    of("job.number"),
    *wholes("seq"),
    of("station.code"),
    *texts("title"),
    *floats("setup_minutes", "run_minutes"),
    *texts("notes", "files", "proof"),
    *wholes("parallel"),
    *texts("state"),
    *wholes("good", "scrap"),
    *some_texts("started_at", "finished_at"),
    *some_wholes("rework", "split"),
    of_some("station.code", "machine"),
    *some_wholes("days"),
    *some_texts("sent_to", "slip", "expected"),
    CheckConstraint("good >= 0", name="good"),
    CheckConstraint("scrap >= 0", name="scrap"),
    UniqueConstraint("job", "seq"),
    Index("ix_operation_station_state", "station", "state"),
)

rework = Table(
    "rework",
    metadata,
    key(),
    of("job.number"),
    of("operation.id", "source"),
    of_some("operation.id", "back"),
    *wholes("qty"),
    *texts("why"),
    *some_texts("nonconformance"),
    *texts("at", "person"),
    CheckConstraint("qty > 0", name="qty"),
    Index("ix_rework_job", "job"),
)

rework_step = Table(
    "rework_step",
    metadata,
    of("operation.id", primary_key=True),
    of("rework.id"),
    Index("ix_rework_step_rework", "rework"),
)

operation_skip = Table(
    "operation_skip",
    metadata,
    key(),
    of("operation.id"),
    *texts("act", "why", "at", "person"),
    Index("ix_operation_skip_operation", "operation"),
)

stint = Table(
    "stint",
    metadata,
    key(),
    of("operation.id"),
    *texts("person", "device", "started_at"),
    *some_texts("ended_at", "ended_by"),
    *wholes("good", "scrap"),
    *some_wholes("lot", "rework"),
    Index("ix_stint_operation", "operation"),
    Index(
        "ix_stint_at_work",
        "person",
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
)

floor_note = Table(
    "floor_note",
    metadata,
    key(),
    of("operation.id"),
    *texts("at", "person", "words"),
    Index("ix_floor_note_operation", "operation"),
)

traveler_token = Table(
    "traveler_token",
    metadata,
    key(),
    *texts("hash", unique=True),
    of("job.number"),
    of_some("operation.id"),
    *wholes("print"),
    *texts("issued_at", "issued_by", "expires_at"),
    *some_texts("revoked_at"),
    *some_wholes("lot"),
    Index("ix_traveler_token_job", "job"),
)

drawing_copy = Table(
    "drawing_copy",
    metadata,
    key(),
    *texts("hash", unique=True),
    *texts("item", "rev", "file", "marked"),
    of_some("job.number"),
    *some_wholes("seq"),
    *texts("station"),
    *some_wholes("qty"),
    *texts("person", "device", "at", "sha256"),
    *wholes("size"),
    *texts("state"),
    Index("ix_drawing_copy_item_rev", "item", "rev"),
    Index("ix_drawing_copy_job", "job"),
    Index("ix_drawing_copy_person", "person"),
    Index("ix_drawing_copy_state", "state"),
)

copy_act = Table(
    "copy_act",
    metadata,
    key(),
    of("drawing_copy.id", "copy"),
    *texts("act", "at", "person", "device", "note"),
    Index("ix_copy_act_copy", "copy"),
)

acknowledgement = Table(
    "acknowledgement",
    metadata,
    key(),
    *texts("item", "rev", "person", "at", "device"),
    UniqueConstraint("item", "rev", "person"),
    Index("ix_acknowledgement_person", "person"),
)

blocker = Table(
    "blocker",
    metadata,
    key(),
    *texts("kind"),
    of_some("job.number"),
    of_some("operation.id"),
    of_some("station.code"),
    *texts("cause", "raised_at", "raised_by", "state", "owner"),
    *wholes("entries"),
    CheckConstraint("job IS NOT NULL OR station IS NOT NULL", name="somewhere"),
    Index("ix_blocker_state_owner", "state", "owner"),
    Index("ix_blocker_job_state", "job", "state"),
    Index("ix_blocker_station_state", "station", "state"),
)

blocker_entry = Table(
    "blocker_entry",
    metadata,
    key(),
    of("blocker.id"),
    *wholes("number"),
    *texts("at", "person", "device", "act", "words", "state", "owner"),
    *texts("what", "steps", "facts", "until", "next_check"),
    *wholes("escalate_hours"),
    *texts("escalate_to"),
    UniqueConstraint("blocker", "number"),
)

blocker_photo = Table(
    "blocker_photo",
    metadata,
    key(),
    of("blocker.id"),
    *wholes("photo", "entry"),
    *texts("role", "name", "media", "md5", "sha256"),
    *wholes("size", "wide", "high"),
    UniqueConstraint("blocker", "photo", "role"),
)
"""A file of a photo of what blocks; ``entry`` is the number of the act it came with."""

blocker_photo_withdrawal = Table(
    "blocker_photo_withdrawal",
    metadata,
    key(),
    of("blocker.id"),
    *wholes("photo", "entry"),
    UniqueConstraint("blocker", "photo"),
)
"""A photo that shows the wrong thing; ``entry`` is the number of the act that took it back."""

start_override = Table(
    "start_override",
    metadata,
    key(),
    of("operation.id"),
    *texts("at", "person", "device", "why", "blockers"),
    Index("ix_start_override_operation", "operation"),
)

job_decision = Table(
    "job_decision",
    metadata,
    key(),
    of("job.number"),
    *texts("rev", "standing", "current", "choice", "at", "person", "why"),
    *some_wholes("pieces"),
    *texts("until", "differences"),
    *some_texts("item"),
    Index("ix_job_decision_job", "job"),
)
"""``item`` is the further item of a kit that was decided about; empty, the job's own."""

lot = Table(
    "lot",
    metadata,
    key(),
    of("job.number"),
    *wholes("number", "qty"),
    *texts("made_at", "made_by"),
    CheckConstraint("qty > 0", name="qty"),
    UniqueConstraint("job", "number"),
)

badge = Table(
    "badge",
    metadata,
    key(),
    *texts("hash", unique=True),
    *texts("person", "issued_at", "issued_by"),
    *some_texts("revoked_at"),
    Index("ix_badge_person", "person"),
)

dispatch_pin = Table(
    "dispatch_pin",
    metadata,
    key(),
    of("job.number"),
    Column("place", Float),
    *texts("at", "person", "device", "why"),
    Index("ix_dispatch_pin_job", "job"),
)

# Working memory, not record: how far the floor has followed what happens outside the ledger, and
# who stands at which tablet.

followed = Table(
    "followed",
    metadata,
    Column("name", Text, primary_key=True),
    *texts("place"),
)

presence = Table(
    "presence",
    metadata,
    Column("hash", Text, primary_key=True),
    *texts("person", "device", "since", "until"),
    Index("ix_presence_until", "until"),
)
