"""The whole service in one story, in a real browser: from the Associate's Save to the candidate's grades."""
import io
from datetime import UTC, datetime, timedelta

import pypdfium2
import zxingcpp
from playwright.sync_api import expect

from documents import papers
from documents.slips import Layout, write_slips
from models import passwords
from models.acts import issuing
from models.codes import as_typed
from models.rules.results import Result
from models.tables.exams import Release
from models.tables.slips import SlipBatch
from models.tables.subcentres import AttachedCentre

HOME = "/centres/XA101/candidate-results/june-2026"


def slips_in(path):
    document = pypdfium2.PdfDocument(io.BytesIO(path.read_bytes()))
    texts = [page.get_textpage().get_text_range() for page in document]
    document.close()
    return texts


def login_on(text):
    words = text.split()
    username = next(word for word in words if word.startswith("XA101-"))
    return username, next(word for word in words if passwords.mistake(as_typed(word)) is None)


def test_from_the_associates_save_to_the_candidates_grades(cast, signed_in, open_page, with_script):
    cast.result(cast.candidates["XA101"][0], "0580", "A*", 94)
    cast.result(cast.candidates["XA101"][0], "9709", "B", 73)
    the_associate_gives_access(signed_in(cast.associates_officer, script=with_script))
    slips = the_centre_confirms(signed_in(cast.karachi_officer, script=with_script))
    username, password = login_on(slips[0])
    phone = open_page(script=with_script, width=360, height=740)

    the_candidate_signs_in(phone, username, password)
    expect(phone.get_by_role("heading", level=1)).to_have_text("Your results are not out yet")
    assert "A*" not in phone.content()
    Release.update(released_at=datetime.now(UTC) - timedelta(seconds=1)).execute()
    phone.get_by_role("button", name="Show my results").click()

    expect(phone.get_by_role("heading", level=1)).to_have_text("Your results")
    assert [" ".join(text.split()) for text in phone.locator(".grade").all_inner_texts()] == ["B (b)", "A* (a*)"]
    expect(phone.get_by_text("Amal Raza")).to_be_visible()
    phone.get_by_role("button", name="Sign out").click()
    expect(phone.get_by_text("You are signed out")).to_be_visible()
    phone.go_back()
    expect(phone.locator(".grade")).to_have_count(0)


def the_associate_gives_access(page):
    page.goto("/centres/XA100")
    page.get_by_role("link", name="Candidate results website", exact=True).click()
    page.get_by_label("Please select:").select_option("June 2026")
    page.get_by_role("button", name="Go").click()
    page.get_by_role("link", name="Manage attached centres").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Subcentre Management")
    section = page.locator("fieldset").filter(has_text="Default Contact details").last
    section.get_by_label("Name").fill("Amal Raza")
    section.get_by_label("Telephone").fill("+92 21 555 0100")
    page.locator("#centre-XA101").get_by_role("checkbox", name="Give access").check()
    page.get_by_role("button", name="Save").first.click()
    expect(page.locator("#notice")).to_contain_text("aved")
    assert AttachedCentre.get().give_access


def the_centre_confirms(page):
    page.goto(HOME)
    page.locator("main").get_by_role("link", name="Edit status").click()
    page.get_by_role("radio", name="ALL candidates").check()
    page.get_by_role("checkbox", name="I accept the terms and conditions").check()
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("ALL Candidates have access (2)")).to_be_visible()
    with page.expect_download() as download:
        page.locator("#notice").get_by_role("button", name="Download PDF").click()
    slips = slips_in(download.value.path())
    assert len(slips) == 2
    assert "Zoë Ångström" in slips[0]
    assert "Amal Raza" in slips[0]
    return slips


def the_candidate_signs_in(page, username, password):
    page.goto("/results/en/sign-in")
    page.get_by_label("Username").fill(username.lower())
    page.get_by_label("Password").fill(password.replace("-", " "))
    page.get_by_role("button", name="Sign in").click()


def test_an_open_page_shows_the_results_by_itself_at_the_instant(cast, open_page):
    cast.result(cast.candidates["XC301"][0], "0580", "A", 85)
    logins = cast.confirm(cast.independent, cast.independent_officer)
    Release.update(released_at=datetime.now(UTC) + timedelta(seconds=4)).execute()
    page = open_page(width=360)
    the_candidate_signs_in(page, "XC301-0001-J26", logins["0001"])
    expect(page.get_by_role("heading", level=1)).to_have_text("Your results are not out yet")

    expect(page.locator(".grade")).to_contain_text("A", timeout=25_000)

    assert Result.select().count() == 1


def test_the_code_on_a_slip_that_signs_in_fills_the_form(cast, open_page, live):
    """What the printed QR code says is what the page understands, over the redirect to a language."""
    logins = cast.confirm(cast.independent, cast.independent_officer)
    slip, secret = next(issuing.slips_of(SlipBatch.get()))
    out = io.BytesIO()
    paper = papers.paper(slip, secret, slip.batch, "en")
    write_slips([paper], out, Layout(sign_in_code=True, site_url=f"{live}/results/", site_address="results"))
    page = open_page(width=360)

    page.goto(code_on(out.getvalue()))

    expect(page.get_by_label("Username")).to_have_value("XC301-0001-J26")
    expect(page.get_by_label("Password")).to_have_value(logins["0001"])
    assert "#" not in page.url


def code_on(data):
    document = pypdfium2.PdfDocument(io.BytesIO(data))
    picture = document[0].render(scale=3).to_pil()
    document.close()
    return zxingcpp.read_barcodes(picture)[0].text
