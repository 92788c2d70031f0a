"""'Administer exams': where an officer starts, and the way from one centre to another."""
from flask import Blueprint, redirect, request
from flask_login import current_user

from models.finding import narrowed
from models.tables.exams import Centre
from views import hypermedia
from views.frame import frame, nearest_page
from views.guards import officers_only
from views.reach import centre_of

bp = Blueprint("dashboard", __name__)
bp.before_request(officers_only)
FOUND = 50  # of a search: who needs more types more


@bp.get("/centres/<number>")
def centre(number):
    return hypermedia.page("centres/dashboard.html", **frame(centre_of(number), "dashboard"))


@bp.get("/change-centre/", defaults={"page": ""})
@bp.get("/change-centre/<path:page>")
def change_centre(page):
    """From the dropdown to the same page of the chosen centre, or to the nearest that exists there."""
    if not (number := request.args.get("number", "")):
        return _find(page)
    chosen = centre_of(number)
    current_user.session.note(chosen.number)
    return redirect(nearest_page(chosen, page), 303)


def _find(page):
    """Every centre that the person reaches, found by words: for more than a dropdown can hold."""
    q = request.args.get("q", "").strip()[:100]
    found = narrowed(current_user.centres, q, Centre.id, Centre.number, Centre.name, Centre.country)
    return hypermedia.page("centres/find.html", page=page, q=q, found=list(found.limit(FOUND)), count=found.count())
