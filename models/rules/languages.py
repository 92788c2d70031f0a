"""The languages of the candidate site and of what is printed; one row each. The portal is in English.

A further one is a row here and a catalogue in translations/; the tests name whatever it then lacks.
"""
from typing import NamedTuple


class Language(NamedTuple):
    """`name`: in itself. `long`, `short`: an instant (LDML, always 24 hours), the long one on the site alone. `series`:
    a month. `comma`: between a value and the next. `scripts`: whose
    faces draw it, where Latin ones do not (the marks of Chinese are in the Japanese one). `tag`: BCP 47,
    where the code alone would draw another country's shapes. `read_by`: which native reader has checked the
    catalogue; "" for a draft, which its pages say."""

    name: str
    long: str
    short: str
    series: str = "MMMM y"
    comma: str = ", "
    direction: str = "ltr"
    scripts: tuple = ()
    tag: str = ""
    read_by: str = ""

    @property
    def is_right_to_left(self):
        return self.direction == "rtl"


LANGUAGES = {
    "en": Language("English", "EEEE d MMMM y, HH:mm", "EEE d MMM y, HH:mm", read_by="written in it"),
    "ar": Language("العربية", "EEEE، d MMMM y، HH:mm", "EEE، d MMM y، HH:mm", comma="، ",
                   direction="rtl", scripts=("Arabic",)),
    "es": Language("Español", "EEEE, d 'de' MMMM 'de' y, HH:mm", "EEE, d MMM y, HH:mm", "MMMM 'de' y"),
    "fr": Language("Français", "EEEE d MMMM y 'à' HH:mm", "EEE d MMM y 'à' HH:mm"),
    "zh": Language("简体中文", "y年M月d日EEEE HH:mm", "y年M月d日EEE HH:mm", "y年M月", comma="、",
                   scripts=("SC", "JP"), tag="zh-Hans"),
}
NAMES = {code: language.name for code, language in LANGUAGES.items()}


def tag_of(language):
    """What the `lang` of a page says."""
    return LANGUAGES[language].tag or language
