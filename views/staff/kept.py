"""What an officer pressed when the session was over: to be sent now as any other form, or thrown away."""
from urllib.parse import urlsplit

from flask import Blueprint, current_app, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from models.acts import kept
from models.tables.exams import Series
from views.ended import kept_here
from views.guards import officers_only
from views.hypermedia import done, now, page

bp = Blueprint("kept", __name__, url_prefix="/kept")
bp.before_request(officers_only)
BUTTONS = ("act", "kind", "format", "set", "remove", "keep")  # names that say which of several buttons was pressed


@bp.get("")
def show():
    form = kept_here(current_user)
    if form is None:
        flash(_("Nothing is kept any more: it is done, or was too long ago."))
        return redirect(url_for("sign_in.home"), 303)
    endpoint, values = current_app.create_url_adapter(request).match(urlsplit(form["path"]).path, "POST")
    pressed = next((value for name, value in form["fields"] if name in BUTTONS), values.get("act", ""))
    return page("staff/kept.html", form=form, endpoint=endpoint, values=values, pressed=pressed,
                series=Series.get_or_none(Series.code == values.get("code")), until=form["at"] + kept.KEPT)


@bp.post("")
def discard():
    form = kept_here(current_user)
    kept.throw_away(current_user, now())
    return done(form and form["page"] or url_for("sign_in.home"), _("It is thrown away. Nothing of it was done."))
