"""One ZIP with a PDF a centre, made in the background and kept for an hour.

The file holds logins, so it is its owner's alone (0600) and never part of a backup; it is only a convenience:
where it is gone, or lies on another machine, it is made again when it is fetched.
"""
import os
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import current_app

from documents.archive import write_archive
from jobs.running import kind
from jobs.slips import layout_of, paper
from models import issuing
from models.credentials import SlipBatch
from models.database import Refused, Sentence, database
from models.exams import Centre

KEPT = timedelta(hours=1)


@kind("archive")
def make(work):
    """wanted: 'batches', the public ids of the batches, a PDF each; 'layout', the Layout's options."""
    path = path_of(current_app.config["INSTANCE_PATH"], work.job)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}-{work.job.attempts}")
    count = 0

    def progress(_name, _pages):
        nonlocal count
        count += 1
        work.progress(count)

    try:
        with open(os.open(part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as out:
            pages = write(work.job, out, progress)
        with database.atomic():
            work.finish({"pages": pages, "files": count})
            part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def write(job, out, progress=None):
    """Write the job's ZIP to a binary file; gives the number of pages."""
    batches = list(
        SlipBatch.select(SlipBatch, Centre).join(Centre)
        .where(SlipBatch.public_id.in_(job.wanted["batches"]), SlipBatch.series == job.series)
        .order_by(Centre.number, SlipBatch.made_at))
    if not batches:
        raise Refused(Sentence("There is no slip to print."))
    layout = layout_of(current_app.config, job.wanted["language"], job.created_at, **job.wanted["layout"])
    return write_archive(_files(batches, job.series, layout.language), out, layout, progress=progress)


def path_of(folder, job):
    return Path(folder) / "archives" / f"{job.public_id}.zip"


def forget_old(folder):
    """Delete the archives that are older than an hour, and what a killed worker left of one."""
    for path in (Path(folder) / "archives").glob("*"):
        with suppress(FileNotFoundError):  # another worker was first, or this one has just finished
            if datetime.fromtimestamp(path.stat().st_mtime, UTC) < datetime.now(UTC) - KEPT:
                path.unlink()


def _files(batches, series, language):
    for batch in batches:
        batch.series = series
        slips = (paper(slip, secret, batch, language) for slip, secret in issuing.slips_of(batch))
        yield f"{batch.centre.number}-{series.code}-{batch.public_id[:6]}.pdf", slips
