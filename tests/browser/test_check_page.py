"""The page that checks a signed statement, in a real browser: each of its sentences, with and without the network."""
import json
from datetime import timedelta
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import expect

from models.acts import statements
from models.rules.languages import LANGUAGES
from models.rules.results import Result
from models.rules.statement_codes import Line
from models.rules.statement_messages import message
from models.signing import Certified, made_for_demonstration, signer
from models.tables.exams import Entry, Release
from models.tables.statements import IssuedStatement, SigningKey
from tests.browser.test_pages import complaints
from tests.checker import VECTOR, VECTOR_KEY

CHECK = "https://results.example/verify"
CURRENT = "The exam board signed this, and nothing has changed since then: as issued."


@pytest.fixture
def issued(cast):
    """The Message of Zoë's statement: her A Level is out."""
    cast.give_access(cast.karachi)
    cast.confirm(cast.karachi, cast.karachi_officer)
    cast.result(cast.candidates["XA101"][0], "9709", "A*", 93)
    Release.update(released_at=cast.now - timedelta(days=1)).where(Release.qualification == "A Level").execute()
    SigningKey.delete().execute()
    zoe, entry = cast.candidates["XA101"][0], Entry.get(Entry.syllabus_code == "9709")
    one, = statements.issue(("XA101", cast.karachi.name), "june-2026", [
        (zoe.number, zoe.name, [Line("A Level", "9709", entry.title, "A*", "", "", 93)])], cast.now, CHECK)
    return one


def digits(one):
    return one.address.partition("#")[2]


def shown(page, code, language="en"):
    """(verdict, its sentences) of the check page."""
    page.goto(f"/verify/{language}")
    page.goto(f"/verify/{language}#{code}")
    expect(page.locator("#check .notice")).to_be_visible()
    verdict = page.evaluate("document.documentElement.dataset.verdict")
    return verdict, page.locator("#check .notice p").all_inner_texts()


def test_a_scanned_code_is_shown_and_nothing_of_it_reaches_a_server(open_page, live, issued, cast):
    page, asked = open_page(bypass_csp=True), []
    page.on("request", lambda request: asked.append(request))

    verdict = shown(page, digits(issued))

    assert verdict == ("current", ["Not a real statement: it was signed with a demonstration key.", CURRENT])
    assert page.url == f"{live}/verify/en"  # wiped
    words = page.locator("#check").inner_text()
    for part in ("Zoë Ångström", "0001", "XA101", "Mathematics", "A*(a*)", "9709", "June 2026"):
        assert part in words
    assert page.locator("#check .grade p").evaluate("(p) => getComputedStyle(p).direction") == "ltr"
    posted = [request for request in asked if request.method == "POST"]
    assert [request.url for request in posted] == [f"{live}/verify/state"]
    assert parse_qs(posted[0].post_data) == {"number": [issued.number], "digest": [issued.digest]}
    assert not {"cookie", "referer"} & set(posted[0].all_headers())
    assert not any(digits(issued)[:40] in request.url for request in asked)
    assert complaints(page, "check") == []


def test_every_answer_has_its_own_sentence(open_page, cast, issued):
    page, code = open_page(), digits(issued)

    def verdict(text=code):
        return shown(page, text)[0]

    assert verdict() == "current"
    Result.update(grade="B").execute()
    assert verdict() == "changed"
    Release.update(held_at=cast.now).execute()
    assert verdict() == "hidden"
    IssuedStatement.update(digest="0" * 64).execute()
    assert verdict() == "no_record"
    IssuedStatement.delete().execute()
    assert verdict() == "no_record"  # its series is kept
    cast.june.name = "Another 2026"
    cast.june.save()
    assert verdict() == "not_kept"
    statements.withdraw(issued.number, "board", cast.now)
    assert verdict() == "withdrawn"
    assert "Zoë" not in page.locator("#check").inner_text()
    statements.restore(issued.number, "board", cast.now)
    statements.revoke_key(signer.certified.kid, "stolen", "board", cast.now)
    assert verdict() == "revoked"


def test_a_key_that_was_given_up_vouches_only_with_a_record(open_page, cast, issued):
    statements.revoke_key(signer.certified.kid, "stolen", "board", cast.now)

    verdict, sentences = shown(open_page(), digits(issued))

    assert verdict == "current"
    assert "The key that signed this was given up, but the exam board has a record of this statement." in sentences


@pytest.mark.parametrize(("spoil", "verdict"), [
    (lambda code: code[:300] + str((int(code[300]) + 1) % 10) + code[301:], "wrong"),
    (lambda code: code[:-5], "damaged"), (lambda code: code[:-1], "damaged"), (lambda code: "9" * 65, "damaged")])
def test_a_spoiled_code_is_not_accepted(open_page, issued, spoil, verdict):
    assert shown(open_page(), spoil(digits(issued)))[0] in {verdict, "damaged"}


@pytest.mark.parametrize("fragment", ["123451234512345", "%2012345", "١٢٣", "%zz"])
def test_what_is_no_code_in_the_address_is_said_and_wiped(open_page, issued, fragment):
    page = open_page()

    assert shown(page, fragment) == ("damaged", ["The code could not be read whole. Scan it again."])
    assert page.url.endswith("/verify/en")


def test_a_link_to_a_place_on_the_page_is_no_code(open_page, issued):
    page = open_page()
    page.goto("/verify/en")

    page.locator(".skip").focus()
    page.keyboard.press("Enter")

    expect(page.locator("#main")).to_be_focused()
    assert page.locator("#check .notice").count() == 0


def test_the_last_code_of_two_is_shown(open_page, issued):
    page = open_page()
    page.goto("/verify/en")
    page.route("**/verify/state", lambda route: None)  # never answered
    page.evaluate("(code) => { location.hash = code; }", digits(issued))
    page.get_by_label("Scanned address").fill("12345")
    page.locator("#paste button").click()

    expect(page.locator("#check .notice")).to_contain_text("could not be read whole")
    assert page.locator("#check .result").count() == 0


def test_a_code_of_another_time_or_key_is_said(open_page, cast, issued):
    page = open_page()
    line = Line("A Level", "9709", "Mathematics", "A*", "", "", 93)
    late = message("XA101-0001-J26", ("XA101", "Centre"), ("0001", "Zoë"), "June 2026", [line],
                   cast.now + timedelta(days=365 * 30), CHECK)

    assert shown(page, digits(late))[0] == "not_in_force"
    SigningKey.update(kid="AAAAAAAA").execute()
    assert shown(page, digits(issued))[0] == "no_key"


def test_without_the_server_the_signature_alone_vouches(open_page, issued):
    page = open_page()
    page.goto("/verify/en")
    page.route("**/verify/state", lambda route: route.abort())
    page.evaluate("(code) => { location.hash = code; }", digits(issued))
    expect(page.locator("#check .notice")).to_be_visible()

    assert page.evaluate("document.documentElement.dataset.verdict") == "not_asked"


def test_a_pasted_address_is_read_in_any_form(open_page, issued):
    page = open_page()
    page.goto("/verify/en")

    page.get_by_label("Scanned address").fill(f"  {issued.address[:60]} {issued.address[60:]} ")
    page.locator("#paste button").click()

    expect(page.locator("#check .notice")).to_contain_text(CURRENT)
    assert page.locator("#check .notice").evaluate("(one) => one === document.activeElement")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_speaks_its_readers_language_and_fits(open_page, issued, language):
    page = open_page(width=320, bypass_csp=True)

    verdict, sentences = shown(page, digits(issued), language)

    assert verdict == "current"
    assert (sentences[-1] == CURRENT) == (language == "en")
    assert complaints(page, language) == []


def test_a_saved_page_checks_with_the_network_cut_and_asks_nobody(open_page, issued, tmp_path, live):
    page = open_page()
    page.goto("/verify/en")
    with page.expect_download() as download:
        page.get_by_role("link", name="Save this page").click()
    download.value.save_as(file := tmp_path / "check.html")
    asked, errors = [], []
    page.context.set_offline(True)
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: errors.append(message.text))

    page.goto(f"file://{file}#{digits(issued)}")

    expect(page.locator("#check .notice")).to_be_visible()
    assert page.evaluate("document.documentElement.dataset.verdict") == "not_asked"
    assert "A*(a*)" in page.locator("#check").inner_text()
    assert [url.partition("#")[0] for url in asked] == [f"file://{file}"]
    assert errors == []
    assert live


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_saved_page_stays_small_with_the_keys_of_a_generation(cast, issued, app, language):
    for _key in range(4):
        certified = Certified(made_for_demonstration("Meridian", cast.now))
        statements.keep_key(certified, "portal", cast.now)
    answer = app.test_client().get(f"/verify/{language}/offline.html")

    assert answer.data.count(b'"kid"') == 5
    assert len(answer.data) < 30_000


def test_the_script_reads_the_vector_and_inflates_like_zlib(open_page, cast, tmp_path, app):
    """The published page with the vector's key, which has no record here."""
    page = open_page()
    page.goto("/verify/en")
    html = page.content()
    data = json.loads(page.locator("#check-data").text_content())
    data["keys"] = [VECTOR_KEY]
    html = page.evaluate("""([data]) => { document.querySelector("#check-data").textContent = data; return 1; }""",
                         [json.dumps(data)]) and html
    page.route("**/again", lambda route: route.fulfill(body=html.replace(
        html[html.index('id="check-data">') + 16:html.index("</script>", html.index('id="check-data">'))],
        json.dumps(data)), content_type="text/html"))

    page.goto("/again")
    page.evaluate("(code) => { location.hash = code; }", VECTOR)

    expect(page.locator("#check .notice")).to_be_visible()
    words = page.locator("#check").inner_text()
    assert all(part in words for part in ("Zoë Ångström", "Co-ordinated Sciences", "B(b)", "0011-2233-4455-6677"))


def test_without_script_the_typed_code_stays(open_page, issued):
    page = open_page(script=False)
    page.goto("/verify/en")

    expect(page.get_by_label("Code of the statement")).to_be_visible()
    expect(page.locator("#paste")).to_be_hidden()
