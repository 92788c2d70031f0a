"""Series and qualifications that a file names: those that there are, however they are spelt, and new ones."""
import re
import secrets
import unicodedata
from datetime import date
from functools import cache

from babel import Locale

from exchange.cells import complaint
from models.database import Sentence
from models.tables.exams import QUALIFICATIONS, Candidate, Release, Series, in_order


@cache
def _months():
    """{a month's name in full or in short, in the languages that spreadsheets write it in: its number}."""
    found = {"sept": 9}
    for language in ("pt", "de", "fr", "es", "en"):
        for width in ("wide", "abbreviated"):
            names = Locale(language).months["format"][width]
            found |= {name.casefold().rstrip("."): number for number, name in names.items()}
    return found


def series_of(text):
    """'June 2026' of a month and a year, however written: 'JUNE 2026', 'Jun-26', '2026-06-01', '06/2026',
    'May/June 2026' (the latter month names it). None for what is none."""
    text = unicodedata.normalize("NFKC", text).casefold().strip()
    if match := re.fullmatch(r"(20\d\d)-(\d\d)(-01([t ]00:00:00)?)?|(\d\d?)[/.-](20\d\d)", text):
        return _series(int(match[2] or match[5]), int(match[1] or match[6]))
    words = re.findall(r"[^\W\d_]+|\d+", text)
    months = [number for word in words if (number := _months().get(word))]
    numbers = [word for word in words if word.isdigit()]
    years = [number for number in numbers if re.fullmatch(r"20\d\d", number)] or [
        f"20{number}" for number in numbers if re.fullmatch("[2-9][0-9]", number)]
    days = [number for number in numbers if number in ("1", "01")]
    if len(months) + len(years) + len(days) != len(words) or not 1 <= len(months) <= 2 or len(years) != 1:
        return None
    return _series(months[-1], int(years[0]))


def _series(month, year):
    return f"{date(year, month, 1):%B %Y}" if 1 <= month <= 12 else None


def qualification_key(text):
    """Equal for what is one qualification: 'A level', 'GCE A-Level' and 'A Levels'; 'IGCSE (9–1)' and 'IGCSE 9-1'."""
    words = re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", text).casefold())
    key = "".join(word for word in words if word not in ("gce", "cambridge", "the")).replace("levels", "level")
    key = key.replace("advancedsubsidiary", "as").replace("advanced", "a").replace("ordinary", "o")
    return {"as": "aslevel", "internationalgcse": "igcse", "internationalgcse91": "igcse91"}.get(key, key)


class Held:
    """The series that there are and the qualifications of each, to find what is meant by another spelling."""

    def __init__(self):
        self._series = {name.casefold(): name for name, in Series.select(Series.name).tuples()}
        self._qualifications = {}

    def series(self, typed):
        """The name of the series that is meant; of one that there is not yet, a month and a year."""
        name = self._series.get(typed.casefold()) or series_of(typed)
        if name is None:
            raise complaint("“%(typed)s” is no series like June 2026.", typed=typed[:40])
        return self._series.get(name.casefold(), name)

    def qualification(self, series, typed):
        """The qualification of the series that differs in spelling only; else as it was typed first."""
        if series not in self._qualifications:
            known = {qualification_key(name): name for name in QUALIFICATIONS}
            self._qualifications[series] = known | {qualification_key(name): name for name in qualifications_of(series)}
        return self._qualifications[series].setdefault(qualification_key(typed), typed)


def qualifications_of(series_name):
    """The qualifications that a series has entries or a release for. A set of names."""
    released = Release.select(Release.qualification).join(Series).where(Series.name == series_name).tuples()
    lists = Candidate.select(Candidate.qualifications).join(Series).where(Series.name == series_name).distinct()
    return {name for name, in released} | {name for names, in lists.tuples() for name in names.split("|") if name}


def tell_new(difference, line, known, series, qualification):
    """Say once that a line makes a series, or a qualification in one. `known`: {series: its qualifications or None},
    filled here."""
    if series not in known:
        there = Series.select().where(Series.name == series).exists()
        known[series] = qualifications_of(series) if there else None
        if not there:
            difference.add("makes", (line, Sentence("Makes the series %(name)s.", name=series)))
    if known[series] is not None and qualification not in known[series]:
        known[series].add(qualification)
        difference.add("makes", (line, Sentence("%(qualification)s is new in %(series)s.",
                                                qualification=qualification, series=series)))


def series_named(name):
    """The Series of this name, made where there is none."""
    series = Series.get_or_none(Series.name == name)
    if series:
        return series
    return Series.create(**new_series(name))


def new_series(name):
    """The columns of a new Series: 'June 2026' → june-2026, J26, a random value of its own."""
    month, year = name.split()
    taken = {one.short for one in Series.select(Series.short)}
    wanted = (f"{month[:length]}{year[2:]}".upper() for length in range(1, len(month) + 1))
    short = next(one for one in wanted if one not in taken)
    return {"code": name.lower().replace(" ", "-"), "name": name, "short": short, "key_random": secrets.token_hex(32)}


def all_qualifications():
    """The usual ones, and those of every release, in order."""
    return in_order({*QUALIFICATIONS, *(name for name, in Release.select(Release.qualification).distinct().tuples())})
