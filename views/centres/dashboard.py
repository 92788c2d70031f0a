"""'Administer exams': where an officer starts, and the way from one centre to another."""
from flask import Blueprint, redirect, request
from flask_login import current_user

from documents.papers import unprintable_names
from models.acts import files
from models.finding import narrowed
from models.rules.history import CHANGES, history_of, since
from models.rules.standing import series_open
from models.rules.to_do import sitting
from models.tables.exams import Candidate, Centre
from models.tables.files import FROM_BOARD, TO_BOARD, ExchangeFile
from views import hypermedia
from views.frame import frame, nearest_page
from views.guards import officers_only
from views.happened import told
from views.hypermedia import now
from views.reach import centre_of, circle_of, offered_series
from views.times import day, last_visit
from views.what_needs_doing import quiet_until, rows_of, series_line, soonest

bp = Blueprint("dashboard", __name__)
bp.before_request(officers_only)
NEXT_SERIES = "today.today"  # where 'View Dashboard >' leads
SHOWN = 5  # rows, changes
FOUND = 50  # of a search: who needs more types more
MOST_SERIES = 4


@bp.get("/centres/<number>")
def centre(number):
    """What is open, what needs doing, the worst first, and what happened since the officer's last visit."""
    here, moment = centre_of(number), now()
    circle, zone, visit = circle_of(here), here.time_zone, last_visit(current_user.session)
    centres, open_series = list(circle), list(offered_series(here).where(series_open(moment)).limit(MOST_SERIES))
    sittings = [sitting(series, here, centres, moment, unprintable_names) for series in open_series]
    rows, first = rows_of(sittings, here), soonest(sittings, moment)
    happened = since(history_of(circle, [series.code for series in open_series], kind=CHANGES), visit)
    new = files.listed(here).where(
        ExchangeFile.sent_at > visit,
        ExchangeFile.direction == (TO_BOARD if current_user.is_board_staff else FROM_BOARD))
    needy = {row.line.centre.id for row in rows}
    return hypermedia.page(
        "centres/dashboard.html", sittings=[series_line(one, zone, moment) for one in sittings], rows=rows[:SHOWN],
        worst={row.sitting.series.id: row.need for row in reversed(rows)}, rows_found=len(rows), needy=len(needy),
        quiet=len({line.centre.id for one in sittings for line in one.lines} - needy),
        quiet_until=quiet_until(sittings, zone, moment), moment=moment,
        counted_at=min((one.counted_at for one in sittings), default=moment), next_series=NEXT_SERIES, first=first,
        entered=first and first.series.candidates.where(
            Candidate.centre.in_(circle.select(Centre.id).order_by()), Candidate.first_entered_at > visit,
            Candidate.qualifications != "").count(),
        visit=visit, visit_day=day(visit, zone), new_files=list(new), changes_found=happened.count(),
        changes=told(list(happened.limit(SHOWN)), current_user, zone, moment, [each.number for each in centres]),
        **frame(here, "dashboard"))


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
