"""Somebody who has never seen the service completes 'Confirm' with nothing but the help."""
import io

import pypdfium2

from models.tables.exams import Candidate
from models.tables.offers import Offer

TYPED = {"Name": "Ada Help", "Telephone number": "+34 91 555 0100", "E-mail address": "ada@xc301.example"}
CONTROLS = ("link", "button", "radio", "checkbox", "textbox", "combobox", "heading")


def follow(page, name):
    """Do with what is called so what one does with such a thing; gives the file, if one came."""
    for role in CONTROLS:
        found = page.get_by_role(role, name=name, exact=True)
        if role in ("radio", "link"):  # whose names go on with a hint, or with what they are of
            found = page.get_by_role(role, name=name)
        if not found.count():
            continue
        if role in ("radio", "checkbox"):
            found.first.check()
        elif role == "textbox":
            found.first.fill(TYPED[name])
        elif (role, name) == ("button", "Download PDF"):
            with page.expect_download() as download:
                found.first.click()
            return download.value.path().read_bytes()
        elif role in ("link", "button"):
            found.first.click()
            page.wait_for_load_state()
        return None
    raise AssertionError(f"The help speaks of “{name}”, which is not on {page.url}")


def test_who_follows_the_help_word_for_word_holds_the_slips(cast, signed_in, with_script):
    officer, reader = (signed_in(cast.independent_officer, script=with_script) for _browser in range(2))
    reader.goto("/help/centres")
    steps = reader.locator("section", has=reader.locator("#confirm")).locator("ol > li")
    officer.goto("/")
    places = ("Administer exams", "Series details")  # where one is, and nothing to press

    file = None
    for number in range(steps.count()):
        for name in steps.nth(number).locator("a, b").all_inner_texts():
            if name in places:
                assert officer.get_by_role("heading", level=1).inner_text() == name
            else:
                file = follow(officer, name) or file

    assert Offer.get(Offer.centre == cast.independent).scope == "all"
    printed = pypdfium2.PdfDocument(io.BytesIO(file))
    assert len(printed) == Candidate.select().where(Candidate.centre == cast.independent).count() == 2
    assert "Ada Help" in printed[0].get_textpage().get_text_range()
