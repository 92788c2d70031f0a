"""'Start from the settings of an earlier series': they become the officer's draft, and nothing is in force yet."""
from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from models.acts import subcentres as changes
from models.database import Refused, Sentence
from models.delay import LONGEST_DAYS
from models.rules.subcentre_carrying import carried_from
from models.rules.subcentre_screen import Screen
from views.frame import TAB, frame
from views.hypermedia import done, now, page
from views.reach import associate_of, series_of, set_series


def carry_over(number, code):
    """The earlier series with what each would change; POST makes the chosen one's settings the draft."""
    associate = associate_of(number)
    series = series_of(associate, code)
    screen = Screen(current_user._get_current_object(), associate, series, now())
    earlier = [one for one in set_series(associate) if one.id != series.id]
    if request.method == "POST":
        chosen = next((one for one in earlier if one.code == request.form.get("from")), None)
        if chosen is None:
            raise Refused(Sentence("Choose one of the series that are listed."))
        carried = carried_from(screen, chosen)
        changes.draft(screen, carried.typed)
        return done(url_for("subcentres.index", number=number, code=code, state="changed"), _told(carried))
    return page("subcentres/carry_over.html", series=series, longest=LONGEST_DAYS, drafted=len(screen.drafts),
                found=[carried_from(screen, one) for one in earlier],
                **frame(associate, TAB, f"candidate-results/{code}/attached-centres", series))


def _told(carried):
    if not carried.changed:
        return _("Everything stands as in %(series)s already.", series=carried.series.name)
    return ngettext("From %(series)s: %(num)s centre would stand otherwise. Look at what would follow, then Save.",
                    "From %(series)s: %(num)s centres would stand otherwise. Look at what would follow, then Save.",
                    carried.changed, series=carried.series.name)
