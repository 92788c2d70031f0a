"""The language of a request: which one the reader gets, and where Flask-Babel finds its messages."""
from flask import g, request
from flask_babel import Babel, Domain, get_locale
from flask_babel import gettext as _

from documents import words
from documents.languages import catalogue
from models.rules.grades import spoken
from models.rules.languages import LANGUAGES

PUBLIC = ("results", "privacy", "verify")  # the areas of candidates and of whoever checks their statements
OTHER_SHAPES = ("zh-tw", "zh-hk", "zh-mo", "zh-hant", "zh-hant-tw", "zh-hant-hk", "zh-hant-mo")
BOARD_ZONE = "Europe/London"  # in which the board thinks of its releases


def init_app(app):
    Languages(app, locale_selector=lambda: g.get("language") or of_address(request), timezone_selector=lambda: "UTC")
    app.add_template_filter(utc)
    app.add_template_filter(in_zone)
    app.add_template_filter(spoken)


def of_reader(asked):
    """The one of LANGUAGES that the owner of this request's browser likes best; a region counts as its language."""
    liked = [tag.lower() for tag, quality in asked.accept_languages if quality]
    liked.sort(key=OTHER_SHAPES.__contains__)  # who reads these reads ours only if nothing else
    return next((code for tag in liked if (code := tag.partition("-")[0]) in LANGUAGES), "en")


def of_address(asked):
    """What an error is said in: the language in a candidate's address, else of the reader; the portal's is English."""
    _, area, *rest = asked.path.split("/")
    if area not in PUBLIC:
        return "en"
    return rest[0] if rest and rest[0] in LANGUAGES else of_reader(asked)


def as_they_stood(instant, zone):
    """'Results as they stood on Tue 11 Aug 2026, 10:00 (Pakistan Time)', for paper."""
    language = str(get_locale())
    return _("Results as they stood on %(time)s (%(place)s)", time=words.short(instant, zone, language),
             place=words.clock(zone, language))


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
