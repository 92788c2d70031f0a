"""'Results day' of a centre, with whom to call, or of an Associate, over its circle."""
from flask import Blueprint, url_for

from models.tables.exams import Centre
from models.tables.jobs import Job
from views.frame import TAB, frame
from views.guards import officers_only
from views.hypermedia import now, page, wants_fragment
from views.reach import jobs_of_own, standing_of_url
from views.results_day import day

bp = Blueprint("today", __name__)
bp.before_request(officers_only)


@bp.get("/centres/<number>/candidate-results/<code>/today")
def today(number, code):
    centre, series, standing = standing_of_url(number, code)
    circle = (Centre.id == centre.id) | (Centre.associate == centre.id)
    values = day(series, circle, jobs_of_own().where(Job.series == series, circle), (centre.time_zone, "UTC"), now(),
                 url_for("to_do.index", number=number, code=code), standing)
    around = {"centre": centre} if wants_fragment() else frame(centre, TAB, f"candidate-results/{code}/today", series)
    return page("slips/today.html", "slips/_today.html", **values, **around)
