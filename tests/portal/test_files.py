"""File Exchange: what is sent comes back byte by byte, to those it is for, and is never a page."""
import io

import pytest

from models.acts import files
from models.acts.files import sane_name
from models.database import Refused
from models.tables.audit import AuditEvent
from models.tables.files import ExchangeFile
from tests.visitor import text_of

HERE = "/centres/XA101/files"
PAGE = b"<!doctype html><script>alert(1)</script>"


def send(visitor, content=PAGE, name="marks.html", here=HERE):
    return visitor.post(here, {"file": (io.BytesIO(content), name)})


def listed(page):
    return [text_of(th) for th in page.all("th", scope="row")]


def test_what_a_centre_sends_the_board_receives_unchanged(cast, visit, app):
    officer = visit(cast.karachi_officer)
    sent = send(officer)

    board = visit(cast.board)
    address = board.get(HERE, htmx=False).links()["marks.html"]
    answer = board.get(address)

    assert (sent.status, answer.body) == (303, PAGE)
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"] == "attachment; filename=marks.html"
    assert (answer.headers["X-Content-Type-Options"], answer.headers["Cache-Control"]) == ("nosniff", "no-store")
    assert ExchangeFile.get().direction == "to-board"
    events = [(e.who, e.what, e.centre_number, e.subject) for e in AuditEvent.select().order_by(AuditEvent.id)
              if "file" in e.what]
    assert events == [("kiran@xa101.example", "sent a file to the board", "XA101", "marks.html"),
                      ("board@board.example", "downloaded a file", "XA101", "marks.html")]


def test_what_the_board_sends_the_centre_and_its_associate_receive(cast, plain):
    send(plain(cast.board), b"a note", "note.txt")

    for officer in (cast.karachi_officer, cast.associates_officer, cast.without_right):
        visitor = plain(officer)
        assert visitor.get(visitor.get(HERE).links()["note.txt"]).body == b"a note"
    assert ExchangeFile.get().direction == "from-board"
    assert AuditEvent.select().where(AuditEvent.what == "sent a file from the board").count() == 1


def test_a_strangers_file_is_not_to_be_had_under_the_own_centre(cast, plain):
    send(plain(cast.strangers_officer), here="/centres/XB201/files")
    public_id = ExchangeFile.get().public_id
    officer = plain(cast.karachi_officer)

    assert officer.get(f"{HERE}/{public_id}").status == 404
    assert officer.post(f"{HERE}/{public_id}/remove").status == 404
    assert listed(officer.get(HERE)) == []


def test_only_the_side_that_sent_it_removes_a_file(cast, plain):
    officer, board = plain(cast.karachi_officer), plain(cast.board)
    send(officer)
    public_id = ExchangeFile.get().public_id

    theirs = board.post(f"{HERE}/{public_id}/remove").status
    own = officer.post(f"{HERE}/{public_id}/remove").status

    assert (theirs, own, ExchangeFile.select().count()) == (403, 303, 0)


def test_without_the_right_there_is_no_form_and_no_sending(cast, plain):
    visitor = plain(cast.without_right)

    assert visitor.get(HERE).all("input", type="file") == []
    assert send(visitor).status == 403
    assert ExchangeFile.select().count() == 0


@pytest.mark.parametrize(("content", "name", "sentence"), [
    (b"", "empty.csv", "“empty.csv” is empty."), (b"x", "", "Choose a file."), (b"x", "../..", "Choose a file.")])
def test_what_cannot_be_sent_is_said(cast, visit, content, name, sentence):
    page = send(visit(cast.karachi_officer), content, name)

    assert (page.status, sentence in page.text) == (422, True)
    assert ExchangeFile.select().count() == 0


def test_what_is_too_large_is_refused(cast, plain, monkeypatch):
    monkeypatch.setattr(files, "LARGEST", 10)
    officer = plain(cast.karachi_officer)

    large = send(officer, b"x" * 11)
    monkeypatch.setattr(files, "MOST", 15)
    first, second = send(officer, b"x" * 10), send(officer, b"x" * 10)

    assert ("is larger than 20 MB" in large.text, first.status, "500 MB are full" in second.text) == (True, 303, True)
    assert ExchangeFile.select().count() == 1


def test_a_request_beyond_every_limit_is_refused_before_it_is_read(cast, plain):
    answer = plain(cast.karachi_officer).post(HERE, {"file": (io.BytesIO(b"x"), "x")},
                                              environ_overrides={"CONTENT_LENGTH": str(1 << 30)})

    assert answer.status == 413
    assert ExchangeFile.select().count() == 0


@pytest.mark.parametrize(("given", "kept"), [
    ("marks.csv", "marks.csv"), ("C:\\Users\\x\\marks.csv", "marks.csv"), ("../../etc/passwd", "passwd"),
    ("a\r\nSet-Cookie: x=1.csv", "aSet-Cookie x=1.csv"), ("oh\u202egnp.exe", "ohgnp.exe"), (".htaccess", "htaccess"),
    ("n" * 300 + ".csv", "n" * 116 + ".csv"), ("ﬁle\u0301.csv", "ﬁlé.csv"), ("جدول.csv", "جدول.csv"),
    ("a<b>:\"|?*.csv", "ab.csv"), ("\ud800x.csv", "x.csv")])
def test_names_lose_what_a_reader_or_a_file_system_would_trip_over(given, kept):
    assert sane_name(given) == kept


@pytest.mark.parametrize("given", ["", None, "..", "/", "\u202e", " . "])
def test_a_name_of_nothing_is_none(given):
    with pytest.raises(Refused):
        sane_name(given)


def test_a_name_in_any_script_survives_the_way_down(cast, plain):
    officer = plain(cast.karachi_officer)
    send(officer, b"x", "جدول.csv")

    answer = officer.get(officer.get(HERE).links()["جدول.csv"])

    assert "filename*=UTF-8''%D8%AC%D8%AF%D9%88%D9%84.csv" in answer.headers["Content-Disposition"]


def test_own_slips_are_a_link_away_for_those_who_manage_them(cast, plain):
    link = "Slips and logins, June 2026"

    assert plain(cast.karachi_officer).get(HERE).links()[link] == (
        "/centres/XA101/candidate-results/june-2026/credentials")
    assert link not in plain(cast.without_right).get(HERE).links()


def test_a_file_is_found_by_its_name_and_said_by_whom(cast, plain):
    officer = plain(cast.karachi_officer)
    for name in ("Räume.csv", "dates.csv"):
        officer.post(HERE, {"file": (io.BytesIO(b"1"), name)}, content_type="multipart/form-data")

    found = officer.get(f"{HERE}?q=raume")

    assert [text_of(row) for row in found.all("th", scope="row")] == ["Räume.csv"]
    assert [text_of(cell) for cell in found.all("td", data_label="Sent by")] == ["you"]
    assert [text_of(row) for row in officer.get(f"{HERE}?order=-name").all("th", scope="row")] == [
        "Räume.csv", "dates.csv"]
    assert "No file is found by ‘nothing’." in officer.get(f"{HERE}?q=nothing").text
