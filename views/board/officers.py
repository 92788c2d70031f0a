"""The board's officers: add one, rights per centre, one-time links, disable."""
from flask import Blueprint, current_app, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from models.acts import links, officers
from models.database import Refused, Sentence
from models.finding import narrowed
from models.tables.exams import Centre
from models.tables.people import BOARD_RIGHTS, RIGHTS, Officer
from views.board import board_page
from views.guards import board_only
from views.hypermedia import done, now, or_404, say
from views.paging import in_order, page_of

bp = Blueprint("board_officers", __name__, url_prefix="/board/officers")
bp.before_request(board_only)
ACTS = {"disable": officers.disable, "enable": officers.enable, "second-factor": officers.remove_second_factor}


@bp.get("")
def index(typed=None, errors=None, status=200):
    q = request.args.get("q", "").strip()[:100]
    found = narrowed(in_order(Officer.select().order_by(Officer.email), {"name": Officer.name, "email": Officer.email}),
                     q, Officer.id, Officer.email, Officer.name)
    return board_page("board/officers/index.html", "officers", status=status, q=q,
                      typed=typed or {"email": "", "name": ""},
                      errors=errors or {}, page_=page_of(found, 50, "board_officers.index", q=q))


@bp.post("")
def add():
    typed = {name: request.form.get(name, "").strip()[:300] for name in ("email", "name")}
    try:
        officer = officers.add(typed["email"], typed["name"], current_user, now())
    except Refused as refusal:
        return index(typed, {name: say(said) for name, said in refusal.fields.items()}, 422)
    return done(url_for("board_officers.edit", email=officer.email),
                _("Added. Give rights below, then hand over a one-time link."))


@bp.get("/<email>")
def edit(email, link=None, status=200):
    officer = one(email)
    return board_page(
        "board/officers/edit.html", "officers", status=status, officer=officer, link=link, rights=RIGHTS,
        board_rights=("is_board_staff", *BOARD_RIGHTS), is_self=officer.id == current_user.id,
        may_link=officers.may_hand_over_link(current_user, officer),
        postings=sorted(officer.postings, key=lambda posting: posting.centre.number))


@bp.post("/<email>/centres")
def post(email):
    """Post to a centre with exactly the ticked rights, or take the place there away."""
    officer, number = one(email), request.form.get("number", "").strip().upper()
    centre = current_user.centres.where(Centre.number == number).first()
    if centre is None:
        raise Refused(Sentence("There is no centre %(number)s.", number=number[:10]))
    if "remove" in request.form:
        officers.unpost(officer, centre, current_user, now())
    else:
        officers.post(officer, centre, request.form.getlist("right"), current_user, now())
    return done(url_for("board_officers.edit", email=officer.email), _("The rights are changed."))


@bp.post("/<email>/board")
def board_rights(email):
    officer = one(email)
    officers.set_board_rights(officer, dict.fromkeys(request.form.getlist("right"), True), current_user, now())
    return done(url_for("board_officers.edit", email=officer.email), _("The rights are changed."))


@bp.post("/<email>/link")
def link(email):
    """Make a one-time link; it is shown once, on this page."""
    officer = one(email)
    if not officers.may_hand_over_link(current_user, officer):
        raise Refused(Sentence("You cannot make a link for this officer."))
    code, _link = links.make(officer, current_user, now())
    return edit(email, link=(code, links.address_of(current_app.config["PORTAL_ADDRESS"], code)))


@bp.post("/<email>/<any(disable, enable, 'second-factor'):act>")
def act(email, act):
    officer = one(email)
    ACTS[act](officer, current_user, now())
    return done(url_for("board_officers.edit", email=officer.email), _("Done."))


def one(email):
    return or_404(Officer.select().where(Officer.email == email.lower()))
