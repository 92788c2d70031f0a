"""How often somebody was refused, counted in the database for every process to see."""
from peewee import BooleanField, CharField, IntegerField

from models.database import Model, Moment


class Attempts(Model):
    """Attempts on one subject (a candidate's username, or HMAC of what else was typed) in the period from `since`."""

    subject = CharField(max_length=64)
    since = Moment(index=True)
    count = IntegerField(default=1)
    alarmed = BooleanField(default=False)

    class Meta:
        indexes = ((("subject", "since"), True),)
