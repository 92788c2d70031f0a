"""Signing in with the slip: forgiving to typing, silent to guessing, never shut to the owner."""
import re

import pytest

from models import passwords
from models.acts import attempts, candidate_sign_in, issuing
from models.codes import grouped
from models.database import database
from models.rules import needs
from models.tables.attempts import Attempts
from models.tables.audit import AuditEvent
from models.tables.exams import Candidate, Entry, Series, recount_qualifications
from models.tables.offers import Offer
from models.tables.slips import CandidateSession, Credential
from models.tables.subcentres import AttachedCentre
from tests.candidates.conftest import OURS, SHEET, SIGN_IN, USERNAME

WRONG = candidate_sign_in.WRONG


def another(password):
    """A password of the right shape that is nobody's."""
    made = passwords.derive(b"another key", "XA101", "0001", 1, "00")
    return made if made != password else made[::-1]


def test_the_address_on_the_slip_leads_to_the_readers_language(guest):
    visitor = guest()

    answer = visitor.get("/results/", htmx=False, headers={"Accept-Language": "de, en;q=0.5"})

    assert answer.html == visitor.get(SIGN_IN, htmx=False).html  # at once: a way there and back costs a second on GPRS
    assert "Accept-Language" in answer.headers["Vary"]
    assert visitor.get("/results/xx/sign-in", htmx=False).status == 404


def test_a_host_of_its_own_leads_to_the_site_and_has_no_staff_page(app, guest, monkeypatch):
    monkeypatch.setitem(app.config, "CANDIDATE_HOST", "results.example")
    own, other = {"base_url": "https://results.example"}, {"base_url": "https://portal.example"}

    assert guest().get("/", htmx=False, **own).location == "/results/"
    paths = (SIGN_IN, "/privacy", "/sign-in")
    assert [guest().get(path, htmx=False, **own).status for path in paths] == [200, 200, 404]
    assert [guest().get(path, htmx=False, **other).status for path in paths] == [404, 404, 200]


def test_the_first_page_is_the_same_for_everybody_and_may_be_cached(guest, zoe):
    stranger = guest().get(SIGN_IN, htmx=False)
    signed_in = zoe.get(SIGN_IN, htmx=False)

    assert stranger.html == signed_in.html
    assert "csrf" not in stranger.html
    for answer in (stranger, signed_in):
        assert answer.headers["Cache-Control"] == "public, max-age=1"
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Vary"] == "Accept-Encoding"


def test_the_first_page_asks_the_database_nothing(guest, slips, queries):
    visitor = guest()
    visitor.get(SIGN_IN, htmx=False)

    with queries() as asked:
        visitor.get(SIGN_IN, htmx=False)
        visitor.get("/results/", htmx=False)

    assert asked == []


def test_what_is_printed_signs_in(guest, slips, cast):
    visitor = guest()

    answer = visitor.sign_in_with(USERNAME, slips["0001"])

    assert (answer.status, answer.location.partition("?in=")[0]) == (303, SHEET)
    assert visitor.sheet().one("h1") is not None
    assert Credential.get(Credential.username == USERNAME).last_signed_in_at is not None
    event = AuditEvent.get(AuditEvent.what == "signed in")
    assert (event.who, event.centre_number, event.series_code) == (f"candidate {USERNAME}", "XA101", "june-2026")


@pytest.mark.parametrize("username", ["xa101-0001-j26", " XA101 0001 J26 ", "XA1010001J26", "xa101–0001–j26"])
@pytest.mark.parametrize("typed", [
    lambda p: p.lower(), lambda p: grouped(p), lambda p: f"\u00a0 {p} \t", lambda p: "–".join(p)])
def test_case_blanks_and_dashes_are_forgiven(guest, slips, username, typed):
    assert guest().sign_in_with(username, typed(slips["0001"])).status == 303


@pytest.mark.parametrize(("said", "typed"), [
    ("Number you typed: 15.", lambda p: p[:-1]), ("Number you typed: 17.", lambda p: p + "2"),
    ("Number you typed: 0.", lambda p: ""), ("Number you typed: 4.", lambda p: p[:4]),
    ("Character 6 of the password is O. It is never used in a password. Look at it again on your slip: perhaps it is "
     "D / Q.", lambda p: p[:5] + "o" + p[6:]),
    ("Character 1 of the password is 0. ", lambda p: "0" + p[1:]), ("perhaps it is 4 / R.", lambda p: "A" + p[1:]),
    ("Character 16 of the password is 中. It is never used in a password. Look at it again on your slip.",
     lambda p: p[:-1] + "中"),
    ("One letter or digit of the password is wrong, or two are in the wrong order.",
     lambda p: p[:-1] + ("2" if p[-1] != "2" else "3")),
])
def test_a_slip_of_the_finger_is_named_without_a_look_up(guest, slips, queries, said, typed):
    visitor = guest()
    visitor.get(SIGN_IN, htmx=False)

    with queries() as asked:
        answer = visitor.sign_in_with(USERNAME, typed(slips["0001"]))

    assert answer.status == 422
    assert said in answer.text
    assert asked == []
    assert answer.one("input", name="username").get("value") == USERNAME
    assert Attempts.select().count() == 0


def test_unknown_and_known_usernames_answer_alike(guest, slips, queries):
    wrong, visitor = another(slips["0001"]), guest()

    with queries() as asked_known_first:
        visitor.sign_in_with("XA101-0001-J26", wrong)
    with queries() as asked_known:
        known = visitor.sign_in_with("XA101-0001-J26", wrong)
    with queries() as asked_first:
        unknown = visitor.sign_in_with("XA101-9999-J26", wrong)
    with queries() as asked_unknown:
        unknown = visitor.sign_in_with("XA101-9999-J26", wrong)

    assert known.status == unknown.status == 422
    assert WRONG in known.text
    assert known.html.replace("0001", "9999") == unknown.html
    assert [name for name, _ in known.headers] == [name for name, _ in unknown.headers]
    assert shapes(asked_known) == shapes(asked_unknown)
    assert shapes(asked_known_first)[-3:] == shapes(asked_first)[-3:]  # the first of an hour is one more name
    assert len(asked_first) == len(asked_unknown) + 4


def test_an_unknown_username_costs_the_same_key_derivation(guest, slips, monkeypatch):
    derived, verifier = [], passwords.verifier
    monkeypatch.setattr(passwords, "verifier", lambda *given: derived.append(given) or verifier(*given))

    for username in ("XA101-0001-J26", "XA101-9999-J26", "ZZ999-0001-J26", "99999-0001-99"):
        guest().sign_in_with(username, another(slips["0001"]))

    assert len(derived) == 4
    assert {len(salt) for _password, salt, _pepper in derived} == {32}


def test_the_right_password_is_never_refused_whatever_came_before(guest, slips):
    wrong = another(slips["0001"])
    for _ in range(attempts.MANY + 5):
        guest().sign_in_with(USERNAME, wrong)

    assert guest().sign_in_with(USERNAME, slips["0001"]).status == 303
    refused = attempts.refused_since([USERNAME, "XA101-0002-J26"], Credential.get().issued_at)
    assert refused == {USERNAME: attempts.MANY + 5}


def test_an_attack_on_one_account_raises_one_alarm(guest, slips):
    for _ in range(attempts.MANY * 2):
        guest().sign_in_with(USERNAME, another(slips["0001"]))

    alarm = AuditEvent.get(AuditEvent.what == "alarm: many refused sign-ins")
    assert (alarm.subject, alarm.centre_number, alarm.series_code) == (USERNAME, "XA101", "june-2026")
    assert AuditEvent.select().where(AuditEvent.what.startswith("alarm")).count() == 1


def test_what_was_typed_for_an_unknown_username_is_not_written_down(guest, slips):
    for _ in range(attempts.MANY):
        guest().sign_in_with("my-password-by-mistake", another(slips["0001"]))

    assert AuditEvent.get(AuditEvent.what.startswith("alarm")).subject == attempts.NAMELESS
    assert "MYPASS" not in str(list(Attempts.select().dicts()))


def test_spraying_over_many_accounts_raises_an_alarm(slips, cast):
    wrong = another(slips["0001"])
    for place in range(attempts.SPRAYED[attempts.HOUR][0] + 20):
        with pytest.raises(candidate_sign_in.Refused):
            candidate_sign_in.sign_in(f"XA101-{place:04}-J26", wrong, cast.now)

    alarms = list(AuditEvent.select().where(AuditEvent.what == "alarm: many accounts tried"))
    assert [alarm.subject[:12] for alarm in alarms] == ["100 accounts"]


def test_a_whole_school_signs_in_from_one_address(guest, slips):
    visitor = guest()

    statuses = [visitor.sign_in_with(USERNAME, slips["0001"]).status for _ in range(300)]

    assert set(statuses) == {303}


def test_two_sign_ins_are_two_sessions_and_the_browsers_old_one_ends(guest, slips):
    first, second = guest(), guest()
    first.sign_in_with(USERNAME, slips["0001"])
    second.sign_in_with(USERNAME, slips["0001"])
    before = first.cookie

    first.sign_in_with(USERNAME, slips["0001"])

    assert CandidateSession.select().count() == 2
    assert second.sheet().status == 200
    first.client.set_cookie("results", before)
    assert first.sheet().location == "/results/en/ended"


# --- the door is shut: told after the right password only ---------------------------------------------------


def close_series(cast):
    Series.update(closes_at=cast.now).execute()


def withdraw_access(cast):
    AttachedCentre.update(give_access=False).execute()


def offer_nothing(cast):
    Offer.update(scope="none").execute()


def select_others(cast):
    Offer.update(scope="selected").execute()


def withdraw_entries(cast):
    Entry.update(status="withdrawn").execute()
    recount_qualifications([candidate.id for candidate in Candidate.select()])


def let_it_rest(cast):
    Credential.update(dormant_since=cast.now).execute()


SHUT = [
    (close_series, candidate_sign_in.CLOSED), (withdraw_access, candidate_sign_in.SHUT),
    (offer_nothing, candidate_sign_in.SHUT), (select_others, candidate_sign_in.SHUT),
    (withdraw_entries, candidate_sign_in.WITHDRAWN), (let_it_rest, candidate_sign_in.ASLEEP),
]


@pytest.mark.parametrize(("shut", "reason"), SHUT)
def test_a_shut_door_says_why_and_whom_to_ask(guest, slips, cast, shut, reason):
    shut(cast)

    answer = guest().sign_in_with(USERNAME, slips["0001"])

    assert answer.status == 403
    assert candidate_sign_in.DOORS[reason] in answer.text
    assert "Amal Raza" in answer.text
    assert "+92 21 555 0100" in answer.text
    assert CandidateSession.select().count() == Attempts.select().count() == 0


@pytest.mark.parametrize(("shut", "reason"), SHUT)
def test_a_wrong_password_learns_nothing_of_a_shut_door(guest, slips, cast, shut, reason):
    wrong, visitor = another(slips["0001"]), guest()
    open_ = visitor.sign_in_with(USERNAME, wrong)
    shut(cast)

    assert visitor.sign_in_with(USERNAME, wrong).html == open_.html


@pytest.mark.parametrize(("shut", "reason"), SHUT)
def test_a_shut_door_ends_open_sessions_at_the_next_request(zoe, cast, shut, reason):
    assert zoe.sheet().status == 200

    shut(cast)
    polled, told = zoe.sheet(htmx=True), zoe.sheet()

    assert (polled.status, polled.headers["HX-Redirect"]) == (401, SHEET)
    assert (told.status, zoe.cookie) == (403, None)
    assert candidate_sign_in.DOORS[reason] in told.text
    assert "Amal Raza" in told.text
    assert zoe.sheet().location == SIGN_IN


def test_a_new_password_kills_the_old_one_and_its_sessions(guest, zoe, slips, cast):
    candidates = list(needs.covered(cast.karachi, cast.june))
    plan = issuing.plan(cast.karachi, cast.june, candidates, anew={candidate.id for candidate in candidates})
    with database.atomic():
        issuing.store(plan, cast.karachi, cast.june, kind=needs.NEW_PASSWORD, by="an officer", now=cast.now)

    assert zoe.sheet().location == "/results/en/ended"
    assert guest().sign_in_with(USERNAME, slips["0001"]).status == 422


# --- forms come from our own page ---------------------------------------------------------------------------


@pytest.mark.parametrize(("headers", "status"), [
    (OURS, 303), ({"Origin": "http://localhost"}, 303),
    ({}, 403), ({"Sec-Fetch-Site": "cross-site"}, 403), ({"Sec-Fetch-Site": "same-site"}, 403),
    ({"Sec-Fetch-Site": "none"}, 403), ({"Origin": "null"}, 403),
    ({"Origin": "http://localhost.evil.example"}, 403), ({"Origin": "https://localhost"}, 403),
    ({"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"}, 403),
])
def test_a_form_of_another_site_signs_nobody_in_or_out(guest, slips, headers, status):
    visitor = guest()
    assert visitor.sign_in_with(USERNAME, slips["0001"], headers=headers).status == status
    assert (visitor.cookie is not None) == (status == 303)

    visitor.sign_in_with(USERNAME, slips["0001"])
    assert visitor.sign_out(headers=headers).status == status
    assert (visitor.cookie is None) == (status == 303)


def test_nothing_is_changed_by_get_and_a_huge_form_is_refused(zoe):
    assert zoe.get("/results/en/sign-out").status == 405
    assert zoe.sign_in_with("x" * 5000, "y").status == 413
    assert zoe.sheet().status == 200


def test_hostile_input_is_text(guest, slips):
    typed = guest().sign_in_with('"><script>x', "<b>\x01\u202e&")
    looked_up = guest().sign_in_with("XA\x02\x01'--", another(slips["0001"]))
    refused = guest().sign_in_with("XA\x00", another(slips["0001"]))

    assert (typed.status, looked_up.status, refused.status) == (422, 422, 400)
    assert typed.one("input", name="username").get("value") == '"><script>x'
    assert typed.one("input", name="password").get("value") == "<b>&"
    assert candidate_sign_in.NO_USERNAME in looked_up.text


def shapes(asked):
    return [re.sub(r"\d+", "n", sql) for sql in asked]
