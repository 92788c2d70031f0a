"""Statements of results of a whole centre, and its broadsheets: after the release only, for its staff."""
import io
from itertools import groupby

from flask import Blueprint, request, url_for
from flask_login import current_user

from documents.broadsheet import write_broadsheet, write_by_syllabus
from documents.statements import Statement, write_statements
from exchange.exporting import header_of, result_row
from exchange.tables import csv_bytes, xlsx_bytes
from models.database import Refused, Sentence
from models.rules import results, statement_codes
from models.rules.standing import standing_of
from models.tables.exams import Series
from models.tables.slips import username_of
from views.candidates.statement import notes_of, result_line, statement_layout
from views.guards import officers_only
from views.hypermedia import attachment, now, or_404
from views.languages import as_they_stood
from views.reach import centre_of, entered_series

bp = Blueprint("statements", __name__)
bp.before_request(officers_only)
HEADER = (*header_of("results"), "uci", "candidate_name", "syllabus_title")
PAPERS = {"statements": write_statements, "broadsheet": write_broadsheet, "by-syllabus": write_by_syllabus}
KINDS = dict.fromkeys(PAPERS, "application/pdf") | {
    "csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


@bp.post("/centres/<number>/results/<code>/files")
def make(number, code):
    """One of KINDS, of what is released at this moment."""
    centre = centre_of(number)
    series = or_404(entered_series(centre).where(Series.code == code))
    kind, at = request.form.get("kind", ""), now()
    if kind not in KINDS:
        raise Refused(Sentence("Choose which file is to be made."))
    rows = results.for_staff(centre, series, at)
    data = (_paper if kind in PAPERS else _table)(kind, centre, series, rows, at)
    results.record_download(centre, series, kind, current_user, at)
    ending = "pdf" if kind in PAPERS else kind
    return attachment(io.BytesIO(data), KINDS[kind], f"{kind}-{centre.number}-{series.code}.{ending}")


def address(centre, series):
    return url_for("statements.make", number=centre.number, code=series.code)


def _table(kind, centre, series, rows, _at):
    """The results that are out, with the columns that the board's own file has."""
    cells = [(*result_row(series.name, centre.number, row.candidate_number, row.qualification, row.syllabus_code,
                          row.option_code, row.grade, row.second_grade, row.endorsement, row.pum),
              row.uci, row.candidate_name, row.title) for row in rows if row.grade and row.status == "entered"]
    return (csv_bytes if kind == "csv" else xlsx_bytes)(HEADER, cells)


def _paper(kind, centre, series, rows, at):
    contact = standing_of(centre, series).contact
    statements = [_statement(centre, series, list(mine), contact, at)
                  for _number, mine in groupby((row for row in rows if row.grade), lambda row: row.candidate_number)]
    if not statements:
        raise Refused(Sentence("No result of this series is out yet."))
    out = io.BytesIO()
    PAPERS[kind](statements, out, statement_layout(at, "en"))
    return out.getvalue()


def _statement(centre, series, rows, contact, at):
    first, pairs = rows[0], [(row.qualification, row) for row in rows]
    return Statement(
        centre_number=centre.number, centre_name=centre.name, candidate_number=first.candidate_number,
        candidate_name=first.candidate_name, series=series.name,
        results=tuple(result_line(*pair) for pair in pairs), notes=tuple(notes_of(contact, pairs)),
        code=statement_codes.code_of(username_of(centre.number, first.candidate_number, series),
                                     first.candidate_name, statement_codes.visible_lines(rows)),
        contact=contact[1:], as_of=as_they_stood(at, centre.time_zone))
