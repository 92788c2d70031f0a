"""What stands around every page of a centre: its tabs, the way to another centre, and what its Associate allows."""
from flask import url_for
from flask_babel import gettext as _
from flask_login import current_user

from documents import words
from models.database import database
from models.rules.standing import standing_of
from models.rules.subcentre_history import last_change
from models.tables.exams import Centre, Series
from views.hypermedia import now
from views.languages import in_zone
from views.reach import entered_series, offered_series

TAB = "candidate_results"  # of all pages of the candidate results website's administration
A_DROPDOWN = 50  # centres
CANDIDATE_RESULTS = "candidate-results"  # where their addresses begin, below a centre's


def frame(centre, tab, page="", series=None):
    """What every page of a centre gives the layout. `page`: its path below the centre, for 'Change centre'.

    `series`: the one it is about, where it is about one; what its Associate allows is told of that or the newest.
    """
    is_subcentre = series is not None and (centre.is_associate or current_user.acts_for_associate_of(centre))
    return {
        "allowed": allowed(centre, series or (centre.is_attached and offered_series(centre).first()) or None),
        "centre": centre, "tab": tab,
        "closed_since": in_zone(series.closes_at, centre.time_zone) if series and series.is_closed(now()) else "",
        "manages_candidate_results": current_user.has_right("manages_candidate_results", centre),
        "change_centre": change_centre(centre, page, _("Change Subcentre") if is_subcentre else _("Change centre")),
        "series_pages": (series.name, pages_of_series(centre, series, page)) if series else None,
    }


def pages_of_series(centre, series, page):
    """(address, label, whether it is `page`) of each page of a series that the centre has."""
    start = f"{CANDIDATE_RESULTS}/{series.code}"
    parts = [("", "series.series", _("Series details"))]
    if centre.is_associate:
        parts.append(("/attached-centres", "subcentres.index", _("Subcentre Management")))
    elif entered_series(centre).where(Series.id == series.id).exists():
        parts += [("/status", "status.status", _("Edit status")),
                  ("/credentials", "credentials.index", _("Candidates and slips"))]
    parts += [("/to-do", "to_do.index", _("What needs doing")), ("/today", "today.today", _("Results day"))]
    return [(url_for(endpoint, number=centre.number, code=series.code), label, page == start + part)
            for part, endpoint, label in parts]


def change_centre(centre, page, label):
    """The dropdown that leads to the same page of another centre, or None where there is no other.

    Whoever reaches more than `A_DROPDOWN` is offered the Associate, the centres lately gone to, and a search: 750
    options would be nine tenths of every page.
    """
    centres = current_user.centres
    choices = database.execute(centres.select(Centre.number, Centre.name).limit(A_DROPDOWN + 1)).fetchall()
    if len(choices) < 2:
        return None
    if len(choices) > A_DROPDOWN:
        lately = [centre.number, *filter(None, current_user.session.lately.split(","))]
        near = centres.where(Centre.number.in_(lately) | (Centre.id == centre.associate_id))
        choices = [*database.execute(near.select(Centre.number, Centre.name)).fetchall(),
                   ("", _("Find another centre…"))]
    return {"label": label, "action": url_for("dashboard.change_centre", page=page), "choices": choices,
            "selected": centre.number}


def nearest_page(centre, page):
    """The address of `page` (a path below a centre) at this centre, or of the nearest page that it has."""
    start, _slash, rest = page.partition("/")
    if start in ("results", "files"):
        return url_for(f"{start}.index", number=centre.number)
    if start != CANDIDATE_RESULTS or not current_user.has_right("manages_candidate_results", centre):
        return url_for("dashboard.centre", number=centre.number)
    code, _slash, part = rest.partition("/")
    series = offered_series(centre).where(Series.code == code).first()
    if series is None:
        return url_for("series.index", number=centre.number)
    has_own = part in ("status", "credentials") and entered_series(centre).where(Series.id == series.id).exists()
    endpoint = {
        "status": "status.status" if has_own else None,
        "credentials": "credentials.index" if has_own else None,
        "attached-centres": "subcentres.index" if centre.is_associate else None,
        "preview": "preview.preview", "to-do": "to_do.index", "checklist": "checklist.index",
        "today": "today.today",
    }.get(part) or "series.series"
    return url_for(endpoint, number=centre.number, code=series.code)


def allowed(centre, series):
    """Access, delay, who answers and since when, in one sentence or two; '' for a centre without an Associate."""
    if series is None or not centre.is_attached:
        return ""
    standing = standing_of(centre, series)
    if not standing.has_access:
        sentence = _("%(associate)s gives your centre no access to the candidate results service for %(series)s.",
                 associate=centre.associate.name, series=series.name)
    else:
        delay, name = words.delay(standing.controls.delay), standing.contact.name
        sentence = _("%(associate)s gives your centre access for %(series)s: %(delay)s; %(answers)s.",
                 associate=centre.associate.name, series=series.name,
                 delay=_("a delay of %(delay)s", delay=delay) if delay else _("no delay"),
                 answers=_("%(name)s answers your candidates", name=name) if standing.uses_default_contact and name
                 else _("your centre answers its candidates"))
    since = last_change(centre, series)
    return f"{sentence} {_('Last changed: %(when)s.', when=in_zone(since, centre.time_zone))}" if since else sentence
