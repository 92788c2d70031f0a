"""The board's imports: send a file, see what it would change, apply it."""
import hashlib
import hmac
from datetime import timedelta

from flask import Blueprint, current_app, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from documents.slips import unprintable
from exchange import importing
from models import audit
from models.board_import import KINDS, BoardImport
from models.database import Overtaken, Refused, Sentence, database
from models.files import sane_name
from views.board import board_page
from views.guards import board_only
from views.hypermedia import done, now, or_404, say

bp = Blueprint("board_imports", __name__, url_prefix="/board/imports")
bp.before_request(board_only)
SHOWN = 200
KEPT = timedelta(days=7)  # a file that nobody applies


@bp.get("")
def index(errors=None, status=200):
    sent = request.form if errors else {}
    return board_page("board/imports/index.html", "imports", status=status, errors=errors or {},
                      chosen=sent.get("kind", ""), complete="complete" in sent,
                      earlier=list(BoardImport.select(BoardImport.public_id, BoardImport.kind, BoardImport.name,
                                                      BoardImport.sent_at, BoardImport.applied_at)
                                   .order_by(BoardImport.id.desc()).limit(30)))


@bp.post("")
def send():
    """Keep the file and look at it; nothing of it is applied yet."""
    kind, sent, complete = request.form.get("kind", ""), request.files.get("file"), "complete" in request.form
    try:
        if kind not in KINDS:
            raise Refused(kind=Sentence("Choose what the file holds."))
        name = sane_name(sent.filename if sent else "")
        data = sent.read()
        difference = importing.look(kind, data, now(), complete=complete, unprintable=unprintable)
    except Refused as refusal:
        return index({name: say(said) for name, said in refusal.fields.items()}, 422)
    with database.atomic():
        BoardImport.update(content=b"").where(BoardImport.sent_at < now() - KEPT).execute()
        kept = BoardImport.create(
            kind=kind, name=name, complete=complete, content=data, digest=hashlib.sha256(data).hexdigest(),
            counts=difference.counts, officer=current_user.id, sent_at=now())
        audit.record(current_user, f"sent {kind} to be looked at", now(), subject=kept.digest)
    return done(url_for("board_imports.show", public_id=kept.public_id), _("The file is read. Nothing is applied yet."))


@bp.get("/<public_id>")
def show(public_id):
    """The difference as it is now; grades only for those who may read them before release."""
    return shown(or_404(BoardImport.select().where(BoardImport.public_id == public_id)))


@bp.post("/<public_id>/apply")
def apply(public_id):
    """Put the file in place, if it still does what the officer saw."""
    kept = or_404(BoardImport.select().where(BoardImport.public_id == public_id))
    if not kept.content:
        return shown(kept, 409)
    difference = looked_at(kept)
    if difference.refused:
        return shown(kept, 422)
    if not hmac.compare_digest(request.form.get("seen", "").encode(), agreement(difference).encode()):
        return shown(kept, 409)
    try:
        importing.apply(kept.kind, bytes(kept.content), current_user, now(), complete=kept.complete,
                        unprintable=unprintable, expecting=difference.fingerprint, also=_over(kept))
    except (Refused, Overtaken):
        return shown(BoardImport.get_by_id(kept.id), 409)
    return done(url_for("board_imports.show", public_id=public_id), _("Applied."))


def shown(kept, status=200):
    """The page of one import; 409: the data are no longer what the officer saw."""
    difference = looked_at(kept) if kept.content and kept.applied_at is None else None
    return board_page("board/imports/show.html", "imports", status=status, kept=kept, difference=difference,
                      seen=agreement(difference) if difference else "", shown=SHOWN, overtaken=status == 409,
                      shows_values=kept.kind != "results" or current_user.reads_unreleased)


def looked_at(kept):
    return importing.look(kept.kind, bytes(kept.content), now(), complete=kept.complete, unprintable=unprintable)


def agreement(difference):
    """What the form carries of the Difference it shows. Keyed: grades could be guessed from a bare digest."""
    return hmac.digest(current_app.config["SECRET_KEY"].encode(), difference.fingerprint.encode(), "sha256").hex()


def _over(kept):
    def mark(difference):
        if not BoardImport.update(applied_at=now(), content=b"", counts=difference.counts).where(
                BoardImport.id == kept.id, BoardImport.applied_at.is_null()).execute():
            raise Overtaken
    return mark
