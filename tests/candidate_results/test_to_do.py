"""'What needs doing' across an Associate's centres: generate, reissue, one ZIP."""
import io
import zipfile
from datetime import timedelta

import pytest
from playhouse.test_utils import count_queries

from jobs import running
from models import passwords
from models.audit import AuditEvent
from models.credentials import Credential, SlipBatch
from models.exams import Candidate
from models.jobs import DONE, QUEUED, Job
from models.offers import Offer
from tests.candidate_results.test_confirm import pdf_text
from tests.visitor import text_of
from views.to_do import lines_of

AT = "/centres/XA100/candidate-results/june-2026/to-do"
NOTHING = ["0", "0", "0", "0"]


def rows(page):
    found = {}
    for row in page.all("tr")[1:]:
        cells = [text_of(cell) for cell in row.iter() if cell.tag in ("th", "td") and cell.get("class") != "mark"]
        found[cells[0].split()[0]] = cells[1:]
    return found


@pytest.fixture
def do_all(app):
    """Carry out everything that waits, as the worker would."""

    def carry_out():
        with app.app_context():
            for job in Job.select().where(Job.state == QUEUED).order_by(Job.id):
                running.run(job.id)

    return carry_out


def test_access_given_needs_credentials_and_no_access_needs_nothing(cast, plain):
    cast.give_access(cast.karachi)

    page = plain(cast.associates_officer).get(AT)

    assert rows(page) == {"XA101": ["2 credentials to generate", *NOTHING, "given"]}


def test_the_associate_generates_for_a_centre_that_offered_nothing_yet(cast, visit, do_all):
    cast.give_access(cast.karachi, cast.lima)
    visitor = visit(cast.associates_officer)

    answer = visitor.post(AT, {"act": "generate-all", "terms": "y"})
    do_all()

    assert answer.status == 303
    page = visitor.follow(answer)
    assert "Done: 2 of 2." in page.text
    offers = {offer.centre.number: (offer.scope, offer.terms_by) for offer in Offer.select()}
    assert offers == {"XA101": ("all", "amal@xa100.example"), "XA102": ("all", "amal@xa100.example")}
    assert sorted(c.username for c in Credential.select()) == ["XA101-0001-J26", "XA101-0002-J26", "XA102-0001-J26"]
    assert rows(visitor.get(AT)) == {
        "XA101": ["0", "0", "0", "0", "2 not signed in yet", "given"],
        "XA102": ["0", "0", "0", "0", "1 not signed in yet", "given"]}


def test_only_the_marked_centres_are_done(cast, plain, do_all):
    cast.give_access(cast.karachi, cast.lima)

    plain(cast.associates_officer).post(AT, {"act": "generate-marked", "terms": "y", "centre": ["XA102", "XB201"]})
    do_all()

    assert [c.username for c in Credential.select()] == ["XA102-0001-J26"]


@pytest.mark.parametrize(("typed", "sentence"), [
    ({"act": "generate-all"}, "Tick the box to accept the terms and conditions"),
    ({"act": "generate-marked", "terms": "y"}, "Mark at least one centre that needs it."),
    ({"act": "generate-marked", "terms": "y", "centre": ["XA102", "XB201"]}, "Mark at least one centre that needs it."),
    ({"act": "reissue-all"}, "Mark at least one centre that needs it."),
    ({"act": "burn"}, "Choose what is to be done."),
])
def test_what_cannot_be_done_is_said(cast, visit, typed, sentence):
    cast.give_access(cast.karachi)

    answer = visit(cast.associates_officer).post(AT, typed)

    assert (answer.status, sentence in answer.text) == (422, True)
    assert (Job.select().count(), AuditEvent.select().where(AuditEvent.what != "signed in").count()) == (0, 0)


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
        "XA101": ["1 credentials to generate", "1 late entries", "0", "0", "2 not signed in yet", "given"],
        "XA102": ["0", "0", "0", "1 entered since ‘Selected’", "1 not signed in yet", "given"]}
    assert page.links()["1 late entries"] == "/centres/XA101/candidate-results/june-2026/credentials?state=no-slip"
    assert list(rows(visitor.get(f"{AT}?need=late"))) == ["XA101"]
    assert list(rows(visitor.get(f"{AT}?need=entered"))) == ["XA102"]
    at = "/centres/XA102/candidate-results/june-2026"
    assert visitor.get(at).links()["1 candidate entered since you selected"] == f"{at}/status"


def test_new_passwords_replace_those_of_the_marked_centres_only(cast, visit, do_all):
    cast.give_access(cast.karachi, cast.lima)
    for centre in (cast.karachi, cast.lima):
        cast.confirm(centre, cast.associates_officer)
    visitor = visit(cast.associates_officer)

    visitor.post(AT, {"act": "new-password-marked", "void": "y", "centre": ["XA101"]})
    do_all()

    assert {c.username: c.generation for c in Credential.select()} == {
        "XA101-0001-J26": 2, "XA101-0002-J26": 2, "XA102-0001-J26": 1}


def test_what_was_marked_stays_marked_where_a_box_was_forgotten(cast, visit):
    cast.give_access(cast.karachi, cast.lima)
    cast.confirm(cast.karachi, cast.associates_officer)

    page = visit(cast.associates_officer).post(
        AT, {"act": "new-password-marked", "centre": ["XA101"], "terms": "y", "dormant": "new"})

    assert page.status == 422
    assert "Tick the box to say that the slips already handed out stop working." in page.text
    sent = page.fields(page.one("form", action=AT, method="post"))
    assert (sent["centre"], sent["terms"], sent["dormant"]) == (["XA101"], ["y"], ["new"])
    assert Credential.select().where(Credential.generation > 1).count() == 0


def test_the_number_of_queries_does_not_grow_with_the_centres(app, cast):
    cast.give_access(cast.karachi, cast.lima)
    counts = []
    for centre in (cast.karachi, cast.lima):
        cast.confirm(centre, cast.associates_officer, scope="selected", selected=[cast.candidates[centre.number][0].id])
        with count_queries() as counter:
            found = lines_of(cast.associate, cast.june)
        counts.append((len(found), counter.count))

    assert counts == [(3, 6), (3, 6)]


def test_one_zip_holds_the_newest_pdf_of_every_centre(cast, plain, do_all):
    cast.give_access(cast.karachi, cast.lima)
    logins = {number: cast.confirm(centre, cast.associates_officer)
              for number, centre in (("XA101", cast.karachi), ("XA102", cast.lima))}
    visitor = plain(cast.associates_officer)

    answer = visitor.post(f"{AT}/archive", {"per_page": "1"})
    do_all()
    job = Job.get()
    fetched = visitor.post(f"/jobs/{job.public_id}/archive.zip")

    assert (answer.status, job.state) == (303, DONE)
    files = zipfile.ZipFile(io.BytesIO(fetched.body))
    assert [name[:5] for name in files.namelist()] == ["XA101", "XA102"]
    for name in files.namelist():
        pages = pdf_text(files.read(name))
        assert [passwords.grouped(p) in page for p, page in zip(logins[name[:5]].values(), pages, strict=True)] == (
            [True] * len(pages))


def test_a_zip_that_is_gone_is_made_again_from_its_recipe(app, cast, plain, do_all):
    from jobs.archive import path_of
    cast.confirm(cast.independent, cast.independent_officer)
    visitor = plain(cast.independent_officer)
    visitor.post("/centres/XC301/candidate-results/june-2026/to-do/archive")
    do_all()
    path = path_of(app.config["INSTANCE_PATH"], Job.get())
    first = visitor.post(f"/jobs/{Job.get().public_id}/archive.zip").body
    assert oct(path.stat().st_mode)[-3:] == "600"

    path.unlink()

    again = visitor.post(f"/jobs/{Job.get().public_id}/archive.zip").body
    assert zipfile.ZipFile(io.BytesIO(again)).testzip() is None
    assert again == first


def test_a_strangers_job_is_not_there(cast, plain):
    cast.confirm(cast.independent, cast.independent_officer)
    plain(cast.independent_officer).post("/centres/XC301/candidate-results/june-2026/to-do/archive")
    job = Job.get()

    stranger = plain(cast.strangers_officer)

    assert stranger.get(f"/jobs/{job.public_id}").status == 404
    assert stranger.post(f"/jobs/{job.public_id}/cancel").status == 404
    assert stranger.post(f"/jobs/{job.public_id}/archive.zip").status == 404
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
    assert waiting.one("progress").get("max") == "2"
    assert "Stopped." in visitor.get(f"/jobs/{job.public_id}").text
    assert Credential.select().count() == 0
