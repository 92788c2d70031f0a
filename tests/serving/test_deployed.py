"""deploy/nginx.conf as it stands, before real server processes in production."""
from datetime import timedelta
from urllib.parse import urlencode

from models.tables.exams import Release
from models.tables.slips import CandidateSession
from views.assets import address, content


def test_a_candidate_gets_in_through_nginx_with_a_cookie_for_tls_alone(deployed, cast):
    Release.update(released_at=cast.now - timedelta(hours=1)).execute()
    password = cast.confirm(cast.independent, cast.independent_officer)["0001"]
    form = urlencode({"username": "XC301-0001-J26", "password": password})

    answer = deployed.ask("POST", "/results/en/sign-in", form)
    cookie, *attributes = answer.headers["Set-Cookie"].split("; ")
    page = deployed.ask("GET", "/results/en/", Cookie=cookie)

    assert (answer.status, cookie.partition("=")[0]) == (303, "__Host-results")
    assert set(attributes) == {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"}
    assert "Ελένη" in page.body
    assert (page.headers["Cache-Control"], page.headers["Strict-Transport-Security"][:17]) == (
        "no-store", "max-age=31536000;")
    assert CandidateSession.select().count() == 1


def test_no_staff_page_is_on_the_candidates_host(deployed, cast):
    assert [deployed.ask("GET", path).status for path in ("/", "/sign-in", "/centres/XC301", "/healthz")] == [
        303, 404, 404, 200]


def test_a_form_larger_than_two_fields_stops_at_nginx(deployed, cast):
    answer = deployed.ask("POST", "/results/en/sign-in", "username=" + "a" * 5000)

    assert (answer.status, "nginx" in answer.body) == (413, True)
    assert "/" not in answer.headers["Server"]  # no version


def test_the_first_page_comes_from_the_cache_while_thousands_ask(deployed, cast):
    answers = {deployed.ask("GET", "/results/en/sign-in").headers["X-Cached"] for _ in range(20)}

    assert "HIT" in answers


def test_nginx_gives_out_the_files_itself_and_asks_the_program_for_what_it_lacks(deployed, cast):
    file = deployed.ask("GET", address("site.css"))
    lacking = deployed.ask("GET", "/static/site.0123456789ab.css")

    assert file.body == content("site.css").decode()
    assert file.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert file.headers["Last-Modified"]  # which the program's own answers do not have
    assert (lacking.status, "There is no such page" in lacking.body) == (404, True)


def test_the_address_on_the_slip_is_kept_in_each_readers_language(deployed, cast):
    pages = {language: deployed.ask("GET", "/results/", Accept_Language=language) for language in ("ar", "en", "ar")}

    assert ['<html lang="ar"' in pages[language].body for language in ("ar", "en")] == [True, False]
    assert deployed.ask("GET", "/results/", Accept_Language="ar").headers["X-Cached"] in ("HIT", "EXPIRED", "STALE")
