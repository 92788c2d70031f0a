"""A slip is as readable four to a page as alone: its letters, its code, its words."""
import io
from dataclasses import replace
from datetime import UTC, datetime

import pikepdf
import pypdfium2
import pytest
import segno
import zxingcpp
from PIL import Image, ImageChops

from documents import papers, words
from documents.slips import SHEETS
from models.rules.languages import LANGUAGES
from models.tables.exams import Centre
from settings import NAMES
from tests.documents.paper import LAYOUT, SLIP, named, picture, printed, spoken, text

LAYOUTS = [replace(LAYOUT, per_page=per_page, paper=paper, language=language)
           for per_page in SHEETS for paper in ("A4", "Letter") for language in LANGUAGES]
QUALIFICATIONS = ("International A Level", "IGCSE (9-1)", "AS Level", "O Level", "Global Perspectives Diploma", "IPQ")
LONG = replace(
    SLIP, candidate_name="Maximiliana Wolkenstein-Mondragon-Featherstonehaugh",
    centre_name="Harbour View International School and Sixth Form College",
    contact=("Ms Amina Rahman-Featherstonehaugh", "+92 21 555 0100 (school office)",
             "examinations.office@harbourview-international.example", "12 Harbour Road, Karachi"))
MODULES = 4                                     # of white around a code (ISO/IEC 18004)


def saying(language, releases, contact, slip=LONG):
    """A slip with so many release times, as that language says them, and contact lines."""
    times = (words.with_place(datetime(2026, 8, 11 + day, 5, tzinfo=UTC), "Asia/Karachi", language) for day in range(9))
    return replace(slip, releases=tuple(zip(QUALIFICATIONS[:releases], times, strict=False)),
                   contact=slip.contact[:contact])


def sizes(pdf):
    """The sizes in points of all letters of a file."""
    return {float(operands[1]) for page in pikepdf.open(io.BytesIO(pdf)).pages
            for operands, operator in pikepdf.parse_content_stream(page) if str(operator) == "Tf"}


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
def test_no_letter_is_below_seven_points_whatever_a_slip_has_to_say(layout):
    shapes = [(0, 1), (2, 3), (5, 3), (6, 4)]

    pdf = printed(*(saying(layout.language, *shape) for shape in shapes), layout=layout)

    assert min(sizes(pdf)) >= 7
    said = " ".join(text(pdf, page) for page in range(len(pypdfium2.PdfDocument(pdf))))
    assert said.count("497R-CH3Y-3MKM-G3NV") == len(shapes)
    assert said.count("harbourview-international.example") == len([1 for _, contact in shapes if contact > 2])


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_five_releases_a_long_name_and_a_long_contact_are_four_to_a_page(paper):
    pdf = printed(*[saying("en", 5, 3)] * 4, layout=replace(LAYOUT, per_page=4, paper=paper))

    assert len(pypdfium2.PdfDocument(pdf)) == 1


def test_a_slip_that_a_quarter_cannot_show_has_half_a_sheet_or_all_of_it():
    long_contact = replace(SLIP, contact=("Examinations Office, " * 5,))
    slips = [SLIP, SLIP, named("W" * 80), named("W" * 200), SLIP, long_contact, long_contact]

    pdf = printed(*slips, layout=replace(LAYOUT, per_page=4))

    pages = [text(pdf, page).count("XA101-0007-J26") for page in range(len(pypdfium2.PdfDocument(pdf)))]
    assert pages == [2, 1, 1, 1, 2]


@pytest.mark.parametrize("layout", LAYOUTS + [replace(layout, sign_in_code=True) for layout in LAYOUTS[::5]], ids=str)
def test_every_code_is_read_from_a_picture_of_100_dots_an_inch_and_keeps_its_white_frame(layout):
    slips = [saying(layout.language, 1 + number, 3, SLIP) for number in range(4)]

    pdf = printed(*slips, layout=layout)

    pages = [picture(pdf, page, 100 / 72) for page in range(len(pypdfium2.PdfDocument(pdf)))]
    read = [code.text for page in pages for code in zxingcpp.read_barcodes(page)]
    secret = "#u=XA101-0007-J26&p=497RCH3Y3MKMG3NV" if layout.sign_in_code else ""
    assert read == [f"https://results.example/results/{secret}"] * 4
    for number in range(len(pages)):
        _white_around_the_codes(picture(pdf, number, 300 / 72))


def _white_around_the_codes(page):
    """Of a page at 300 dots an inch: each code's frame has no grey of the box around it, and no black."""
    for code in zxingcpp.read_barcodes(page):
        left, top, right, bottom = (code.position.top_left.x, code.position.top_left.y,
                                    code.position.bottom_right.x, code.position.bottom_right.y)
        module = (right - left) / segno.make(code.text, error="m", micro=False).symbol_size(border=0)[0]
        frame, near = round(MODULES * module), round(module / 2)
        around = page.crop((left - frame + near, top - frame + near, right + frame - near, bottom + frame - near))
        around.paste(255, (frame - 2 * near, frame - 2 * near, around.width - frame + 2 * near,
                           around.height - frame + 2 * near))
        assert around.getextrema() == (255, 255)


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
@pytest.mark.parametrize("slip", [SLIP, replace(SLIP, releases=()), replace(SLIP, dead=True), named("王燚𓀀")],
                         ids=["plain", "no times", "dead", "misprinted"])
def test_nothing_but_values_is_said_as_an_english_paper_says_it(language, slip):
    layout = replace(LAYOUT, cover=True, printed_text="1")

    english, other = ({said for _, said in spoken(printed(slip, layout=replace(layout, language=code)))}
                      for code in ("en", language))

    assert {said for said in english & other if len(said) > 1} <= {
        "Northern Examinations Board", "Zoë Ångström", "王", "0007", "XA101 · Harbour View School", "June 2026",
        LAYOUT.site_address, slip.username, slip.password, *slip.contact, *sum(slip.releases, ()),
        "Signature"}                            # a French word, too


def test_a_slip_says_when_it_was_printed_on_its_centres_own_clock():
    centre = Centre(number="XA101", time_zone="Asia/Karachi", language="ar")

    own, chosen = (papers.layout_of(NAMES, centre, datetime(2026, 7, 1, 21, tzinfo=UTC), language)
                   for language in (None, "en"))

    assert (own.language, own.printed_text) == ("ar", "الخميس، 2 يوليو 2026، 02:00 (توقيت باكستان)")
    assert (chosen.language, chosen.printed_text) == ("en", "Thu 2 Jul 2026, 02:00 in Karachi")


@pytest.mark.parametrize("per_page", SHEETS)
def test_a_slip_carries_the_boards_mark(per_page):
    page = pypdfium2.PdfDocument(printed(SLIP, layout=replace(LAYOUT, per_page=per_page)))[0].render(scale=4).to_pil()

    without_yellow = ImageChops.difference(page.convert("RGB"), Image.new("RGB", page.size, (255, 201, 60)))
    left, top, right, bottom = without_yellow.convert("L").point(lambda grey: 0 if grey else 255).getbbox()
    assert abs((right - left) - (bottom - top)) <= 2            # as square as it is drawn
    assert right - left > 4 / 25.4 * 72 * 4                     # four millimetres
