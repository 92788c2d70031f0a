"""An instant beside now, in the reader's days: 'in 42 days', 'today, 09:12', 'Tue 24 Nov'."""
from datetime import timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

NEAR = 12 * 60  # minutes
FIRST_VISIT = timedelta(days=7)  # so far back is told to somebody who has not been here before


def last_visit(session):
    """From when on things are new to an officer: when the session before this one began."""
    return session.visited_before_at or session.started_at - FIRST_VISIT


def day(instant, zone, pattern="EEE d MMM"):
    """'Thu 7 Jan'."""
    return format_datetime(instant.astimezone(ZoneInfo(zone)), pattern, locale=get_locale())


def until(instant, zone, now):
    """How long until an instant in calendar days of the zone, on the day itself in hours; once it is past, 'out for
    42 minutes'. What comes in the first hours of tomorrow is told in hours the evening before: releases are at midnight
    in some places.
    """
    if instant <= now:
        return _out_for(now - instant)
    days, minutes = _days(instant, zone, now), -(-int((instant - now).total_seconds()) // 60)
    if days > 1:
        return ngettext("in %(num)s day", "in %(num)s days", days)
    if days == 1 and minutes >= NEAR:
        return _("tomorrow")
    if minutes >= 60:
        return _("in %(hours)s h %(minutes)s min", hours=minutes // 60, minutes=minutes % 60)
    return ngettext("in %(num)s minute", "in %(num)s minutes", minutes)


def _out_for(since):
    minutes = int(since.total_seconds()) // 60
    if since.days:
        return ngettext("out for %(num)s day", "out for %(num)s days", since.days)
    if minutes >= 60:
        return _("out for %(hours)s h %(minutes)s min", hours=minutes // 60, minutes=minutes % 60)
    return ngettext("out for %(num)s minute", "out for %(num)s minutes", minutes)


def lately(instant, zone, now):
    """'today, 09:12', 'yesterday, 14:30', 'Tue 24 Nov, 17:40', 'Tue 24 Nov 2025, 17:40'."""
    days, clock = -_days(instant, zone, now), day(instant, zone, "HH:mm")
    if days in (0, 1):
        return f"{_('yesterday') if days else _('today')}, {clock}"
    return f"{day(instant, zone, 'EEE d MMM' if days < 365 else 'EEE d MMM y')}, {clock}"


def _days(instant, zone, now):
    there = ZoneInfo(zone)
    return (instant.astimezone(there).date() - now.astimezone(there).date()).days
