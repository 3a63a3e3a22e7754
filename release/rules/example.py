# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rules as text: those a vault starts with, and an example that shows all there is."""

from __future__ import annotations

from typing import Final

DEFAULT: Final = """\
# The rules of release. They are judged from refs/meta/rules, never from a push.
# `titleblock rules edit FILE` saves a new version; the history keeps every old one.
# `titleblock rules show --example` prints what else can be asked for, docs/rules.md explains it.
schema = 2

[revision]
scheme = "asme-y14.35"        # or "numeric"

[[sign-off]]
name = "approval owner"
by = "owner"                  # or "role:quality", "group:NAME", "person:mchen", or a list of them
count = 1
author_may_sign = false       # who made a change never approves it

[[require]]
check = "files intact"

[[require]]
check = "something to release"

[[require]]
check = "differs from its release"

# Who stands in for whom, always or for some days:
# [deputies]
# mchen = ["rkim"]
# rkim = [{ name = "mchen", from = "2026-11-20", until = "2026-12-01" }]
"""

EXAMPLE: Final = """\
# Rules that ask for everything rules can ask for; take out what your shop does not need.
schema = 2

[revision]
scheme = "asme-y14.35"            # letters without I O Q S X Z; or "numeric"

# --- who signs ------------------------------------------------------------------------------
[[sign-off]]
name = "approval owner"
by = "owner"                      # whom the released item.toml names
delegation = true                 # who is asked may let somebody else sign this one order

[[sign-off]]
name = "quality"
by = "role:quality"               # who has this role, and the role approver, which all signers need
when = { class = ["major", "minor"], kind = ["part", "assembly"] }

[[sign-off]]
name = "two of the flight board"
by = ["group:flight", "person:mchen"]
count = 2
when = { folder = "items/10", metadata = { safety = true, material = ["*7075*", "Ti*"] } }

[[sign-off]]
name = "production has read it"
by = "role:planner"
meaning = "reviewed"              # read and considered, which is less than approved
when = { class = "major" }

# --- what has to be right -------------------------------------------------------------------
[[require]]
check = "files intact"

[[require]]
check = "something to release"

[[require]]
check = "differs from its release"

[[require]]
check = "required files"
name = "drawing and model"
files = ["*.pdf", ["*.step", "*.stp"]]
when = { kind = ["part", "assembly"] }
may_override = ["admin"]          # with a reason, printed on stamp and packet for ever

[[require]]
check = "file names agree"

[[require]]
check = "title block agrees"
fields = ["number", "revision", "title", "date"]
required = true                   # what cannot be read is open, too
when = { kind = ["part", "assembly", "drawing"] }
may_override = ["admin", "quality"]

[[require]]
check = "letters agree"

[[require]]
check = "children released"
levels = "all"
ignore = ["STD-*"]
when = { kind = "assembly" }

[[require]]
check = "route"
when = { kind = ["part", "assembly"] }

[[require]]
check = "characteristics"
when = { kind = "part", class = "major" }

[[require]]
check = "metadata"
keys = ["material"]
when = { kind = "part" }

[[require]]
check = "item notes"
when = { class = "major" }

[[require]]
check = "dispositions"
when = { class = "major" }

[[require]]
check = "no open lock"

# --- who has to read it ---------------------------------------------------------------------
[[distribution]]                  # each acknowledges a new revision before working on it
name = "whoever mills it"
to = ["role:operator", "group:programmers"]
when = { folder = "items/10", station = "MILL-*" }   # a station its route names

# --- people ---------------------------------------------------------------------------------
[groups]
programmers = ["nadia", "sam"]
flight = ["mchen", "rkim", "quinn"]

[deputies]
mchen = [{ name = "rkim", from = "2026-11-20", until = "2026-12-01" }]
rkim = ["mchen"]

# --- quality on the floor -------------------------------------------------------------------
[quality]
may_waive = ["quality", "planner"]  # set proof a job owes aside, with a reason that stays
may_dispose = ["quality"]         # rework, scrap, return; repair and use as is: the approval owner
may_certify = ["quality"]         # sign certificates of conformance

# --- what customers are told ----------------------------------------------------------------
[customer]
forecast = true                   # when an order is expected to be done, and why it is late
steps = true                      # the title of the step it is at
reasons = ["material", "inspection", "outside process"]   # what it may be said to wait for
may_answer = ["planner", "quality"]  # answer questions, send messages

# --- proof packets --------------------------------------------------------------------------
[[packets.template]]              # later ones go before earlier ones; none: the standard one,
name = "aerospace"                # which hides all below and leaves nothing out
customers = ["Halvard *"]
people = "names"                  # who worked at the machines: initials, role or names
show = ["stations", "notes", "causes"]

[[packets.template]]
name = "photos stay here"
customers = ["Marlow Packaging"]
leave_out = ["photos", "history"] # the packet says so; it is refused where the customer asks for it

# --- stamps ---------------------------------------------------------------------------------
[stamps]
language = "en"                   # or de fr es he ar; any word can be your own
notice = "Property of Example Ltd."
mark = "mark.svg"
pictures = { "mark.svg" = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"/>' }

[[stamps.template]]               # later ones go before earlier ones
states = ["released", "job"]      # released superseded recalled review customer job; none: all
sheets = ["from A2"]              # "A3", "up to A4", "from A2", "ANSI B"; none: all
places = ["placeholder", "top right", "bottom"]
labels = { approver = "Approved" }

[[stamps.template]]
states = ["customer"]
banner = "CUI//SP-EXPT"           # at the top and the bottom of every page
watermark = ""                    # none; else the word of the state
"""
