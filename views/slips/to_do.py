"""'What needs doing': one list of what slips and logins need, across an Associate's centres or at one."""
from typing import NamedTuple

from flask import Blueprint, current_app, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from documents.papers import unprintable_names
from documents.slips import per_page_of
from jobs import archive as archives
from jobs import queue
from jobs import slips as slip_jobs
from models.database import Refused, Sentence
from models.rules.needs import GENERATE, NEW_PASSWORD, REISSUE, UNPRINTABLE, Needs, groups, needs
from models.rules.standing import releases_of, standings_of
from models.tables.exams import Centre
from models.tables.jobs import Job
from views.forms import sheet_choices
from views.frame import TAB, frame
from views.guards import officers_only
from views.hypermedia import done, now, page, say
from views.languages import in_zone
from views.reach import circle_of, managed_centre_of, series_of

bp = Blueprint("to_do", __name__)
bp.before_request(officers_only)
AT = "/centres/<number>/candidate-results/<code>/to-do"
NEEDS = ("", GENERATE, "late", REISSUE, UNPRINTABLE, "entered", "sign-in", "contact", "every")
A_PAGE = 100


class Line(NamedTuple):
    """A centre and what it needs."""

    centre: Centre
    needs: Needs

    def count(self, need):
        """How many candidates of the centre need this; a truth value where the need is the centre's own."""
        return {
            GENERATE: self.needs.generate, "late": self.needs.late, REISSUE: self.needs.out_of_date,
            UNPRINTABLE: self.needs.unprintable,
            "entered": self.needs.entered, "sign-in": self.needs.not_signed_in, "contact": self.needs.lacks_contact,
            NEW_PASSWORD: self.needs.living, "every": True, "": self.needs.is_something,
        }[need]


@bp.get(AT)
def index(number, code, refused="", status=200):
    centre = managed_centre_of(number)
    series = series_of(centre, code)
    need = request.args.get("need", "")
    need = need if need in NEEDS else ""
    every = lines_of(centre, series)
    marked = set(request.form.getlist("centre"))
    lines = [line for line in every if line.count(need) or line.centre.number in marked]
    place = max(1, min(request.args.get("page", 1, type=int), -(-len(lines) // A_PAGE)))
    return page(
        "slips/to_do.html", status=status, series=series, need=need, refused=refused, typed=request.form,
        sheets=sheet_choices(),
        marked=marked, lines=lines[A_PAGE * (place - 1):A_PAGE * place], place=place,
        pages=[url_for("to_do.index", number=number, code=code, need=need or None, page=n + 1 if n else None)
               for n in range(-(-len(lines) // A_PAGE))],
        counts={what: sum(bool(line.count(what)) for line in every) for what in (*NEEDS, NEW_PASSWORD)},
        jobs=recent_jobs(centre, series), **frame(centre, TAB, f"candidate-results/{code}/to-do", series))


@bp.post(AT)
def act(number, code):
    """Generate, reissue or give new passwords at the marked centres, or at all that it concerns; on the queue."""
    centre = managed_centre_of(number)
    series = series_of(centre, code)
    what, _hyphen, which = request.form.get("act", "").rpartition("-")
    try:
        if slip_jobs.under_way(centre, series, what):
            raise Refused(Sentence("This is being done already: see ‘Work in the background’ below."))
        chosen = _chosen(centre, series, what, which == "all")
        job = slip_jobs.order(
            current_user._get_current_object(), series, [line.centre for line in chosen], what, now(), home=centre,
            anew_dormant=request.form.get("dormant") == "new", slips=sum(line.count(what) for line in chosen))
    except Refused as refusal:
        return index(number, code, say(refusal.sentence), 422)
    return _begun(job)


def _chosen(centre, series, what, all_of_them):
    """The Lines that an act is meant for. Raises `Refused` where a box must be ticked first."""
    if what not in slip_jobs.DONE:
        raise Refused(Sentence("Choose what is to be done."))
    marked = set(request.form.getlist("centre"))
    chosen = [line for line in lines_of(centre, series)
              if line.count(what) and (all_of_them or line.centre.number in marked)]
    if not chosen:
        raise Refused(Sentence("Mark at least one centre that needs it."))
    if what == GENERATE and centre.is_associate and "terms" not in request.form:
        raise Refused(Sentence(
            "Tick the box to accept the terms and conditions: for a centre that has offered nothing yet you offer "
            "the service to ALL its candidates."))
    if what == NEW_PASSWORD and "void" not in request.form:
        raise Refused(Sentence("Tick the box to say that the slips already handed out stop working."))
    return chosen


@bp.post(AT + "/archive")
def archive(number, code):
    """One ZIP with a PDF of every centre's slips, or one CSV of their logins."""
    centre = managed_centre_of(number)
    series = series_of(centre, code)
    centres = [line.centre for line in lines_of(centre, series) if line.needs.living]
    if not centres:
        raise Refused(Sentence("There is no slip to print."))
    wanted = {"format": archives.CSV} if request.form.get("format") == archives.CSV else {
        "per_page": per_page_of(request.form.get("per_page")), "cover": "cover" in request.form}
    job = archives.order(current_user._get_current_object(), series, centre, centres, now(), **wanted)
    return _begun(job)


def lines_of(centre, series):
    """A Line a centre with candidates, in order of number. Five queries, however many centres there are."""
    circle = list(circle_of(centre))
    ids = [member.id for member in circle]
    standings, members = standings_of(series, Centre.id.in_(ids)), groups(series, ids)
    releases, unprintable, moment = releases_of(series), unprintable_names(series, ids), now()
    return [Line(member, needs(standings[member.id], members[member.id], releases, moment,
                               may_offer=centre.is_associate and member.is_attached,
                               unprintable=unprintable[member.id]))
            for member in circle if members[member.id]]


def recent_jobs(centre, series):
    return [(job, in_zone(job.created_at, centre.time_zone)) for job in centre.job_set.where(
        Job.series == series).order_by(Job.id.desc()).limit(5)]


def _begun(job):
    queue.enqueue(current_app, job)
    return done(url_for("work.show", public_id=job.public_id), _("Begun. You can leave this page: the work goes on."))
