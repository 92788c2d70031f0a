"""What a centre offers its candidates in a series: NO, ALL or Selected candidates, terms, contact and delay."""
from peewee import CharField, ForeignKeyField, IntegerField

from models.contacts import LONGEST, Contact
from models.database import Model, Moment, OneOf
from models.delay import Delay
from models.tables.exams import Candidate, Centre, Series

NONE, ALL, SELECTED = "none", "all", "selected"
TERMS_VERSION = "2026-1"


class Offer(Model):
    """One centre's offer in one series; no row means NO candidates. `delay` in minutes."""

    centre = ForeignKeyField(Centre, backref="offers", on_delete="CASCADE")
    series = ForeignKeyField(Series, on_delete="CASCADE")
    scope = OneOf(NONE, ALL, SELECTED, max_length=8, default=NONE)
    delay = Delay()
    contact_name = CharField(max_length=LONGEST["name"], default="")
    contact_phone = CharField(max_length=LONGEST["phone"], default="")
    contact_email = CharField(max_length=LONGEST["email"], default="")
    terms_version = CharField(max_length=20, default="")
    terms_by = CharField(max_length=254, default="")
    terms_at = Moment(null=True)
    confirmed_at = Moment(null=True)
    version = IntegerField(default=0)

    class Meta:
        indexes = ((("centre", "series"), True),)

    @property
    def contact(self):
        return Contact(self.contact_name, self.contact_phone, self.contact_email)


class SelectedCandidate(Model):
    """A candidate whom the centre chose under 'Selected candidates'."""

    offer = ForeignKeyField(Offer, backref="selected", on_delete="CASCADE")
    candidate = ForeignKeyField(Candidate, on_delete="CASCADE")

    class Meta:
        indexes = ((("offer", "candidate"), True),)
