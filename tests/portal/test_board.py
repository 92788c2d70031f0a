"""The board's own administration: centres, officers, releases and holds, imports, the audit trail, the queue."""
import csv
import io
from datetime import timedelta

import pytest

from models.rules.results import Result
from models.tables.audit import AuditEvent
from models.tables.exams import Centre, Release, Series
from models.tables.jobs import FAILED, Job
from models.tables.people import Officer, Posting
from models.tables.slips import Credential
from models.tables.subcentres import AttachedCentre
from tests.exchange.test_importing import RESULT, csv_of, with_
from tests.visitor import Visitor, text_of

CENTRE = {"name": "New Name", "country": "Peru", "time_zone": "America/Lima", "email": "x@y.example", "language": "ar"}


def names(page):
    return [text_of(th) for th in page.all("th", scope="row")]


def test_centres_are_found_by_any_of_their_words(cast, plain):
    board = plain(cast.board)

    assert names(board.get("/board/centres?q=lake xc3")) == ["XC301 Lakeside School"]
    assert len(names(board.get("/board/centres"))) == 6
    assert names(board.get("/board/centres?q=%25")) == []


def test_a_centre_is_corrected_with_what_was_and_what_is(cast, visit):
    answer = visit(cast.board).post("/board/centres/XC301", CENTRE)

    assert answer.status == 303
    centre = Centre.get(Centre.number == "XC301")
    assert {name: getattr(centre, name) for name in CENTRE} == CENTRE
    changes = AuditEvent.get(AuditEvent.what == "changed a centre").changes
    assert ("time_zone", "Europe/Madrid", "America/Lima") in {(c.field, c.before, c.after) for c in changes}


@pytest.mark.parametrize(("wrong", "sentence"), [
    ({"name": ""}, "Enter a name."),
    ({"name": "L" * 201}, "Use at most 200 characters."),
    ({"time_zone": "Lima"}, "Choose a time zone of the list."),
    ({"email": "nobody"}, "That is not an e-mail address"),
    ({"language": "xx"}, "Choose a language of the list."),
])
def test_what_is_wrong_with_a_centre_is_said(cast, visit, wrong, sentence):
    page = visit(cast.board).post("/board/centres/XC301", CENTRE | wrong)

    assert (page.status, sentence in page.text) == (422, True)
    assert page.one("input", id="name").get("maxlength") is None  # it would cut a pasted name
    assert Centre.get(Centre.number == "XC301").name == "Lakeside School"


def test_detaching_is_counted_first_and_keeps_the_running_delay(cast, plain):
    cast.give_access(cast.karachi, delay=90)
    cast.confirm(cast.karachi, cast.karachi_officer)
    board = plain(cast.board)

    asked = board.get("/board/centres/XA101/move?associate=").text
    board.post("/board/centres/XA101/move", {"associate": ""})

    assert "No candidate loses access." in asked
    row = AttachedCentre.get(AttachedCentre.centre == cast.karachi)
    assert (row.detached_from_id, row.delay) == (cast.associate.id, 90)
    assert plain(cast.associates_officer).get("/centres/XA101").status == 404


def test_attaching_says_how_many_lose_access(cast, plain):
    cast.confirm(cast.independent, cast.independent_officer)
    board = plain(cast.board)

    asked = board.get("/board/centres/XC301/move?associate=XA100").text
    board.post("/board/centres/XC301/move", {"associate": "XA100"})

    assert "2 candidates lose access at once" in asked
    assert Credential.select().where(Credential.dormant_since.is_null(False)).count() == 2


def test_an_officer_is_added_posted_and_comes_in_by_a_one_time_link(cast, app, plain):
    board = plain(cast.board)
    board.post("/board/officers", {"email": "New@School.example", "name": "New Officer"})
    board.post("/board/officers/new@school.example/centres", {
        "number": "xc301", "right": ["manages_candidate_results"]})
    page = board.post("/board/officers/new@school.example/link")
    code = text_of(page.all("bdi", class_="code")[0])

    newcomer = Visitor(app)
    token = newcomer.get("/welcome").one("input", name="csrf_token", type="hidden").get("value")
    newcomer.post("/welcome", {"csrf_token": token, "code": code, "password": "seven odd purple words",
                               "again": "seven odd purple words"}, csrf=False)
    newcomer.sign_in("new@school.example", "seven odd purple words")

    assert newcomer.get("/centres/XC301/candidate-results").status == 200
    posting = Posting.get(Posting.officer == Officer.get(Officer.email == "new@school.example"))
    assert (posting.manages_candidate_results, posting.sends_files) == (True, False)
    assert code not in board.get("/board/officers/new@school.example").html


def test_a_disabled_officer_is_out_at_once(cast, plain):
    officer = plain(cast.karachi_officer)

    plain(cast.board).post("/board/officers/kiran@xa101.example/disable")

    assert officer.get("/centres/XA101").location.startswith("/sign-in")


def test_nobody_changes_their_own_rights_of_the_board(cast, visit):
    answer = visit(cast.board).post("/board/officers/board@board.example/board", {"right": []})

    assert answer.status == 422
    assert Officer.get(Officer.email == "board@board.example").releases_results


def test_a_release_is_counted_confirmed_and_set(cast, plain):
    cast.confirm(cast.independent, cast.independent_officer)
    cast.result(cast.candidates["XC301"][0], "0580", "A", 84)
    board = plain(cast.board)
    typed = {"qualification": "IGCSE", "at": "2026-08-11 06:00", "zone": "Europe/London"}

    asked = board.post("/board/series/june-2026/releases", typed)
    before = Release.get(Release.qualification == "IGCSE").released_at
    form = asked.fields(asked.all("form", method="post")[-1])
    board.post("/board/series/june-2026/releases", {name: values[0] for name, values in form.items()})

    assert before == cast.now + timedelta(days=7)
    assert "Slips that go out of date 2" in asked.text
    assert Release.get(Release.qualification == "IGCSE").released_at.isoformat() == "2026-08-11T05:00:00+00:00"


def test_a_hold_takes_results_away_from_staff_and_candidates_at_once(cast, plain):
    Release.update(released_at=cast.now - timedelta(days=1)).execute()
    cast.result(cast.candidates["XC301"][0], "0580", "A*", 94)
    cast.confirm(cast.independent, cast.independent_officer)
    officer, board = plain(cast.independent_officer), plain(cast.board)
    out = officer.get("/centres/XC301/results?series=june-2026").text

    asked = board.post("/board/series/june-2026/hold", {"qualification": "IGCSE", "act": "hold"})
    still = officer.get("/centres/XC301/results?series=june-2026").text
    board.post("/board/series/june-2026/hold", {"qualification": "IGCSE", "act": "hold", "confirmed": "y"})
    held = officer.get("/centres/XC301/results?series=june-2026").text
    board.post("/board/series/june-2026/hold", {"qualification": "IGCSE", "act": "unhold", "confirmed": "y"})

    assert ("A*(a*)" in out, "A*(a*)" in still, "A*(a*)" in held) == (True, True, False)
    assert "See their results no more 2" in asked.text
    assert "A*(a*)" in officer.get("/centres/XC301/results?series=june-2026").text


def test_without_the_right_nothing_can_be_released(cast, visit):
    Officer.update(releases_results=False).where(Officer.id == cast.board.id).execute()
    visitor = visit(cast.board)

    answers = [visitor.post(f"/board/series/june-2026/{act}", {"qualification": "IGCSE", "at": "2026-01-01 00:00"})
               for act in ("releases", "hold", "close", "destroy-key")]

    assert [answer.status for answer in answers] == [403] * 4


def test_the_key_of_a_series_is_destroyed_only_after_its_end_and_on_purpose(cast, plain):
    cast.confirm(cast.independent, cast.independent_officer)
    board = plain(cast.board)
    at = "/board/series/june-2026"

    open_ = board.post(f"{at}/destroy-key", {"code": "june-2026"}).status
    typed = (cast.now - timedelta(days=1)).strftime("%Y-%m-%d %H:%M")
    asked = board.post(f"{at}/close", {"closes_at": typed, "zone": "UTC"})
    before = Series.get().closes_at
    form = asked.fields(asked.all("form", method="post")[-1])
    board.post(f"{at}/close", {name: values[0] for name, values in form.items()})
    wrong = board.post(f"{at}/destroy-key", {"code": "yes"}).status
    done = board.post(f"{at}/destroy-key", {"code": "june-2026"}).status

    assert (open_, wrong, done) == (422, 422, 303)
    assert (before, "Candidates with a login 2" in asked.text) == (None, True)
    assert "They can sign in no more from the moment you confirm." in asked.text
    assert Series.get().key_random is None
    assert {c.verifier for c in Credential.select()} == {""}


def test_an_import_is_looked_at_and_then_applied(cast, plain):
    board = plain(cast.board)
    file = (io.BytesIO(csv_of("results", RESULT)), "june.csv")

    sent = board.post("/board/imports", {"kind": "results", "file": file})
    looked = board.get(sent.location)
    before = Result.select().count()
    fields = looked.fields(looked.one("form", action=f"{sent.location}/apply"))
    board.post(f"{sent.location}/apply", fields)

    assert "june.csv" in looked.text
    assert before == 0
    assert Result.get().grade == "A*"
    assert "There is nothing new in it." not in looked.text
    assert board.post(f"{sent.location}/apply", fields).status == 409


def test_a_difference_of_results_shows_grades_only_with_the_right(cast, plain):
    cast.result(cast.candidates["XA101"][0], "0580", "A*", 95)
    board = plain(cast.board)
    sent = board.post("/board/imports", {"kind": "results", "file": (
        io.BytesIO(csv_of("results", with_(RESULT, grade="B", percentage_uniform_mark="75"))), "x.csv")})

    with_right = board.get(sent.location).text
    Officer.update(reads_unreleased=False).where(Officer.id == cast.board.id).execute()
    without = board.get(sent.location).text

    assert "A* 95 → B 75" in with_right
    assert ("A*" in without, "B 75" in without) == (False, False)


def test_a_refused_file_is_told_with_its_lines_and_cannot_be_applied(cast, plain):
    board = plain(cast.board)
    data = csv_of("results", with_(RESULT, syllabus_code="1111"))

    sent = board.post("/board/imports", {"kind": "results", "file": (io.BytesIO(data), "x.csv")})
    page = board.get(sent.location)
    applied = board.post(f"{sent.location}/apply")

    assert "Line 2: June 2026 XA101 0001 IGCSE 1111 is not entered." in page.text
    assert (applied.status, Result.select().count()) == (422, 0)


def test_the_audit_trail_is_filtered_and_exported(cast, plain):
    board = plain(cast.board)
    board.post("/board/centres/XC301", CENTRE)

    page = board.get("/board/audit?what=changed+a+centre&centre=xc301")
    rows = list(csv.reader(io.StringIO(board.get(
        "/board/audit/trail.csv?what=changed+a+centre").body.decode("utf-8-sig"))))

    assert "name: Lakeside School → New Name" in page.text
    assert [row[1:4] for row in rows[1:]] == [["board@board.example", "changed a centre", "XC301"]]
    assert "1 event" in page.text


def test_a_failed_job_is_tried_again_from_the_board(cast, plain):
    job = Job.create(kind="slips", state=FAILED, error="It broke.", centre=cast.karachi, series=cast.june,
                     created_at=cast.now, wanted={"centres": [], "what": "generate"})
    board = plain(cast.board)

    assert "It broke." in board.get("/board/queue").text
    board.post(f"/board/queue/{job.public_id}/again")

    assert Job.get().state == "queued"
