"""releases.csv. A release is never removed by a file; a moved one is told."""
from peewee import EXCLUDED

from exchange.kinds.series import named
from models.database import Sentence
from models.exams import Release, Series


def compare(records, difference, _complete, now):
    held = {(release.series.name, release.qualification): release.released_at
            for release in Release.select(Release, Series).join(Series)}
    difference.writes = {"releases": {}}
    for line, row in records:
        key = (row["series"], row["qualification"])
        if key in difference.writes["releases"] and difference.writes["releases"][key] != row["released_at"]:
            difference.refused.append((line, Sentence("%(what)s stands twice.", what=" ".join(key))))
            continue
        was = held.get(key)
        if was is None:
            difference.new.append((line, " ".join(key)))
        elif was != row["released_at"]:
            difference.changed.append((line, " ".join(key), was.isoformat(), row["released_at"].isoformat()))
            if was <= now < row["released_at"]:
                difference.warnings.append((line, Sentence(
                    "%(what)s was out already: its results are hidden again.", what=" ".join(key))))
            elif row["released_at"] <= now < was:
                difference.warnings.append((line, Sentence(
                    "%(what)s was not out yet: its results are out at once.", what=" ".join(key))))
        difference.writes["releases"][key] = row["released_at"]


def stage(_difference):
    """Releases are a handful."""


def store(difference, _now):
    for (name, qualification), at in difference.writes["releases"].items():
        Release.insert(series=named(name), qualification=qualification, released_at=at).on_conflict(
            conflict_target=[Release.series, Release.qualification],
            update={Release.released_at: EXCLUDED.released_at}).execute()
