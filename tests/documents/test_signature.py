"""The signature in the PDF, judged by two programs that are not ours: pyHanko and poppler."""
import io
import logging
import random
import subprocess
import zlib
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pikepdf
import pytest
from asn1crypto import cms
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from documents.engine import Container, Signing
from documents.pages import TEMPLATES
from documents.statements import Result, Statement, StatementLayout, write_statements
from models.rules.statement_codes import Line
from models.rules.statement_messages import message
from models.signing import Signer, made_for_demonstration
from tests.documents.paper import codes, spoken, text

AT = datetime(2026, 8, 12, 8, tzinfo=UTC)
SENTENCE = "Signed by Meridian on Wed 12 Aug 2026, 13:00: provisional until certificates are issued."
UNREADABLE = (PdfError, ValueError, LookupError, TypeError, AttributeError, RecursionError, OSError, zlib.error)
logging.getLogger("pyhanko").setLevel(logging.CRITICAL)


@pytest.fixture(scope="module")
def pem():
    return made_for_demonstration("Meridian", datetime.now(UTC))


@pytest.fixture(scope="module")
def signing(pem):
    own = Signer()
    own.load(pem, pem, "portal", datetime.now(UTC))
    container = Container([one.public_bytes(Encoding.DER) for one in own.certified.chain], own.der)
    return Signing(container, "Meridian", "Provisional results", "Signature of Meridian", AT)


def statement(count=3, name="Zoë Ångström", number="0007"):
    lines = [Line("IGCSE", f"{500 + at:04}", f"Subject {at}", "A*", "", "", 94) for at in range(count)]
    one = message(f"XA101-{number}-J26", ("XA101", "Harbour View School"), (number, name), "June 2026", lines, AT,
                  "https://results.meridian.example/verify")
    results = tuple(Result(line.qualification, line.syllabus_code, line.title, "A*(a*)", "94") for line in lines)
    return Statement("XA101", "Harbour View School", number, name, "June 2026", results, ("Questions: Ms Rahman",) * 6,
                     "XA101-0007-J26-2345-6789-BCDF-GHJK-LMNP-QR", "Results as they stood on Wed 12 Aug 2026",
                     ("+92 21 555 0100", "exams@school.example"), one)


def made(signing, *statements, **layout):
    out = io.BytesIO()
    write_statements(statements, out, StatementLayout(
        board_name="Meridian", printed_at=AT, signing=signing, signed_by=SENTENCE, **layout))
    return out.getvalue()


def judged(pdf, pem):
    """pyHanko's judgement, the demonstration root being trusted."""
    root = list(load_certs_from_pemder_data(pem[pem.rindex("-----BEGIN"):].encode()))
    signature = PdfFileReader(io.BytesIO(pdf)).embedded_signatures[0]
    trusted = ValidationContext(trust_roots=root, allow_fetching=False)
    with ThreadPoolExecutor(1) as apart:  # pyHanko begins an event loop, and a browser's may be running here
        return apart.submit(validate_pdf_signature, signature, trusted).result()


@pytest.mark.parametrize("tagged", [True, False])
@pytest.mark.parametrize("paper", ["A4", "Letter"])
@pytest.mark.parametrize("language", ["en", "ar", "zh"])
def test_two_programs_find_it_valid(app, signing, pem, tmp_path, language, paper, tagged):
    pdf = made(signing, statement(14), language=language, paper=paper, tagged=tagged)
    (file := tmp_path / "statement.pdf").write_bytes(pdf)

    status = judged(pdf, pem)
    said = subprocess.run(["pdfsig", "-nocert", file], capture_output=True, text=True, check=False).stdout

    assert (status.valid, status.intact, status.trusted, status.docmdp_ok) == (True,) * 4
    assert status.coverage is SignatureCoverageLevel.ENTIRE_FILE
    assert status.modification_level is ModificationLevel.NONE
    assert "Signature is Valid" in said
    assert "Total document signed" in said
    assert pikepdf.open(io.BytesIO(pdf)).check_pdf_syntax() == []


def test_the_container_has_what_pades_asks_for_and_no_time(app, signing):
    info = cms.ContentInfo.load(signing.container.signed(b"d" * 32))["content"]["signer_infos"][0]

    assert [attribute["type"].native for attribute in info["signed_attrs"]] == [
        "content_type", "message_digest", "signing_certificate_v2"]
    assert info["signature_algorithm"].signature_algo == "ecdsa"


def test_no_altered_byte_is_accepted(app, signing, pem):
    """But the letter case of the signature's own hexadecimal digits, which mean the same."""
    pdf, draw, accepted = made(signing, statement()), random.Random(3), []
    start, end = pdf.index(b"/Contents<") + 10, pdf.index(b">", pdf.index(b"/Contents<"))
    for at in draw.sample([at for at in range(len(pdf)) if not start <= at < end], 300):
        altered = pdf[:at] + bytes([pdf[at] ^ 1 << draw.randrange(8)]) + pdf[at + 1:]
        try:
            status = judged(altered, pem)
        except UNREADABLE:
            continue
        if status.valid and status.intact and status.coverage is SignatureCoverageLevel.ENTIRE_FILE:
            accepted.append(at)

    assert accepted == []


def test_nothing_that_is_appended_is_accepted(app, signing, pem):
    from pyhanko.pdf_utils.generic import pdf_name, pdf_string
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(io.BytesIO(made(signing, statement())))
    writer.root[pdf_name("/Note")] = pdf_string("altered")
    writer.update_root()
    out = io.BytesIO()
    writer.write(out)

    status = judged(out.getvalue(), pem)

    assert not (status.coverage is SignatureCoverageLevel.ENTIRE_FILE and status.docmdp_ok)
    assert not status.bottom_line


def test_equal_input_gives_equal_bytes(app, signing):
    assert made(signing, statement()) == made(signing, statement())


def test_its_place_is_seen_and_named(app, signing):
    document = pikepdf.open(io.BytesIO(made(signing, statement())))

    widget = next(note for note in document.pages[0].Annots if note.Subtype == "/Widget")
    left, low, right, high = map(float, widget.Rect)
    assert right - left > 100
    assert high - low > 5
    assert str(widget.TU) == "Signature of Meridian"
    assert document.Root.StructTreeRoot.ParentTree.Nums[2 * int(widget.StructParent) + 1].S == "/Form"
    assert SENTENCE in text(made(signing, statement()))
    assert SENTENCE in [said for _tag, said in spoken(made(signing, statement()))]


def test_what_leads_somewhere_can_be_tapped(app, signing):
    document = pikepdf.open(io.BytesIO(made(signing, statement())))

    links = [note for note in document.pages[0].Annots if note.Subtype == "/Link"]
    assert [str(link.A.URI) for link in links] == ["tel:+92215550100", "mailto:exams@school.example",
                                                   "https://results.example/verify"]
    for link in links:
        assert float(link.Rect[2]) > float(link.Rect[0])
        assert str(link.Contents)


def test_it_says_which_standard_it_keeps(app, signing):
    document = pikepdf.open(io.BytesIO(made(signing, statement())))

    with document.open_metadata() as metadata:
        assert metadata["{http://www.aiim.org/pdfua/ns/id/}part"] == "1"
        assert metadata["dc:title"] == "Statement of results"
        assert str(metadata["dc:language"]) in ("['en']", "{'en'}", "en")
    assert document.pages[0].Tabs == "/S"
    plain = pikepdf.open(io.BytesIO(made(signing, statement(), tagged=False)))
    assert b"pdfuaid:part" not in plain.Root.Metadata.read_bytes()


@pytest.mark.parametrize("paper", ["A4", "Letter"])
@pytest.mark.parametrize(("count", "sheets"), [(3, 1), (8, 1), (12, 1), (14, None), (20, 2)])
@pytest.mark.parametrize("name", ["Zoë Ångström", "محمد بن عبد الله", "欧阳娜娜"])
def test_the_code_is_read_from_a_scan(app, signing, paper, count, sheets, name):
    """The helper reads at 216 dpi; `test_at_150_dpi` reads coarser."""
    one = statement(count, name)

    pdf = made(signing, one, paper=paper)

    found = codes(pdf)
    assert found[0] == one.message.address
    assert sheets is None or len(pikepdf.open(io.BytesIO(pdf)).pages) == sheets


@pytest.mark.parametrize("paper", ["A4", "Letter"])
@pytest.mark.parametrize("count", [3, 8, 12])
def test_the_code_is_read_at_150_dpi(app, signing, paper, count):
    import pypdfium2
    import zxingcpp

    one = statement(count)
    page = pypdfium2.PdfDocument(made(signing, one, paper=paper))[0]

    picture = page.render(scale=150 / 72).to_pil()

    assert [code.text for code in zxingcpp.read_barcodes(picture)] == [one.message.address]


def test_many_are_signed_once_as_a_whole(app, signing, pem):
    people = [statement(3, f"Candidate {number}", f"{number:04}") for number in range(1, 40)]

    pdf = made(signing, *people)

    assert len(pikepdf.open(io.BytesIO(pdf)).pages) == 39
    assert pdf.count(b"/ByteRange") == 1
    document = pikepdf.open(io.BytesIO(pdf))
    noted = [sum(note.Subtype == "/Widget" for note in page.get("/Annots", [])) for page in document.pages]
    assert noted == [1] + [0] * 38
    assert len(document.Root.AcroForm.Fields) == 1
    assert judged(pdf, pem).bottom_line


def test_a_board_with_an_older_template_goes_on_printing_the_short_code(app, tmp_path):
    """Its place is too small for the one that carries the results."""
    page = (TEMPLATES / "statement.html").read_text("utf-8")
    (tmp_path / "statement.html").write_text(page.replace("statement.signed_code or ", "").replace(
        "48 if statement.number else 24", "24"), "utf-8")
    one = statement(3)

    pdf = made(None, one, templates=tmp_path)

    assert codes(pdf) == [f"https://results.example/verify#code={one.code}"]
