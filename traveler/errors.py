# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a person may be told by the floor, and no room of it alone: one class each."""

from __future__ import annotations

from vault.errors import BadInput, Conflict, NotAllowed, NotFound, Refused

# --- routes and stations ----------------------------------------------------


class BadRoute(BadInput):
    """The route {where} cannot be used: {why}; correct it, check it in and release it."""


class BadStation(BadInput):
    """“{code}” cannot be the code of a station: {why}; use 1 to 40 letters, digits, spaces
    and . _ - + &, as mill-2."""


class BadStationTime(BadInput):
    """A station cannot work {minutes} minutes a day; give 1 to 1440."""


class BadHoursText(BadInput):
    """“{text}” are no hours: {why}; write them as “Mon-Fri 06:00-14:00 14:30-22:00; Sat 06:00-12:00”,
    or “closed”."""


class BadLanes(BadInput):
    """A station cannot do {lanes} pieces of work at a time; give 1 to 1000."""


class BadDays(BadInput):
    """Work cannot take {days} days at a vendor's; give 0 to 1000."""


class BadGroup(BadInput):
    """{code} cannot be one of the group {group}: {why}."""


class BadMachine(BadInput):
    """Operation {seq} of job {job} cannot run on {machine}: {why}."""


class StationExists(Conflict):
    """There is already a station {code}; change it with `titleblock station set`."""


class NoSuchStation(NotFound):
    """There is no station {code}; `titleblock station list` shows what is there."""


class NoStationToLabel(NotFound):
    """There is no station in use to make a label for; add one with `titleblock station add`."""


class BadLabelFile(BadInput):
    """Labels are not written as “{name}”; let the file end in .pdf, or in .zpl for a label
    printer."""


class BadLabelCount(BadInput):
    """{count} labels cannot be made at once; give 1 to {most}."""


# --- jobs -------------------------------------------------------------------


class BadJobNumber(BadInput):
    """The job number “{number}” cannot be used: {why}; use 1 to 32 of A-Z a-z 0-9 . _ -
    and start with a letter or a digit."""


class BadQuantity(BadInput):
    """{qty} is not a quantity of pieces; give a whole number from {least} to 1000000."""


class BadDueDate(BadInput):
    """“{due}” is not a day between 1950 and 2150; write it as 2027-03-01."""


class DaysBackwards(BadInput):
    """{last} comes before {first}; give a last day that is the first one or a later one."""


class TooManyDays(BadInput):
    """{first} to {last} are {days} days, and at most {most} are told at once; give an earlier last
    day, and the rest after that."""


class BadWords(BadInput):
    """The {what} cannot be used: {why}; write it again."""


class NoReason(BadInput):
    """The {what} needs a reason that stays on record; give it with -m WHY."""


class JobExists(Conflict):
    """There is already a job {number}; choose another number."""


class NoSuchJob(NotFound):
    """There is no job {number}; `titleblock job list` shows what is there."""


class RevisionRecalled(Refused):
    """{number} {rev} was recalled ({why}), nothing may be made from it; {way}."""


class FileNotReleased(Refused):
    """Operation {seq} of the route names the file {name}, which {number} {rev} does not release;
    correct route.toml and release again."""


class JobCannot(Refused):
    """Job {job} is {state}, so it cannot be {act}; {way}."""


class OperationsOpen(Refused):
    """Job {job} has unfinished operations ({open}); finish them, or give the reason
    to close it short (-m WHY)."""


class BadChild(BadInput):
    """Job {job} cannot be a child of {parent}: {why}."""


class CannotSplit(Refused):
    """{qty} pieces cannot be split off job {job}: {why}."""


class NoChildren(Refused):
    """{number} {rev} has no part with a route of its own, so there are no child jobs to plan;
    leave out --with-children."""


class NotInKit(NotFound):
    """{number} is not among the further items of job {job}; it has {items}."""


# --- operations -------------------------------------------------------------


class NoSuchOperation(NotFound):
    """Job {job} has no operation {seq}; it has {operations}."""


class OperationCannot(Refused):
    """Operation {seq} of job {job} is {state}, so nobody can {act} it; {way}."""


class JobNotReleased(Refused):
    """Job {job} is {state}, so no work can start on it; {way}."""


class EarlierOperationOpen(Refused):
    """Operation {seq} of job {job} waits for operation {earlier}, which is {state}; finish that
    one first."""


class OperationBlocked(Refused):
    """Operation {seq} of job {job} is blocked: {what}; it goes on when that is resolved, or a
    planner starts it with a reason (`titleblock op start {job} {seq} --override WHY`)."""


class ProofOwed(Refused):
    """Operation {seq} of job {job} owes proof before it can be finished: {what}; give it on the
    floor page or on the page of the job's quality, or with {way}."""


class EarlierProofOwed(Refused):
    """Operation {seq} of job {job} cannot be started: operation {earlier} before it owes proof,
    {what}; give it on the page of the job's quality or with {way}, or let quality waive it."""


class NothingArrived(Refused):
    """No good piece came to operation {seq} of job {job}, so there is nothing to work on; ask the
    planner to close the job."""


class TooManyPieces(Refused):
    """{arrived} pieces came to operation {seq} of job {job}, but {counted} would be accounted for
    ({good} good, {scrap}, {before} before); count again."""


class PiecesMissing(Refused):
    """{arrived} pieces came to operation {seq} of job {job}, but only {counted} are accounted for;
    give the rest as good, scrap or rework, pause instead, or give the reason why {missing} are
    missing (-m WHY)."""


class ReworkOpen(Refused):
    """Pieces come back to operation {seq} of job {job} from rework ({steps}), which is not done;
    pause it until they are here."""


class ChildrenOpen(Refused):
    """Operation {seq} of job {job} needs what is not made yet: {children}; {way}."""


class KitOvertaken(Refused):
    """{number} {rev} in the kit of job {job} is {state}, so no work starts on it; {way}."""


class NothingToWriteOff(Refused):
    """Only {have} of the {wanted} pieces of job {job} can be written off at step {seq} or after it;
    {counted} are counted as scrap there: say so where these are the ones, or count again first."""


class NoPiecesForRework(Refused):
    """Operation {seq} of job {job} has {have} pieces that can go into rework, not {wanted};
    {way}."""


class BadRework(BadInput):
    """The rework after operation {seq} of job {job} cannot be planned: {why}."""


class OperationSkipCannot(Refused):
    """Operation {seq} of job {job} is {state}, so it cannot be {act}; {way}."""


# --- revisions that are not the one to work from, or were not read ----------


class RevisionUndecided(Refused):
    """{number} {rev} was superseded by {current}, and what happens to job {job} is not decided;
    the planner moves it to {current} or holds it, or an approver allows to go on by deviation
    (`titleblock job decide {job}`)."""


class DeviationUsedUp(Refused):
    """Job {job} may go on with {number} {rev} for {limit} good pieces, but operation {seq} would
    count {counted}; book the rest as scrap, or give the reason why it is missing."""


class FileOvertaken(Refused):
    """{name} of {number} {rev} is not handed to the floor: {rev} is {state}{current}, and a file like
    this cannot carry a mark that says so; decide about {job} first (`titleblock job decide {job}`)."""


class NoWithdrawal(NotFound):
    """{number} {rev} is {state}, so nothing has to be collected or decided; `titleblock recalls`
    shows where there is."""


class NotAReader(Refused):
    """{name} was not asked to acknowledge {number} {rev}; {readers}."""


class NotTheOneToRead(Refused):
    """{number} {rev} is {state}, so there is nothing to acknowledge; {way}."""


class NotRead(Refused):
    """{name} has to acknowledge {number} {rev} before working on it: look at what changed, then
    say so on the page of the revision, on the floor page (“I have read it”), or with
    `titleblock read {number} {rev}`."""


# --- travelers and the lots they lead ---------------------------------------


class NoSuchTraveler(NotFound):
    """That code is no traveler of this shop; scan it again, or ask the planner for a new print."""


class TravelerEnded(NotFound):
    """This traveler of job {job} is {why}; ask the planner for a new print."""


class OutsideTraveler(NotAllowed):
    """This code is for operation {own} of job {job} only; scan the code of the job, or of
    operation {seq}."""


class NoSuchPrint(NotFound):
    """Job {job} has no traveler print {print}; it has {prints}."""


class LotTooLarge(Refused):
    """Job {job} is {qty} pieces and {given} of them are in lots already, so a lot of {wanted} does
    not fit; make it at most {left}."""


class NoSuchLot(NotFound):
    """Job {job} has no lot {lot}; it has {lots}."""


class LotOverfull(Refused):
    """Lot {lot} of job {job} is {qty} pieces, but {counted} would be counted for it at operation
    {seq}; count again, or scan the traveler of the other lot."""
