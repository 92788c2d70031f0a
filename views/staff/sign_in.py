"""Signing in and out: password, second step, a new password by a one-time link; and where one then starts."""
from datetime import UTC, datetime, timedelta

from flask import Blueprint, current_app, flash, redirect, request, session, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user, login_user

from exchange.demo import ROLES, candidate_logins
from models.acts import accounts, attempts, links, second_factor
from models.database import Refused, Sentence
from models.staff_passwords import DEMO_PASSWORD
from models.tables.people import Officer
from views.ended import MINUTE, kept_here, renew_cookie, sign_in_again, whose
from views.forms import errors_of, refuse_different, refuse_empty, typed_in
from views.hypermedia import now, own_page, page, wants_fragment
from views.staff import known_browsers

bp = Blueprint("sign_in", __name__)
SECOND_STEP_WITHIN = timedelta(minutes=5)
WARNED = 2  # minutes before a session ends


@bp.route("/sign-in", methods=["GET", "POST"])
def sign_in():
    typed, errors = typed_in("email", "password"), {}
    if request.method == "POST":
        try:
            refuse_empty(typed, email=Sentence("Enter your e-mail address."), password=Sentence("Enter your password."))
            officer = accounts.officer_signing_in(
                typed["email"].strip().lower(), typed["password"], now(), known_browsers.is_known)
            return _to_second_step(officer) if officer.has_second_factor else start_session(officer)
        except Refused as refusal:
            errors = errors_of(refusal)
    demo = list(Officer.select().where(Officer.is_demo, Officer.disabled_at.is_null()).order_by(Officer.id))
    return page("staff/sign_in.html", status=422 if errors else 200, typed=typed, errors=errors, demo=demo,
                demo_password=DEMO_PASSWORD, candidates=candidate_logins() if demo else [], roles=ROLES,
                site_address=current_app.config["SITE_ADDRESS"])


@bp.route("/sign-in/code", methods=["GET", "POST"])
def second_step():
    """The code of the authenticator app, or a recovery code."""
    officer = _of_first_step()
    if officer is None:
        flash(_("That took too long. Please give your password again."), "warning")
        return redirect(url_for("sign_in.sign_in", next=request.args.get("next")), 303)
    typed, errors = typed_in("code"), {}
    if request.method == "POST":
        try:
            refuse_empty(typed, code=Sentence("Enter the code."))
            _check_code(officer, typed["code"])
            return start_session(officer)
        except Refused as refusal:
            errors = errors_of(refusal)
    return page("staff/second_step.html", status=422 if errors else 200, typed=typed, errors=errors)


@bp.post("/sign-out")
def sign_out():
    accounts.end_session(current_user, now())
    session.clear()
    flash(_("You are signed out."), "success")
    return redirect(url_for("sign_in.sign_in"), 303)


@bp.route("/welcome", methods=["GET", "POST"])
def welcome():
    """Choose a password by a one-time link. Its code stands in the fragment of the link, or is typed."""
    typed, errors = typed_in("code", "password", "again"), {}
    if request.method == "POST":
        try:
            refuse_empty(typed, code=Sentence("Enter the code of your link."),
                         password=Sentence("Choose a password."))
            refuse_different(typed)
            officer = links.use(typed["code"], typed["password"], now())
        except Refused as refusal:
            errors = errors_of(refusal)
        else:
            session.clear()
            flash(_("Your password is set. Please sign in with it."), "success")
            return known_browsers.remember(redirect(url_for("sign_in.sign_in"), 303), officer)
    return page("staff/welcome.html", status=422 if errors else 200, typed=typed, errors=errors)


@bp.get("/")
def home():
    """An officer's centre; with several, a panel a centre; board staff have a page of their own."""
    if not current_user.is_authenticated:
        return sign_in_again()
    if current_user.is_board_staff:
        return redirect(url_for("board_start.index"), 303)
    own = list(current_user.own_centres)
    if len(own) == 1:
        return redirect(url_for("dashboard.centre", number=own[0].number), 303)
    return page("centres/several.html", centres=own)


@bp.route("/account/password-again", methods=["GET", "POST"])
def password_again():
    """Before slips are printed, if the password was given long ago."""
    typed, errors = typed_in("password"), {}
    if request.method == "POST":
        try:
            accounts.refuse_wrong_password(current_user, typed["password"], now(), "password")
            accounts.give_password_again(current_user, now())
            return redirect(_page_asked_for(), 303)
        except Refused as refusal:
            errors = errors_of(refusal)
    return page("staff/password_again.html", status=422 if errors else 200, errors=errors)


@bp.get("/account/time-left")
@bp.get("/account/stay", endpoint="stay")
def time_left():
    """The first is asked by open pages and keeps nobody signed in (POLLED). Neither leads away from what is typed."""
    if not wants_fragment():
        return redirect(url_for("sign_in.home"), 303)
    (officer, why), living = whose(), current_user.session if current_user.is_authenticated else None
    left = -((now() - living.ends_at) // MINUTE) if living else 0
    return page("staff/_time_left.html", officer=officer, why=why, living=living, left=left,
                is_warned=left <= WARNED)


@bp.app_template_global()
def asks_in(living, is_warned=False):
    """Seconds until an open page asks: when the warning is due and, once it is given, when the session is over."""
    left = living.ends_at - now() - (timedelta() if is_warned else WARNED * MINUTE)
    return max(0, int(left.total_seconds())) + 1


def start_session(officer):
    """A new server-side session; whatever the browser carried before of others is forgotten."""
    accounts.start_session(officer, now(), request.user_agent.string,
                           old=current_user.session if current_user.is_authenticated else None)
    renew_cookie(officer)
    session["officer"] = officer.public_id
    login_user(officer)
    address = url_for("kept.show") if kept_here(officer) else _page_asked_for()
    return known_browsers.remember(redirect(address, 303), officer)


def _check_code(officer, code):
    """Raises `Refused(code=…)` unless this is a recovery code of the officer or the app's code of this moment."""
    if second_factor.use_recovery_code(officer, code):
        left = len(officer.recovery_codes.split()) - 1
        flash(ngettext("That recovery code is used. %(num)d is left.",
                       "That recovery code is used. %(num)d are left.", left), "warning")
        return
    ticket = known_browsers.is_known(officer) and f"browser {known_browsers.browser_id()}"
    ticket = ticket or f"code {officer.email}"
    if not attempts.take_ticket(ticket, now()):
        raise Refused(code=accounts.TOO_MANY)
    if not second_factor.use_code(officer, code, now()):
        attempts.raise_alarms(ticket, officer, now())
        raise Refused(code=Sentence("This code is not right, or was used before. Wait for the next one."))
    attempts.give_back(ticket, now())


def _to_second_step(officer):
    renew_cookie(officer)
    session["second_step"] = {"officer": officer.public_id, "at": int(now().timestamp())}
    accounts.begin_second_step(officer, now())
    return redirect(url_for("sign_in.second_step", next=request.args.get("next")), 303)


def _of_first_step():
    """Who has just given the right password and owes the code, or None."""
    step = session.get("second_step", {"officer": "", "at": 0})
    if datetime.fromtimestamp(step["at"], UTC) < now() - SECOND_STEP_WITHIN:
        return None
    return Officer.get_or_none(Officer.public_id == step["officer"], Officer.disabled_at.is_null(),
                               Officer.totp_seed.is_null(False))


def _page_asked_for():
    return own_page(request.args.get("next", "")) or url_for("sign_in.home")
