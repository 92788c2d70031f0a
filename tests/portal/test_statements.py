"""A centre's statements, broadsheet and tables: what is out, and nothing else."""
import csv
import io
import re
import zipfile
from datetime import timedelta

import pikepdf
import pytest

from models.tables.exams import Entry, Release
from models.tables.statements import IssuedStatement
from tests.slips.test_confirm import pdf_text

AT = "/centres/XA101/results/june-2026/files"


@pytest.fixture
def marked(cast):
    """Both qualifications have results; A Level is out, IGCSE is not."""
    cast.result(cast.candidates["XA101"][0], "9709", "A*", 94)
    cast.result(cast.candidates["XA101"][0], "0580", "G", 21)
    cast.result(cast.candidates["XA101"][1], "0580", "F", 33)
    Release.update(released_at=cast.now - timedelta(hours=1)).where(Release.qualification == "A Level").execute()


def test_before_any_release_there_is_nothing_to_print(cast, visit):
    cast.result(cast.candidates["XA101"][0], "9709", "A*", 94)

    answers = [visit(cast.karachi_officer).post(AT, {"kind": kind}) for kind in (
        "statements", "broadsheet", "by-syllabus", "zip")]

    assert [(a.status, "No result of this series is out yet." in a.text) for a in answers] == [(422, True)] * 4


def test_statements_hold_what_is_out_and_can_be_checked(cast, app, plain, marked):
    pages = pdf_text(plain(cast.karachi_officer).post(AT, {"kind": "statements"}).body)

    assert len(pages) == 1
    assert "Zoë Ångström" in pages[0]
    assert ("A*(a*)" in pages[0], "0580" in pages[0]) == (True, False)
    assert "rovisional" in pages[0]
    code = next(word for word in pages[0].split() if word.startswith("XA101-0001-J26-"))
    checked = plain(None).post("/verify", {"code": code}, csrf=False).text
    assert "Zoë Ångström" in checked
    assert "A* (a*)" in checked


def test_each_statement_of_a_zip_is_signed_and_has_the_number_of_the_printed_one(cast, plain, marked):
    Release.update(released_at=cast.now - timedelta(hours=1)).execute()
    officer = plain(cast.karachi_officer)

    printed = " ".join(pdf_text(officer.post(AT, {"kind": "statements"}).body))
    answer = officer.post(AT, {"kind": "zip"})

    archive = zipfile.ZipFile(io.BytesIO(answer.body))
    assert archive.namelist() == ["XA101-0001.pdf", "XA101-0002.pdf"]
    numbers = {"-".join(re.findall("....", row.number)) for row in IssuedStatement.select()}
    assert len(numbers) == 2
    for name in archive.namelist():
        pdf = archive.read(name)
        assert pdf.count(b"/ByteRange") == 1
        assert sum(number in " ".join(pdf_text(pdf)) for number in numbers) == 1
    assert all(number in printed for number in numbers)


def test_a_withdrawn_entry_stands_on_no_statement(cast, plain, marked):
    """Its result would be on the paper and not in what is signed."""
    Release.update(released_at=cast.now - timedelta(hours=1)).execute()
    Entry.update(status="withdrawn").where(Entry.syllabus_code == "9709").execute()

    assert "9709" not in " ".join(pdf_text(plain(cast.karachi_officer).post(AT, {"kind": "statements"}).body))


def test_a_broadsheet_lists_the_candidates(cast, plain, marked):
    Release.update(released_at=cast.now - timedelta(hours=1)).execute()

    data = plain(cast.karachi_officer).post(AT, {"kind": "broadsheet"}).body

    text = " ".join(pdf_text(data))
    assert all(word in text for word in ("Zoë Ångström", "Łukasz Żak", "0580", "9709"))
    assert len(pikepdf.open(io.BytesIO(data)).pages) == 1


def test_results_by_syllabus_hold_what_is_out_with_title_and_count(cast, plain, marked):
    page = plain(cast.karachi_officer).get("/centres/XA101/results")
    assert 'value="by-syllabus"' in page.html

    answer = plain(cast.karachi_officer).post(AT, {"kind": "by-syllabus"})

    text = " ".join(" ".join(pdf_text(answer.body)).split())
    assert "by-syllabus-XA101-june-2026.pdf" in answer.headers["Content-Disposition"]
    assert re.search(r"9709 [\w ]+ · A Level · Results: 1 Grade Results Candidates A\*\(a\*\) 1 0001 Zoë Ångström",
                     text)
    assert "0580" not in text


def test_the_table_holds_what_is_out_alone_as_the_boards_file_has_it(cast, plain, marked):
    answer = plain(cast.karachi_officer).post(AT, {"kind": "csv"})

    rows = list(csv.DictReader(io.StringIO(answer.body.decode("utf-8-sig"))))
    assert [(r["candidate_number"], r["syllabus_code"], r["grade"], r["percentage_uniform_mark"]) for r in rows] == [
        ("0001", "9709", "A*", "94")]
    assert (rows[0]["series"], rows[0]["printed"]) == ("June 2026", "A*(a*)")
    assert plain(cast.karachi_officer).post(AT, {"kind": "xlsx"}).body.startswith(b"PK")


def test_the_template_check_has_a_command(app, cast):
    done = app.test_cli_runner().invoke(args=["template-check"])

    assert (done.exit_code, "Every slip can be stamped." in done.output) == (0, True)
