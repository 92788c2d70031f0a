"""'Edit status' and 'Confirm': who is offered the service, and the credentials that come of it."""
import io
from datetime import timedelta

import pypdfium2
import pytest

from documents import words
from models import passwords
from models.acts.issuing import covered
from models.codes import as_typed
from models.contacts import Contact
from models.rules.needs import LIVING
from models.rules.standing import standing_of
from models.tables.audit import AuditEvent
from models.tables.exams import Centre, Entry, Release, recount_qualifications
from models.tables.offers import Offer
from models.tables.slips import Credential, SlipBatch
from tests.cast import CHANCE
from tests.visitor import text_of

AT = "/centres/XC301/candidate-results/june-2026"
FILLED = {"scope": "all", "terms": "y", "contact_name": "Inés Vidal", "contact_phone": "+34 91 555 0100",
          "contact_email": "", "delay": "", "version": "0"}


def pdf_text(data):
    document = pypdfium2.PdfDocument(io.BytesIO(data))
    try:
        return [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()


def newest_pdf(visitor, at=AT, **options):
    batch = SlipBatch.select().order_by(SlipBatch.id.desc()).get()
    return visitor.post(f"{at}/credentials/{batch.public_id}/pdf", {"per_page": "1", **options})


def test_at_first_nobody_has_access(cast, plain):
    page = plain(cast.independent_officer).get(AT)

    assert page.status == 200
    assert "NO Candidates have access" in page.text
    assert "No PDF file has been made for this series yet." in page.text


def test_the_page_has_the_three_steps_and_the_links_in_their_words(cast, plain):
    own = plain(cast.independent_officer).get(AT).links()
    associates = plain(cast.associates_officer).get("/centres/XA100/candidate-results/june-2026").links()

    assert own["Edit status"] == f"{AT}/status"
    assert "Manage attached centres" not in own
    assert associates["Manage attached centres"] == (
        "/centres/XA100/candidate-results/june-2026/attached-centres")


def test_only_series_with_a_valid_entry_are_offered(cast, plain):
    visitor = plain(cast.independent_officer)
    offered = [text_of(o) for o in visitor.get("/centres/XC301/candidate-results").one("select", name="series")]

    Entry.update(status="withdrawn").where(Entry.candidate.in_(cast.candidates["XC301"])).execute()
    recount_qualifications(c.id for c in cast.candidates["XC301"])

    assert offered == ["June 2026"]
    assert "no series with a valid entry" in visitor.get("/centres/XC301/candidate-results").text
    assert visitor.get(AT).status == visitor.get(f"{AT}/status").status == 404


def test_confirm_makes_credentials_and_a_pdf_at_once(cast, visit):
    visitor = visit(cast.independent_officer)

    answer = visitor.post(f"{AT}/status", FILLED)

    assert (answer.status, answer.location) == (303, AT)
    page = visitor.follow(answer)
    assert "ALL Candidates have access (2)" in page.text
    assert "confirmed by you" in page.text
    first, second = pdf_text(newest_pdf(visitor).body)
    assert "Ελένη Παπαδοπούλου" in first
    assert "Юлия Щербакова" in second
    login = Credential.get(Credential.username == "XC301-0001-J26")
    printed = next(word for word in first.split() if passwords.mistake(as_typed(word)) is None)
    assert passwords.verifier(as_typed(printed), login.salt, CHANCE.encode()) == login.verifier
    assert "+34 91 555 0100" in first


@pytest.mark.parametrize(("wrong", "sentence"), [
    ({"terms": None}, "Tick the box to accept the terms and conditions."),
    ({"contact_name": " "}, "Enter the name of the contact at your Centre."),
    ({"contact_phone": ""}, "Enter a telephone number or an e-mail address."),
    ({"contact_email": "nobody"}, "That is not an e-mail address, like exams@school.example."),
    ({"delay": "soon"}, "“soon” is not a delay. Type hours (24) or for example 1d 6h or 90m."),
    ({"scope": "some"}, "Choose NO candidates, ALL candidates or Selected candidates."),
    ({"scope": "selected"}, "Select at least one candidate, or choose NO candidates."),
    ({"contact_name": "x" * 121}, "Use at most 120 characters."),
])
def test_what_is_refused_is_said_and_what_was_typed_is_kept(cast, visit, wrong, sentence):
    typed = {name: value for name, value in (FILLED | wrong).items() if value is not None}

    page = visit(cast.independent_officer).post(f"{AT}/status", typed)

    assert page.status == 422
    assert sentence in page.text
    assert page.one("input", name="contact_phone").get("value") == typed["contact_phone"]
    assert page.one("input", name="delay").get("value") == typed["delay"]
    assert (Offer.select().count(), Credential.select().count(), SlipBatch.select().count()) == (0, 0, 0)
    assert AuditEvent.select().where(AuditEvent.what == "confirmed candidate results").count() == 0


def test_only_the_selected_get_a_login(cast, plain):
    visitor = plain(cast.independent_officer)

    visitor.post(f"{AT}/status", FILLED | {"scope": "selected", "candidate": ["0002"]})

    assert [c.username for c in Credential.select()] == ["XC301-0002-J26"]
    assert "Selected Candidates: 1 candidate has access" in visitor.get(AT).text
    form = visitor.get(f"{AT}/status")
    assert form.fields(form.one("form", action=f"{AT}/status", method="post"))["candidate"] == ["0002"]


def test_a_candidate_of_another_centre_cannot_be_slipped_in(cast, plain):
    page = plain(cast.independent_officer).post(
        f"{AT}/status", FILLED | {"scope": "selected", "candidate": ["0001", "9999"], "centre": "XB201"})

    assert page.status == 303
    assert [c.username for c in Credential.select()] == ["XC301-0001-J26"]


def test_confirming_again_keeps_the_passwords_and_makes_the_missing_ones(cast, plain):
    visitor = plain(cast.independent_officer)
    visitor.post(f"{AT}/status", FILLED | {"scope": "selected", "candidate": ["0001"]})
    before = Credential.get().verifier

    visitor.post(f"{AT}/status", FILLED | {"version": "1"})

    kept = {c.username: c.verifier for c in Credential.select()}
    assert kept["XC301-0001-J26"] == before
    assert set(kept) == {"XC301-0001-J26", "XC301-0002-J26"}
    assert len(pdf_text(newest_pdf(visitor).body)) == 2


def test_no_candidates_asks_no_terms_and_makes_no_pdf(cast, plain):
    visitor = plain(cast.independent_officer)
    visitor.post(f"{AT}/status", FILLED)

    answer = visitor.post(f"{AT}/status", {"scope": "none", "version": "1"})

    assert answer.status == 303
    assert "NO Candidates have access" in visitor.follow(answer).text
    assert SlipBatch.select().count() == 1
    assert Credential.select().where(Credential.dormant_since.is_null()).count() == 2


def test_the_second_of_two_officers_who_confirm_is_told(cast, visit):
    colleague = cast.officer("second@xc301.example", "Second", cast.independent)
    visit(cast.independent_officer).post(f"{AT}/status", FILLED)

    page = visit(colleague).post(f"{AT}/status", FILLED | {"contact_name": "Typed By Me"})

    assert page.status == 409
    assert "Somebody else confirmed while you were choosing." in page.text
    assert page.one("input", name="contact_name").get("value") == "Typed By Me"
    assert Offer.get().contact_name == "Inés Vidal"
    assert SlipBatch.select().count() == 1


def test_the_same_confirm_sent_eight_times_has_one_effect(cast, plain):
    visitor = plain(cast.independent_officer)

    statuses = [visitor.post(f"{AT}/status", FILLED).status for _ in range(8)]

    assert statuses == [303] + [409] * 7
    assert (SlipBatch.select().count(), Credential.select().count()) == (1, 2)


def test_an_attached_centre_sees_what_its_associate_allows(cast, plain):
    at = "/centres/XA101/candidate-results/june-2026"
    visitor = plain(cast.karachi_officer)
    without = visitor.get(at).text

    cast.give_access(cast.karachi, delay=1440)
    with_ = visitor.get(at).text

    assert "Only your Associate can give it: ask Northern Schools Council, exams@xa100.example." in without
    assert without.count("no access to the candidate results service") == 1
    assert with_.count("gives your centre access") == 1
    assert "+24 h" in with_
    assert "Amal Raza" in with_
    assert "your Associate’s delay decides" in with_


def test_an_attached_centre_without_access_cannot_confirm(cast, visit):
    page = visit(cast.karachi_officer).post(
        "/centres/XA101/candidate-results/june-2026/status", FILLED)

    assert page.status == 422
    assert "Your Associate has not given your centre access to this service." in page.text
    assert Credential.select().count() == 0


def test_under_default_the_associates_contact_is_shown_and_not_asked(cast, plain):
    cast.give_access(cast.karachi)
    visitor = plain(cast.karachi_officer)
    at = "/centres/XA101/candidate-results/june-2026"

    page = visitor.get(f"{at}/status")
    visitor.post(f"{at}/status", {"scope": "all", "terms": "y", "version": "0", "contact_name": "Sneaked In"})

    assert page.all("input", name="contact_name") == []
    assert "Amal Raza" in page.text
    assert standing_of(cast.karachi, cast.june).contact == Contact("Amal Raza", "+92 21 555 0100", "")
    assert "Amal Raza" in pdf_text(newest_pdf(visitor, at).body)[0]


@pytest.mark.parametrize("name", ["ᏣᎳᎩᏱ ᎤᏪᏘᎠᏂᎦᏚᏩ", "Un\U0001F600printable", "W" * 200], ids=ascii)
def test_a_name_that_cannot_be_printed_holds_nobody_up(cast, visit, name):
    cast.candidate(cast.independent, "0003", name, [("IGCSE", "0580", "Mathematics")])
    visitor = visit(cast.independent_officer)

    answer = visitor.post(f"{AT}/status", FILLED)

    assert answer.status == 303
    pages = pdf_text(newest_pdf(visitor, cover="y").body)
    said = "The name cannot be printed here as it is written."
    assert [("0003" in page, said in page) for page in pages] == [
        (True, False), (False, False), (False, False), (True, not name.isascii())]


def test_a_centre_whose_name_cannot_be_printed_has_slips_too(cast, visit):
    """It is the contact as well where none is given."""
    Centre.update(name=f"Escola ᏣᎳᎩ {'Saldanha ' * 20}").where(Centre.number == "XC301").execute()
    visitor = visit(cast.independent_officer)
    visitor.post(f"{AT}/status", FILLED)
    Offer.update(contact_name="").execute()

    answer = visitor.post(f"{AT}/credentials", {"act": "reissue-all"})

    assert answer.status == 303
    printed = pdf_text(newest_pdf(visitor, per_page="4").body)[0]
    assert ("XC301 · Escola Saldanha" in printed, "Exams officer, Escola Saldanha" in printed) == (True, True)


def test_logins_that_rest_go_on_or_are_made_anew_as_chosen(cast, plain):
    visitor = plain(cast.independent_officer)
    visitor.post(f"{AT}/status", FILLED)
    before = {c.username: c.verifier for c in Credential.select()}

    Credential.update(dormant_since=cast.now).execute()
    asked = visitor.get(f"{AT}/status").text
    visitor.post(f"{AT}/status", FILLED | {"version": "1", "dormant": "keep"})
    kept = {c.username: c.verifier for c in Credential.select()}
    Credential.update(dormant_since=cast.now).execute()
    visitor.post(f"{AT}/status", FILLED | {"version": "2", "dormant": "new"})
    anew = {c.username: c.verifier for c in Credential.select()}

    assert "Logins that rest since access was taken away: 2" in asked
    assert kept == before
    assert set(anew.values()).isdisjoint(before.values())
    assert [c.state for c in covered(cast.independent, cast.june)] == [LIVING, LIVING]


def test_a_late_entry_under_all_is_covered_and_needs_a_slip(cast, plain):
    visitor = plain(cast.independent_officer)
    visitor.post(f"{AT}/status", FILLED)

    cast.candidate(cast.independent, "0009", "Late Comer", [("IGCSE", "0580", "Mathematics")])

    page = visitor.get(AT)
    assert "ALL Candidates have access (3)" in page.text
    assert "Next: 1 candidate without credentials" in page.text
    assert page.links()["See who"] == f"{AT}/credentials?state=no-slip"
    assert [text_of(th) for th in visitor.get(f"{AT}/credentials?state=no-slip").all("th", scope="row")] == [
        "0009 Late Comer"]


def test_each_accepted_post_writes_one_event_with_what_changed(cast, plain):
    plain(cast.independent_officer).post(f"{AT}/status", FILLED | {"delay": "24"})

    event = AuditEvent.get(AuditEvent.what == "confirmed candidate results")
    assert (event.who, event.centre_number, event.series_code) == (
        "ines@xc301.example", "XC301", "june-2026")
    assert {(c.field, c.before, c.after) for c in event.changes} == {
        ("scope", "none", "all"), ("terms_version", "", "2026-1"), ("delay", "0", "1440"),
        ("contact_name", "", "Inés Vidal"), ("contact_phone", "", "+34 91 555 0100")}


def test_a_delay_that_is_typed_is_shown_as_the_local_time_that_follows(cast, visit):
    visitor, at = visit(cast.independent_officer), cast.now + timedelta(days=7, hours=30)
    told = words.with_place(at, "Europe/Madrid", "en")
    assert told not in visitor.get(f"{AT}/status").text

    page = visitor.post(f"{AT}/status", FILLED | {"act": "times", "delay": "1d 6h", "terms": "y"})
    wrong = visitor.post(f"{AT}/status", FILLED | {"act": "times", "delay": "soon"})

    assert (page.status, page.is_fragment) == (200, visitor.htmx)
    assert f"{told} · +30 h, the centre’s own delay decides" in page.text
    assert (wrong.status, "“soon” is not a delay." in wrong.text) == (422, True)
    assert Offer.select().count() == 0


@pytest.mark.parametrize("field", ["contact_name", "contact_phone"])
def test_a_contact_that_a_slip_cannot_show_is_refused_beside_its_control(cast, visit, field):
    page = visit(cast.independent_officer).post(f"{AT}/status", FILLED | {field: "Inés \U0001F600"})

    assert page.status == 422
    assert [text_of(p) for p in page.all("p", id=f"{field}-error")] == [
        "This cannot be printed on a slip. Use ordinary characters, at most 160."]
    assert (Offer.select().count(), Credential.select().count()) == (0, 0)


def test_a_release_that_the_board_holds_is_said(cast, plain):
    Release.update(held_at=cast.now).where(Release.qualification == "IGCSE").execute()

    assert "held back by the board for now: IGCSE" in plain(cast.independent_officer).get(AT).text
