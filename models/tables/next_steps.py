"""What the board says to candidates who have their results: to all alike, or otherwise in a country or at a centre."""
from peewee import CharField, TextField

from models.database import Model


class NextSteps(Model):
    """A text in one of LANGUAGES. `place`: '' for everywhere, a country as centres have it, or a centre's number."""

    language = CharField(max_length=8)
    place = CharField(max_length=80, default="")
    text = TextField()

    class Meta:
        indexes = ((("language", "place"), True),)
