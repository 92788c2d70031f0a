"""What members of staff do about their own account: sign in and out, name, password, second factor, sessions.

Every new password goes through `keep_password`, which ends the officer's sessions.
"""
from datetime import timedelta

from models import staff_passwords
from models.acts import attempts, second_factor
from models.codes import digest_of
from models.contacts import too_long
from models.database import Refused, Sentence, database
from models.staff_passwords import SHORTEST
from models.tables import audit
from models.tables.people import ABSOLUTE, IDLE, LONGEST_NAME, Officer, StaffSession

TOO_MANY = Sentence("There were too many attempts for this account. Wait 15 minutes, or use a browser in which you "
                    "have signed in before.")
KEPT = timedelta(days=1)  # a session that has ended, until it is forgotten
NO_CODE = Sentence("This code is not right. Check the clock of your device and take the next one.")


def officer_signing_in(email, password, now, is_known):
    """The officer with this e-mail (lower case) and password; an unknown e-mail takes as long as a wrong password.

    `is_known(officer)`: whether this browser has signed the officer in with the present password. It is spared the
    refusal of too many attempts, never the count and the alarm. Raises `Refused(password=…)`.
    """
    officer = Officer.get_or_none(Officer.email == email, Officer.disabled_at.is_null())
    if not attempts.take_ticket(email, now) and not (officer and is_known(officer)):
        raise Refused(password=TOO_MANY)
    if not staff_passwords.is_right(officer.password_hash if officer else "", password):
        attempts.raise_alarms(email, Officer.get_or_none(Officer.email == email), now)
        raise Refused(password=Sentence("The e-mail address or the password is not right."))
    attempts.give_back(email, now)
    return officer


def refuse_wrong_password(officer, password, now, field="current"):
    """For somebody who is signed in already and has to give the password once more. Raises `Refused(<field>=…)`.

    Attempts are counted apart from those at the door: so an attack from outside keeps nobody from printing slips,
    and whoever finds an open session has few.
    """
    if not password:
        raise Refused(**{field: Sentence("Enter your present password.")})
    ticket = f"inside {officer.email}"
    if not attempts.take_ticket(ticket, now):
        raise Refused(**{field: Sentence("There were too many attempts. Wait 15 minutes, then try again.")})
    if not officer.password_is(password):
        attempts.raise_alarms(ticket, officer, now)
        raise Refused(**{field: Sentence("This is not your password.")})
    attempts.give_back(ticket, now)


def start_session(officer, now, browser, old=None):
    """A new server-side session of an officer, as `officer.session`; `old`: the one this browser had, which ends."""
    with database.atomic():
        if old:
            old.delete_instance()
        officer.session = StaffSession.start(officer, now, browser)
        audit.record(officer, "signed in", now)


def end_session(officer, now):
    """Sign out: end the session that this request came in with."""
    with database.atomic():
        officer.session.delete_instance()
        audit.record(officer, "signed out", now)


def why_ended(officer, token, now):
    """Why the officer's session of this token is over, as far as it is known: a `Sentence`."""
    if officer.disabled_at:
        return Sentence("This account is disabled.")
    session = StaffSession.get_or_none(StaffSession.digest == digest_of(token))
    if session is None or session.ends_at > now:  # ended elsewhere, or forgotten since
        return Sentence("You were signed out.")
    if session.ends_idle:
        return Sentence("You were signed out after %(n)s minutes without a press.", n=IDLE // timedelta(minutes=1))
    return Sentence("You were signed out %(n)s hours after you had signed in.", n=ABSOLUTE // timedelta(hours=1))


def begin_second_step(officer, now):
    audit.record(officer, "gave the right password", now)


def give_password_again(officer, now):
    """The password was given anew in this session, as printing slips asks for."""
    with database.atomic():
        StaffSession.update(password_at=now).where(StaffSession.id == officer.session.id).execute()
        audit.record(officer, "gave the password again", now)


def rename(officer, name, now):
    """Raises `Refused(name=…)`."""
    before, name = officer.name, name_as_typed(name)
    with database.atomic():
        officer.name = name
        officer.save()
        audit.record(officer, "changed the own name", now, changes=[("name", before, name)])


def name_as_typed(name):
    """The name of an officer. Raises `Refused(name=…)`."""
    name = " ".join(name.split())
    if not name:
        raise Refused(name=Sentence("Enter a name."))
    if len(name) > LONGEST_NAME:
        raise Refused(name=too_long(LONGEST_NAME))
    return name


def set_password(officer, password, by, now, what):
    """Give an officer this password; `what`: for the trail. Raises `Refused(password=…)`; see staff_passwords."""
    officer.set_password(password)  # it takes 50 ms: outside of any transaction
    keep_password(officer, by, now, what)


def keep_password(officer, by, now, what):
    """Store the password that the officer has just been given; every session ends but the one acted in."""
    with database.atomic():
        officer.save()
        end_sessions(officer)
        audit.record(by, what, now, subject=officer.email)


def forget_ended(now):
    """Delete the sessions that ended a day ago; for the periodic task. Gives their number."""
    over = now - KEPT
    return StaffSession.delete().where(
        (StaffSession.seen_at < over - IDLE) | (StaffSession.started_at < over - ABSOLUTE)).execute()


def end_sessions(officer, is_meant=lambda session: True):
    """End the officer's sessions that are meant, never the one acted in. Gives their number."""
    present = officer.session.id if officer.session else None
    ids = [session.id for session in officer.sessions if session.id != present and is_meant(session)]
    return StaffSession.delete().where(StaffSession.id.in_(ids)).execute()


def end_own_sessions(officer, public_id, now):
    """Sign out one other session of the own, or all 'others'. Raises `Refused` where it is over. Gives their number."""
    with database.atomic():
        ended = end_sessions(officer, lambda session: public_id in ("others", session.public_id))
        if not ended:
            raise Refused(Sentence("That session is over already."))
        audit.record(officer, "ended own sessions", now, changes=[("sessions", ended, 0)])
    return ended


def turn_second_factor_on(officer, seed, code, now):
    """Gives the recovery codes, to be shown once. Raises `Refused(code=…)`."""
    with database.atomic():
        codes = second_factor.enrol(officer, seed, code, now)
        if not codes:
            raise Refused(code=NO_CODE)
        end_sessions(officer)
        audit.record(officer, "turned the second factor on", now, changes=[("second factor", False, True)])
    return codes


def turn_second_factor_off(officer, password, now):
    """`password`: the present one, which then has to stand alone. Raises `Refused(current=…)` if it is too short."""
    _refuse_without_second_factor(officer)
    if len(password) < SHORTEST:
        raise Refused(current=Sentence(
            "Without a second factor a password needs at least %(n)s characters. Change your password first.",
            n=SHORTEST))
    with database.atomic():
        second_factor.remove(officer)
        audit.record(officer, "turned the second factor off", now, changes=[("second factor", True, False)])


def renew_recovery_codes(officer, now):
    """Gives the new ones, to be shown once."""
    _refuse_without_second_factor(officer)
    with database.atomic():
        codes = second_factor.renew_recovery_codes(officer)
        audit.record(officer, "made new recovery codes", now)
    return codes


def _refuse_without_second_factor(officer):
    if not officer.has_second_factor:
        raise Refused(Sentence("The second factor is off already."))
