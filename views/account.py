"""Signing in and out, and the officer's own account."""
from urllib.parse import urlsplit

from flask import Blueprint, flash, redirect, request, session, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user, login_user
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length

from models import audit
from models.database import database
from models.people import Officer, StaffSession, officer_with
from views.errors import sign_in_again
from views.hypermedia import now, page

bp = Blueprint("account", __name__)


class SignInForm(FlaskForm):
    email = StringField(_l("E-mail address"), [InputRequired(_l("Enter your e-mail address.")), Length(max=254)])
    password = PasswordField(_l("Password"), [InputRequired(_l("Enter your password.")), Length(max=200)])


@bp.route("/sign-in", methods=["GET", "POST"])
def sign_in():
    form = SignInForm()
    if request.method == "POST" and form.validate():
        officer = officer_with(form.email.data, form.password.data)
        if officer:
            return start_session(officer)
        form.password.errors = [_("The e-mail address or the password is not right.")]
    demo = Officer.select().where(Officer.is_demo).order_by(Officer.id)
    return page("account/sign_in.html", status=422 if form.errors else 200, form=form, demo=list(demo))


def start_session(officer):
    """A new server-side session; whatever the browser carried before is forgotten."""
    session.clear()
    with database.atomic():
        officer.session = StaffSession.start(officer, now(), request.user_agent.string)
        audit.record(officer, "signed in", now())
    login_user(officer)
    return redirect(_own_page(request.args.get("next", "")), 303)


@bp.post("/sign-out")
def sign_out():
    with database.atomic():
        current_user.session.delete_instance()
        audit.record(current_user, "signed out", now())
    session.clear()
    flash(_("You are signed out."), "success")
    return redirect(url_for("account.sign_in"), 303)


@bp.get("/")
def home():
    """An officer's centre; with several, a panel a centre; board staff get a search."""
    if not current_user.is_authenticated:
        return sign_in_again()
    if current_user.is_board_staff:
        return redirect(url_for("board_centres.index"), 303)
    own = list(current_user.own_centres)
    if len(own) == 1:
        return redirect(url_for("dashboard.centre", number=own[0].number), 303)
    return page("dashboard/several.html", centres=own)


def _own_page(address):
    """A path of this site, or the start page: never another host."""
    parts = urlsplit(address.replace("\\", "/"))
    if parts.scheme or parts.netloc or not parts.path.startswith("/") or parts.path.startswith("//"):
        return url_for("account.home")
    return address
