"""Health of the queue: jobs by state, and another try for those that failed."""
from flask import Blueprint, current_app, url_for
from flask_babel import gettext as _
from flask_login import current_user
from peewee import JOIN, fn

from jobs import queue, running
from models.tables.exams import Centre
from models.tables.jobs import STATES, Job
from views.board import board_page
from views.guards import board_only
from views.hypermedia import done, now, or_404

bp = Blueprint("board_queue", __name__, url_prefix="/board/queue")
bp.before_request(board_only)


@bp.get("")
def index():
    counted = dict(Job.select(Job.state, fn.COUNT(Job.id)).group_by(Job.state).tuples())
    newest = Job.select(Job, Centre).join(Centre, JOIN.LEFT_OUTER).order_by(Job.id.desc()).limit(50)
    return board_page("board/queue/index.html", "queue", counts=[(state, counted.get(state, 0)) for state in STATES],
                      jobs=list(newest), stuck=len(running.left_behind(now())))


@bp.post("/<public_id>/again")
def again(public_id):
    job = or_404(Job.select().where(Job.public_id == public_id))
    started = running.retry(job, current_user, now())
    if started:
        queue.enqueue(current_app, job)
    return done(url_for("board_queue.index"), _("It is tried again.") if started else _("It had not failed."))
