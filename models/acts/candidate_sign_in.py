"""Signing in with what the slip says: one look-up, one verification, one short write.

The right password is never refused, whatever was tried before it and from wherever. An unknown username costs
and answers exactly what a wrong password does. What a shut door is shut for is told after the right password
only.
"""
import hmac
import re
from datetime import timedelta
from typing import NamedTuple

from peewee import Case

from models import passwords
from models.acts import attempts
from models.codes import ALPHABET, VALUE, as_typed, digest_of, in_our_digits, new_token
from models.database import Refused, Sentence, database
from models.rules.candidate_sheet import ABSOLUTE, contact_in
from models.rules.standing import governed, has_access, is_covered, series_open, uses_default_contact
from models.statements import Statement, given
from models.tables.audit import AuditEvent
from models.tables.exams import Candidate, Centre, Series
from models.tables.offers import Offer
from models.tables.slips import CandidateSession, Credential, username_as_typed, username_perhaps
from models.tables.subcentres import AttachedDefaults

NOBODY_SALT = "00" * 16  # hashed with for a username that nobody has
WRONG = Sentence(
    "The username or the password is not right. Compare both with your slip. If you have more than one slip, only "
    "the newest one works.")
LIKELY = {"0": "D / Q", "O": "D / Q", "1": "7 / L", "I": "J / L", "A": "4 / R", "E": "3 / F", "U": "V"}
NO_USERNAME = Sentence("A username looks like XA101-0007-J26: centre number, candidate number, exam series.")
CLOSED, ASLEEP, WITHDRAWN, SHUT = "closed", "asleep", "withdrawn", "shut"
DOORS = {
    CLOSED: Sentence("Your password is right, but this site no longer shows results of this exam series. Ask your "
                     "centre how you can get them."),
    ASLEEP: Sentence(
        "Your password is right, but your login is switched off for now. Your centre can switch it on again: please "
        "ask there."),
    WITHDRAWN: Sentence("Your password is right, but you are not entered for any exam of this series now. If you "
                        "think this is a mistake, ask your centre today."),
    SHUT: Sentence("Your password is right, but your centre does not offer results on this site at the moment. Ask "
                   "your centre how you will get them."),
}
MESSAGES = (WRONG, NO_USERNAME, *DOORS.values())  # which the help explains
SHAPE = re.compile(r"[A-Z0-9]{5}-[0-9]{4}-[A-Z0-9]{2,8}")
# In the midst of words: a username, and whatever may be a password
NAMED = re.compile(r"(?<![A-Z0-9])(?:[A-Z0-9][\W_]*){5}(?:[0-9][\W_]*){4}(?:[A-Z][\W_]*){1,4}[0-9][\W_]*[0-9]"
                   r"(?![A-Z0-9])")
RUN = re.compile(rf"(?<![A-Z0-9])(?=((?:[{ALPHABET}][\W_]*){{{passwords.LENGTH - 1}}}[{ALPHABET}])(?![A-Z0-9]))")
KEPT = timedelta(days=1)  # a session that has ended, until it is forgotten


class Door(NamedTuple):
    """What the look-up by username gives."""

    id: int
    username: str
    generation: int
    salt: str
    verifier: str
    pepper_id: str
    looked_at: int | None
    shut_for: str | None  # CLOSED, WITHDRAWN, SHUT, ASLEEP or None
    centre_number: str
    centre_name: str
    centre_email: str
    series_code: str
    series_name: str
    uses_default_contact: bool
    default_name: str | None
    default_phone: str | None
    default_email: str | None
    own_name: str | None
    own_phone: str | None
    own_email: str | None


class Shut(Exception):
    """The password was right and the door is shut. `sentence`, and whom to ask: `contact`, `centre_name`."""

    def __init__(self, door):
        super().__init__(DOORS[door.shut_for])
        self.sentence, self.contact = DOORS[door.shut_for], contact_in(door)
        self.centre_name, self.series_name = door.centre_name, door.series_name


def sign_in(typed_username, typed_password, now, old_token=None):
    """The token of a new session. `old_token`: of the session that this browser had, which ends.

    Raises `Refused(password=…)` for what cannot be a password, without any look-up; `Refused` with WRONG or
    NO_USERNAME, counted; `Shut` after the right password only; `passwords.MissingKey`.
    """
    typed, symbols = _taken_apart(typed_username, typed_password)
    if symbols and typed == symbols:
        raise Refused(NO_USERNAME)
    if kind := passwords.mistake(symbols):
        raise Refused(password=_mistake(kind, symbols))
    username = username_as_typed(typed)
    row = _door(username=username, perhaps=username_perhaps(username), now=int(now.timestamp())).fetchone()
    door = Door(*row) if row else None
    username = door.username if door else username
    if not is_right(door, symbols):
        attempts.count(username, door, now)
        raise Refused(WRONG if SHAPE.fullmatch(username) else NO_USERNAME)  # which cost the same
    if door.shut_for:
        raise Shut(door)
    return _start(username, door, now, old_token)


def shut_for(token, now):
    """The `Shut` of a session that lives but for a door that has been shut meanwhile; None for every other."""
    username = CandidateSession.select(Credential.username).join(Credential).where(
        CandidateSession.digest == digest_of(token), CandidateSession.generation == Credential.generation,
        CandidateSession.ends_at > now).scalar()
    row = _door(username=username, perhaps=username, now=int(now.timestamp())).fetchone() if username else None
    door = Door(*row) if row else None
    return Shut(door) if door and door.shut_for else None


def _taken_apart(*boxes):
    """(username, password) of two boxes: perhaps exchanged, or both in one, perhaps with words before them, or the
    password twice. A password proves itself by its check, a username by its shape alone."""
    (typed, symbols), size = map(as_typed, boxes), passwords.LENGTH
    if symbols == symbols[:size] * 2:
        symbols = symbols[:size]
    if passwords.mistake(symbols):
        for both in (typed, symbols):
            for name, password in ((both[:-size], both[-size:]), (both[size:], both[:size])):
                if (not name or SHAPE.fullmatch(username_as_typed(name))) and not passwords.mistake(password):
                    return name or symbols, password
    if SHAPE.fullmatch(username_as_typed(typed)):
        return typed, symbols
    texts = [in_our_digits(box).upper() for box in boxes]
    names = [as_typed(found[0]) for text in texts for found in NAMED.finditer(text)]
    runs = [as_typed(found[1]) for text in texts for found in RUN.finditer(text)]
    if passwords.mistake(symbols) and (proven := [run for run in runs if not passwords.mistake(run)]):
        symbols = proven[-1]
    elif len(symbols) != size and SHAPE.fullmatch(username_as_typed(symbols)):
        return symbols, typed
    return names[0] if names else typed, symbols


def _mistake(kind, symbols):
    """The Sentence of what is wrong with the password, as exactly as can be said of what was typed alone."""
    if kind == "length":
        return Sentence("The password has 16 letters and digits. Number you typed: %(num)s.", num=len(symbols))
    if kind == "check":
        return Sentence("One letter or digit of the password is wrong, or two are in the wrong order. Compare them "
                        "with your slip, one by one.")
    place, typed = next((place, symbol) for place, symbol in enumerate(symbols, 1) if symbol not in VALUE)
    if typed not in LIKELY:
        return Sentence("Character %(place)s of the password is %(typed)s. It is never used in a password. Look at it "
                        "again on your slip.", place=place, typed=typed)
    return Sentence("Character %(place)s of the password is %(typed)s. It is never used in a password. Look at it "
                    "again on your slip: perhaps it is %(likely)s.", place=place, typed=typed, likely=LIKELY[typed])


def is_right(door, symbols):
    """One verification in constant time; the same work for an unknown username."""
    pepper = passwords.keys.pepper(door.pepper_id if door else passwords.keys.pepper_id)
    found = passwords.verifier(symbols, door.salt if door else NOBODY_SALT, pepper)
    return hmac.compare_digest(found, door.verifier if door else "")


def sign_out(token, now):
    """End the session on the server. Gives the candidate's username, or None where there was no such session."""
    with database.atomic():
        session = CandidateSession.select(CandidateSession.id, Credential.username).join(Credential).where(
            CandidateSession.digest == digest_of(token)).first()
        if session is None:
            return None
        session.delete_instance()
        username = session.credential.username
        AuditEvent.create(at=now, who=f"candidate {username}", what="signed out", subject=username,
                          centre_number=username[:5])
    return username


def _start(username, door, now, old_token):
    token, at = new_token(), int(now.timestamp())
    with database.obj.transaction():  # past the proxy, which looks everything up by name
        if not _mark(id=door.id, generation=door.generation, now=at).rowcount:
            raise Refused(WRONG)  # a new password was made while this one was verified
        if old_token:
            _end(digest=digest_of(old_token))
        _open(digest=digest_of(token), id=door.id, generation=door.generation, now=at,
              ends=at + int(ABSOLUTE.total_seconds()), looked_before=door.looked_at)
        _audit(now=at, who=f"candidate {username}", centre=door.centre_number, series=door.series_code,
               subject=username)
    return token


def looked(token, now):
    """Note that a page showed this session's owner what had come out or changed since that was last noted."""
    of_session = CandidateSession.select(CandidateSession.credential).where(CandidateSession.digest == digest_of(token))
    Credential.update(looked_at=now).where(Credential.id.in_(of_session)).execute()


def forget_ended(now):
    """Delete the sessions that ended a day ago; for the periodic task. Gives their number."""
    return CandidateSession.delete().where(CandidateSession.ends_at < now - KEPT).execute()


def _door_query():
    shut_for = Case(None, [
        (~series_open(given("now")), CLOSED),
        (Candidate.qualifications == "", WITHDRAWN),
        (~has_access, SHUT),
        (Credential.dormant_since.is_null(False), ASLEEP),
        (~is_covered, SHUT),
        (Offer.id.is_null(), SHUT),
    ], None)
    return governed(
        Credential.select(
            Credential.id, Credential.username, Credential.generation, Credential.salt, Credential.verifier,
            Credential.pepper_id, Credential.looked_at, shut_for,
            Centre.number, Centre.name, Centre.email, Series.code, Series.name, uses_default_contact,
            AttachedDefaults.contact_name, AttachedDefaults.contact_phone, AttachedDefaults.contact_email,
            Offer.contact_name, Offer.contact_phone, Offer.contact_email)
        .join(Candidate).join(Centre).join_from(Candidate, Series)
    ).where(Credential.username << (given("username"), given("perhaps"))
    ).order_by(Credential.username != given("username")).limit(1)


_door = Statement(_door_query)
_mark = Statement(lambda: Credential.update(last_signed_in_at=given("now"), looked_at=given("now")).where(
    Credential.id == given("id"), Credential.generation == given("generation")))
_end = Statement(lambda: CandidateSession.delete().where(CandidateSession.digest == given("digest")))
_open = Statement(lambda: CandidateSession.insert(
    digest=given("digest"), credential=given("id"), generation=given("generation"), started_at=given("now"),
    ends_at=given("ends"), looked_before_at=given("looked_before")))
_audit = Statement(lambda: AuditEvent.insert(
    at=given("now"), who=given("who"), what="signed in", centre_number=given("centre"),
    series_code=given("series"), subject=given("subject")))
