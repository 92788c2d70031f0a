"""'Administer exams': where an officer starts."""
from flask import Blueprint
from flask_login import current_user

from views.guards import officers_only
from views.hypermedia import page
from views.reach import centre_of

bp = Blueprint("dashboard", __name__)
bp.before_request(officers_only)


@bp.get("/centres/<number>")
def centre(number):
    centre = centre_of(number)
    return page(
        "dashboard/centre.html", centre=centre, tab="dashboard",
        manages_candidate_results=current_user.has_right("manages_candidate_results", centre))
