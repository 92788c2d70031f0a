"""'Administer exams': where an officer starts, and the way from one centre to another."""
from flask import Blueprint, redirect, request

from views.frame import frame, nearest_page
from views.guards import officers_only
from views.hypermedia import page
from views.reach import centre_of

bp = Blueprint("dashboard", __name__)
bp.before_request(officers_only)


@bp.get("/centres/<number>")
def centre(number):
    return page("centres/dashboard.html", **frame(centre_of(number), "dashboard"))


@bp.get("/change-centre/", defaults={"page": ""})
@bp.get("/change-centre/<path:page>")
def change_centre(page):
    """From the dropdown to the same page of the chosen centre, or to the nearest that exists there."""
    chosen = centre_of(request.args.get("number", ""))
    return redirect(nearest_page(chosen, page), 303)
