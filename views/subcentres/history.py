"""Who changed what in Subcentre Management, from, to, when."""
from typing import NamedTuple

from flask import request

from models.rules.subcentre_history import changed_by
from models.rules.subcentre_history import history as saved_changes
from models.rules.subcentre_rows import DEFAULTS_FIELDS
from views.controls import control, in_words
from views.frame import TAB, frame
from views.hypermedia import page
from views.languages import in_zone
from views.paging import page_of
from views.reach import associate_of, series_of

A_PAGE = 100


class Change(NamedTuple):
    """One change as a line of the table. `number`: of the centre, '' for the default row."""

    when: str
    iso: str
    who: str
    number: str
    control: str
    before: str
    after: str


def history(number, code):
    """The saved changes of the whole screen or, with ?centre=, of one attached centre."""
    associate = associate_of(number)
    series = series_of(associate, code)
    here = {name: request.args.get(name, "").strip()[:254] for name in ("centre", "who", "field")}
    here["centre"] = here["centre"].upper()
    found = page_of(saved_changes(associate, series, **here), A_PAGE, "subcentres.history",
                    number=associate.number, code=series.code, **here)
    return page(
        "subcentres/history.html", series=series, here=here, pages=found,
        rows=[_line(change, associate.time_zone) for change in found.rows],
        people=[(who, who) for who in changed_by(associate, series)],
        fields=[(name, control(name)) for name in DEFAULTS_FIELDS],
        **frame(associate, TAB, f"candidate-results/{series.code}/attached-centres", series))


def _line(change, zone):
    return Change(
        when=in_zone(change.event.at, zone), iso=change.event.at.isoformat(), who=change.event.who,
        number=change.centre_number, control=control(change.field),
        before=in_words(change.field, change.before), after=in_words(change.field, change.after))
