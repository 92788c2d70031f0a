"""The candidate's own statement of results as a PDF, with what is out and nothing else."""
import io
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.serialization import Encoding
from flask import Response, current_app, g
from flask_babel import get_locale
from flask_babel import gettext as _

from documents import words
from documents.engine import Container, Signing
from documents.pages import MARK
from documents.statements import Result, Statement, StatementLayout, write_statements
from models.acts import statements
from models.rules import grades, statement_codes
from models.rules.candidate_sheet import OUT
from models.rules.languages import LANGUAGES
from models.rules.statement_codes import Line
from models.signing import signer
from views.hypermedia import say
from views.languages import as_they_stood

NO_MARK = "–"


def statement_pdf(sheet, now):
    """The answer with the PDF of a `candidate_sheet.Sheet` of which something is out."""
    out = io.BytesIO()
    write_statements([_statement(sheet, now)], out, statement_layout(now, g.language, sheet.time_zone))
    name = f"{sheet.centre_number}-{sheet.candidate_number}-{sheet.series_code}.pdf"
    return Response(out.getvalue(), mimetype="application/pdf",
                    headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _statement(sheet, now):
    awards = [(part.qualification, award) for part in sheet.in_state(OUT) for award in part.awards]
    lines = [Line(qualification, award.syllabus_code, award.title, award.grade, award.second_grade,
                  award.endorsement, award.pum) for qualification, award in awards if award.grade]
    message, = statements.issue((sheet.centre_number, sheet.centre_name), sheet.series_code,
                                [(sheet.candidate_number, sheet.candidate_name, lines)], now, check_address())
    return Statement(
        centre_number=sheet.centre_number, centre_name=sheet.centre_name,
        candidate_number=sheet.candidate_number, candidate_name=sheet.candidate_name,
        series=words.series(sheet.series_name, g.language),
        results=tuple(result_line(qualification, award) for qualification, award in awards),
        notes=tuple(notes_of(sheet.contact, awards)), contact=sheet.contact[1:],
        code=statement_codes.code_of(sheet.username, sheet.candidate_name, lines),
        as_of=as_they_stood(now, sheet.time_zone), message=message)


def result_line(qualification, award):
    grade = grades.award_text(award.grade, award.second_grade) if award.grade else _("Not available yet")
    mark = NO_MARK if award.pum is None else str(award.pum)
    return Result(qualification, award.syllabus_code, award.title, grade, mark)


def notes_of(contact, awards):
    """At most six: endorsements, the four words, whom to ask. `awards`: (qualification, award) pairs."""
    spoken = [f"{award.syllabus_code}: {say(grades.spoken(award.endorsement))}"
              for _qualification, award in awards if award.endorsement]
    if spoken:
        yield _("Speaking endorsement, by syllabus: %(levels)s", levels=LANGUAGES[str(get_locale())].comma.join(spoken))
    codes = [code for _qualification, award in awards for code in (award.grade, award.second_grade) if code]
    for word, sentence in grades.explanations(*codes, instead=grades.ON_PAPER).items():
        yield f"{word}: {say(sentence)}"
    yield _("Questions: %(who)s", who=contact.name or _("the exams officer of your centre"))


def check_address():
    """Where anybody can check a statement."""
    site = urlsplit(current_app.config["SITE_ADDRESS"])
    return f"{site.scheme}://{site.netloc}/verify"


def statement_layout(now, language, zone):
    """The StatementLayout of this board, with its own templates and mark if it has some. `zone`: of the reader."""
    config, address = current_app.config, check_address()
    signing, signed_by = None, ""
    if certified := signer.certified:
        when = f"{words.short(now, zone, language)} ({words.clock(zone, language)})"
        signed_by = _("Signed by %(board)s on %(time)s: provisional until certificates are issued.",
                      board=certified.name, time=when)
        if certified.is_demonstration:
            signed_by = f"{signed_by} {_('Demonstration: not a real statement.')}"
        signing = Signing(_container(certified), certified.name, _("Provisional results"),
                          _("Signature of %(board)s", board=certified.name), now)
    return StatementLayout(
        language=language, board_name=config["BOARD_NAME"], printed_at=now, signing=signing, signed_by=signed_by,
        verify_address=address.split("://")[1], verify_url=address,
        templates=Path(config["SLIP_TEMPLATES"]) if config["SLIP_TEMPLATES"] else None,
        logo=Path(config["SLIP_LOGO"] or MARK))


@lru_cache(maxsize=2)
def _container(certified):
    return Container([one.public_bytes(Encoding.DER) for one in certified.chain], signer.der)
