"""The board's imports: send a file, see what it would change, apply it."""
import io

from flask import Blueprint, current_app, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from documents.slips import unprintable
from exchange import importing
from exchange.difference import Difference
from jobs import queue
from jobs.imports import agreement, is_agreement
from models import audit
from models.board_import import KINDS, BoardImport
from models.database import Overtaken, Refused, Sentence, database
from models.files import sane_name
from models.jobs import Job
from views.board import board_page
from views.guards import board_only
from views.hypermedia import done, now, or_404, page, say

bp = Blueprint("board_imports", __name__, url_prefix="/board/imports")
bp.before_request(board_only)
MOST_BYTES, MOST_ROWS = 2 * 1024 * 1024, 20_000  # of what is done while the officer waits; more goes on the queue


@bp.get("")
def index(errors=None, status=200):
    sent = request.form if errors else {}
    earlier = (BoardImport.select(BoardImport.public_id, BoardImport.kind, BoardImport.name, BoardImport.sent_at,
                                  BoardImport.applied_at).order_by(BoardImport.id.desc()).limit(30))
    return board_page("board/imports/index.html", "imports", status=status, errors=errors or {},
                      chosen=sent.get("kind", ""), complete="complete" in sent, earlier=list(earlier))


@bp.post("")
def send():
    """Look at the file, or let the queue look at a large one; nothing of it is applied yet."""
    kind, sent = request.form.get("kind", ""), request.files.get("file")
    try:
        if kind not in KINDS:
            raise Refused(kind=Sentence("Choose what the file holds."))
        name = sane_name(sent.filename if sent else "")
        with sent.stream as stream:
            kept = looked_at(kind, name, stream)
    except Refused as refusal:
        return index({name: say(said) for name, said in refusal.fields.items()}, 422)
    audit.record(current_user, f"sent {kind} to be looked at", now(), subject=kept.digest or kept.name)
    if kept.content:
        start(kept)
        return done(address(kept), _("The file is being read. Nothing is applied yet."))
    return done(address(kept), _("The file is read. Nothing is applied yet."))


@bp.get("/<public_id>")
def show(public_id):
    return shown(or_404(BoardImport.select(BoardImport, Job).left_outer_join(Job)
                        .where(BoardImport.public_id == public_id)))


@bp.post("/<public_id>/apply")
def apply(public_id):
    """Put the file in place, if it still does what the officer saw."""
    kept = or_404(BoardImport.select(BoardImport, Job).left_outer_join(Job)
                  .where(BoardImport.public_id == public_id))
    seen = request.form.get("seen", "")
    if kept.applied_at or kept.looked_at is None or (kept.job and not kept.job.is_over):
        return shown(kept, 409)
    if kept.counts["rows"] >= MOST_ROWS:
        if not is_agreement(kept, importing.fingerprint(kept), seen):
            return shown(kept, 409)
        audit.record(current_user, f"began to apply {kept.kind}", now(), subject=kept.digest)
        start(kept, seen=seen)
        return done(address(kept), _("The file is being applied."))
    try:
        importing.publish(kept, current_user, now(), agreed=lambda told: is_agreement(kept, told, seen))
    except (Refused, Overtaken) as refusal:
        return shown(BoardImport.get_by_id(kept.id), 422 if isinstance(refusal, Refused) else 409, str(refusal))
    return done(address(kept), _("Applied."))


def looked_at(kind, name, stream):
    """A BoardImport of this file: read and compared, or with its content where it is too large for that."""
    complete = "complete" in request.form
    content = stream.read() if stream.seek(0, io.SEEK_END) > MOST_BYTES and not stream.seek(0) else b""
    kept = importing.receive(kind, name, current_user.id, now(), complete=complete, content=content)
    if not content:
        try:
            importing.read(kept, stream, now(), unprintable=unprintable)
        except Refused:
            importing.discard(kept)
            raise
    return kept


def start(kept, **wanted):
    """Let the queue read the import, or apply it (`seen`)."""
    with database.atomic():
        job = Job.create(kind="import", officer=current_user.id, wanted={"import": kept.public_id, **wanted},
                         total=kept.counts.get("rows", 0), created_at=now())
        BoardImport.update(job=job).where(BoardImport.id == kept.id).execute()
    queue.enqueue(current_app, job)


def shown(kept, status=200, refusal=""):
    """The page of one import; 409: the data are no longer what the officer saw."""
    found = Difference.from_json(kept.found) if kept.looked_at and not kept.applied_at and kept.found else None
    values = importing.changed_values(kept, now(), early=current_user.reads_unreleased) if found else {}
    return page("board/imports/show.html", "board/imports/_show.html" if status == 200 else None, status=status,
                area="imports", kept=kept, difference=found, values=values,
                seen=agreement(kept, importing.fingerprint(kept)) if found else "", overtaken=status == 409,
                refusal=refusal)


def address(kept):
    return url_for("board_imports.show", public_id=kept.public_id)
