"""What candidates read below their results: a text a language, and another where a country or centre needs one."""
from flask import Blueprint, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from models.acts import next_steps
from models.database import Overtaken, Refused
from models.rules.languages import NAMES
from models.tables.next_steps import NextSteps
from views.board import board_page
from views.forms import errors_of
from views.guards import board_only
from views.hypermedia import done, now

bp = Blueprint("board_next_steps", __name__, url_prefix="/board/next-steps")
bp.before_request(board_only)
# Characters that are looked at
FIELDS = {"language": 8, "place": 80, "text": 4000, "seen": 4000, "opened_language": 8, "opened_place": 80}


@bp.get("")
def index():
    """All texts, and the form with the one of the query, or empty."""
    language, place = request.args.get("language", "en"), request.args.get("place", "")
    text = _text_of(language, place)
    return _page({"language": language, "place": place, "text": text} | _opened(language, place))


@bp.post("")
def write():
    typed = {name: request.form.get(name, "")[:most] for name, most in FIELDS.items()}
    opened = typed["opened_language"], typed["opened_place"]
    try:
        next_steps.write(typed["language"], typed["place"], typed["text"], opened, typed["seen"], current_user, now())
    except Refused as refusal:
        return _page(typed, errors_of(refusal), 422)
    except Overtaken:
        error = _("Somebody else has changed this text meanwhile: “%(text)s”. Save again to put yours in its place.",
                  text=_text_of(*opened))
        return _page(typed | _opened(*opened), {"text": error}, 409)
    return done(url_for("board_next_steps.index"), _("Candidates read it within a minute, below their results."))


def _opened(language, place):
    """The fields that say which text somebody has before them."""
    return {"opened_language": language, "opened_place": place, "seen": _text_of(language, place)}


def _text_of(language, place):
    chosen = NextSteps.get_or_none(NextSteps.language == language, NextSteps.place == place)
    return chosen.text if chosen else ""


def _page(typed, errors=None, status=200):
    rows = NextSteps.select().order_by(NextSteps.place, NextSteps.language)
    return board_page("board/next_steps.html", "next-steps", status=status, rows=list(rows), names=NAMES, typed=typed,
                      errors=errors or {}, longest=next_steps.LONGEST)
