import contextlib
import io
import logging
from dataclasses import replace

import pikepdf
import pypdfium2
import pytest

from documents.slips import SHEETS, Layout, write_slips
from documents.text import Unprintable
from models.rules.languages import LANGUAGES
from tests.documents.paper import (
    LAYOUT,
    SLIP,
    codes,
    drawn_by_xhtml2pdf,
    named,
    printed,
    spoken,
    text,
    text_by_pypdf,
    visibly_different,
)

EVERYTHING = (
    "Confidential Examination results information", "Login slip · Confidential and personal",
    "Northern Examinations Board", "XA101 · Harbour View School", "0007", "Zoë Ångström", "June 2026",
    "results.example/results", "XA101-0007-J26", "497R-CH3Y-3MKM-G3NV",
    "A Level", "Tue 11 Aug 2026, 10:00 (Asia/Karachi)", "IGCSE", "Tue 18 Aug 2026, 10:00 (Asia/Karachi)",
    "How to sign in", "If it does not work", "Ms Amina Rahman", "+92 21 555 0100", "exams@harbourview.example",
    "Slip 1, printed 1 July 2026, 09:00 UTC")
MISPRINTED = {  # without the first word of the Arabic sentence, which is one glyph
    "en": "The name cannot be printed here as it is written.",
    "ar": "يمكن طباعة الاسم هنا كما هو مكتوب.",
    "es": "Aquí no se puede imprimir el nombre tal como se escribe.",
    "fr": "Le nom ne peut pas être imprimé ici tel qu’il s’écrit.",
    "zh": "此处无法按原样打印姓名。",
}
LAYOUTS = [Layout(per_page=per_page, paper=paper, language=language, tagged=tagged, board_name="Board")
           for per_page in SHEETS for paper in ("A4", "Letter") for language in LANGUAGES
           for tagged in (True, False)]


@pytest.mark.parametrize("per_page", SHEETS)
def test_a_slip_says_everything_a_candidate_needs(per_page):
    pdf = printed(SLIP, layout=replace(LAYOUT, per_page=per_page))

    assert [words for words in EVERYTHING if words not in text(pdf)] == []
    assert [words for words in EVERYTHING if words not in text_by_pypdf(pdf)] == []


@pytest.mark.parametrize("name", [
    "Zoë Ångström", "Łukasz Żółć-Dąbrowski", "Nguyễn Thị Phượng Ánh", "Çağrı Şahinoğlu", "Þórður Ægisson",
    "Ελένη Παπαδοπούλου", "Юлія Ґалаґан", "D’Arcy O'Neill-Smith", "Đặng Ỷ Lan", "Dvořáková, Jiřina",
])
def test_a_copied_name_is_the_name_that_was_typed(name):
    pdf = printed(named(name))

    assert name in text(pdf)
    assert name in text_by_pypdf(pdf)


def test_a_stamped_page_is_what_xhtml2pdf_draws():
    assert visibly_different(printed(SLIP), drawn_by_xhtml2pdf(SLIP)) == 0


def test_the_comparison_would_see_one_wrong_letter():
    assert visibly_different(printed(named("Zoé Ångström")), drawn_by_xhtml2pdf(SLIP)) > 0


def test_a_phone_reads_the_address_and_no_secret():
    assert codes(printed(SLIP)) == ["https://results.example/results/"]


def test_the_code_that_signs_in_keeps_the_secret_behind_the_hash():
    pdf = printed(SLIP, layout=replace(LAYOUT, sign_in_code=True))

    assert codes(pdf) == ["https://results.example/results/#u=XA101-0007-J26&p=497RCH3Y3MKMG3NV"]


@pytest.mark.parametrize("per_page", SHEETS)
def test_site_and_contact_can_be_tapped(per_page):
    document = pikepdf.open(io.BytesIO(printed(SLIP, layout=replace(LAYOUT, per_page=per_page))))

    links = [note for note in document.pages[0].Annots if note.Subtype == "/Link"]

    assert [(str(link.A.URI), str(link.Contents)) for link in links] == [
        (LAYOUT.site_url, "results.example/results"), ("tel:+92215550100", "+92 21 555 0100"),
        ("mailto:exams@harbourview.example", "exams@harbourview.example")]
    parents = document.Root.StructTreeRoot.ParentTree.Nums
    assert all(parents[2 * int(link.StructParent) + 1].S == "/Link" for link in links)


def test_the_slip_of_a_dead_login_says_so_and_shows_no_password():
    pdf = printed(replace(SLIP, dead=True), layout=replace(LAYOUT, sign_in_code=True))

    assert "This login does not work any more." in text(pdf)
    assert "497R" not in text(pdf)
    assert codes(pdf) == ["https://results.example/results/"]


def test_a_release_that_is_not_known_yet_is_said():
    assert "The time is not fixed yet." in text(printed(replace(SLIP, releases=())))


def test_every_candidate_has_a_page_in_order():
    slips = [replace(SLIP, candidate_number=f"{number:04}", username=f"XA101-{number:04}-J26",
                     releases=SLIP.releases[:number % 3], contact=SLIP.contact[:1 + number % 3],
                     dead=number % 7 == 0) for number in range(1, 24)]

    pdf = printed(*slips)

    assert len(pypdfium2.PdfDocument(pdf)) == 23
    for page, slip in enumerate(slips):
        words = text(pdf, page)
        assert slip.username in words
        assert [line in words for line in SLIP.contact] == [line in slip.contact for line in SLIP.contact]
        assert (slip.password in words) == (not slip.dead)


def test_four_slips_of_different_shapes_share_a_sheet_and_the_last_sheet_is_not_full():
    slips = [replace(SLIP, candidate_number=f"{number:04}", dead=number == 2) for number in range(1, 7)]

    pdf = printed(*slips, layout=replace(LAYOUT, per_page=4))

    assert [[f"{number:04}" in text(pdf, page) for number in range(1, 7)] for page in (0, 1)] == [
        [True] * 4 + [False] * 2, [False] * 4 + [True] * 2]
    assert text(pdf, 0).count("This login does not work any more.") == 1


def test_the_cover_lists_the_candidates_before_the_first_slip():
    slips = [replace(SLIP, candidate_number=f"{number:04}", candidate_name=f"Candidate {number}")
             for number in range(1, 36)]

    pdf = printed(*slips, layout=replace(LAYOUT, cover=True))

    assert len(pypdfium2.PdfDocument(pdf)) == 37
    first, second = text(pdf, 0), text(pdf, 1)
    assert [words in first for words in ("Slips handed out", "Sheet 1 of 2", "0030 Candidate 30")] == [True] * 3
    assert [words in second for words in ("Slips handed out", "Sheet 2 of 2", "0035 Candidate 35")] == [True] * 3
    assert "0031" not in first
    assert "XA101-0007-J26" in text(pdf, 2)
    assert "497R" not in text(pdf, 0)
    assert spoken(pdf)[0] == ("H1", "Slips handed out")


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
def test_the_fullest_slip_fits_every_layout_and_the_file_is_sound(layout):
    slip = replace(SLIP, releases=(SLIP.releases * 3), contact=(*SLIP.contact, "12 Harbour Road, Karachi"))

    misprinted = replace(slip, candidate_name="王燚", centre_name="W" * 200)

    pdf = printed(slip, replace(slip, dead=True), replace(slip, releases=()), misprinted, layout=layout)

    document = pikepdf.open(io.BytesIO(pdf))
    assert document.check_pdf_syntax() == []
    assert sum(text(pdf, page).count("XA101-0007-J26") for page in range(len(document.pages))) == 4
    assert MISPRINTED[layout.language] in text(pdf, len(document.pages) - 1)
    size = tuple(map(round, map(float, document.pages[0].MediaBox[2:])))
    assert size == {"A4": (595, 842), "Letter": (612, 792)}[layout.paper]
    assert "497R-CH3Y-3MKM-G3NV" in text(pdf)


def test_the_same_slips_give_the_same_bytes_whatever_was_printed_before():
    first = printed(SLIP, named("Łukasz"))
    printed(named("Ελένη Παππά"), layout=replace(LAYOUT, per_page=4))

    assert printed(SLIP, named("Łukasz")) == first
    assert printed(SLIP, named("Lukasz")) != first


def test_a_protected_file_opens_with_its_password_only():
    pdf = printed(SLIP, password="harbour 7")

    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(io.BytesIO(pdf))
    opened = pikepdf.open(io.BytesIO(pdf), password="harbour 7")
    assert (opened.encryption.R, opened.encryption.bits) == (6, 256)        # AES-256 of PDF 2.0
    assert opened.check_pdf_syntax() == []
    assert b"497R" not in pdf


def test_pages_are_written_while_the_slips_are_still_coming():
    written, out = [], io.BytesIO()

    def coming():
        for number in range(1, 600):
            written.append(out.tell())
            yield replace(SLIP, candidate_number=f"{number:04}")

    told = []
    pages = write_slips(coming(), out, LAYOUT, progress=told.append)

    assert pages == 599
    assert told == list(range(1, 600))
    assert written[500] > written[250] > written[100] > 0


# -- what a screen reader hears


def test_a_screen_reader_hears_the_page_in_the_order_of_the_page():
    heard = spoken(printed(SLIP))

    assert heard[2] == ("H1", "Confidential Examination results information")
    assert [words for kind, words in heard if kind == "H2"] == [
        "Your login", "When you can see your results", "How to sign in", "If it does not work", "Your contact"]
    assert heard[heard.index(("P", "Password")) + 1] == ("P", "497R-CH3Y-3MKM-G3NV")
    assert heard[heard.index(("TH", "A Level")) + 1] == ("TD", "Tue 11 Aug 2026, 10:00 (Asia/Karachi)")
    assert ("Figure", "QR code with the address of the results site") in heard
    assert sorted(EVERYTHING) == sorted(words for _, words in heard if words in EVERYTHING)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_document_says_its_language_and_its_title(language):
    document = pikepdf.open(io.BytesIO(printed(SLIP, layout=replace(LAYOUT, language=language))))

    assert str(document.Root.Lang) == language
    assert str(document.docinfo.Title) == {"en": "Confidential Examination results information",
                                           "ar": "معلومات سرية عن نتائج الامتحانات"}[language]
    assert document.Root.MarkInfo.Marked is True


def test_only_the_glyphs_that_are_used_are_embedded():
    document = pikepdf.open(io.BytesIO(printed(SLIP)))
    fonts = [font.DescendantFonts[0] for font in document.pages[0].Resources.Font.values()]

    assert len(fonts) == 3
    assert all(len(font.FontDescriptor.FontFile2.read_raw_bytes()) < 25_000 for font in fonts)
    assert all(str(font.BaseFont)[7] == "+" for font in fonts)


# -- hostile and unlucky values


@pytest.mark.parametrize("name", ["<b>Bobby</b> & <img src=/etc/passwd>", "{{ slip.password }}", "=1+1",
                                  "%(name)s", "<pdf:nextpage>", "(Tj) \\ ET", "&amp;", "-- '; DROP"])
def test_markup_in_a_name_is_printed_as_it_was_typed(name):
    pdf = printed(named(name))

    assert name in text(pdf)
    assert len(pypdfium2.PdfDocument(pdf)) == 1


@pytest.mark.parametrize(("name", "seen"), [
    ("王燚", "王"), ("𠮷田 花子", "田 花子"), ("ᏣᎳᎩᏱ ᎤᏪᏘᎠᏂᎦᏚᏩ", "–"), ("Ann 𓀀", "Ann"), ("Zoë 😀\u0301 Lee", "Zoë Lee"),
    ("Ann\u202egro.live", "Anngro.live"), ("Ann\u2066", "Ann"), ("Ann\x00", "Ann"), ("\ud800", "–")], ids=ascii)
@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("per_page", SHEETS)
def test_a_name_that_no_font_can_print_prints_the_letters_that_one_can_and_says_so(name, seen, language, per_page):
    pdf = printed(named(name), SLIP, layout=replace(LAYOUT, per_page=per_page, language=language))

    words = text(pdf)
    assert [part in words for part in (seen, MISPRINTED[language], "0007", "497R-CH3Y-3MKM-G3NV")] == [True] * 4
    assert [char for char in name if char in words and char not in f"{seen} "] == []
    assert " ".join(text(pdf, page) for page in range(len(pypdfium2.PdfDocument(pdf)))).count(MISPRINTED[language]) == 1


def test_a_screen_reader_hears_that_the_name_is_another_right_after_it():
    heard = spoken(printed(named("Ann 𓀀")))

    assert heard[heard.index(("P", "0007")) + 1] == ("P", MISPRINTED["en"])


@pytest.mark.parametrize("name", ["", "  ", "Ann\nLee"])
def test_a_name_of_blanks_holds_nothing_up(name):
    assert " ".join(name.split()) or "–" in text(printed(named(name)))


def test_a_contact_that_cannot_be_printed_is_refused_with_the_candidate_named():
    with pytest.raises(Unprintable, match=r"The slip of XA101 0007 cannot be printed: .+\."):
        printed(replace(SLIP, contact=("Ms Amina 😀",)))


def test_nothing_to_print_is_refused():
    with pytest.raises(Unprintable, match="no slip"):
        printed()


LONG_NAMES = (
    "Maximiliana Wilhelmina Wolkenstein-Mondragon von und zu Wassermannsdorf-Hohenau",
    "Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewissenhaftschaferswess",
    "Maria Leopoldina Fernanda de Albuquerque e Castro Vasconcelos de Sousa Mascarenhas Bragança",
    ("Maria Leopoldina de Albuquerque Vasconcelos Mascarenhas " * 4)[:200], "W" * 80, " ".join("Wm" * 27))


@pytest.mark.parametrize("name", LONG_NAMES)
@pytest.mark.parametrize("per_page", SHEETS)
def test_a_name_of_up_to_two_hundred_letters_stays_in_its_room_on_one_page(name, per_page):
    pdf = printed(named(name), layout=replace(LAYOUT, per_page=per_page))

    page = pypdfium2.PdfDocument(pdf)[0]
    assert len(pypdfium2.PdfDocument(pdf)) == 1
    assert name.replace(" ", "") in text_by_pypdf(pdf).replace(" ", "")
    assert MISPRINTED["en"] not in text(pdf)
    assert _right_end(page, "W" if "W" in name else "M") < page.get_width() - 7 / 25.4 * 72


@pytest.mark.parametrize("releases", [2, 6])
@pytest.mark.parametrize("layout", [layout for layout in LAYOUTS if layout.tagged and layout.language == "en"], ids=str)
def test_the_widest_name_is_whole(layout, releases):
    words = text(printed(replace(named("W" * 200), releases=(SLIP.releases * 3)[:releases]), layout=layout))

    assert ("W" * 200 in words.replace(" ", ""), "…" in words, MISPRINTED["en"] in words) == (True, False, False)


def test_what_is_longer_than_any_name_is_cut_and_said_to_be():
    pdf = printed(replace(SLIP, candidate_name="x" * 10_000, centre_name="Escola " * 500))

    assert (text(pdf).count("x") < 250, MISPRINTED["en"] in text(pdf)) == (True, True)


def test_the_cover_lists_the_letters_that_can_be_printed():
    slips = (named("王燚"), replace(named("ᏣᎳᎩ"), candidate_number="0008", centre_name="W" * 200))

    assert [words in text(printed(*slips, layout=replace(LAYOUT, cover=True))) for words in ("0007 王", "0008 –")] == [
        True, True]


def _right_end(page, letter: str) -> float:
    words = page.get_textpage()
    boxes = (words.get_charbox(at) for at in range(words.count_chars())
             if words.get_text_range(at, 1) == letter)
    return max(right for _, _, right, _ in boxes)


def test_no_secret_reaches_a_log(caplog, tmp_path):
    (tmp_path / "one.html").write_text("<html><body><p>{{ slip.candidate_name|upper }} {{ slip.password }}</p>"
                                       "<p style='color: nonsense(1)'>x</p></body></html>")
    caplog.set_level(logging.DEBUG)
    printed(SLIP)
    with contextlib.suppress(Unprintable):
        printed(SLIP, layout=replace(LAYOUT, templates=tmp_path))

    assert [record for record in caplog.records if "497R" in record.getMessage()] == []


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_slips_of_one_sheet_keep_to_their_own_parts(paper):
    """Each between its cut lines: the texts of two slips, read within their halves of the page."""
    pdf = printed(named("First Person"), named("Second Person"), layout=replace(LAYOUT, per_page=2, paper=paper))

    page = pypdfium2.PdfDocument(pdf)[0]
    width, height = page.get_size()
    halves = [page.get_textpage().get_text_bounded(0, bottom, width, bottom + height / 2) for bottom in (height / 2, 0)]
    assert [("First Person" in half, "Second Person" in half) for half in halves] == [(True, False), (False, True)]
    assert [half.count("How to sign in") for half in halves] == [1, 1]


def test_a_template_that_is_larger_than_its_part_is_refused(tmp_path):
    (tmp_path / "four.html").write_text(
        '<html><head><style>{% include "_style.css" %} @page { size: 595pt 842pt; margin: 10mm }</style></head><body>'
        "<p>{{ slip.candidate_name }}</p></body></html>")

    with pytest.raises(Unprintable, match="larger than its part of the sheet"):
        printed(SLIP, layout=replace(LAYOUT, per_page=4, templates=tmp_path))
