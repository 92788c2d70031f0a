"""What the board decides about a series: releases, holds (D17), the end of the service and its key (D6, D10)."""
from datetime import timedelta
from typing import NamedTuple

from peewee import fn

from models.database import Overtaken, Refused, Sentence, database
from models.rules.needs import OUT_OF_DATE, groups
from models.rules.standing import releases_of, standings_of
from models.tables import audit
from models.tables.exams import Candidate, Centre, Entry, Release, Series, in_order
from models.tables.slips import CandidateSession, Credential

CENTRES_AT_ONCE = 500


class Effect(NamedTuple):
    """What a changed release means, in candidates: with an entry; of those that the service reaches, who see
    their results at once, who see them no more, whose slip goes out of date."""

    entered: int = 0
    shown: int = 0
    hidden: int = 0
    out_of_date: int = 0

    def __add__(self, other):
        return Effect(*(a + b for a, b in zip(self, other, strict=True)))


class Line(NamedTuple):
    """One qualification of a series. `release`: its Release, or None; `candidates`: with a valid entry in it."""

    qualification: str
    release: Release | None
    candidates: int


def lines_of(series):
    """Lines of every qualification that has an entry or a release, in the usual order. Two queries."""
    counted = dict(
        Entry.select(Entry.qualification, fn.COUNT(Entry.candidate.distinct())).join(Candidate)
        .where(Candidate.series == series, Entry.status == "entered").group_by(Entry.qualification).tuples())
    releases = releases_of(series)
    return [Line(name, releases.get(name), counted.get(name, 0)) for name in in_order([*counted, *releases])]


def effect(series, qualification, at, held, now):
    """The Effect of releasing this qualification at `at` (aware), held or not, instead of as it stands."""
    before = releases_of(series)
    after = before | {qualification: Release(released_at=at, held_at=now if held else None)}
    entered = Candidate.select(Candidate.centre).where(Candidate.series == series).distinct()
    total, ids = Effect(), [row[0] for row in Centre.select(Centre.id).where(Centre.id.in_(entered)).tuples()]
    for start in range(0, len(ids), CENTRES_AT_ONCE):
        some = ids[start:start + CENTRES_AT_ONCE]
        members = groups(series, some)
        for standing in standings_of(series, Centre.id.in_(some)).values():
            for group in members[standing.centre.id]:
                if qualification in group.qualifications.split("|"):
                    total += _effect_on(group, standing, qualification, before, after, now)
    return total


def _effect_on(group, standing, qualification, before, after, now):
    saw, sees = (_is_seen(standing, qualification, releases, now) for releases in (before, after))
    was_true, is_true = (group.state(standing, releases) != OUT_OF_DATE for releases in (before, after))
    reached = group.count * (standing.has_access and group.is_covered(standing.offer.scope))
    return Effect(group.count, reached * (sees and not saw), reached * (saw and not sees),
                  reached * (was_true and not is_true))


def _is_seen(standing, qualification, releases, now):
    release = releases.get(qualification)
    return (release is not None and release.held_at is None
            and release.released_at + timedelta(minutes=standing.delay) <= now)


def set_release(series, qualification, at, seen, by, now):
    """Announce or move a release. `at`: aware; `seen`: the released_at that the person saw, None for none.

    Raises `Refused` for a qualification that the series does not have, `Overtaken`.
    """
    if qualification not in {line.qualification for line in lines_of(series)}:
        raise Refused(qualification=Sentence("No candidate is entered for that qualification in this series."))
    announce(series, qualification, at, seen, by, now)


def announce(series, qualification, at, seen, by, now):
    """As `set_release`, of a board file: its qualification may have no entry yet. Raises `Overtaken`."""
    with database.atomic():
        if seen is None:
            stored = Release.insert(series=series, qualification=qualification, released_at=at
                                    ).on_conflict_ignore().as_rowcount().execute()
        else:
            stored = Release.update(released_at=at).where(
                Release.series == series, Release.qualification == qualification,
                Release.released_at == seen).execute()
        if not stored:
            raise Overtaken
        audit.record(by, "set a release", now, series=series.code, subject=qualification,
                     changes=[("released at", seen, at)])


def hold(series, qualification, by, now):
    """Take results of this qualification away at once, until `unhold`."""
    _set_held(series, qualification, now, Release.held_at.is_null(), "held a release", by, now)


def unhold(series, qualification, by, now):
    _set_held(series, qualification, None, Release.held_at.is_null(False), "ended a hold", by, now)


def _set_held(series, qualification, value, unchanged, what, by, now):
    with database.atomic():
        stored = Release.update(held_at=value).where(
            Release.series == series, Release.qualification == qualification, unchanged).execute()
        if not stored:
            raise Overtaken
        audit.record(by, what, now, series=series.code, subject=qualification,
                     changes=[("held", value is None, value is not None)])


def close(series, at, seen, by, now):
    """Set when the service ends for this series; `at` None: open again, or without end. Raises `Overtaken`."""
    unchanged = Series.closes_at.is_null() if seen is None else Series.closes_at == seen
    with database.atomic():
        if not Series.update(closes_at=at).where(Series.id == series.id, unchanged).execute():
            raise Overtaken
        audit.record(by, "set the end of a series", now, series=series.code, changes=[("closes at", seen, at)])


def set_reviews_until(series, day, seen, by, now):
    """Set before which day (`datetime.date`, None for none) reviews can be asked for. Raises `Overtaken`."""
    value = day.isoformat() if day else ""
    with database.atomic():
        if not Series.update(reviews_until=value).where(
                Series.id == series.id, Series.reviews_until == seen).execute():
            raise Overtaken
        audit.record(by, "set the end of reviews", now, series=series.code, changes=[("reviews until", seen, value)])


def logins_of(series):
    """How many candidates have a login in this series."""
    return Credential.select().join(Candidate).where(Candidate.series == series, Credential.verifier != "").count()


def destroy_key(series, by, now):
    """End every login of a closed series for good: no slip of it can ever be made again.

    Raises `Refused` while the series is open.
    """
    if not series.is_closed(now):
        raise Refused(Sentence("Close the series first: its candidates may still sign in."))
    of_series = Candidate.select(Candidate.id).where(Candidate.series == series)
    with database.atomic():
        logins = logins_of(series)
        if not Series.update(key_random=None).where(
                Series.id == series.id, Series.key_random.is_null(False)).execute():
            raise Overtaken
        CandidateSession.delete().where(CandidateSession.credential.in_(
            Credential.select(Credential.id).where(Credential.candidate.in_(of_series)))).execute()
        Credential.update(verifier="").where(Credential.candidate.in_(of_series)).execute()
        audit.record(by, "destroyed the key of a series", now, series=series.code, changes=[("logins", logins, 0)])
