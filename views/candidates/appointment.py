"""Releases as appointments for a calendar (RFC 5545): instants in UTC, the address, nothing of whose they are."""
from datetime import timedelta

from flask import current_app, g
from flask_babel import gettext as _

from models.rules.languages import LANGUAGES

ISOLATED = "\u2068\u2069"  # a value in a sentence from right to left
STAMP = "%Y%m%dT%H%M%SZ"
LONGEST_LINE = 75  # octets, without the line break


def appointments(releases, now):
    """The calendar file of releases [(aware instant, qualifications), …], as text; each lasts a quarter of an hour."""
    address = current_app.config["SITE_ADDRESS"]
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:-//{_escaped(current_app.config['BOARD_NAME'])}//results//"]
    for at, names in releases:
        of_what = LANGUAGES[g.language].comma.join(f"{ISOLATED[0]}{name}{ISOLATED[1]}" for name in names)
        lines += [
            "BEGIN:VEVENT", f"UID:{at:{STAMP}}@{address.split('://')[-1].strip('/')}", f"DTSTAMP:{now:{STAMP}}",
            f"DTSTART:{at:{STAMP}}", f"DTEND:{at + timedelta(minutes=15):{STAMP}}",
            f"SUMMARY:{_escaped(_('Your results come out'))} – {_escaped(of_what)}", f"URL:{address}",
            f"LOCATION:{_escaped(address)}", "END:VEVENT"]
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
