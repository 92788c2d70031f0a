"""A centre's own history: who printed, downloaded, confirmed, changed, sent and signed in, from the audit trail."""
from flask import Blueprint, request
from flask_babel import gettext as _
from flask_login import current_user

from models.rules.history import KINDS, history_of
from views.forms import series_choices
from views.frame import frame
from views.guards import officers_only
from views.happened import told
from views.hypermedia import now, page
from views.paging import page_of
from views.reach import circle_of, managed_centre_of, offered_series

bp = Blueprint("history", __name__)
bp.before_request(officers_only)
A_PAGE = 100


@bp.get("/centres/<number>/history")
def centre(number):
    """For an Associate with what was done at its attached centres."""
    here = managed_centre_of(number)
    circle, every = circle_of(here), list(offered_series(here))
    chosen = {name: request.args.get(name, "")[:40] for name in ("kind", "series")}
    found = page_of(history_of(circle, [series.code for series in every], **chosen), A_PAGE, "history.centre",
                    number=here.number, **chosen)
    kinds = {"slips": _("Slips and logins"), "access": _("Access and settings"), "results": _("Results"),
             "files": _("Files"), "officers": _("Officers"), "releases": _("Releases"), "sign-ins": _("Sign-ins")}
    return page(
        "centres/history.html", pages=found, chosen=chosen, kinds=[(kind, kinds[kind]) for kind in KINDS],
        choices=series_choices(every), names=dict(series_choices(every)), **frame(here, "dashboard", "history"),
        rows=told(found.rows, current_user, here.time_zone, now(), [each.number for each in circle]))
