"""The languages of the candidate site and of what is printed; one row each. The portal is in English."""
from typing import NamedTuple


class Language(NamedTuple):
    """`name`: in itself. `script`: of its letters, where Latin faces lack them. `comma`: as its dates have it."""

    name: str
    direction: str = "ltr"
    script: str = ""
    comma: str = ","

    @property
    def is_right_to_left(self):
        return self.direction == "rtl"


LANGUAGES = {
    "en": Language("English"),
    "ar": Language("العربية", "rtl", "Arabic", "،"),
}
NAMES = {code: language.name for code, language in LANGUAGES.items()}
