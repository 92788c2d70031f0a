"""The board's centres: find one, correct its details, attach it to an Associate or detach it."""
from flask import Blueprint, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from models.acts import attaching, centres
from models.database import Refused, Sentence
from models.finding import narrowed
from models.places import PLACES
from models.rules.languages import NAMES
from models.tables.exams import Centre
from views.board import board_page
from views.forms import errors_of, typed_in
from views.guards import board_only
from views.hypermedia import done, now, or_404
from views.paging import in_order, page_of

bp = Blueprint("board_centres", __name__, url_prefix="/board/centres")
bp.before_request(board_only)


@bp.get("")
def index():
    """Search by number, name or country; a whole number leads straight to its dashboard."""
    q = request.args.get("q", "").strip()[:100]
    found = narrowed(current_user.centres, q, Centre.id, Centre.number, Centre.name, Centre.country)
    found = in_order(found, {"number": Centre.number, "name": Centre.name, "country": Centre.country,
                             "zone": Centre.time_zone})
    return board_page("board/centres/index.html", "centres", q=q, page_=page_of(found, 50, "board_centres.index", q=q))


@bp.route("/<number>", methods=["GET", "POST"])
def edit(number):
    centre = one(number)
    typed = {name: getattr(centre, name) for name in centres.CORRECTED}
    errors = {}
    if request.method == "POST":
        typed = typed_in(*centres.CORRECTED)
        try:
            centres.correct(centre, typed, current_user, now())
            return done(url_for("board_centres.edit", number=centre.number), _("The centre is changed."))
        except Refused as refusal:
            errors = errors_of(refusal)
    associates = current_user.centres.where(Centre.kind == "associate", Centre.id != centre.id)
    choices = [(associate.number, f"{associate.number} {associate.name}") for associate in associates]
    return board_page("board/centres/edit.html", "centres", status=422 if errors else 200, centre_=centre,
                      typed=typed, errors=errors, languages=list(NAMES.items()), associates=choices,
                      zones=sorted(PLACES))


@bp.get("/<number>/move")
def move(number):
    """What attaching or detaching would mean, counted, before it is confirmed (D15)."""
    centre = one(number)
    associate = _associate(centre, request.args.get("associate", ""))
    return board_page("board/centres/move.html", "centres", centre_=centre, associate=associate,
                      effects=attaching.effects(centre, associate, now()))


@bp.post("/<number>/move")
def moved(number):
    centre = one(number)
    associate = _associate(centre, request.form.get("associate", ""))
    attaching.move(centre, associate, current_user, now())
    return done(url_for("board_centres.edit", number=centre.number),
                _("Attached to %(name)s.", name=associate.name) if associate else _("Detached."))


@bp.get("/<number>/dashboard")
def dashboard(number):
    return redirect(url_for("dashboard.centre", number=one(number).number), 303)


def one(number):
    return or_404(current_user.centres.where(Centre.number == number))


def _associate(centre, number):
    """The Associate that is meant, None to detach. Raises `Refused`."""
    if centre.is_associate:
        raise Refused(Sentence("An Associate is attached to nobody."))
    if not number:
        return None
    associate = current_user.centres.where(Centre.number == number, Centre.kind == "associate").first()
    if associate is None:
        raise Refused(Sentence("There is no Associate %(number)s.", number=number[:5]))
    return associate
