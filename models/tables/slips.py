"""Logins and the paper they were printed on. Rows hold what is true; the verbs are in `issuing`."""
from peewee import BooleanField, CharField, ForeignKeyField, IntegerField, JSONField, TextField

from models.codes import DIGITS, LETTERS, as_typed
from models.database import Model, Moment
from models.tables.exams import Candidate, Centre, Series
from models.tables.people import Officer


class SlipBatch(Model):
    """A PDF of slips as a recipe: which candidates, which generation, what it printed. No secret in it.

    `kind`: 'confirm' | 'generate' | 'reissue' | 'new-password' | 'command'.
    """

    public_id = CharField(max_length=22, unique=True)
    centre = ForeignKeyField(Centre, backref="batches", on_delete="CASCADE")
    series = ForeignKeyField(Series, on_delete="CASCADE")
    kind = CharField(max_length=12)
    made_by = CharField(max_length=254)
    made_at = Moment()
    options = JSONField(default=dict)  # the order; layout is chosen at download

    class Meta:
        indexes = ((("centre", "series", "made_at"), False),)


class LastLayout(Model):
    """How an officer last chose to have slips laid out, for the next one. `language`: '' for the centre's own.

    The password of a file is kept nowhere.
    """

    officer = ForeignKeyField(Officer, unique=True, on_delete="CASCADE")
    per_page = IntegerField(default=1)
    paper = CharField(max_length=6, default="A4")
    language = CharField(max_length=8, default="")
    by_name = BooleanField(default=False)
    cover = BooleanField(default=False)
    sign_in_code = BooleanField(default=False)


class Slip(Model):
    """What one slip of a batch printed. `releases` and `contact` as `rules.printed_…` write them."""

    batch = ForeignKeyField(SlipBatch, backref="slips", on_delete="CASCADE")
    candidate = ForeignKeyField(Candidate, backref="slips", on_delete="CASCADE")
    generation = IntegerField()
    name = CharField(max_length=200)
    releases = TextField()
    contact = TextField()
    delay = IntegerField(default=0)  # minutes, as named on the slip

    class Meta:
        indexes = ((("batch", "candidate"), True),)


class Credential(Model):
    """A candidate's login: one row a candidate, its generation raised by every new password.

    `slip`: the newest slip handed out for this generation. `dormant_since`: access was withdrawn, and the
    login rests until somebody generates again (D6).
    """

    candidate = ForeignKeyField(Candidate, unique=True, backref="credential", on_delete="CASCADE")
    username = CharField(max_length=24, unique=True)
    generation = IntegerField(default=1)
    salt = CharField(max_length=32)
    verifier = CharField(max_length=64)
    scheme = CharField(max_length=24)
    master_id = CharField(max_length=20)
    pepper_id = CharField(max_length=20)
    issued_at = Moment()
    slip = ForeignKeyField(Slip, null=True, on_delete="SET NULL")
    dormant_since = Moment(null=True)
    last_signed_in_at = Moment(null=True)
    looked_at = Moment(null=True)  # then, or later where a page showed what had come or changed since


class FormerLogin(Model):
    """A login that ended because its number became another person's: given back where the right file puts the person
    back (D21). `number` and `uci`: whose it was; `row`: the columns of the Credential; `was_selected`: by the centre.
    """

    candidate = ForeignKeyField(Candidate, backref="former_logins", on_delete="CASCADE")
    number = CharField(max_length=4)
    uci = CharField(max_length=20)
    row = JSONField()
    was_selected = BooleanField(default=False)

    class Meta:
        indexes = ((("candidate", "number", "uci"), True),)


class CandidateSession(Model):
    """A candidate's sign-in. It carries the generation, so a new password ends it. Digest only."""

    digest = CharField(max_length=64, unique=True)
    credential = ForeignKeyField(Credential, backref="sessions", on_delete="CASCADE")
    generation = IntegerField()
    started_at = Moment()
    ends_at = Moment()
    looked_before_at = Moment(null=True)  # when its owner had looked before it began


def username_of(centre_number, candidate_number, series):
    """Readable and predictable: XA101-0007-J26."""
    return f"{centre_number}-{candidate_number}-{series.short}"


def username_as_typed(text):
    """The username that was meant, from any keyboard: xa101 ٠٠٠٧ j26 → XA101-0007-J26, XA101-OOO7-J26 → the same.

    A series ends in the two digits of its year, however many letters stand before them: J26, JUL26.
    """
    bare = as_typed(text)[:24]
    series = bare[9:]
    return f"{bare[:5]}-{bare[5:9].translate(DIGITS)}-{series[:-2]}{series[-2:].translate(DIGITS)}"


def username_perhaps(username):
    """The same with letters first and digits behind them in the centre's number, as most are: NC1O1 → NC101."""
    return f"{username[:2].translate(LETTERS)}{username[2:5].translate(DIGITS)}{username[5:]}"
