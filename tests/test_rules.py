"""Each rule standing twice, in SQL and in Python: on any state both give the same."""
from hypothesis import given, settings
from peewee import JOIN

from models.rules import standing as rules
from models.rules.needs import groups
from models.rules.subcentre_screen import Screen
from models.tables.exams import Candidate, Centre, Release, Series
from models.tables.slips import Credential
from tests.states import NOW, worlds, written

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
