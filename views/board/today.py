"""'Results day' of a whole series: Associates and independent centres, worst first."""
from flask import Blueprint, url_for

from models.rules.standing import has_access
from models.tables.exams import Series, shown_series
from models.tables.jobs import Job
from views.board import board_page
from views.guards import board_only
from views.hypermedia import now, or_404
from views.languages import BOARD_ZONE
from views.results_day import day

bp = Blueprint("board_today", __name__, url_prefix="/board/series")
bp.before_request(board_only)


@bp.get("/<code>/today")
def today(code):
    series = or_404(shown_series().where(Series.code == code))
    values = day(series, has_access, Job.select(), ("UTC", BOARD_ZONE), now(),
                 url_for("board_queue.index"))
    return board_page("board/today.html", "series", "slips/_today.html", **values)
