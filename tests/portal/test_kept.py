"""A session that ends costs nothing: what is pressed when it is over is kept for its officer, and for nobody else."""
import io
import re
from datetime import timedelta
from pathlib import Path

import pytest

from models.acts import accounts, kept, officers
from models.tables.audit import AuditEvent
from models.tables.once import KeptForm
from models.tables.people import ABSOLUTE, IDLE, StaffSession
from models.tables.slips import SlipBatch
from models.tables.subcentres import AttachedDraft
from tests.cast import PASSWORD
from tests.portal.test_account import now
from tests.subcentres.screen import HERE, ScreenPage
from tests.test_audit import enrolled
from tests.visitor import OWN_PAGE, Visitor
from views.ended import NEVER

STATUS = "/centres/XC301/candidate-results/june-2026/status"
RESULTS = "/centres/XC301/results/june-2026/files"
OFFER = {"scope": "all", "terms": "y", "contact_name": "Inés “Vi” <Vidal>", "contact_phone": "+34 91 555 0100",
         "version": "0"}
IDLED = "You were signed out after 30 minutes without a press."
CONFIRMED = ("confirmed candidate results",)
IS_KEPT = "What you pressed last is kept for 15 minutes"


def idle():
    StaffSession.update(seen_at=now() - IDLE - timedelta(minutes=1)).execute()


def signed_out(visitor, path=STATUS, data=OFFER, page=STATUS, headers=OWN_PAGE, **options):
    """The session ends, and this is pressed. Gives the sign-in page to which that leads."""
    idle()
    answer = visitor.post(path, data, headers=headers | {"Referer": f"http://localhost{page}"}, csrf=False, **options)
    visitor.led_to = answer.headers.get("HX-Redirect") or answer.location
    return visitor.get(visitor.led_to, htmx=False)


def sign_in(visitor, page, email):
    """As typed into this sign-in page. Gives where that leads."""
    form = page.all("form")[0]
    answer = visitor.post(form.get("action"), {**page.fields(form), "email": email, "password": PASSWORD}, htmx=False,
                          csrf=False)
    return visitor.get(answer.location, htmx=False)


def press(visitor, page, number=-2):
    """The form of the page that is last but one, 'now', or the last, 'Throw it away'."""
    form = page.all("form", method="post")[number]
    return visitor.post(form.get("action"), page.fields(form), htmx=False, csrf=False)


def acts():
    return list(AuditEvent.select(AuditEvent.what).where(AuditEvent.what.not_in(("signed in",))).order_by(
        AuditEvent.id).tuples())


@pytest.fixture
def ines(cast, visit):
    return visit(cast.independent_officer)


def test_what_was_pressed_is_shown_again_and_done_once(cast, ines):
    at_the_door = signed_out(ines)

    back = sign_in(ines, at_the_door, cast.independent_officer.email)
    told, done = back.text, press(ines, back)
    form = back.all("form", method="post")[-2]
    twice = ines.client.post(form.get("action"), data=back.fields(form), headers=OWN_PAGE | {
        "Referer": "http://localhost/kept"})

    assert IDLED in at_the_door.text
    assert IS_KEPT in at_the_door.text
    assert back.path == "/kept"
    for words in ("Page Edit status", "Pressed Confirm", "Centre XC301", "Series June 2026", "Kept until"):
        assert words in told
    assert (done.status, twice.status_code, twice.location, SlipBatch.select().count()) == (303, 303, "/kept", 1)
    assert ines.get("/kept", htmx=False).location == "/"
    assert "This form had arrived already." in ines.get("/account", htmx=False).text
    assert acts() == [CONFIRMED]
    assert "Inés “Vi” <Vidal>" in ines.get(STATUS, htmx=False).one("input", id="contact_name").get("value")


def test_nothing_is_done_before_and_thrown_away_it_never_is(cast, ines):
    back = sign_in(ines, signed_out(ines), cast.independent_officer.email)
    before = (SlipBatch.select().count(), acts())

    thrown = press(ines, back, -1)

    assert before == (0, [])
    assert (thrown.location, acts()) == (STATUS, [("threw a kept form away",)])
    assert ines.get("/kept", htmx=False).location == "/"
    assert "Nothing is kept any more" in ines.get("/account", htmx=False).text
    assert ines.post("/kept").status == 422


def test_a_value_that_came_before_the_end_is_not_done_again(cast, ines):
    """The answer was lost with the session, and the browser sends the form again."""
    form = OFFER | {"once": "abcdefghijklmnop"}
    ines.post(STATUS, form)

    back = sign_in(ines, signed_out(ines, data=form), cast.independent_officer.email)

    assert back.path != "/kept"
    assert acts() == [CONFIRMED]


def test_a_field_of_subcentre_management_is_not_lost(cast, app):
    visitor = Visitor(app, cast.associates_officer, htmx=True)
    screen, here = ScreenPage(visitor, "?find=XA1"), f"http://localhost{HERE}?find=XA1"
    screen.fill("XA102-delay", "48")
    at_the_door = signed_out(visitor, f"{HERE}/rows/XA102?find=XA1", screen.fields, headers=OWN_PAGE | {
        "HX-Current-URL": here})

    back = sign_in(visitor, at_the_door, cast.associates_officer.email)
    done = press(visitor, back)
    again = visitor.get(done.location, htmx=False)

    assert "next=/centres/XA100/candidate-results/june-2026/attached-centres?find%3DXA1" in visitor.led_to
    assert "Pressed Keep the change of this row" in back.text
    assert back.links()["Open without what was kept (Page)"] == f"{HERE}?find=XA1"
    assert done.location == f"{HERE}?find=XA1"
    assert again.one("input", id="XA102-delay").get("value") == "48"
    assert AttachedDraft.get().row == "XA102"


def test_another_officer_in_that_browser_never_sees_it(cast, ines):
    at_the_door = signed_out(ines)

    theirs = sign_in(ines, at_the_door, cast.strangers_officer.email)
    kept_page = ines.get("/kept", htmx=False)
    ines.post("/sign-out")
    ines.sign_in(cast.independent_officer)

    assert (theirs.path, theirs.status) == (STATUS, 404)  # the page that was asked for, and nothing of the form
    assert [page.location for page in (kept_page, ines.get("/kept", htmx=False))] == ["/", "/"]


def test_in_another_browser_it_is_not_seen(cast, ines, plain):
    signed_out(ines)

    elsewhere = plain(cast.independent_officer)

    assert elsewhere.get("/kept").location == "/"


def test_a_centre_that_became_a_strangers_is_a_404(cast, app):
    visitor = Visitor(app, cast.associates_officer)
    path = "/centres/XA101/candidate-results/june-2026/status"
    back = sign_in(visitor, signed_out(visitor, path, page=path), cast.associates_officer.email)
    cast.karachi.associate = None
    cast.karachi.save()

    answer = press(visitor, back)

    assert (answer.status, SlipBatch.select().count(), acts()) == (404, 0, [])


def test_its_token_is_asked_for(cast, ines):
    back = sign_in(ines, signed_out(ines), cast.independent_officer.email)
    form = back.all("form", method="post")[-2]

    answer = ines.post(form.get("action"), back.fields(form) | {"csrf_token": "forged"}, htmx=False, csrf=False)

    assert (answer.status, acts()) == (400, [])


def test_after_fifteen_minutes_it_is_gone(cast, ines):
    back = signed_out(ines)
    KeptForm.update(at=now() - kept.KEPT - timedelta(seconds=1)).execute()

    assert sign_in(ines, back, cast.independent_officer.email).path == STATUS


def test_one_form_an_officer_is_kept_the_last(cast, ines):
    signed_out(ines)
    back = signed_out(ines, data=OFFER | {"scope": "none"})

    page = sign_in(ines, back, cast.independent_officer.email)

    assert KeptForm.select().count() == 1
    assert page.one("input", name="scope").get("value") == "none"


def test_the_table_holds_no_word_of_it(cast, ines):
    signed_out(ines)

    assert "Vidal" not in KeptForm.get().sealed
    assert len(KeptForm.get().sealed) > 400


UNKEPT = {
    "a file": ("/centres/XC301/files", lambda: {"file": (io.BytesIO(b"a"), "a.txt")}, "choose the file again"),
    "too large": (STATUS, lambda: OFFER | {"contact_name": "x" * 64 * 1024}, "is not kept: it is too large"),
    "unreadable": (STATUS, lambda: OFFER | {"contact_name": "\0"}, "or cannot be read"),
    "a password": ("/centres/XC301/candidate-results/june-2026/credentials/x/pdf", lambda: {"password": "secret"},
                   "because it holds a password"),
    "account": ("/account/name", lambda: {"name": "New"}, "What you pressed last is not kept."),
    "second factor": ("/account/second-factor", lambda: {"code": "123456"}, "What you pressed last is not kept."),
    "password again": ("/account/password-again", lambda: {"password": PASSWORD}, "What you pressed last is not kept."),
}


@pytest.mark.parametrize("what", UNKEPT)
def test_what_is_never_kept_is_said(ines, what):
    path, data, sentence = UNKEPT[what]

    back = signed_out(ines, path, data())

    assert f"{IDLED} What you" in back.text
    assert sentence in back.text
    assert KeptForm.select().count() == 0


@pytest.mark.parametrize("headers", [
    {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}])
def test_another_sites_form_is_not_kept(ines, headers):
    back = signed_out(ines, headers=headers, page="")

    assert KeptForm.select().count() == 0
    assert IS_KEPT not in back.text


@pytest.mark.parametrize("cookie", ["", "forged", "changed", "signed out"])
def test_of_a_cookie_that_names_nobody_nothing_is_kept(cast, ines, cookie):
    true = ines.client.get_cookie("staff").value
    if cookie == "signed out":
        ines.post("/sign-out")
    else:
        ines.client.set_cookie("staff", {"": "", "forged": "e30.aaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbb",
                                         "changed": true[1:]}[cookie])

    back = signed_out(ines)

    assert (KeptForm.select().count(), "You were signed out" in back.text) == (0, False)


def test_of_a_disabled_account_nothing_is_kept(cast, ines):
    officers.disable(cast.independent_officer, cast.board, now())

    back = signed_out(ines)

    assert "This account is disabled. What you pressed last is not kept." in back.text
    assert KeptForm.select().count() == 0


def test_signed_out_from_another_browser_it_is_kept(cast, ines):
    elsewhere = Visitor(ines.app, cast.independent_officer)
    elsewhere.post("/account/sessions", {"session": "others"})

    back = signed_out(ines)

    assert f"You were signed out. {IS_KEPT}" in back.text
    assert sign_in(ines, back, cast.independent_officer.email).path == "/kept"


@pytest.mark.parametrize(("ended", "told"), [
    ({"seen_at": IDLE}, IDLED), ({"started_at": ABSOLUTE}, "You were signed out 8 hours after you had signed in.")])
def test_why_it_ended_is_said_on_the_way_to_a_page(cast, plain, ended, told):
    visitor = plain(cast.independent_officer)
    StaffSession.update({name: now() - age for name, age in ended.items()}).execute()

    answer = visitor.get(STATUS)

    assert answer.location == f"/sign-in?next={STATUS}"
    page = visitor.follow(visitor.get(STATUS))
    assert page.text.count(told) == 1
    assert "What you pressed" not in page.text


def test_it_is_kept_through_the_second_factor(cast, app):
    visitor, path = Visitor(app, cast.karachi_officer), "/centres/XA101/candidate-results/june-2026/status"
    recovery = enrolled(cast, visitor)["code"]

    asked = sign_in(visitor, signed_out(visitor, path, page=path), cast.karachi_officer.email)
    form = asked.all("form")[0]
    answer = visitor.post(form.get("action"), asked.fields(form) | {"code": recovery}, csrf=False)

    assert answer.location == "/kept"
    assert "Pressed Confirm" in visitor.follow(answer).text


def test_a_page_left_open_works_when_its_officer_is_back(cast, ines):
    """Two pages are open, the session ends, one leads to sign-in: what is pressed on the other is heard."""
    page = ines.get(STATUS, htmx=False)
    form = next(form for form in page.all("form", method="post") if form.get("action") == STATUS)
    idle()
    sign_in(ines, ines.follow(ines.get(STATUS, htmx=False)), cast.independent_officer.email)

    answer = ines.post(STATUS, page.fields(form) | OFFER, htmx=False, csrf=False)

    assert (answer.status, acts()) == (303, [CONFIRMED])


def test_a_token_of_another_officer_is_worth_nothing(cast, ines):
    token = ines.csrf
    idle()
    sign_in(ines, ines.follow(ines.get(STATUS, htmx=False)), cast.board.email)

    assert ines.post("/account/name", {"name": "New", "csrf_token": token}, csrf=False).status == 400


def test_every_form_that_may_be_kept_has_words(app):
    named = set(re.findall(r"^  '(\w+\.\w+)'", (
        Path(__file__).parents[2] / "templates/staff/_pressed.html").read_text(encoding="utf-8"), re.MULTILINE))
    posted = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in rule.methods}
    never = {name for name in posted if name.startswith((*(f"{area}." for area in NEVER), "candidates.", "public."))}

    assert posted - never - named == {"files.send", "officers.send", "board_imports.send", "kept.discard"}
    assert named <= posted


# --- before it ends ------------------------------------------------------------------------------------------


def seconds_left(seconds):
    StaffSession.update(seen_at=now() - IDLE + timedelta(seconds=seconds)).execute()


@pytest.mark.parametrize(("left", "told"), [(300, ""), (121, ""), (120, "signed out in 2 minutes"),
                                            (60, "signed out in 1 minute,")])
def test_an_open_page_asks_and_is_told_in_the_last_two_minutes(cast, app, left, told):
    visitor = Visitor(app, cast.karachi_officer, htmx=True)
    seconds_left(left)
    before = StaffSession.get().seen_at

    answer = visitor.get("/account/time-left")

    assert told in answer.text
    assert ("Stay signed in" in answer.text) == bool(told)
    due = int(re.search(r"load delay:(\d+)s", answer.html)[1])
    assert due in ((left + 1, left) if told else (left - 119, left - 120, 1))
    assert StaffSession.get().seen_at == before


def test_one_press_stays(cast, app):
    visitor = Visitor(app, cast.karachi_officer, htmx=True)
    seconds_left(60)

    answer = visitor.get("/account/stay")

    assert "You stay signed in." in answer.text
    assert "load delay:1681s" in answer.html
    assert StaffSession.get().seen_at > now() - timedelta(minutes=1)


def test_a_warning_goes_when_another_page_was_pressed_on(cast, app):
    visitor = Visitor(app, cast.karachi_officer, htmx=True)

    answers = [visitor.get(f"/account/time-left{query}").html for query in ("", "?warned=y")]

    assert ['hx-target="#notice"' in html for html in answers] == [False, True]


def test_eight_hours_are_not_prolonged_and_that_is_not_promised(cast, app):
    visitor = Visitor(app, cast.karachi_officer, htmx=True)
    StaffSession.update(started_at=now() - ABSOLUTE + timedelta(seconds=90)).execute()

    answer = visitor.get("/account/time-left")

    assert "it is long since you signed in" in answer.text
    assert "Stay signed in" not in answer.text
    assert answer.links()["Sign in again (opens a new page)"] == "/sign-in"


@pytest.mark.parametrize("path", ["/account/time-left", "/account/stay"])
def test_a_page_that_asks_too_late_stays_where_it_is(cast, app, path):
    """What is typed into it is not lost to a page that nobody asked for."""
    visitor = Visitor(app, cast.karachi_officer, htmx=True)
    idle()

    late, nobodys = visitor.get(path), Visitor(app, htmx=True).get(path)

    assert (late.status, late.headers.get("HX-Redirect"), "load delay" in late.html) == (200, None, False)
    assert f"{IDLED} Sign in on a new page and go on here; what you press before is kept for you." in late.text
    assert (nobodys.status, "kept" in nobodys.text) == (200, False)
    assert accounts.why_ended(cast.karachi_officer, "", now()).msgid == "You were signed out."
