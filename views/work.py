"""A long job as its officer follows it: progress, cancel, and what it left."""
import io

from flask import Blueprint, abort, current_app, redirect, url_for
from flask_babel import gettext as _
from flask_login import current_user

from jobs import archive, queue, running
from models import audit
from models.credentials import SlipBatch
from models.database import database
from models.exams import Centre
from models.jobs import DONE, Job
from views.guards import officers_only
from views.hypermedia import attachment, done, now, or_404, page
from views.reach import frame
from views.secrets import password_was_given_long_ago

bp = Blueprint("work", __name__)
bp.before_request(officers_only)


@bp.get("/jobs/<public_id>")
def show(public_id):
    job = job_of(public_id)
    batches = list(SlipBatch.select(SlipBatch, Centre).join(Centre).where(
        SlipBatch.public_id.in_(job.result.get("batches", [])[:50])).order_by(Centre.number))
    return page("work/show.html", "work/_progress.html", job=job, batches=batches,
                made=len(job.result.get("batches", [])), **frame(job.centre, "candidate_results"))


@bp.post("/jobs/<public_id>/cancel")
def cancel(public_id):
    job = job_of(public_id)
    with database.atomic():
        stopped = running.cancel(job, now())
        audit.record(current_user, "cancelled a job", now(), centre=job.centre.number, subject=job.kind)
    return done(url_for("work.show", public_id=public_id),
                _("Stopped. What was finished before stays.") if stopped else _("It was over already."))


@bp.post("/jobs/<public_id>/again")
def again(public_id):
    job = job_of(public_id)
    with database.atomic():
        started = running.retry(job)
        audit.record(current_user, "started a job again", now(), centre=job.centre.number, subject=job.kind)
    if started:
        queue.enqueue(current_app, job)
    return done(url_for("work.show", public_id=public_id), _("It is tried again."))


@bp.post("/jobs/<public_id>/archive.zip")
def fetch(public_id):
    """The ZIP of slips: the file if it is still there, made again from its recipe otherwise."""
    job = job_of(public_id, Job.kind == "archive", Job.state == DONE)
    if password_was_given_long_ago():
        return redirect(url_for("account.password_again", next=url_for("work.show", public_id=public_id)), 303)
    path = archive.path_of(current_app.config["INSTANCE_PATH"], job)
    if path.exists():
        file = path
    else:
        file = io.BytesIO()
        archive.write(job, file)
        file.seek(0)
    audit.record(current_user, "downloaded slips", now(), centre=job.centre.number, series=job.series.code,
                 subject=f"{len(job.wanted['batches'])} files")
    return attachment(file, "application/zip", f"slips-{job.centre.number}-{job.series.code}.zip")


def job_of(public_id, *conditions):
    """A job of a centre at which this person manages the candidate results website, or 404."""
    job = or_404(Job.select(Job, Centre).join(Centre).where(
        Job.public_id == public_id, *conditions, Job.centre.in_(current_user.centres.select(Centre.id).order_by())))
    if not current_user.has_right("manages_candidate_results", job.centre):
        abort(404)
    return job
