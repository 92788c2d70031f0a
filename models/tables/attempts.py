"""How often somebody was refused, counted in the database for every process to see."""
from peewee import BooleanField, CharField, IntegerField

from models.database import Model, Moment


class Attempts(Model):
    """Attempts on one subject (HMAC of a name as typed) in the period that begins at `since`."""

    subject = CharField(max_length=64)
    since = Moment(index=True)
    count = IntegerField(default=1)
    alarmed = BooleanField(default=False)

    class Meta:
        indexes = ((("subject", "since"), True),)
