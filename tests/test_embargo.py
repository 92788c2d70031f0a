"""Before its time nothing tells whether a result is loaded: every route of the app, for everybody it is not for.

Walks `app.url_map` as the sweep of the locks does, so a new route is in it by itself. Each request is sent twice,
without and with the results, and everything that comes back must be the same: status, headers, length, body, and
the statements that the database was asked.
"""
import re
from contextlib import contextmanager
from datetime import timedelta
from itertools import product

import pytest

from models.database import database
from models.rules.results import Result
from models.tables.exams import Entry, Release
from models.tables.people import Officer
from tests.candidates.conftest import OURS, USERNAME, Guest
from tests.inside import Inside
from tests.test_locks import BOARD, RELEASER, own_centre, routes

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}
WAYS = ("GET", PARTIAL), ("HEAD", {}), ("OPTIONS", {}), ("GET", {
    "Range": "bytes=0-99", "If-None-Match": "*", "If-Modified-Since": "Sat, 01 Jan 2028 00:00:00 GMT",
    "Accept": "application/json", "Accept-Encoding": "identity"})
QUERIES = {
    "results.index": [{"by": "syllabus"}, {"by": "qualification"}, {"q": "A*"}, {"q": "zo"}, {"early": "1"},
                      {"page": "2"}, {"which": "news"}, {"which": "pending"}],
    "circle.index": [{"by": "syllabus"}, {"by": "qualification"}, {"which": "news"}, {"which": "nothing"},
                     {"order": "-results"}],
    "credentials.index": [{"state": "unsigned"}, {"q": "zo"}],
    "preview.preview": [{"state": "after"}],
}
FORMS = {"public.verify": [{"code": "A*"}], "circle.make": [{"kind": "xlsx"}, {"kind": "zip"}],
         "statements.make": [{"kind": kind} for kind in ("csv", "xlsx", "statements", "broadsheet", "by-syllabus",
                                                         "zip")]}
# the token of a form and what makes it count once, the clock, the room on the disk
RANDOM = re.compile(rb'name="once" value="[\w-]+"|(?:Im|\.eJ)[\w-]{12,}\.[\w-]+\.[\w-]+|data-now="\d+"|<b>\d+</b>|'
                    rb'_(?:bytes|seconds)":-?[\d.]+|<time datetime="[^"]+">\d\d:\d\d:\d\d</time>|every \d+s')
MAKE_SOMETHING_RANDOM = {"account.second_factor", "officers.link", "to_do.archive"}  # secrets and ids, no results
BOARD_STAFF = "the board without the right"
PASSING = ("Date", "Set-Cookie")


def a_level_is_later(cast):
    """IGCSE is out, with its results; the A Level results are what nobody may notice."""
    Release.update(released_at=cast.now - timedelta(days=1)).where(Release.qualification == "IGCSE").execute()
    for candidates in cast.candidates.values():
        for candidate in candidates:
            cast.result(candidate, "0580", "C", 65)


def both_are_held(cast):
    Release.update(released_at=cast.now - timedelta(days=1), held_at=cast.now).execute()


def none_is_announced(_cast):
    Release.delete().execute()


def load_what_is_not_out(cast):
    for candidates in cast.candidates.values():
        for candidate in candidates:
            if not Result.select().join(Entry).where(Entry.candidate == candidate).exists():
                cast.result(candidate, "0580", "A*", 97, second_grade="U", endorsement="5")
    cast.result(cast.candidates["XA101"][0], "9709", "X")


@contextmanager
def undone():
    with database.atomic() as stage:
        yield
        stage.rollback()


def told(client, asked, address, method, **options):
    """Everything that comes back, but for what differs from one second or one request to the next."""
    asked.clear()
    with undone():
        response = client.open(address, method=method, **options)
        body = RANDOM.sub(b"", response.get_data())
        response.close()
    headers = [pair for pair in response.headers if pair[0] not in PASSING]
    return response.status_code, headers, body, [sql for sql in asked if "SAVEPOINT" not in sql]


def requests_of(route, app, cast, token):
    """(address, method, options) of every way to ask for a route."""
    centre = own_centre(cast, route)
    address = route.address(app, centre.number, route.maker and route.maker(cast, centre))
    if route.method == "POST":
        for form in FORMS.get(route.endpoint, [{}]):
            for headers in ({}, PARTIAL):
                yield address, "POST", {"data": {"csrf_token": token, **form}, "headers": headers | OURS}
        return
    for query in [{}, *QUERIES.get(route.endpoint, [])]:
        yield address, "GET", {"query_string": query, "headers": {}}
    for method, headers in WAYS:
        yield address, method, {"headers": headers}


def person(app, cast, who):
    """(cookies, token of forms) of somebody who may not read results early."""
    Officer.update(reads_unreleased=False).where(Officer.id == cast.board.id).execute()
    visitor = Inside(app, {
        "the centre’s officer": cast.karachi_officer, "the Associate’s officer": cast.associates_officer,
        BOARD_STAFF: Officer.get_by_id(cast.board.id)}.get(who))
    token = visitor.csrf
    cookies = [f"staff={visitor.client.get_cookie('staff').value}"]
    if who == "a candidate":
        guest = Guest(app)
        guest.sign_in_with(USERNAME, cast.passwords["0001"])
        cookies.append(f"results={guest.cookie}")
    return "; ".join(cookies), token


STATES = {"not yet": lambda _cast: None, "half of it": a_level_is_later, "held": both_are_held,
          "unannounced": none_is_announced}
PEOPLE = ("a candidate", "the centre’s officer", "the Associate’s officer", BOARD_STAFF)


@pytest.mark.parametrize(("who", "state"), [("nobody", "not yet"), *product(PEOPLE, STATES)])
def test_nothing_tells_whether_results_are_loaded(app, cast, who, state):
    cast.give_access(cast.karachi)
    cast.passwords = cast.confirm(cast.karachi, cast.karachi_officer)
    STATES[state](cast)
    cookies, token = person(app, cast, who)
    client, asked, different, tried = app.test_client(use_cookies=False), [], [], set()
    database.obj.query_hooks.append(hook := lambda event: asked.append(event.sql))
    try:
        for route in routes(app):
            if route.endpoint in MAKE_SOMETHING_RANDOM or (route.who in (BOARD, RELEASER) and who == BOARD_STAFF):
                continue  # the board counts what it has sent itself
            for address, method, options in requests_of(route, app, cast, token):
                options["headers"] = {"Cookie": cookies, **options["headers"]}
                for _second in range(4):  # the clock may have gone on between the two
                    without = told(client, asked, address, method, **options)
                    with undone():
                        load_what_is_not_out(cast)
                        loaded = told(client, asked, address, method, **options)
                    if without == loaded:
                        break
                else:
                    different.append(f"{address} {method} {options}")
                tried.add((route.endpoint, without[0]))
    finally:
        database.obj.query_hooks.remove(hook)

    assert different == []
    shown = {"the centre’s officer": ("results.index", 200), "a candidate": ("candidates.sheet", 200),
             "the Associate’s officer": ("subcentres.index", 200)}.get(who)
    assert shown is None or shown in tried
    assert not [endpoint for endpoint, status in tried if status >= 500]
