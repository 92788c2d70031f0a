"""FONTS: a folder of the board's own fonts, whose letters are printed where no font here has them."""
import io

import pikepdf
import pypdfium2
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTCollection, TTFont

from app import create_app
from documents.engine import FACES, plain_face, typesetting, unprintable, use_fonts
from documents.slips import SHEETS
from settings import Unfit
from tests.cast import KEYS
from tests.documents.paper import LAYOUT, SLIP, named, picture, printed, text, text_by_pypdf

NAME, NOTE = "ᏣᎳᎩᏱ ᎤᏪᏘᎠᏂᎦᏚᏩ", "The name cannot be printed here as it is written."
EMPTY = "Ꮿ"                                     # the font says that it has this letter, and draws nothing


@pytest.fixture(autouse=True)
def none_left():
    yield
    use_fonts("")


@pytest.fixture(params=["ttf", "otf"])
def folder(request, tmp_path):
    """With one font of Cherokee letters, each a bar of another height; it also has an A, a control and an override."""
    font(tmp_path / f"Cherokee.{request.param}")
    return tmp_path


def font(path):
    letters = [*map(chr, range(0x13A0, 0x13F5)), " ", "A", "\x01", "\u202e"]
    names = {ord(letter): f"u{ord(letter):04X}" for letter in letters}
    empty = {names[ord(letter)] for letter in (EMPTY, " ")}
    heights = {name: 0 if name in empty else 200 + 15 * at for at, name in enumerate(names.values())}
    builder = FontBuilder(1000, isTTF=path.suffix == ".ttf")
    builder.setupGlyphOrder([".notdef", *heights])
    builder.setupCharacterMap(names)
    drawn = {name: bar(path.suffix, height) for name, height in {".notdef": 0, **heights}.items()}
    if path.suffix == ".ttf":
        builder.setupGlyf(drawn)
    else:
        builder.setupCFF("Cherokee", {}, drawn, {})
    builder.setupHorizontalMetrics(dict.fromkeys(drawn, (500, 50)))
    builder.setupHorizontalHeader(ascent=900, descent=-200)
    builder.setupNameTable({"familyName": "Cherokee", "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    builder.save(path)


def bar(suffix, height):
    pen = TTGlyphPen(None) if suffix == ".ttf" else T2CharStringPen(500, None)
    if height:
        pen.moveTo((50, 0))
        for corner in ((50, height), (450, height), (450, 0)):
            pen.lineTo(corner)
        pen.closePath()
    return pen.glyph() if suffix == ".ttf" else pen.getCharString()


@pytest.mark.parametrize("per_page", SHEETS)
def test_a_name_prints_once_there_is_a_font_for_it(folder, per_page):
    layout = LAYOUT if per_page == 1 else type(LAYOUT)(per_page=per_page)
    before = printed(named(NAME), layout=layout)

    use_fonts(str(folder))
    after = printed(named(NAME), layout=layout)

    assert (NAME in text(before), NOTE in text(before)) == (False, True)
    assert (NAME in text(after), NAME in text_by_pypdf(after), NOTE in text(after)) == (True, True, False)
    assert pikepdf.open(io.BytesIO(after)).check_pdf_syntax() == []
    assert letters_inked(after)


def letters_inked(pdf):
    """Whether every letter of the name is drawn: PDFium paints none of a font that it cannot read."""
    page, dots = pypdfium2.PdfDocument(pdf)[0], picture(pdf, scale=4)
    words = page.get_textpage()
    places = [words.get_charbox(at) for at in range(words.count_chars())
              if words.get_text_range(at, 1) in NAME.replace(" ", "")]
    boxes = [(left, page.get_height() - top, right, page.get_height() - bottom) for left, bottom, right, top in places]
    return len(boxes) == 12 and all(dots.crop([round(4 * edge) for edge in box]).getextrema()[0] < 128 for box in boxes)


def test_letters_that_the_built_in_fonts_have_stay_as_they_are(folder):
    before = printed(SLIP, named("Ana A"))

    use_fonts(str(folder))

    assert printed(SLIP, named("Ana A")) == before
    assert {run.face for run in typesetting.shape("A")} == {plain_face()}


def test_what_a_font_only_says_it_has_stays_unprintable(folder):
    use_fonts(str(folder))

    assert unprintable(f"{NAME}{EMPTY}\x01\u202e") == [EMPTY, "\x01", "\u202e"]


def test_a_bold_name_takes_the_bold_font_of_its_folder(tmp_path):
    for weight in ("Regular", "Bold"):
        font(tmp_path / f"Cherokee-{weight}.ttf")

    use_fonts(str(tmp_path))

    faces = [typesetting.shape(NAME, bold=bold)[0].face.path.stem for bold in (False, True)]
    assert faces == ["Cherokee-Regular", "Cherokee-Bold"]


def test_a_template_that_xhtml2pdf_lays_out_itself_has_the_font_too(tmp_path):
    font(tmp_path / "Cherokee.ttf")
    (tmp_path / "one.html").write_text('<html><head><style>{% include "_style.css" %}</style></head>'
                                       "<body><p>Dear {{ slip.candidate_name }}</p></body></html>")

    use_fonts(str(tmp_path))

    assert NAME in text(printed(named(NAME), layout=type(LAYOUT)(templates=tmp_path)))


def test_fonts_that_are_gone_again_print_nothing_more(folder):
    use_fonts(str(folder))
    count = len(FACES)
    use_fonts("")
    gone = unprintable("Ꭹ")
    use_fonts(str(folder))

    assert (gone, unprintable("Ꭹ"), len(FACES)) == (["Ꭹ"], [], count)


@pytest.mark.parametrize(("name", "content", "sentence"), [
    ("Cherokee.ttf", b"not a font at all", r"FONTS: .+/Cherokee.ttf is no font with outlines .+ that can be read\."),
    ("Cherokee.otf", b"", r"FONTS: .+/Cherokee.otf is no font with outlines .+ that can be read\."),
    ("Cherokee.woff2", b"wOF2", r"FONTS: .+ holds no \.ttf, \.otf, \.ttc file\."),
    (None, b"", r"FONTS: .+ is no folder that can be read\."),
])
def test_a_font_that_cannot_be_read_is_said_at_the_start(tmp_path, name, content, sentence):
    folder = tmp_path / "fonts"
    if name:
        folder.mkdir()
        (folder / name).write_bytes(content)

    with pytest.raises(Unfit, match=sentence):
        create_app(INSTANCE_PATH=str(tmp_path / "data"), FONTS=str(folder), **KEYS)


def test_a_collection_gives_its_first_font(tmp_path):
    font(tmp_path / "Cherokee.ttf")
    collection = TTCollection()
    collection.fonts = [TTFont(tmp_path / "Cherokee.ttf")]
    folder = tmp_path / "fonts"
    folder.mkdir()
    collection.save(folder / "Cherokee.ttc")

    use_fonts(str(folder))
    pdf = printed(named(NAME))

    assert (NAME in text(pdf), NOTE in text(pdf)) == (True, False)
    assert letters_inked(pdf)


def test_half_a_font_is_no_font(folder):
    path, = folder.iterdir()
    path.write_bytes(path.read_bytes()[:300])

    with pytest.raises(ValueError, match="that can be read"):
        use_fonts(str(folder))
