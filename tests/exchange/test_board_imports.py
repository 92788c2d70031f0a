"""The board's imports in the portal: what was looked at is what is applied, once."""
import io
import re
from datetime import timedelta

import pytest

from exchange import importing
from jobs import running
from models.acts import releasing
from models.rules.results import Result
from models.tables.audit import AuditEvent
from models.tables.exams import Candidate, Entry, Release
from models.tables.imports import RIGHT_FOR, BoardImport
from models.tables.jobs import Job
from models.tables.people import BOARD_RIGHTS, Officer
from tests.exchange.test_importing import CENTRE, ENTRY, RELEASE, RESULT, csv_of, with_
from tests.visitor import OWN_PAGE


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


# --- a file has the rights that its page has -----------------------------------------------------------------

FILES = {"centres": CENTRE, "entries": ENTRY, "results": RESULT, "releases": [*RELEASE[:1], "IGCSE", RELEASE[2]],
         "officers": ["new@xa101.example", "New Officer", "XA101", "sends_files"]}


def clerk(cast, **rights):
    """The board's officer with these rights of the board and no other."""
    Officer.update(dict.fromkeys(BOARD_RIGHTS, False) | rights).where(Officer.id == cast.board.id).execute()
    return cast.board


@pytest.mark.parametrize("kind", RIGHT_FOR)
def test_a_file_needs_the_right_of_its_page(cast, plain, kind):
    sent = send(plain(cast.board), kind, csv_of(kind, FILES[kind])).location
    without = plain(clerk(cast, **{right: right != RIGHT_FOR[kind] for right in BOARD_RIGHTS}))
    chosen = without.get("/board/imports").all("input", name="kind")

    answers = [send(without, kind, csv_of(kind, FILES[kind])), without.get(sent), without.post(f"{sent}/apply")]

    assert [answer.status for answer in answers] == [403, 403, 403]
    assert kind not in [radio.get("value") for radio in chosen]
    with_it = plain(clerk(cast, **{RIGHT_FOR[kind]: True}))
    assert [send(with_it, kind, csv_of(kind, FILES[kind])).status, with_it.get(sent).status] == [303, 200]


def test_who_may_send_nothing_is_told_so(cast, plain):
    page = plain(clerk(cast)).get("/board/imports")

    assert "You hold no right to send a file of the board." in page.text
    assert page.all("input", name="kind") == []


def test_a_right_that_was_taken_away_stops_the_work_in_the_background(cast, app):
    board_import = importing.receive("entries", "e.csv", cast.board, cast.now, content=csv_of("entries", ENTRY))
    job = Job.create(kind="import", officer=cast.board, wanted={"import": board_import.public_id}, created_at=cast.now)
    clerk(cast)

    with app.app_context():
        running.run(job.id)

    assert (Job.get().state, Job.get().error) == ("failed", "Whoever sent this file has no right to it any more.")


def test_a_release_by_file_is_told_and_written_down_as_on_its_page(cast, plain):
    cast.give_access(cast.karachi)
    cast.confirm(cast.karachi, cast.karachi_officer)
    cast.result(cast.candidates["XA101"][0], "0580", "A")
    before = Release.get(Release.qualification == "IGCSE").released_at
    board = plain(cast.board)
    at = cast.now - timedelta(hours=1)

    sent = send(board, "releases", csv_of("releases", ["June 2026", "IGCSE", at.isoformat()])).location
    page = board.get(sent)
    address, fields = agreed(board, sent)
    board.client.post(address, data=fields | {"csrf_token": board.csrf}, headers=OWN_PAGE)  # an event a line, and one

    effect = releasing.effect(cast.june, "IGCSE", at, False, cast.now)  # the change is made: none is left
    assert (effect.shown, effect.out_of_date) == (0, 0)
    assert re.search(r"June 2026 IGCSE: [1-9]\d* candidates see their results at once, 0 no more; [1-9]", page.text)
    event = AuditEvent.get(AuditEvent.what == "set a release")
    change = event.changes.get()
    assert (event.series_code, event.subject, change.before, change.after) == (
        "june-2026", "IGCSE", before.isoformat(), at.isoformat())


GUESSES = [("A", "85"), ("A", "86"), ("A*", "95"), ("B", "75")]


def test_a_dry_run_tells_no_grade_that_is_not_out(cast, plain):
    """The same answers, kept rows and events for a right guess, for a wrong one, and for an entry without a result."""
    cast.result(cast.candidates["XA101"][0], "0580", "A", 85)
    board = plain(clerk(cast, loads_results=True))
    seen = set()

    for grade, mark in GUESSES:
        sent = send(board, "results", csv_of("results", with_(RESULT, grade=grade, percentage_uniform_mark=mark)))
        page = board.get(sent.location)
        kept = BoardImport.select().order_by(BoardImport.id.desc()).get()
        told = page.html.replace(kept.public_id, "")
        told = re.sub(r'name="(?:seen|csrf_token)" value="[^"]*"|X-CSRFToken": "[^"]*"', "", told)
        seen.add((told, str(kept.found), str(kept.counts), str(kept.read)))

    Result.delete().execute()
    sent = send(board, "results", csv_of("results", RESULT))
    assert len(seen) == 1
    assert BoardImport.select().order_by(BoardImport.id.desc()).get().counts == kept.counts
    assert {event.what for event in AuditEvent.select()} <= {"sent results to be looked at", "signed in"}


def test_applying_tells_no_grade_either(cast, plain):
    cast.result(cast.candidates["XA101"][0], "0580", "A", 85)
    board = plain(clerk(cast, loads_results=True))

    for grade, mark in GUESSES[:2]:
        address, fields = agreed(board, send(board, "results", csv_of(
            "results", with_(RESULT, grade=grade, percentage_uniform_mark=mark))).location)
        assert board.post(address, fields).status == 303

    first, second = AuditEvent.select().where(AuditEvent.what == "imported results")
    assert [(c.field, c.after) for c in first.changes] == [(c.field, c.after) for c in second.changes]


def test_who_may_read_early_sees_the_difference_and_is_written_down(cast, plain):
    cast.result(cast.candidates["XA101"][0], "0580", "A", 85)
    board = plain(clerk(cast, loads_results=True, reads_unreleased=True))

    page = board.get(send(board, "results", csv_of("results", RESULT)).location)

    assert "A 85 → A* 95" in page.text.replace("\u2068", "")
    assert AuditEvent.select().where(AuditEvent.what == "read results before their release").count() == 1


def test_what_is_out_is_compared_for_everybody(cast, plain):
    Release.update(released_at=cast.now - timedelta(hours=1)).execute()
    cast.result(cast.candidates["XA101"][0], "0580", "A", 85)
    board = plain(clerk(cast, loads_results=True))

    same = send(board, "results", csv_of("results", with_(RESULT, grade="A", percentage_uniform_mark="85"))).location
    other = send(board, "results", csv_of("results", RESULT)).location

    assert "There is nothing new in it." in board.get(same).text
    assert "A 85 → A* 95" in board.get(other).text
