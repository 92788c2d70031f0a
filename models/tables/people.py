"""Officers: who they are, which centres are theirs, and their sessions."""
import secrets
from datetime import timedelta

from peewee import BooleanField, CharField, ForeignKeyField, IntegerField, TextField

from models import staff_passwords
from models.codes import digest_of, new_token
from models.database import Model, Moment
from models.tables.exams import Centre

LONGEST_NAME = 120  # characters
LATELY = 10  # centres
IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=8)
RIGHTS = ("manages_candidate_results", "sends_files")
BOARD_RIGHTS = ("keeps_register", "loads_results", "reads_unreleased", "releases_results")


class Officer(Model):
    """A member of staff who signs in to the portal: of a centre, an Associate or the board."""

    public_id = CharField(max_length=22, unique=True, default=lambda: secrets.token_urlsafe(12))
    email = CharField(max_length=254, unique=True)
    name = CharField(max_length=LONGEST_NAME)
    password_hash = CharField(max_length=200, default="")
    totp_seed = CharField(max_length=64, null=True)  # see second_factor; None without a second factor
    totp_last_step = IntegerField(default=0)  # a code is good once
    recovery_codes = TextField(default="")  # SHA-256 digests, one a line; a used one is gone
    is_board_staff = BooleanField(default=False)
    keeps_register = BooleanField(default=False)
    loads_results = BooleanField(default=False)
    reads_unreleased = BooleanField(default=False)
    releases_results = BooleanField(default=False)
    is_demo = BooleanField(default=False)
    disabled_at = Moment(null=True)
    created_at = Moment()
    visited_at = Moment(null=True)  # when the newest session began, also if it is over

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

    @property
    def names_officers_of(self):
        """The centres whose officers this person may name: all for board staff; for an Associate's officer who manages
        candidate results there, its own and the attached ones. A query."""
        if self.is_board_staff:
            return self.centres
        own = Posting.select(Posting.centre).join(Centre).where(
            Posting.officer == self, Posting.manages_candidate_results, Centre.kind == "associate")
        return Centre.select().where(Centre.id.in_(own) | Centre.associate.in_(own))

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

    @property
    def has_second_factor(self):
        return self.totp_seed is not None

    def set_password(self, password):
        """Raises `Refused(password=…)` for one that is too short or too easy to guess; see staff_passwords."""
        self.password_hash = staff_passwords.hashed(
            password, own=(self.email, self.name), has_second_factor=self.has_second_factor)

    def password_is(self, password):
        return staff_passwords.is_right(self.password_hash, password)


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
    visited_before_at = Moment(null=True)  # when the session before this one began, None for the first
    browser = CharField(max_length=200, default="")
    lately = CharField(max_length=100, default="")  # numbers of the centres last gone to, newest first, by commas
    token = None  # known only to the request that started or carries the session

    @classmethod
    def start(cls, officer, now, browser=""):
        cls.delete().where(cls.officer == officer, (cls.seen_at <= now - IDLE) | (cls.started_at <= now - ABSOLUTE)
                           ).execute()
        token = new_token()
        session = cls.create(digest=digest_of(token), officer=officer, started_at=now, password_at=now,
                             seen_at=now, visited_before_at=officer.visited_at, browser=browser[:200])
        session.token = token
        Officer.update(visited_at=now).where(Officer.id == officer.id).execute()
        return session

    def note(self, number):
        """That the officer has gone to this centre."""
        lately = [number, *(one for one in self.lately.split(",") if one and one != number)][:LATELY]
        StaffSession.update(lately=",".join(lately)).where(StaffSession.id == self.id).execute()

    @property
    def public_id(self):
        return self.digest[:16]

    @property
    def ends_at(self):
        """When it ends unless something is pressed before."""
        return min(self.seen_at + IDLE, self.started_at + ABSOLUTE)

    @property
    def ends_idle(self):
        return self.ends_at == self.seen_at + IDLE

    @classmethod
    def officer_of(cls, token, now, is_poll=False):
        """The officer behind a living session's token, or None. Marks it seen, at most once a minute.

        `is_poll`: an open page asked by itself, which keeps nobody signed in.
        """
        session = (
            cls.select(cls, Officer).join(Officer)
            .where(cls.digest == digest_of(token), cls.seen_at > now - IDLE, cls.started_at > now - ABSOLUTE,
                   Officer.disabled_at.is_null())
            .first()
        )
        if session is None:
            return None
        if not is_poll and session.seen_at <= now - timedelta(minutes=1):
            cls.update(seen_at=now).where(cls.id == session.id).execute()
            session.seen_at = now
        session.token = token
        officer = session.officer
        officer.session = session
        return officer
