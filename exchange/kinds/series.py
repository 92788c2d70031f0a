"""Series and qualifications that a file names: those that there are, however they are spelt, and new ones."""
import secrets

from exchange.cells import complaint, qualification_key, series_of
from models.database import Sentence
from models.tables.exams import QUALIFICATIONS, Candidate, Release, Series, in_order


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
