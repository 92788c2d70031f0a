"""The board's imports: send a file, see what it would change, apply it."""
import hashlib

from flask import Blueprint, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from documents.slips import unprintable
from exchange import importing
from models import audit
from models.board_import import KINDS, BoardImport
from models.database import Refused, Sentence, database
from views.board import board_page
from views.guards import board_only
from views.hypermedia import done, now, or_404, say

bp = Blueprint("board_imports", __name__, url_prefix="/board/imports")
bp.before_request(board_only)
SHOWN = 200


@bp.get("")
def index(errors=None, status=200):
    return board_page("board/imports/index.html", "imports", status=status, kinds=KINDS, errors=errors or {},
                      earlier=list(BoardImport.select().order_by(BoardImport.id.desc()).limit(30)))


@bp.post("")
def send():
    """Keep the file and look at it; nothing of it is applied yet."""
    kind, sent = request.form.get("kind", ""), request.files.get("file")
    try:
        if kind not in KINDS:
            raise Refused(kind=Sentence("Choose what the file holds."))
        data = sent.read() if sent else b""
        difference = importing.look(kind, data, now(), complete="complete" in request.form, unprintable=unprintable)
    except Refused as refusal:
        return index({name: say(said) for name, said in refusal.fields.items()}, 422)
    with database.atomic():
        kept = BoardImport.create(
            kind=kind, name=(sent.filename or kind)[:200], complete="complete" in request.form, content=data,
            digest=hashlib.sha256(data).hexdigest(), counts=difference.counts, officer=current_user.id, sent_at=now())
        audit.record(current_user, f"sent {kind} to be looked at", now(), subject=kept.digest)
    return done(url_for("board_imports.show", public_id=kept.public_id), _("The file is read. Nothing is applied yet."))


@bp.get("/<public_id>")
def show(public_id):
    """The difference as it is now; grades only for those who may read them before release."""
    kept = or_404(BoardImport.select().where(BoardImport.public_id == public_id))
    difference = None
    if kept.content and kept.applied_at is None:
        difference = importing.look(kept.kind, bytes(kept.content), now(), complete=kept.complete,
                                    unprintable=unprintable)
    return board_page("board/imports/show.html", "imports", kept=kept, difference=difference, shown=SHOWN,
                      shows_values=kept.kind != "results" or current_user.reads_unreleased)


@bp.post("/<public_id>/apply")
def apply(public_id):
    kept = or_404(BoardImport.select().where(BoardImport.public_id == public_id, BoardImport.applied_at.is_null()))
    difference = importing.apply(kept.kind, bytes(kept.content), current_user, now(), complete=kept.complete,
                                 unprintable=unprintable)
    BoardImport.update(applied_at=now(), content=b"", counts=difference.counts).where(
        BoardImport.id == kept.id).execute()
    return done(url_for("board_imports.show", public_id=public_id), _("Applied."))
