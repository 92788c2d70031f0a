"""Calendar files (RFC 5545): instants in UTC or whole days, and where to look on the day."""
from datetime import datetime, timedelta
from typing import NamedTuple

from flask import current_app

STAMP, DAY = "%Y%m%dT%H%M%SZ", "%Y%m%d"
LONGEST_LINE = 75  # octets, without the line break


class Appointment(NamedTuple):
    """`begins`: an aware instant in UTC, and it lasts a quarter of an hour; or a `date`, all day long."""

    uid: str
    begins: datetime
    summary: str
    address: str
    description: str = ""


def calendar_file(appointments, now):
    """The text of a calendar file with these Appointments; `now`: aware, UTC."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:-//{_escaped(current_app.config['BOARD_NAME'])}//results//"]
    for one in appointments:
        is_instant = isinstance(one.begins, datetime)
        kind, form = ("", STAMP) if is_instant else (";VALUE=DATE", DAY)
        ends = one.begins + (timedelta(minutes=15) if is_instant else timedelta(days=1))
        lines += [
            "BEGIN:VEVENT", f"UID:{one.uid}", f"DTSTAMP:{now:{STAMP}}", f"DTSTART{kind}:{one.begins:{form}}",
            f"DTEND{kind}:{ends:{form}}", f"SUMMARY:{_escaped(one.summary)}", f"URL:{one.address}",
            f"LOCATION:{_escaped(one.address)}",
            *([f"DESCRIPTION:{_escaped(one.description)}"] if one.description else []), "END:VEVENT"]
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line))


def _escaped(text):
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(line):
    """A line in parts that no reader is too narrow for, each but the first begun with a blank."""
    part = ""
    for char in line:
        if len(f"{part}{char}".encode()) > LONGEST_LINE:
            yield part
            part = " "
        part += char
    yield part
