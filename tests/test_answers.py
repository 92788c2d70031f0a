"""What is true of every answer of every route: kept nowhere, telling nothing of the machine, believing no header."""
import logging
import re
from datetime import timedelta

import pyotp
import pytest

from models.acts import second_factor
from models.tables.exams import Release
from models.tables.people import Officer, Posting, StaffSession
from tests.candidates.conftest import OURS, USERNAME, Guest
from tests.cast import CHANCE, PASSWORD
from tests.inside import Inside
from tests.test_locks import ANYONE, CANDIDATE, ask, own_centre, right_person, routes
from tests.visitor import Visitor

# the same for everybody
PUBLIC_CACHE = {"public.privacy", "public.keys", "public.withdrawn", "candidates.index", "candidates.sign_in",
                "candidates.signed_out", "candidates.help_page"}
EVIL = "evil.example"
FORWARDED = {"X-Forwarded-Host": EVIL, "X-Forwarded-For": EVIL, "X-Forwarded-Proto": EVIL, "X-Original-URL": f"/{EVIL}",
             "X-Rewrite-URL": f"/{EVIL}", "X-HTTP-Method-Override": "POST", "Forwarded": f"host={EVIL}",
             "Origin": f"https://{EVIL}", "User-Agent": EVIL}
VERSIONS = re.compile(r"(?i)werkzeug|\bflask\b|jinja|peewee|\bpython\b|waitress|granian|traceback|sqlite|psycopg")


@pytest.fixture(params=["htmx", "plain"])
def as_(app, request):
    return lambda officer=None: Inside(app, officer, htmx=request.param == "htmx")


def addresses(app, cast):
    """(route, address) of everything, for whom it is meant for."""
    cast.give_access(cast.karachi)
    for route in routes(app):
        centre = own_centre(cast, route)
        yield route, route.address(app, centre.number, route.maker and route.maker(cast, centre))


def test_nothing_behind_sign_in_is_kept_by_a_browser_or_a_proxy(app, cast, as_):
    """P1, and the headers that every answer carries."""
    wrong = []
    for route, address in addresses(app, cast):
        answer = ask(as_(right_person(cast, route)), route, address)
        headers = answer.headers
        if headers.get("Cache-Control") != "no-store" and not (
                route.endpoint in PUBLIC_CACHE and headers["Cache-Control"].startswith(("public", "no-cache"))):
            wrong.append((route, headers.get("Cache-Control")))
        if "default-src 'none'" not in headers["Content-Security-Policy"] or headers[
                "X-Content-Type-Options"] != "nosniff":
            wrong.append((route, "no policy"))

    assert wrong == []


def test_no_answer_believes_a_header_about_its_host_or_says_what_it_runs_on(app, cast, as_):
    """I5, U2: nobody is led elsewhere, and no name or version of a part is given away."""
    wrong = []
    for route, address in addresses(app, cast):
        visitor = as_(right_person(cast, route))
        answer = ask(visitor, route, address, headers=FORWARDED)
        said = f"{answer.headers}{answer.html}"
        if EVIL in said or VERSIONS.search(said) or "Server" in answer.headers:
            wrong.append((route, answer.status))

    assert wrong == []


def test_another_host_name_is_repeated_nowhere(app, cast, as_):
    wrong = []
    for route, address in addresses(app, cast):
        if route.method == "GET":
            answer = ask(as_(right_person(cast, route)), route, address, base_url=f"http://{EVIL}")
            if EVIL in f"{answer.headers}{answer.html}":
                wrong.append((route, answer.status))

    assert wrong == []


def test_what_goes_wrong_is_said_without_its_insides(app, cast, plain, monkeypatch):
    monkeypatch.setattr(app, "testing", False)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    monkeypatch.setitem(app.view_functions, "dashboard.centre", lambda number: {}[number])

    answer = plain(cast.karachi_officer).get("/centres/XA101")

    assert (answer.status, "Something went wrong on our side." in answer.text) == (500, True)
    assert not VERSIONS.search(answer.html)
    assert "KeyError" not in answer.html


def test_a_candidate_is_nobody_in_the_portal_and_an_officer_on_the_candidates_site(app, cast):
    """Z1: the two kinds of session open nothing for one another."""
    cast.give_access(cast.karachi)
    passwords = cast.confirm(cast.karachi, cast.karachi_officer)
    guest, nobody, officer = Guest(app), Visitor(app), Inside(app, cast.board)
    guest.sign_in_with(USERNAME, passwords["0001"])
    wrong = []
    for route in routes(app):
        address = route.address(app, "XA101", route.maker and route.maker(cast, cast.karachi))
        if route.method == "GET" and route.who not in (ANYONE, CANDIDATE):
            as_candidate, as_nobody = guest.get(address, lint=False), nobody.get(address, lint=False)
            if (as_candidate.status, as_candidate.location, as_candidate.body) != (
                    303, as_nobody.location, as_nobody.body):
                wrong.append((route, as_candidate.status))

    assert wrong == []
    assert officer.get("/results/en/", lint=False).location == "/results/en/sign-in"
    assert officer.get("/results/en/statement.pdf", lint=False).status in (303, 404)


def test_extra_fields_of_a_form_change_nothing(app, cast, as_):
    """Z4: no POST of an officer sets what its page does not ask."""
    extra = {"is_board_staff": "1", "reads_unreleased": "1", "releases_results": "1", "manages_candidate_results": "1",
             "officer": "1", "officer_id": "1", "email": "evil@evil.example", "disabled_at": "", "centre": "XB201",
             "centre_id": "1", "series": "1", "id": "1", "role": "board", "right": "is_board_staff", "early": "1",
             "released_at": "0", "held_at": "0", "grade": "A*", "generation": "9", "made_by": "x", "next": f"//{EVIL}"}
    columns = (Officer.email, Officer.is_board_staff, Officer.reads_unreleased, Officer.releases_results)
    rights = (Posting.officer, Posting.centre, Posting.manages_candidate_results, Posting.sends_files)

    def stands():
        return [list(query.order_by(*fields).tuples()) for query, fields in (
            (Officer.select(*columns).where(~Officer.email.startswith("one")), columns),
            (Posting.select(*rights).join(Officer).where(~Officer.email.startswith("one")), rights),
            (Release.select(Release.qualification, Release.released_at, Release.held_at), (Release.id,)))]

    before, led = stands(), []
    for route, address in addresses(app, cast):
        if route.method == "POST" and route.who != CANDIDATE and not route.endpoint.startswith("board_"):
            visitor = as_(right_person(cast, route))
            for path in (address, f"{address}?next=//{EVIL}"):
                answer = visitor.post(path, dict(extra), lint=False)
                led.append(answer.location or answer.headers.get("HX-Redirect") or "")

    assert stands() == before
    assert not [address for address in led if EVIL in address.split("?")[0]]


def test_no_secret_token_or_grade_reaches_a_log(app, cast, caplog):
    """P3, at the most talkative level, through the day of a candidate and of an officer."""
    caplog.set_level(logging.DEBUG)
    cast.give_access(cast.karachi)
    slips = cast.confirm(cast.karachi, cast.karachi_officer)
    cast.result(cast.candidates["XA101"][0], "9709", "A*", 97)
    Release.update(released_at=cast.now - timedelta(days=1)).execute()
    guest, officer, stranger = Guest(app), Visitor(app, cast.karachi_officer), Visitor(app)
    seed = second_factor.new_seed()
    guest.sign_in_with(USERNAME, slips["0002"])
    guest.sign_in_with(USERNAME, slips["0001"])
    token = guest.cookie.split(".")[0]
    assert "A*" in guest.sheet().text
    assert guest.get("/results/en/statement.pdf").status == 200
    guest.client.post("/results/en/sign-in", data={"username": USERNAME, "password": slips["0001"]}, headers=OURS)
    officer.post("/account/password", {"current": PASSWORD, "password": "easy", "again": "easy"})
    officer.post("/account/second-factor", {
        "current": PASSWORD, "code": pyotp.TOTP(second_factor.secret_of(seed)).now()})
    officer.post("/centres/XA101/results/june-2026/files", {"kind": "csv"})
    stranger.sign_in(cast.karachi_officer, "a guess that is not right")
    session = StaffSession.select().first().digest

    written = "\n".join([caplog.text, *(str(record.__dict__) for record in caplog.records)])

    for secret in (*slips.values(), PASSWORD, "a guess that is not right", token, session, "A*", CHANCE,
                   second_factor.secret_of(seed)):
        assert secret not in written
