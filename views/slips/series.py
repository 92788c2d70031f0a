"""'Candidate Results website administration': the series, its details, and what its slips need."""
from flask import Blueprint, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from documents import words
from documents.papers import unprintable_names
from models.acts import issuing
from models.rules.consequences import release_lines
from models.rules.needs import groups, needs
from models.rules.standing import releases_of, standing_of
from models.rules.subcentre_history import last_change
from models.rules.to_do import Line
from models.tables.exams import Series
from models.tables.offers import ALL, SELECTED
from views.forms import series_choices
from views.frame import TAB, frame
from views.guards import officers_only
from views.hypermedia import now, page
from views.languages import in_zone
from views.reach import managed_centre_of, next_series, offered_series, series_of
from views.what_needs_doing import needs_of

bp = Blueprint("series", __name__)
bp.before_request(officers_only)


@bp.get("/centres/<number>/candidate-results")
def index(number):
    """Choose a series; 'Go' leads to its details."""
    centre = managed_centre_of(number)
    offered = offered_series(centre)
    chosen = offered.where(Series.code == request.args.get("series", "")).first()
    if chosen:
        return redirect(url_for("series.series", number=centre.number, code=chosen.code), 303)
    return page("slips/choose_series.html", series=series_choices(offered), next_code=next_series(offered, now()),
                **frame(centre, TAB, "candidate-results"))


@bp.get("/centres/<number>/candidate-results/<code>")
def series(number, code):
    """'Series details'."""
    centre = managed_centre_of(number)
    series = series_of(centre, code)
    return page("slips/series.html", **details(centre, series))


def details(centre, series):
    """What the 'Series details' page says of one centre."""
    standing, releases, moment = standing_of(centre, series), releases_of(series), now()
    members = groups(series, [centre.id])[centre.id]
    needed = needs(standing, members, releases, moment, unprintable=unprintable_names(series, [centre.id])[centre.id])
    return {
        **frame(centre, TAB, f"candidate-results/{series.code}", series), "series": series,
        "standing": standing, "who": status_line(standing, members),
        "entered": sum(group.count for group in members),
        "releases": release_words(standing, release_lines(standing, members, releases), releases),
        "attention": needs_of(Line(centre, needed, standing, members), series, releases, centre), "needs": needed,
        "since": last_change(centre, series),
        "batches": issuing.batches_of(centre, series),
        "closed": series.is_closed(moment), "associate_delay": words.delay(standing.controls.delay),
        "earlier": earlier_offers(centre, series),
    }


def status_line(standing, members):
    """How many candidates have access, in the words of the page."""
    scope = standing.offer.scope
    count = sum(group.count for group in members if group.is_covered(scope))
    if scope == ALL:
        return _("ALL Candidates have access (%(count)s)", count=count)
    if scope == SELECTED:
        return ngettext("Selected Candidates: %(num)s candidate has access",
                        "Selected Candidates: %(num)s candidates have access", count)
    return _("NO Candidates have access")


def release_words(standing, lines, releases):
    """(qualifications, words) a distinct release instant, with every delay applied, whose decides and what is held."""
    decides = {"associate": _("your Associate’s delay decides"), "centre": _("the centre’s own delay decides")}
    lines_said = []
    for instant, names in lines:
        said = in_zone(instant, standing.centre.time_zone) if instant else _("to be announced")
        if instant and standing.delay:
            said += f" · +{words.delay(standing.delay)}, {decides[standing.deciding]}"
        if held := [name for name in names if name in releases and releases[name].held_at]:
            said += " · " + _("held back by the board for now: %(names)s", names=", ".join(held))
        lines_said.append((", ".join(names), said))
    return lines_said


def earlier_offers(centre, series):
    """The centre's other series, whose settings may be started from, as (code, name)."""
    return series_choices(offer.series for offer in issuing.offers_of(centre) if offer.series_id != series.id)
