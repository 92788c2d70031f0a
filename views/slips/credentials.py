"""A centre's candidates and their slips: who has one, which are out of date; reissue, new password, print."""
import io
from typing import NamedTuple

from flask import Blueprint, current_app, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from documents import papers
from documents.slips import per_page_of
from documents.text import name_of
from exchange.tables import csv_bytes
from jobs import queue, running
from jobs import slips as slip_jobs
from models.acts import issuing
from models.acts.attempts import KEPT, refused_since
from models.database import Refused, Sentence
from models.finding import has_words, plain
from models.rules.languages import LANGUAGES, NAMES
from models.rules.needs import (
    CONFIRM,
    GENERATE,
    LACKING,
    NEW_PASSWORD,
    NO_SLIP,
    OUT_OF_DATE,
    REISSUE,
    UNPRINTABLE,
    VOID,
    State,
    concerned,
    states,
)
from models.tables.exams import Candidate
from models.tables.slips import SlipBatch
from views.forms import sheet_choices
from views.frame import TAB, frame
from views.guards import officers_only, password_was_given_long_ago
from views.hypermedia import attachment, done, now, or_404, page, say, wants_fragment
from views.marks import ALL, MARK, MARKED, asked_for, forget_marks, keep_marks, marked_in
from views.paging import in_order, page_of
from views.reach import names_of, standing_of_url
from views.slips.presses import for_newest

bp = Blueprint("credentials", __name__)
bp.before_request(officers_only)
AT = "/centres/<number>/candidate-results/<code>/credentials"
STATES = ("", NO_SLIP, OUT_OF_DATE, "dormant", "not-signed-in", UNPRINTABLE, MARKED)
A_PAGE = 100
ORDERS = {"number": lambda line: line.candidate.number, "name": lambda line: plain(line.candidate.name),
          "slip": lambda line: line.need.state, "failures": lambda line: line.failures,
          "signed-in": lambda line: str(line.need.signed_in_at or "")}


class Line(NamedTuple):
    """One covered candidate as the list shows it. `failures`: refused sign-ins that are still kept; `misprinted`: no
    slip shows the name as it is written."""

    candidate: Candidate
    need: State
    failures: int
    misprinted: bool


@bp.get(AT)
def index(number, code, refused="", status=200):
    centre, series, standing = standing_of_url(number, code)
    every, place, here = lines_of(standing), place_of(centre, series), _finding()
    marks = marked_in(place)
    found = page_of(in_order(_found(every, marks, **here), ORDERS), A_PAGE,
                    "credentials.index", number=number, code=code, **here)
    return page("slips/credentials/index.html", None, status, series=series, standing=standing, lines=found, here=here,
                total=len(every), kinds=_kinds(every, here["state"]), refused=refused, marks=marks,
                bar=_bar(every, marks), typed=request.form,
                **frame(centre, TAB, f"candidate-results/{code}/credentials", series))


@bp.post(AT)
def act(number, code):
    """*Reissue slips*, *New password* or *Generate* for the marked candidates, for one, or for all that need it.

    Marks are kept whatever comes of it; an act that was ordered takes them.
    """
    centre, series, standing = standing_of_url(number, code)
    every, place = lines_of(standing), place_of(centre, series)
    found = [line.candidate.number for line in _found(every, marked_in(place), **_finding())]
    if keep_marks(place, [line.candidate.number for line in every], found):
        if request.form["act"] == MARK and wants_fragment():
            return page("slips/credentials/_bar.html", None, bar=_bar(every, marked_in(place)), typed=request.form,
                        centre=centre, series=series)
        return redirect(url_for("credentials.index", number=number, code=code, _anchor="bar", **request.args), 303)
    what, which = asked_for(slip_jobs.DONE)
    try:
        chosen = _chosen(standing, what, which, marked_in(place))
        job = slip_jobs.order(current_user._get_current_object(), series, [centre], what, now(), candidates=chosen,
                              anew_dormant=request.form.get("dormant") == "new", slips=len(chosen))
    except Refused as refusal:
        return index(number, code, say(refusal.sentence), 422)
    forget_marks(place, which)
    if what != REISSUE and len(chosen) > slip_jobs.IN_REQUEST:
        queue.enqueue(current_app, job)
        return redirect(url_for("work.show", public_id=job.public_id), 303)
    if not running.run(job.id):
        return redirect(url_for("work.show", public_id=job.public_id), 303)
    return done(url_for("series.series", number=centre.number, code=series.code), said(what, len(chosen)),
                presses=for_newest(centre, series))


def said(what, count):
    """What was done for so many candidates, and what follows of it."""
    return {
        GENERATE: ngettext("%(num)s slip is made.", "%(num)s slips are made.", count),
        REISSUE: ngettext("%(num)s slip is reissued; its password stays the same.",
                          "%(num)s slips are reissued; their passwords stay the same.", count),
        NEW_PASSWORD: ngettext("%(num)s candidate has a new password; the slip handed out before is void.",
                               "%(num)s candidates have new passwords; the slips handed out before are void.", count),
    }[what]


def _chosen(standing, what, which, marks):
    """The candidates whom an act is meant for. Raises `Refused`."""
    if what not in slip_jobs.DONE or (which == ALL and what == NEW_PASSWORD):
        raise Refused(Sentence("Choose what is to be done."))
    meant = marks if which == MARKED else {which}
    ids = None if which == ALL else [
        candidate.id for candidate in concerned(standing, CONFIRM) if candidate.number in meant]
    if which != ALL and not ids:
        raise Refused(Sentence("Mark at least one candidate first."))
    chosen = concerned(standing, what, ids)
    if not chosen:
        raise Refused(slip_jobs.NOTHING)
    if what == NEW_PASSWORD and len(chosen) > 1 and "void" not in request.form:
        signed_in = sum(bool(one.login and one.login.last_signed_in_at) for one in chosen)
        raise Refused(Sentence("Tick the box first: %(count)s slips already handed out would stop working at once. "
                               "%(signed_in)s of these candidates have signed in with theirs.",
                               count=len(chosen), signed_in=signed_in))
    if not standing.has_access:
        raise Refused(Sentence("Your Associate has not given your centre access to this service."))
    return chosen


@bp.get(AT + "/<public_id>")
def batch(number, code, public_id):
    """Choose how a PDF file is to be printed."""
    centre, series, standing = standing_of_url(number, code)
    chosen = batch_of(centre, series, public_id)
    return page("slips/credentials/batch.html", series=series, batch=chosen,
                by=names_of([chosen.made_by]).get(chosen.made_by, chosen.made_by),
                languages=NAMES, sheets=sheet_choices(), last=issuing.last_layout(current_user),
                **frame(centre, TAB, f"candidate-results/{code}", series))


@bp.post(AT + "/<public_id>/pdf")
def pdf(number, code, public_id):
    """The PDF, made again from its recipe; logins that have died since are marked so.

    `?layout=last`: in the layout that the officer last chose, without a password of the file.
    """
    centre, series, standing = standing_of_url(number, code)
    chosen, is_last = batch_of(centre, series, public_id), request.args.get("layout") == "last"
    if password_was_given_long_ago():
        return _password_first(chosen, centre, series)
    wanted = issuing.last_layout(current_user) if is_last else _typed_layout(centre)
    options = {name: wanted[name] for name in ("language", "per_page", "paper", "cover", "sign_in_code")}
    out = io.BytesIO()  # never a file: it holds every password
    papers.write_batch(chosen, out, papers.layout_of(current_app.config, centre, chosen.made_at, **options),
                       by_name=wanted["by_name"],
                       password=None if is_last else request.form.get("password", "")[:100] or None)
    _record_download(chosen, centre, series, "PDF", None if is_last else wanted)
    out.seek(0)
    return attachment(out, "application/pdf", f"slips-{centre.number}-{series.code}.pdf")


@bp.post(AT + "/<public_id>/csv")
def csv(number, code, public_id):
    """The same logins as a table, for centres that hand them out digitally."""
    centre, series, standing = standing_of_url(number, code)
    chosen = batch_of(centre, series, public_id)
    if password_was_given_long_ago():
        return _password_first(chosen, centre, series)
    rows = list(papers.login_rows(issuing.slips_of(chosen), centre, _("no longer valid")))
    _record_download(chosen, centre, series, "CSV")
    table = csv_bytes(papers.LOGIN_COLUMNS, rows)
    return attachment(io.BytesIO(table), "text/csv; charset=utf-8", f"logins-{centre.number}-{series.code}.csv")


@bp.post(AT + "/<public_id>/read")
def read(number, code, public_id):
    """The same slips as a page, for whoever cannot read a PDF."""
    centre, series, standing = standing_of_url(number, code)
    chosen = batch_of(centre, series, public_id)
    if password_was_given_long_ago():
        return _password_first(chosen, centre, series)
    slips = [papers.paper(slip, secret, chosen, "en") for slip, secret in issuing.slips_of(chosen)]
    _record_download(chosen, centre, series, "page")
    return page("slips/credentials/read.html", series=series, slips=slips, batch=chosen,
                site_address=current_app.config["SITE_ADDRESS"],
                **frame(centre, TAB, f"candidate-results/{code}", series))


def batch_of(centre, series, public_id):
    chosen = or_404(centre.batches.where(SlipBatch.public_id == public_id, SlipBatch.series == series))
    chosen.centre, chosen.series = centre, series
    return chosen


def lines_of(standing):
    """A Line for each covered candidate, by number. Three queries, however many there are."""
    found = states(standing)
    failures = refused_since([need.candidate.login.username for need in found if need.candidate.login], now() - KEPT)
    return [Line(need.candidate, need, failures.get(need.candidate.login.username, 0) if need.candidate.login else 0,
                 not name_of(need.candidate.name).whole)
            for need in found]


def place_of(centre, series):
    """The list as its marks are kept."""
    return f"{centre.number}/{series.code}/credentials"


def _finding():
    """What the address says about the list: {state, q}."""
    state = request.args.get("state", "")
    return {"state": state if state in STATES else "", "q": request.args.get("q", "").strip()[:100]}


def _found(lines, marks, state, q):
    return [line for line in lines if has_words(q, line.candidate.number, line.candidate.name) and (
        line.candidate.number in marks if state == MARKED else _is(line, state))]


def _is(line, state):
    wanted = {"": True, "not-signed-in": line.need.not_signed_in, NO_SLIP: line.need.state in (NO_SLIP, VOID),
              UNPRINTABLE: line.misprinted}
    return wanted.get(state, line.need.state == state)


def _kinds(lines, current):
    """(state, candidates) of each state that some candidate is in, and of what is shown."""
    counts = {state: sum(bool(_is(line, state)) for line in lines) for state in STATES if state != MARKED}
    return [(state, count) for state, count in counts.items() if count or state in (current, "")]


def _bar(lines, marks):
    """What can be done: with the marked candidates, with all where none is marked; see `templates/…/_bar.html`."""
    meant = [line for line in lines if not marks or line.candidate.number in marks]
    states = [line.need.state for line in meant]
    return {
        "marked": len(marks), "which": MARKED if marks else ALL,
        "generate": sum(state in LACKING for state in states), "dormant": "dormant" in states,
        "reissue": sum(line.need.has_slip if marks else line.need.state == OUT_OF_DATE for line in meant),
        "signed_in": sum(line.need.signed_in_at is not None for line in meant),
    }


def _password_first(chosen, centre, series):
    return redirect(url_for("sign_in.password_again", next=url_for(
        "credentials.batch", number=centre.number, code=series.code, public_id=chosen.public_id)), 303)


def _typed_layout(centre):
    """What was chosen on the page of a batch, as `issuing.last_layout` gives it."""
    form = request.form
    language = form.get("language") if form.get("language") in LANGUAGES else "en"
    return {"per_page": per_page_of(form.get("per_page")), "paper": "Letter" if form.get("paper") == "Letter" else "A4",
            "language": "" if language == centre.language else language, "by_name": form.get("order") == "name",
            "cover": "cover" in form, "sign_in_code": "sign_in_code" in form}


def _record_download(chosen, centre, series, form, layout=None):
    issuing.record_download(current_user, centre, series, f"{form} {chosen.public_id}", now(), layout=layout)
