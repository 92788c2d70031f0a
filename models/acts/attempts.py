"""Refused sign-ins, of candidates and of staff: counted per account, known or not. A candidate's username that
somebody has stands as it is, for the pages of its centre to join; whatever else was typed is a keyed digest.

Counting costs the same however many names are made up: a name's first attempt of a period raises one counter of
names, which the alarms read, and beyond MOST_NAMES a period only the counter counts.

Candidates are never locked out or slowed down: a 73-bit secret needs no lock-out, and a lock-out is a weapon. Staff
are limited per account, never per address (a school is one), never for a known browser; an attempt takes a ticket
before the password is looked at, so that attempts sent side by side are counted too, and gives it back when it was
right. Counters stand in the database, for every process to see.
"""
import hmac
from datetime import timedelta

from peewee import fn

from models.database import database
from models.passwords import keys
from models.statements import Statement, given
from models.tables import audit
from models.tables.attempts import Attempts

HOUR, WINDOW = timedelta(hours=1), timedelta(minutes=15)  # the periods of candidates and of staff
MANY = 20  # refused sign-ins of one candidate in an hour: an alarm
LIMIT = 10  # attempts on one account of staff in this window and the one before it
SPRAYED = {HOUR: (100, 1_000, 10_000, 100_000), WINDOW: (30,)}  # accounts tried in a period: an alarm at each
MOST_NAMES = 100_000  # names a period that have a row of their own
KEPT = timedelta(days=30)
NAMELESS = "a username that nobody has"
NAMES = {HOUR: "candidates", WINDOW: "staff"}  # the counters of names


# --- candidates --------------------------------------------------------------------------------------------


def count(username, door, now):
    """Count one refused sign-in; `door`: whose username it is (with centre_number, series_code), or None."""
    digest = candidate_subject(username)  # made for either, so that both take as long
    subject = username if door else digest
    with database.atomic():
        times = _add(subject, HOUR, now)
        if times >= MANY and _is_first_alarm(subject, HOUR, now):
            audit.record("candidate sign-in", "alarm: many refused sign-ins", now,
                         centre=door.centre_number if door else "", series=door.series_code if door else "",
                         subject=username if door else NAMELESS)
        _watch_spraying("candidate sign-in", HOUR, now)


def refused_since(usernames, since):
    """{username: refused sign-ins} of those that have any. One query."""
    return dict(Attempts.select(Attempts.subject, fn.SUM(Attempts.count)).where(
        Attempts.subject.in_(list(usernames)), Attempts.since >= _start(since, HOUR),
    ).group_by(Attempts.subject).tuples())


# --- staff -------------------------------------------------------------------------------------------------


def take_ticket(name, now):
    """Count one more attempt on `name`; whether it may go on. `name`: an e-mail as typed, 'browser …'."""
    with database.atomic():
        _add(subject_of(name), WINDOW, now)
    return _recent(subject_of(name), now) <= LIMIT


def give_back(name, now):
    """The attempt was right."""
    with database.atomic():
        left = (Attempts.update(count=Attempts.count - 1).where(
            _at(subject_of(name), WINDOW, now), Attempts.count > 0).returning(Attempts.count).execute())
        if [row.count for row in left] == [0]:
            Attempts.update(count=Attempts.count - 1).where(_at(_names(WINDOW), WINDOW, now)).execute()


def raise_alarms(name, officer, now):
    """Say in the audit trail, once a window, that one account is under attack or many are being tried.

    `officer`: whose account it is, or None; a name that nobody has is not written down, but asks the database the
    same, so that it takes as long.
    """
    subject = subject_of(name)
    if _recent(subject, now) >= LIMIT and _is_first_alarm(subject, WINDOW, now) and officer:
        audit.record("sign-in", "alarm: many refused sign-ins", now, subject=officer.email)
    _watch_spraying("sign-in", WINDOW, now)


def subject_of(name):
    return _digest(f"staff {name}")


def candidate_subject(username):
    return _digest(f"sign-in {username}")


# --- both --------------------------------------------------------------------------------------------------


def forget_old(now):
    """Delete counts older than a month; for the periodic task. Gives their number."""
    return Attempts.delete().where(Attempts.since < now - KEPT).execute()


def _add(subject, period, now):
    """Count one more; gives how many there are of this subject in the period."""
    counted = _raised(subject, period, now)
    if counted is None:
        if _add_name(period, now) > MOST_NAMES:
            return 1
        _open(subject=subject, since=_epoch(now, period))
        counted = _raised(subject, period, now)
    elif counted == 1:  # it was given back before
        _add_name(period, now)
    return counted


def _add_name(period, now):
    """Count one more name; gives how many there are in the period."""
    _open(subject=_names(period), since=_epoch(now, period))
    return _raised(_names(period), period, now)


def _raised(subject, period, now):
    """The count of a row after one more; None where there is no such row."""
    row = _raise(subject=subject, since=_epoch(now, period)).fetchone()
    return row and row[0]


def _watch_spraying(who, period, now):
    """Many accounts, each tried little: one alarm a period and size."""
    row = _count(subject=_names(period), since=_epoch(now, period)).fetchone()
    for size in SPRAYED[period]:
        if row and row[0] >= size:
            mark = _digest(f"{NAMES[period]} {size}")
            _open(subject=mark, since=_epoch(now, period))
            if _is_first_alarm(mark, period, now):
                audit.record(who, "alarm: many accounts tried", now,
                             subject=f"{size} accounts from {_start(now, period):%Y-%m-%d %H:%M} UTC")


def _recent(subject, now):
    return Attempts.select(fn.SUM(Attempts.count)).where(
        Attempts.subject == subject, Attempts.since >= _start(now, WINDOW) - WINDOW).scalar() or 0


def _is_first_alarm(subject, period, now):
    return Attempts.update(alarmed=True).where(_at(subject, period, now), ~Attempts.alarmed).execute()


def _at(subject, period, now):
    return (Attempts.subject == subject) & (Attempts.since == _start(now, period))


def _start(now, period):
    """The beginning of the period that `now` lies in."""
    return now - timedelta(seconds=int(now.timestamp()) % int(period.total_seconds()), microseconds=now.microsecond)


def _epoch(now, period):
    return int(_start(now, period).timestamp())


def _names(period):
    return _digest(f"names of {NAMES[period]}")


def _digest(text):
    return hmac.digest(keys.pepper(keys.pepper_id), text.encode(), "sha256").hex()


# Whoever guesses in thousands must not cost more than whoever knows: made once.
_one = (Attempts.subject == given("subject")) & (Attempts.since == given("since"))
_open = Statement(lambda: Attempts.insert(subject=given("subject"), since=given("since"), count=0).on_conflict_ignore())
_raise = Statement(lambda: Attempts.update(count=Attempts.count + 1).where(_one).returning(Attempts.count))
_count = Statement(lambda: Attempts.select(Attempts.count).where(_one))
