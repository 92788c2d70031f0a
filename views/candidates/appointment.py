"""Releases as appointments for a calendar: the instants, the address, nothing of whose they are."""
from flask import current_app, g
from flask_babel import gettext as _

from models.rules.languages import LANGUAGES
from views.calendars import STAMP, Appointment, calendar_file

ISOLATED = "\u2068\u2069"  # a value in a sentence from right to left


def appointments(releases, now):
    """The calendar file of releases [(aware instant, qualifications), …], as text."""
    address = current_app.config["SITE_ADDRESS"]
    return calendar_file((Appointment(
        f"{at:{STAMP}}@{address.split('://')[-1].strip('/')}", at,
        f"{_('Your results come out')} – " + LANGUAGES[g.language].comma.join(
            f"{ISOLATED[0]}{name}{ISOLATED[1]}" for name in names), address) for at, names in releases), now)
