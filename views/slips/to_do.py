"""'What needs doing': one list of what slips and logins need, across an Associate's centres or at one."""
from flask import Blueprint, current_app, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from documents.papers import unprintable_names
from documents.slips import per_page_of
from jobs import archive as archives
from jobs import queue
from jobs import slips as slip_jobs
from models.acts import issuing
from models.database import Refused, Sentence
from models.finding import has_words, plain
from models.rules import to_do
from models.rules.needs import GENERATE, NEW_PASSWORD, REISSUE, UNPRINTABLE
from models.rules.standing import releases_of
from models.tables.jobs import Job
from views.forms import sheet_choices
from views.frame import TAB, frame
from views.guards import officers_only
from views.hypermedia import done, now, page, say, wants_fragment
from views.languages import in_zone
from views.marks import ALL, MARK, MARKED, add_mark, asked_for, forget_marks, keep_marks, marked_in
from views.paging import in_order, page_of
from views.reach import circle_of, managed_centre_of, series_of
from views.what_needs_doing import needs_of

bp = Blueprint("to_do", __name__)
bp.before_request(officers_only)
AT = "/centres/<number>/candidate-results/<code>/to-do"
NEEDS = ("", GENERATE, "late", REISSUE, UNPRINTABLE, "entered", "sign-in", "contact", "every", "marked")
A_PAGE = 100
ORDERS = {"centre": lambda line: line.centre.number, "name": lambda line: plain(line.centre.name),
          "candidates": lambda line: line.needs.generate + line.needs.out_of_date + line.needs.missed}


@bp.get(AT)
def index(number, code, refused="", status=200):
    centre = managed_centre_of(number)
    series = series_of(centre, code)
    lines = lines_of(centre, series)
    marks, releases = marked_in(place_of(centre, series)), releases_of(series)
    here = _finding()
    found = page_of(in_order(_found(lines, marks, **here, and_marked=bool(refused)), ORDERS), A_PAGE,
                    "to_do.index", number=number, code=code, **here)
    return page(
        "slips/to_do.html", None, status, series=series, refused=refused, typed=request.form, lines=found,
        here=here, kinds=_kinds(lines, here["need"]), bar=_bar(lines, marks), marks=marks, sheets=sheet_choices(),
        needs_of=lambda line: needs_of(line, series, releases, centre), ahead=_ahead(centre, releases),
        jobs=recent_jobs(centre, series), **frame(centre, TAB, f"candidate-results/{code}/to-do", series))


@bp.post(AT)
def act(number, code):
    """Generate, reissue or give new passwords at the marked centres, at all that it concerns, or at one; on the queue.

    Marks are kept whatever comes of it; an act that was ordered takes them.
    """
    centre = managed_centre_of(number)
    series = series_of(centre, code)
    lines, place = lines_of(centre, series), place_of(centre, series)
    found = [line.centre.number for line in _found(lines, marked_in(place), **_finding())]
    if keep_marks(place, [line.centre.number for line in lines], found):
        if request.form["act"] == MARK and wants_fragment():
            return page("slips/_to_do_bar.html", bar=_bar(lines, marked_in(place)), typed=request.form, centre=centre,
                        series=series)
        return redirect(url_for("to_do.index", number=number, code=code, _anchor="bar", **request.args), 303)
    what, which = asked_for(slip_jobs.DONE)
    try:
        if slip_jobs.under_way(centre, series, what):
            raise Refused(Sentence("This is being done already: see ‘Work in the background’ below."))
        chosen = _chosen(centre, lines, marked_in(place), what, which)
        job = slip_jobs.order(
            current_user._get_current_object(), series, [line.centre for line in chosen], what, now(), home=centre,
            anew_dormant=request.form.get("dormant") == "new", slips=sum(line.count(what) for line in chosen))
    except Refused as refusal:
        add_mark(place, {which}.intersection(found))  # so that the bar offers what it lacks
        return index(number, code, say(refusal.sentence), 422)
    forget_marks(place, which)
    return _begun(job)


def _chosen(centre, lines, marks, what, which):
    """The Lines that an act is meant for. Raises `Refused` where a box must be ticked first."""
    if what not in slip_jobs.DONE:
        raise Refused(Sentence("Choose what is to be done."))
    meant = marks if which == MARKED else {which}
    chosen = [line for line in lines if line.count(what) and (which == ALL or line.centre.number in meant)]
    if not chosen:
        raise Refused(Sentence("Mark at least one centre that needs it."))
    if what == GENERATE and centre.is_associate and "terms" not in request.form and _first_offers(chosen):
        raise Refused(Sentence(
            "Tick the box to accept the terms and conditions: for a centre that has offered nothing yet you offer "
            "the service to ALL its candidates."))
    if what == NEW_PASSWORD and "void" not in request.form:
        raise Refused(Sentence(
            "Tick the box first: %(count)s slips already handed out would stop working at once. "
            "%(signed_in)s of these candidates have signed in with theirs.",
            count=sum(line.needs.living for line in chosen), signed_in=sum(line.needs.signed_in for line in chosen)))
    return chosen


@bp.post(AT + "/archive")
def archive(number, code):
    """One ZIP with a PDF of every centre's slips, or one CSV of their logins; laid out as last unless told."""
    centre = managed_centre_of(number)
    series = series_of(centre, code)
    centres = [line.centre for line in lines_of(centre, series) if line.needs.living]
    if not centres:
        raise Refused(Sentence("There is no slip to print."))
    last, form = issuing.last_layout(current_user), request.form
    wanted = {"format": archives.CSV} if form.get("format") == archives.CSV else {
        "per_page": per_page_of(form["per_page"]), "cover": "cover" in form} if "per_page" in form else {
        name: last[name] for name in ("per_page", "paper", "cover", "sign_in_code")}
    job = archives.order(current_user._get_current_object(), series, centre, centres, now(), **wanted)
    return _begun(job)


def lines_of(centre, series):
    return to_do.lines_of(series, list(circle_of(centre)), now(), unprintable_names, centre.is_associate)


def place_of(centre, series):
    """The list as its marks are kept."""
    return f"{centre.number}/{series.code}/to-do"


def _finding():
    """What the address says about the list: {need, q}."""
    need = request.args.get("need", "")
    return {"need": need if need in NEEDS else "", "q": request.args.get("q", "").strip()[:100]}


def _found(lines, marks, need, q, and_marked=False):
    """The Lines that are looked for; `and_marked`: and those for which something was just refused."""
    def is_found(line):
        if need == MARKED or (and_marked and line.centre.number in marks):
            return line.centre.number in marks
        return line.count(need)

    return [line for line in lines if has_words(q, line.centre.number, line.centre.name) and is_found(line)]


def _kinds(lines, current):
    """(need, centres) of each kind that some centre has, and of what is shown."""
    counts = {need: sum(bool(line.count(need)) for line in lines) for need in NEEDS if need != MARKED}
    return [(need, count) for need, count in counts.items() if count or need in (current, "")]


def _bar(lines, marks):
    """What can be done: for the marked centres, for all where none is marked. Counts are of centres.

    `first`: those among them that have offered nothing yet, for which the terms are to be accepted.
    """
    meant = [line for line in lines if not marks or line.centre.number in marks]
    counts = {what: sum(bool(line.count(what)) for line in meant) for what in slip_jobs.DONE}
    return {
        "marked": len(marks), "candidates": sum(line.needs.generate or line.needs.living for line in meant),
        "which": MARKED if marks else ALL, "counts": counts, "first": _first_offers(meant),
        "dormant": any(line.needs.dormant for line in meant), "living": sum(line.needs.living for line in meant),
        "signed_in": sum(line.needs.signed_in for line in meant),
        "all_living": any(line.needs.living for line in lines),
    }


def _first_offers(lines):
    """The numbers of the centres that would offer the service for the first time."""
    return [line.centre.number for line in lines if line.needs.generate and not line.needs.offered]


def _ahead(centre, releases):
    """The next release in the centre's own time, in words; '' where nothing is to come."""
    instants = [release.released_at for release in releases.values() if release.released_at]
    ahead = [instant for instant in instants if instant > now()]
    return in_zone(min(ahead), centre.time_zone) if ahead else ""


def recent_jobs(centre, series):
    return [(job, in_zone(job.created_at, centre.time_zone)) for job in centre.job_set.where(
        Job.series == series).order_by(Job.id.desc()).limit(5)]


def _begun(job):
    queue.enqueue(current_app, job)
    return done(url_for("work.show", public_id=job.public_id), _("Begun. You can leave this page: the work goes on."))
