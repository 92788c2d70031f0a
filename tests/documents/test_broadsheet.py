"""A centre's two broadsheets, read back from the paper."""
import io
import re
from collections import Counter
from dataclasses import replace

import pikepdf
import pypdf
import pypdfium2
import pytest

from documents.broadsheet import write_broadsheet, write_by_syllabus
from documents.statements import Result, Statement, StatementLayout
from documents.text import Unprintable
from tests.documents.paper import spoken, text

TITLES = "Mathematics", "Biology", "First Language Spanish", "Information and Communication Technology"
SYLLABUSES = [("IGCSE", f"{410 + number * 11:04}", f"{TITLES[number % 4]} {number}") for number in range(28)] + [
    ("A Level", f"{9601 + number * 13}", f"{TITLES[number % 4]} {number}") for number in range(28)]
GRADES = "A*(a*)", "A(a)", "B(b)", "NO RESULT", "UNGRADED"
ONE = Statement("XA101", "Harbour View School", "0007", "Zoë Ångström", "June 2026",
                (Result("IGCSE", "0580", "Mathematics", "A*(a*)", "94"),
                 Result("IGCSE", "0610", "Biology", "B(b)", "74"),
                 Result("A Level", "9709", "Mathematics", "B(b)", "78")), (), "7H3K-9PQR-4TVW",
                "Results as they stood on Tue 18 Aug 2026, 10:00 (Pakistan Time)")


def candidate(number: int, syllabuses, name: str = "") -> Statement:
    results = (Result(*syllabus, GRADES[(number + at) % 5], "–") for at, syllabus in enumerate(syllabuses))
    return replace(ONE, candidate_number=f"{number:04}", candidate_name=name or f"Maximiliana Wolkenstein {number}",
                   results=tuple(results))


SCHOOL = [candidate(number, [SYLLABUSES[(number * 17 + at * 7) % 56] for at in range(4 + number % 5)])
          for number in range(1, 400)]


def paper(write, *statements: Statement, **layout) -> bytes:
    out = io.BytesIO()
    pages = write(statements, out, StatementLayout(**layout))
    assert pages == len(pypdfium2.PdfDocument(out.getvalue()))
    return out.getvalue()


def sheets(pdf: bytes) -> list[str]:
    return [text(pdf, page) for page in range(len(pypdfium2.PdfDocument(pdf)))]


def cells(pdf: bytes) -> list[tuple[str, str]]:
    return [(kind, words) for kind, words in spoken(pdf) if kind in ("TH", "TD", "H2")]


def legend(pdf: bytes) -> list[tuple[str, str]]:
    heard = [words for _, words in cells(pdf)]
    heard = heard[heard.index("Syllabuses") + 7:]
    return list(zip(heard[::2], heard[1::2], strict=True))


def smallest(pdf: bytes) -> float:
    """The size in points of the smallest letters that are shown."""
    return min(float(operands[1]) for page in pikepdf.open(io.BytesIO(pdf)).pages
               for operands, operator in pikepdf.parse_content_stream(page) if str(operator) == "Tf")


def ink(pdf: bytes) -> list[tuple[int, int, int, int]]:
    """Where letters, lines and tints of each sheet lie, in points."""
    pages = (page.render(scale=1).to_pil().convert("L") for page in pypdfium2.PdfDocument(pdf))
    return [page.point(lambda grey: 255 * (grey < 250)).getbbox() for page in pages]


@pytest.fixture(scope="module")
def by_candidate() -> bytes:
    return paper(write_broadsheet, *SCHOOL)


@pytest.fixture(scope="module")
def by_syllabus() -> bytes:
    return paper(write_by_syllabus, *SCHOOL)


def test_a_large_centre_has_at_most_twenty_numbered_sheets_with_its_name_on_each(by_candidate, by_syllabus):
    for pdf in (by_candidate, by_syllabus):
        pages = sheets(pdf)

        assert 10 <= len(pages) <= 20
        assert [re.findall(r"Sheet \d+ of \d+", page) for page in pages] == [
            [f"Sheet {number} of {len(pages)}"] for number in range(1, len(pages) + 1)]
        for said in ("XA101 · Harbour View School", "June 2026 · ", ONE.as_of, "provisional until certificates"):
            assert all(said in page for page in pages)


def test_every_candidate_stands_once_with_each_grade_beside_its_code(by_candidate):
    heard = cells(by_candidate)
    rows = {number: (name, results) for (kind, number), (_, name), (_, results) in zip(heard, heard[1:], heard[2:],
            strict=False) if kind == "TH" and re.fullmatch(r"0\d{3}", number) and "Wolkenstein" in name}

    assert len(rows) == 399
    assert Counter(re.findall(r"Wolkenstein (\d+)", " ".join(sheets(by_candidate)))) == {
        str(number): 1 for number in range(1, 400)}
    for one in SCHOOL:
        name, results = rows[one.candidate_number]
        said = [part.split(": ")[-1] for part in re.split(r" · |   ?(?=A Level:|IGCSE:)| (?=A Level:|IGCSE:)", results)]
        assert name == one.candidate_name
        assert sorted(said) == sorted(f"{result.syllabus} {result.grade}" for result in one.results)


def test_the_legend_names_every_syllabus_on_one_sheet(by_candidate):
    assert ["Syllabuses" in page for page in sheets(by_candidate)] == [False] * (len(sheets(by_candidate)) - 1) + [True]
    assert sorted(legend(by_candidate)) == [(code, f"{title} · {kind}") for kind, code, title in SYLLABUSES]


def test_what_is_sat_is_grouped_by_qualification_where_there_are_several():
    assert "0007 Zoë Ångström A Level: 9709 B(b) IGCSE: 0580 A*(a*) · 0610 B(b)" in text(paper(write_broadsheet, ONE))
    assert "0007 Zoë Ångström 0580 A*(a*) · 0610 B(b)" in text(
        paper(write_broadsheet, replace(ONE, results=ONE.results[:2])))


def test_a_small_centre_has_its_legend_below_on_the_same_sheet():
    page, = sheets(paper(write_broadsheet, ONE))

    assert page.endswith("0580 Mathematics · IGCSE 0610 Biology · IGCSE 9709 Mathematics · A Level")
    assert "Sheet 1 of 1" in page


def test_by_syllabus_each_result_is_counted_and_stands_with_its_grade_the_best_first(by_syllabus):
    found, grades, shown, grade = {}, {}, [], ""
    for kind, words in cells(by_syllabus):
        if kind == "H2":
            code, title = words.split(" ", 1)
        elif kind == "TH" and words in GRADES:
            grade = words
            shown.append((code, grade))
        elif kind == "TD" and words.isdigit():
            grades[code, grade] = int(words)
        elif kind == "TD":
            for number in re.findall(r"(0\d{3}) Maximiliana", words):
                found.setdefault((code, title, grade), []).append(number)

    expected = {}
    totals = Counter(result.syllabus for one in SCHOOL for result in one.results)
    for one in SCHOOL:
        for result in one.results:
            title = f"{result.title} · {result.qualification} · Results: {totals[result.syllabus]}"
            expected.setdefault((result.syllabus, title, result.grade), []).append(one.candidate_number)
    assert found == expected
    assert grades == {(code, grade): len(numbers) for (code, _, grade), numbers in expected.items()}
    order = ("A*(a*)", "A(a)", "B(b)", "UNGRADED", "NO RESULT")
    assert list(dict.fromkeys(shown)) == sorted(set(shown), key=lambda pair: (pair[0], order.index(pair[1])))


def test_a_screen_reader_hears_one_table_a_sheet_with_headings_of_columns_and_rows():
    pdf = paper(write_broadsheet, *SCHOOL[:39], candidate(40, SYLLABUSES[:30]))
    document = pikepdf.open(io.BytesIO(pdf))
    elements = [element for element in document.objects
                if isinstance(element, pikepdf.Dictionary) and element.get("/Type") == "/StructElem"]

    scopes = Counter(str(element.A.Scope) for element in elements if element.S == "/TH")
    rows = [len(element.K) for element in elements if element.S == "/Table"]
    assert scopes == {"/Column": 3 + 3 + 6, "/Row": 40 + 57}   # the last of the legend is empty
    assert (len(rows), sum(rows)) == (3, 2 + 40 + 1 + 19)
    assert [kind for kind, _ in cells(pdf)[:6]] == ["TH", "TH", "TH", "TH", "TD", "TD"]


@pytest.mark.parametrize("write", [write_broadsheet, write_by_syllabus])
@pytest.mark.parametrize(("name", "seen"), [
    ("محمد عبد الرحمن", "محمد"), ("王小明", "王小明"), ("김민준", "김민준"), ("अनुष्का शर्मा", "अनुष्का शर्मा"),
    ("ᏣᎳᎩ", "–"), ("W" * 200, "WWWWWW"), ("Maria das Dores " * 12 + "Silva", "Silva")], ids=ascii)
def test_a_name_of_any_script_and_length_is_printed_in_letters_that_can_be_read(write, name, seen):
    pdf = paper(write, replace(ONE, candidate_name=name, centre_name=f"Escola {name}"[:200]))

    words, heard = text(pdf), " ".join(words for _, words in spoken(pdf))
    assert seen in words
    assert all(part in heard for part in ("0007", "0580", "A*(a*)", "Escola"))
    assert smallest(pdf) >= 7
    if name.startswith("W"):
        assert words.count("W") >= 380          # all of both, where a page would cut or shrink them


def test_names_from_right_to_left_stand_beside_their_own_numbers():
    """Without a mark after it, the first name would be written on the other side of the second one's number."""
    names = "محمد", "أحمد"
    pdf = paper(write_by_syllabus, *(replace(ONE, candidate_number=f"000{at}", candidate_name=name,
                                             results=ONE.results[:1]) for at, name in enumerate(names)))
    page = pypdfium2.PdfDocument(pdf)[0].get_textpage()
    whole = page.get_text_range()
    places = {said: page.get_charbox(whole.index(said))[0] for said in ("0000", "0001", "م", "أ")}

    assert sorted(places, key=places.get) == ["0000", "م", "0001", "أ"]


@pytest.mark.parametrize("size", ["A4", "Letter"])
@pytest.mark.parametrize("write", [write_broadsheet, write_by_syllabus])
def test_many_entries_and_long_titles_stay_on_the_paper_in_letters_that_can_be_read(write, size):
    long = tuple(Result("IGCSE", f"{number:04}", f"{number} " + "Environmental Management " * 4 + "of Landscapes",
                        "TO BE ISSUED", "–") for number in range(100, 130))
    pdf = paper(write, *SCHOOL[:25], replace(ONE, results=long), *SCHOOL[25:50], paper=size)
    document = pypdfium2.PdfDocument(pdf)

    words = " ".join(words for _, words in spoken(pdf))
    assert all(result.title in words for result in long)
    assert words.count("TO BE ISSUED") == 30
    assert smallest(pdf) >= 7
    assert pikepdf.open(io.BytesIO(pdf)).check_pdf_syntax() == []
    for page, (left, top, right, bottom) in zip(document, ink(pdf), strict=True):
        width, height = page.get_size()
        assert 20 < left < right < width - 20
        assert 20 < top < bottom < height - 20


def test_what_one_candidate_has_is_not_parted_between_sheets():
    pdf = paper(write_broadsheet, *(candidate(number, SYLLABUSES[:30]) for number in range(1, 100)))

    assert len(sheets(pdf)) > 6
    assert "…" not in " ".join(sheets(pdf))


def test_a_list_longer_than_a_sheet_goes_on_under_its_grade():
    everyone = [replace(candidate(number, SYLLABUSES[:1]), results=ONE.results[:1]) for number in range(1, 400)]

    pdf = paper(write_by_syllabus, *everyone)

    assert len(sheets(pdf)) > 1
    assert all("0580 Mathematics · IGCSE · Results: 399" in page for page in sheets(pdf))
    heard = [words for _, words in cells(pdf)]
    assert (heard.count("399"), heard.count("…")) == (1, len(sheets(pdf)) - 1)
    page = pypdfium2.PdfDocument(pdf)[0].get_textpage()
    lefts = [page.get_charbox(found.start())[0] for found in re.finditer(r"\d{4} Max", page.get_text_range())]
    assert lefts[0] == pytest.approx(min(lefts), abs=0.3)       # its first line begins where the others do
    assert Counter(re.findall(r"Wolkenstein (\d+)", " ".join(sheets(pdf)))) == {str(n): 1 for n in range(1, 400)}


@pytest.mark.parametrize("write", [write_broadsheet, write_by_syllabus])
def test_the_same_results_give_the_same_bytes_and_other_readers_agree(write):
    pdf = paper(write, *SCHOOL[:3])

    assert pdf == paper(write, *SCHOOL[:3])
    words = " ".join(pypdf.PdfReader(io.BytesIO(pdf)).pages[0].extract_text().split())
    assert all(one.candidate_name in words for one in SCHOOL[:3])


@pytest.mark.parametrize("write", [write_broadsheet, write_by_syllabus])
def test_nothing_to_print_is_refused(write):
    with pytest.raises(Unprintable, match="no results"):
        paper(write)
