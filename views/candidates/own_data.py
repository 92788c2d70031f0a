"""What is kept about a candidate and may be seen now, for a program to read: one's own right, and nobody else's."""
import json

from exchange.tables import csv_bytes
from models.rules import grades

COLUMNS = ("username", "candidate_name", "candidate_number", "uci", "centre_number", "centre_name", "series",
           "signed_in_at", "looked_before_at", "qualification", "results_at", "syllabus_code", "option_code", "title",
           "grade", "second_grade", "as_printed", "speaking_endorsement", "pum", "first_at", "changed_at")


def rows_of(sheet):
    """A row of COLUMNS an entry, instants as ISO 8601 in UTC; the Sheet has no grade before its time."""
    person = (sheet.username, sheet.candidate_name, sheet.candidate_number, sheet.uci, sheet.centre_number,
              sheet.centre_name, sheet.series_name, _iso(sheet.started_at), _iso(sheet.looked_before_at))
    return [(*person, part.qualification, _iso(part.visible_at), award.syllabus_code, award.option_code, award.title,
             award.grade, award.second_grade, award.grade and grades.award_text(award.grade, award.second_grade),
             award.endorsement, award.pum, _iso(award.first_at), _iso(award.changed_at))
            for part in sheet.parts for award in part.awards]


def as_csv(sheet):
    return csv_bytes(COLUMNS, [["" if value is None else value for value in row] for row in rows_of(sheet)])


def as_json(sheet):
    """{what is of the person: …, entries: [{what is of an entry: …}, …]}, UTF-8."""
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in rows_of(sheet)]
    split = COLUMNS.index("qualification")
    person = {name: rows[0][name] for name in COLUMNS[:split]} if rows else {}
    entries = [{name: row[name] for name in COLUMNS[split:]} for row in rows]
    return json.dumps({**person, "entries": entries}, ensure_ascii=False, indent=1).encode()


def _iso(moment):
    return moment and moment.isoformat()
