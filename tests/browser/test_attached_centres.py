"""Subcentre Management in a real browser, with script and without."""
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import pytest
from playwright.sync_api import expect

from models.rules.standing import standing_of
from models.tables.people import StaffSession
from models.tables.subcentres import Controls
from tests.cast import PASSWORD
from tests.subcentres.screen import HERE

AXE = Path(__file__).with_name("axe.min.js")


class Screen:
    """One officer before the screen."""

    def __init__(self, page, script):
        self.page, self.script = page, script
        page.goto(HERE)

    def at(self, control):
        return self.page.locator(f"#{control}")

    def change(self, control, value):
        """Type, tick or choose, and leave the control; without script ask what would follow."""
        box = self.at(control)
        if isinstance(value, bool):
            box.set_checked(value)
        elif box.evaluate("each => each.tagName") == "SELECT":
            box.select_option(label=value)
        else:
            box.fill(value)
            box.press("Tab")
        if not self.script:
            self.press("Show what would follow")

    def press(self, button):
        """The button that a reader sees by this name."""
        self.page.get_by_role("button", name=button, exact=True).locator("visible=true").last.click()

    def says(self, text):
        expect(self.page.locator("#notice")).to_contain_text(text)

    def bar(self, text):
        expect(self.at("save-bar")).to_contain_text(text)

    def row(self, number, text):
        expect(self.at(f"centre-{number}")).to_contain_text(text)


@pytest.fixture
def screen(signed_in, with_script):
    return lambda officer, **options: Screen(signed_in(officer, script=with_script, **options), with_script)


@pytest.fixture
def in_force(cast):
    return lambda centre: standing_of(centre, cast.june).controls


def give_contact(screen):
    screen.change("defaults-contact_name", "Amal Raza")
    screen.change("defaults-contact_phone", "+92 21 555 0100")


def test_defaults_on_off_and_on_again(cast, screen, in_force):
    amal = screen(cast.associates_officer)
    give_contact(amal)
    amal.change("XA102-delay", "5")
    amal.bar("1 centre changed")

    amal.change("defaults-uses_defaults", True)
    expect(amal.at("XA102-delay")).to_be_disabled()
    amal.bar("2 centres changed")
    amal.change("defaults-uses_defaults", False)
    expect(amal.at("XA102-delay")).to_be_enabled()
    expect(amal.at("XA102-delay")).to_have_value("5")
    amal.change("defaults-uses_defaults", True)
    amal.change("defaults-delay", "36")
    amal.row("XA102", "+36 h →")
    amal.press("Save")
    amal.says("Saved. 2 centres changed.")
    assert [in_force(centre) for centre in (cast.karachi, cast.lima)] == [Controls(True, 2160, "default")] * 2

    amal.change("defaults-uses_defaults", False)
    expect(amal.at("XA102-delay")).to_have_value("36h")
    amal.press("Save")
    amal.says("Saved.")
    expect(amal.at("XA101-delay")).to_be_enabled()
    assert [in_force(centre) for centre in (cast.karachi, cast.lima)] == [Controls(True, 2160, "default")] * 2


def test_selected_centres_get_access_a_delay_and_a_contact(cast, screen, in_force):
    amal = screen(cast.associates_officer)

    amal.change("XA101-give_access", True)
    amal.row("XA101", "Needs credentials: 2 candidates")
    amal.change("XA101-delay", "24")
    amal.row("XA101", "+24 h →")
    amal.row("XA101", "in Karachi")
    amal.change("XA101-contact_mode", "Centre defined")
    amal.row("XA101", "No contact of its own yet")
    amal.bar("1 centre changed")
    amal.press("Save")

    amal.says("Saved. 1 centre changed.")
    expect(amal.at("save")).to_have_count(0)
    assert in_force(cast.karachi) == Controls(True, 1440, "centre")
    assert in_force(cast.lima) == Controls()


def test_what_cannot_be_read_or_saved_is_said_where_it_is(cast, screen):
    amal = screen(cast.associates_officer)

    amal.change("XA101-delay", "soon")
    expect(amal.at("XA101-delay-error")).to_have_text(
        "“soon” is not a delay. Type hours (24) or for example 1d 6h or 90m.")
    expect(amal.at("XA101-delay")).to_have_value("soon")
    amal.change("XA101-delay", "")
    amal.change("XA101-give_access", True)
    amal.press("Save")
    expect(amal.at("defaults-contact_name-error")).to_contain_text("Enter a name and a telephone number")
    if amal.script:
        expect(amal.page.get_by_role("alert")).to_be_focused()


def test_the_second_officer_sees_both_and_chooses(cast, screen, in_force):
    amal, bilal = screen(cast.associates_officer), screen(cast.colleague)
    amal.change("XA101-delay", "24")
    bilal.change("XA101-delay", "12")
    bilal.press("Save")
    bilal.says("Saved. 1 centre changed.")

    amal.press("Save")

    expect(amal.page.locator("#centre-XA101 .sides")).to_contain_text("12 h")
    expect(amal.page.locator("#centre-XA101 .sides")).to_contain_text("24 h")
    assert in_force(cast.karachi).delay == 720
    amal.press("Keep mine (XA101)")
    expect(amal.page.locator("#centre-XA101 .sides")).to_have_count(0)
    amal.press("Save")
    amal.says("Saved. 1 centre changed.")
    assert in_force(cast.karachi).delay == 1440


def test_several_rows_are_set_at_once(cast, screen, in_force):
    cast.give_access(cast.karachi, cast.lima)
    cast.confirm(cast.karachi, cast.karachi_officer)
    amal = screen(cast.associates_officer)

    amal.at("mark-XA101").check()
    amal.at("mark-XA102").check()
    if not amal.script:
        amal.press("Keep the marks")
    amal.at("bulk_delay").fill("2d")
    amal.press("Set for 2")
    amal.bar("2 centres changed")
    amal.bar("2 slips will be out of date")
    amal.press("Save")

    amal.says("Saved. 2 centres changed.")
    assert [in_force(centre).delay for centre in (cast.karachi, cast.lima)] == [2880, 2880]


def test_all_that_are_found_are_set_on_every_page(cast, screen, in_force):
    for place in range(60):
        cast.centre(f"XD{place:03}", f"Village School {place}", "Africa/Nairobi", associate=cast.associate)
    amal = screen(cast.associates_officer)
    amal.page.goto(f"{HERE}?find=village")

    if amal.script:
        amal.at("mark-all").check()
    else:
        amal.press("Mark all 60 that are found")
    amal.at("bulk_delay").fill("1d")
    amal.press("Set for 60")
    amal.bar("60 centres changed")
    if amal.script:
        no_complaints(amal.page)
    amal.press("Save")

    amal.says("Saved. 60 centres changed.")
    assert in_force(cast.karachi).delay == 0


def test_a_second_tab_shows_the_same_draft(cast, screen):
    amal = screen(cast.associates_officer)
    amal.change("XA101-delay", "24")
    amal.bar("1 centre changed")
    second = amal.page.context.new_page()
    second.goto(HERE)
    expect(second.locator("#XA101-delay")).to_have_value("24")
    expect(second.locator("#save-bar")).to_contain_text("1 centre changed")

    amal.change("XA102-delay", "48")
    amal.bar("2 centres changed")
    second.reload()

    expect(second.locator("#save-bar")).to_contain_text("2 centres changed")


def test_a_filter_keeps_the_draft_and_stands_in_the_address(cast, screen, in_force):
    for place in range(60):
        cast.centre(f"XD{place:03}", f"Village School {place}", "Africa/Nairobi", associate=cast.associate)
    amal = screen(cast.associates_officer)
    amal.change("XA101-delay", "24")
    amal.bar("1 centre changed")

    amal.at("find").press_sequentially("village 5")
    if not amal.script:
        amal.press("Find")
    expect(amal.page.locator("tbody.row:not(.defaults)")).to_have_count(15)
    amal.change("XD055-delay", "48")
    amal.bar("2 centres changed")
    asked = parse_qs(urlparse(amal.page.url).query)
    assert asked["find"] == ["village 5"]
    amal.page.reload()
    expect(amal.at("find")).to_have_value("village 5")
    expect(amal.at("XD055-delay")).to_have_value("48")
    amal.press("Save")

    amal.says("Saved. 2 centres changed.")
    assert in_force(cast.karachi).delay == 1440


def test_pages_turn_back_and_forth_with_the_draft(cast, screen):
    for place in range(60):
        cast.centre(f"XD{place:03}", f"Village School {place}", "Africa/Nairobi", associate=cast.associate)
    amal = screen(cast.associates_officer)
    amal.change("XA101-delay", "24")
    amal.bar("1 centre changed")

    amal.page.get_by_role("link", name="Next").click()
    expect(amal.at("XD059-delay")).to_be_visible()
    amal.bar("1 centre changed")
    amal.page.go_back()

    expect(amal.at("XA101-delay")).to_have_value("24")
    amal.row("XA101", "In force now: no access, no delay, Default")


def test_a_session_lost_in_the_middle_loses_nothing(cast, screen):
    amal = screen(cast.associates_officer)
    amal.change("XA101-delay", "24")
    amal.bar("1 centre changed")
    StaffSession.delete().execute()

    if amal.script:
        amal.change("XA102-delay", "48")
    else:
        amal.press("Save")
    expect(amal.page.get_by_role("button", name="Sign in")).to_be_visible()
    amal.page.get_by_label("E-mail address").fill(cast.associates_officer.email)
    amal.page.get_by_label("Password").fill(PASSWORD)
    amal.page.get_by_role("button", name="Sign in").click()
    amal.page.wait_for_url(lambda address: "/sign-in" not in address)
    amal.page.goto(HERE)

    expect(amal.at("XA101-delay")).to_have_value("24")
    amal.bar("1 centre changed")


def test_results_are_hidden_again_only_on_purpose(cast, screen, in_force):
    cast.give_access(cast.karachi)
    cast.confirm(cast.karachi, cast.karachi_officer)
    for release in cast.june.releases:
        release.released_at = datetime.now(UTC)
        release.save()
    amal = screen(cast.associates_officer)
    amal.change("XA101-delay", "24")
    amal.bar("Results hidden again from 2 candidates")

    amal.press("Save")
    expect(amal.at("confirm_hidden-error")).to_be_visible()
    assert in_force(cast.karachi).delay == 0
    amal.page.get_by_label("I mean to hide results again").check()
    amal.press("Save")

    amal.says("Saved. 1 centre changed.")
    assert in_force(cast.karachi).delay == 1440


def test_the_keyboard_stays_where_it_was_and_changes_are_announced(cast, signed_in):
    amal = Screen(signed_in(cast.associates_officer), True)
    page = amal.page
    amal.at("XA101-delay").focus()
    page.keyboard.type("24")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.locator("#said")).to_contain_text("XA101 Hilltop School: A Level: +24 h →")
    expect(amal.at("XA101-give_access")).to_be_focused()
    expect(amal.at("XA101-give_access")).to_be_checked()
    expect(amal.at("XA101-delay")).to_have_value("24")
    amal.at("XA102-delay").focus()
    page.keyboard.type("6")
    page.keyboard.press("Enter")
    amal.row("XA102", "In force now")
    expect(amal.at("XA102-delay")).to_be_focused()
    amal.bar("2 centres changed")


def test_changes_made_quickly_all_arrive(cast, signed_in):
    amal = Screen(signed_in(cast.associates_officer), True)
    amal.page.evaluate("""() => {
        for (const [id, value] of [["XA101-delay", "24"], ["XA102-delay", "48"], ["XA101-delay", "25"]]) {
            const box = document.getElementById(id);
            box.value = value;
            box.dispatchEvent(new Event("change", { bubbles: true }));
        }
        document.getElementById("XA101-give_access").click();
    }""")

    amal.bar("2 centres changed")
    expect(amal.at("XA101-give_access")).to_be_checked()
    expect(amal.at("XA101-delay")).to_have_value("25")
    amal.row("XA101", "+25 h →")
    amal.page.reload()
    expect(amal.at("XA101-delay")).to_have_value("25")
    expect(amal.at("XA102-delay")).to_have_value("48")
    expect(amal.at("XA101-give_access")).to_be_checked()


def test_a_choice_made_in_the_middle_of_a_swap_arrives(cast, signed_in):
    """Between its insertion and the moment from which htmx listens, a control hears nothing."""
    cast.give_access(cast.karachi)
    amal = Screen(signed_in(cast.associates_officer), True)
    amal.page.evaluate("() => { window.before = document.getElementById('XA101-contact_mode'); }")
    amal.page.evaluate("""() => new MutationObserver((_changes, observer) => {
        const choice = document.getElementById("XA101-contact_mode");
        if (!choice || choice === window.before) return;
        observer.disconnect();
        choice.value = "centre";
        choice.dispatchEvent(new Event("change", { bubbles: true }));
    }).observe(document.body, { childList: true, subtree: true })""")
    amal.change("XA101-delay", "24")

    amal.row("XA101", "+24 h →")
    amal.row("XA101", "No contact of its own yet")
    amal.page.reload()
    expect(amal.at("XA101-contact_mode")).to_have_value("centre")


def fits(page):
    """Nothing sticks out of the screen, and axe finds nothing."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url
    no_complaints(page)


def no_complaints(page):
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run().then((result) => result.violations.map((v) => v.id + ': ' + v.help + ' ' "
                          "+ v.nodes.map((n) => n.target)))")
    assert found == [], page.url


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_the_screen_fits_a_phone_and_every_reader(cast, signed_in, width, scheme):
    cast.give_access(cast.karachi)
    cast.confirm(cast.karachi, cast.karachi_officer)
    cast.centre("XA103", "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch", "Europe/London",
                associate=cast.associate)
    amal = Screen(signed_in(cast.associates_officer, width=width, color_scheme=scheme), True)
    fits(amal.page)
    amal.change("XA101-delay", "48")
    amal.bar("slips will be out of date")
    amal.change("XA102-delay", "soon")
    expect(amal.at("XA102-delay-error")).to_be_visible()
    amal.press("Save")
    expect(amal.page.get_by_role("alert")).to_be_focused()
    fits(amal.page)
    bilal = Screen(signed_in(cast.colleague), True)
    bilal.change("XA101-delay", "12")
    bilal.press("Save")
    bilal.says("Saved")
    amal.page.reload()
    expect(amal.page.locator("#centre-XA101 .sides")).to_be_visible()
    fits(amal.page)
    amal.page.goto(f"{HERE}/history")
    expect(amal.page.get_by_role("cell", name="12 h")).to_be_visible()
    fits(amal.page)
