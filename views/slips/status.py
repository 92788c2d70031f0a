"""'Edit status': to whom a centre offers the service, and 'Confirm', which makes the credentials and the PDF."""
from dataclasses import replace

from flask import Blueprint, abort, current_app, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from documents.text import Unprintable, checked
from jobs import queue, running
from jobs import slips as slip_jobs
from models.acts import issuing
from models.contacts import Contact
from models.database import Overtaken, Refused, Sentence
from models.delay import format_delay, parse_delay
from models.rules.consequences import release_lines
from models.rules.needs import DORMANT, groups
from models.rules.standing import releases_of, standing_of
from models.tables.exams import Candidate, Series
from models.tables.offers import ALL, NONE, SELECTED, Offer
from views.frame import TAB, frame
from views.guards import officers_only
from views.hypermedia import done, now, page, say
from views.reach import standing_of_url
from views.slips.presses import for_newest
from views.slips.series import release_words

bp = Blueprint("status", __name__)
bp.before_request(officers_only)
FIELDS = ("scope", "contact_name", "contact_phone", "contact_email", "delay", "dormant")


@bp.get("/centres/<number>/candidate-results/<code>/status")
def status(number, code):
    centre, series, standing = _status_of_url(number, code)
    return form_page(standing, stored(standing, request.args.get("from", "")))


@bp.post("/centres/<number>/candidate-results/<code>/status")
def confirm(number, code):
    centre, series, standing = _status_of_url(number, code)
    typed = {name: request.form.get(name, "").strip() for name in FIELDS} | {
        "terms": "terms" in request.form, "numbers": set(request.form.getlist("candidate")),
        "version": request.form.get("version", "")}
    if request.form.get("act") == "times":
        return times(standing, typed)
    try:
        job, hashed = store(standing, typed)
    except Refused as refusal:
        return form_page(standing, typed, {name: say(said) for name, said in refusal.fields.items()}
                         or {"scope": say(refusal.sentence)}, 422)
    except Overtaken:
        typed["version"] = str(standing_of(centre, series).offer.version)
        return form_page(standing_of(centre, series), typed, {"scope": _(
            "Somebody else confirmed while you were choosing. Nothing of yours was stored. Look at the present status "
            "on the ‘Series details’ page, then press Confirm again if yours should count.")}, 409)
    address = url_for("series.series", number=centre.number, code=series.code)
    if job is None:
        return done(address, _("NO Candidates have access to results of %(series)s now.", series=series.name))
    if hashed > slip_jobs.IN_REQUEST:
        queue.enqueue(current_app, job)
        return done(url_for("work.show", public_id=job.public_id), _("The credentials are being made."))
    if not running.run(job.id):
        return redirect(url_for("work.show", public_id=job.public_id), 303)
    return done(address, _("Confirmed. The PDF file with the login credentials is ready."),
                presses=for_newest(centre, series))


def times(standing, typed):
    """What the delay that was typed would mean, in local times; nothing is stored."""
    try:
        parse_delay(typed["delay"])
    except Refused as refusal:
        return form_page(standing, typed, {"delay": say(refusal.fields["delay"])}, 422, fragment="slips/_times.html")
    return form_page(standing, typed, fragment="slips/_times.html")


def store(standing, typed):
    """Check and store what was typed; see `jobs.slips.confirm`. Raises `Refused` (by control) and `Overtaken`."""
    contact = Contact(*(" ".join(typed[f"contact_{name}"].split()) for name in Contact._fields))
    if typed["scope"] != NONE and not standing.uses_default_contact:
        refuse_unprintable_contact(contact)
    selected = standing.centre.candidates.select(Candidate.id).where(
        Candidate.series == standing.series, Candidate.number.in_(list(typed["numbers"]))).tuples()
    return slip_jobs.confirm(
        standing, current_user._get_current_object(), now(), scope=typed["scope"],
        anew_dormant=typed["dormant"] == "new", version=_version(typed["version"]),
        selected=[row[0] for row in selected], terms=typed["terms"], contact=contact,
        delay=parse_delay(typed["delay"]) if typed["scope"] != NONE else standing.offer.delay)


def refuse_unprintable_contact(contact):
    """Raises `Refused`, by control, for a contact that a slip cannot show."""
    refused = {}
    for name, text in contact._asdict().items():
        try:
            text and checked(text)
        except Unprintable:
            refused[f"contact_{name}"] = Sentence(
                "This cannot be printed on a slip. Use ordinary characters, at most 160.")
    if refused:
        raise Refused(**refused)


def stored(standing, earlier=""):
    """What the form shows at first: what is stored, or the settings of an earlier series to start from."""
    offer, version = standing.offer, standing.offer.version
    if earlier:
        offer = issuing.offers_of(standing.centre).where(Series.code == earlier).first() or abort(404)
    numbers = {row[0] for row in issuing.selected_of(standing.offer).select(Candidate.number).tuples()}
    return {
        "scope": offer.scope if offer.scope != SELECTED or not earlier else ALL, "numbers": numbers,
        "contact_name": offer.contact_name, "contact_phone": offer.contact_phone,
        "contact_email": offer.contact_email, "delay": format_delay(offer.delay), "terms": False,
        "dormant": "keep", "version": str(version)}


def form_page(standing, typed, errors=None, status=200, fragment=None):
    centre, series = standing.centre, standing.series
    candidates = list(centre.candidates.where(
        Candidate.series == series, Candidate.qualifications != "").order_by(Candidate.number))
    members = groups(series, [centre.id])[centre.id]
    meant, releases = _as_typed(standing, typed["delay"]), releases_of(series)
    lines = release_lines(meant, members, releases)
    return page(
        "slips/status.html", fragment, status, series=series, standing=standing, typed=typed, errors=errors or {},
        candidates=candidates, releases=release_words(meant, lines, releases), is_trial=fragment is not None,
        dormant=sum(group.count for group in members if group.login == DORMANT),
        **frame(centre, TAB, f"candidate-results/{series.code}/status", series))


def _status_of_url(number, code):
    centre, series, standing = standing_of_url(number, code)
    if not centre.candidates.where(Candidate.series == series, Candidate.qualifications != "").exists():
        abort(404)
    return centre, series, standing


def _as_typed(standing, delay):
    """The Standing as it would be with this delay; as it is where it cannot be understood."""
    try:
        minutes = parse_delay(delay)
    except Refused:
        return standing
    return replace(standing, offer=Offer(**{**standing.offer.__data__, "delay": minutes}))


def _version(text):
    """The version a form came with; a mangled one is like an old one."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
