"""'What needs doing' across an Associate's centres: generate, reissue, new passwords, one file of all slips."""
import csv
import io
import re
import zipfile
from datetime import timedelta

import pytest
from playhouse.test_utils import count_queries

from jobs import archive, running
from models.acts import issuing
from models.codes import grouped
from models.tables.audit import AuditEvent
from models.tables.exams import Candidate, Centre, Release, Series
from models.tables.jobs import DONE, Job
from models.tables.offers import Offer
from models.tables.people import StaffSession
from models.tables.slips import Credential, Slip, SlipBatch
from models.tables.subcentres import AttachedCentre
from tests.slips.test_confirm import pdf_text
from tests.visitor import text_of

AT = "/centres/XA100/candidate-results/june-2026/to-do"


def newest_job():
    return Job.select().order_by(Job.id.desc()).get()


def rows(page):
    """{centre number: [each need, …, the act in the row]}."""
    return {text_of(row.find("th")).split()[0]: [
        text_of(one) for one in (*row.iterfind(".//li/a"), *row.iter("button"))] for row in page.all("tr")[1:]}


def test_access_given_needs_credentials_and_no_access_needs_nothing(cast, plain):
    cast.give_access(cast.karachi)

    page = plain(cast.associates_officer).get(AT)

    assert rows(page) == {"XA101": ["2 candidates without credentials", "Generate for 2 XA101"]}


def test_the_associate_generates_for_a_centre_that_offered_nothing_yet(cast, visit, do_all):
    cast.give_access(cast.karachi, cast.lima)
    visitor = visit(cast.associates_officer)

    answer = visitor.post(AT, {"act": "generate-all", "terms": "y"})
    do_all()

    assert answer.status == 303
    page = visitor.follow(answer)
    assert "Done: 2 of 2 centres." in page.text
    offers = {offer.centre.number: (offer.scope, offer.terms_by) for offer in Offer.select()}
    assert offers == {"XA101": ("all", "amal@xa100.example"), "XA102": ("all", "amal@xa100.example")}
    assert sorted(c.username for c in Credential.select()) == ["XA101-0001-J26", "XA101-0002-J26", "XA102-0001-J26"]
    assert rows(visitor.get(AT)) == {}  # nobody needs to sign in before something is out
    assert rows(visitor.get(f"{AT}?need=sign-in")) == {"XA101": [], "XA102": []}
    Release.update(released_at=cast.now - timedelta(hours=1)).where(Release.qualification == "A Level").execute()
    assert rows(visitor.get(AT)) == {
        "XA101": ["1 slip is out of date", "1 candidate has not signed in", "Reissue 1 XA101"]}


def test_pressed_again_while_it_is_done_says_so_and_begins_nothing(cast, plain):
    cast.give_access(cast.karachi, cast.lima)
    officer = plain(cast.associates_officer)

    first, again = (officer.post(AT, {"act": "generate-all", "terms": "y"}) for _ in range(2))

    assert (first.status, again.status, Job.select().count()) == (303, 422, 1)
    assert "This is being done already" in again.text
    assert newest_job().public_id in again.html


@pytest.mark.parametrize("act", [{"act": "generate-all", "terms": "y"}, {"act": "reissue-all"}])
def test_a_closed_series_says_so_and_issues_nothing(cast, plain, act):
    cast.give_access(cast.karachi, cast.lima)
    cast.confirm(cast.karachi, cast.associates_officer)
    Slip.update(contact="another").execute()
    Series.update(closes_at=cast.now - timedelta(days=1)).execute()
    officer, slips = plain(cast.associates_officer), Slip.select().count()

    page = officer.post(AT, act)

    assert page.status == 422
    assert "The service for June 2026 has ended" in page.text
    assert "Closed since" in officer.get(AT).text
    assert officer.post(f"{AT}/archive", {}).status == 422
    status = "/centres/XA101/candidate-results/june-2026/status"
    karachi = plain(cast.karachi_officer)
    assert "Closed since" in karachi.get(status).text
    assert karachi.post(status, {"scope": "all", "terms": "y", "version": "1"}).status == 422
    assert karachi.post("/centres/XA101/candidate-results/june-2026/credentials", {
        "act": "new-password", "mark": "0001"}).status == 422
    assert (Job.select().where(Job.kind != "slips").count(), Slip.select().count()) == (0, slips)


def test_only_the_marked_centres_are_done(cast, plain, do_all):
    cast.give_access(cast.karachi, cast.lima)

    plain(cast.associates_officer).post(AT, {"act": "generate-marked", "terms": "y", "mark": ["XA102", "XB201"]})
    do_all()

    assert [c.username for c in Credential.select()] == ["XA102-0001-J26"]


@pytest.mark.parametrize(("typed", "sentence"), [
    ({"act": "generate-all"}, "Tick the box to accept the terms and conditions"),
    ({"act": "generate-marked", "terms": "y"}, "Mark at least one centre that needs it."),
    ({"act": "generate-marked", "terms": "y", "mark": ["XA102", "XB201"]}, "Mark at least one centre that needs it."),
    ({"act": "reissue-all"}, "Mark at least one centre that needs it."),
    ({"act": "burn"}, "Choose what is to be done."),
])
def test_what_cannot_be_done_is_said(cast, visit, typed, sentence):
    cast.give_access(cast.karachi)

    answer = visit(cast.associates_officer).post(AT, typed)

    assert (answer.status, sentence in answer.text) == (422, True)
    assert (Job.select().count(), AuditEvent.select().where(AuditEvent.what != "signed in").count()) == (0, 0)


def test_who_has_not_signed_in_is_the_same_on_every_page(cast, plain):
    """A login left from before the choice was narrowed counts nowhere."""
    cast.give_access(cast.karachi)
    cast.confirm(cast.karachi, cast.karachi_officer)
    gone, stays = cast.candidates["XA101"]
    Credential.update(last_signed_in_at=cast.now).where(Credential.candidate == gone).execute()
    cast.confirm(cast.karachi, cast.karachi_officer, scope="selected", selected=[stays.id])
    visitor, at = plain(cast.associates_officer), "/centres/XA101/candidate-results/june-2026"

    to_do, listed = visitor.get(f"{AT}?need=every"), visitor.get(f"{at}/credentials?state=not-signed-in")

    assert "Not signed in yet 1" in to_do.text
    assert [text_of(row).split()[0] for row in listed.all("th") if row.get("scope") == "row"] == ["0002"]
    assert "0 of 1 candidates with a login have signed in." in visitor.get(at).text


def test_late_entries_and_those_entered_since_selected_stand_apart(cast, plain):
    cast.give_access(cast.karachi, cast.lima)
    cast.confirm(cast.karachi, cast.karachi_officer)
    cast.confirm(cast.lima, cast.associates_officer, scope="selected", selected=[cast.candidates["XA102"][0].id])
    for centre in (cast.karachi, cast.lima):
        cast.candidate(centre, "0009", "Late Comer", [("IGCSE", "0580", "Mathematics")])
    Candidate.update(first_entered_at=cast.now + timedelta(minutes=1)).where(Candidate.number == "0009").execute()
    visitor = plain(cast.associates_officer)

    page = visitor.get(AT)

    assert rows(page) == {
        "XA101": ["1 late entry has no slip", "Generate for 1 XA101"],
        "XA102": ["1 candidate entered since you selected"]}
    at = "/centres/XA101/candidate-results/june-2026/credentials"
    assert page.links()["1 late entry has no slip"] == f"{at}?state=no-slip"
    assert list(rows(visitor.get(f"{AT}?need=late"))) == ["XA101"]
    assert list(rows(visitor.get(f"{AT}?need=entered"))) == ["XA102"]
    at = "/centres/XA102/candidate-results/june-2026"
    assert "Next: 1 candidate entered since you selected" in visitor.get(at).text


def test_new_passwords_replace_those_of_the_marked_centres_only(cast, visit, do_all):
    cast.give_access(cast.karachi, cast.lima)
    for centre in (cast.karachi, cast.lima):
        cast.confirm(centre, cast.associates_officer)
    visitor = visit(cast.associates_officer)

    visitor.post(AT, {"act": "new-password-marked", "void": "y", "mark": ["XA101"]})
    do_all()

    assert {c.username: c.generation for c in Credential.select()} == {
        "XA101-0001-J26": 2, "XA101-0002-J26": 2, "XA102-0001-J26": 1}


def test_what_was_marked_stays_marked_where_a_box_was_forgotten(cast, visit):
    cast.give_access(cast.karachi, cast.lima)
    cast.confirm(cast.karachi, cast.associates_officer)

    page = visit(cast.associates_officer).post(
        AT, {"act": "new-password-marked", "mark": ["XA101"], "terms": "y", "dormant": "new"})

    assert page.status == 422
    assert "Tick the box first: 2 slips already handed out would stop working at once." in page.text
    assert "0 of these candidates have signed in with theirs." in page.text
    sent = page.fields(page.one("form", action=AT, method="post"))
    assert sent["mark"] == ["XA101"]
    assert Credential.select().where(Credential.generation > 1).count() == 0


def test_the_number_of_queries_does_not_grow_with_the_centres(cast, plain):
    cast.give_access(cast.karachi, cast.lima)
    visitor, counts = plain(cast.associates_officer), []
    visitor.get(AT)
    for centre in (cast.karachi, cast.lima):
        cast.confirm(centre, cast.associates_officer, scope="selected", selected=[cast.candidates[centre.number][0].id])
        with count_queries() as counter:
            visitor.get(f"{AT}?need=every")
        counts.append(counter.count)

    assert counts[0] == counts[1] <= 15


@pytest.fixture
def two_centres(cast):
    """{number: {candidate number: password}} of two attached centres, one with candidates of several batches."""
    cast.give_access(cast.karachi, cast.lima)
    cast.confirm(cast.karachi, cast.associates_officer, scope="selected", selected=[cast.candidates["XA101"][0].id])
    Centre.update(language="ar").where(Centre.number == "XA102").execute()
    return {number: cast.confirm(centre, cast.associates_officer)
            for number, centre in (("XA101", cast.karachi), ("XA102", cast.lima))}


def test_one_zip_holds_everybodys_newest_slip_in_their_centres_language_and_time(cast, plain, do_all, two_centres):
    reissue = {"act": "reissue", "mark": ["0002"]}  # the newest PDF file of this centre holds one slip only
    visitor = plain(cast.associates_officer)
    visitor.post("/centres/XA101/candidate-results/june-2026/credentials", reissue)

    answer = visitor.post(f"{AT}/archive", {"format": "pdf", "per_page": "1"})
    do_all()
    fetched = visitor.post(f"/jobs/{newest_job().public_id}/file")

    assert (answer.status, newest_job().state, newest_job().done) == (303, DONE, 2)
    files = zipfile.ZipFile(io.BytesIO(fetched.body))
    assert files.namelist() == ["slips-XA101-june-2026.pdf", "slips-XA102-june-2026.pdf"]
    for name, logins in zip(files.namelist(), two_centres.values(), strict=True):
        pages = pdf_text(files.read(name))
        assert [grouped(login) in page for login, page in zip(logins.values(), pages, strict=True)] == (
            [True] * len(pages))
        assert ("Confidential Examination" in pages[0]) == ("XA101" in name)
        assert ("in Karachi" in pages[0].partition("printed")[2], "بيرو" in pages[0]) == (
            "XA101" in name, "XA102" in name)


def test_one_csv_holds_the_logins_of_every_centre(cast, plain, do_all, two_centres):
    visitor = plain(cast.associates_officer)

    visitor.post(f"{AT}/archive", {"format": "csv"})
    do_all()
    fetched = visitor.post(f"/jobs/{newest_job().public_id}/file")

    rows = list(csv.reader(io.StringIO(fetched.body.decode("utf-8-sig"))))
    assert {(row[0], row[1]): row[4] for row in rows[1:]} == {
        (centre, number): grouped(password)
        for centre, logins in two_centres.items() for number, password in logins.items()}


def test_a_login_that_rests_is_in_no_file_and_printed_as_dead(cast, plain, do_all, two_centres):
    visitor = plain(cast.associates_officer)
    AttachedCentre.update(give_access=False).where(AttachedCentre.centre == cast.karachi).execute()
    Credential.update(dormant_since=cast.now).where(Credential.candidate.in_(cast.candidates["XA101"])).execute()

    visitor.post(f"{AT}/archive", {"format": "csv"})
    do_all()
    table = visitor.post(f"/jobs/{newest_job().public_id}/file").body.decode("utf-8-sig")
    batch = SlipBatch.select().where(SlipBatch.centre == cast.karachi).order_by(SlipBatch.id.desc()).get()
    at = f"/centres/XA101/candidate-results/june-2026/credentials/{batch.public_id}"
    own = plain(cast.karachi_officer)
    resting = pdf_text(own.post(f"{at}/pdf").body)
    Credential.update(dormant_since=None).execute()
    living = pdf_text(own.post(f"{at}/pdf").body)

    assert ("XA101" in table, "XA102" in table) == (False, True)
    first = grouped(two_centres["XA101"]["0001"])
    assert (first in "".join(resting), first in living[0]) == (False, True)


def test_a_file_holds_living_logins_alone(cast, plain, do_all, two_centres):
    Credential.update(dormant_since=cast.now).where(Credential.username == "XA101-0002-J26").execute()
    cast.candidate(cast.lima, "0009", "Late Comer", [("IGCSE", "0580", "Mathematics")])
    visitor = plain(cast.associates_officer)

    visitor.post(f"{AT}/archive", {"format": "csv"})
    do_all()

    table = visitor.post(f"/jobs/{newest_job().public_id}/file").body.decode("utf-8-sig")
    assert [row[3] for row in csv.reader(io.StringIO(table))][1:] == ["XA101-0001-J26", "XA102-0001-J26"]


def test_a_file_of_slips_asks_for_the_password_again_if_it_was_given_long_ago(cast, plain, do_all, two_centres):
    visitor = plain(cast.associates_officer)
    visitor.post(f"{AT}/archive", {"format": "csv"})
    do_all()
    StaffSession.update(password_at=cast.now - timedelta(minutes=31)).execute()

    answer = visitor.post(f"/jobs/{newest_job().public_id}/file")

    assert (answer.status, answer.location[:24]) == (303, "/account/password-again?")
    assert two_centres["XA101"]["0001"] not in answer.body.decode()


def test_a_file_that_is_gone_is_made_again_and_not_kept_by_whoever_has_no_worker(app, cast, plain, do_all):
    cast.confirm(cast.independent, cast.independent_officer)
    visitor = plain(cast.independent_officer)
    visitor.post("/centres/XC301/candidate-results/june-2026/to-do/archive")
    do_all()
    with app.app_context():
        path = archive.path_of(newest_job())
    first = visitor.post(f"/jobs/{newest_job().public_id}/file")
    kept = [(left.name, oct(left.stat().st_mode)[-3:]) for left in path.parent.glob(f"{path.stem}*")]
    path.unlink()

    again = visitor.post(f"/jobs/{newest_job().public_id}/file")

    assert zipfile.ZipFile(io.BytesIO(again.body)).testzip() is None
    assert again.body == first.body
    assert [int(answer.headers["Content-Length"]) for answer in (first, again)] == [len(first.body)] * 2
    assert kept == [(path.name, "600")]
    assert list(path.parent.glob(f"{path.stem}*")) == []


def test_a_centre_that_was_detached_takes_its_logins_with_it(cast, plain, do_all, two_centres):
    """The file was made while it was attached, and is kept."""
    visitor = plain(cast.associates_officer)
    visitor.post(f"{AT}/archive", {"format": "csv"})
    do_all()
    before = visitor.post(f"/jobs/{newest_job().public_id}/file")
    Centre.update(associate=None).where(Centre.number == "XA102").execute()

    answer = visitor.post(f"/jobs/{newest_job().public_id}/file")

    secret = grouped(two_centres["XA102"]["0001"])
    assert (secret in before.body.decode("utf-8-sig"), answer.status) == (True, 422)
    assert secret not in answer.body.decode()
    assert "Not all of these centres are yours any more. Order the file again." in answer.text


def test_a_file_that_takes_long_stays_with_its_worker(app, cast, plain, monkeypatch):
    """A board's own template may take seconds a slip: here twenty, for six of one centre."""
    for number in range(3, 7):
        cast.candidate(cast.independent, f"{number:04}", "Ana", [("IGCSE", "0580", "Mathematics")])
    cast.confirm(cast.independent, cast.independent_officer)
    plain(cast.independent_officer).post("/centres/XC301/candidate-results/june-2026/to-do/archive")
    clock, left_behind, paper = [cast.now], [], archive.paper

    def slow(*arguments):
        clock.append(clock[-1] + timedelta(seconds=20))
        left_behind.append(running.left_behind(clock[-1]))
        return paper(*arguments)

    monkeypatch.setattr(running, "_now", lambda: clock[-1])
    monkeypatch.setattr(archive, "paper", slow)
    with app.app_context():
        running.run(newest_job().id)

    assert (left_behind, newest_job().state) == ([[]] * 6, DONE)


def test_a_strangers_job_is_not_there(cast, plain):
    cast.confirm(cast.independent, cast.independent_officer)
    plain(cast.independent_officer).post("/centres/XC301/candidate-results/june-2026/to-do/archive")
    job = Job.get()

    stranger = plain(cast.strangers_officer)

    assert stranger.get(f"/jobs/{job.public_id}").status == 404
    assert stranger.post(f"/jobs/{job.public_id}/cancel").status == 404
    assert stranger.post(f"/jobs/{job.public_id}/file").status == 404
    assert SlipBatch.select().count() == 1


def test_a_job_can_be_watched_and_stopped(cast, visit, do_all):
    cast.give_access(cast.karachi, cast.lima)
    visitor = visit(cast.associates_officer)
    visitor.post(AT, {"act": "generate-all", "terms": "y"})
    job = Job.get()

    waiting = visitor.get(f"/jobs/{job.public_id}")
    visitor.post(f"/jobs/{job.public_id}/cancel")
    do_all()

    assert "Waiting to begin" in waiting.text
    assert waiting.one("progress").get("max") == "3"
    assert "0 of 2 centres are finished." in waiting.text
    assert "Stopped." in visitor.get(f"/jobs/{job.public_id}").text
    assert Credential.select().count() == 0


def test_progress_is_told_per_centre_and_in_total(cast, visit, monkeypatch):
    cast.give_access(cast.karachi, cast.lima)
    visitor = visit(cast.associates_officer)
    visitor.post(AT, {"act": "generate-all", "terms": "y"})
    job, seen, progress = Job.get(), [], running.Work.progress

    def looked_at(work, done):
        progress(work, done)
        seen.append(visitor.get(f"/jobs/{job.public_id}").text)

    monkeypatch.setattr(running.Work, "progress", looked_at)
    monkeypatch.setattr(issuing, "A_STEP", 1)
    running.run(job.id)

    told = [(re.search(r"(\d) of 3", page)[1], re.search(r"Now: (XA10\d) .*?, (\d) slips? so far", page).groups(),
             re.search(r"(\d) of 2 centres", page)[1]) for page in seen]
    assert told == [("1", ("XA101", "1"), "0"), ("2", ("XA101", "2"), "0"), ("3", ("XA102", "1"), "1")]


def test_names_that_cannot_be_printed_stop_nobody_and_stand_under_what_needs_doing(cast, plain, do_all):
    cast.give_access(cast.karachi, cast.lima)
    names = ("ᏣᎳᎩᏱ ᎤᏪᏘᎠᏂᎦᏚᏩ", "王燚", "أمينة بنت علاء", "Zoë")
    for number, name in enumerate(names, 3):
        cast.candidate(cast.karachi, f"{number:04}", name, [("IGCSE", "0580", "Mathematics")])
    gone = cast.candidate(cast.karachi, "0009", "𠮷田 花子", [])
    visitor = plain(cast.associates_officer)

    visitor.post(AT, {"act": "generate-all", "terms": "y"})
    do_all()

    page = visitor.get(f"{AT}?need=unprintable")
    assert Credential.select().where(Credential.candidate == gone).count() == 0
    assert {c.username[:10] for c in Credential.select()} == {
        *(f"XA101-{number:04}" for number in range(1, 7)), "XA102-0001"}
    assert rows(page) == {"XA101": ["2 slips cannot be printed as written"]}
    link = page.links()["2 slips cannot be printed as written"]
    assert link == "/centres/XA101/candidate-results/june-2026/credentials?state=unprintable"
    listed = visitor.get(link).all("th", scope="row")
    assert [text_of(row) for row in listed] == ["0003 ᏣᎳᎩᏱ ᎤᏪᏘᎠᏂᎦᏚᏩ", "0004 王燚"]
