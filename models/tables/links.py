"""One-time links that were made for officers."""
from peewee import CharField, ForeignKeyField

from models.database import Model, Moment, OneOf
from models.tables.people import Officer

INVITATION, RESET = "invitation", "reset"


class OneTimeLink(Model):
    """A link that was made. Only a digest of its code is kept."""

    digest = CharField(max_length=64, unique=True)
    officer = ForeignKeyField(Officer, backref="links", on_delete="CASCADE")
    kind = OneOf(INVITATION, RESET, max_length=10)
    made_by = CharField(max_length=254)
    made_at = Moment()
    expires_at = Moment()
    used_at = Moment(null=True)
