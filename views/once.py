"""Every form that makes something carries a value, by which it makes it once; see `models/acts/once.py`."""
import secrets

from flask import flash, g, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from models.acts import once
from models.tables.once import LENGTH
from views import errors
from views.hypermedia import is_htmx, now, page_before

OF_CANDIDATES = ("candidates", "public")  # they have two fields, which a sign-in reads without a parser


def init_app(app):
    """After the guards and the token's check: what they refuse was never sent."""
    app.before_request(claim)
    app.after_request(give_back)
    app.jinja_env.globals["form_value"] = lambda: secrets.token_urlsafe(12)


def claim():
    if request.method != "POST" or request.blueprint in OF_CANDIDATES:
        return None
    value = request.form.get("once", "")[:LENGTH]
    if not value or not current_user.is_authenticated:
        return None
    if once.claim(current_user, value, now()):
        g.claimed = current_user, value
        return None
    told = _("This form had arrived already. What it asked for is done once.")
    if is_htmx():
        return errors.answer(409, told)
    flash(told, "warning")
    return redirect(page_before() or url_for("sign_in.home"), 303)


def give_back(response):
    if response.status_code >= 400 and "claimed" in g:
        once.give_back(*g.pop("claimed"))
    return response
