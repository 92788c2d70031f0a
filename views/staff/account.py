"""'Your account': what officers change about it themselves: name, password, second factor, sessions."""
import segno
from flask import Blueprint, current_app, request, session, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from models.acts import accounts, second_factor
from models.database import Refused, Sentence
from models.tables.people import StaffSession
from views.forms import errors_of, refuse_different, refuse_empty, typed_in
from views.guards import officers_only
from views.hypermedia import done, now, page
from views.staff import known_browsers

bp = Blueprint("account", __name__, url_prefix="/account")
bp.before_request(officers_only)


@bp.get("")
def account(typed=None, errors=None):
    """The whole account; a refused form comes with what was typed."""
    sessions = StaffSession.select().where(StaffSession.officer == current_user.id).order_by(
        StaffSession.seen_at.desc(), StaffSession.id)
    return page("staff/account.html", status=422 if errors else 200, errors=errors or {},
                typed={"name": current_user.name} | (typed or {}), sessions=list(sessions),
                this_session=current_user.session.id, postings=list(current_user.own_centres))


@bp.post("/name")
def rename():
    typed = typed_in("name")
    try:
        accounts.rename(current_user, typed["name"], now())
    except Refused as refusal:
        return account(typed, errors_of(refusal))
    return done(url_for("account.account"), _("Your name is changed."))


@bp.post("/password")
def change_password():
    typed = typed_in("current", "password", "again")
    try:
        accounts.refuse_wrong_password(current_user, typed["current"], now())
        refuse_empty(typed, password=Sentence("Choose a password."))
        refuse_different(typed)
        accounts.set_password(current_user, typed["password"], current_user, now(), "changed the own password")
    except Refused as refusal:
        return account(errors=errors_of(refusal))
    return known_browsers.remember(done(url_for("account.account"), _(
        "Your password is changed, and you are signed out everywhere else.")), current_user)


@bp.route("/second-factor", methods=["GET", "POST"], endpoint="second_factor")
def enrol():
    """The QR code for the app and, once its first code is right, the recovery codes: shown this once."""
    if current_user.has_second_factor:
        return second_factor_page()
    seed, errors = session.setdefault("seed", second_factor.new_seed()), {}
    typed = typed_in("current", "code")
    if request.method == "POST":
        try:
            accounts.refuse_wrong_password(current_user, typed["current"], now())
            refuse_empty(typed, code=Sentence("Enter the code."))
            codes = accounts.turn_second_factor_on(current_user, seed, typed["code"], now())
            session.pop("seed")
            return page("staff/recovery_codes.html", codes=codes)
        except Refused as refusal:
            errors = errors_of(refusal)
    address = second_factor.address_of(seed, current_user.email, current_app.config["PORTAL_NAME"])
    return page("staff/enrol.html", status=422 if errors else 200, typed=typed, errors=errors,
                secret=second_factor.secret_of(seed),
                qr=segno.make(address, error="m").svg_data_uri(scale=5, border=4, dark="#000", light="#fff"))


@bp.post("/second-factor/remove")
def remove_second_factor():
    password = request.form.get("current", "")
    try:
        accounts.refuse_wrong_password(current_user, password, now())
        accounts.turn_second_factor_off(current_user, password, now())
    except Refused as refusal:
        return second_factor_page(errors_of(refusal))
    return done(url_for("account.account"), _("The second factor is off."))


@bp.post("/recovery-codes")
def renew_recovery_codes():
    try:
        accounts.refuse_wrong_password(current_user, request.form.get("renew-current", ""), now())
        return page("staff/recovery_codes.html", codes=accounts.renew_recovery_codes(current_user, now()))
    except Refused as refusal:
        return second_factor_page(errors_of(refusal, "renew-"))


@bp.post("/sessions")
def end_sessions():
    """Sign out one other session of the own, or all others."""
    ended = accounts.end_own_sessions(current_user, request.form.get("session", ""), now())
    return done(url_for("account.account"), ngettext(
        "%(num)d session is signed out.", "%(num)d sessions are signed out.", ended))


def second_factor_page(errors=None):
    return page("staff/second_factor.html", status=422 if errors else 200, errors=errors or {},
                left=len(current_user.recovery_codes.split()))
