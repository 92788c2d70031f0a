"""A form makes once what it makes: pressed twice, sent again by a phone, or eight times at once.

Its value is claimed before anything is done, by one statement, and given back where the form was refused, so that
it can be sent again.
"""
from datetime import timedelta

from models.tables.once import SentForm

KEPT = timedelta(hours=1)


def claim(officer, value, now):
    """Whether this is the first time that the form of this value arrives."""
    return bool(SentForm.insert(officer=officer.id, value=value, at=now).on_conflict_ignore().as_rowcount().execute())


def give_back(officer, value):
    SentForm.delete().where(SentForm.officer == officer.id, SentForm.value == value).execute()


def forget_old(now):
    """Delete what arrived an hour ago; for the periodic task. Gives their number."""
    return SentForm.delete().where(SentForm.at < now - KEPT).execute()
