"""More come at once than can be served: who waited too long for a turn comes back, older ones first."""
import time

import pytest

from models.tables.audit import AuditEvent
from models.tables.slips import CandidateSession
from tests.candidates.conftest import OURS, SHEET, SIGN_IN, USERNAME
from views.candidates.turns import COME_BACK, PATIENCE

NEWCOMERS_LIMIT, OTHERS_LIMIT = PATIENCE, 2 * PATIENCE


@pytest.fixture
def proxied(app, monkeypatch):
    monkeypatch.setitem(app.config, "TRUSTED_PROXIES", "1")


def after(seconds):
    """The header of a request that waited so long."""
    return {"X-Request-Start": f"t={time.time() - seconds:.3f}"}


def sign_in(guest, password, headers, **more):
    return guest.post(SIGN_IN, {"username": USERNAME.lower(), "password": password, **more}, csrf=False, htmx=False,
                      headers={**OURS, **headers})


def test_a_newcomer_who_waited_too_long_is_asked_to_come_back_with_nothing_typed_again(proxied, guest, slips):
    visitor = guest()

    answer = sign_in(visitor, slips["0001"], after(NEWCOMERS_LIMIT + 0.1))

    assert "Many people are signing in right now" in answer.text
    assert (answer.status, visitor.cookie, CandidateSession.select().count()) == (200, None, 0)
    assert not AuditEvent.select().where(AuditEvent.what == "signed in").exists()
    assert all(f'value="{kept}"' in answer.html for kept in (USERNAME.lower(), slips["0001"], "y"))


@pytest.mark.parametrize(("waited", "comes_again", "status"), [
    (NEWCOMERS_LIMIT - 0.5, False, 303), (NEWCOMERS_LIMIT + 0.1, True, 303), (OTHERS_LIMIT + 0.1, True, 200)])
def test_who_comes_back_goes_before_newcomers(proxied, guest, slips, waited, comes_again, status):
    more = {"again": "y"} if comes_again else {}

    assert sign_in(guest(), slips["0001"], after(waited), **more).status == status


@pytest.mark.parametrize("told", ["t=1", "t=99999999999", "t=nan", "soon", "", "t=-1e309"])
def test_a_time_that_cannot_be_keeps_nobody_out(proxied, guest, slips, told):
    assert sign_in(guest(), slips["0001"], {"X-Request-Start": told}).status == 303


def test_without_a_proxy_in_front_nobody_can_say_how_long_they_waited(guest, slips):
    assert sign_in(guest(), slips["0001"], after(30)).status == 303


def test_who_is_signed_in_keeps_the_session_and_comes_back_by_itself(proxied, zoe):
    patient = zoe.get(SHEET, htmx=False, headers=after(OTHERS_LIMIT - 0.5))
    page = zoe.get(SHEET, htmx=False, headers=after(OTHERS_LIMIT + 0.1))
    poll = zoe.get(SHEET, htmx=True, headers=after(OTHERS_LIMIT + 0.1))

    assert "Zoë Ångström" in patient.text
    assert "Zoë" not in page.text
    assert COME_BACK[0] <= int(page.headers["Refresh"]) <= COME_BACK[1]
    assert (poll.status, poll.text) == (503, "")
    assert COME_BACK[0] <= int(poll.headers["Retry-After"]) <= COME_BACK[1]
    assert "Zoë Ångström" in zoe.sheet().text
