"""Officers: who they are, which centres are theirs, and their sessions."""
import hashlib
import secrets
from datetime import timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from peewee import BooleanField, CharField, ForeignKeyField, IntegerField, TextField

from models.database import Model, Moment, Refused, Sentence
from models.exams import Centre

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=8)
SHORTEST_PASSWORD = 15
RIGHTS = ("manages_candidate_results", "sends_files")
BOARD_RIGHTS = ("reads_unreleased", "releases_results")
hasher = PasswordHasher()
NOBODY = hasher.hash(secrets.token_urlsafe())  # verified for unknown names, so that they take as long


class Officer(Model):
    """A member of staff who signs in to the portal: of a centre, an Associate or the board."""

    email = CharField(max_length=254, unique=True)
    name = CharField(max_length=120)
    password_hash = CharField(max_length=200, default="")
    totp_secret = CharField(max_length=64, null=True)
    totp_last_step = IntegerField(default=0)  # a code is good once
    recovery_codes = TextField(default="")  # SHA-256 digests, one a line; a used one is gone
    is_board_staff = BooleanField(default=False)
    reads_unreleased = BooleanField(default=False)
    releases_results = BooleanField(default=False)
    is_demo = BooleanField(default=False)
    disabled_at = Moment(null=True)
    created_at = Moment()

    # What Flask-Login asks of a user, without importing it here.
    is_authenticated = is_active = True
    is_anonymous = False
    session = None  # the StaffSession that this request came in with

    def get_id(self):
        return self.session.token

    def __str__(self):
        return self.email

    @property
    def centres(self):
        """Every centre this person may reach: own ones, attached ones, all for board staff. A query."""
        if self.is_board_staff:
            return Centre.select().order_by(Centre.number)
        own = Posting.select(Posting.centre).where(Posting.officer == self)
        return Centre.select().where(Centre.id.in_(own) | Centre.associate.in_(own)).order_by(Centre.number)

    @property
    def own_centres(self):
        """The centres this person is posted to, in order of number. A query."""
        own = Posting.select(Posting.centre).where(Posting.officer == self)
        return Centre.select().where(Centre.id.in_(own)).order_by(Centre.number)

    def has_right(self, right, centre):
        """Whether this person holds `right` at the centre, or at the Associate it is attached to."""
        if self.is_board_staff:
            return True
        return Posting.select().where(
            Posting.officer == self,
            Posting.centre.in_([centre.id, centre.associate_id or centre.id]),
            getattr(Posting, right),
        ).exists()

    def acts_for_associate_of(self, centre):
        """Whether this person reaches the centre as its Associate (or the board), not as its own officer."""
        if self.is_board_staff:
            return True
        return centre.is_attached and Posting.select().where(
            Posting.officer == self, Posting.centre == centre.associate_id).exists()

    def set_password(self, password):
        """Raises `Refused` for a password shorter than 15 characters or made of the person's own name."""
        if len(password) < SHORTEST_PASSWORD:
            raise Refused(password=Sentence("Use at least 15 characters. Four unusual words are good."))
        if len(password) > 200:
            raise Refused(password=Sentence("Use at most 200 characters."))
        bare, own = password.casefold(), self.email.split("@")[0].casefold()
        if len(set(bare)) < 6 or (len(own) > 3 and own in bare):
            raise Refused(password=Sentence("That is too easy to guess. Four unusual words are good."))
        self.password_hash = hasher.hash(password)

    def password_is(self, password):
        return _verify(self.password_hash or NOBODY, password)


class Posting(Model):
    """An officer's place at one centre, with the rights held there."""

    officer = ForeignKeyField(Officer, backref="postings", on_delete="CASCADE")
    centre = ForeignKeyField(Centre, backref="postings", on_delete="CASCADE")
    manages_candidate_results = BooleanField(default=False)
    sends_files = BooleanField(default=False)

    class Meta:
        indexes = ((("officer", "centre"), True),)


class StaffSession(Model):
    """A sign-in of an officer. Only a digest of the token is kept; ending it here ends it everywhere."""

    digest = CharField(max_length=64, unique=True)
    officer = ForeignKeyField(Officer, backref="sessions", on_delete="CASCADE")
    started_at = Moment()
    password_at = Moment()  # when the password was last given; printing slips asks again if long ago
    seen_at = Moment()
    browser = CharField(max_length=200, default="")
    token = None  # known only to the request that started or carries the session

    @classmethod
    def start(cls, officer, now, browser=""):
        token = secrets.token_urlsafe(32)
        session = cls.create(digest=digest_of(token), officer=officer, started_at=now, password_at=now,
                             seen_at=now, browser=browser[:200])
        session.token = token
        return session

    @classmethod
    def officer_of(cls, token, now):
        """The officer behind a living session's token, or None. Marks it seen, at most once a minute."""
        session = (
            cls.select(cls, Officer).join(Officer)
            .where(cls.digest == digest_of(token), cls.seen_at > now - IDLE, cls.started_at > now - ABSOLUTE,
                   Officer.disabled_at.is_null())
            .first()
        )
        if session is None:
            return None
        if session.seen_at <= now - timedelta(minutes=1):
            cls.update(seen_at=now).where(cls.id == session.id).execute()
        session.token = token
        officer = session.officer
        officer.session = session
        return officer


def officer_with(email, password):
    """The officer with this e-mail and password, or None; an unknown e-mail takes as long as a wrong password."""
    officer = Officer.get_or_none(Officer.email == email.strip().lower(), Officer.disabled_at.is_null())
    right = officer.password_is(password) if officer else _verify(NOBODY, password)
    return officer if right else None


def digest_of(token):
    return hashlib.sha256(token.encode()).hexdigest()


def _verify(password_hash, password):
    try:
        return hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
