"""What a candidate of the centre sees, before and after release: with invented grades, and no real ones near."""
from datetime import timedelta

from flask import Blueprint, request, url_for
from flask_babel import gettext as _

from models.rules.candidate_sheet import OUT, UNANNOUNCED, WAITING, Part, Sheet
from models.rules.needs import groups
from models.rules.standing import releases_of, standing_of
from models.tables.exams import in_order
from views.candidates.sample import invented_awards
from views.candidates.sheet import sheet_values
from views.frame import TAB, frame
from views.guards import officers_only
from views.hypermedia import now, page
from views.reach import managed_centre_of, series_of

bp = Blueprint("preview", __name__)
bp.before_request(officers_only)



@bp.get("/centres/<number>/candidate-results/<code>/preview")
def preview(number, code):
    centre = managed_centre_of(number)
    series = series_of(centre, code)
    standing, releases, moment = standing_of(centre, series), releases_of(series), now()
    after = request.args.get("state") == "after"
    names = in_order(name for group in groups(series, [centre.id])[centre.id]
                     for name in group.qualifications.split("|"))
    sheet = Sheet(
        "", _("Sample Candidate"), "0000", centre.number, centre.name, centre.time_zone, centre.language, series.code,
        series.name, standing.contact, tuple(_part(name, standing, releases, moment, after) for name in names))
    here = url_for("preview.preview", number=centre.number, code=series.code)
    return page("slips/preview.html", "candidates/_sheet.html", series=series, after=after,
                site=f"{here}?state=after&" if after else here,  # what is pressed on it leads back to the preview
                **sheet_values(sheet, moment, "en") | frame(centre, TAB, f"candidate-results/{code}/preview", series))


def _part(name, standing, releases, moment, after):
    """One qualification as it would look: its own release time, brought forward or put off where need be."""
    at = standing.visible_from(name, releases)
    if after:
        at = min(at or moment, moment - timedelta(minutes=1))
        return Part(name, OUT, at, invented_awards(name))
    if at is None:
        return Part(name, UNANNOUNCED, None, ())
    return Part(name, WAITING, max(at, moment + timedelta(days=1)), ())
