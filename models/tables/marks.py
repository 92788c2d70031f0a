"""What officers have marked in lists: kept here, so that a mark outlives pages, filters and a session."""
from peewee import CharField, ForeignKeyField

from models.database import Model, Moment
from models.tables.people import Officer


class Mark(Model):
    """One marked row of one officer's list. `place`: the list, as '<centre>/<series>/<page>'; `row`: a number."""

    officer = ForeignKeyField(Officer, backref="marks", on_delete="CASCADE")
    place = CharField(max_length=80)
    row = CharField(max_length=20)
    at = Moment(index=True)

    class Meta:
        indexes = ((("officer", "place", "row"), True),)
