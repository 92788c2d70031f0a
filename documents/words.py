"""Instants, delays and places in words of a language: for the site, the portal and paper alike.

An instant has three forms: short, long, and short with its place. CLDR knows some cities by the old names of their
zones alone (Asia/Katmandu, Asia/Calcutta), so a zone is looked up under those as well.
"""
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.core import get_global
from babel.dates import format_datetime
from babel.lists import format_list
from babel.units import format_unit

from documents.languages import translation
from models.rules.languages import LANGUAGES

SHORT, LONG = "EEE d MMM y{comma} HH:mm", "EEEE{comma} d MMMM y{comma} HH:mm"
NO_BREAK = "\N{NO-BREAK SPACE}"
OLD_ZONES = {}
for _old, _new in get_global("zone_aliases").items():
    OLD_ZONES.setdefault(_new, []).append(_old)


def short(instant, zone, language):
    """'Tue 11 Aug 2026, 10:00'. `instant`: aware; `zone`: an IANA name."""
    return _words(int(instant.timestamp()), zone, language, SHORT)


def long(instant, zone, language):
    """'Tuesday, 11 August 2026, 10:00'."""
    return _words(int(instant.timestamp()), zone, language, LONG)


def with_place(instant, zone, language):
    """'Tue 11 Aug 2026, 10:00 in Karachi'; 'Tue 11 Aug 2026, 05:00 UTC'."""
    time = short(instant, zone, language)
    if zone == "UTC":
        return f"{time} UTC"
    return translation(language, "%(time)s in %(place)s", time=time, place=place(zone, language))


@lru_cache(4096)
def _words(epoch, zone, language, pattern):
    pattern = pattern.format(comma=LANGUAGES[language].comma)
    return format_datetime(datetime.fromtimestamp(epoch, UTC).astimezone(ZoneInfo(zone)), pattern, locale=language)


@lru_cache(1024)
def place(zone, language):
    """'Karachi' of 'Asia/Karachi', as CLDR writes it in the language; 'UTC' is itself."""
    known = Locale.parse(language).time_zones
    for name in (zone, *OLD_ZONES.get(zone, ())):
        if city := known.get(name, {}).get("city"):
            return city
    return zone.rpartition("/")[2].replace("_", " ")


def delay(minutes):
    """'30 h 30 m', '' without any: as the text box of the portal takes it, but for the blanks that do not break."""
    return NO_BREAK.join(f"{count}{NO_BREAK}{unit}" for count, unit in zip(divmod(minutes, 60), "hm", strict=True)
                         if count)


def long_delay(minutes, language):
    """'30 hours and 30 minutes'."""
    parts = [format_unit(count, unit, "long", locale=language)
             for count, unit in zip(divmod(minutes, 60), ("hour", "minute"), strict=True) if count]
    return format_list(parts, locale=language)
