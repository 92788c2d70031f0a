"""'What needs doing': one list of what slips and logins need, across an Associate's centres or at one."""
from typing import NamedTuple

from flask import Blueprint, current_app, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from jobs import queue, running
from jobs import slips as slip_jobs
from models import audit, issuing
from models.consequences import LIVING, consequences, groups
from models.database import Refused, Sentence, database
from models.exams import Centre
from models.jobs import Job
from models.offers import NONE
from models.overview import entered_since_selected, newest_batches, signed_in_counts
from models.rules import releases_of, standings
from views.candidate_results import TAB
from views.guards import officers_only
from views.hypermedia import done, now, page
from views.reach import frame, managed_centre_of, series_of
from views.times import in_zone

bp = Blueprint("to_do", __name__)
bp.before_request(officers_only)
AT = "/centres/<number>/candidate-results/<code>/to-do"
ACTS = {"generate": issuing.GENERATE, "reissue": issuing.REISSUE}
NEEDS = ("", "generate", "reissue", "contact", "entered", "sign-in")


class Line(NamedTuple):
    """What one centre needs; counts of candidates, but for `lacks_contact`."""

    centre: Centre
    generate: int
    reissue: int
    lacks_contact: bool
    entered: int
    not_signed_in: int
    offers: bool

    def needs(self, what):
        return {"generate": self.generate, "reissue": self.reissue, "contact": self.lacks_contact,
                "entered": self.entered, "sign-in": self.not_signed_in,
                "": self.generate or self.reissue or self.lacks_contact or self.entered or self.not_signed_in}[what]


@bp.get(AT)
def index(number, code):
    centre = managed_centre_of(number)
    series = series_of(centre, code)
    need = request.args.get("need", "")
    need = need if need in NEEDS else ""
    every = lines_of(centre, series)
    return page("to_do/index.html", series=series, lines=[line for line in every if line.needs(need)], need=need,
                counts={what: sum(bool(line.needs(what)) for line in every) for what in NEEDS},
                printable=sum(1 for line in every if line.offers), jobs=recent_jobs(centre, series),
                **frame(centre, TAB, f"candidate-results/{code}/to-do"))


@bp.post(AT)
def act(number, code):
    """Generate or reissue for the marked centres, or for all that need it; on the queue."""
    centre = managed_centre_of(number)
    series = series_of(centre, code)
    what, all_of_them = request.form.get("act", ""), False
    if what.endswith("-all"):
        what, all_of_them = what.removesuffix("-all"), True
    if what not in ACTS:
        raise Refused(Sentence("Choose what is to be done."))
    marked = set(request.form.getlist("centre"))
    chosen = [line.centre for line in lines_of(centre, series)
              if line.needs(what) and (all_of_them or line.centre.number in marked)]
    if not chosen:
        raise Refused(Sentence("Mark at least one centre that needs it."))
    if what == "generate" and centre.is_associate and "terms" not in request.form:
        raise Refused(Sentence(
            "Tick the box to accept the terms and conditions: for a centre that has offered nothing yet you offer "
            "the service to ALL its candidates."))
    with database.atomic():
        job = slip_jobs.order(current_user._get_current_object(), series, chosen, ACTS[what], now(),
                              anew_dormant=request.form.get("dormant") == "new", home=centre)
        audit.record(current_user, {"generate": "generated credentials", "reissue": "reissued slips"}[what], now(),
                     centre=centre.number, series=series.code,
                     changes=[(one.number, ACTS[what], "", "ordered") for one in chosen])
    return _begun(job, small=len(chosen) == 1)


@bp.post(AT + "/archive")
def archive(number, code):
    """One ZIP with the newest PDF of every centre that has one."""
    centre = managed_centre_of(number)
    series = series_of(centre, code)
    circle = [one.id for one in centres_of(centre)]
    batches = newest_batches(series, circle)
    if not batches:
        raise Refused(Sentence("There is no PDF file yet."))
    per_page = 4 if request.form.get("per_page") == "4" else 1
    with database.atomic():
        job = Job.create(
            kind="archive", officer=current_user.id, centre=centre, series=series, created_at=now(),
            total=len(batches), wanted={"batches": batches, "language": centre.language,
                                        "layout": {"per_page": per_page, "cover": "cover" in request.form}})
        audit.record(current_user, "ordered an archive of slips", now(), centre=centre.number,
                     series=series.code, subject=f"{len(batches)} files")
    return _begun(job, small=False)


def lines_of(centre, series):
    """A Line a centre, in order of number. Six queries, however many centres there are."""
    circle = centres_of(centre)
    ids = [one.id for one in circle]
    stands, members = standings(series, Centre.id.in_(ids)), groups(series, ids)
    releases, moment, signed_in = releases_of(series), now(), signed_in_counts(series, ids)
    found = []
    for one in circle:
        place, alike = stands[one.id], members[one.id]
        if not alike:
            continue
        told = consequences(place, place, alike, releases, moment)
        offered = place.has_access and place.offer.scope != NONE
        living = sum(group.count for group in alike if group.login == LIVING and group.is_covered(place.offer.scope))
        may_generate = offered or (place.has_access and centre.is_associate and one.is_attached)
        found.append(Line(
            one, told.needing_credentials if may_generate else 0, told.out_of_date,
            offered and not place.contact.name, entered_since_selected(place),
            living - signed_in.get(one.id, 0) if offered else 0, offered))
    return found


def centres_of(centre):
    """The centre itself and, for an Associate, those attached to it that have access at all."""
    if not centre.is_associate:
        return [centre]
    return list(Centre.select().where((Centre.id == centre.id) | (Centre.associate == centre.id))
                .order_by(Centre.number))


def recent_jobs(centre, series):
    return [(job, in_zone(job.created_at, centre.time_zone)) for job in Job.select().where(
        Job.centre == centre, Job.series == series).order_by(Job.id.desc()).limit(5)]


def _begun(job, small):
    if small:
        running.run(job.id)
    else:
        queue.enqueue(current_app, job)
    return done(url_for("work.show", public_id=job.public_id), _("Begun. You can leave this page: the work goes on."))
