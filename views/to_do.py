"""'What needs doing': one list of what slips and logins need, across an Associate's centres or at one."""
from typing import NamedTuple

from flask import Blueprint, current_app, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from jobs import archive as archives
from jobs import queue
from jobs import slips as slip_jobs
from models import audit, issuing
from models.consequences import LIVING, consequences, groups
from models.database import Refused, Sentence, database
from models.exams import Centre
from models.jobs import Job
from models.offers import ALL, NONE, SELECTED
from models.overview import entered_since, signed_in_counts
from models.rules import releases_of, standings
from views.candidate_results import TAB
from views.guards import officers_only
from views.hypermedia import done, now, page, say
from views.reach import circle_of, frame, managed_centre_of, series_of
from views.times import in_zone

bp = Blueprint("to_do", __name__)
bp.before_request(officers_only)
AT = "/centres/<number>/candidate-results/<code>/to-do"
ACTS = {"generate": issuing.GENERATE, "reissue": issuing.REISSUE, "new-password": issuing.NEW_PASSWORD}
DONE = {"generate": "generated credentials", "reissue": "reissued slips", "new-password": "gave new passwords"}
NEEDS = ("", "generate", "late", "reissue", "entered", "sign-in", "contact", "every")
A_PAGE = 100


class Line(NamedTuple):
    """What one centre needs; counts of candidates, but for `lacks_contact`. `late` are among `generate`.

    `lacks_contact` is None where nobody is offered the service.
    """

    centre: Centre
    generate: int
    late: int
    reissue: int
    entered: int
    not_signed_in: int
    living: int
    lacks_contact: bool | None

    def needs(self, what):
        return {
            "generate": self.generate, "late": self.late, "reissue": self.reissue, "entered": self.entered,
            "sign-in": self.not_signed_in, "contact": self.lacks_contact, "new-password": self.living, "every": True,
            "": self.generate or self.reissue or self.entered or self.not_signed_in or self.lacks_contact,
        }[what]


@bp.get(AT)
def index(number, code, refused="", status=200):
    centre = managed_centre_of(number)
    series = series_of(centre, code)
    need = request.args.get("need", "")
    need = need if need in NEEDS else ""
    every = lines_of(centre, series)
    lines = [line for line in every if line.needs(need)]
    place = max(1, min(request.args.get("page", 1, type=int), -(-len(lines) // A_PAGE)))
    return page(
        "to_do/index.html", status=status, series=series, need=need, refused=refused, typed=request.form,
        marked=set(request.form.getlist("centre")), lines=lines[A_PAGE * (place - 1):A_PAGE * place], place=place,
        pages=[url_for("to_do.index", number=number, code=code, need=need or None, page=n + 1 if n else None)
               for n in range(-(-len(lines) // A_PAGE))],
        counts={what: sum(bool(line.needs(what)) for line in every) for what in (*NEEDS, "new-password")},
        jobs=recent_jobs(centre, series), **frame(centre, TAB, f"candidate-results/{code}/to-do", series))


@bp.post(AT)
def act(number, code):
    """Generate, reissue or give new passwords at the marked centres, or at all that it concerns; on the queue."""
    centre = managed_centre_of(number)
    series = series_of(centre, code)
    what, _hyphen, which = request.form.get("act", "").rpartition("-")
    try:
        chosen = _chosen(centre, series, what, which == "all")
    except Refused as refusal:
        return index(number, code, say(refusal.sentence), 422)
    with database.atomic():
        job = slip_jobs.order(current_user._get_current_object(), series, [line.centre for line in chosen],
                              ACTS[what], now(), anew_dormant=request.form.get("dormant") == "new", home=centre,
                              slips=sum(line.needs(what) for line in chosen))
        audit.record(current_user, DONE[what], now(), centre=centre.number, series=series.code,
                     changes=[(line.centre.number, ACTS[what], "", "ordered") for line in chosen])
    return _begun(job)


def _chosen(centre, series, what, all_of_them):
    """The Lines that an act is meant for. Raises `Refused` where a box must be ticked first."""
    if what not in ACTS:
        raise Refused(Sentence("Choose what is to be done."))
    marked = set(request.form.getlist("centre"))
    chosen = [line for line in lines_of(centre, series)
              if line.needs(what) and (all_of_them or line.centre.number in marked)]
    if not chosen:
        raise Refused(Sentence("Mark at least one centre that needs it."))
    if what == "generate" and centre.is_associate and "terms" not in request.form:
        raise Refused(Sentence(
            "Tick the box to accept the terms and conditions: for a centre that has offered nothing yet you offer "
            "the service to ALL its candidates."))
    if what == "new-password" and "void" not in request.form:
        raise Refused(Sentence("Tick the box to say that the slips already handed out stop working."))
    return chosen


@bp.post(AT + "/archive")
def archive(number, code):
    """One ZIP with a PDF of every centre's slips, or one CSV of their logins."""
    centre = managed_centre_of(number)
    series = series_of(centre, code)
    centres = [line.centre for line in lines_of(centre, series) if line.living]
    if not centres:
        raise Refused(Sentence("There is no slip to print."))
    wanted = {"format": archives.CSV} if request.form.get("format") == archives.CSV else {
        "per_page": 4 if request.form.get("per_page") == "4" else 1, "cover": "cover" in request.form}
    with database.atomic():
        job = archives.order(current_user.id, series, centre, centres, now(), **wanted)
        audit.record(current_user, "ordered an archive of slips", now(), centre=centre.number,
                     series=series.code, subject=f"{len(centres)} centres, {job.wanted['format'].upper()}")
    return _begun(job)


def lines_of(centre, series):
    """A Line a centre with candidates, in order of number. Six queries, however many centres there are."""
    circle = centres_of(centre)
    ids = [one.id for one in circle]
    stands, members, later = standings(series, Centre.id.in_(ids)), groups(series, ids), entered_since(series, ids)
    releases, moment, signed_in = releases_of(series), now(), signed_in_counts(series, ids)
    found = []
    for one in circle:
        place, alike = stands[one.id], members[one.id]
        if not alike:
            continue
        told, scope = consequences(place, place, alike, releases, moment), place.offer.scope
        offered = place.has_access and scope != NONE
        may_generate = offered or (place.has_access and centre.is_associate and one.is_attached)
        living = sum(group.count for group in alike
                     if offered and group.login == LIVING and group.is_covered(scope))
        found.append(Line(
            one, generate=told.needing_credentials if may_generate else 0,
            late=later.get(one.id, 0) if offered and scope == ALL else 0, reissue=told.out_of_date,
            entered=later.get(one.id, 0) if offered and scope == SELECTED else 0,
            not_signed_in=max(0, living - signed_in.get(one.id, 0)), living=living,
            lacks_contact=not place.contact.name if offered else None))
    return found


def centres_of(centre):
    """The centre itself and, for an Associate, those attached to it that have access at all."""
    if not centre.is_associate:
        return [centre]
    return list(circle_of(centre))


def recent_jobs(centre, series):
    return [(job, in_zone(job.created_at, centre.time_zone)) for job in centre.job_set.where(
        Job.series == series).order_by(Job.id.desc()).limit(5)]


def _begun(job):
    queue.enqueue(current_app, job)
    return done(url_for("work.show", public_id=job.public_id), _("Begun. You can leave this page: the work goes on."))
