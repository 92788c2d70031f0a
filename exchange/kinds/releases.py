"""releases.csv: when the results of a qualification come out. A file never removes a release; a moved one is told."""
import json
from datetime import UTC, datetime

from exchange.kinds.series import series_named, tell_new
from models.acts import releasing
from models.database import Sentence
from models.tables import staging
from models.tables.exams import Release, Series
from models.tables.staging import StagedLine

TABLE = StagedLine
FIELDS = (StagedLine.board_import, StagedLine.line, StagedLine.verdict, StagedLine.cells)


def as_staged(board_import, line, values, _difference):
    return board_import, line, "", json.dumps(values)


def compare(board_import, difference, now, _early=False):
    held = {(release.series.name, release.qualification): release.released_at
            for release in Release.select(Release, Series).join(Series)}
    difference.writes, difference.befores = {}, {}
    known = {}
    for line, cells in staging.lines(board_import.id):
        name, qualification, seconds = json.loads(cells)
        tell_new(difference, line, known, name, qualification)
        key, at = (name, qualification), datetime.fromtimestamp(seconds, UTC)
        if difference.writes.setdefault(key, at) != at:
            difference.add("refused", (line, Sentence("%(what)s stands twice.", what=" ".join(key))))
            continue
        was = held.get(key)
        if was == at:
            del difference.writes[key]
            continue
        difference.befores[key] = was
        _count_effect(difference, line, key, at, now)
        if was is None:
            difference.add("new", (line, " ".join(key), "", at.isoformat()))
        else:
            difference.add("changed", (line, " ".join(key), was.isoformat(), at.isoformat()))
            if was <= now < at:
                difference.add("warnings", (line, Sentence(
                    "%(what)s was out already: its results are hidden again.", what=" ".join(key))))
            elif at <= now < was:
                difference.add("warnings", (line, Sentence(
                    "%(what)s was not out yet: its results are out at once.", what=" ".join(key))))


def _count_effect(difference, line, key, at, now):
    """Say who would see what, as the page of the series does before it is confirmed."""
    series = Series.get_or_none(Series.name == key[0])
    if series is None:
        return
    held = Release.select().where(Release.series == series, Release.qualification == key[1],
                                  Release.held_at.is_null(False)).exists()
    effect = releasing.effect(series, key[1], at, held, now)
    if effect.shown or effect.hidden or effect.out_of_date:
        difference.add("warnings", (line, Sentence(
            "%(what)s: %(shown)s candidates see their results at once, %(hidden)s no more; %(slips)s slips go out of "
            "date.", what=" ".join(key), shown=effect.shown, hidden=effect.hidden, slips=effect.out_of_date)))


def store(_board_import, difference, by, now):
    """Each line as its page does it: with its own event, from when to when."""
    for (name, qualification), at in difference.writes.items():
        releasing.announce(series_named(name), qualification, at, difference.befores[name, qualification], by, now)
