"""One ZIP with a PDF a centre, or one CSV of all their logins, made in the background and kept for an hour; or the
results of many centres, as one XLSX or a ZIP with a CSV a centre.

The file holds logins or grades, so it is its owner's alone (0600) and never part of a backup; it is only a convenience:
where it is gone, or lies on another machine, it is made again when it is fetched. It holds the newest slip of every
candidate who may sign in with it, or the results that are out; where others are out than when it was made (the board
has held some back), it is made again too.
"""
import os
import secrets
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from flask import current_app

from documents.archive import write_archive
from documents.papers import LOGIN_COLUMNS, layout_of, login_rows, paper
from exchange import exporting
from exchange.tables import csv_bytes
from jobs.running import kind
from models.acts import issuing
from models.database import Refused, Sentence, database
from models.rules import results
from models.rules.standing import standing_of
from models.tables import audit
from models.tables.exams import Centre
from models.tables.jobs import Job

KEPT = timedelta(hours=1)
PDF, CSV, XLSX, TABLES = "pdf", "csv", "results-xlsx", "results-zip"
RESULTS = (XLSX, TABLES)
SUFFIXES = {PDF: "zip", CSV: "csv", XLSX: "xlsx", TABLES: "zip"}


def order(officer, series, home, centres, now, *, format=PDF, **layout):
    """Store the Job that makes the file of these centres. `layout`: the Layout's options, for a ZIP of slips.

    Raises `Refused` for slips of a series that is closed.
    """
    if format not in RESULTS:
        issuing.refuse_closed(series, now)
    with database.atomic():
        audit.record(officer, f"ordered {'a file of results' if format in RESULTS else 'an archive of slips'}", now,
                     centre=home.number, series=series.code, subject=f"{len(centres)} centres, {format.upper()}",
                     changes=[(centre.number, "archive", "", "ordered") for centre in centres])
        return Job.create(
            kind="archive", officer=officer, centre=home, series=series, created_at=now, total=len(centres),
            wanted={"centres": [centre.number for centre in centres], "format": format, "layout": layout})


@kind("archive")
def make(work):
    behind, out = count(1), results.out_in(work.job.series, datetime.now(UTC))
    with _written(work.job, lambda *_file: work.progress(next(behind)), work.go_on) as part, database.atomic():
        work.finish({"out": out})
        part.replace(path_of(work.job))


def fetch(job, officer, now):
    """The file of a job that is done, for its officer. Raises `Refused` where a centre is the officer's no more."""
    numbers = job.wanted["centres"]
    if officer.centres.where(Centre.number.in_(numbers)).count() < len(numbers):
        raise Refused(Sentence("Not all of these centres are yours any more. Order the file again."))
    file = file_of(job, now)
    record = results.record_download if job.wanted["format"] in RESULTS else issuing.record_download
    record(officer, job.centre, job.series, f"{SUFFIXES[job.wanted['format']].upper()} of {len(numbers)} centres", now,
           numbers)
    return file


def file_of(job, now):
    """The file of a job that is done, open for reading. Raises `Refused` and `MissingKey`.

    Where it is made again it has no name any more: a machine without a worker would never delete it.
    """
    if job.wanted["format"] not in RESULTS or job.result.get("out") == results.out_in(job.series, now):
        with suppress(FileNotFoundError):
            return path_of(job).open("rb")
    with _written(job) as part:
        return part.open("rb")


def path_of(job):
    return folder_of(current_app) / f"{job.public_id}.{SUFFIXES[job.wanted['format']]}"


def folder_of(app):
    return Path(app.config["INSTANCE_PATH"]) / "archives"


def forget_old(app):
    """Delete the archives that are older than an hour, and what a killed worker left of one."""
    for path in folder_of(app).glob("*"):
        with suppress(FileNotFoundError):  # another worker was first, or this one has just finished
            if datetime.fromtimestamp(path.stat().st_mtime, UTC) < datetime.now(UTC) - KEPT:
                path.unlink()


@contextmanager
def _written(job, progress=lambda *_file: None, go_on=lambda: None):
    """A file beside the job's place, for its owner alone, with all that belongs there; deleted unless moved away.

    `progress` is called after each centre, `go_on` before each slip: a board's own template may take a while for one.
    """
    path = path_of(job)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    part = path.with_suffix(f".{secrets.token_hex(8)}")
    try:
        with open(os.open(part, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "wb") as out:
            _write(job, out, progress, go_on)
        yield part
    finally:
        part.unlink(missing_ok=True)


def _write(job, out, progress, go_on):
    if job.wanted["format"] in RESULTS:
        exporting.write_results(out, SUFFIXES[job.wanted["format"]], job.series, job.wanted["centres"],
                                datetime.now(UTC), progress)
        return
    places = [standing_of(centre, job.series) for centre in Centre.select().where(
        Centre.number.in_(job.wanted["centres"])).order_by(Centre.number)]
    if job.wanted["format"] == CSV:
        out.write(csv_bytes(LOGIN_COLUMNS, _rows(places, progress)))
        return
    write_archive(_files(job, places, go_on), out, progress=progress)


def _files(job, places, go_on):
    for place in places:
        if in_hand := list(issuing.slips_in_hand(place.centre, place.series)):
            layout = layout_of(current_app.config, place.centre, job.created_at, **job.wanted["layout"])
            yield _name_of(place), _papers(place, in_hand, go_on), layout


def _papers(place, in_hand, go_on):
    for slip, secret in in_hand:
        go_on()
        yield paper(slip, secret, place, place.centre.language)


def _rows(places, progress):
    for place in places:
        yield from login_rows(issuing.slips_in_hand(place.centre, place.series), place.centre)
        progress(place.centre.number)


def _name_of(place):
    return f"slips-{place.centre.number}-{place.series.code}.pdf"
