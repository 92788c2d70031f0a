import io
from dataclasses import replace

import pikepdf
import pypdfium2
import pytest

from documents.statements import Result, Statement, StatementLayout, write_statements
from documents.text import Unprintable
from tests.documents.paper import codes, spoken, text

RESULTS = (Result("IGCSE", "0580", "Mathematics", "A*(a*)", "94"),
           Result("IGCSE", "0610", "Biology", "PENDING", "–"),
           Result("A Level", "9709", "Mathematics", "B(b)", "78"))
STATEMENT = Statement("XA101", "Harbour View School", "0007", "Zoë Ångström", "June 2026", RESULTS,
                      ("PENDING: this result follows later. Ask Ms Amina Rahman.",), "7H3K-9PQR-4TVW",
                      "As of 18 Aug 2026, 10:00 (Asia/Karachi)")
LAYOUT = StatementLayout(board_name="Northern Examinations Board")


def stated(*statements: Statement, layout: StatementLayout = LAYOUT) -> bytes:
    out = io.BytesIO()
    write_statements(statements, out, layout)
    return out.getvalue()


def test_a_statement_says_each_result_as_the_board_prints_it():
    words = text(stated(STATEMENT))

    for result in RESULTS:
        assert all(value in words for value in (result.syllabus, result.title, result.grade, result.mark))
    assert "Provisional results" in words
    assert "it is not the percentage of the marks that were given" in words
    assert "PENDING: this result follows later." in words
    assert "7H3K-9PQR-4TVW" in words


def test_a_phone_reads_where_the_statement_can_be_checked():
    assert codes(stated(STATEMENT)) == ["https://results.example/verify#code=7H3K-9PQR-4TVW"]


def test_a_screen_reader_hears_the_results_row_by_row():
    heard = spoken(stated(STATEMENT))
    start = heard.index(("TD", "A Level"))

    assert [words for _, words in heard[start:start + 5]] == ["A Level", "9709", "Mathematics", "B(b)", "78"]
    assert ("TH", "Grade") in heard


def test_many_results_go_on_to_a_second_sheet():
    results = tuple(replace(RESULTS[0], syllabus=f"{number:04}") for number in range(1, 18))

    pdf = stated(replace(STATEMENT, results=results))

    assert len(pypdfium2.PdfDocument(pdf)) == 2
    assert "0014" in text(pdf, 0)
    assert "0015" not in text(pdf, 0)
    assert "0017" in text(pdf, 1)
    assert "Sheet 2 of 2" in text(pdf, 1)


@pytest.mark.parametrize("layout", [StatementLayout(paper=paper, language=language)
                                    for paper in ("A4", "Letter") for language in ("en", "ar")], ids=str)
def test_the_fullest_statement_fits_every_layout(layout):
    full = replace(STATEMENT, results=(RESULTS * 5)[:14], notes=STATEMENT.notes * 6)

    pdf = stated(full, layout=layout)

    assert len(pypdfium2.PdfDocument(pdf)) == 1
    assert pikepdf.open(io.BytesIO(pdf)).check_pdf_syntax() == []
    assert "7H3K-9PQR-4TVW" in text(pdf)


@pytest.mark.parametrize(("name", "seen"), [("王燚", "王"), ("ᏣᎳᎩ", "–"), ("W" * 200, "WWWWWW")], ids=ascii)
def test_a_name_that_cannot_be_printed_holds_no_results_up(name, seen):
    words = text(stated(replace(STATEMENT, candidate_name=name, centre_name=f"Escola {name}")))

    assert all(part in words for part in (seen, "0007", "0580", "A*(a*)", "Escola"))


def test_nothing_to_state_is_refused():
    with pytest.raises(Unprintable, match="no results"):
        stated()
