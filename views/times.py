"""Instants as words: in a zone that is always named, since officers of one series sit in many."""
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from flask_babel import get_locale

PATTERN = "EEE d MMM y, HH:mm"


def init_app(app):
    app.add_template_filter(utc)
    app.add_template_filter(in_zone)


def utc(moment):
    """'Tue 11 Aug 2026, 05:00 (UTC)', or '' for no instant."""
    return in_zone(moment, "UTC")


def in_zone(moment, zone):
    """'Tue 11 Aug 2026, 10:00 (Asia/Karachi)', or '' for no instant. `moment`: aware; `zone`: an IANA name."""
    if moment is None:
        return ""
    words = format_datetime(moment.astimezone(ZoneInfo(zone)), PATTERN, locale=get_locale())
    return f"{words} ({zone})"
