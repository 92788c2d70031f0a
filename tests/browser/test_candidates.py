"""Candidates at a phone: the slip's code, the wait, the instant, the way out."""
import re
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from documents import words
from models.rules.languages import LANGUAGES
from models.tables.exams import Release
from models.tables.subcentres import AttachedCentre
from tests import programs
from views.candidates import turns

USERNAME = "XA101-0001-J26"
AXE = Path(__file__).with_name("axe.min.js")


@pytest.fixture
def password(cast):
    """Zoë's, of XA101; her A Level comes out in a day, her IGCSE in a week."""
    cast.give_access(cast.karachi)
    cast.result(cast.candidates["XA101"][0], "9709", "A*", 93)
    cast.result(cast.candidates["XA101"][0], "0580", "U")
    return cast.confirm(cast.karachi, cast.karachi_officer)["0001"]


@pytest.fixture
def release(cast):
    def move(qualification, **ahead):
        Release.update(released_at=datetime.now(UTC) + timedelta(**ahead)).where(
            Release.qualification == qualification).execute()
    return move


def sign_in(page, password, username=USERNAME, language="en"):
    page.goto(f"/results/{language}/sign-in")
    page.locator("[name=username]").fill(username)
    page.locator("[name=password]").fill(password)
    page.locator("form .button").click()


def fits(page):
    """Nothing sticks out of the screen, and axe finds nothing."""
    page.evaluate("document.getAnimations().forEach((animation) => animation.finish())")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run().then((result) => result.violations.map((v) => v.id + ': ' + v.help))")
    assert found == [], page.url


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_every_page_fits_a_phone_and_every_reader(open_page, password, release, width, scheme):
    page = open_page(width=width, color_scheme=scheme)
    page.goto("/results/")
    fits(page)
    sign_in(page, password[:-1])
    expect(page.get_by_role("alert")).to_be_focused()
    fits(page)
    sign_in(page, password)
    expect(page.get_by_role("heading", name="Your results are not out yet")).to_be_visible()
    fits(page)
    release("A Level", hours=-1)
    page.get_by_role("button", name="Show my results").click()
    expect(page.get_by_role("heading", name="Your results so far")).to_be_visible()
    fits(page)
    release("IGCSE", hours=-1)
    page.reload()
    expect(page.get_by_text("UNGRADED").first).to_be_visible()
    fits(page)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You are signed out")).to_be_visible()
    fits(page)


def test_the_code_on_the_slip_fills_the_form_and_leaves_the_address(open_page, password):
    page, asked = open_page(), []
    page.on("request", lambda request: asked.append(request.url))

    page.goto(f"/results/en/sign-in#u={USERNAME}&p={password}")

    expect(page.get_by_label("Username")).to_have_value(USERNAME)
    expect(page.get_by_role("button", name="Sign in")).to_be_focused()
    assert page.url.endswith("/results/en/sign-in")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your results are not out yet")
    assert not [url for url in asked if password in url]


def test_a_page_open_at_the_instant_shows_the_results_by_itself(open_page, password, release):
    page = open_page(width=360, timezone_id="America/Lima")
    sign_in(page, password)
    expect(page.get_by_role("timer")).to_be_visible()
    release("A Level", seconds=3)
    page.reload()
    loads = []
    page.on("load", lambda _page: loads.append(page.url))
    expect(page.get_by_text("A*", exact=True)).to_have_count(0)

    expect(page.get_by_text("A*", exact=True)).to_be_visible(timeout=20_000)

    expect(page).to_have_title(re.compile("Your results so far"))
    expect(page.get_by_role("heading", name="IGCSE: results come out on")).to_be_visible()
    expect(page.locator("#notice")).to_have_text("A Level: your results are here.")
    assert loads == []


def test_who_was_on_what_is_replaced_comes_to_the_new_heading(open_page, password, release):
    page = open_page()
    sign_in(page, password)
    page.wait_for_load_state("networkidle")
    page.get_by_role("button", name="Show my results").focus()
    release("A Level", seconds=-1)

    page.locator("[data-countdown]").dispatch_event("due")

    expect(page.get_by_role("heading", level=1)).to_be_focused()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your results so far")


@pytest.mark.parametrize(("seconds", "said"), [(620, "10 minutes left"), (80, "1 minute left"), (500, "")])
def test_ten_minutes_and_one_are_said_when_they_come(open_page, password, release, seconds, said):
    page = open_page()
    page.clock.install(time=datetime.now(UTC))
    release("A Level", seconds=seconds)
    sign_in(page, password)
    page.wait_for_load_state("networkidle")
    expect(page.locator("#notice")).to_have_text("")

    page.clock.run_for(30_000)

    expect(page.locator("#notice")).to_have_text(said)


@pytest.mark.parametrize("hours", [-30, 30])
def test_a_clock_that_is_wrong_does_no_harm(open_page, password, release, hours):
    page = open_page()
    page.clock.install(time=datetime.now(UTC) + timedelta(hours=hours))
    sign_in(page, password)
    expect(page.get_by_role("timer")).to_be_visible()
    release("A Level", hours=2)

    page.reload()

    hours_left = page.locator("[data-unit=hour] b")
    expect(hours_left).to_have_text("1")
    expect(page.locator("[data-unit=day] b")).to_have_text("0")
    release("A Level", seconds=-1)
    page.clock.run_for(2 * 3600 * 1000 + 10_000)
    expect(page.get_by_text("A*", exact=True)).to_be_visible()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_time_of_the_device_is_told_as_the_servers_where_it_is_another(open_page, password, language):
    at = datetime(2030, 12, 3, 5, 30, tzinfo=UTC)
    Release.update(released_at=at).execute()
    for zone, shown in (("Asia/Karachi", []), ("America/Lima", [words.long(at, "America/Lima", language)])):
        page = open_page(timezone_id=zone, locale="de")
        sign_in(page, password, language=language)
        expect(page.get_by_role("timer")).to_be_visible()

        assert page.locator("[data-local]:visible").all_inner_texts() == shown
        assert words.long(at, "Asia/Karachi", language) == page.locator(".when time:visible").first.inner_text()


@pytest.fixture
def without_cookies(browser_type, browser_type_launch_args, live, tmp_path):
    """A page of a Chromium whose owner lets no site keep any."""
    profile = tmp_path / "Default"
    profile.mkdir()
    (profile / "Preferences").write_text('{"profile": {"default_content_setting_values": {"cookies": 2}}}')
    options = browser_type_launch_args | {"headless": False, "args": [*programs.BROWSER_ARGUMENTS, "--headless=new"]}
    context = browser_type.launch_persistent_context(tmp_path, base_url=live, **options)
    yield context.pages[0]
    context.close()


@pytest.mark.parametrize("again", [
    lambda page: page.reload(), lambda page: page.get_by_role("button", name="Show my results").click(),
    lambda page: page.locator("[data-countdown]").dispatch_event("due")])
def test_a_browser_that_keeps_no_cookies_says_so_when_it_comes_again(without_cookies, password, again):
    page = without_cookies
    sign_in(page, password)
    expect(page.get_by_role("timer")).to_be_visible()
    page.wait_for_load_state("networkidle")

    again(page)

    expect(page.get_by_text("this browser keeps no cookies")).to_be_visible()


def test_the_countdown_shows_its_figures_in_arabic_too(open_page, password, release):
    """Whose words for one and two have no figure of their own."""
    release("A Level", days=2, hours=1, minutes=2, seconds=30)
    page = open_page()
    sign_in(page, password, language="ar")
    page.wait_for_load_state("networkidle")

    assert page.locator("[data-unit]").all_inner_texts()[:3] == ["2\nيوم", "1\nساعة", "2\nدقيقة"]


def test_without_script_everything_works_by_reloading(open_page, password, release):
    page = open_page(script=False)
    sign_in(page, password)
    expect(page.get_by_text("Open this page again after that time")).to_be_visible()
    expect(page.locator(".countdown")).to_be_hidden()

    release("A Level", seconds=-1)
    page.get_by_role("button", name="Show my results").click()

    expect(page.get_by_text("A*", exact=True)).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You are signed out")).to_be_visible()


def test_the_results_come_with_the_press_and_loading_them_anew_sends_no_form_again(open_page, password, release, live):
    release("A Level", hours=-1)
    page, asked = open_page(), []
    page.goto("/results/en/sign-in")
    page.on("request", lambda request: "/results/" in request.url and asked.append(
        (request.method, request.url.removeprefix(live))))

    sign_in(page, password)
    expect(page.get_by_text("A*", exact=True)).to_be_visible()
    first = asked[1:]  # after the sign-in page's own
    asked.clear()
    page.reload()
    expect(page.get_by_text("A*", exact=True)).to_be_visible()

    assert page.url == f"{live}/results/en/"
    assert first == [("POST", "/results/en/sign-in")]
    (method, address), = asked
    assert (method, address.partition("?here=")[0]) == ("GET", "/results/en/")


def test_back_after_signing_out_shows_nothing(open_page, password, release):
    release("A Level", hours=-1)
    page = open_page()
    sign_in(page, password)
    expect(page.get_by_text("A*", exact=True)).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You are signed out")).to_be_visible()

    page.go_back()

    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    expect(page.get_by_text("A*", exact=True)).to_have_count(0)


def test_access_taken_away_leads_an_open_page_out(open_page, password, release):
    page = open_page()
    sign_in(page, password)
    expect(page.get_by_role("timer")).to_be_visible()

    page.wait_for_load_state("networkidle")  # htmx comes once the page is painted
    AttachedCentre.update(give_access=False).execute()
    page.locator("[data-countdown]").dispatch_event("due")

    expect(page.get_by_text("your centre does not offer results on this site at the moment")).to_be_visible()
    expect(page.get_by_text("Amal Raza")).to_be_visible()


def test_the_page_asks_no_other_host(open_page, password, live):
    page, asked = open_page(), []
    page.on("request", lambda request: asked.append(request.url))

    sign_in(page, password)
    expect(page.get_by_role("timer")).to_be_visible()

    assert asked
    assert [url for url in asked if not url.startswith((live, "data:"))] == []


def test_the_results_print_on_paper(open_page, password, release):
    release("A Level", hours=-1)
    page = open_page()
    sign_in(page, password)
    expect(page.get_by_text("A*", exact=True)).to_be_visible()

    page.emulate_media(media="print")

    expect(page.get_by_text("A*", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Sign out")).to_be_hidden()
    expect(page.get_by_role("button", name="Show my results")).to_be_hidden()


@pytest.fixture
def crowded(app, open_page, monkeypatch):
    """`crowded(seconds)`: a page whose sign-ins have waited four seconds for a turn; who must come back does so
    after so many. Gives the page and a list of the forms that it sends."""
    def open_(seconds):
        monkeypatch.setitem(app.config, "TRUSTED_PROXIES", "1")
        monkeypatch.setattr(turns, "COME_BACK", (seconds, seconds))
        page, sent = open_page(width=360), []

        def as_if_it_waited(route):
            sent.append(route.request.post_data)
            route.continue_(headers={**route.request.headers, "X-Request-Start": f"t={time.time() - 4}"})

        page.route("**/sign-in", lambda route: as_if_it_waited(route) if route.request.method == "POST"
                   else route.continue_())
        return page, sent
    return open_


def test_who_has_to_wait_for_a_turn_is_told_so(crowded, password):
    page, _sent = crowded(600)
    sign_in(page, password)

    expect(page.get_by_role("heading", level=1)).to_have_text("Many people are signing in right now")
    fits(page)


def test_who_has_to_wait_for_a_turn_is_signed_in_by_itself(crowded, password):
    page, sent = crowded(1)
    sign_in(page, password)

    expect(page.get_by_role("heading", level=1)).to_have_text("Your results are not out yet")
    assert [("again=y" in form, password in form) for form in sent] == [(False, True), (True, True)]
