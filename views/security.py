"""What officers change about their own account: name, password, second factor, sessions."""
import segno
from flask import Blueprint, current_app, request, session, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired, Length

from models import audit, second_factor
from models.database import Refused, database
from models.people import StaffSession
from models.staff_passwords import SHORTEST
from views.guards import officers_only
from views.hypermedia import blame, done, now, page

bp = Blueprint("security", __name__, url_prefix="/account")
bp.before_request(officers_only)


class NameForm(FlaskForm):
    name = StringField(_l("Name"), [InputRequired(_l("Enter your name.")), Length(
        max=120, message=_l("Use at most 120 characters."))])


class PasswordForm(FlaskForm):
    current = PasswordField(_l("Present password"), [InputRequired(_l("Enter your present password."))])
    password = PasswordField(_l("New password"), [InputRequired(_l("Choose a password."))])
    again = PasswordField(_l("New password again"), [EqualTo("password", _l("The two passwords differ."))])


class SecondFactorForm(FlaskForm):
    current = PasswordField(_l("Present password"), [InputRequired(_l("Enter your present password."))])
    code = StringField(_l("Code that the app shows"), [InputRequired(_l("Enter the code.")), Length(max=20)])


class ConfirmForm(FlaskForm):
    current = PasswordField(_l("Present password"), [InputRequired(_l("Enter your present password."))])


def account_page(name=None, password=None, status=200):
    """The whole account; a refused form comes with what was typed."""
    name = name or NameForm(formdata=None, obj=current_user)
    sessions = StaffSession.select().where(StaffSession.officer == current_user.id).order_by(
        StaffSession.seen_at.desc(), StaffSession.id)
    return page("account/account.html", status=status, name_form=name,
                password_form=password or PasswordForm(formdata=None), sessions=list(sessions),
                this_session=current_user.session.id, postings=list(current_user.own_centres))


@bp.post("/name")
def rename():
    form = NameForm()
    if not form.validate():
        return account_page(name=form, status=422)
    before, current_user.name = current_user.name, " ".join(form.name.data.split())
    with database.atomic():
        current_user.save()
        audit.record(current_user, "changed the own name", now(), changes=[("name", before, current_user.name)])
    return done(url_for("account.account"), _("Your name is changed."))


@bp.post("/password")
def change_password():
    form = PasswordForm()
    if _is_confirmed(form):
        try:
            current_user.set_password(form.password.data)
        except Refused as refusal:
            blame(form, refusal)
    if form.errors:
        return account_page(password=form, status=422)
    with database.atomic():
        current_user.save()
        _end_others()
        audit.record(current_user, "changed the own password", now())
    return done(url_for("account.account"), _("Your password is changed, and you are signed out everywhere else."))


@bp.route("/second-factor", methods=["GET", "POST"], endpoint="second_factor")
def enrol():
    """The QR code for the app and, once its first code is right, the recovery codes: shown this once."""
    if current_user.has_second_factor:
        return page("account/second_factor.html", remove=ConfirmForm(), renew=ConfirmForm(prefix="renew"),
                    left=len(current_user.recovery_codes.split()))
    seed = session.setdefault("seed", second_factor.new_seed())
    form = SecondFactorForm()
    if _is_confirmed(form):
        with database.atomic():
            codes = second_factor.enrol(current_user, seed, form.code.data, now())
            if codes:
                _end_others()
                audit.record(current_user, "turned the second factor on", now(),
                             changes=[("second factor", False, True)])
        if codes:
            session.pop("seed")
            return page("account/recovery_codes.html", codes=codes)
        form.code.errors = [_("This code is not right. Check the clock of your device and take the next one.")]
    address = second_factor.address_of(seed, current_user.email, current_app.config["PORTAL_NAME"])
    return page("account/enrol.html", status=422 if form.errors else 200, form=form,
                secret=second_factor.secret_of(seed),
                qr=segno.make(address, error="m").svg_data_uri(scale=5, border=4, dark="#000", light="#fff"))


@bp.post("/second-factor/remove")
def remove_second_factor():
    _refuse_without_second_factor()
    form = ConfirmForm()
    if _is_confirmed(form) and len(form.current.data) < SHORTEST:
        form.current.errors = [_("Without a second factor a password needs at least 15 characters. "
                                 "Change your password first.")]
    if form.errors:
        return page("account/second_factor.html", status=422, remove=form, renew=ConfirmForm(
            prefix="renew", formdata=None), left=len(current_user.recovery_codes.split()))
    with database.atomic():
        second_factor.remove(current_user)
        audit.record(current_user, "turned the second factor off", now(),
                     changes=[("second factor", True, False)])
    return done(url_for("account.account"), _("The second factor is off."))


@bp.post("/recovery-codes")
def renew_recovery_codes():
    _refuse_without_second_factor()
    form = ConfirmForm(prefix="renew")
    if not _is_confirmed(form):
        return page("account/second_factor.html", status=422, remove=ConfirmForm(formdata=None), renew=form,
                    left=len(current_user.recovery_codes.split()))
    with database.atomic():
        codes = second_factor.renew_recovery_codes(current_user)
        audit.record(current_user, "made new recovery codes", now())
    return page("account/recovery_codes.html", codes=codes)


@bp.post("/sessions")
def end_sessions():
    """Sign out one other session of the own, or all others."""
    chosen = request.form.get("session", "")
    with database.atomic():
        ended = _end_others(lambda session: chosen in ("others", session.public_id))
        if ended:
            audit.record(current_user, "ended own sessions", now(), changes=[("sessions", ended, 0)])
    if not ended:
        raise Refused(_("That session is over already."))
    return done(url_for("account.account"), ngettext(
        "%(num)d session is signed out.", "%(num)d sessions are signed out.", ended))


def _end_others(is_meant=lambda session: True):
    own = StaffSession.select().where(
        StaffSession.officer == current_user.id, StaffSession.id != current_user.session.id)
    ids = [session.id for session in own if is_meant(session)]
    return StaffSession.delete().where(StaffSession.id.in_(ids)).execute()


def _refuse_without_second_factor():
    if not current_user.has_second_factor:
        raise Refused(_("The second factor is off already."))


def _is_confirmed(form):
    """Whether the form is complete and its present password right; else it says so."""
    if not form.validate_on_submit():
        return False
    if not current_user.password_is(form.current.data):
        form.current.errors = [_("This is not your password.")]
        return False
    return True
