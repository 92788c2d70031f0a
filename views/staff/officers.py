"""The officers of an Associate's centres: who they are, and a one-time link for one who cannot sign in."""
from flask import Blueprint, abort, current_app, request
from flask_login import current_user

from models.acts import links, officers
from models.database import Refused, Sentence
from models.tables.people import Officer
from views import imports
from views.frame import frame
from views.guards import officers_only
from views.hypermedia import now, or_404, page
from views.paging import page_of
from views.reach import associate_of

bp = Blueprint("officers", __name__)
bp.before_request(officers_only)


@bp.get("/centres/<number>/officers")
def index(number):
    return officers_page(associate_of(number))


@bp.post("/centres/<number>/officers/<email>/link")
def link(number, email):
    """Make a one-time link; it is shown once, on this page, for the Associate to hand over."""
    associate = associate_of(number)
    officer = or_404(officers.officers_of(associate).where(Officer.email == email.lower()))
    if not officers.may_hand_over_link(current_user, officer):
        raise Refused(Sentence("This officer works at other centres, too: ask the board for a link."))
    code, _link = links.make(officer, current_user, now())
    return officers_page(associate, officer, (code, links.address_of(current_app.config["PORTAL_ADDRESS"], code)))


def file_pages(number):
    """Where an Associate sends a file of its centres' officers, for whoever manages candidate results there."""
    associate = associate_of(number)
    if not current_user.has_right("manages_candidate_results", associate):
        abort(403)
    return imports.Pages(Sentence("Officers"), "officers", {"number": number}, ("officers",), "base.html",
                         frame(associate, "dashboard"),
                         lambda errors: officers_page(associate, errors=errors, status=422))


imports.routes(bp, "/centres/<number>/officers/file", file_pages)


def officers_page(associate, officer=None, link=None, errors=None, status=200):
    q = request.args.get("q", "").strip()[:100]
    found = page_of(officers.officers_of(associate, q), 50, "officers.index", number=associate.number, q=q)
    return page("staff/officers.html", status=status, **frame(associate, "dashboard"), page_=found, q=q,
                officer=officer, link=link, errors=errors or {},
                may_send=current_user.has_right("manages_candidate_results", associate),
                centres_of=officers.centres_of(found.rows, associate))
