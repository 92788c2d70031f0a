"""Instants as board staff type them: '2026-08-11 06:00' in a zone chosen beside it, or with its own offset."""
import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from models.database import Refused, Sentence

EARLIEST, LATEST = 2000, 2100
PATTERN = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ]+(\d{2}:\d{2})(?::\d{2}(?:\.0+)?)?\s*(Z|[+-]\d{2}:?\d{2})?", re.ASCII | re.IGNORECASE)


def parse_instant(text, zone, field="at"):
    """An aware UTC datetime, or None for an empty box. `zone`: an IANA name, for a time without an offset.

    Raises `Refused` for what is no time, and for an hour that the clocks of the zone skip or have twice.
    """
    typed = (text or "").strip()
    if not typed:
        return None
    found = PATTERN.fullmatch(typed)
    try:
        local = datetime.fromisoformat(f"{found[1]}T{found[2]}") if found else None  # noqa: DTZ007
    except ValueError:
        local = None
    if local is None or not EARLIEST <= local.year < LATEST:
        raise Refused(**{field: Sentence(
            "“%(typed)s” is not a time. Type it like 2026-08-11 06:00.", typed=typed[:40])})
    if found[3]:
        try:
            return datetime.fromisoformat(f"{local:%Y-%m-%dT%H:%M}{found[3].upper()}").astimezone(UTC)
        except ValueError:
            raise Refused(**{field: Sentence(
                "“%(typed)s” is not a time. Type it like 2026-08-11 06:00.", typed=typed[:40])}) from None
    return _in_zone(local, zone, field)


def _in_zone(local, zone, field):
    first, second = (local.replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC) for fold in (0, 1))
    if first == second:
        return first
    if first.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != local:
        sentence = Sentence("The clocks of %(zone)s skip %(time)s on that day.", zone=zone, time=f"{local:%H:%M}")
    else:
        sentence = Sentence(
            "The clocks of %(zone)s show %(time)s twice on that day. Add the offset, for example %(time)s+01:00.",
            zone=zone, time=f"{local:%H:%M}")
    raise Refused(**{field: sentence})
