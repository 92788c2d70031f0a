"""The day of the results: who has signed in since theirs were out, centre by centre, who was refused, whom to call.

Whoever had looked before the newest of their results were out has not seen them, and counts as not signed in.
"""
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from peewee import JOIN, Case, Select, fn

from models.database import database
from models.rules.needs import State, states
from models.rules.standing import delay, governed, has_access, is_covered
from models.tables.attempts import Attempts
from models.tables.exams import Candidate, Centre, Series, in_order
from models.tables.slips import Credential

A_DAY, AN_HOUR = timedelta(days=1), timedelta(hours=1)
MOST = 10_000  # counts of refused sign-ins that are looked at
LONGEST_USERNAME = Credential.username.max_length


@dataclass
class Line:
    """A centre, or an Associate's circle, on the day. Instants are aware; counts are of candidates with access.

    `due`: something is out for them, of whom `signed_in` since the newest of it; `tried`: whose login was ever used, as
    long as nothing is out; `waiting`: for whom nothing is out and something is to come. `instants`: {qualification:
    when it is out here, the first centre counting}; `next_at`: the next of any of its centres; `refused`: Refusals.
    """

    number: str
    name: str
    time_zone: str
    covered: int = 0
    due: int = 0
    signed_in: int = 0
    tried: int = 0
    waiting: int = 0
    refused: int = 0
    next_at: datetime | None = None
    instants: dict = field(default_factory=dict)


class Refusal(NamedTuple):
    """A candidate who was refused and has not got in since. `since`: when the hour of the last time began.

    `replaced_at`: when a new password replaced an older one, or None; which of them was typed nobody knows.
    """

    centre_id: int
    centre_number: str
    number: str
    name: str
    times: int
    since: datetime
    replaced_at: datetime | None


class Call(NamedTuple):
    """A candidate who has not signed in, and the qualifications that are out for them since they last looked."""

    state: State
    waiting: tuple


def lines_of(series, within, releases, now, refused=(), by_associate=False):
    """The Lines of the centres with candidates who have access, worst first: by share signed in, then those for whom
    nothing is out, by when it will be. Two queries, however many centres.

    `within`: which centres, a condition on Centre; `releases`: {qualification: Release}; `refused`: their Refusals;
    `by_associate`: one Line for an Associate and all its centres.
    """
    released = {name: release.released_at for name, release in releases.items() if not release.held_at}
    past = sorted({int(at.timestamp()) for at in released.values() if at <= now})
    heads, lines = {}, {}
    for centre_id, associate_id, number, name, zone, minutes in database.execute(_governed(
            series, Centre.id, Centre.associate, Centre.number, Centre.name, Centre.time_zone, delay,
            ).where(within).order_by(Centre.number)):
        heads[centre_id] = (by_associate and associate_id) or centre_id, timedelta(minutes=minutes)
        lines[centre_id] = Line(number, name, zone)
    for centre_id, names, count, *signed_in in _tally(series, within, past):
        head, late = heads[centre_id]
        line, here = lines[head], {name: released[name] + late for name in names.split("|") if name in released}
        out, ahead = [], []
        for name, at in here.items():
            (out if at <= now else ahead).append(at)
            line.instants[name] = min(at, line.instants.get(name, at))
        line.covered += count
        line.tried += 0 if past else signed_in[0]
        if out:
            line.due += count
            line.signed_in += signed_in[past.index(int((max(out) - late).timestamp()))]
        elif ahead:
            line.waiting += count
        if ahead:
            line.next_at = min(ahead + [line.next_at] * bool(line.next_at))
    for one in refused:
        lines[heads[one.centre_id][0]].refused += 1
    return sorted((line for line in lines.values() if line.covered), key=lambda line: (
        line.signed_in / line.due if line.due else 2,
        line.next_at.timestamp() if line.next_at and not line.due else float("inf")))


def refusals(series, within, now):
    """The Refusals of the last day, newest first. One query; typing slips that the page catches count nowhere."""
    recent = Attempts.select(Attempts.id, Attempts.subject, Attempts.count, Attempts.since).where(
        Attempts.since >= now - A_DAY, Attempts.count > 0, fn.LENGTH(Attempts.subject) <= LONGEST_USERNAME,
    ).order_by(Attempts.since.desc(), Attempts.id.desc()).limit(MOST).alias("recent")  # so they are where it begins
    query = governed(
        Credential.select(Centre.id, Centre.number, Candidate.number, Candidate.name, recent.c.count, recent.c.since,
                          Credential.generation, Credential.issued_at)
        .join(recent, on=Credential.username == recent.c.subject)
        .join_from(Credential, Candidate).join(Centre).join_from(Candidate, Series)
    ).where(Series.id == series.id, within, has_access, is_covered,
            Credential.last_signed_in_at.is_null() | (Credential.last_signed_in_at < recent.c.since),
            ).order_by(recent.c.since.desc(), recent.c.id.desc())
    found = {}
    for *who, times, since, generation, issued_at in database.execute(query):
        before = found.get(tuple(who))
        found[tuple(who)] = before._replace(times=before.times + times) if before else Refusal(
            *who, times, _at(since), _at(issued_at) if generation > 1 else None)
    return list(found.values())


def calls(standing, releases, now):
    """The Calls of one centre, by number, those whose login was never used first. Two queries."""
    instants = {name: standing.visible_from(name, releases) for name in releases if not releases[name].held_at}
    found = []
    for state in states(standing) if standing.has_access else ():
        seen = state.signed_in_at and state.candidate.login.looked_at
        waiting = in_order(name for name in state.candidate.qualifications.split("|")
                           if name in instants and instants[name] <= now and (not seen or seen < instants[name]))
        if waiting:
            found.append(Call(state, waiting))
    return sorted(found, key=lambda call: call.state.signed_in_at is not None)


_at = Attempts.since.python_value  # of epoch seconds


def _governed(series, *columns):
    return governed(Centre.select(*columns).join(Series, on=Series.id == series.id))


def _tally(series, within, past):
    """(centre id, qualifications, candidates, signed in since each of `past` or, without any, ever) a group.

    `past`: epoch seconds of releases; each counts with the centre's delay. What is sorted into groups is small, for
    that takes a third of the time.
    """
    ever = Credential.last_signed_in_at.is_null(False)
    since = [ever & (Credential.looked_at >= 60 * delay + at) for at in past] or [ever]
    facts = [Case(None, [(fact, 1)], 0).alias(f"fact{place}") for place, fact in enumerate(since)]
    people = (
        _governed(series, Centre.id.alias("centre"), Candidate.qualifications.alias("names"), *facts)
        .join_from(Centre, Candidate, on=(Candidate.centre == Centre.id) & (Candidate.series == series.id))
        .join_from(Candidate, Credential, JOIN.LEFT_OUTER, on=Credential.candidate == Candidate.id)
        .where(within, has_access, is_covered).alias("people"))
    group = people.c.centre, people.c.names
    counted = (fn.COUNT(people.c.names), *(fn.SUM(people.c[fact.name]) for fact in facts))
    return database.execute(Select((people,), (*group, *counted)).group_by(*group)).fetchall()
