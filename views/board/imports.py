"""The board's imports: send a file, see what it would change, apply it."""
from flask import Blueprint, request
from flask_login import current_user

from models.database import Sentence
from models.tables.imports import KINDS, RIGHT_FOR, BoardImport
from views import imports
from views.board import board_page
from views.guards import board_only

bp = Blueprint("board_imports", __name__, url_prefix="/board/imports")
bp.before_request(board_only)


@bp.get("")
def index(errors=None, status=200):
    sent = request.form if errors else {}
    earlier = (BoardImport.select(BoardImport.public_id, BoardImport.kind, BoardImport.name, BoardImport.sent_at,
                                  BoardImport.applied_at).order_by(BoardImport.id.desc()).limit(30))
    return board_page("board/imports.html", "imports", status=status, errors=errors or {},
                      kinds=[kind for kind in KINDS if getattr(current_user, RIGHT_FOR[kind])],
                      chosen=sent.get("kind", ""), complete="complete" in sent, earlier=list(earlier))


def pages():
    return imports.Pages(Sentence("Imports"), "board_imports", {}, KINDS, "board/base.html", {"area": "imports"},
                         lambda errors: index(errors, 422))


imports.routes(bp, "", pages)
