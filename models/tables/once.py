"""Forms that were sent, so that each makes once what it makes, however often it arrives."""
from peewee import CharField, ForeignKeyField

from models.database import Model, Moment
from models.tables.people import Officer

LENGTH = 16  # characters of a form's value


class SentForm(Model):
    """A form of an officer that arrived; `value` is random and made with the page that the form stood on."""

    officer = ForeignKeyField(Officer, on_delete="CASCADE")
    value = CharField(max_length=LENGTH)
    at = Moment(index=True)

    class Meta:
        indexes = ((("officer", "value"), True),)
