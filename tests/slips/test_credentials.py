"""Candidates and their slips: what is out of date, reissue, new password, PDF, CSV."""
import csv
import io
from datetime import timedelta

import pikepdf
import pytest

from documents import words
from models import passwords
from models.acts import issuing
from models.codes import as_typed, grouped
from models.tables.audit import AuditEvent
from models.tables.exams import Candidate, Release
from models.tables.offers import Offer
from models.tables.people import StaffSession
from models.tables.slips import Credential, Slip, SlipBatch
from tests.cast import CHANCE
from tests.slips.test_confirm import newest_pdf, pdf_text
from tests.visitor import text_of

HOME = "/centres/XC301/candidate-results/june-2026"
AT = f"{HOME}/credentials"


@pytest.fixture
def confirmed(cast):
    return cast.confirm(cast.independent, cast.independent_officer)


def shown(visitor, state=""):
    return [text_of(th) for th in visitor.get(f"{AT}?state={state}").all("th", scope="row")]


def newest():
    return SlipBatch.select().order_by(SlipBatch.id.desc()).get()


def signs_in(username, password):
    login = Credential.get(Credential.username == username)
    return passwords.verifier(as_typed(password), login.salt, CHANCE.encode()) == login.verifier


def test_a_changed_delay_marks_exactly_the_slips_whose_time_is_no_longer_true(cast, plain, confirmed):
    visitor = plain(cast.independent_officer)
    both = ["0001 Ελένη Παπαδοπούλου", "0002 Юлия Щербакова"]
    assert shown(visitor, "out-of-date") == []

    Offer.update(delay=60).execute()
    longer = shown(visitor, "out-of-date")
    Offer.update(delay=0).execute()

    assert (longer, shown(visitor, "out-of-date")) == (both, [])


def test_a_release_that_moves_marks_only_who_has_that_qualification(cast, plain):
    cast.enter(cast.candidates["XC301"][0], [("A Level", "9709", "Mathematics")])
    cast.confirm(cast.independent, cast.independent_officer)

    Release.update(released_at=cast.now + timedelta(days=2)).where(Release.qualification == "A Level").execute()

    assert shown(plain(cast.independent_officer), "out-of-date") == ["0001 Ελένη Παπαδοπούλου"]


def test_a_corrected_name_marks_that_slip(cast, plain, confirmed):
    Candidate.update(name="Ελένη Νέα").where(Candidate.id == cast.candidates["XC301"][0].id).execute()

    assert shown(plain(cast.independent_officer), "out-of-date") == ["0001 Ελένη Νέα"]


def test_reissue_prints_the_new_time_with_the_same_password(cast, visit, confirmed):
    visitor = visit(cast.independent_officer)
    Offer.update(delay=24 * 60).execute()

    answer = visitor.post(AT, {"act": "reissue-all"})

    assert answer.status == 303
    first = pdf_text(newest_pdf(visitor, HOME).body)[0]
    assert grouped(confirmed["0001"]) in first
    later = Release.get(Release.qualification == "IGCSE").released_at + timedelta(hours=24)
    assert words.short(later, cast.independent.time_zone, "en") in first
    assert shown(visitor, "out-of-date") == []
    assert newest().kind == "reissue"


def test_a_new_password_kills_the_old_one_at_once_and_only_that_candidates(cast, visit, confirmed):
    visitor = visit(cast.independent_officer)

    visitor.post(AT, {"act": "new-password", "mark": ["0001"]})

    assert not signs_in("XC301-0001-J26", confirmed["0001"])
    assert signs_in("XC301-0002-J26", confirmed["0002"])
    pages = pdf_text(newest_pdf(visitor, HOME).body)
    assert len(pages) == 1
    printed = next(w for w in pages[0].split() if passwords.mistake(as_typed(w)) is None)
    assert signs_in("XC301-0001-J26", printed)


def test_an_old_pdf_marks_a_login_that_has_died_and_does_not_print_its_password(cast, plain, confirmed):
    visitor = plain(cast.independent_officer)
    old = newest()

    visitor.post(AT, {"act": "new-password", "mark": ["0001"]})

    pages = pdf_text(visitor.post(f"{AT}/{old.public_id}/pdf", {"per_page": "1"}).body)
    symbols = grouped(confirmed["0001"])
    fresh = next(slip for slip in newest().slips)
    assert symbols not in pages[0]
    assert fresh.generation == 2
    assert grouped(confirmed["0002"]) in pages[1]
    assert not any(passwords.mistake(as_typed(w)) is None for w in pages[0].split())


@pytest.mark.parametrize(("typed", "sentence"), [
    ({"act": "reissue"}, "Mark at least one candidate first."),
    ({"act": "new-password"}, "Mark at least one candidate first."),
    ({"act": "new-password-all"}, "Choose what is to be done."),
    ({"act": "explode", "mark": ["0001"]}, "Choose what is to be done."),
    ({"act": "reissue", "mark": ["9999"]}, "Mark at least one candidate first."),
    ({"act": "reissue-all"}, "None of these candidates needs that."),
])
def test_what_cannot_be_done_is_said_and_changes_nothing(cast, visit, confirmed, typed, sentence):
    answer = visit(cast.independent_officer).post(AT, typed)

    assert answer.status == 422
    assert sentence in answer.text
    assert SlipBatch.select().count() == 1
    assert all(signs_in(f"XC301-{number}-J26", password) for number, password in confirmed.items())


def test_the_layout_is_chosen_when_the_file_is_fetched(cast, plain, confirmed):
    visitor = plain(cast.independent_officer)

    four = pikepdf.open(io.BytesIO(newest_pdf(visitor, HOME, per_page="4", paper="Letter").body))
    covered = pdf_text(newest_pdf(visitor, HOME, cover="y").body)
    by_name = pdf_text(newest_pdf(visitor, HOME, order="name").body)
    locked = newest_pdf(visitor, HOME, password="four paper words")

    assert len(four.pages) == 1
    assert [int(x) for x in four.pages[0].MediaBox] == [0, 0, 612, 792]
    assert (len(covered), "Ελένη Παπαδοπούλου" in covered[0], "Юлия Щербакова" in covered[0]) == (3, True, True)
    assert ["0001" in page for page in by_name] == [True, False]
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(io.BytesIO(locked.body))
    assert pikepdf.open(io.BytesIO(locked.body), password="four paper words").encryption.bits == 256


def test_an_arabic_centre_has_its_slips_in_arabic(cast, plain, confirmed):
    english, arabic = (pdf_text(newest_pdf(plain(cast.independent_officer), HOME, language=language).body)[0]
                       for language in ("en", "ar"))

    assert "Confidential Examination results information" in english
    assert "Confidential Examination" not in arabic
    assert grouped(confirmed["0001"]) in arabic


def test_the_csv_holds_the_same_logins_and_no_formula(cast, plain):
    Candidate.update(name="=1+1").where(Candidate.id == cast.candidates["XC301"][0].id).execute()
    logins = cast.confirm(cast.independent, cast.independent_officer)

    answer = plain(cast.independent_officer).post(f"{AT}/{newest().public_id}/csv")

    rows = list(csv.reader(io.StringIO(answer.body.decode("utf-8-sig"))))
    assert rows[1:] == [
        ["XC301", "0001", "'=1+1", "XC301-0001-J26", grouped(logins["0001"])],
        ["XC301", "0002", "Юлия Щербакова", "XC301-0002-J26", grouped(logins["0002"])]]
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_same_slips_can_be_read_as_a_page(cast, plain, confirmed):
    page = plain(cast.independent_officer).post(f"{AT}/{newest().public_id}/read")

    assert [text_of(h) for h in page.all("h2")] == ["0001 Ελένη Παπαδοπούλου", "0002 Юлия Щербакова"]
    assert grouped(confirmed["0002"]) in page.text


@pytest.mark.parametrize("form", ["pdf", "csv", "read"])
def test_slips_ask_for_the_password_again_if_it_was_given_long_ago(cast, plain, confirmed, form):
    visitor = plain(cast.independent_officer)
    StaffSession.update(password_at=cast.now - timedelta(minutes=31)).execute()

    answer = visitor.post(f"{AT}/{newest().public_id}/{form}")

    assert answer.status == 303
    assert answer.location.startswith("/account/password-again?next=")
    assert confirmed["0001"][:4] not in answer.html


@pytest.mark.parametrize("form", ["pdf", "csv", "read"])
def test_every_download_of_slips_is_in_the_audit_trail_without_a_secret(cast, plain, confirmed, form):
    plain(cast.independent_officer).post(f"{AT}/{newest().public_id}/{form}")

    events = AuditEvent.select().where(AuditEvent.what == "downloaded slips")
    assert [(e.who, e.centre_number, newest().public_id in e.subject) for e in events] == [
        ("ines@xc301.example", "XC301", True)]


def test_the_associate_fetches_the_pdf_of_its_attached_centre(cast, plain):
    cast.give_access(cast.karachi)
    cast.confirm(cast.karachi, cast.karachi_officer)
    at = "/centres/XA101/candidate-results/june-2026"

    associate = plain(cast.associates_officer)

    assert "Download PDF" in associate.get(at).text
    assert text_of(associate.get(at).one("select", name="number")).count("XA10") == 3
    assert len(pdf_text(newest_pdf(associate, at).body)) == 2
    assert plain(cast.strangers_officer).get(at).status == 404


def test_filters_and_search_find_candidates(cast, plain, confirmed):
    visitor = plain(cast.independent_officer)
    Credential.update(last_signed_in_at=cast.now).where(Credential.username == "XC301-0001-J26").execute()

    found = [text_of(th) for th in visitor.get(f"{AT}?q=юлия").all("th", scope="row")]

    assert found == shown(visitor, "not-signed-in") == ["0002 Юлия Щербакова"]
    assert "1 of 2 candidates with a login have signed in." in visitor.get(HOME).text


def test_what_was_marked_stays_marked_when_it_is_refused(cast, visit, confirmed):
    page = visit(cast.independent_officer).post(AT, {"act": "generate", "mark": ["0002"]})

    assert (page.status, "None of these candidates needs that." in page.text) == (422, True)
    assert page.fields(page.one("form", id="acts"))["mark"] == ["0002"]


def test_the_filter_brings_whom_it_finds(cast, plain, confirmed):
    rows = plain(cast.independent_officer).get(f"{AT}?q=0002", htmx=True)

    assert [text_of(th) for th in rows.all("th", scope="row")] == ["0002 Юлия Щербакова"]


def test_a_number_that_another_person_has_now_needs_a_new_password(cast, plain, confirmed):
    visitor = plain(cast.independent_officer)
    issuing.end_logins([cast.candidates["XC301"][0].id], cast.now)

    page = visitor.get(f"{AT}?state=no-slip")
    visitor.post(AT, {"act": "generate-all"})

    assert [text_of(td) for td in page.all("td", data_label="Slip")] == ["new password needed"]
    assert not signs_in("XC301-0001-J26", confirmed["0001"])
    assert shown(visitor, "no-slip") == []
    assert grouped(confirmed["0001"]) not in "".join(pdf_text(newest_pdf(visitor, HOME).body))


def test_every_candidate_of_an_act_is_in_the_audit_trail(cast, plain, confirmed):
    officer, act = plain(cast.independent_officer), {"act": "new-password", "mark": ["0001", "0002"]}
    Credential.update(last_signed_in_at=cast.now).where(Credential.username == "XC301-0001-J26").execute()
    refused = officer.post(AT, act)
    assert refused.status == 422
    assert "2 slips already handed out would stop working at once. 1 of these candidates" in refused.text
    assert AuditEvent.select().where(AuditEvent.what == "gave new passwords").count() == 0
    officer.post(AT, act | {"void": "y"})

    event = AuditEvent.get(AuditEvent.what == "gave new passwords")
    assert [(change.field, change.after) for change in event.changes] == [("candidates", "0001 0002")]


def test_a_slip_that_cannot_be_printed_is_said_when_its_file_is_fetched(cast, plain, confirmed):
    Slip.update(contact="Un\U0001F600printable\n\n").where(Slip.candidate == cast.candidates["XC301"][0]).execute()

    answer = newest_pdf(plain(cast.independent_officer), HOME)

    assert answer.status == 422
    assert "The slip of XC301 0001 cannot be printed" in answer.text


def test_slips_that_cannot_be_printed_as_written_are_listed_and_reissued(cast, visit, confirmed):
    Candidate.update(name="王燚").where(Candidate.number == "0001", Candidate.centre == cast.independent).execute()
    visitor = visit(cast.independent_officer)

    listed, page = shown(visitor, "unprintable"), visitor.get(HOME)
    answer = visitor.post(AT, {"act": "reissue", "mark": ["0001"]})

    assert listed == ["0001 王燚"]
    assert page.links()["See 1 slip"] == f"{AT}?state=unprintable"
    assert answer.status == 303
    assert "The name cannot be printed here as it is written." in pdf_text(newest_pdf(visitor, HOME).body)[0]
    assert [text_of(td) for td in visitor.get(AT).all("td", data_label="Slip")] == [
        "in order name not as written", "in order"]
