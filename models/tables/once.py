"""Forms that were sent: so that each makes once what it makes, and none is lost with its session."""
from peewee import CharField, ForeignKeyField, TextField

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


class KeptForm(Model):
    """The last form of an officer that found the session over, sealed: its key is in that browser's cookie."""

    officer = ForeignKeyField(Officer, unique=True, on_delete="CASCADE")
    sealed = TextField()
    at = Moment(index=True)
