"""The languages of the candidate site and of what is printed. The portal is in English."""
import io
from functools import cache
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from flask_babel import Babel, Domain, get_locale

from documents.pages import RIGHT_TO_LEFT, TRANSLATIONS

LANGUAGES = {"en": "English", "ar": "العربية"}


def direction(language):
    return "rtl" if language in RIGHT_TO_LEFT else "ltr"


class Languages(Babel):
    """Flask-Babel, with catalogues read as they are edited: no compiled copy of them can be forgotten."""

    @property
    def domain_instance(self):
        return CATALOGUES


class Catalogues(Domain):
    def get_translations(self):
        return catalogue(str(get_locale()))


CATALOGUES = Catalogues()


@cache
def catalogue(language):
    """The messages of a language; none for English, in which they are written."""
    path = Path(TRANSLATIONS) / language / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return Translations()
    compiled = io.BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return Translations(compiled)
