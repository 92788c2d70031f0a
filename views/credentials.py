"""A centre's candidates and their slips: who has one, which are out of date; reissue, new password, print."""
import io
from typing import NamedTuple

from flask import Blueprint, current_app, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from exchange.export import csv_bytes
from jobs import queue, running
from jobs import slips as slip_jobs
from models import audit, issuing
from models.consequences import DORMANT, LIVING
from models.credentials import SlipBatch
from models.database import Refused, Sentence, database
from models.rules import releases_of, standing
from models.sign_in_failures import KEPT, refused_since
from views.candidate_results import TAB
from views.guards import officers_only
from views.hypermedia import attachment, done, now, or_404, page, say
from views.languages import LANGUAGES
from views.reach import frame, managed_centre_of, series_of
from views.secrets import password_was_given_long_ago

bp = Blueprint("credentials", __name__)
bp.before_request(officers_only)
AT = "/centres/<number>/candidate-results/<code>/credentials"
STATES = ("", "no-slip", "out-of-date", "dormant", "not-signed-in")
LACKING = ("no-slip", "void", "dormant")
ACTS = {"reissue": issuing.REISSUE, "new-password": issuing.NEW_PASSWORD, "generate": issuing.GENERATE}
DONE = {"reissue": "reissued slips", "new-password": "gave new passwords", "generate": "generated credentials"}


class Line(NamedTuple):
    """One covered candidate as the list shows it.

    `state`: 'ok', 'out-of-date', 'dormant', 'no-slip', or 'void' where the login ended and a new one is needed.
    """

    candidate: object
    state: str
    signed_in_at: object
    failures: int


@bp.get(AT)
def index(number, code, refused="", status=200):
    centre, series, stands = _place(number, code)
    state, q = request.args.get("state", ""), request.args.get("q", "").strip()[:100]
    every = lines_of(stands)
    shown = [line for line in every if _matches(line, state if state in STATES else "", q)]
    return page("credentials/index.html", None if refused else "credentials/_list.html", status, series=series,
                stands=stands, lines=shown, total=len(every), state=state, q=q, refused=refused,
                marked=set(request.form.getlist("candidate")), dormant=request.form.get("dormant", "keep"),
                out_of_date=sum(line.state == "out-of-date" for line in every),
                lacking=sum(line.state in LACKING for line in every),
                **frame(centre, TAB, f"candidate-results/{code}/credentials", series))


@bp.post(AT)
def act(number, code):
    """*Reissue slips*, *New password* or *Generate* for the marked candidates, or for all that need it."""
    centre, series, stands = _place(number, code)
    act = request.form.get("act", "")
    try:
        chosen = _chosen(stands, act.removesuffix("-all"), act.endswith("-all"))
    except Refused as refusal:
        return index(number, code, say(refusal.sentence), 422)
    act, numbers = act.removesuffix("-all"), " ".join(candidate.number for candidate in chosen)
    with database.atomic():
        job = slip_jobs.order(current_user._get_current_object(), series, [centre], ACTS[act], now(),
                              candidates=[candidate.id for candidate in chosen],
                              anew_dormant=request.form.get("dormant") == "new", slips=len(chosen))
        audit.record(current_user, DONE[act], now(), centre=centre.number, series=series.code, subject=numbers,
                     changes=[("candidates", "", numbers)])
    if act != "reissue" and len(chosen) > slip_jobs.IN_REQUEST:
        queue.enqueue(current_app, job)
        return redirect(url_for("work.show", public_id=job.public_id), 303)
    if not running.run(job.id):
        return redirect(url_for("work.show", public_id=job.public_id), 303)
    return done(url_for("candidate_results.series", number=centre.number, code=series.code) + "#pdf-files",
                ngettext("Done for %(num)s candidate: the PDF file is ready below.",
                         "Done for %(num)s candidates: the PDF file is ready below.", len(chosen)))


def _chosen(stands, act, for_all):
    """The candidates whom an act is meant for. Raises `Refused`."""
    if act not in ACTS or (for_all and act == "new-password"):
        raise Refused(Sentence("Choose what is to be done."))
    marked = set(request.form.getlist("candidate"))
    ids = None if for_all else [candidate.id for candidate in slip_jobs.chosen_of(stands, issuing.CONFIRM)
                                if candidate.number in marked]
    if not for_all and not ids:
        raise Refused(Sentence("Mark at least one candidate first."))
    chosen = slip_jobs.chosen_of(stands, ACTS[act], ids)
    if not chosen:
        raise Refused(Sentence("None of these candidates needs that."))
    if not stands.has_access:
        raise Refused(Sentence("Your Associate has not given your centre access to this service."))
    slip_jobs.refuse_unprintable(chosen)
    return chosen


@bp.get(AT + "/<public_id>")
def batch(number, code, public_id):
    """Choose how a PDF file is to be printed."""
    centre, series, stands = _place(number, code)
    return page("credentials/batch.html", series=series, batch=batch_of(centre, series, public_id),
                languages=LANGUAGES,
                **frame(centre, TAB, f"candidate-results/{code}", series))


@bp.post(AT + "/<public_id>/pdf")
def pdf(number, code, public_id):
    """The PDF, made again from its recipe; logins that have died since are marked so."""
    centre, series, stands = _place(number, code)
    chosen, form = batch_of(centre, series, public_id), request.form
    if password_was_given_long_ago():
        return _password_first(chosen, centre, series)
    language = form.get("language") if form.get("language") in LANGUAGES else "en"
    layout = slip_jobs.layout_of(
        current_app.config, language, chosen.made_at, per_page=4 if form.get("per_page") == "4" else 1,
        paper="Letter" if form.get("paper") == "Letter" else "A4", cover="cover" in form,
        sign_in_code="sign_in_code" in form)
    out = io.BytesIO()  # never a file: it holds every password
    slip_jobs.write_batch(chosen, out, layout, by_name=form.get("order") == "name",
                          password=form.get("password", "")[:100] or None)
    _record_download(chosen, centre, series, "PDF")
    out.seek(0)
    return attachment(out, "application/pdf", f"slips-{centre.number}-{series.code}.pdf")


@bp.post(AT + "/<public_id>/csv")
def csv(number, code, public_id):
    """The same logins as a table, for centres that hand them out digitally."""
    centre, series, stands = _place(number, code)
    chosen = batch_of(centre, series, public_id)
    if password_was_given_long_ago():
        return _password_first(chosen, centre, series)
    rows = list(slip_jobs.login_rows(issuing.slips_of(chosen), centre, _("no longer valid")))
    _record_download(chosen, centre, series, "CSV")
    table = csv_bytes(slip_jobs.LOGIN_COLUMNS, rows)
    return attachment(io.BytesIO(table), "text/csv; charset=utf-8", f"logins-{centre.number}-{series.code}.csv")


@bp.post(AT + "/<public_id>/read")
def read(number, code, public_id):
    """The same slips as a page, for whoever cannot read a PDF."""
    centre, series, stands = _place(number, code)
    chosen = batch_of(centre, series, public_id)
    if password_was_given_long_ago():
        return _password_first(chosen, centre, series)
    slips = [slip_jobs.paper(slip, secret, chosen, "en") for slip, secret in issuing.slips_of(chosen)]
    _record_download(chosen, centre, series, "page")
    return page("credentials/read.html", series=series, slips=slips, batch=chosen,
                site_address=current_app.config["SITE_ADDRESS"],
                **frame(centre, TAB, f"candidate-results/{code}", series))


def batch_of(centre, series, public_id):
    chosen = or_404(centre.batches.where(SlipBatch.public_id == public_id, SlipBatch.series == series))
    chosen.centre, chosen.series = centre, series
    return chosen


def lines_of(stands):
    """A Line for each covered candidate, by number. Three queries, however many there are."""
    releases, every = releases_of(stands.series), list(issuing.covered(stands.centre, stands.series))
    failures = refused_since([one.login.username for one in every if one.login], now() - KEPT)
    found = []
    for candidate in every:
        state = "ok"
        if candidate.state == DORMANT:
            state = "dormant"
        elif candidate.state != LIVING:
            state = "void" if candidate.login and not candidate.login.verifier else "no-slip"
        elif slip_jobs.is_out_of_date(candidate, stands, releases):
            state = "out-of-date"
        login = candidate.login
        found.append(Line(candidate, state, login.last_signed_in_at if login else None,
                          failures.get(login.username, 0) if login else 0))
    return found


def _matches(line, state, q):
    if state == "not-signed-in":
        fits = line.state in ("ok", "out-of-date") and line.signed_in_at is None
    else:
        fits = not state or line.state == state or (state, line.state) == ("no-slip", "void")
    words = q.casefold().split()
    return fits and all(word in f"{line.candidate.number} {line.candidate.name}".casefold() for word in words)


def _place(number, code):
    centre = managed_centre_of(number)
    series = series_of(centre, code)
    return centre, series, standing(centre, series)


def _password_first(chosen, centre, series):
    return redirect(url_for("account.password_again", next=url_for(
        "credentials.batch", number=centre.number, code=series.code, public_id=chosen.public_id)), 303)


def _record_download(chosen, centre, series, form):
    audit.record(current_user, "downloaded slips", now(), centre=centre.number, series=series.code,
                 subject=f"{form} {chosen.public_id}")
