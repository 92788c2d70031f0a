"""The board's imports in the portal: what was looked at is what is applied, once."""
import io
import re

from models.rules.results import Result
from models.tables.audit import AuditEvent
from models.tables.exams import Candidate, Entry
from models.tables.imports import BoardImport
from models.tables.people import Officer
from tests.exchange.test_importing import ENTRY, RESULT, csv_of, with_


def send(person, kind, data, name="file.csv", **more):
    return person.post("/board/imports", {"kind": kind, "file": (io.BytesIO(data), name), **more})


def agreed(person, address):
    """(the form's action, its fields) of the page that shows the difference."""
    page = person.get(address, htmx=False)
    form = page.one("form", action=f"{address}/apply")
    return form.get("action"), page.fields(form)


def test_a_file_is_looked_at_agreed_to_and_applied_once(cast, visit):
    board = visit(cast.board)
    late = with_(ENTRY, candidate_number="0044", candidate_name="Late Comer", uci="U44")

    sent = send(board, "entries", csv_of("entries", ENTRY, late))
    address, fields = agreed(board, sent.location)
    answers = [board.post(address, fields).status for _time in range(4)]

    assert answers == [303, 409, 409, 409]
    assert Candidate.select().where(Candidate.number == "0044").count() == 1
    assert [event.what for event in AuditEvent.select().order_by(AuditEvent.id)][-2:] == [
        "sent entries to be looked at", "imported entries"]
    assert bytes(BoardImport.get().content) == b""
    assert "applied" in board.get("/board/imports", htmx=False).text


def test_what_changed_since_it_was_looked_at_is_shown_again_first(cast, visit):
    board = visit(cast.board)
    changed = with_(ENTRY, syllabus_title="Mathematics (core)")
    address, fields = agreed(board, send(board, "entries", csv_of("entries", changed)).location)
    Entry.update(option_code="ZZ").where(Entry.candidate == cast.candidates["XA101"][0]).execute()

    overtaken = board.post(address, fields)
    again = board.post(address, overtaken.fields(overtaken.one("form", action=address)))

    assert overtaken.status == 409
    assert "Somebody changed the data since you looked." in overtaken.text
    assert "ZZ" in overtaken.text
    assert again.status == 303
    assert Entry.select().where(Entry.option_code == "ZZ").count() == 1  # A Level, which the file does not name


def test_a_file_that_nobody_looked_at_is_not_applied(cast, visit):
    board = visit(cast.board)
    sent = send(board, "results", csv_of("results", RESULT))

    assert board.post(f"{sent.location}/apply").status == 409
    assert board.post(f"{sent.location}/apply", {"seen": "é" * 64}).status == 409
    assert Result.select().count() == 0


def test_the_page_tells_no_grade_to_those_who_may_not_read_it(cast, visit):
    cast.result(cast.candidates["XA101"][0], "0580", "E", 41)
    Officer.update(reads_unreleased=False).where(Officer.id == cast.board.id).execute()
    board = visit(cast.board)

    page = board.get(send(board, "results", csv_of("results", with_(RESULT, percentage_uniform_mark="93"))).location,
                     htmx=False)

    assert "XA101 0001 IGCSE 0580" in page.text
    assert not re.search(r"E 41|A\* 93|A\*|→", page.text)


def test_what_was_chosen_stays_when_a_file_is_refused(cast, visit):
    board = visit(cast.board)

    nothing = board.post("/board/imports", {"kind": "releases", "complete": "y"})
    picture = send(board, "entries", b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    kind = send(board, "castles", csv_of("entries", ENTRY))

    assert [answer.status for answer in (nothing, picture, kind)] == [422, 422, 422]
    assert "Choose a file." in nothing.text
    assert nothing.one("input", name="complete").get("checked") is not None
    assert [radio.get("value") for radio in nothing.all("input", name="kind") if radio.get("checked") is not None] == [
        "releases"]
    assert "neither UTF-8 nor UTF-16" in picture.text
    assert BoardImport.select().count() == 0


def test_a_file_with_an_odd_name_is_kept_under_a_sane_one(cast, visit):
    board = visit(cast.board)

    sent = send(board, "entries", csv_of("entries", ENTRY), name="../../etc/<b>\u202ex.csv")

    assert sent.status == 303
    assert BoardImport.get().name == "bx.csv"
