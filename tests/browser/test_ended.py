"""The end of a session in a real browser: a warning before, and nothing lost after."""
import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from models.tables.people import IDLE, StaffSession
from tests.browser.test_account import problems
from tests.cast import PASSWORD

STATUS = "/centres/XC301/candidate-results/june-2026/status"
HERE = "/centres/XA100/candidate-results/june-2026/attached-centres"


def seconds_left(seconds):
    now = datetime.now(UTC).replace(microsecond=0)
    StaffSession.update(seen_at=now - IDLE + timedelta(seconds=seconds)).execute()


def sign_in(page, officer):
    page.get_by_label("E-mail address").fill(officer.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda address: "/sign-in" not in address)


@pytest.fixture
def watched(cast, signed_in):
    """'Edit status' with something typed into it, and a clock that the test moves."""
    page = signed_in(cast.independent_officer)
    page.clock.install(time=datetime.now(UTC))
    page.goto(STATUS)
    page.get_by_label("Name", exact=True).fill("Inés Vidal")
    return page


def test_two_minutes_before_the_end_one_press_stays(watched):
    seconds_left(110)
    watched.clock.run_for(28 * 60_000 + 2_000)
    stay = watched.get_by_role("button", name="Stay signed in")
    expect(watched.locator("#notice")).to_contain_text("You will be signed out in 2 minutes")
    found = problems(watched)

    stay.focus()
    watched.keyboard.press("Enter")
    expect(watched.locator("#notice")).to_contain_text("You stay signed in.")

    assert found == []
    assert StaffSession.get().seen_at > datetime.now(UTC) - timedelta(minutes=1)
    assert watched.get_by_label("Name", exact=True).input_value() == "Inés Vidal"


def test_no_warning_where_another_page_was_pressed_on(watched):
    seconds_left(20 * 60)
    with watched.expect_response("**/account/time-left"):
        watched.clock.run_for(28 * 60_000 + 2_000)

    expect(watched.locator("#asking")).to_have_attribute("hx-trigger", re.compile(r"load delay:10\d\ds"))
    assert watched.get_by_role("button", name="Stay signed in").count() == 0


def test_a_page_that_was_warned_in_vain_says_that_it_is_over_and_keeps_what_is_typed(watched):
    seconds_left(60)
    watched.clock.run_for(28 * 60_000 + 2_000)
    watched.get_by_role("button", name="Stay signed in").wait_for()
    seconds_left(-1)
    watched.clock.run_for(62_000)

    expect(watched.locator("#notice")).to_contain_text("You were signed out after 30 minutes without a press.")
    assert (watched.get_by_label("Name", exact=True).input_value(), watched.url[-len(STATUS):]) == (
        "Inés Vidal", STATUS)


def test_a_page_that_cannot_ask_says_nothing(watched):
    """Nothing was pressed, so nothing can have been lost."""
    watched.evaluate("() => { document.addEventListener('htmx:error', () => { document.title = 'failed'; }); }")
    watched.context.set_offline(True)
    watched.clock.run_for(28 * 60_000 + 2_000)

    expect(watched).to_have_title("failed")
    assert watched.locator("#notice p").count() == 0


def test_confirm_is_kept_and_done_when_its_officer_is_back(cast, signed_in, with_script):
    page = signed_in(cast.independent_officer, script=with_script)
    page.goto(STATUS)
    page.get_by_label("ALL candidates").check()
    page.get_by_label("I accept the terms and conditions").check()
    page.get_by_label("Name", exact=True).fill("Inés Vidal")
    page.get_by_label("Telephone number").fill("+34 91 555 0100")
    seconds_left(-1)
    page.get_by_role("button", name="Confirm").click()
    expect(page.locator("#notice")).to_contain_text("What you pressed last is kept for 15 minutes")

    sign_in(page, cast.independent_officer)
    page.get_by_role("heading", name="You were signed out").wait_for()
    found = problems(page) if with_script else []
    page.get_by_role("button", name="‘Confirm’ now").click()

    page.get_by_text("Confirmed. The PDF file with the login credentials is ready.").wait_for()
    assert found == []


def test_a_field_of_subcentre_management_is_kept(cast, signed_in):
    page = signed_in(cast.associates_officer)
    page.goto(HERE)
    seconds_left(-1)
    page.locator("#XA102-delay").fill("48")
    page.locator("#XA102-delay").press("Tab")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()

    sign_in(page, cast.associates_officer)
    page.get_by_role("button", name="‘Keep the change of this row’ now").click()

    expect(page.locator("#XA102-delay")).to_have_value("48")
    assert page.url.endswith(HERE)
