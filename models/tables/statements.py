"""Statements of results that were signed, by what they say; the keys that signed them; and those that are withdrawn."""
from peewee import BooleanField, CharField, ForeignKeyField, TextField

from models.database import Model, Moment
from models.tables.exams import Candidate


class SigningKey(Model):
    """A key of the board that has signed statements, never deleted: what it signed shall be checked for ever.

    `tier`: 'portal' or 'candidate', which have a key each; `valid_until`: after it a statement cannot have been signed.
    """

    kid = CharField(max_length=8, unique=True)
    chain = TextField()  # PEM, leaf first
    name = CharField(max_length=200)
    tier = CharField(max_length=9, default="portal")
    valid_from = Moment()
    valid_until = Moment()
    is_demonstration = BooleanField(default=False)
    revoked_at = Moment(null=True)
    reason = CharField(max_length=200, default="")


class IssuedStatement(Model):
    """What a candidate's paper says, as a digest: one row however often, and in whatever language, it was printed."""

    number = CharField(max_length=16, unique=True)  # hex
    candidate = ForeignKeyField(Candidate, backref="statements", on_delete="CASCADE")
    digest = CharField(max_length=64)
    qualifications = CharField(max_length=200)  # joined by '|'
    first_issued_at = Moment()


class WithdrawnStatement(Model):
    """A number that the board has withdrawn. It stays when its series is erased."""

    number = CharField(max_length=16, unique=True)
    at = Moment()
