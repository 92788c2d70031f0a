"""A long job as its officer follows it: progress, cancel, and what it left."""
from os import fstat

from flask import Blueprint, abort, current_app, redirect, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from jobs import archive, queue, running, slips
from models.tables.exams import Centre
from models.tables.jobs import DONE, RUNNING, Job
from models.tables.slips import SlipBatch
from views.frame import frame
from views.guards import officers_only, password_was_given_long_ago
from views.hypermedia import attachment, done, now, or_404, page
from views.reach import batches_of_own, jobs_of_own
from views.slips.presses import for_batch, one_zip

bp = Blueprint("work", __name__)
bp.before_request(officers_only)
FILES = {archive.PDF: ("application/zip", "slips-%s-%s.zip"),
         archive.CSV: ("text/csv; charset=utf-8", "logins-%s-%s.csv"),
         archive.XLSX: ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "results-%s-%s.xlsx"),
         archive.TABLES: ("application/zip", "results-%s-%s.zip")}


@bp.get("/jobs/<public_id>")
def show(public_id):
    job = job_of(public_id)
    made, refused = job.result.get("batches", []), job.result.get("refused", {})
    batches = list(batches_of_own().where(SlipBatch.public_id.in_(made[:50])))
    nothing = [number for number, said in refused.items() if said == str(slips.NOTHING)]
    return page("slips/work.html", "slips/_progress.html", job=job, at=_centre_at_work(job), made=len(made),
                batches=[(batch, for_batch(batch, batch.centre.number, job.series.code)) for batch in batches],
                refused={number: said for number, said in refused.items() if number not in nothing},
                nothing=len(nothing), zip=one_zip(job.centre, job.series) if len(made) > 1 else None,
                left=_time_left(job), of_results=is_of_results(job), centres=len(job.wanted.get("centres", [])),
                centres_done=len(job.result.get("finished", [])) if job.kind == "slips" else job.done,
                **(frame(job.centre, "results") if is_of_results(job)
                   else frame(job.centre, "candidate_results", series=job.series)))


def _time_left(job):
    """How long the rest may take, in words, at the pace so far; '' where there is no pace yet."""
    behind = (now() - job.started_at).total_seconds() if job.started_at and job.state == RUNNING else 0
    if behind < 5 or not job.done:
        return ""
    minutes = behind * (job.total - job.done) / job.done / 60
    return _("Less than a minute left") if minutes < 1 else ngettext(
        "About %(num)d minute left", "About %(num)d minutes left", round(minutes))


def _centre_at_work(job):
    """(the centre whose slips are being made, how many of them so far), or None."""
    if job.kind != "slips" or job.state != RUNNING:
        return None
    finished = job.result.get("finished", [])
    number = next((number for number in job.wanted["centres"] if number not in finished), None)
    centre = current_user.centres.where(Centre.number == number).first()
    return centre and (centre, max(0, job.done - job.result.get("slips", 0)))


@bp.post("/jobs/<public_id>/cancel")
def cancel(public_id):
    job = job_of(public_id)
    stopped = running.cancel(job, current_user, now())
    return done(url_for("work.show", public_id=public_id),
                _("Stopped. What was finished before stays.") if stopped else _("It was over already."))


@bp.post("/jobs/<public_id>/again")
def again(public_id):
    job = job_of(public_id)
    started = running.retry(job, current_user, now())
    if started:
        queue.enqueue(current_app, job)
    return done(url_for("work.show", public_id=public_id),
                _("It is tried again.") if started else _("It had not failed."))


@bp.post("/jobs/<public_id>/file")
def fetch(public_id):
    """The ZIP of slips, the CSV of logins, or the results of many centres."""
    job = job_of(public_id, Job.kind == "archive", Job.state == DONE)
    if password_was_given_long_ago() and not is_of_results(job):
        return redirect(url_for("sign_in.password_again", next=url_for("work.show", public_id=public_id)), 303)
    file, (kind, name) = archive.fetch(job, current_user, now()), FILES[job.wanted["format"]]
    response = attachment(file, kind, name % (job.centre.number, job.series.code))
    response.content_length = fstat(file.fileno()).st_size
    return response


def job_of(public_id, *conditions):
    """A job of a centre at which this person manages the candidate results website, or one of results, which everybody
    there may read; or 404."""
    job = or_404(jobs_of_own().where(Job.public_id == public_id, *conditions))
    if not is_of_results(job) and not current_user.has_right("manages_candidate_results", job.centre):
        abort(404)
    return job


def is_of_results(job):
    return job.wanted.get("format") in archive.RESULTS
