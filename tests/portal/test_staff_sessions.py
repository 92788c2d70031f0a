"""A session of staff: where it lives, what ends it, where signing in leads."""
import re
from datetime import timedelta
from pathlib import Path

import pytest

from models.tables.jobs import Job
from models.tables.people import ABSOLUTE, IDLE, Officer, StaffSession
from tests.cast import PASSWORD
from tests.portal.test_account import KIRAN, now
from tests.visitor import Visitor
from views.hypermedia import POLLED

TEMPLATES = Path(__file__).parents[2] / "templates"


def test_signing_in_starts_a_new_session_and_ends_the_browsers_old_one(app, cast):
    visitor = Visitor(app, cast.karachi_officer)
    first = StaffSession.get().digest

    visitor.post("/sign-in", {"email": cast.without_right.email, "password": PASSWORD})

    assert [session.digest == first for session in StaffSession.select()] == [False]


def test_signing_out_ends_the_session_on_the_server(app, cast):
    visitor = Visitor(app, cast.karachi_officer)
    kept = visitor.client.get_cookie("staff").value

    visitor.post("/sign-out")
    visitor.client.set_cookie("staff", kept)

    assert visitor.get("/account").location.startswith("/sign-in")
    assert StaffSession.select().count() == 0


@pytest.mark.parametrize(("field", "age"), [("seen_at", IDLE), ("started_at", ABSOLUTE)])
def test_a_session_ends_when_idle_or_old(app, cast, field, age):
    visitor = Visitor(app, cast.karachi_officer)
    StaffSession.update({getattr(StaffSession, field): now() - age + timedelta(seconds=30)}).execute()
    assert visitor.get("/account").status == 200

    StaffSession.update({getattr(StaffSession, field): now() - age - timedelta(seconds=1)}).execute()

    assert visitor.get("/account").location == "/sign-in?next=/account"


def test_an_expired_htmx_request_is_sent_to_sign_in_without_a_body(app, cast):
    answer = Visitor(app, htmx=True).get("/centres/XA101")

    assert (answer.status, answer.headers["HX-Redirect"], answer.body) == (401, "/sign-in", b"")


def test_own_sessions_are_listed_and_ended_one_by_one_or_together(app, cast):
    here, phone, tablet = (Visitor(app, cast.karachi_officer) for _ in range(3))
    strangers = Visitor(app, cast.strangers_officer)
    page = here.get("/account")
    buttons = [b.get("value") for b in page.all("button", name="session")]
    theirs = StaffSession.get(StaffSession.officer == cast.strangers_officer).public_id

    assert len(buttons) == 3  # two others and 'everywhere else'
    assert [here.post("/account/sessions", {"session": chosen}).status
            for chosen in ("", theirs, "%")] == [422, 422, 422]
    here.post("/account/sessions", {"session": buttons[0]})
    assert sorted(v.get("/account").status for v in (here, phone, tablet)) == [200, 200, 303]
    here.post("/account/sessions", {"session": "others"})
    assert sorted(v.get("/account").status for v in (here, phone, tablet)) == [200, 303, 303]
    assert strangers.get("/account").status == 200


@pytest.mark.parametrize("address", [
    "https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example", "evil",
    "javascript:alert(1)"])
def test_signing_in_leads_to_no_other_host(app, cast, address):
    visitor = Visitor(app)
    page = visitor.get("/sign-in", query_string={"next": address})
    token = page.one("input", name="csrf_token", type="hidden").get("value")

    answer = visitor.post("/sign-in", {"csrf_token": token, "email": KIRAN, "password": PASSWORD}, csrf=False,
                          query_string={"next": address})

    assert (answer.status, answer.location) == (303, "/")


def test_signing_in_leads_back_to_the_page_that_was_asked_for(app, cast):
    visitor = Visitor(app)
    sent = visitor.get("/centres/XA101/results?by=syllabus")
    page = visitor.get(sent.location)
    form = page.all("form")[0]

    answer = visitor.post(form.get("action"), {**page.fields(form), "email": KIRAN, "password": PASSWORD}, csrf=False)

    assert answer.location == "/centres/XA101/results?by=syllabus"


def test_cookies_of_production_are_bound_to_the_host(app, cast, monkeypatch):
    monkeypatch.setitem(app.config, "SESSION_COOKIE_SECURE", True)
    monkeypatch.setitem(app.config, "SESSION_COOKIE_NAME", "__Host-staff")
    visitor = Visitor(app)
    token = visitor.get("/sign-in", base_url="https://localhost").one(
        "input", name="csrf_token", type="hidden").get("value")

    answer = visitor.post("/sign-in", {"csrf_token": token, "email": KIRAN, "password": PASSWORD}, csrf=False,
                          base_url="https://localhost", headers={"Referer": "https://localhost/sign-in"})

    cookies = {cookie.split("=")[0]: cookie for cookie in answer.headers.getlist("Set-Cookie")}
    assert sorted(cookies) == ["__Host-known", "__Host-staff"]
    for cookie in cookies.values():
        assert all(part in cookie for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"))
        assert "Domain" not in cookie


def test_the_password_is_asked_again_and_leads_back(app, cast):
    visitor = Visitor(app, cast.karachi_officer)
    StaffSession.update(password_at=now() - timedelta(hours=2)).execute()

    wrong = visitor.post("/account/password-again?next=/centres/XA101/files", {"password": "no"})
    right = visitor.post("/account/password-again?next=/centres/XA101/files", {"password": PASSWORD})

    assert (wrong.status, right.location) == (422, "/centres/XA101/files")
    assert StaffSession.get().password_at > now() - timedelta(minutes=1)


# --- pages that ask by themselves ----------------------------------------------------------------------------


def seen_long_ago():
    StaffSession.update(seen_at=now() - IDLE + timedelta(minutes=1)).execute()
    return StaffSession.get().seen_at


@pytest.mark.parametrize(("htmx", "kept"), [(True, False), (False, True)])
def test_a_page_left_open_on_a_job_keeps_nobody_signed_in(app, cast, htmx, kept):
    """S3: a poll is no activity; to look at the page is."""
    visitor = Visitor(app, cast.karachi_officer)
    job = Job.create(kind="slips", centre=cast.karachi, series=cast.june, officer=cast.karachi_officer, total=9,
                     created_at=cast.now)
    before = seen_long_ago()

    answer = visitor.get(f"/jobs/{job.public_id}", htmx=htmx)

    assert (answer.status, 'hx-trigger="every' in answer.html) == (200, True)
    assert (StaffSession.get().seen_at > before) == kept


def test_what_is_pressed_on_a_page_keeps_its_officer_signed_in(app, cast):
    visitor = Visitor(app, cast.karachi_officer)
    before = seen_long_ago()

    visitor.get("/centres/XA101", htmx=True)

    assert StaffSession.get().seen_at > before


def test_every_page_that_asks_by_itself_is_known():
    """The candidates' countdown has its own rule; see tests/candidates/test_sessions.py."""
    asking = {str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html")
              if re.search(r'<[^>]*hx-trigger="[^"]*\b(?:every|load delay)\b', path.read_text(encoding="utf-8"))}

    assert asking == {"slips/_progress.html", "imports/_show.html", "candidates/_countdown.html", "staff/_asking.html",
                      "slips/_ask.html"}
    assert POLLED == ("work.show", "board_imports.show", "sign_in.time_left", "today.today", "board_today.today")


def test_an_officer_who_loses_a_centre_or_a_right_is_out_at_the_next_request(app, cast):
    """S4, in the middle of a session."""
    visitor = Visitor(app, cast.karachi_officer)
    assert visitor.get("/centres/XA101/candidate-results").status == 200

    posting = cast.karachi_officer.postings.get()
    posting.manages_candidate_results = False
    posting.save()
    without_right = visitor.get("/centres/XA101/candidate-results").status
    posting.delete_instance()

    assert (without_right, visitor.get("/centres/XA101").status) == (403, 404)
    Officer.update(disabled_at=now()).execute()
    assert visitor.get("/account").location == "/sign-in?next=/account"
