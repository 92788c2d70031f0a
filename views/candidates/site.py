"""The candidate results site. A candidate has no account and no e-mail: what the slip says opens it.

Its pages stand apart from the portal's: no staff session, no token, no context processor. POSTs are guarded by
where they come from (`views/admission.py`), and every rule is asked on every request by one query.
"""
from urllib.parse import parse_qsl

from flask import Blueprint, Response, abort, g, request

from documents import words
from models.acts import candidate_sign_in
from models.database import Refused
from models.rules import candidate_sheet, grades
from models.rules.languages import LANGUAGES
from views import errors, languages
from views.candidates import cookie, turns
from views.candidates.appointment import appointments
from views.candidates.bound_templates import inside, render, same_for_all
from views.candidates.own_data import as_csv, as_json
from views.candidates.sample import sample_sheet
from views.candidates.sheet import just_out, sheet_values
from views.candidates.statement import statement_pdf
from views.errors import leave_for
from views.hypermedia import now, wants_fragment

bp = Blueprint("candidates", __name__, url_prefix="/results")
LONGEST_FIELD = 200  # both in one, with words and blanks
# Seconds after a sign-in in which a browser without its cookie keeps none: one that was sent on (`in`) comes at once.
# A page that was the answer (`here`) first asks again when it waits, and longer than unused no session lives.
STRANGER = {"in": 60, "here": candidate_sheet.IDLE.total_seconds()}
PUBLIC_PAGE = "public, max-age=1"


@bp.record_once
def exempt_from_tokens(state):
    """A token needs a cookie, and the sign-in page has none."""
    state.app.extensions["csrf"].exempt(bp)


@bp.url_value_preprocessor
def speak(_endpoint, values):
    """The language stands in the address; one that there is not has no pages."""
    g.language = values.pop("language", "en")
    if g.language not in LANGUAGES:
        g.language = None  # of whoever reads the error
        abort(404)


@bp.get("/")
def index():
    """The address on the slip: the sign-in page, at once, in the reader's language."""
    g.language = languages.of_reader(request)
    response = _public(signed_out="")
    response.vary.add("Accept-Language")
    return response


@bp.get("/<language>/sign-in")
def sign_in():
    return _public(signed_out="")


@bp.post("/<language>/sign-in")
def signed_in():
    """On to the results; a page with script takes them `at_once`, a way there and back less on a slow line."""
    form = _form()
    username, password = _typed(form.get("username", "")), _typed(form.get("password", ""))
    if not turns.is_mine(comes_again="again" in form):
        return _page(_waiting(username, password))
    old_token, _at = cookie.read()
    instant = now()
    try:
        token = candidate_sign_in.sign_in(username, password, instant, old_token)
    except Refused as refusal:
        return _page(render(
            "candidates/sign_in.html", username=username, password=password, signed_out="",
            error=refusal.fields.get("password"), refusal=refusal.sentence), 422)
    except candidate_sign_in.Shut as door:
        return _shut(door)
    found = candidate_sheet.sheet(token, instant, instant) if "at_once" in form else None
    if found is None:
        return _to(f"{_site()}?in={instant.timestamp():.0f}", cookie.header(token, instant))
    here = int(instant.timestamp())  # in the address that its script sets
    response = _sheet_page(sheet_values(found, instant, g.language, here))
    response.headers.add(*cookie.header(token, instant))
    return response


@bp.get("/<language>/")
def sheet():
    """'Not yet', or the results, or both. A poll (a fragment) does not count as activity."""
    if not turns.is_mine(comes_again=True):
        return _come_back()
    token, active_at = cookie.read()
    instant = now()
    found = candidate_sheet.sheet(token, active_at, instant) if token else None
    if found is None:
        return _signed_out()
    values = sheet_values(found, instant, g.language)
    if wants_fragment():  # nobody need be sitting before it
        return _page(render("candidates/_answer.html", **values, came=just_out(found, instant)))
    if found.has_more_than_noted:
        candidate_sign_in.looked(token, instant)
    response = _sheet_page(values)
    if instant - active_at >= cookie.RENEWED_AFTER:
        cookie.write(response, token, instant)
    return response


@bp.get("/<language>/statement.pdf")
def statement():
    """What is out, on paper; before that a page that is not there, whether or not results are loaded."""
    found, instant = _own()
    if found is None:
        return _signed_out()
    if not found.in_state(candidate_sheet.OUT):
        abort(404)
    return statement_pdf(found, instant)


@bp.get("/<language>/help")
def help_page():
    words_of_grades = tuple((grades.WORDS[code], *pair) for code, pair in zip(
        grades.WORDS, grades.explained(*grades.WORDS), strict=True))
    return same_for_all("candidates/help.html", "public, max-age=3600", words=words_of_grades,
                        uniform_mark=grades.UNIFORM_MARK, messages=candidate_sign_in.MESSAGES)


@bp.get("/<language>/sample")
def sample():
    """What the results page looks like, for whoever wants to know before the day."""
    instant = now()
    values = sheet_values(sample_sheet(g.language, instant), instant, g.language)
    return _page(render("candidates/sample.html", **values | {"is_sample": True}))


@bp.get("/<language>/results.ics")
def calendar():
    """What comes out as appointments: the instants and this site's address, and nothing of whose it is."""
    found, instant = _own()
    if found is None:
        return _signed_out()
    if not found.to_come():
        abort(404)
    return Response(appointments(found.to_come(), instant), mimetype="text/calendar",
                    headers={"Content-Disposition": 'attachment; filename="results.ics"'})


@bp.get("/<language>/data.<any(json, csv):kind>")
def own_data(kind):
    """What is kept about whoever asks, and may be seen now."""
    found, _instant = _own()
    if found is None:
        return _signed_out()
    make, mimetype = {"json": (as_json, "application/json"), "csv": (as_csv, "text/csv")}[kind]
    name = f"{found.centre_number}-{found.candidate_number}-{found.series_code}.{kind}"
    return Response(make(found), mimetype=mimetype, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@bp.post("/<language>/sign-out")
def sign_out():
    token, _at = cookie.read()
    if token:
        candidate_sign_in.sign_out(token, now())
    response = cookie.clear(_to(f"{_site()}signed-out"))
    response.headers["Clear-Site-Data"] = '"cache"'  # Back shows nothing
    return response


@bp.get("/<language>/signed-out", defaults={"why": "asked"})
@bp.get("/<language>/timed-out", defaults={"why": "idle"})
@bp.get("/<language>/ended", defaults={"why": "other"})
def signed_out(why):
    return _public(signed_out=why)


def database_is_away(error):
    """Locked, full or started anew: nobody types 16 symbols again for that."""
    errors.note_busy(error)
    if request.endpoint == "candidates.signed_in":
        form = _form()
        response = _page(_waiting(_typed(form.get("username", "")), _typed(form.get("password", ""))), 503)
    else:
        response = _come_back(503)
    response.headers["Retry-After"] = str(turns.COME_BACK[0])
    return response


errors.when_the_database_says_no(bp, database_is_away)


def _own():
    """(the Sheet of this session or None, now)"""
    token, active_at = cookie.read()
    instant = now()
    return candidate_sheet.sheet(token, active_at, instant) if token else None, instant


def _form():
    """{field: text}: two short fields need no machinery for uploads."""
    return dict(parse_qsl(request.get_data(as_text=True)))


def _waiting(username, password):
    """The page that keeps what was typed and sends itself when the turn has come."""
    return render("candidates/wait.html", seconds=turns.seconds_to_wait(),
                  typed={"username": username, "password": password})


def _sheet_page(values):
    return inside("candidates/sheet.html", render("candidates/_sheet.html", **values), state=values["state"],
                  asks_again=bool(values["countdown"]))


def _site():
    return f"/results/{g.language}/"


def _public(signed_out):
    """The sign-in page as it is for everybody; a proxy in front may keep it for a second."""
    return same_for_all("candidates/sign_in.html", PUBLIC_PAGE, username="", password="", error=None, refusal=None,
                        signed_out=signed_out)


def _come_back(status=200):
    """To somebody who may well be signed in: an open page asks again by itself, a new one is told to."""
    if wants_fragment():
        return Response("", 503, {"Retry-After": str(turns.seconds_to_wait())})
    response = same_for_all("candidates/wait.html", "no-store", typed=None, seconds=0)
    response.status_code = status
    response.headers["Refresh"] = str(turns.seconds_to_wait())
    return response


def _page(text, status=200):
    return Response(text, status, mimetype="text/html")


def _to(address, *headers):
    """A redirect without a page of its own."""
    return Response(status=303, headers=[("Location", address), *headers])


def _typed(text):
    """What was typed into a field, without what no keyboard types: it is shown again, and looked up."""
    return "".join(filter(str.isprintable, text[:LONGEST_FIELD]))


def _signed_out():
    """No session, or one that has ended: to the page that says so, and the cookie goes."""
    instant = now()
    if not cookie.is_there():
        came = [name for name, limit in STRANGER.items()
                if 0 <= instant.timestamp() - request.args.get(name, 0, float) < limit]
        if came and not wants_fragment():
            return same_for_all("candidates/no_cookies.html", "no-store")
        return leave_for(f"{_site()}?{came[0]}={request.args[came[0]]}" if came else f"{_site()}sign-in")
    token, _active_at = cookie.read()
    if token and (door := candidate_sign_in.shut_for(token, instant)):
        return leave_for(_site()) if wants_fragment() else cookie.clear(_shut(door))
    was_idle = token and candidate_sheet.sheet(token, instant, instant)  # all else would let it in
    return cookie.clear(leave_for(f"{_site()}{'timed-out' if was_idle else 'ended'}"))


def _shut(door):
    """Why a `Shut` door is shut, and whom to ask."""
    name = words.series(door.series_name, g.language)
    return _page(render("candidates/shut.html", door=door, series_name=name), 403)
