"""Each rule standing twice, in SQL and in Python: on any state both give the same."""
from hypothesis import given, settings
from hypothesis import strategies as st
from peewee import JOIN

from models.rules import standing as rules
from models.rules import today
from models.rules.needs import groups
from models.rules.subcentre_screen import Screen
from models.tables.exams import Candidate, Centre, Release, Series
from models.tables.slips import Credential
from tests.states import NOW, at, worlds, written

SEEN = st.sampled_from((0, -1, -30, -60, -61, -1379, -1380, -1381, -1440, -2881, -4000))  # minutes, beside all instants
on_states = settings(max_examples=60, deadline=None)


@on_states
@given(world=worlds())
def test_access_delay_and_contact_are_the_same_in_sql_as_in_python(world):
    with written(world) as state:
        query = rules.governed(Centre.select(
            Centre.id, rules.has_access, rules.delay, rules.associate_delay, rules.contact_mode,
            rules.uses_default_contact,
        ).join(Series, on=(Series.id == state.series.id))).where(Centre.kind == "centre").tuples()
        by_sql = {row[0]: (bool(row[1]), *row[2:5], bool(row[5])) for row in query}

        by_python = {
            id: (standing.has_access, standing.delay, standing.controls.delay, standing.controls.contact_mode,
                 standing.uses_default_contact)
            for id, standing in rules.standings_of(state.series, Centre.kind == "centre").items()}

    assert by_sql == by_python


@on_states
@given(world=worlds())
def test_results_are_visible_from_the_same_instant_in_sql_as_in_python(world):
    with written(world) as state:
        query = rules.governed(
            Centre.select(Centre.id, Release.qualification, rules.visible_at)
            .join(Series, on=(Series.id == state.series.id))
            .join_from(Series, Release)).where(Centre.kind == "centre").tuples()
        by_sql = {(id, name): int(seconds) for id, name, seconds in query}

        releases = rules.releases_of(state.series)
        by_python = {
            (id, name): int(standing.visible_from(name, releases).timestamp())
            for id, standing in rules.standings_of(state.series, Centre.kind == "centre").items() for name in releases}

    assert by_sql == by_python


@on_states
@given(world=worlds())
def test_the_same_candidates_may_sign_in_by_sql_as_by_python(world):
    with written(world) as state:
        query = rules.governed(
            Centre.select(Centre.id, Candidate.id).join(Candidate)
            .join(Series, on=(Series.id == Candidate.series))
            .join_from(Candidate, Credential, JOIN.LEFT_OUTER)
        ).where(rules.may_sign_in(NOW), Credential.id.is_null(False)).tuples()
        by_sql = {centre.id: 0 for centre in state.centres}
        for centre_id, _candidate in query:
            by_sql[centre_id] += 1

        standings = rules.standings_of(state.series, Centre.kind == "centre")
        members = groups(state.series, list(standings))
        by_python = {
            id: sum(group.count for group in members[id] if group.login in ("living", "unprinted")
                    and group.is_covered(standings[id].offer.scope) and standings[id].has_access
                    and not state.series.is_closed(NOW))
            for id in standings}

    assert by_sql == by_python


@on_states
@given(world=worlds())
def test_the_screen_reads_the_same_standings(world):
    with written(world) as state:
        screen = Screen(state.officer, state.associate, state.series, NOW)
        seen = {s.centre.id: _decided(s) for s in screen.standings.values()}
        asked = {id: _decided(s) for id, s in rules.standings_of(
            state.series, Centre.associate == state.associate).items()}

    assert seen == asked


def _decided(standing):
    return (standing.centre.number, standing.controls, standing.has_access, standing.delay, standing.deciding,
            standing.contact, standing.offer.scope, standing.printed_releases("A Level|IGCSE", {}),
            standing.printed_contact())


@on_states
@given(world=worlds(), seen=st.lists(st.none() | SEEN, min_size=9, max_size=9))
def test_whose_results_are_out_and_who_has_signed_in_since_is_the_same_in_sql_as_in_python(world, seen):
    """By the delay of each one's own centre: the lines of the day, its call list, and the standing of the centre."""
    with written(world) as state:
        for login, minutes in zip(Credential.select().order_by(Credential.id), seen, strict=False):
            when = None if minutes is None else at(minutes)
            Credential.update(last_signed_in_at=when, looked_at=when).where(Credential.id == login.id).execute()
        releases = rules.releases_of(state.series)
        lines = {line.number: line for line in today.lines_of(state.series, Centre.kind == "centre", releases, NOW)}

        standings = rules.standings_of(state.series, Centre.kind == "centre")
        members = groups(state.series, list(standings))
        shown = {name: release for name, release in releases.items() if not release.held_at}
        by_sql = [(lines[s.centre.number].covered, lines[s.centre.number].due, lines[s.centre.number].next_at,
                   lines[s.centre.number].due - lines[s.centre.number].signed_in)
                  for s in standings.values() if s.centre.number in lines]
        by_python = []
        for standing in standings.values():
            mine = [group for group in members[standing.centre.id] if standing.has_access and group.is_covered(
                standing.offer.scope)]
            instants = [[standing.visible_from(name, shown) for name in group.qualifications.split("|")
                         if name in shown] for group in mine]
            if mine:
                by_python.append((
                    sum(group.count for group in mine),
                    sum(group.count for group, some in zip(mine, instants, strict=True) if any(
                        instant <= NOW for instant in some)),
                    min((instant for some in instants for instant in some if instant > NOW), default=None),
                    len(today.calls(standing, releases, NOW))))

    assert by_sql == by_python
