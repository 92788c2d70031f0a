"""'Results day' left open: it asks by itself, asks nothing while hidden, moves nothing under a pointer."""
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from models.tables.exams import Release
from models.tables.slips import Credential

AT = "/centres/XA101/candidate-results/june-2026/today"
LONGEST = 23_000 + 500  # ms, until it has asked again


@pytest.fixture
def watched(cast, signed_in):
    """The day of Hilltop School on an open page with a clock of its own, `.asked` the requests that it made itself."""
    cast.give_access(cast.karachi)
    cast.confirm(cast.karachi, cast.karachi_officer)
    Release.update(released_at=cast.now - timedelta(hours=1)).execute()
    page = signed_in(cast.karachi_officer)
    page.clock.install(time=datetime.now(UTC))
    page.asked = []
    page.on("request", lambda request: page.asked.append(request.url) if "said=" in request.url else None)
    page.goto(AT)
    page.mouse.move(5, 5)
    expect(page.locator("#figures")).to_contain_text("0 of 2")
    return page


def sign_in(cast):
    Credential.update(last_signed_in_at=cast.now, looked_at=cast.now).where(
        Credential.candidate == cast.candidates["XA101"][0]).execute()


def asks_again(page):
    with page.expect_response(lambda response: "said=" in response.url) as answer:
        page.clock.run_for(LONGEST)
    assert answer.value.status == 200


def test_it_asks_by_itself_within_seconds_and_shows_what_came(watched, cast):
    sign_in(cast)

    asks_again(watched)

    expect(watched.locator("#figures")).to_contain_text("1 of 2")
    expect(watched.locator("#lists")).to_contain_text("Call list: 1 has not signed in yet")
    expect(watched.locator("#lists")).not_to_contain_text("Zoë")
    asks_again(watched)  # and goes on


def test_a_hidden_page_asks_nothing_and_one_that_is_seen_again_does(watched):
    watched.evaluate("Object.defineProperty(document, 'hidden', { get: () => window.away, configurable: true })")
    watched.evaluate("window.away = true")
    watched.clock.run_for(10 * LONGEST)
    while_hidden = len(watched.asked)
    watched.evaluate("window.away = false")

    asks_again(watched)

    assert while_hidden == 0
    assert len(watched.asked) in (1, 2)


@pytest.mark.parametrize("how", ["hover", "focus"])
def test_under_a_pointer_or_the_focus_only_the_figures_change(watched, cast, how):
    button = watched.locator("#calls ~ div button").first
    getattr(button, how)()
    mine = button.element_handle()
    sign_in(cast)

    asks_again(watched)

    expect(watched.locator("#figures")).to_contain_text("1 of 2")
    expect(watched.locator("#lists")).to_contain_text("Zoë")
    assert mine.evaluate("button => button.isConnected")
    assert how == "hover" or mine.evaluate("button => button === document.activeElement")


def test_what_is_pressed_is_asked_at_once_and_keeps_its_place(watched, cast):
    sign_in(cast)

    watched.get_by_role("link", name="Ask now").focus()
    watched.keyboard.press("Enter")

    expect(watched.locator("#lists")).to_contain_text("Call list: 1 has not signed in yet")
    assert watched.evaluate("document.activeElement.id") == "ask-now"
    assert len(watched.asked) == 1


def test_without_script_asking_is_a_link(cast, signed_in):
    cast.give_access(cast.karachi)
    cast.confirm(cast.karachi, cast.karachi_officer)
    Release.update(released_at=cast.now - timedelta(hours=1)).execute()
    page = signed_in(cast.karachi_officer, script=False)
    page.goto(AT)
    expect(page.locator("#figures")).to_contain_text("0 of 2")
    expect(page.get_by_text("again every 20 s")).to_be_hidden()
    sign_in(cast)

    page.get_by_role("link", name="Ask now").click()

    expect(page.locator("#figures")).to_contain_text("1 of 2")


def test_the_column_for_what_was_said_is_on_paper_alone(watched):
    column = watched.get_by_text("Reached, and what was said")
    on_screen = column.is_visible()
    watched.emulate_media(media="print")

    assert (on_screen, column.is_visible(), watched.get_by_role("button", name="New password").count()) == (
        False, True, 0)
