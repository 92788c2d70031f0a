"""The longest values that anything may have, on the narrowest phone and with letters of twice the size."""
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from models.rules.languages import LANGUAGES
from models.rules.results import Result
from models.tables.exams import Candidate, Centre, Entry, Release
from models.tables.offers import Offer
from models.tables.subcentres import AttachedDefaults
from tests.browser.test_pages import PAGES
from tests.candidates.conftest import USERNAME

LONG = "Wolfeschlegelsteinhausenbergerdorff"
WIDE = """() => {
    const all = [...document.querySelectorAll("body *")].filter((one) => one.checkVisibility());
    const over = all.filter((one) => {
        const { left, right, width } = one.getBoundingClientRect();
        return width && !one.matches(".skip") && (right > innerWidth + 0.5 || left < -0.5);
    });
    return [document.documentElement.scrollWidth - innerWidth, over.map((one) => one.outerHTML.slice(0, 90))];
}"""


@pytest.fixture
def longest(cast):
    """Zoë's login, with every value around her as long as it may be; A Level is out, IGCSE is not."""
    cast.give_access(cast.karachi)
    password = cast.confirm(cast.karachi, cast.karachi_officer)["0001"]
    contact = {"contact_name": f"{LONG} {LONG}", "contact_phone": "+92 21 5550100 5550100 5550100 ext. 12345678",
               "contact_email": f"examinations.{LONG.lower()}@{LONG.lower()}.harbourview.example"}
    AttachedDefaults.update(**contact).execute()
    Offer.update(**contact).execute()
    zoe = cast.candidates["XA101"][0]
    Candidate.update(name=f"{LONG}{LONG}").where(Candidate.id == zoe.id).execute()
    Centre.update(name=f"{LONG} {LONG} Secondary").where(Centre.id == zoe.centre_id).execute()
    Entry.update(title=f"{LONG} {LONG}").where(Entry.candidate == zoe).execute()
    for entry in Entry.select().where(Entry.candidate == zoe, Entry.qualification == "A Level"):
        Result.delete().where(Result.entry == entry).execute()
        Result.create(entry=entry, grade="A*", second_grade="A*", pum=100, changed_at=cast.now)
    Release.update(released_at=cast.now - timedelta(days=1)).where(Release.qualification == "A Level").execute()
    return password


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", [100, 200])
def test_nothing_scrolls_sideways_on_any_page(open_page, longest, language, size):
    page, told = open_page(width=320, height=640), {}

    def look(name):
        page.evaluate("(size) => { document.documentElement.style.fontSize = `${size}%`; }", size)
        over, what = page.evaluate(WIDE)
        if over > 0 or what:
            told[name] = over, what

    def sign_in(password):
        page.locator("[name=username]").fill(USERNAME)
        page.locator("[name=password]").fill(password)
        page.locator("form .button").first.click()

    page.goto(f"/results/{language}/sign-in")
    look("sign-in")
    sign_in("2" * 15)
    expect(page.locator(".error-summary")).to_be_visible()
    look("refused")
    sign_in(longest)
    expect(page.locator(".results")).to_be_visible()
    look("results")
    assert page.locator(".grade").first.bounding_box()["width"] > 0
    expect(page.locator(".account button")).to_be_in_viewport()
    Release.update(released_at=Release.released_at + 86400 * 3).execute()
    page.reload()
    expect(page.locator(".countdown b").first).to_be_visible()
    look("waiting")
    page.locator(".account button").click()
    expect(page.locator(".notice.ok")).to_be_visible()
    look("signed out")
    AttachedDefaults.update(give_access=False).execute()
    sign_in(longest)
    expect(page.locator(".contact")).to_be_visible()
    look("shut")
    for address in (f"/privacy/{language}", f"/verify/{language}", f"/results/{language}/sample"):
        page.goto(address)
        look(address)

    assert told == {}


@pytest.mark.parametrize("who", list(PAGES))
def test_nothing_scrolls_sideways_on_the_portal_with_letters_of_twice_the_size(peopled, open_page, signed_in, who):
    page, told = signed_in(getattr(peopled, who), width=320) if who else open_page(width=320), {}
    for address in PAGES[who]:
        page.goto(address)
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        over, what = page.evaluate(WIDE)
        if over > 0 or what:
            told[address] = over, what

    assert told == {}
