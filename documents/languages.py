"""The one reader of the catalogues: what the site, the portal's sentences and the paper say in a language."""
import io
from functools import cache
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

TRANSLATIONS = Path(__file__).resolve().parent.parent / "translations"


@cache
def catalogue(language):
    """The messages of a language; none for English, in which they are written.

    Read as it is edited: no compiled copy of it can be forgotten.
    """
    path = TRANSLATIONS / language / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return Translations()
    compiled = io.BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return Translations(compiled)


def counted(language, one, many, number):
    """`one` or `many`, or whichever of its forms the language has for a number; it may be written as %(num)d."""
    return catalogue(language).ungettext(one, many, number) % {"num": number}


def translation(language, text, **values):
    """A sentence in a language; the English one where there is no other."""
    said = catalogue(language).ugettext(text)
    return said % values if values else said
