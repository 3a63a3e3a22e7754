# SPDX-License-Identifier: AGPL-3.0-or-later
"""The command line of quality: evidence, gauges and measurements."""

from __future__ import annotations

# Imports inside functions: `--help` must not wait for the database and git.
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vault.terminal import needed_why, reads, say, session, table

if TYPE_CHECKING:
    from traveler.quality.evidence_records import Evidence
    from traveler.quality.gauge_records import Gauge
    from traveler.quality.importing import BadRow
    from traveler.quality.measurement_records import Measurement

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def hang(trunk: click.Group) -> None:
    """Hang these branches on the trunk."""
    for branch in (evidence, gauge, measure):
        trunk.add_command(branch)


# --- evidence ---------------------------------------------------------------


@click.group()
def evidence() -> None:
    """Evidence: notes, photos, documents, certificates and heat numbers of a job."""


@evidence.command("add")
@click.argument("job")
@click.argument("files", nargs=-1, type=_FILE, metavar="[FILE…]")
@click.option("--kind", required=True, metavar="K",
              help="note, photo, document, certificate or heat.")  # fmt: skip
@click.option("--op", "seq", type=int, help="The operation it belongs to.")
@click.option("--balloon", default="", help="The characteristic it belongs to.")
@click.option("--nc", "nonconformance", type=int, help="The nonconformance it belongs to.")
@click.option("--heat", default="", help="The heat or lot number of the material.")
@click.option("-m", "words", metavar="WORDS", default="", help="In words.")
@reads
def evidence_add(job: str, files: tuple[Path, ...], **told: Any) -> None:
    """Add evidence to JOB, one piece for each FILE; photos are drawn anew, originals kept."""
    from traveler.quality import evidence as kept
    from traveler.quality.evidence import Wanted

    given: dict[str, Path] = {}
    for place in files:
        if place.name in given:
            raise click.BadParameter(f"{place.name} is named twice", param_hint="FILE")
        given[place.name] = place
    made = kept.add(session().vault, session().actor, Wanted(job=job, **told), given)
    _say_evidence(made)


@evidence.command("list")
@click.argument("job")
@reads
def evidence_list(job: str) -> None:
    """List the evidence of JOB, oldest first."""
    from traveler.quality import views

    _say_evidence(views.evidence_of(session().vault, job))


@evidence.command("correct")
@click.argument("number", metavar="ID", type=int)
@click.option("--words", help="What it should say.")
@click.option("--heat", help="The heat number it should name.")
@needed_why
@reads
def evidence_correct(number: int, words: str | None, heat: str | None, why: str) -> None:
    """Say it in other words; what was said first stays on record."""
    from traveler.quality import evidence as kept

    vault, actor = session().vault, session().actor
    _say_evidence([kept.correct(vault, actor, number, why, words=words, heat=heat)])


@evidence.command("withdraw")
@click.argument("number", metavar="ID", type=int)
@needed_why
@reads
def evidence_withdraw(number: int, why: str) -> None:
    """Take evidence back: it stays to be read and proves nothing any more."""
    from traveler.quality import evidence as kept

    _say_evidence([kept.withdraw(session().vault, session().actor, number, why)])


@evidence.command("internal")
@click.argument("number", metavar="ID", type=int)
@click.option("--undo", is_flag=True, help="Let it out again.")
@needed_why
@reads
def evidence_internal(number: int, undo: bool, why: str) -> None:
    """Keep evidence inside the shop: it proves as before and goes into no packet."""
    from traveler.quality import internal

    vault, actor = session().vault, session().actor
    _say_evidence([internal.mark(vault, actor, number, why, internal=not undo)])


@evidence.command("get")
@click.argument("number", metavar="ID", type=int)
@click.option("-o", "out", type=click.Path(file_okay=False, path_type=Path), required=True,
              metavar="DIR")  # fmt: skip
@reads
def evidence_get(number: int, out: Path) -> None:
    """Write the files of evidence into DIR: the original as it came, a photo also drawn anew."""
    from traveler.quality import evidence as kept

    standing, _line = kept.show(session().vault, number)
    out.mkdir(parents=True, exist_ok=True)
    written = []
    for one in standing.files:
        if one.role == "thumb":
            continue
        named = one.name if one.role == "original" else f"shown-{one.name}"
        place = out / f"{standing.root}-{named}"
        place.write_bytes(session().vault.objects.read(one.digest, one.name))
        written.append({"role": one.role, "file": str(place), "sha256": one.digest.sha256})
    say({"id": standing.root, "files": written}, [one["file"] for one in written])


def _say_evidence(found: list[Evidence]) -> None:
    rows = []
    for one in found:
        original = one.file("original")
        told = ("WITHDRAWN: " + one.why) if one.withdrawn else one.words
        told = f"INTERNAL ({one.internal}): {told}" if one.internal else told
        rows.append((one.root, one.kind, one.seq or "", one.balloon, one.heat,
                     original.name if original else "", told, one.person, one.at))  # fmt: skip
    heads = ("id", "kind", "op", "balloon", "heat", "file", "words", "by", "at")
    say([one.as_json() for one in found], table(heads, rows))


# --- gauges -----------------------------------------------------------------


@click.group()
def gauge() -> None:
    """Gauges: what is measured with, and until when its calibration holds."""


@gauge.command("add")
@click.argument("code")
@click.option("--kind", required=True, help="What plans call it, as Micrometer.")
@click.option("--name", default="", help="Range, maker, serial number.")
@click.option("--due", default="", metavar="DATE", help="When its calibration is due.")
@reads
def gauge_add(code: str, kind: str, name: str, due: str) -> None:
    """Put a gauge on the list."""
    from traveler.quality import gauges

    made = gauges.add(session().vault, session().actor, code, kind, name, due)
    _say_gauges([(made, "added")])


@gauge.command("list")
@reads
def gauge_list() -> None:
    """List the gauges, and which of them are overdue."""
    from traveler.quality import gauges

    _say_gauges(gauges.listing(session().vault))


@gauge.command("show")
@click.argument("code")
@reads
def gauge_show(code: str) -> None:
    """Show a gauge's calibrations, and the results in doubt where it was found unfit."""
    from traveler.quality import gauges

    _say_gauge(gauges.show(session().vault, code))


@gauge.command("calibrated")
@click.argument("code")
@click.option("--due", required=True, metavar="DATE", help="When it is due again.")
@click.option("--on", default="", metavar="DATE", help="When it was done [today].")
@click.option("--unfit", is_flag=True, help="It was found unfit; nothing is measured with it.")
@click.option("--certificate", default="", help="The number of the certificate.")
@click.option("-m", "note", metavar="NOTE", default="")
@reads
def gauge_calibrated(
    code: str, due: str, on: str, unfit: bool, certificate: str, note: str
) -> None:
    """Record a calibration of a gauge."""
    from traveler.quality import gauges

    _say_gauge(
        gauges.calibrated(
            session().vault, session().actor, code, due, on=on, fit=not unfit,
            certificate=certificate, note=note,
        )
    )  # fmt: skip


@gauge.command("retire")
@click.argument("code")
@click.option("--back", is_flag=True, help="Take it into use again.")
@reads
def gauge_retire(code: str, back: bool) -> None:
    """Take a gauge out of use."""
    from traveler.quality import gauges

    found = gauges.retire(session().vault, session().actor, code, retired=not back)
    _say_gauges([(found, "in use" if back else "retired")])


def _gauge(one: Gauge, state: str) -> dict[str, Any]:
    return {"gauge": one.code, "kind": one.kind, "name": one.name, "due": one.due or None,
            "state": state}  # fmt: skip


def _say_gauges(found: list[tuple[Gauge, str]]) -> None:
    rows = [(one.code, one.kind, one.name, one.due or "never calibrated",
             state.upper() if state == "overdue" else state) for one, state in found]  # fmt: skip
    say([_gauge(*one) for one in found], table(("gauge", "kind", "name", "due", "state"), rows))


def _say_gauge(view: Any) -> None:
    done = [(one.day, one.due, "fit" if one.fit else "UNFIT", one.certificate, one.person, one.note)
            for one in view.calibrations]  # fmt: skip
    lines = [f"{view.gauge.code}  {view.gauge.kind}  {view.gauge.name}  {view.state}",
             table(("done", "due", "found", "certificate", "by", "note"), done)]  # fmt: skip
    if view.doubtful:
        jobs = sorted({one.job for one in view.doubtful})
        lines.append(f"{len(view.doubtful)} results in doubt, of jobs {', '.join(jobs)}")
    lines.append(table(("job", "by", "results", "out", "until"),
                       [(one.job, one.person, one.count, one.outside, one.until)
                        for one in view.uses]))  # fmt: skip
    told = {
        **_gauge(view.gauge, view.state),
        "uses": [one.as_json() for one in view.uses],
        "calibrations": [
            {"day": one.day, "due": one.due, "fit": one.fit, "certificate": one.certificate,
             "by": one.person, "note": one.note} for one in view.calibrations
        ],
        "doubtful": [{"job": one.job, "id": one.id, "piece": one.piece} for one in view.doubtful],
    }  # fmt: skip
    say(told, lines)


# --- measurements -----------------------------------------------------------


class _Measuring(click.Group):
    """A group whose first word may be a job, which means to import a file of results for it."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read ``measure J-1 …`` as ``measure file J-1 …``."""
        if args and args[0] not in self.commands and args[0] != "--help":
            args = ["file", *args]
        return super().parse_args(ctx, args)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command a word stands for; a word that is none is a job."""
        return super().get_command(ctx, cmd_name) or self.commands["file"]


@click.group(cls=_Measuring, subcommand_metavar="[file] JOB FILE [OPTIONS] | COMMAND JOB …")
def measure() -> None:
    """Measurements: results of a job, judged by its released plan as they come.

    \b
    titleblock measure J-1 --op 40 results.csv
    titleblock measure enter J-1 --op 40 --balloon 3 --piece 1 12.004
    """


@measure.command("file")
@click.argument("job")
@click.argument("file", type=_FILE)
@click.option("--op", "seq", type=int, help="The operation that was measured at.")
@click.option("--gauge", "gauge_code", default="", metavar="CODE", help="Where a row names none.")
@click.option("--balloon", default="", help="Every number in the file is of this characteristic.")
@click.option("--dry-run", is_flag=True, help="Only say what would be taken.")
@reads
@click.pass_context
def measure_file(ctx: click.Context, job: str, file: Path, seq: int | None, gauge_code: str,
                 balloon: str, dry_run: bool) -> None:  # fmt: skip
    """Import a table, a Calypso table or QIF results; good rows land, bad ones are listed."""
    from traveler.quality import importing

    vault = session().vault
    told = importing.ReadAs(gauge_code, balloon)
    if dry_run:
        found = importing.preview(vault, job, seq, file, file.name, told)
        would = f"{len(found.good)} results would be taken, {len(found.outside)} out of tolerance"
        lines = [f"{would}; {found.again} stand already.", *_bad(found.bad)]
        say(found.as_json(), lines)
        return
    done = importing.take(vault, session().actor, job, seq, file, file.name, told)
    lines = [f"{done.recorded.count} results are recorded; {done.again} stood already.",
             *_outside(done.recorded.outside), *_bad(done.bad)]  # fmt: skip
    say(done.as_json(), lines)
    if done.bad:
        ctx.exit(1)


@measure.command("enter")
@click.argument("job")
@click.argument("results", nargs=-1, required=True, metavar="RESULT…")
@click.option("--op", "seq", type=int)
@click.option("--balloon", required=True)
@click.option("--piece", default="1", show_default=True, help="The first; the others count on.")
@click.option("--gauge", "gauge_code", default="", metavar="CODE")
@reads
def measure_enter(job: str, results: tuple[str, ...], seq: int | None, balloon: str, piece: str,
                  gauge_code: str) -> None:  # fmt: skip
    """Enter results of one characteristic, as 12.004, 0.4726in or pass."""
    from traveler.quality import measurements
    from traveler.quality.measurements import Reading

    if len(results) > 1 and not piece.isdigit():
        raise click.BadParameter("only a number counts on", param_hint="--piece")
    pieces = [piece] if len(results) == 1 else [str(int(piece) + n) for n in range(len(results))]
    readings = [
        Reading(balloon, one, text, gauge=gauge_code)
        for one, text in zip(pieces, results, strict=True)
    ]
    done = measurements.record(session().vault, session().actor, job, seq, readings)
    say(done.as_json(), [f"{done.count} results are recorded.", *_outside(done.outside)])


@measure.command("show")
@click.argument("job")
@reads
def measure_show(job: str) -> None:
    """Show what was measured on JOB, by the plan of its revision."""
    from traveler.quality import views

    found = views.results_of(session().vault, job)
    rows = [
        (row.characteristic.balloon, row.characteristic.requirement,
         " … ".join(filter(None, (row.characteristic.lower, row.characteristic.upper))),
         row.characteristic.unit, f"{len(row.results)}/{row.needed}", len(row.outside) or "",
         row.state.upper() if row.state == "fail" else row.state)
        for row in found.characteristics
    ]  # fmt: skip
    heads = ("balloon", "requirement", "limits", "unit", "measured", "out", "state")
    say(found.as_json(), [f"{found.job.number}  {found.plan.item} {found.plan.rev}  {found.state}",
                          table(heads, rows)])  # fmt: skip


@measure.command("correct")
@click.argument("job")
@click.argument("number", metavar="ID", type=int)
@click.argument("result")
@click.option("--gauge", "gauge_code", default="", metavar="CODE")
@needed_why
@reads
def measure_correct(job: str, number: int, result: str, gauge_code: str, why: str) -> None:
    """Put another value in the place of a result; the first one stays on record."""
    from traveler.quality import measurements

    now = measurements.correct(
        session().vault, session().actor, job, number, result, why, gauge=gauge_code
    )
    say({"id": now.id, "result": now.text, "verdict": now.verdict, "by": now.by or None},
        f"Result {number} is {now.text} {now.unit} now: {now.verdict}.")  # fmt: skip


@measure.command("withdraw")
@click.argument("job")
@click.argument("number", metavar="ID", type=int)
@needed_why
@reads
def measure_withdraw(job: str, number: int, why: str) -> None:
    """Take a result back; the piece counts as not measured, the record stays."""
    from traveler.quality import measurements

    now = measurements.withdraw(session().vault, session().actor, job, number, why)
    say({"id": now.id, "withdrawn": number}, f"Result {number} is withdrawn.")


def _outside(found: tuple[Measurement, ...]) -> list[str]:
    return [
        f"OUT OF TOLERANCE: piece {one.piece} is {one.text} {one.unit}"
        + (f", {one.by} {one.verdict}" if one.by else "")
        for one in found
    ]


def _bad(found: tuple[BadRow, ...]) -> list[str]:
    return [f"not taken, {one.where}: {one.why}" for one in found]
