"""Files exchanged between the board and a centre, kept in the database."""
import secrets

from peewee import BlobField, CharField, ForeignKeyField, IntegerField

from models.database import Model, Moment, OneOf
from models.tables.exams import Centre, Series

FROM_BOARD, TO_BOARD = "from-board", "to-board"


class ExchangeFile(Model):
    """A file from the board to a centre, or from a centre to the board. `size` in bytes."""

    public_id = CharField(max_length=22, unique=True, default=lambda: secrets.token_urlsafe(16))
    centre = ForeignKeyField(Centre, backref="files", on_delete="CASCADE")
    series = ForeignKeyField(Series, null=True, on_delete="SET NULL")
    direction = OneOf(FROM_BOARD, TO_BOARD, max_length=10)
    name = CharField(max_length=200)
    size = IntegerField()
    content = BlobField()
    sent_by = CharField(max_length=254)
    sent_at = Moment()

    class Meta:
        indexes = ((("centre", "direction", "sent_at"), False),)
