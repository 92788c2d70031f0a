"""How a centre sets up its candidates, in a real browser: the delay as one types, and work that is watched."""
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from documents import words
from jobs import running
from jobs.running import Work
from models.acts import issuing
from models.tables.jobs import Job
from models.tables.offers import Offer

AT = "/centres/XC301/candidate-results/june-2026"


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_the_local_time_follows_the_delay_as_it_is_typed(app, cast, signed_in, script):
    with app.test_request_context():
        told = words.with_place(cast.now + timedelta(days=7, hours=30), "Europe/Madrid", "en")
    page = signed_in(cast.independent_officer, script=script)
    page.goto(f"{AT}/status")
    page.get_by_label("ALL candidates").check()
    page.get_by_label("Name", exact=True).fill("Inés Vidal")

    page.get_by_label("Delay (optional)").press_sequentially("1d 6h")
    if not script:
        page.get_by_role("button", name="Show the times").click()

    expect(page.locator("#times")).to_contain_text(told)
    expect(page.get_by_label("Delay (optional)")).to_have_value("1d 6h")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Inés Vidal")
    expect(page.get_by_label("ALL candidates")).to_be_checked()
    assert Offer.select().count() == 0


def test_long_work_is_watched_until_it_is_over(app, cast, signed_in):
    cast.give_access(cast.karachi, cast.lima)
    page = signed_in(cast.associates_officer)
    page.goto("/centres/XA100/candidate-results/june-2026/to-do")
    page.get_by_label("I accept the terms").check()
    page.get_by_role("button", name="Generate for 2 centres").click()
    expect(page.get_by_text("Waiting to begin")).to_be_visible()

    with app.app_context():
        running.run(Job.get().id)

    expect(page.get_by_text("Done: 2 of 2 centres.")).to_be_visible()
    expect(page.get_by_role("link", name="XA102 Colegio del Mar")).to_be_visible()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_progress_is_seen_per_centre_and_in_total(app, cast, signed_in, monkeypatch, script):
    cast.give_access(cast.karachi, cast.lima)
    page = signed_in(cast.associates_officer, script=script)
    page.goto("/centres/XA100/candidate-results/june-2026/to-do")
    page.get_by_label("I accept the terms").check()
    page.get_by_role("button", name="Generate for 2 centres").click()
    told, progress = [("Now: XA101 Hilltop School, 1 slip so far", "0 of 2 centres are finished.", "1"),
                      ("Now: XA101 Hilltop School, 2 slips so far", "0 of 2 centres are finished.", "2"),
                      ("Now: XA102 Colegio del Mar, 1 slip so far", "1 of 2 centres are finished.", "3")], Work.progress

    def watched(work, done):
        progress(work, done)
        if not script:
            page.get_by_role("link", name="Look again").click()
        at_work, centres, slips = told.pop(0)
        expect(page.get_by_text(at_work)).to_be_visible()
        expect(page.get_by_text(centres)).to_be_visible()
        expect(page.get_by_role("progressbar")).to_have_attribute("value", slips)
        expect(page.get_by_role("progressbar")).to_have_attribute("max", "3")

    monkeypatch.setattr(Work, "progress", watched)
    monkeypatch.setattr(issuing, "A_STEP", 1)
    with app.app_context():
        running.run(Job.get().id)
    page.reload()

    assert told == []
    expect(page.get_by_text("Done: 2 of 2 centres.")).to_be_visible()


def test_rows_stay_marked_for_what_is_pressed_after_filtering(cast, signed_in):
    cast.confirm(cast.independent, cast.independent_officer)
    page = signed_in(cast.independent_officer)
    page.goto(f"{AT}/credentials")

    page.get_by_label("Find a candidate").press_sequentially("0002")
    expect(page.get_by_text("Ελένη Παπαδοπούλου")).to_have_count(0)
    page.get_by_label("Mark 0002").check()
    page.get_by_role("button", name="New password for 1").click()

    expect(page.get_by_text("1 candidate has a new password")).to_be_visible()
    page.go_back()
    assert "q=0002" in page.url
