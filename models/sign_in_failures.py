"""Refused sign-ins of candidates: counted per account, shown to the officer, and an alarm when many.

Nobody is locked out or slowed down: a 73-bit secret needs no lock-out, and a lock-out is a weapon. Known and
unknown usernames are counted alike, by a keyed digest of what was typed.
"""
import hmac
from datetime import timedelta

from models import audit
from models.credentials import SignInFailure
from models.database import database
from models.passwords import keys

MANY = 20  # refused sign-ins of one account in an hour
SPRAYED = (100, 1_000, 10_000, 100_000)  # accounts tried in an hour: an alarm at each
KEPT = timedelta(days=30)
NAMELESS = "a username that nobody has"


def count(username, door, now):
    """Count one refused sign-in; `door`: whose username it is (with centre_number, series_code), or None."""
    hour, subject = hour_of(now), subject_of(username)
    with database.atomic():
        SignInFailure.insert(subject=subject, hour=hour, count=1).on_conflict(
            conflict_target=[SignInFailure.subject, SignInFailure.hour],
            update={SignInFailure.count: SignInFailure.count + 1}).execute()
        mine = SignInFailure.get(SignInFailure.subject == subject, SignInFailure.hour == hour)
        if mine.count >= MANY and not mine.alarmed:
            SignInFailure.update(alarmed=True).where(SignInFailure.id == mine.id).execute()
            audit.record("candidate sign-in", "alarm: many refused sign-ins", now,
                         centre=door.centre_number if door else "", series=door.series_code if door else "",
                         subject=username if door else NAMELESS)
        if mine.count == 1:
            _watch_spraying(hour, now)


def _watch_spraying(hour, now):
    """Many accounts, each tried little. One alarm an hour and size."""
    tried = SignInFailure.select().where(SignInFailure.hour == hour).count()
    reached = [size for size in SPRAYED if tried >= size]
    if not reached:
        return
    what = "alarm: many accounts tried"
    subject = f"{reached[-1]} accounts in the hour from {hour:%Y-%m-%d %H:%M} UTC"
    event = audit.AuditEvent
    if not event.select().where(event.what == what, event.subject == subject).exists():
        audit.record("candidate sign-in", what, now, subject=subject)


def refused_since(usernames, since):
    """{username: refused sign-ins} of those that have any. One query."""
    by_subject = {subject_of(username): username for username in usernames}
    query = SignInFailure.select(SignInFailure.subject, SignInFailure.count).where(
        SignInFailure.subject.in_(list(by_subject)), SignInFailure.hour >= hour_of(since))
    found = {}
    for subject, times in query.tuples():
        found[by_subject[subject]] = found.get(by_subject[subject], 0) + times
    return found


def forget_old(now):
    """Delete counts older than a month; for the periodic task. Gives their number."""
    return SignInFailure.delete().where(SignInFailure.hour < now - KEPT).execute()


def subject_of(username):
    return hmac.digest(keys.pepper(keys.pepper_id), b"sign-in " + username.encode(), "sha256").hex()


def hour_of(now):
    return now.replace(minute=0, second=0, microsecond=0)
