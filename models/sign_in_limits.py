"""Limits of staff sign-in: per account as typed, never per address (a school is one), never for a known browser.

An attempt takes a ticket before the password is looked at, so that attempts sent side by side are counted
too, and gives it back when it was right. Counters stand in the database, for every process to see.
"""
import hmac
from datetime import timedelta

from peewee import BooleanField, CharField, IntegerField, fn

from models import audit
from models.database import Model, Moment
from models.passwords import keys

WINDOW = timedelta(minutes=15)
LIMIT = 10  # attempts on one account in this window and the one before it
SPRAYED = 30  # accounts with refused attempts in these two windows
KEPT = timedelta(days=1)


class StaffAttempts(Model):
    """Refused attempts in one window. `subject`: HMAC of an account or browser, as typed; known or not."""

    subject = CharField(max_length=64)
    window = Moment(index=True)
    count = IntegerField(default=1)
    alarmed = BooleanField(default=False)

    class Meta:
        indexes = ((("subject", "window"), True),)


def take_ticket(name, now):
    """Count one more attempt on `name`; whether it may go on. `name`: an e-mail as typed, 'browser …'."""
    row = {"subject": subject_of(name), "window": _window(now)}
    StaffAttempts.delete().where(StaffAttempts.window < now - KEPT).execute()
    StaffAttempts.insert(row).on_conflict(
        conflict_target=[StaffAttempts.subject, StaffAttempts.window],
        update={StaffAttempts.count: StaffAttempts.count + 1}).execute()
    return _recent(name, now) <= LIMIT


def give_back(name, now):
    """The attempt was right."""
    StaffAttempts.update(count=StaffAttempts.count - 1).where(
        StaffAttempts.subject == subject_of(name), StaffAttempts.window == _window(now),
        StaffAttempts.count > 0).execute()


def raise_alarms(name, officer, now):
    """Say in the audit trail, once a window, that one account is under attack or many are being tried.

    `officer`: whose account it is, or None; a name that nobody has is not written down, but asks the database the
    same, so that it takes as long.
    """
    if _recent(name, now) >= LIMIT and _is_first_alarm(subject_of(name), now) and officer:
        audit.record("sign-in", "alarm: many refused sign-ins", now, subject=officer.email)
    tried = StaffAttempts.select(fn.COUNT(StaffAttempts.subject.distinct())).where(
        StaffAttempts.window >= _window(now) - WINDOW, StaffAttempts.count > 0).scalar()
    if tried >= SPRAYED:
        everybody = subject_of("")
        StaffAttempts.insert(subject=everybody, window=_window(now), count=0).on_conflict_ignore().execute()
        if _is_first_alarm(everybody, now):
            audit.record("sign-in", "alarm: many accounts tried", now, subject=f"{tried} accounts")


def subject_of(name):
    return hmac.digest(keys.pepper(keys.pepper_id), f"staff {name}".encode(), "sha256").hex()


def _recent(name, now):
    return StaffAttempts.select(fn.SUM(StaffAttempts.count)).where(
        StaffAttempts.subject == subject_of(name), StaffAttempts.window >= _window(now) - WINDOW).scalar() or 0


def _is_first_alarm(subject, now):
    return StaffAttempts.update(alarmed=True).where(
        StaffAttempts.subject == subject, StaffAttempts.window == _window(now), ~StaffAttempts.alarmed).execute()


def _window(now):
    return now - timedelta(seconds=int(now.timestamp()) % int(WINDOW.total_seconds()))
