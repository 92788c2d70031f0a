"""How few presses it takes, in a real browser: from signing in to the paper, and from one series to the next."""
from playwright.sync_api import expect

from models.tables.exams import Centre, Series
from models.tables.subcentres import AttachedCentre, AttachedDefaults, AttachedDraft
from tests.browser.test_story import slips_in
from tests.cast import PASSWORD


def test_the_paper_is_six_presses_from_the_sign_in_page(cast, open_page, with_script):
    page, pressed = open_page(script=with_script), []

    def press(role, name):
        pressed.append(name)
        page.get_by_role(role, name=name, exact=True).first.click()

    page.goto("/sign-in")
    page.get_by_label("E-mail address").fill(cast.independent_officer.email)
    page.get_by_label("Password").fill(PASSWORD)
    press("button", "Sign in")
    press("link", "Candidate results website")
    press("button", "Go")
    press("link", "Edit status")
    page.get_by_role("radio", name="ALL candidates").check()
    page.get_by_role("checkbox", name="I accept the terms and conditions").check()
    page.get_by_label("Name", exact=True).fill("Inés Vidal")
    page.get_by_label("E-mail address").fill("ines@xc301.example")
    press("button", "Confirm")
    with page.expect_download() as download:
        press("button", "Download PDF")

    assert len(slips_in(download.value.path())) == 2
    assert len(pressed) == 6


def test_750_centres_start_from_the_settings_of_an_earlier_series(cast, signed_in, queries, with_script):
    november = Series.create(code="november-2025", name="November 2025", short="N25", key_random="cd" * 32)
    numbers = [f"Y{place:04}" for place in range(748)]
    Centre.insert_many([{"number": number, "name": f"School {number}", "time_zone": "Asia/Karachi", "email": "",
                         "country": "Somewhere", "associate": cast.associate} for number in numbers]).execute()
    AttachedDefaults.create(associate=cast.associate, series=november, contact_name="Amal Raza",
                            contact_phone="+92 21 555 0100", version=1)
    AttachedCentre.insert_many([{"centre": centre, "series": november, "give_access": True, "delay": 60} for centre in
                                Centre.select().where(Centre.associate == cast.associate)]).execute()
    page = signed_in(cast.associates_officer, script=with_script)

    page.goto("/centres/XA100/candidate-results/june-2026/attached-centres")
    page.get_by_role("link", name="Start from an earlier series").click()
    expect(page.get_by_text("750 centres would stand otherwise.")).to_be_visible()
    page.get_by_role("button", name="Start from November 2025").click()
    expect(page.locator("#notice")).to_contain_text("From November 2025: 750 centres would stand otherwise.")
    drafted, in_force = AttachedDraft.select().count(), AttachedCentre.select().where(
        AttachedCentre.series == cast.june).count()
    page.get_by_role("button", name="Save").first.click()

    expect(page.locator("#notice")).to_contain_text("Saved. 750 centres changed.")
    assert (drafted, in_force) == (751, 0)
    assert AttachedCentre.select().where(
        AttachedCentre.series == cast.june, AttachedCentre.give_access, AttachedCentre.delay == 60).count() == 750
