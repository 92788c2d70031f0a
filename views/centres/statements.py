"""Statements of results of a whole centre, and its broadsheets: after the release only, for its staff."""
import io
import zipfile
from itertools import groupby

from flask import Blueprint, request, url_for
from flask_login import current_user

from documents.broadsheet import write_broadsheet, write_by_syllabus
from documents.statements import Statement, write_statements
from exchange.exporting import RESULTS_HEADER, results_of
from exchange.tables import csv_bytes, xlsx_bytes
from models.acts.statements import issue
from models.database import Refused, Sentence
from models.rules import results, statement_codes, statement_messages
from models.rules.standing import standing_of
from models.tables.exams import Centre, Series
from models.tables.slips import username_of
from views.candidates.statement import check_address, notes_of, result_line, statement_layout
from views.guards import officers_only
from views.hypermedia import attachment, now, or_404
from views.languages import as_they_stood
from views.reach import centre_of, entered_series

bp = Blueprint("statements", __name__)
bp.before_request(officers_only)
PDF = "application/pdf"
KINDS = {"statements": PDF, "broadsheet": PDF, "by-syllabus": PDF, "zip": "application/zip",
         "csv": "text/csv; charset=utf-8",
         "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
SIGNED = ("statements", "zip")


@bp.post("/centres/<number>/results/<code>/files")
def make(number, code):
    """One of KINDS, of what is released at this moment."""
    centre = centre_of(number)
    series = or_404(entered_series(centre).where(Series.code == code))
    kind, at = request.form.get("kind", ""), now()
    if kind not in KINDS:
        raise Refused(Sentence("Choose which file is to be made."))
    data = (_table if kind in ("csv", "xlsx") else _paper)(kind, centre, series, at)
    results.record_download(current_user, centre, series, kind, at)
    ending = "pdf" if KINDS[kind] == PDF else kind
    return attachment(io.BytesIO(data), KINDS[kind], f"{kind}-{centre.number}-{series.code}.{ending}")


def address(centre, series):
    return url_for("statements.make", number=centre.number, code=series.code)


def _table(kind, centre, series, at):
    """The results that are out, with the columns that the board's own file has."""
    rows = results_of((Series.id == series.id) & (Centre.id == centre.id), at)
    return (csv_bytes if kind == "csv" else xlsx_bytes)(RESULTS_HEADER, rows)


def _paper(kind, centre, series, at):
    rows, contact = results.for_staff(centre, series, at), standing_of(centre, series).contact
    people = [list(mine) for _number, mine in groupby(
        (row for row in rows if row.grade and row.status == "entered"), lambda row: row.candidate_number)]
    if not people:
        raise Refused(Sentence("No result of this series is out yet."))
    messages = issue((centre.number, centre.name), series.code, [
        (mine[0].candidate_number, mine[0].candidate_name, statement_codes.visible_lines(mine)) for mine in people],
        at, check_address()) if kind in SIGNED else [None] * len(people)
    statements = [_statement(centre, series, mine, contact, at, message)
                  for mine, message in zip(people, messages, strict=True)]
    out = io.BytesIO()
    write = {"statements": write_statements, "zip": _write_singles, "broadsheet": write_broadsheet,
             "by-syllabus": write_by_syllabus}[kind]
    write(statements, out, statement_layout(at, "en", centre.time_zone))
    return out.getvalue()


def _write_singles(statements, out, layout):
    """A ZIP with a PDF each, which each keeps its signature on its way."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:  # their parts are deflated already
        for one in statements:
            single = io.BytesIO()
            write_statements([one], single, layout)
            archive.writestr(f"{one.centre_number}-{one.candidate_number}.pdf", single.getvalue())


def _statement(centre, series, rows, contact, at, message):
    rows = statement_messages.in_paper_order(rows)
    first, pairs = rows[0], [(row.qualification, row) for row in rows]
    return Statement(
        centre_number=centre.number, centre_name=centre.name, candidate_number=first.candidate_number,
        candidate_name=first.candidate_name, series=series.name,
        results=tuple(result_line(*pair) for pair in pairs), notes=tuple(notes_of(contact, pairs)),
        code=statement_codes.code_of(username_of(centre.number, first.candidate_number, series),
                                     first.candidate_name, statement_codes.visible_lines(rows)),
        contact=contact[1:], as_of=as_they_stood(at, centre.time_zone), message=message)
