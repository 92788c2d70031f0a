"""Large files, and files that wait: what is staged, shown, agreed to, published and forgotten."""
import io
from datetime import timedelta

import pytest

from exchange import importing
from jobs import running
from models.database import Refused
from models.migrating import alone
from models.rules.results import Result, StagedResult
from models.tables.audit import AuditEvent
from models.tables.exams import Candidate, Centre, Entry, Release, recount_qualifications
from models.tables.imports import BoardImport
from models.tables.jobs import DONE, FAILED, Job
from models.tables.people import Officer
from models.tables.staging import StagedEntry
from models.tables.subcentres import AttachedCentre, AttachedDraft
from tests.exchange.test_board_imports import agreed, send
from tests.exchange.test_importing import CENTRE, ENTRY, NOW, RESULT, apply, csv_of, look, with_
from tests.visitor import OWN_PAGE


@pytest.fixture(scope="module")
def many():
    """entries.csv of more than 2 MB, 22,000 rows."""
    return csv_of("entries", *(
        with_(ENTRY, candidate_number=f"{number:04}", candidate_name=f"Candidate Number {number}", uci=f"U{number}",
              syllabus_code=f"{code:04}", syllabus_title=f"A subject with a long title {code}")
        for number in range(1000, 6500) for code in range(4)))


def send_large(board, data):
    """Like `send` for entries; the test client leaves a large file of its own open."""
    parts = {"csrf_token": board.csrf, "kind": "entries"}
    head = "".join(f'--edge\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
                   for name, value in parts.items())
    file = '--edge\r\nContent-Disposition: form-data; name="file"; filename="june.csv"\r\n\r\n'
    body = (head + file).encode() + data + b"\r\n--edge--\r\n"
    return board._open("POST", "/board/imports", board.htmx, headers=OWN_PAGE,
                       input_stream=io.BytesIO(body), content_length=len(body),
                     content_type="multipart/form-data; boundary=edge")


@pytest.fixture
def worked(app):
    """`worked()`: the newest job, carried out."""
    def carry_out():
        job = Job.select().order_by(Job.id.desc()).get()
        with app.app_context():
            running.run(job.id)
        return Job.get_by_id(job.id)

    return carry_out


def test_a_large_file_is_read_and_applied_in_the_background(cast, visit, many, worked):
    board = visit(cast.board)

    sent = send_large(board, many)
    being_read = board.get(sent.location, htmx=False).text
    read = worked()
    waits = (StagedEntry.select().count(), Entry.select().count() > 20_000)
    address, fields = agreed(board, sent.location)
    began = board.post(address, fields).status
    being_applied = board.get(sent.location).text
    at_work = board.post(address, fields).status
    done = worked()

    assert ("Being read" in being_read, read.state, "Being applied" in being_applied) == (True, DONE, True)
    assert (waits, began, at_work) == ((22_000, False), 303, 409)
    assert (done.state, done.done, done.total) == (DONE, 22_000, 22_000)
    assert (Candidate.select().where(Candidate.number >= "1000").count(), StagedEntry.select().count()) == (5500, 0)
    assert [event.what for event in AuditEvent.select().order_by(AuditEvent.id)][-3:] == [
        "sent entries to be looked at", "began to apply entries", "imported entries"]
    assert "Applied" in board.get(sent.location).text
    assert AuditEvent.select().where(AuditEvent.what == "imported entries").count() == 1


def test_in_the_background_too_only_what_was_seen_is_applied(cast, plain, many, worked):
    board = plain(cast.board)
    sent = send_large(board, many)
    worked()
    address, fields = agreed(board, sent.location)
    board.post(address, fields)
    apply("entries", csv_of("entries", with_(
        ENTRY, candidate_number="1000", candidate_name="Candidate Number 1000", uci="U1000", syllabus_code="0001",
        syllabus_title="Another title")))

    failed = worked()
    again = board.get(sent.location)

    assert (failed.state, failed.error) == (
        FAILED, "Somebody changed the data since you looked. Look again, then apply.")
    assert failed.error in again.text
    assert "Another title" in again.text
    assert board.post(address, fields).status == 409
    assert board.post(address, again.fields(again.one("form", action=address))).status == 303
    assert worked().state == DONE


def test_a_large_file_that_cannot_be_read_is_told_on_its_page(cast, plain, many, worked):
    board = plain(cast.board)

    sent = send_large(board, many + b'\n"never closed')
    failed = worked()

    assert failed.state == FAILED
    assert "Line 22002: its quotation marks do not fit." in board.get(sent.location).text
    assert Entry.select().count() < 20


def test_after_the_release_the_page_shows_both_values_to_everybody_of_the_board(cast, plain):
    zoe = cast.candidates["XA101"][0]
    cast.result(zoe, "0580", "E", 41)
    cast.result(zoe, "9709", "D", 55)
    Release.update(released_at=cast.now - timedelta(hours=1)).where(Release.qualification == "IGCSE").execute()
    Officer.update(reads_unreleased=False).where(Officer.id == cast.board.id).execute()
    board = plain(cast.board)
    rows = [with_(RESULT, grade="C", percentage_uniform_mark="63"),
            ["June 2026", "XA101", "0001", "A Level", "9709", "AX", "B", "", "", "77"]]

    page = board.get(send(board, "results", csv_of("results", *rows)).location)

    assert "XA101 0001 IGCSE 0580: E 41 → C 63" in page.text
    assert "XA101 0001 A Level 9709" in page.text
    assert ("D 55" in page.text, "B 77" in page.text) == (False, False)


def test_the_kept_difference_holds_no_grade(cast, plain):
    cast.result(cast.candidates["XA101"][0], "0580", "E", 41)
    board = plain(cast.board)

    send(board, "results", csv_of("results", with_(RESULT, percentage_uniform_mark="93")))

    kept = BoardImport.get()
    assert (kept.counts["changed"], kept.counts["unreleased"]) == (0, 1)
    assert not any(value in f"{kept.read} {kept.found}" for value in ("A*", "93", "41", "'E'"))


def test_what_is_much_is_counted_and_its_beginning_shown(cast, plain):
    board = plain(cast.board)
    people = [with_(ENTRY, candidate_number=f"{number}", uci=f"U{number}") for number in range(1000, 1300)]

    page = board.get(send(board, "entries", csv_of("entries", *people)).location)

    assert page.text.count("June 2026 XA101 1") == 200
    assert "and 100 more" in page.text
    assert BoardImport.get().counts["new"] == 300


def test_unmatched_and_refused_are_told_apart(cast):
    difference = look("results", csv_of(
        "results", with_(RESULT, syllabus_code="9999"), with_(RESULT, option_code="BX"), RESULT, RESULT))

    assert (difference.counts["unmatched"], difference.counts["refused"]) == (2, 2)
    assert [line for line, _said in difference.complaints] == [2, 3, 4, 5]


def test_the_list_of_qualifications_is_as_if_counted_one_by_one(cast):
    rows = [with_(ENTRY, status="withdrawn"),
            with_(ENTRY, qualification="O Level", syllabus_code="4024"),
            with_(ENTRY, candidate_number="0050", uci="U50", qualification="A Level"),
            with_(ENTRY, candidate_number="0050", uci="U50", qualification="A new one", syllabus_code="1"),
            with_(ENTRY, candidate_number="0051", uci="U51", status="withdrawn")]

    apply("entries", csv_of("entries", *rows))

    counted = [c.qualifications for c in Candidate.select().order_by(Candidate.id)]
    recount_qualifications([c.id for c in Candidate.select()])
    assert counted == [c.qualifications for c in Candidate.select().order_by(Candidate.id)]
    assert counted[-2:] == ["A Level|A new one", ""]
    assert "A Level|O Level" in counted


def test_more_qualifications_than_a_candidate_can_hold_are_refused(cast):
    rows = [with_(ENTRY, qualification=f"A rather unusual qualification no {n}") for n in range(9)]

    with pytest.raises(Refused, match="too many different qualifications: 11"):
        apply("entries", csv_of("entries", *rows))

    assert (StagedEntry.select().count(), BoardImport.select().count()) == (0, 0)


def test_a_uci_of_two_candidates_is_nobodys(cast):
    rows = [with_(ENTRY, candidate_number=number) for number in ("0070", "0071")]

    difference = look("entries", csv_of("entries", *rows))

    assert [(line, str(said)) for line, said in difference.refused] == [
        (2, "0070 has the UCI XA101260001, and so has another candidate in this file."),
        (3, "0071 has the UCI XA101260001, and so has another candidate in this file.")]


def test_a_second_import_is_refused_while_one_is_being_applied(app, cast, plain, monkeypatch, tmp_path):
    board = plain(cast.board)
    address, fields = agreed(board, send(board, "results", csv_of("results", RESULT)).location)
    monkeypatch.setattr(importing, "PATIENCE", 0)
    path = tmp_path / "results.csv"
    path.write_bytes(csv_of("results", RESULT))

    from concurrent.futures import ThreadPoolExecutor
    with ThreadPoolExecutor(1) as other:
        busy = alone("imports")
        other.submit(busy.__enter__).result()
        page = board.post(address, fields)
        command = app.test_cli_runner().invoke(args=["import", "results", str(path)])
        other.submit(busy.__exit__, None, None, None).result()
        other.submit(_close).result()
    after = board.post(address, page.fields(page.one("form", action=address)))

    assert (page.status, "Another import is being applied." in page.text) == (422, True)
    assert (command.exit_code, "Another import is being applied." in command.output) == (1, True)
    assert (after.status, Result.select().count()) == (303, 1)


def _close():
    importing.database.close()


def test_what_nobody_applies_is_forgotten_after_a_week(cast, plain):
    board = plain(cast.board)
    for _time in range(2):
        send(board, "results", csv_of("results", RESULT))
    old = BoardImport.select().order_by(BoardImport.id).get()
    BoardImport.update(sent_at=NOW - timedelta(days=8)).where(BoardImport.id == old.id).execute()
    BoardImport.update(sent_at=NOW).where(BoardImport.id != old.id).execute()

    importing.forget_old(NOW)

    assert [kept.id for kept in BoardImport.select()] == [old.id + 1]
    assert [row.board_import for row in StagedResult.select()] == [old.id + 1]


def test_a_file_whose_rows_are_gone_is_to_be_sent_again(cast, plain):
    board = plain(cast.board)
    address, fields = agreed(board, send(board, "results", csv_of("results", RESULT)).location)
    StagedResult.delete().execute()

    assert board.post(address, fields).status == 422 or Result.select().count() == 0
    assert Result.select().count() == 0


def test_a_moved_centre_leaves_no_draft_behind(cast, plain):
    cast.give_access(cast.karachi)
    AttachedDraft.create(officer=cast.associates_officer, associate=cast.associate, series=cast.june, row="XA101",
                         typed={"delay": "5"}, changed_at=cast.now)
    AttachedDraft.create(officer=cast.associates_officer, associate=cast.associate, series=cast.june, row="XA102",
                         typed={"delay": "5"}, changed_at=cast.now)

    difference = apply("centres", csv_of("centres", ["XA101", "Hilltop School", "centre", "", "Somewhere",
                                                     "Asia/Karachi", "exams@xa101.example"]))

    assert [str(said) for _line, said in difference.warnings] == [
        "XA101 keeps the delay (0 minutes) and the contact of its Associate in June 2026."]
    assert [draft.row for draft in AttachedDraft.select()] == ["XA102"]


def test_a_centre_without_candidates_keeps_what_its_associate_had_decided(cast):
    cast.give_access(cast.karachi, delay=90)
    Candidate.delete().where(Candidate.centre == cast.karachi).execute()

    apply("centres", csv_of("centres", ["XA101", "Hilltop School", "centre", "", "Somewhere", "Asia/Karachi",
                                        "exams@xa101.example"], CENTRE))

    row = AttachedCentre.get(AttachedCentre.centre == Centre.get(Centre.number == "XA101"))
    assert (row.delay, row.detached_from_id) == (90, cast.associate.id)


def test_a_file_object_is_read_in_steps_and_left_open(cast):
    file = io.BytesIO(csv_of("entries", ENTRY))

    importing.run("entries", file, None, NOW, dry_run=True)

    assert not file.closed


def test_what_no_longer_fits_is_refused_though_it_did_when_it_was_looked_at(cast, plain):
    board = plain(cast.board)
    address, fields = agreed(board, send(board, "results", csv_of("results", RESULT)).location)
    Entry.update(status="withdrawn").where(Entry.candidate == cast.candidates["XA101"][0]).execute()

    page = board.post(address, fields)

    assert (page.status, Result.select().count()) == (422, 0)
    assert "Line 2: The entry June 2026 XA101 0001 IGCSE 0580 is withdrawn." in page.text
    assert not page.all("form", action=address)


def test_a_reading_that_was_interrupted_is_begun_anew(cast):
    kept = importing.receive("results", "r.csv", cast.board, NOW)
    data = csv_of("results", RESULT)

    found = [importing.read(kept, data, NOW).counts["unreleased"] for _time in range(2)]

    assert (found, StagedResult.select().count()) == ([1, 1], 1)


def test_what_has_been_applied_is_not_applied_again_from_rows_that_were_left(cast):
    kept = importing.receive("results", "r.csv", cast.board, NOW)
    importing.read(kept, csv_of("results", RESULT), NOW)
    BoardImport.update(applied_at=NOW).execute()

    with pytest.raises(Refused, match="applied already"):
        importing.publish(kept, cast.board, NOW)

    assert (Result.select().count(), AuditEvent.select().count()) == (0, 0)
