# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a person may be told about evidence, gauges, measurements and proof: one class each."""

from __future__ import annotations

from vault.errors import BadInput, Conflict, NotAllowed, NotFound, Refused

# --- evidence ---------------------------------------------------------------


class NoSuchKindOfEvidence(BadInput):
    """“{kind}” is no kind of evidence; known are {known}."""


class EvidenceIncomplete(BadInput):
    """A {kind} needs {what}; add it and send it again."""


class FileNotTaken(BadInput):
    """{name} is not taken: {why}; nothing was kept of it."""


class TooManyFiles(BadInput):
    """At most {most} files can be sent at once, and {count} came; send the rest afterwards."""


class NoSuchEvidence(NotFound):
    """There is no evidence {number}; `titleblock evidence list JOB` shows what there is."""


class NoSuchEvidenceFile(NotFound):
    """Evidence {number} has no {role}; it has {roles}."""


class EvidenceReplaced(Conflict):
    """Evidence {number} was {act} by {person} meanwhile; look at what stands now."""


class InternalAlready(Conflict):
    """Evidence {number} is {said} already; there is nothing to change."""


class BadMarks(BadInput):
    """The marks cannot be kept: {why}."""


class NotAPicture(Refused):
    """Evidence {number} is no photo, so there is nothing to mark on it."""


# --- plans and measurements -------------------------------------------------


class NothingToMeasure(Refused):
    """{item} {rev} was released without characteristics.csv, so nobody knows what is right; add
    the list of characteristics and release the item."""


class NoSuchBalloon(NotFound):
    """{item} {rev} has no characteristic “{balloon}”; its plan has {known}."""


class BadPiece(BadInput):
    """“{piece}” cannot name a piece: {why}; use its number or serial number, up to 40 letters,
    digits and . _ - / #."""


class JobNotMeasured(Refused):
    """Job {job} is {state}, so nothing is measured on it; {way}."""


class NoSuchMeasurement(NotFound):
    """Job {job} has no result {number}."""


class MeasurementReplaced(Conflict):
    """Result {number} was replaced by {person} meanwhile; look at what stands now."""


class CorrectionNeedsReason(BadInput):
    """Say why the {what} is {act}; the first one stays on record beside it."""


class NoRowTaken(BadInput):
    """None of the {count} results in {name} can be taken; {where}: {why}."""


class NoResults(BadInput):
    """There is no result to record; enter at least one."""


class TooManyResults(BadInput):
    """{count} results at once are too many; at most {most} are taken, send them in parts."""


class SameFileAgain(Conflict):
    """All {count} results in {where} stand already; nothing in it is new."""


# --- gauges -----------------------------------------------------------------


class BadGauge(BadInput):
    """“{code}” cannot be the code of a gauge: {why}; use 1 to 40 letters, digits, spaces
    and . _ - + &, as MIC-04."""


class GaugeExists(Conflict):
    """There is already a gauge {code}."""


class NoSuchGauge(NotFound):
    """There is no gauge {code}; `titleblock gauge list` shows what there is, `titleblock gauge
    add` adds one."""


class GaugeOverdue(Refused):
    """Gauge {code} was due for calibration on {due}, so nothing may be measured with it; use another
    one, or record its calibration with `titleblock gauge calibrated`."""


class GaugeNotCalibrated(Refused):
    """Gauge {code} has no calibration that holds, so nothing may be measured with it; record one with
    `titleblock gauge calibrated {code}`."""


class GaugeRetired(Refused):
    """Gauge {code} is retired, so nothing may be measured with it; use another one."""


class GaugeNeeded(Refused):
    """Balloon {balloon} is measured with a {kind}, and this shop keeps a list of those; say which
    one it was: {known}."""


class BadCalibration(BadInput):
    """The calibration of {code} cannot be recorded: {why}."""


class PlanMoved(Conflict):
    """Somebody checked in other characteristics of {number} meanwhile; nothing was changed. Open the
    grid again, where what is there now stands, and repeat what you changed."""


# --- characteristics and results as they are written ------------------------


class BadCharacteristics(BadInput):
    """{where} is not a list of characteristics: {why}."""


class BadSampling(BadInput):
    """“{text}” is no sampling; write all, first, a number of pieces, every 10, or aql with one of {aqls}."""


class BadQuantityText(BadInput):
    """“{text}” is no result: {why}."""


class OtherUnit(BadInput):
    """A value in {unit} cannot be compared with limits in {wanted}; enter it in {wanted}."""


class BadResults(BadInput):
    """The results in {where} cannot be read: {why}; nothing was taken from it."""


# --- proof ------------------------------------------------------------------


class ProofNotOwed(Refused):
    """Job {job} owes no {kind}{where}, so there is nothing to give or waive; `titleblock proof {job}` shows
    what it owes."""


class ProofThere(Refused):
    """The {what} of job {job} is there already, so there is nothing to waive."""


class ProofNeedsRecord(Refused):
    """Nobody’s word stands for a {kind}: {way}."""


class OwnWorkInspected(NotAllowed):
    """{name} worked on operation {seq} of job {job}, so somebody else of quality has to inspect it."""


class NoSuchWord(NotFound):
    """Nobody vouched for anything under number {id}; `titleblock proof JOB` shows what was given."""


class BadProofKind(BadInput):
    """“{kind}” cannot be a kind of proof: {why}; write a few words, as measurement or photo."""


class BadProofMoment(BadInput):
    """“{before}” is no moment before which proof is owed; choose step, shipping or packet."""


class ProofOfWhom(BadInput):
    """Name either the customer or the job that proof is asked for."""


class NoSuchDemand(NotFound):
    """There is no demand for proof {id} that holds; `titleblock proof demands` shows what is there."""


class NoSuchWaiver(NotFound):
    """There is no waiver {id} that holds; `titleblock proof JOB` shows what was waived."""
