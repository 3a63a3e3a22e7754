# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a person may be told by the floor: every refusal, one class each."""

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


class BadRanking(BadInput):
    """“{name}” is no rule for what goes first; known are: {known}."""


class BadJobNumber(BadInput):
    """The job number “{number}” cannot be used: {why}; use 1 to 32 of A-Z a-z 0-9 . _ -
    and start with a letter or a digit."""


class BadQuantity(BadInput):
    """{qty} is not a quantity of pieces; give a whole number from {least} to 1000000."""


class BadDueDate(BadInput):
    """“{due}” is not a day; write it as 2027-03-01."""


class DaysBackwards(BadInput):
    """{last} comes before {first}; give a last day that is the first one or a later one."""


class TooManyDays(BadInput):
    """{first} to {last} are {days} days, and at most {most} are told at once; give an earlier last
    day, and the rest after that."""


class BadWords(BadInput):
    """The {what} cannot be used: {why}; write it again."""


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


class BadChild(BadInput):
    """Job {job} cannot be a child of {parent}: {why}."""


class CannotSplit(Refused):
    """{qty} pieces cannot be split off job {job}: {why}."""


class NoChildren(Refused):
    """{number} {rev} has no part with a route of its own, so there are no child jobs to plan;
    leave out --with-children."""


class NotInKit(NotFound):
    """{number} is not among the further items of job {job}; it has {items}."""


class OperationSkipCannot(Refused):
    """Operation {seq} of job {job} is {state}, so it cannot be {act}; {way}."""


class NotOutside(Refused):
    """Operation {seq} of job {job} is done here at {station}, so nothing is sent away for it;
    start it as any other, or mark the station as a vendor's."""


# --- revisions that are not the one to work from ----------------------------


class RevisionUndecided(Refused):
    """{number} {rev} was superseded by {current}, and what happens to job {job} is not decided;
    the planner moves it to {current} or holds it, or an approver allows to go on by deviation
    (`titleblock job decide {job}`)."""


class DeviationUsedUp(Refused):
    """Job {job} may go on with {number} {rev} for {limit} good pieces, but operation {seq} would
    count {counted}; book the rest as scrap, or give the reason why it is missing."""


class NothingToDecide(Refused):
    """Job {job} is {why}, so there is nothing to decide."""


class BadChoice(BadInput):
    """“{choice}” is no decision on a job; choose deviation, move or hold."""


class ChoiceNotOpen(Refused):
    """Job {job} cannot {choice}: {why}."""


class NotTheirDecision(NotAllowed):
    """{name} cannot let job {job} go on by deviation: that takes an approver, or {owner}, who owns
    the approval of {number}."""


class NoReason(BadInput):
    """The {what} needs a reason that stays on record; give it with -m WHY."""


class NoSuchStep(NotFound):
    """Revision {rev} has no operation {seq} to {act}; it has {operations}."""


# --- blockers ---------------------------------------------------------------


class NoSuchBlocker(NotFound):
    """There is no blocker {id}; `titleblock blockers` shows what is there."""


class NoSuchBlockerType(BadInput):
    """“{type}” is no type of blocker; choose one of {types}."""


class BadBlockerFact(BadInput):
    """“{key}” cannot be set on a blocker of type {type}: {why}."""


class BlockerNowhere(BadInput):
    """A blocker belongs to a job, one of its operations, or a station; name a job or a station."""


class BadOwner(BadInput):
    """{name} cannot be given a blocker: {why}; name somebody who works here."""


class BadHours(BadInput):
    """{hours} is not a time after which to escalate; give whole hours from 1 to 2000, and to whom."""


class BlockerCannot(Refused):
    """Blocker {id} is {state}, so nobody can {act} it; {way}."""


class NoPhoto(BadInput):
    """No photo was given; choose one or more pictures and add them again."""


class NoSuchPhoto(NotFound):
    """Blocker {id} has no photo {photo}; it has {photos}."""


class BlockerMoved(Conflict):
    """Blocker {id} was changed by {by} meanwhile; look at it again, then do what is still needed."""


class BlockerDecides(Refused):
    """Blocker {id} closes by itself once job {job} is decided; see
    `titleblock job decide {job}`."""


class NotTheirBlocker(NotAllowed):
    """{name} cannot {act} blocker {id}; that is up to {who}."""


class NoSuchTick(NotFound):
    """Blocker {id} has no step {step} that is still to be done; it has {steps}."""


class OperationBlocked(Refused):
    """Operation {seq} of job {job} is blocked: {what}; it goes on when that is resolved, or a
    planner starts it with a reason (`titleblock op start {job} {seq} --override WHY`)."""


# --- proof ------------------------------------------------------------------


class ProofOwed(Refused):
    """Operation {seq} of job {job} owes proof before it can be finished: {what}; give it on the
    floor page or on the page of the job's quality, or with {way}."""


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


# --- travelers --------------------------------------------------------------


class NoSuchTraveler(NotFound):
    """That code is no traveler of this shop; scan it again, or ask the planner for a new print."""


class TravelerEnded(NotFound):
    """This traveler of job {job} is {why}; ask the planner for a new print."""


class OutsideTraveler(NotAllowed):
    """This code is for operation {own} of job {job} only; scan the code of the job, or of
    operation {seq}."""


# --- copies and acknowledgements --------------------------------------------


class NoSuchCopy(NotFound):
    """There is no copy {copy} of this vault; the print is not one of ours or was not read
    completely, so do not work from it."""


class NoCopyOfRecalled(Refused):
    """{number} {rev} was recalled, so no copy of it is handed out; `titleblock item show {number}`
    shows what is current."""


class OnlyDrawingsAreCopies(BadInput):
    """{name} carries no stamp, so it cannot be a numbered copy; only released PDFs are."""


class CopyOfAnotherRevision(Refused):
    """Job {job} is on {item} {rev}, so a copy of {number} {other} is not for it; take the drawing
    from the job."""


class CopyCannot(Conflict):
    """Copy {copy} is {state}, so it cannot be {act}; `titleblock copies show {copy}` tells what was
    done with it, and `titleblock copies correct {copy} -m WHY` puts a mistake right."""


class BadCopyAct(BadInput):
    """“{act}” is nothing that is done with a copy; choose one of {known}."""


class CopyNeedsNote(BadInput):
    """The record of {what} needs a note that says how it came to that; give it with -m."""


class NotAReader(Refused):
    """{name} was not asked to acknowledge {number} {rev}; {readers}."""


class NotTheOneToRead(Refused):
    """{number} {rev} is {state}, so there is nothing to acknowledge; {way}."""


class FileOvertaken(Refused):
    """{name} of {number} {rev} is not handed to the floor: {rev} is {state}{current}, and a file like
    this cannot carry a mark that says so; decide about {job} first (`titleblock job decide {job}`)."""


class NotRead(Refused):
    """{name} has to acknowledge {number} {rev} before working on it: look at what changed, then
    say so on the page of the revision, on the floor page (“I have read it”), or with
    `titleblock read {number} {rev}`."""


class NoWithdrawal(NotFound):
    """{number} {rev} is {state}, so nothing has to be collected or decided; `titleblock recalls`
    shows where there is."""


# --- quality ---------------------------------------------------------------------------------


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


# --- tablets: how an act comes from the floor -------------------------------------------------------


class ActStale(Conflict):
    """This was pressed on what is not so any more: {what}; look at the page again, then do it all
    the same or drop it."""


class WrongStation(Refused):
    """This tablet stands at {here}, but operation {seq} of job {job} is planned at {station}; take
    the work there, or say that it is done here all the same."""


class NoSuchBadge(NotFound):
    """This is no badge of the shop that is in use; take the newest one, or tap your name and type
    your PIN."""


class BadgeUnknown(NotFound):
    """There is no badge number {badge}; `titleblock badge list` shows what is there."""


class NotForBadges(Refused):
    """{name} has no role on the floor, so a badge would open nothing; give them one of {roles}
    first."""


# --- lots: parts of a job with a traveler of their own ----------------------------------------------


class LotTooLarge(Refused):
    """Job {job} is {qty} pieces and {given} of them are in lots already, so a lot of {wanted} does
    not fit; make it at most {left}."""


class NoSuchLot(NotFound):
    """Job {job} has no lot {lot}; it has {lots}."""


class LotOverfull(Refused):
    """Lot {lot} of job {job} is {qty} pieces, but {counted} would be counted for it at operation
    {seq}; count again, or scan the traveler of the other lot."""


class NoSuchPrint(NotFound):
    """Job {job} has no traveler print {print}; it has {prints}."""
