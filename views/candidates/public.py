"""Pages for everybody: what is kept about candidates, whether a statement of results is genuine, and the board's keys.

The code of a statement stands in the fragment of its address or in a form, so no log and no history keeps it.
"""
import io
import re

from flask import Blueprint, Response, abort, current_app, g, jsonify, request

from documents import words
from models.database import Refused
from models.rules import grades, statement_codes, statement_states
from models.rules.languages import LANGUAGES
from views import languages
from views.candidates import check_page
from views.candidates.bound_templates import render, same_for_all
from views.hypermedia import attachment, now

bp = Blueprint("public", __name__)
LONGEST_CODE = 80
NUMBER, DIGEST = re.compile("[0-9a-f]{16}"), re.compile("[0-9a-f]{64}")


@bp.record_once
def exempt_from_tokens(state):
    """A token needs a session, and the checker has none; where the form comes from is asked of everybody."""
    state.app.extensions["csrf"].exempt(bp)


@bp.url_value_preprocessor
def speak(_endpoint, values):
    """The language stands in the address once it has been chosen, on the way here or here."""
    g.language = values.pop("language", None) or languages.of_reader(request)
    if g.language not in LANGUAGES:
        g.language = None
        abort(404)


@bp.after_request
def by_language(response):
    response.vary.add("Accept-Language")
    return response


@bp.get("/privacy")
@bp.get("/privacy/<language>")
def privacy():
    return same_for_all("candidates/privacy.html", "public, max-age=3600")


@bp.route("/verify", methods=["GET", "POST"])
@bp.route("/verify/<language>", methods=["GET", "POST"])
def verify():
    """A form for the code of a statement, and what a code tells: no more than its holder showed.

    Statements printed earlier have the code in the query: it is filled in, and checked once it is sent.
    """
    typed = "".join(filter(str.isprintable, request.values.get("code", "")[:LONGEST_CODE]))
    checked = error = None
    if request.method == "POST":
        try:
            checked = statement_codes.check(typed, now())
        except Refused as refusal:
            error = refusal.fields["code"]
    lines = [(line, grades.award(line.grade, line.second_grade)) for line in checked.lines] if checked else []
    text = render("candidates/verify.html", code=typed, checked=checked, lines=lines, error=error,
                  series_name=words.series(checked.series_name, g.language) if checked else "",
                  check=check_page.data() if request.method == "GET" else None)
    return Response(text, 422 if error else 200, mimetype="text/html")


@bp.post("/verify/state")
def state():
    """Whether a signed statement is current: its number and digest alone are sent, nothing is changed or logged."""
    number, digest = request.form.get("number", ""), request.form.get("digest", "")
    if set(request.form) != {"number", "digest"} or not NUMBER.fullmatch(number) or not DIGEST.fullmatch(digest):
        abort(422)
    found, kept = statement_states.state_of(number, digest, now())
    return jsonify(state=found, kept=kept)


@bp.get("/verify/offline.html")
@bp.get("/verify/<language>/offline.html")
def offline():
    """The check page as one file, for who wants to ask nobody."""
    return attachment(io.BytesIO(check_page.saved(now()).encode()), "text/html", f"check-{g.language}.html")


@bp.get("/.well-known/statement-keys.json")
def keys():
    return _published({"keys": list(statement_states.published_keys())})


@bp.get("/.well-known/statement-withdrawn.json")
def withdrawn():
    listed = statement_states.signed_withdrawals(current_app.config["BOARD_NAME"], now())
    if listed is None:
        abort(404)
    return _published(listed)


def _published(content):
    """A file that any program anywhere may read."""
    response = jsonify(content)
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cache-Control"] = "public, max-age=3600"
    response.add_etag()
    return response.make_conditional(request)
