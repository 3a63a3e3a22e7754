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
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from vault.ledger.tables import NAMING

metadata = MetaData(naming_convention=NAMING)

station = Table(
    "station",
    metadata,
    Column("code", Text, primary_key=True),
    Column("fold", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("minutes_per_day", Integer, nullable=False),
    Column("retired", Integer, nullable=False),
    Column("added_at", Text, nullable=False),
    Column("lanes", Integer),
    Column("group_code", Text, ForeignKey("station.code")),
    Column("outside", Integer),
    Column("sent_to", Text),
    Column("days", Integer),
    Index("ix_station_group_code", "group_code"),
)

hours = Table(
    "hours",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("station", Text, ForeignKey("station.code")),
    Column("week", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("person", Text, nullable=False),
    Index("ix_hours_station", "station"),
)

special_day = Table(
    "special_day",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("station", Text, ForeignKey("station.code")),
    Column("day", Text, nullable=False),
    Column("shifts", Text),
    Column("name", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("person", Text, nullable=False),
    Index("ix_special_day_station_day", "station", "day"),
)

job = Table(
    "job",
    metadata,
    Column("number", Text, primary_key=True),
    Column("fold", Text, nullable=False, unique=True),
    Column("item", Text, nullable=False),
    Column("rev", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("qty", Integer, nullable=False),
    Column("due", Text, nullable=False),
    Column("customer", Text, nullable=False),
    Column("order_number", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("added_at", Text, nullable=False),
    Column("added_by", Text, nullable=False),
    Column("released_at", Text),
    Column("closed_at", Text),
    Column("parent", Text, ForeignKey("job.number")),
    Column("parent_seq", Integer),
    Column("lot_of", Text, ForeignKey("job.number")),  # the job this one was split from
    Column("first_seq", Integer),
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
    Column("id", Integer, primary_key=True),
    Column("job", Text, ForeignKey("job.number"), nullable=False),
    Column("item", Text, nullable=False),
    Column("rev", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("qty", Integer, nullable=False),
    CheckConstraint("qty > 0", name="qty"),
    UniqueConstraint("job", "item"),
    Index("ix_job_item_item_rev", "item", "rev"),
)

operation = Table(
    "operation",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("job", Text, ForeignKey("job.number"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("station", Text, ForeignKey("station.code"), nullable=False),
    Column("title", Text, nullable=False),
    Column("setup_minutes", Float, nullable=False),
    Column("run_minutes", Float, nullable=False),
    Column("notes", Text, nullable=False),
    Column("files", Text, nullable=False),
    Column("proof", Text, nullable=False),
    Column("parallel", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("good", Integer, nullable=False),
    Column("scrap", Integer, nullable=False),
    Column("started_at", Text),
    Column("finished_at", Text),
    Column("rework", Integer),
    Column("split", Integer),
    Column("machine", Text, ForeignKey("station.code")),
    Column("days", Integer),
    Column("sent_to", Text),
    Column("slip", Text),
    Column("expected", Text),
    CheckConstraint("good >= 0", name="good"),
    CheckConstraint("scrap >= 0", name="scrap"),
    UniqueConstraint("job", "seq"),
    Index("ix_operation_station_state", "station", "state"),
)

rework = Table(
    "rework",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("job", Text, ForeignKey("job.number"), nullable=False),
    Column("source", Integer, ForeignKey("operation.id"), nullable=False),
    Column("back", Integer, ForeignKey("operation.id")),
    Column("qty", Integer, nullable=False),
    Column("why", Text, nullable=False),
    Column("nonconformance", Text),
    Column("at", Text, nullable=False),
    Column("person", Text, nullable=False),
    CheckConstraint("qty > 0", name="qty"),
    Index("ix_rework_job", "job"),
)

rework_step = Table(
    "rework_step",
    metadata,
    Column("operation", Integer, ForeignKey("operation.id"), primary_key=True),
    Column("rework", Integer, ForeignKey("rework.id"), nullable=False),
    Index("ix_rework_step_rework", "rework"),
)

operation_skip = Table(
    "operation_skip",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("operation", Integer, ForeignKey("operation.id"), nullable=False),
    Column("act", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("person", Text, nullable=False),
    Index("ix_operation_skip_operation", "operation"),
)

stint = Table(
    "stint",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("operation", Integer, ForeignKey("operation.id"), nullable=False),
    Column("person", Text, nullable=False),
    Column("device", Text, nullable=False),
    Column("started_at", Text, nullable=False),
    Column("ended_at", Text),
    Column("ended_by", Text),
    Column("good", Integer, nullable=False),
    Column("scrap", Integer, nullable=False),
    Column("lot", Integer),
    Column("rework", Integer),
    Index("ix_stint_operation", "operation"),
    Index(
        "ix_stint_at_work", "person", sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
)  # fmt: skip

floor_note = Table(
    "floor_note",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("operation", Integer, ForeignKey("operation.id"), nullable=False),
    Column("at", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("words", Text, nullable=False),
    Index("ix_floor_note_operation", "operation"),
)

traveler_token = Table(
    "traveler_token",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("hash", Text, nullable=False, unique=True),
    Column("job", Text, ForeignKey("job.number"), nullable=False),
    Column("operation", Integer, ForeignKey("operation.id")),
    Column("print", Integer, nullable=False),
    Column("issued_at", Text, nullable=False),
    Column("issued_by", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
    Column("revoked_at", Text),
    Column("lot", Integer),
    Index("ix_traveler_token_job", "job"),
)

drawing_copy = Table(
    "drawing_copy",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("hash", Text, nullable=False, unique=True),
    Column("item", Text, nullable=False),
    Column("rev", Text, nullable=False),
    Column("file", Text, nullable=False),
    Column("marked", Text, nullable=False),
    Column("job", Text, ForeignKey("job.number")),
    Column("seq", Integer),
    Column("station", Text, nullable=False),
    Column("qty", Integer),
    Column("person", Text, nullable=False),
    Column("device", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Index("ix_drawing_copy_item_rev", "item", "rev"),
    Index("ix_drawing_copy_job", "job"),
    Index("ix_drawing_copy_person", "person"),
    Index("ix_drawing_copy_state", "state"),
)

copy_act = Table(
    "copy_act",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("copy", Integer, ForeignKey("drawing_copy.id"), nullable=False),
    Column("act", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("device", Text, nullable=False),
    Column("note", Text, nullable=False),
    Index("ix_copy_act_copy", "copy"),
)

acknowledgement = Table(
    "acknowledgement",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("item", Text, nullable=False),
    Column("rev", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("device", Text, nullable=False),
    UniqueConstraint("item", "rev", "person"),
    Index("ix_acknowledgement_person", "person"),
)

blocker = Table(
    "blocker",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("job", Text, ForeignKey("job.number")),
    Column("operation", Integer, ForeignKey("operation.id")),
    Column("station", Text, ForeignKey("station.code")),
    Column("cause", Text, nullable=False),
    Column("raised_at", Text, nullable=False),
    Column("raised_by", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("entries", Integer, nullable=False),
    CheckConstraint("job IS NOT NULL OR station IS NOT NULL", name="somewhere"),
    Index("ix_blocker_state_owner", "state", "owner"),
    Index("ix_blocker_job_state", "job", "state"),
    Index("ix_blocker_station_state", "station", "state"),
)

blocker_entry = Table(
    "blocker_entry",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("blocker", Integer, ForeignKey("blocker.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("at", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("device", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("steps", Text, nullable=False),
    Column("facts", Text, nullable=False),
    Column("until", Text, nullable=False),
    Column("next_check", Text, nullable=False),
    Column("escalate_hours", Integer, nullable=False),
    Column("escalate_to", Text, nullable=False),
    UniqueConstraint("blocker", "number"),
)

blocker_photo = Table(
    "blocker_photo",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("blocker", Integer, ForeignKey("blocker.id"), nullable=False),
    Column("photo", Integer, nullable=False),
    Column("entry", Integer, nullable=False),
    Column("role", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("media", Text, nullable=False),
    Column("md5", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("wide", Integer, nullable=False),
    Column("high", Integer, nullable=False),
    UniqueConstraint("blocker", "photo", "role"),
)
"""A file of a photo of what blocks; ``entry`` is the number of the act it came with."""

start_override = Table(
    "start_override",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("operation", Integer, ForeignKey("operation.id"), nullable=False),
    Column("at", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("device", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("blockers", Text, nullable=False),
    Index("ix_start_override_operation", "operation"),
)

job_decision = Table(
    "job_decision",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("job", Text, ForeignKey("job.number"), nullable=False),
    Column("rev", Text, nullable=False),
    Column("standing", Text, nullable=False),
    Column("current", Text, nullable=False),
    Column("choice", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("pieces", Integer),
    Column("until", Text, nullable=False),
    Column("differences", Text, nullable=False),
    Column("item", Text),
    Index("ix_job_decision_job", "job"),
)
"""``item`` is the further item of a kit that was decided about; empty, the job's own."""

lot = Table(
    "lot",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("job", Text, ForeignKey("job.number"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("qty", Integer, nullable=False),
    Column("made_at", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    CheckConstraint("qty > 0", name="qty"),
    UniqueConstraint("job", "number"),
)

badge = Table(
    "badge",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("hash", Text, nullable=False, unique=True),
    Column("person", Text, nullable=False),
    Column("issued_at", Text, nullable=False),
    Column("issued_by", Text, nullable=False),
    Column("revoked_at", Text),
    Index("ix_badge_person", "person"),
)

dispatch_pin = Table(
    "dispatch_pin",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("job", Text, ForeignKey("job.number"), nullable=False),
    Column("place", Float),
    Column("at", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("device", Text, nullable=False),
    Column("why", Text, nullable=False),
    Index("ix_dispatch_pin_job", "job"),
)

# Working memory, not record: how far the floor has followed what happens outside the ledger, and
# who stands at which tablet.

followed = Table(
    "followed",
    metadata,
    Column("name", Text, primary_key=True),
    Column("place", Text, nullable=False),
)

presence = Table(
    "presence",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("person", Text, nullable=False),
    Column("device", Text, nullable=False),
    Column("since", Text, nullable=False),
    Column("until", Text, nullable=False),
    Index("ix_presence_until", "until"),
)
