"""A signed statement of results by its number: what it is, whether it is current; withdraw it, or end that."""
from flask import Blueprint, abort, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from models.acts import statements
from models.database import Refused
from models.rules import statement_states
from models.tables.statements import IssuedStatement, WithdrawnStatement
from views.board import board_page
from views.forms import errors_of
from views.guards import board_only
from views.hypermedia import done, now

bp = Blueprint("board_statements", __name__, url_prefix="/board/statements")
bp.before_request(board_only)
ACTS = {"withdraw": statements.withdraw, "restore": statements.restore}


@bp.get("")
def index():
    typed = request.args.get("number", "")[:40]
    try:
        return _page(typed, statements.number_as_typed(typed) if typed else "")
    except Refused as refusal:
        return _page(typed, "", errors_of(refusal), 422)


@bp.post("")
def act():
    """One of ACTS, on the statement with this number."""
    typed, name = request.form.get("number", "")[:40], request.form.get("act", "")
    if name not in ACTS:
        abort(422)
    try:
        ACTS[name](typed, current_user, now())
    except Refused as refusal:
        return _page(typed, "", errors_of(refusal), 422)
    return done(url_for("board_statements.index", number=typed), _("Done. It holds from this moment."))


def _page(typed, number, errors=None, status=200):
    issued = IssuedStatement.get_or_none(IssuedStatement.number == number)
    state = statement_states.state_of(number, issued.digest, now())[0] if issued else ""
    withdrawn = WithdrawnStatement.get_or_none(WithdrawnStatement.number == number) if number else None
    return board_page("board/statements.html", "statements", status=status, typed={"number": typed},
                      errors=errors or {}, number=number, issued=issued, state=state, withdrawn=withdrawn)
