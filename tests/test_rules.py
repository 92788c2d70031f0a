"""Each rule stands twice, in SQL and in Python: on any state both give the same."""
from hypothesis import given, settings
from peewee import JOIN

from models.rules import standing
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
        query = standing.governed(Centre.select(
            Centre.id, standing.has_access, standing.delay, standing.associate_delay, standing.contact_mode,
            standing.uses_default_contact,
        ).join(Series, on=(Series.id == state.series.id))).where(Centre.kind == "centre").tuples()
        by_sql = {row[0]: (bool(row[1]), *row[2:5], bool(row[5])) for row in query}

        by_python = {
            id: (stands.has_access, stands.delay, stands.controls.delay, stands.controls.contact_mode,
                 stands.uses_default_contact)
            for id, stands in standing.standings(state.series, Centre.kind == "centre").items()}

    assert by_sql == by_python


@on_states
@given(world=worlds())
def test_results_are_visible_from_the_same_instant_in_sql_as_in_python(world):
    with written(world) as state:
        query = standing.governed(
            Centre.select(Centre.id, Release.qualification, standing.visible_at)
            .join(Series, on=(Series.id == state.series.id))
            .join_from(Series, Release)).where(Centre.kind == "centre").tuples()
        by_sql = {(id, name): int(seconds) for id, name, seconds in query}

        releases = standing.releases_of(state.series)
        by_python = {
            (id, name): int(stands.visible_from(name, releases).timestamp())
            for id, stands in standing.standings(state.series, Centre.kind == "centre").items() for name in releases}

    assert by_sql == by_python


@on_states
@given(world=worlds())
def test_the_same_candidates_may_sign_in_by_sql_as_by_python(world):
    with written(world) as state:
        query = standing.governed(
            Centre.select(Centre.id, Candidate.id).join(Candidate)
            .join(Series, on=(Series.id == Candidate.series))
            .join_from(Candidate, Credential, JOIN.LEFT_OUTER)
        ).where(standing.may_sign_in(NOW), Credential.id.is_null(False)).tuples()
        by_sql = {centre.id: 0 for centre in state.centres}
        for centre_id, _candidate in query:
            by_sql[centre_id] += 1

        stands = standing.standings(state.series, Centre.kind == "centre")
        members = groups(state.series, list(stands))
        by_python = {
            id: sum(group.count for group in members[id] if group.login in ("living", "unprinted")
                    and group.is_covered(stands[id].offer.scope) and stands[id].has_access
                    and not state.series.is_closed(NOW))
            for id in stands}

    assert by_sql == by_python


@on_states
@given(world=worlds())
def test_the_screen_reads_the_same_standings(world):
    with written(world) as state:
        screen = Screen(state.officer, state.associate, state.series, NOW)
        seen = {s.centre.id: _decided(s) for s in screen.standings.values()}
        asked = {id: _decided(s) for id, s in standing.standings(
            state.series, Centre.associate == state.associate).items()}

    assert seen == asked


def _decided(stands):
    return (stands.centre.number, stands.controls, stands.has_access, stands.delay, stands.deciding, stands.contact,
            stands.offer.scope, stands.printed_releases("A Level|IGCSE", {}), stands.printed_contact())
