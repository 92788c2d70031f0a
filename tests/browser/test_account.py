"""A new officer in a real browser: the link, the password, the second factor."""
import pyotp

from models.acts import links
from models.tables.people import Officer
from tests.browser.test_pages import AXE, RULES

NEW = "seven odd purple words"


def problems(page):
    page.evaluate(AXE.read_text())
    return [found["id"] for found in page.evaluate("rules => axe.run(rules)", RULES)["violations"]]


def test_a_link_fills_its_code_in_and_leaves_the_address(cast, open_page):
    officer = Officer.create(email="new@school.example", name="New Officer", created_at=cast.now)
    code, _link = links.make(officer, cast.board, cast.now)
    page, asked = open_page(), []
    page.on("request", lambda request: asked.append(request.url))

    page.goto(f"/welcome#{code}")
    filled, address = page.get_by_label("Code of your link").input_value(), page.url
    page.get_by_label("New password", exact=True).fill(NEW)
    page.get_by_label("New password again").fill(NEW)
    page.get_by_role("button", name="Set the password").click()
    page.get_by_text("Your password is set.").wait_for()

    assert (filled, "#" in address) == (code, False)
    assert [url for url in asked if code in url] == []


def test_without_script_the_code_is_typed(cast, open_page):
    officer = Officer.create(email="new@school.example", name="New Officer", created_at=cast.now)
    code, _link = links.make(officer, cast.board, cast.now)
    page = open_page(script=False)

    page.goto("/welcome")
    page.get_by_label("Code of your link").fill(code.lower())
    page.get_by_label("New password", exact=True).fill(NEW)
    page.get_by_label("New password again").fill(NEW)
    page.get_by_role("button", name="Set the password").click()

    page.get_by_text("Your password is set.").wait_for()


def test_the_second_factor_from_the_qr_code_to_the_next_sign_in(cast, signed_in, open_page):
    page = signed_in(cast.karachi_officer)
    page.goto("/account/second-factor")
    assert page.get_by_alt_text("QR code with the key below").evaluate("image => image.naturalWidth") > 100
    secret = page.locator("main code").inner_text().replace(" ", "")
    page.get_by_label("Code that the app shows").fill(pyotp.TOTP(secret).now())
    page.get_by_label("Present password").fill("four quite unusual words")
    page.get_by_role("button", name="Turn on").click()
    recovery = page.locator("main li code").first.inner_text()
    shown = problems(page)
    page.get_by_role("link", name="I have kept them").click()

    again = open_page()
    again.goto("/sign-in?next=/centres/XA101/files")
    again.get_by_label("E-mail address").fill(cast.karachi_officer.email)
    again.get_by_label("Password").fill("four quite unusual words")
    again.get_by_role("button", name="Sign in").click()
    asked = problems(again)
    again.get_by_label("Code").fill(recovery)
    again.get_by_role("button", name="Continue").click()
    again.get_by_role("heading", name="File Exchange").wait_for()

    assert (shown, asked) == ([], [])


def test_what_would_follow_is_asked_before_a_hold(cast, signed_in):
    page = signed_in(cast.board)
    page.goto("/board/series/june-2026")
    page.get_by_role("button", name="Hold: let nothing out at that time").first.click()
    page.get_by_role("heading", name="Hold the results of A Level").wait_for()
    asked = problems(page)

    page.get_by_role("button", name="Confirm").click()
    page.get_by_role("button", name="End the hold").wait_for()

    assert asked == []
