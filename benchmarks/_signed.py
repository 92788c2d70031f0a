"""Signed statements: what signing and the code that carries the results cost, beside pyHanko and the short code."""
import hashlib
import io
from datetime import UTC, datetime

from cryptography.hazmat.primitives.serialization import Encoding

from documents.engine import Container, Signing
from documents.statements import Result, Statement, StatementLayout, write_statements
from models.passwords import keys
from models.rules import grades
from models.rules.statement_codes import Line
from models.rules.statement_messages import message
from models.signing import made_for_demonstration, signer

MANY, PAGES = 2000, 20
NOW = datetime(2026, 8, 12, 8, tzinfo=UTC)


def measure(cpu):
    """(pyHanko's time over ours for one signature, ms and KB a page of a signed file of 2,000, ms unsigned)."""
    today = datetime.now(UTC)
    pem = made_for_demonstration("Meridian", today)
    signer.load(pem, pem, "portal", today)
    keys.load("", "p1:" + "0123456789" * 4)
    container = Container([one.public_bytes(Encoding.DER) for one in signer.certified.chain], signer.der)
    signed = StatementLayout(printed_at=NOW, signing=Signing(container, "Meridian", "Provisional", "Signature", NOW),
                             signed_by="Signed by Meridian on Wed 12 Aug 2026, 08:00 UTC.")
    alone = _made([_statement(1, with_message=True)], signed)
    ours = cpu(lambda: [container.signed(hashlib.sha256(alone).digest()) for _ in range(MANY)]) / MANY
    bare = _made([_statement(1, with_message=True)], StatementLayout(printed_at=NOW))
    theirs = cpu(lambda: [_by_pyhanko(bare, pem) for _ in range(PAGES)]) / PAGES
    sizes = []
    with_code = cpu(lambda: sizes.append(len(_made([_statement(n, True) for n in range(MANY)], signed)))) / MANY
    short = cpu(lambda: _made([_statement(n, False) for n in range(MANY)], StatementLayout(printed_at=NOW))) / MANY
    return theirs / ours, with_code * 1e3, sizes[0] / MANY / 1e3, short * 1e3


def _made(statements, layout):
    out = io.BytesIO()
    write_statements(statements, out, layout)
    return out.getvalue()


def _statement(number, with_message):
    lines = [Line("IGCSE", f"{500 + at:04}", f"Invented Subject {at}", "A*ABCD"[at % 5], "", "", 90 - at)
             for at in range(8)]
    name, centre = f"Candidate Number {number}", ("XA101", "Harbour View School")
    told = message(f"XA101-{number:04}-J26", centre, (f"{number:04}", name), "June 2026", lines, NOW,
                   "https://results.example/verify") if with_message else None
    results = tuple(Result(line.qualification, line.syllabus_code, line.title, grades.award_text(line.grade),
                           str(line.pum)) for line in lines)
    return Statement(*centre, f"{number:04}", name, "June 2026", results, ("Questions: Ms Rahman",),
                     f"XA101-{number:04}-J26-2345-6789", "Results as they stood on Wed 12 Aug 2026", (), told)


def _by_pyhanko(pdf, pem):
    from pyhanko.keys import load_certs_from_pemder_data, load_private_key_from_pemder_data
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import PdfSignatureMetadata, PdfSigner, SimpleSigner
    from pyhanko.sign.fields import SigSeedSubFilter
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    leaf, *_others = load_certs_from_pemder_data(pem[pem.index("-----BEGIN CERT"):].encode())
    key = load_private_key_from_pemder_data(pem[:pem.index("-----BEGIN CERT")].encode(), None)
    own = SimpleSigner(signing_cert=leaf, signing_key=key, cert_registry=SimpleCertificateStore())
    how = PdfSignatureMetadata(field_name="Signature", subfilter=SigSeedSubFilter.PADES)
    PdfSigner(how, own).sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)))
