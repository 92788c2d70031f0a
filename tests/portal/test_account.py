"""Signing in as staff: limits, known browsers, passwords, the second factor, one-time links."""
import re
from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from models.acts import attempts, links, second_factor
from models.acts.attempts import LIMIT, SPRAYED, WINDOW
from models.database import Refused
from models.staff_passwords import hashed
from models.tables.attempts import Attempts
from models.tables.audit import AuditEvent
from models.tables.people import Officer, Posting
from tests.cast import PASSWORD
from tests.visitor import Visitor, text_of

NEW = "seven odd purple words"
KIRAN = "kiran@xa101.example"
TOO_MANY = "There were too many attempts for this account."
WRONG = "The e-mail address or the password is not right."


def now():
    return datetime.now(UTC).replace(microsecond=0)


def try_to_sign_in(visitor, email=KIRAN, password="not the password at all"):
    return visitor.sign_in(email, password)


def bare(page):
    """The page without what is random in every page, or was typed."""
    return re.sub(r'value="[^"]*"|"X-CSRFToken": "[^"]*"', "", page.html)


def enrolled(officer):
    """The officer with a second factor; gives (secret, recovery codes)."""
    seed = second_factor.new_seed()
    secret = second_factor.secret_of(seed)
    before = now() - timedelta(minutes=5)
    codes = second_factor.enrol(officer, seed, pyotp.TOTP(secret).at(before), before)
    return secret, codes


def give_code(visitor, code):
    page = visitor.get("/sign-in/code")
    token = page.one("input", name="csrf_token", type="hidden").get("value")
    return visitor.post("/sign-in/code", {"csrf_token": token, "code": code}, csrf=False)


# --- limits ------------------------------------------------------------------------------------------------


def test_a_refusal_keeps_what_was_typed_but_the_password(app, cast):
    page = try_to_sign_in(Visitor(app))

    assert page.status == 422
    assert page.one("input", name="email").get("value") == KIRAN
    assert page.one("input", name="password").get("value") in (None, "")
    assert WRONG in page.text


def test_an_account_is_limited_whoever_tries(app, cast):
    answers = [try_to_sign_in(Visitor(app)) for _ in range(LIMIT)]
    limited = try_to_sign_in(Visitor(app), password=PASSWORD)

    assert [WRONG in answer.text for answer in answers] == [True] * LIMIT
    assert (limited.status, TOO_MANY in limited.text) == (422, True)


def test_the_owner_comes_in_from_a_known_browser_during_an_attack(app, cast):
    owner = Visitor(app, cast.karachi_officer)
    owner.post("/sign-out")
    for _ in range(LIMIT + 2):
        try_to_sign_in(Visitor(app))

    answer = owner.sign_in(KIRAN)

    assert (answer.status, answer.location) == (303, "/")


def test_a_known_browser_is_not_limited_by_its_own_mistakes(app, cast):
    owner = Visitor(app, cast.karachi_officer)
    owner.post("/sign-out")
    for _ in range(LIMIT + 2):
        assert WRONG in try_to_sign_in(owner).text

    assert owner.sign_in(KIRAN).status == 303


def test_a_known_browser_is_counted_and_told_of_like_any_other(app, cast):
    owner = Visitor(app, cast.karachi_officer)
    owner.post("/sign-out")
    for _ in range(LIMIT + 2):
        try_to_sign_in(owner)

    assert AuditEvent.select().where(AuditEvent.what == "alarm: many refused sign-ins").count() == 1
    assert TOO_MANY in try_to_sign_in(Visitor(app), password=PASSWORD).text


def test_a_new_password_forgets_every_browser_but_the_one_it_was_chosen_in(app, cast):
    here, elsewhere = Visitor(app, cast.karachi_officer), Visitor(app, cast.karachi_officer)
    here.post("/account/password", {"current": PASSWORD, "password": NEW, "again": NEW})
    here.post("/sign-out")
    for _ in range(LIMIT):
        try_to_sign_in(Visitor(app))

    assert TOO_MANY in try_to_sign_in(elsewhere, password=NEW).text
    assert here.sign_in(KIRAN, NEW).status == 303


@pytest.mark.parametrize(("path", "field"), [
    ("/account/password", "current"), ("/account/second-factor", "current"), ("/account/password-again", "password")])
def test_whoever_finds_an_open_session_cannot_guess_its_password_without_end(app, cast, path, field):
    visitor = Visitor(app, cast.karachi_officer)
    for _ in range(LIMIT):
        visitor.post(path, {field: "a wrong guess of many words"})

    limited = visitor.post(path, {field: PASSWORD, "password": NEW, "again": NEW} if field == "current" else
                           {field: PASSWORD})

    assert (limited.status, "There were too many attempts." in limited.text) == (422, True)
    assert AuditEvent.select().where(AuditEvent.what == "alarm: many refused sign-ins").count() == 1
    assert Visitor(app).sign_in(cast.karachi_officer).status == 303  # the door counts apart


def test_a_known_browser_is_known_for_its_own_officer_alone_and_cannot_be_forged(app, cast):
    for _ in range(LIMIT):
        try_to_sign_in(Visitor(app))
    other, forger = Visitor(app, cast.without_right), Visitor(app)
    other.post("/sign-out")
    forger.client.set_cookie("known", "eyJpZCI6IngiLCJrbm93biI6W119.forged")

    assert TOO_MANY in try_to_sign_in(other, password=PASSWORD).text
    assert TOO_MANY in try_to_sign_in(forger, password=PASSWORD).text


def test_an_attack_on_one_account_limits_no_other(app, cast):
    for _ in range(LIMIT + 1):
        try_to_sign_in(Visitor(app))

    assert Visitor(app).sign_in(cast.without_right).status == 303


def test_good_sign_ins_are_never_limited(app, cast):
    assert [Visitor(app).sign_in(cast.karachi_officer).status for _ in range(LIMIT + 2)] == [303] * (LIMIT + 2)
    assert Attempts.select().where(Attempts.count > 0).count() == 0


def test_a_limit_ends_by_itself(cast):
    start = now()
    for _ in range(LIMIT + 1):
        attempts.take_ticket(KIRAN, start)

    assert not attempts.take_ticket(KIRAN, start + timedelta(minutes=1))
    assert attempts.take_ticket(KIRAN, start + timedelta(minutes=31))


def test_an_attack_raises_one_alarm_and_names_the_account(app, cast):
    for _ in range(LIMIT + 2):
        try_to_sign_in(Visitor(app))
    for _ in range(LIMIT + 2):
        try_to_sign_in(Visitor(app), email="my secret password typed here")

    alarms = AuditEvent.select().where(AuditEvent.what == "alarm: many refused sign-ins")
    assert [alarm.subject for alarm in alarms] == [KIRAN]


def test_spraying_raises_one_alarm(cast):
    for place in range(SPRAYED[WINDOW][0] + 3):
        attempts.take_ticket(f"officer{place}@school.example", now())
        attempts.raise_alarms(f"officer{place}@school.example", None, now())

    alarms = AuditEvent.select().where(AuditEvent.what == "alarm: many accounts tried")
    assert [alarm.subject[:11] for alarm in alarms] == [f"{SPRAYED[WINDOW][0]} accounts"]


def test_unknown_disabled_and_invited_officers_look_like_a_wrong_password(app, cast):
    Officer.update(disabled_at=now()).where(Officer.id == cast.without_right.id).execute()
    Officer.create(email="invited@school.example", name="In Vited", created_at=now())
    pages = [try_to_sign_in(Visitor(app), email=email) for email in (
        KIRAN, "nobody@nowhere.example", cast.without_right.email, "invited@school.example")]

    assert ({page.status for page in pages}, len({bare(page) for page in pages})) == ({422}, 1)


# --- passwords ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("password", [
    "short but odd", "password1234567", "Passw0rd!Passw0rd!", "qwertyuiopasdfgh", "123456789012345",
    "kiran shah kiran", "aaaaaaaaaaaaaaaa", "correct horse battery staple", "June2026results", "abababababababab",
    "x" * 201])
def test_what_is_easy_to_guess_is_refused(password):
    with pytest.raises(Refused) as refused:
        hashed(password, own=(KIRAN, "Kiran Shah"))

    assert list(refused.value.fields) == ["password"]


@pytest.mark.parametrize("password", [
    PASSWORD, "839201748203948", "水と空気と火と大地と光と闇と心", "kettle orbit velvet"])
def test_what_is_unusual_is_taken(password):
    assert hashed(password, own=(KIRAN, "Kiran Shah")).startswith("$argon2id$")


def test_a_second_factor_allows_eight_characters():
    with pytest.raises(Refused):
        hashed("kq7vz2mp", has_second_factor=False)
    assert hashed("kq7vz2mp", has_second_factor=True)


def test_a_changed_password_ends_every_other_session(app, cast):
    here, there = Visitor(app, cast.karachi_officer), Visitor(app, cast.karachi_officer)

    wrong = here.post("/account/password", {"current": "no", "password": NEW, "again": NEW})
    differ = here.post("/account/password", {"current": PASSWORD, "password": NEW, "again": NEW + "!"})
    easy = here.post("/account/password", {"current": PASSWORD, "password": "password1234567",
                                           "again": "password1234567"})
    assert there.get("/account").status == 200
    done = here.post("/account/password", {"current": PASSWORD, "password": NEW, "again": NEW})

    assert ["This is not your password." in wrong.text, "The two passwords differ." in differ.text,
            "too easy to guess" in easy.text, done.status] == [True, True, True, 303]
    assert (here.get("/account").status, there.get("/account").status) == (200, 303)
    assert Visitor(app).sign_in(KIRAN, NEW).status == 303


# --- second factor -----------------------------------------------------------------------------------------


def test_the_second_factor_is_turned_on_with_a_code_of_the_app(app, cast):
    visitor = Visitor(app, cast.karachi_officer)
    page = visitor.get("/account/second-factor")
    secret = text_of(page.all("code")[0]).replace(" ", "")
    assert page.one("img", alt="QR code with the key below").get("src").startswith("data:image/svg+xml")

    wrong = visitor.post("/account/second-factor", {"current": PASSWORD, "code": "000000"})
    thief = visitor.post("/account/second-factor", {"current": "no", "code": pyotp.TOTP(secret).now()})
    done = visitor.post("/account/second-factor", {"current": PASSWORD, "code": pyotp.TOTP(secret).now()})

    assert (wrong.status, thief.status, done.status) == (422, 422, 200)
    codes = [text_of(code) for code in done.all("code")]
    officer = Officer.get_by_id(cast.karachi_officer.id)
    assert (len(set(codes)), officer.has_second_factor) == (8, True)
    assert not any(part in f"{officer.totp_seed} {officer.recovery_codes}" for part in (secret, *codes))
    assert codes[0] not in visitor.get("/account/second-factor").html


def test_with_a_second_factor_the_password_alone_opens_nothing(app, cast):
    secret, _codes = enrolled(cast.karachi_officer)
    visitor = Visitor(app)

    first = visitor.sign_in(KIRAN)
    half = visitor.get("/centres/XA101").location
    second = give_code(visitor, pyotp.TOTP(secret).now())

    assert first.location == "/sign-in/code"
    assert half.startswith("/sign-in?")
    assert (second.status, visitor.get("/centres/XA101").status) == (303, 200)


def test_a_code_is_good_once(app, cast):
    secret, _codes = enrolled(cast.karachi_officer)
    code = pyotp.TOTP(secret).now()
    one, other = Visitor(app), Visitor(app)
    one.sign_in(KIRAN)
    other.sign_in(KIRAN)

    assert (give_code(one, code).status, give_code(other, code).status) == (303, 422)


def test_a_clock_that_was_ahead_shuts_nobody_out(cast):
    secret, _codes = enrolled(cast.karachi_officer)
    officer, there = Officer.get_by_id(cast.karachi_officer.id), now()

    def use(at):
        return second_factor.use_code(officer, pyotp.TOTP(secret).at(at), at)

    ahead, back = there + timedelta(days=60), there + timedelta(minutes=5)
    assert [use(ahead), use(back), use(back), use(back + timedelta(seconds=30))] == [True, True, False, True]


def test_a_recovery_code_is_good_once(app, cast):
    _secret, codes = enrolled(cast.karachi_officer)
    one, other = Visitor(app), Visitor(app)
    one.sign_in(KIRAN)
    other.sign_in(KIRAN)

    used = give_code(one, codes[0].lower().replace("-", " "))

    assert (used.status, give_code(other, codes[0]).status, give_code(other, codes[1]).status) == (303, 422, 303)
    assert "That recovery code is used. 7 are left." in one.get("/account").text


def test_codes_cannot_be_tried_without_end_even_from_a_known_browser(app, cast):
    secret, codes = enrolled(cast.karachi_officer)
    visitor = Visitor(app)
    visitor.sign_in(KIRAN)
    give_code(visitor, codes[0])
    visitor.post("/sign-out")
    visitor.sign_in(KIRAN)
    for place in range(LIMIT):
        give_code(visitor, f"{place:06}")

    limited = give_code(visitor, pyotp.TOTP(secret).now())

    assert TOO_MANY in limited.text
    assert give_code(visitor, codes[1]).status == 303  # the owner is never shut out
    assert AuditEvent.select().where(AuditEvent.what == "alarm: many refused sign-ins").count() == 1


def test_the_second_step_must_follow_at_once_and_belongs_to_the_browser(app, cast):
    secret, _codes = enrolled(cast.karachi_officer)
    late = Visitor(app)
    late.sign_in(KIRAN)
    with late.client.session_transaction() as session:
        session["second_step"]["at"] -= 301
        session.modified = True

    assert late.get("/sign-in/code").location.startswith("/sign-in")
    assert Visitor(app).get("/sign-in/code").location.startswith("/sign-in")


def test_the_second_factor_is_turned_off_only_beside_a_long_password(app, cast):
    secret, codes = enrolled(cast.karachi_officer)
    visitor = Visitor(app)
    visitor.sign_in(KIRAN)
    give_code(visitor, pyotp.TOTP(secret).now())
    visitor.post("/account/password", {"current": PASSWORD, "password": "kq7vz2mp", "again": "kq7vz2mp"})

    short = visitor.post("/account/second-factor/remove", {"current": "kq7vz2mp"})
    visitor.post("/account/password", {"current": "kq7vz2mp", "password": NEW, "again": NEW})
    done = visitor.post("/account/second-factor/remove", {"current": NEW})

    assert "needs at least 15 characters" in short.text
    assert (done.status, Officer.get_by_id(cast.karachi_officer.id).has_second_factor) == (303, False)
    assert visitor.post("/account/second-factor/remove", {"current": NEW}).status == 422


def test_new_recovery_codes_kill_the_old_ones(app, cast):
    secret, codes = enrolled(cast.karachi_officer)
    visitor = Visitor(app)
    visitor.sign_in(KIRAN)
    give_code(visitor, pyotp.TOTP(secret).now())

    page = visitor.post("/account/recovery-codes", {"renew-current": PASSWORD})

    made = [text_of(code) for code in page.all("code")]
    officer = Officer.get_by_id(cast.karachi_officer.id)
    assert len(made) == 8
    assert not second_factor.use_recovery_code(officer, codes[0])
    assert second_factor.use_recovery_code(officer, made[0])


# --- one-time links ----------------------------------------------------------------------------------------


def welcome(visitor, code, password=NEW):
    page = visitor.get("/welcome")
    token = page.one("input", name="csrf_token", type="hidden").get("value")
    return visitor.post("/welcome", {"csrf_token": token, "code": code, "password": password, "again": password},
                        csrf=False)


def test_a_link_sets_a_password_once_and_ends_every_session(app, cast):
    signed_in = Visitor(app, cast.karachi_officer)
    code, link = links.make(cast.karachi_officer, cast.board, now())

    easy = welcome(Visitor(app), code, "password1234567")
    done = welcome(Visitor(app), code.lower().replace("-", " "))
    twice = welcome(Visitor(app), code, "another odd purple sentence")

    assert (easy.status, done.status, twice.status) == (422, 303, 422)
    assert signed_in.get("/account").status == 303
    assert Visitor(app).sign_in(KIRAN, NEW).status == 303
    assert code.replace("-", "") not in link.digest


def test_what_is_wrong_with_a_link_is_not_told(app, cast):
    old, _ = links.make(cast.karachi_officer, cast.board, now() - timedelta(days=2))
    replaced, _ = links.make(cast.without_right, cast.board, now())
    links.make(cast.without_right, cast.board, now())
    disabled, _ = links.make(cast.strangers_officer, cast.board, now())
    Officer.update(disabled_at=now()).where(Officer.id == cast.strangers_officer.id).execute()

    pages = [welcome(Visitor(app), code) for code in (old, replaced, disabled, "7KQM-2XTB-7KQM-2XTB-7KQM")]

    assert {page.status for page in pages} == {422}
    assert len({bare(page) for page in pages}) == 1


def test_a_link_lets_its_browser_in_while_the_account_is_under_attack(app, cast):
    for _ in range(LIMIT + 1):
        try_to_sign_in(Visitor(app))
    code, _link = links.make(cast.karachi_officer, cast.board, now())
    visitor = Visitor(app)

    welcome(visitor, code)

    assert visitor.sign_in(KIRAN, NEW).status == 303


def test_a_link_does_not_pass_by_the_second_factor(app, cast):
    enrolled(cast.karachi_officer)
    code, _link = links.make(cast.karachi_officer, cast.board, now())
    visitor = Visitor(app)

    welcome(visitor, code)

    assert visitor.sign_in(KIRAN, NEW).location == "/sign-in/code"


def test_an_associate_hands_over_links_for_the_officers_of_its_centres_alone(app, cast):
    strange = cast.officer("both@xa101.example", "Bo Th", cast.karachi)
    strange_place = cast.strangers_school
    cast.officer("only@xb201.example", "On Ly", strange_place)
    visitor = Visitor(app, cast.associates_officer)

    page = visitor.get("/centres/XA100/officers")
    listed = [text_of(th) for th in page.all("th", scope="row")]
    made = visitor.post(f"/centres/XA100/officers/{KIRAN}/link")
    code = text_of(made.one("bdi", class_="code"))

    assert listed == ["Bo Th", "Kiran Shah", "Noor Ali"]
    assert visitor.get("/centres/XA100/officers?q=shah").all("th", scope="row")[0].text == "Kiran Shah"
    assert visitor.post("/centres/XA100/officers/only@xb201.example/link").status == 404
    assert visitor.post("/centres/XA100/officers/amal@xa100.example/link").status == 404
    assert code not in visitor.get("/centres/XA100/officers").html
    assert welcome(Visitor(app), code).status == 303
    Posting.create(officer=strange, centre=strange_place)
    assert visitor.post("/centres/XA100/officers/both@xa101.example/link").status == 422


def test_board_staff_make_no_link_for_one_with_more_rights(app, cast):
    lesser = cast.officer("lesser@board.example", "Less Er", board=True)
    Officer.update(releases_results=False).where(Officer.id == lesser.id).execute()

    answer = Visitor(app, lesser).post("/board/officers/board@board.example/link")

    assert answer.status == 422
    assert links.OneTimeLink.select().count() == 0


# --- the first account -------------------------------------------------------------------------------------


def test_the_first_board_account_gets_a_random_password_shown_once(app):
    runner = app.test_cli_runner()

    first = runner.invoke(args=["officers", "first", "Chief@Board.example"])
    second = runner.invoke(args=["officers", "first", "other@board.example"])

    password = first.output.split()[-1]
    assert Visitor(app).sign_in("chief@board.example", password).status == 303
    assert (second.exit_code, Officer.select().count()) == (1, 1)
    assert password not in str(list(AuditEvent.select().dicts()))
