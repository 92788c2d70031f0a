"""File Transfers: files from the board, files to the board, and where a centre's own PDF files are."""
import io

from flask import Blueprint, abort, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from models.acts import files
from models.database import Refused
from models.finding import has_words, plain
from models.tables.files import FROM_BOARD, TO_BOARD, ExchangeFile
from views.frame import frame
from views.guards import officers_only
from views.hypermedia import attachment, done, now, or_404, page, say
from views.paging import in_order
from views.reach import centre_of, entered_series, names_of

bp = Blueprint("files", __name__)
bp.before_request(officers_only)
ORDERS = {"name": lambda file: plain(file.name), "size": lambda file: file.size, "sent": lambda file: file.sent_at}


@bp.get("/centres/<number>/files")
def index(number):
    return files_page(centre_of(number))


@bp.post("/centres/<number>/files")
def send(number):
    """A file to the board from a centre's officer, or to the centre from board staff."""
    centre = sending_centre_of(number)
    sent = request.files.get("file")
    try:
        file = files.send(centre, own_direction(), sent.filename if sent else "",
                          sent.stream.read(files.LARGEST + 1) if sent else b"", current_user, now())
    except Refused as refusal:
        return files_page(centre, error=say(refusal.fields["file"]), status=422)
    return done(url_for("files.index", number=centre.number), _("“%(name)s” is sent.", name=file.name))


@bp.get("/centres/<number>/files/<public_id>")
def download(number, public_id):
    """The file as it came: an attachment of no type, so that no browser opens it as a page."""
    centre = centre_of(number)
    file = or_404(centre.files.where(ExchangeFile.public_id == public_id))
    files.record_download(file, current_user, now())
    return attachment(io.BytesIO(file.content), "application/octet-stream", file.name)


@bp.post("/centres/<number>/files/<public_id>/remove")
def remove(number, public_id):
    centre = sending_centre_of(number)
    file = or_404(files.listed(centre).where(ExchangeFile.public_id == public_id))
    if file.direction != own_direction():
        abort(403)
    file.centre = centre
    files.remove(file, current_user, now())
    return done(url_for("files.index", number=centre.number), _("“%(name)s” is removed.", name=file.name))


def sending_centre_of(number):
    centre = centre_of(number)
    if not current_user.has_right("sends_files", centre):
        abort(403)
    return centre


def own_direction():
    return FROM_BOARD if current_user.is_board_staff else TO_BOARD


def files_page(centre, error="", status=200):
    q = request.args.get("q", "").strip()[:100]
    every = list(files.listed(centre))
    found = in_order([file for file in every if has_words(q, file.name)], ORDERS)
    framed = frame(centre, "files", "files")
    return page(
        "centres/files.html", status=status, **framed, error=error, own=own_direction(), q=q, total=len(every),
        names=names_of([file.sent_by for file in found]),
        groups=[(_("From the board"), FROM_BOARD, [f for f in found if f.direction == FROM_BOARD]),
                (_("To the board"), TO_BOARD, [f for f in found if f.direction == TO_BOARD])],
        sends_files=current_user.has_right("sends_files", centre),
        series=list(entered_series(centre)) if framed["manages_candidate_results"] else [])
