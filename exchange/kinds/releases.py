"""releases.csv: when the results of a qualification come out. A file never removes a release; a moved one is told."""
import json
from datetime import UTC, datetime

from peewee import EXCLUDED

from exchange.kinds.series import series_named
from models.database import Sentence
from models.tables import staging
from models.tables.exams import Release, Series
from models.tables.staging import StagedLine

TABLE = StagedLine
FIELDS = (StagedLine.board_import, StagedLine.line, StagedLine.verdict, StagedLine.cells)


def as_staged(board_import, line, values, _difference):
    return board_import, line, "", json.dumps(values)


def compare(board_import, difference, now):
    held = {(release.series.name, release.qualification): release.released_at
            for release in Release.select(Release, Series).join(Series)}
    difference.writes = {}
    for line, cells in staging.lines(board_import.id):
        name, qualification, seconds = json.loads(cells)
        key, at = (name, qualification), datetime.fromtimestamp(seconds, UTC)
        if difference.writes.setdefault(key, at) != at:
            difference.add("refused", (line, Sentence("%(what)s stands twice.", what=" ".join(key))))
            continue
        was = held.get(key)
        if was is None:
            difference.add("new", (line, " ".join(key)))
        elif was != at:
            difference.add("changed", (line, " ".join(key), was.isoformat(), at.isoformat()))
            if was <= now < at:
                difference.add("warnings", (line, Sentence(
                    "%(what)s was out already: its results are hidden again.", what=" ".join(key))))
            elif at <= now < was:
                difference.add("warnings", (line, Sentence(
                    "%(what)s was not out yet: its results are out at once.", what=" ".join(key))))


def store(_kept, difference, _now):
    for (name, qualification), at in difference.writes.items():
        Release.insert(series=series_named(name), qualification=qualification, released_at=at).on_conflict(
            conflict_target=[Release.series, Release.qualification],
            update={Release.released_at: EXCLUDED.released_at}).execute()
