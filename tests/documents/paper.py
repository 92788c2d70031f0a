"""Reading printed pages back: their text, their picture, their codes and their structure."""
import io
from dataclasses import replace

import pikepdf
import pypdf
import pypdfium2
import zxingcpp
from PIL import ImageChops

from documents import slips as engine
from documents.engine import compiler, markup
from documents.slips import Layout, Slip, write_slips

LAYOUT = Layout(board_name="Northern Examinations Board", site_address="results.example/results",
                site_url="https://results.example/results/", printed_text="1 July 2026, 09:00 UTC")
SLIP = Slip("XA101", "Harbour View School", "0007", "Zoë Ångström", "June 2026", "XA101-0007-J26",
            "497R-CH3Y-3MKM-G3NV", (("A Level", "Tue 11 Aug 2026, 10:00 (Asia/Karachi)"),
                                    ("IGCSE", "Tue 18 Aug 2026, 10:00 (Asia/Karachi)")),
            ("Ms Amina Rahman", "+92 21 555 0100", "exams@harbourview.example"))


def printed(*slips: Slip, layout: Layout = LAYOUT, **options) -> bytes:
    out = io.BytesIO()
    write_slips(slips, out, layout, **options)
    return out.getvalue()


def named(name: str) -> Slip:
    return replace(SLIP, candidate_name=name)


def drawn_by_xhtml2pdf(slip: Slip, layout: Layout = LAYOUT) -> bytes:
    """The naive page: the same template with the values in it."""
    design = layout.slip_design(layout.per_page)
    html = design.html(compiler.with_images(engine.values_of(slip, layout)))
    return compiler.draw(markup.read(html).html(), design.roots)


def text(pdf: bytes, page: int = 0) -> str:
    """What PDFium copies from a page, on one line."""
    return " ".join(pypdfium2.PdfDocument(pdf)[page].get_textpage().get_text_bounded().split())


def text_by_pypdf(pdf: bytes, page: int = 0) -> str:
    return " ".join(pypdf.PdfReader(io.BytesIO(pdf)).pages[page].extract_text().split())


def picture(pdf: bytes, page: int = 0, scale: float = 2):
    return pypdfium2.PdfDocument(pdf)[page].render(scale=scale).to_pil().convert("L")


def visibly_different(one: bytes, other: bytes) -> int:
    """How many pixels of two first pages differ by more than the rounding of a grey value. The codes are left out:
    ours are one shape, xhtml2pdf's are rows with hairlines between them; they are read instead."""
    pictures = [picture(one), picture(other)]
    for page in pictures:
        for code in zxingcpp.read_barcodes(page):
            corners = code.position
            page.paste(255, (corners.top_left.x - 3, corners.top_left.y - 3,
                             corners.bottom_right.x + 3, corners.bottom_right.y + 3))
    return sum(ImageChops.difference(*pictures).histogram()[24:])


def codes(pdf: bytes) -> list[str]:
    return [code.text for code in zxingcpp.read_barcodes(picture(pdf, scale=3))]


def spoken(pdf: bytes) -> list[tuple[str, str]]:
    """What a screen reader goes through: each structure element that has text or says what a picture shows."""
    document = pikepdf.open(io.BytesIO(pdf))
    marked = {page.objgen: _marked(page) for page in document.pages}
    heard = []

    def walk(element):
        kids = element.get("/K", [])
        words = [marked[element.Pg.objgen].get(int(kid), "") for kid in kids if isinstance(kid, int)]
        name = str(element.S)[1:]
        if words or "/Alt" in element:
            heard.append((name, str(element.get("/Alt", "")) or " ".join(words)))
        for kid in kids:
            if not isinstance(kid, int) and "/S" in kid:
                walk(kid)

    walk(document.Root.StructTreeRoot.K)
    return heard


def _marked(page) -> dict[int, str]:
    """The text of each marked content of a page, through its fonts' own ToUnicode maps or its ActualText."""
    maps = {name: _to_unicode(font) for name, font in page.Resources.Font.items()}
    found, here, font, actual = {}, None, None, None
    for operands, operator in pikepdf.parse_content_stream(page):
        match str(operator):
            case "BDC" if "/MCID" in operands[1]:
                here = int(operands[1].MCID)
                found[here] = ""
            case "BDC":
                actual = str(operands[1].ActualText)
                found[here] += actual
            case "EMC":
                here, actual = (here, None) if actual is not None else (None, None)
            case "Tf":
                font = maps[str(operands[0])]
            case "Tj" if actual is None:
                codes = bytes(operands[0])
                found[here] += "".join(font[codes[at:at + 2]] for at in range(0, len(codes), 2))
            case "ET" if here is not None:
                found[here] += " "
    return {number: " ".join(words.split()) for number, words in found.items()}


def _to_unicode(font) -> dict[bytes, str]:
    lines = [line.split("><") for line in font.ToUnicode.read_bytes().decode().splitlines() if "><" in line]
    return {bytes.fromhex(code[1:]): bytes.fromhex(value[:-1]).decode("utf-16-be") for code, value in lines
            if len(code) == 5 and "FFFF" not in value}
