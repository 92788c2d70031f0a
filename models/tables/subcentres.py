"""What an Associate decides for its attached centres, and what an officer has changed and not yet saved."""
from typing import NamedTuple

from peewee import BooleanField, CharField, ForeignKeyField, IntegerField, JSONField

from models.contacts import LONGEST, Contact
from models.database import Model, Moment, OneOf
from models.delay import Delay
from models.tables.exams import Centre, Series
from models.tables.people import Officer

DEFAULT, CENTRE_DEFINED = "default", "centre"


class Controls(NamedTuple):
    """What stands, or would stand, in one row of Subcentre Management. `delay` in minutes."""

    give_access: bool = False
    delay: int = 0
    contact_mode: str = DEFAULT


class AttachedDefaults(Model):
    """The 'Use defaults' row and the 'Default Contact details' of one Associate in one series (D3)."""

    associate = ForeignKeyField(Centre, on_delete="CASCADE")
    series = ForeignKeyField(Series, on_delete="CASCADE")
    uses_defaults = BooleanField(default=False)
    give_access = BooleanField(default=True)  # stands ticked, so that ticking 'Use defaults' lets all in
    delay = Delay()
    contact_mode = OneOf(DEFAULT, CENTRE_DEFINED, max_length=7, default=DEFAULT)
    contact_name = CharField(max_length=LONGEST["name"], default="")
    contact_phone = CharField(max_length=LONGEST["phone"], default="")
    contact_email = CharField(max_length=LONGEST["email"], default="")
    version = IntegerField(default=0)

    class Meta:
        indexes = ((("associate", "series"), True),)

    @property
    def controls(self):
        return Controls(self.give_access, self.delay, self.contact_mode)

    @property
    def contact(self):
        return Contact(self.contact_name, self.contact_phone, self.contact_email)

    def in_force(self, row):
        """The Controls that hold for a centre with this AttachedCentre (or None)."""
        if self.uses_defaults:
            return self.controls
        return row.controls if row else Controls()


class AttachedCentre(Model):
    """One attached centre's own values in one series; no row means no access, no delay, Default.

    `detached_from`: the Associate whose delay and default contact a centre keeps in the running series
    after it was detached (D15).
    """

    centre = ForeignKeyField(Centre, on_delete="CASCADE")
    series = ForeignKeyField(Series, on_delete="CASCADE")
    give_access = BooleanField(default=False)
    delay = Delay()
    contact_mode = OneOf(DEFAULT, CENTRE_DEFINED, max_length=7, default=DEFAULT)
    detached_from = ForeignKeyField(Centre, null=True, on_delete="SET NULL")
    version = IntegerField(default=0)

    class Meta:
        indexes = ((("centre", "series"), True),)

    @property
    def controls(self):
        return Controls(self.give_access, self.delay, self.contact_mode)


class AttachedDraft(Model):
    """One row of the screen as an officer has changed it and not yet saved.

    `row`: a centre's number, or '' for the default row. `typed`: what was typed, by control. `version` and
    `used_defaults`: what was in the database when the row was first changed; Save compares.
    """

    officer = ForeignKeyField(Officer, on_delete="CASCADE")
    associate = ForeignKeyField(Centre, on_delete="CASCADE")
    series = ForeignKeyField(Series, on_delete="CASCADE")
    row = CharField(max_length=5, default="")
    typed = JSONField(default=dict)
    version = IntegerField(default=0)
    used_defaults = BooleanField(default=False)
    changed_at = Moment()

    class Meta:
        indexes = ((("officer", "associate", "series", "row"), True),)
