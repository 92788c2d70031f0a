"""Signing in and out: password, second step, a new password by a one-time link; and where one then starts."""
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from flask import Blueprint, current_app, flash, redirect, request, session, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_login import current_user, login_user
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired, Length

from exchange.demo import candidate_logins
from models import audit, one_time_links, second_factor, sign_in_limits
from models.database import Refused, database
from models.people import Officer, StaffSession, officer_with
from models.staff_passwords import DEMO_PASSWORD
from views import known_browsers, security
from views.errors import sign_in_again
from views.hypermedia import blame, now, page

bp = Blueprint("account", __name__)
SECOND_STEP_WITHIN = timedelta(minutes=5)


class SignInForm(FlaskForm):
    email = StringField(_l("E-mail address"), [InputRequired(_l("Enter your e-mail address.")), Length(max=254)])
    password = PasswordField(_l("Password"), [InputRequired(_l("Enter your password.")), Length(max=200)])


class CodeForm(FlaskForm):
    code = StringField(_l("Code"), [InputRequired(_l("Enter the code.")), Length(max=60)])


class WelcomeForm(FlaskForm):
    code = StringField(
        _l("Code of your link"), [InputRequired(_l("Enter the code of your link.")), Length(max=80)])
    password = PasswordField(_l("New password"), [InputRequired(_l("Choose a password."))])
    again = PasswordField(_l("New password again"), [EqualTo("password", _l("The two passwords differ."))])


class PasswordAgainForm(FlaskForm):
    password = PasswordField(_l("Password"), [InputRequired(_l("Enter your password.")), Length(max=200)])


@bp.route("/sign-in", methods=["GET", "POST"])
def sign_in():
    form = SignInForm()
    if form.validate_on_submit():
        email = form.email.data.strip().lower()
        officer = _officer_with_ticket(email, form.password)
        if officer and officer.has_second_factor:
            return _to_second_step(officer)
        if officer:
            return start_session(officer)
    demo = list(Officer.select().where(Officer.is_demo, Officer.disabled_at.is_null()).order_by(Officer.id))
    return page("account/sign_in.html", status=_refused(form), form=form, demo=demo,
                demo_password=DEMO_PASSWORD, candidates=candidate_logins() if demo else [],
                site_address=current_app.config["SITE_ADDRESS"])


@bp.route("/sign-in/code", methods=["GET", "POST"])
def second_step():
    """The code of the authenticator app, or a recovery code."""
    officer = _of_first_step()
    if officer is None:
        flash(_("That took too long. Please give your password again."), "warning")
        return redirect(url_for("account.sign_in", next=request.args.get("next")), 303)
    form = CodeForm()
    if form.validate_on_submit():
        if second_factor.use_recovery_code(officer, form.code.data):
            left = len(officer.recovery_codes.split()) - 1
            flash(ngettext("That recovery code is used. %(num)d is left.",
                           "That recovery code is used. %(num)d are left.", left), "warning")
            return start_session(officer)
        ticket = known_browsers.is_known(officer.email) and f"browser {known_browsers.browser_id()}"
        ticket = ticket or f"code {officer.email}"
        if not sign_in_limits.take_ticket(ticket, now()):
            form.code.errors = [too_many()]
        elif second_factor.use_code(officer, form.code.data, now()):
            sign_in_limits.give_back(ticket, now())
            return start_session(officer)
        else:
            sign_in_limits.raise_alarms(ticket, officer, now())
            form.code.errors = [_("This code is not right, or was used before. Wait for the next one.")]
    return page("account/second_step.html", status=_refused(form), form=form)


@bp.post("/sign-out")
def sign_out():
    with database.atomic():
        current_user.session.delete_instance()
        audit.record(current_user, "signed out", now())
    session.clear()
    flash(_("You are signed out."), "success")
    return redirect(url_for("account.sign_in"), 303)


@bp.route("/welcome", methods=["GET", "POST"])
def welcome():
    """Choose a password by a one-time link. Its code stands in the fragment of the link, or is typed."""
    form = WelcomeForm()
    if form.validate_on_submit():
        try:
            officer = one_time_links.use(form.code.data, form.password.data, now())
        except Refused as refusal:
            blame(form, refusal)
        else:
            session.clear()
            flash(_("Your password is set. Please sign in with it."), "success")
            return known_browsers.remember(redirect(url_for("account.sign_in"), 303), officer.email)
    return page("account/welcome.html", status=_refused(form), form=form)


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


@bp.get("/account")
def account():
    return security.account_page()


@bp.route("/account/password-again", methods=["GET", "POST"])
def password_again():
    """Before slips are printed, if the password was given long ago."""
    form = PasswordAgainForm()
    if form.validate_on_submit() and _officer_with_ticket(current_user.email, form.password):
        with database.atomic():
            StaffSession.update(password_at=now()).where(StaffSession.id == current_user.session.id).execute()
            audit.record(current_user, "gave the password again", now())
        return redirect(_own_page(request.args.get("next", "")), 303)
    return page("account/password_again.html", status=_refused(form), form=form)


def start_session(officer):
    """A new server-side session; whatever the browser carried before is forgotten."""
    address, messages = _own_page(request.args.get("next", "")), session.get("_flashes", [])
    with database.atomic():
        if current_user.is_authenticated:
            current_user.session.delete_instance()
        officer.session = StaffSession.start(officer, now(), request.user_agent.string)
        audit.record(officer, "signed in", now())
    session.clear()
    session["_flashes"] = messages
    login_user(officer)
    return known_browsers.remember(redirect(address, 303), officer.email)


def too_many():
    return _("There were too many attempts for this account. Wait 15 minutes, or use a browser in which you have "
             "signed in before.")


def _officer_with_ticket(email, field):
    """The officer with this e-mail and the password in this field; or None, and the field says why."""
    is_known = known_browsers.is_known(email)
    if not is_known and not sign_in_limits.take_ticket(email, now()):
        field.errors = [too_many()]
        return None
    officer = officer_with(email, field.data)
    if officer is None:
        if not is_known:
            sign_in_limits.raise_alarms(email, Officer.get_or_none(Officer.email == email), now())
        field.errors = [_("The e-mail address or the password is not right.")]
    elif not is_known:
        sign_in_limits.give_back(email, now())
    return officer


def _to_second_step(officer):
    session.clear()
    session["second_step"] = {"officer": officer.public_id, "at": int(now().timestamp())}
    audit.record(officer, "gave the right password", now())
    return redirect(url_for("account.second_step", next=request.args.get("next")), 303)


def _of_first_step():
    """Who has just given the right password and owes the code, or None."""
    step = session.get("second_step", {"officer": "", "at": 0})
    if datetime.fromtimestamp(step["at"], UTC) < now() - SECOND_STEP_WITHIN:
        return None
    return Officer.get_or_none(Officer.public_id == step["officer"], Officer.disabled_at.is_null(),
                               Officer.totp_seed.is_null(False))


def _refused(form):
    return 422 if form.errors else 200


def _own_page(address):
    """A path of this site, or the start page: never another host."""
    parts = urlsplit(address.replace("\\", "/"))
    if parts.scheme or parts.netloc or not parts.path.startswith("/") or parts.path.startswith("//"):
        return url_for("account.home")
    return address
