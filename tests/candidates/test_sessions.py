"""A candidate's session: where it lives, when it ends."""
import re
from datetime import timedelta

import pytest

from models.acts import candidate_sign_in
from models.database import database
from models.rules import candidate_sheet
from models.tables.attempts import Attempts
from models.tables.audit import AuditEvent
from models.tables.slips import CandidateSession, Credential
from tests.candidates.conftest import SHEET, USERNAME

ENDED = "/results/en/ended"


def test_the_cookie_is_kept_from_scripts_and_other_sites(guest, slips):
    answer = guest().sign_in_with(USERNAME, slips["0001"])

    cookie = answer.headers["Set-Cookie"]
    assert re.fullmatch(r"results=[^;]+; HttpOnly; Path=/; SameSite=Lax", cookie)
    assert len(answer.headers.getlist("Set-Cookie")) == 1


def test_in_production_the_cookie_is_bound_to_the_host(app, guest, slips, monkeypatch):
    monkeypatch.setitem(app.config, "SESSION_COOKIE_SECURE", True)

    cookie = guest().sign_in_with(USERNAME, slips["0001"]).headers["Set-Cookie"]

    assert re.fullmatch(r"__Host-results=[^;]+; Secure; HttpOnly; Path=/; SameSite=Lax", cookie)


def test_only_a_digest_of_the_token_is_kept(zoe):
    token = zoe.cookie.split(".")[0]

    assert len(token) >= 32
    assert CandidateSession.get().digest == candidate_sheet.digest_of(token)
    assert token not in str(list(CandidateSession.select().dicts()))


@pytest.mark.parametrize("forged", [
    "", ".", "..", "x.y.z", "é.é.é", "token", lambda c: c[:-1] + ("0" if c[-1] != "0" else "1"),
    lambda c: c.replace(".", ".1", 1), lambda c: "x" + c, lambda c: c + "0",
])
def test_a_cookie_that_we_have_not_signed_opens_nothing(zoe, forged):
    zoe.client.set_cookie("results", forged(zoe.cookie) if callable(forged) else forged)

    assert zoe.sheet().location == ENDED
    assert zoe.cookie is None


def test_signing_out_ends_it_on_the_server(zoe):
    copied = zoe.cookie

    answer = zoe.sign_out()

    assert (answer.status, answer.location) == (303, "/results/en/signed-out")
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    assert zoe.cookie is None
    zoe.client.set_cookie("results", copied)
    assert zoe.sheet().location == ENDED
    assert "You are signed out" in zoe.follow(answer).text
    event = AuditEvent.get(AuditEvent.what == "signed out")
    assert (event.who, event.centre_number) == (f"candidate {USERNAME}", "XA101")


def test_nothing_behind_sign_in_is_kept_by_a_cache(zoe):
    for answer in (zoe.sheet(), zoe.sheet(htmx=True), zoe.sign_out()):
        assert answer.headers["Cache-Control"] == "no-store"


def test_nobody_gets_in_without_a_session(guest, slips):
    page, fragment = guest().sheet(), guest().sheet(htmx=True)

    assert (page.status, page.location) == (303, "/results/en/sign-in")
    assert (fragment.status, fragment.headers["HX-Redirect"], fragment.body) == (401, "/results/en/sign-in", b"")


def test_an_ended_session_leads_an_open_page_away(zoe):
    CandidateSession.delete().execute()

    answer = zoe.sheet(htmx=True)

    assert (answer.status, answer.headers["HX-Redirect"], answer.body) == (401, ENDED, b"")


@pytest.mark.parametrize(("minutes", "alive"), [(14, True), (16, False)])
def test_with_everything_out_it_ends_after_fifteen_idle_minutes(zoe, release, minutes, alive):
    release("A Level", hours=-1)
    release("IGCSE", hours=-1)

    zoe.time_passes(minutes=minutes)

    assert (zoe.sheet().status == 200) == alive


def test_polls_do_not_renew_it(zoe, release):
    release("A Level", hours=-1)
    release("IGCSE", hours=-1)
    zoe.time_passes(minutes=10)
    assert "Set-Cookie" not in zoe.sheet(htmx=True).headers
    zoe.time_passes(minutes=6)
    assert zoe.sheet(htmx=True).status == 401


def test_a_page_that_was_asked_for_renews_it_at_most_once_a_minute(zoe, release, queries):
    release("A Level", hours=-1)
    release("IGCSE", hours=-1)
    assert "Set-Cookie" not in zoe.sheet().headers

    for _ in range(4):
        zoe.time_passes(minutes=10)
        with queries() as asked:
            assert "Set-Cookie" in zoe.sheet().headers
        assert len(asked) == 1
        assert asked[0].startswith("WITH")
        assert "Set-Cookie" not in zoe.sheet().headers


@pytest.mark.parametrize(("waited", "alive"), [({"hours": 2}, True), ({"hours": 7, "minutes": 59}, True),
                                               ({"hours": 8}, False)])
def test_one_that_waits_lives_eight_hours(zoe, waited, alive):
    zoe.time_passes(**waited)

    assert (zoe.sheet(htmx=True).status == 200) == alive


@pytest.mark.parametrize(("minutes", "alive"), [(60, True), (74, True), (76, False)])
def test_one_that_waited_lives_fifteen_minutes_after_the_release(zoe, release, minutes, alive):
    release("A Level", hours=1)

    zoe.time_passes(minutes=minutes)

    assert (zoe.sheet(htmx=True).status == 200) == alive


def test_with_grades_on_the_page_a_release_far_away_is_not_waited_for(zoe, release):
    release("A Level", hours=-1)
    assert zoe.sheet().status == 200

    zoe.time_passes(minutes=16)

    assert zoe.sheet().location == "/results/en/timed-out"


def test_with_grades_on_the_page_a_release_the_same_morning_is_waited_for(zoe, release):
    release("A Level", hours=-1)
    release("IGCSE", hours=1)

    zoe.time_passes(minutes=61)

    assert zoe.sheet(htmx=True).status == 200


def test_eight_hours_are_the_end_whatever_happens(zoe, release):
    release("A Level", hours=-1)
    release("IGCSE", hours=-1)
    for _ in range(47):
        zoe.time_passes(minutes=10)
        assert zoe.sheet().status == 200

    zoe.time_passes(minutes=10)

    assert zoe.sheet().location == ENDED


def test_the_site_sets_no_other_cookie_and_reads_none_of_the_staff(zoe, cast, guest):
    for answer in (zoe.get("/results/en/sign-in"), zoe.sheet(), zoe.get(SHEET + "signed-out")):
        assert "Set-Cookie" not in answer.headers
        assert "Cookie" not in answer.headers.get("Vary", "")


def test_ended_sessions_are_forgotten_a_day_later(zoe, cast):
    assert candidate_sign_in.forget_ended(cast.now + candidate_sheet.ABSOLUTE) == 0
    assert candidate_sign_in.forget_ended(cast.now + candidate_sheet.ABSOLUTE + candidate_sign_in.KEPT * 2) == 1


def test_what_nobody_needs_is_forgotten_by_itself(app, zoe, guest, cast):
    """P5: the queue does it every hour; what is younger stays."""
    old, month = cast.now - timedelta(days=2), cast.now - timedelta(days=40)
    CandidateSession.create(digest="old", credential=Credential.get(), generation=1, started_at=old, ends_at=old)
    Attempts.create(subject="old", since=month)
    Attempts.create(subject="young", since=cast.now)

    app.extensions["queue"].forget.call_local()
    database.connect(reuse_if_open=True)

    assert [session.digest for session in CandidateSession.select()] == [
        candidate_sheet.digest_of(zoe.cookie.split(".")[0])]
    assert [failure.subject for failure in Attempts.select()] == ["young"]
