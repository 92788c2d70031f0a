"""A candidate at a browser, and the stage they come to."""
import re
from datetime import timedelta

import pytest

from models.tables.exams import Release
from models.tables.slips import CandidateSession
from tests.visitor import Visitor
from views.candidates import cookie

SIGN_IN = "/results/en/sign-in"
SHEET = "/results/en/"
OURS = {"Sec-Fetch-Site": "same-origin"}
USERNAME = "XA101-0001-J26"


def pytest_ignore_collect(collection_path, config):
    """SQLite has no roles."""
    return True if collection_path.name == "test_tier.py" and config.getoption("--database") == "sqlite" else None


class Guest(Visitor):
    """Somebody on the candidate site: no account, no token; the browser says where a form comes from."""

    def sign_in_with(self, username, password, headers=OURS):
        return self.post(SIGN_IN, {"username": username, "password": password}, csrf=False, htmx=False,
                         headers=headers)

    def sign_out(self, headers=OURS):
        return self.post("/results/en/sign-out", csrf=False, htmx=False, headers=headers)

    def sheet(self, htmx=False):
        return self.get(SHEET, htmx=htmx)

    @property
    def cookie(self):
        found = self.client.get_cookie("results")
        return found.value if found else None

    def time_passes(self, **time):
        """As if so much time had gone by: everything that has a time, this cookie's too, moves back."""
        seconds = int(timedelta(**time).total_seconds())
        CandidateSession.update(started_at=CandidateSession.started_at - seconds,
                                ends_at=CandidateSession.ends_at - seconds).execute()
        Release.update(released_at=Release.released_at - seconds).execute()
        with self.app.test_request_context(headers={"Cookie": f"results={self.cookie}"}):
            token, active_at = cookie.read()
            response = cookie.write(
                self.app.response_class(), token, active_at - timedelta(seconds=seconds))
        self.client.set_cookie("results", re.match("results=([^;]+)", response.headers["Set-Cookie"])[1])


@pytest.fixture
def guest(app):
    return lambda: Guest(app)


@pytest.fixture
def slips(cast):
    """The passwords of XA101's candidates: {number: password}. Zoë (0001): A Level tomorrow, IGCSE in a week."""
    cast.give_access(cast.karachi)
    return cast.confirm(cast.karachi, cast.karachi_officer)


@pytest.fixture
def release(cast):
    """`release("A Level", hours=-1)`: move a release, relative to now."""
    def move(qualification, **ago):
        Release.update(released_at=cast.now + timedelta(**ago)).where(
            Release.series == cast.june, Release.qualification == qualification).execute()
    return move


@pytest.fixture
def zoe(guest, slips):
    """Zoë, signed in with her slip."""
    visitor = guest()
    answer = visitor.sign_in_with(USERNAME, slips["0001"])
    assert (answer.status, answer.location.partition("?in=")[0]) == (303, SHEET)
    return visitor
