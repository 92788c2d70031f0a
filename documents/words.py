"""Instants, delays and places in words of a language: for the site, the portal and paper alike.

An instant has three forms: short, long, and short with its place. CLDR knows some cities by the old names of their
zones alone (Asia/Katmandu, Asia/Calcutta), so a zone is looked up under those as well.
"""
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.core import get_global
from babel.dates import format_date, format_datetime, get_timezone_location

from documents.languages import translation
from models.rules.languages import LANGUAGES

NO_BREAK = "\N{NO-BREAK SPACE}"
OLD_ZONES = {}
for _old, _new in get_global("zone_aliases").items():
    OLD_ZONES.setdefault(_new, []).append(_old)


def short(instant, zone, language):
    """'Tue 11 Aug 2026, 10:00'. `instant`: aware; `zone`: an IANA name."""
    return _words(int(instant.timestamp()), zone, language, LANGUAGES[language].short)


def long(instant, zone, language):
    """'Tuesday 11 August 2026, 10:00'."""
    return _words(int(instant.timestamp()), zone, language, LANGUAGES[language].long)


def weekday(instant, zone, language):
    """'Tue 11 Aug', where the year goes without saying."""
    return _words(int(instant.timestamp()), zone, language, "EEE d MMM")


def day(date, language):
    """'24 September 2026' of a `datetime.date`."""
    return format_date(date, "long", locale="en_GB" if language == "en" else language)


def midnight(instant, zone, language):
    """Between which days an instant lies that is 00:00 in its zone, lest somebody comes a day late; '' for another."""
    there = instant.astimezone(ZoneInfo(zone))
    if (there.hour, there.minute) != (0, 0):
        return ""
    before, after = (format_datetime(day, "EEEE", locale=language) for day in (there - timedelta(days=1), there))
    return translation(language, "(midnight, from %(before)s to %(after)s)", before=before, after=after)


def with_place(instant, zone, language):
    """'Tue 11 Aug 2026, 10:00 in Karachi'; 'Tue 11 Aug 2026, 05:00 UTC'."""
    time = short(instant, zone, language)
    if zone == "UTC":
        return f"{time} UTC"
    where = place(zone, language) if language == "en" else clock(zone, language)
    return translation(language, "%(time)s in %(place)s", time=time, place=where)


@lru_cache(4096)
def _words(epoch, zone, language, pattern):
    return format_datetime(datetime.fromtimestamp(epoch, UTC).astimezone(ZoneInfo(zone)), pattern, locale=language)


@lru_cache(1024)
def clock(zone, language):
    """'Pakistan Time' of 'Asia/Karachi': the country's, for a zone's city is seldom the centre's own."""
    if zone == "UTC":
        return zone
    if zone == "Asia/Shanghai":  # the country calls it by its capital
        return format_datetime(datetime.now(UTC).astimezone(ZoneInfo(zone)), "vvvv", locale=language)
    return get_timezone_location(ZoneInfo(zone), locale=language)


@lru_cache(256)
def series(name, language):
    """'juin 2026' of 'June 2026'; a name that is no month and year is itself."""
    try:
        month = datetime.strptime(name, "%B %Y").replace(tzinfo=UTC)
    except ValueError:
        return name
    return format_datetime(month, LANGUAGES[language].series, locale=language)


@lru_cache(1024)
def place(zone, language):
    """'Karachi' of 'Asia/Karachi', as CLDR writes it in the language; 'UTC' is itself."""
    known = Locale.parse(language).time_zones
    for name in (zone, *OLD_ZONES.get(zone, ())):
        if city := known.get(name, {}).get("city"):
            return city
    return zone.rpartition("/")[2].replace("_", " ")


def delay(minutes):
    """'30 h 30 m', '14 days' from two days on, '' without any: the blanks do not break."""
    days, rest = divmod(minutes, 1440) if minutes >= 2880 else (0, minutes)
    parts = zip((days, *divmod(rest, 60)), ("days", "h", "m"), strict=True)
    return NO_BREAK.join(f"{count}{NO_BREAK}{unit}" for count, unit in parts if count)
