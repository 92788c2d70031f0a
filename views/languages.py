"""The language of a request: which one the reader gets, and where Flask-Babel finds its messages."""
from flask import g
from flask_babel import Babel, Domain, get_locale

from documents import words
from documents.languages import catalogue
from models.rules.grades import spoken
from models.rules.languages import LANGUAGES

BOARD_ZONE = "Europe/London"  # in which the board thinks of its releases


def init_app(app):
    Languages(app, locale_selector=lambda: g.get("language", "en"), timezone_selector=lambda: "UTC")
    app.add_template_filter(utc)
    app.add_template_filter(in_zone)
    app.add_template_filter(spoken)


def of_reader(asked):
    """The one of LANGUAGES that the owner of this request's browser likes best; a region counts as its language."""
    liked = (tag.partition("-")[0].lower() for tag, quality in asked.accept_languages if quality)
    return next((code for code in liked if code in LANGUAGES), "en")


def utc(instant):
    """'Tue 11 Aug 2026, 05:00 UTC', or '' for no instant."""
    return in_zone(instant, "UTC")


def in_zone(instant, zone):
    """'Tue 11 Aug 2026, 10:00 in Karachi' in the reader's language, or '' for no instant; `zone`: an IANA name."""
    return words.with_place(instant, zone, str(get_locale())) if instant else ""


class Languages(Babel):
    """Flask-Babel with the catalogues of `documents`."""

    @property
    def domain_instance(self):
        return CATALOGUES


class Catalogues(Domain):
    def get_translations(self):
        return catalogue(str(get_locale()))


CATALOGUES = Catalogues()
