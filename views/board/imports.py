"""The board's imports: send a file, see what it would change, apply it."""
from flask import Blueprint, abort, current_app, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from exchange import importing
from exchange.difference import Difference
from jobs import imports, queue
from models.acts.files import sane_name
from models.database import Overtaken, Refused, Sentence
from models.tables.imports import KINDS, RIGHT_FOR, BoardImport
from models.tables.jobs import Job
from views.board import board_page
from views.forms import errors_of
from views.guards import board_only
from views.hypermedia import done, now, or_404

bp = Blueprint("board_imports", __name__, url_prefix="/board/imports")
bp.before_request(board_only)


@bp.get("")
def index(errors=None, status=200):
    sent = request.form if errors else {}
    earlier = (BoardImport.select(BoardImport.public_id, BoardImport.kind, BoardImport.name, BoardImport.sent_at,
                                  BoardImport.applied_at).order_by(BoardImport.id.desc()).limit(30))
    return board_page("board/imports/index.html", "imports", status=status, errors=errors or {},
                      kinds=[kind for kind in KINDS if getattr(current_user, RIGHT_FOR[kind])],
                      chosen=sent.get("kind", ""), complete="complete" in sent, earlier=list(earlier))


@bp.post("")
def send():
    """Look at the file, or let the queue look at a large one; nothing of it is applied yet."""
    kind, sent = request.form.get("kind", ""), request.files.get("file")
    try:
        if kind not in KINDS:
            raise Refused(kind=Sentence("Choose what the file holds."))
        refuse_without_right(kind)
        name = sane_name(sent.filename if sent else "")
        with sent.stream as stream:
            board_import = imports.send(kind, name, stream, current_user._get_current_object(), now(),
                                        complete="complete" in request.form)
    except Refused as refusal:
        return index(errors_of(refusal), 422)
    return _begun(board_import, _("The file is being read. Nothing is applied yet."),
                  _("The file is read. Nothing is applied yet."))


@bp.get("/<public_id>")
def show(public_id):
    return shown(import_of(public_id))


@bp.post("/<public_id>/apply")
def apply(public_id):
    """Put the file in place, if it still does what the officer saw."""
    board_import = import_of(public_id)
    if board_import.applied_at or board_import.looked_at is None or (board_import.job and not board_import.job.is_over):
        return shown(board_import, 409)
    board_import.job = None
    try:
        imports.apply(board_import, current_user._get_current_object(), now(), request.form.get("seen", ""))
    except (Refused, Overtaken) as refusal:
        return shown(BoardImport.get_by_id(board_import.id), 422 if isinstance(refusal, Refused) else 409, str(refusal))
    return _begun(board_import, _("The file is being applied."), _("Applied."))


def import_of(public_id):
    """The import of the URL, for those who may send such a file."""
    board_import = or_404(BoardImport.select(BoardImport, Job).left_outer_join(Job)
                          .where(BoardImport.public_id == public_id))
    refuse_without_right(board_import.kind)
    return board_import


def refuse_without_right(kind):
    if not getattr(current_user, RIGHT_FOR[kind]):
        abort(403)


def _begun(board_import, on_queue, done_already):
    """Back to the page of the import, its Job enqueued where it has one."""
    if board_import.job:
        queue.enqueue(current_app, board_import.job)
    return done(address(board_import), on_queue if board_import.job else done_already)


def shown(board_import, status=200, refusal=""):
    """The page of one import; 409: the data are no longer what the officer saw."""
    is_open = board_import.looked_at and not board_import.applied_at and board_import.found
    difference = Difference.from_json(board_import.found) if is_open else None
    values, seen = {}, ""
    if difference:
        if difference.unreleased and current_user.reads_unreleased and status == 200:
            difference = importing.told_early(board_import, current_user, now())
        values = importing.changed_values(board_import, now(), early=current_user.reads_unreleased)
        seen = imports.agreement(board_import, importing.fingerprint(board_import))
    return board_page("board/imports/show.html", "imports", "board/imports/_show.html" if status == 200 else None,
                      status=status, board_import=board_import, difference=difference, values=values, seen=seen,
                      overtaken=status == 409, refusal=refusal)


def address(board_import):
    return url_for("board_imports.show", public_id=board_import.public_id)
