"""'Checklist': what is to be done when, counted back from the first release, and what the data know to be done."""
from datetime import timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, current_app, url_for

from models.rules.consequences import release_lines
from models.rules.needs import groups
from models.rules.standing import releases_of, standings_of
from models.tables.exams import Centre
from views.calendars import Appointment, calendar_file
from views.frame import TAB, frame
from views.guards import officers_only
from views.hypermedia import now, page
from views.reach import managed_centre_of, series_of
from views.slips.series import release_words
from views.slips.to_do import lines_of

bp = Blueprint("checklist", __name__)
bp.before_request(officers_only)
AT = "/centres/<number>/candidate-results/<code>/checklist"
DAYS = {"weeks-8": -56, "weeks-4": -28, "weeks-2": -14, "day-before": -1, "day": 0, "week-after": 7}  # from the first


class Stage(NamedTuple):
    """`on`: a `date` in the centre's zone, None while it is open. `steps`: (sentence, whether it is done or None where
    no data know it, how far, endpoint of the screen for it or "")."""

    when: str
    on: object
    steps: list


@bp.get(AT)
def index(number, code):
    centre = managed_centre_of(number)
    series = series_of(centre, code)
    return page("slips/checklist.html", series=series, stages=stages_of(centre, series), today=_day(now(), centre),
                **frame(centre, TAB, f"candidate-results/{code}/checklist", series))


@bp.get(AT + ".ics")
def calendar(number, code):
    centre = managed_centre_of(number)
    series = series_of(centre, code)
    address = current_app.config["PORTAL_ADDRESS"] + url_for("checklist.index", number=number, code=code)
    text = calendar_file((Appointment(
        f"{stage.on:%Y%m%d}-{number}-{code}@{current_app.config['PORTAL_ADDRESS'].split('://')[-1]}", stage.on,
        f"{series.name}, {number}: {stage.when}", address, "\n".join(step[0] for step in stage.steps))
        for stage in stages_of(centre, series) if stage.on), now())
    return Response(text, mimetype="text/calendar", headers={
        "Content-Disposition": f'attachment; filename="{number}-{code}-checklist.ics"'})


def stages_of(centre, series):
    """The Stages of a centre or, for an Associate, of all its centres. Seven queries, however many those are."""
    lines, releases, moment = lines_of(centre, series), releases_of(series), now()
    attached = standings_of(series, Centre.associate == centre)
    standing = standings_of(series, Centre.id == centre.id)[centre.id]
    members = [group for found in groups(series, [line.centre.id for line in lines]).values() for group in found]
    entered = {name for group in members for name in group.qualifications.split("|")}
    first = min((releases[name].released_at for name in entered & releases.keys()), default=None)
    counts = {name: sum(getattr(line.needs, name) for line in lines) for name in (
        "covered", "living", "signed_in", "out_of_date")}
    counts["offered"] = sum(line.needs.offered for line in lines if line.centre.is_attached or not centre.is_associate)
    held = current_app.jinja_env.get_template("slips/_checklist.html").make_module({
        "is_associate": centre.is_associate, "standing": standing, "n": counts,
        "allowed": [one for one in attached.values() if one.has_access], "attached": list(attached.values()),
        "closed": series.is_closed(moment), "reviews_until": series.reviews_until,
        "releases": release_words(standing, release_lines(standing, members, releases), releases),
        "is_out": bool(first) and first <= moment})
    dates = {name: _day(first, centre) + timedelta(days=days) for name, days in DAYS.items()} if first else {}
    dates["end"] = series.closes_at and _day(series.closes_at, centre)
    return [Stage(str(when), dates.get(name), [
        (str(sentence), done, str(figure), endpoint) for sentence, done, figure, endpoint in steps])
        for name, when, steps in held.stages]


def _day(moment, centre):
    return moment.astimezone(ZoneInfo(centre.time_zone)).date()
