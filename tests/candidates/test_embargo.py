"""No byte of a grade before its time, and nothing that tells beforehand."""
import ast
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.acts import candidate_sign_in
from models.database import database
from models.rules import candidate_sheet, results
from models.rules.results import Result
from models.tables.exams import Centre, Release
from models.tables.offers import Offer
from models.tables.slips import CandidateSession
from models.tables.subcentres import AttachedCentre, AttachedDefaults
from tests.candidates.conftest import SHEET, USERNAME
from views.candidates.sheet import instant

ROOT = Path(__file__).parents[2]
REQUESTS = [
    (method, path, headers)
    for method in ("GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PATCH")
    for path in (SHEET, "/results/", "/results/en/sign-in", "/results/en/signed-out", "/results/en/statement.pdf",
                 "/verify")
    for headers in ({}, {"HX-Request": "true", "HX-Request-Type": "partial"}, {"Range": "bytes=0-99"},
                    {"If-None-Match": "*"}, {"Accept": "application/json"})
]


def observed(visitor):
    """Everything that a candidate can see of every route, method and header; clocks blanked."""
    seen = []
    for method, path, headers in REQUESTS:
        response = visitor.client.open(path, method=method, headers=headers)
        body = re.sub(rb'data-now="\d{10}"|<b>\d+</b>', b"", response.data)
        kept = [(name, value) for name, value in response.headers if name not in ("Date", "Set-Cookie")]
        if path == SHEET:  # the clock's figures may lose a digit while the test runs; see the next test
            kept = [(name, value) for name, value in kept if name != "Content-Length"]
        seen.append((method, path, response.status_code, kept, body))
    return seen


@pytest.mark.parametrize("shut", [
    lambda: Release.update(released_at=Release.released_at + 86400).execute(),
    lambda: Release.delete().execute(),
    lambda: Release.update(released_at=Release.released_at - 30 * 86400, held_at=datetime.now(UTC)).execute(),
    lambda: AttachedCentre.update(delay=14 * 24 * 60).execute(),
    lambda: Offer.update(delay=14 * 24 * 60).execute(),
], ids=["before the release", "unannounced", "held", "the Associate's delay", "the centre's delay"])
def test_nothing_tells_whether_results_are_loaded(zoe, cast, shut):
    shut()
    without = observed(zoe)

    for code in ("9709", "0580"):
        cast.result(cast.candidates["XA101"][0], code, "A*", 97, second_grade="U", endorsement="5")

    assert observed(zoe) == without


def test_the_length_tells_nothing_either(zoe, cast):
    """Within one second even the clock's figures are the same."""
    candidate = cast.candidates["XA101"][0]
    for _ in range(20):
        Result.delete().execute()
        before = answers(zoe)
        cast.result(candidate, "9709", "A*", 97)
        cast.result(candidate, "0580", "U")
        after = answers(zoe)
        if clocks(before) == clocks(after):
            break

    assert [response.data for response in before] == [response.data for response in after]
    assert [response.headers["Content-Length"] for response in before] == [
        response.headers["Content-Length"] for response in after]


def answers(visitor):
    partial = {"HX-Request": "true", "HX-Request-Type": "partial"}
    return [visitor.client.open(SHEET, method=method, headers=headers)
            for method in ("GET", "HEAD") for headers in ({}, partial)] + [visitor.client.get(SHEET)]


def clocks(responses):
    return {found[1] for response in responses if (found := re.search(rb'data-now="(\d+)"', response.data))}


def test_the_instant_is_the_first_second_with_grades(zoe, cast):
    candidate, token = cast.candidates["XA101"][0], zoe.cookie.split(".")[0]
    cast.result(candidate, "9709", "B")
    at = Release.get(Release.qualification == "A Level").released_at
    CandidateSession.update(ends_at=at + timedelta(hours=1)).execute()

    grades = [candidate_sheet.sheet(token, at, now).parts[0].awards[0].grade
              for now in (at - timedelta(seconds=1), at, at + timedelta(seconds=1))]

    assert grades == [None, "B", "B"]


# --- the rule itself, on randomly drawn states --------------------------------------------------------------

ZONES = ["Asia/Karachi", "America/Lima", "Europe/London", "Australia/Lord_Howe", "Pacific/Apia",
         "America/St_Johns", "Africa/Casablanca", "UTC"]
DELAY = st.sampled_from([0, 1, 59, 60, 1439, 1440, 20160]) | st.integers(0, 20160)
MOMENTS = st.integers(1_772_323_200, 1_806_537_600).map(  # March 2026 to March 2027
    lambda second: datetime.fromtimestamp(second, UTC))


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_grade_is_seen_exactly_from_its_time_on(zoe, cast, data):
    """E3, E4, D2, D17: release + max(both delays), per qualification, the same instant in every zone."""
    token = zoe.cookie.split(".")[0]
    candidate = cast.candidates["XA101"][0]
    moments = {name: data.draw(st.none() | MOMENTS, label=name) for name in ("A Level", "IGCSE")}
    held = {name: data.draw(st.booleans(), label=f"{name} held") for name in moments}
    by_defaults = data.draw(st.booleans(), label="by defaults")
    associates, centres, other = data.draw(DELAY), data.draw(DELAY), data.draw(DELAY)
    zone = data.draw(st.sampled_from(ZONES), label="zone")
    due = {name: at + timedelta(minutes=max(associates, centres)) for name, at in moments.items() if at}
    near = [at + timedelta(seconds=data.draw(st.sampled_from([-86400, -3600, -1, 0, 1, 3600, 86400])))
            for at in due.values()]
    now = data.draw(st.sampled_from(near) if near else MOMENTS, label="now")

    with database.atomic() as stage:
        Release.delete().execute()
        for name, at in moments.items():
            if at:
                Release.create(series=cast.june, qualification=name, released_at=at,
                               held_at=cast.now if held[name] else None)
        Centre.update(time_zone=zone).execute()
        AttachedDefaults.update(uses_defaults=by_defaults, delay=associates if by_defaults else other).execute()
        AttachedCentre.update(delay=other if by_defaults else associates).execute()
        Offer.update(delay=centres).execute()
        CandidateSession.update(started_at=now, ends_at=now + timedelta(hours=8)).execute()
        Result.delete().execute()
        cast.result(candidate, "9709", "A")
        cast.result(candidate, "0580", "B")
        sheet = candidate_sheet.sheet(token, now, now)
        stage.rollback()

    shown = {part.qualification: part.awards[0].grade for part in sheet.parts}
    states = {part.qualification: part.state for part in sheet.parts}
    assert shown == {name: grade if name in due and due[name] <= now and not held[name] else None
                     for name, grade in (("A Level", "A"), ("IGCSE", "B"))}
    assert states == {
        name: candidate_sheet.UNANNOUNCED if name not in due else candidate_sheet.HELD if held[name]
        else candidate_sheet.OUT if due[name] <= now else candidate_sheet.WAITING for name in moments}
    for part in sheet.parts:
        assert part.visible_at == due.get(part.qualification)


@settings(max_examples=100, deadline=None)
@given(at=MOMENTS, zone=st.sampled_from(ZONES))
def test_the_local_time_on_the_page_is_the_same_instant(at, zone):
    """Over clock changes too: the wall time that is printed is the one that a clock there shows."""
    iso, words, _place, _midnight = instant(at, zone, "en")

    there = at.astimezone(ZoneInfo(zone))
    assert datetime.fromisoformat(iso) == at
    assert words == f"{there:%A} {there.day} {there:%B %Y}, {there:%H:%M}"


# --- by construction ---------------------------------------------------------------------------------------

GRADE_COLUMNS = {"grade", "second_grade", "endorsement", "pum", "changed_at"}


def test_one_module_holds_every_statement_that_names_a_grade_column():
    """E5. Everybody else gets values from it; only the list of tables may name the table."""
    offenders = []
    for path in sorted(ROOT.glob("[!.]*/**/*.py")) + sorted(ROOT.glob("*.py")):
        place = path.relative_to(ROOT)
        if place.parts[0] in ("tests", "migrations", "benchmarks", "deploy", "build") or str(place) in (
                "models/rules/results.py", "models/every_table.py"):
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            names_table = isinstance(node, ast.ImportFrom) and node.module == "models.rules.results" and any(
                alias.name in ("Result", "*") for alias in node.names)
            reaches_table = isinstance(node, ast.Attribute) and node.attr == "Result"
            writes_sql = isinstance(node, ast.Constant) and isinstance(node.value, str) and re.search(
                r'\b(FROM|JOIN|INTO|UPDATE)\s+"?result"?\b', node.value)
            backref = isinstance(node, ast.Attribute) and node.attr == "result" and isinstance(
                node.value, ast.Name) and node.value.id == "entry"
            if names_table or reaches_table or writes_sql or backref:
                offenders.append(f"{place}:{node.lineno}")
    assert offenders == []


def joins_of_results(sql):
    return re.findall(r'JOIN "result" AS "\w+" ON (.*?)(?= (?:LEFT OUTER |INNER )?JOIN | WHERE | ORDER )', sql)


def key_of(sql):
    """The condition under which the key of the look-up is that of the entry, and NULL else."""
    return re.search(r'CASE WHEN (.*) THEN "\w+"\."id" END AS "open_entry"', sql)[1]


def test_the_release_stands_in_every_join_of_results(zoe, cast, queries):
    """E6: no query reads a grade before its time."""
    with queries() as asked:
        zoe.sheet()
        results.for_staff(cast.karachi, cast.june, cast.now)

    joins = [(join, sql) for sql in asked for join in joins_of_results(sql)]
    assert len(joins) == 2
    for join, sql in joins:
        condition = key_of(sql) if '"open_entry"' in join else join
        assert '"released_at"' in condition
        assert '"held_at" IS NULL' in condition


def test_before_its_time_not_even_an_index_of_results_is_searched():
    """The key of the look-up is NULL until then."""
    sql, _ = results._own().sql()

    assert re.search(r'"result" AS "(\w+)" ON \("\1"\."entry_id" = "own"\."open_entry"\)', sql)
    assert key_of(sql)


def test_signing_in_reads_no_grade(guest, slips, queries):
    with queries() as asked:
        guest().sign_in_with(USERNAME, slips["0001"])

    assert candidate_sign_in.Door._fields.count("grade") == 0
    assert not [sql for sql in asked if '"result"' in sql]
