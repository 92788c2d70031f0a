"""What is held, written as the board's files have it: read again, such a file changes nothing."""
import os
import zipfile
from itertools import chain, groupby

from peewee import chunked

from exchange.columns import COLUMNS
from exchange.tables import csv_bytes, write_csv, write_xlsx
from models.rules import results
from models.rules.grades import award_text
from models.tables import audit
from models.tables.exams import Candidate, Centre, Entry, Release, Series
from models.tables.people import RIGHTS, Officer, Posting

KINDS = tuple(COLUMNS)
PRINTED = "printed"  # one column more: the grade as the board prints it
AT_A_TIME = 25  # centres whose results are in memory


def write(kind, path, by, now, series=None):
    """Write a board file, XLSX where the name says so, else CSV (0600); gives the number of its rows. `series`: of this
    one only. Results are those that are out."""
    write_table = write_xlsx if path.suffix.lower() == ".xlsx" else write_csv
    with open(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as out:
        rows = write_table(out, header_of(kind), ROWS[kind](series, now))
    audit.record(by, f"exported {kind}", now, series=series.code if series else "", subject=f"{rows} rows")
    return rows


def header_of(kind):
    return (*COLUMNS[kind], PRINTED) if kind == "results" else COLUMNS[kind]


RESULTS_HEADER = (*header_of("results"), "uci", "candidate_name", "syllabus_title")  # of a centre's own files


def results_of(which, now):
    """Rows with RESULTS_HEADER of the results that are out, of the Series and Centres that `which` admits."""
    return ((*_result_row(*row[:10]), *row[10:]) for row in results.exported(which, now).iterator())


def write_results(out, kind, series, numbers, now, progress=lambda _number: None):
    """Write the results that are out at the centres of these numbers: one 'xlsx', or a 'zip' with a CSV a centre.
    `progress` is told the number of each centre that is behind."""
    some_rows = _by_centres(series, numbers, now, progress)
    if kind == "xlsx":
        write_xlsx(out, RESULTS_HEADER, chain.from_iterable(some_rows))
        return
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for rows in some_rows:
            for number, mine in groupby(rows, lambda row: row[1]):
                file = zipfile.ZipInfo(f"results-{number}-{series.code}.csv", now.timetuple()[:6])
                archive.writestr(file, csv_bytes(RESULTS_HEADER, mine), zipfile.ZIP_DEFLATED)


def _by_centres(series, numbers, now, progress):
    for some in chunked(numbers, AT_A_TIME):
        yield list(results_of((Series.id == series.id) & Centre.number.in_(some), now))
        for number in some:
            progress(number)


def _result_row(series, centre, candidate, qualification, syllabus, option, grade, second, spoken, mark):
    """A row of results.csv and, in the column more, the grade as it is printed."""
    return (series, centre, candidate, qualification, syllabus, option, grade, second, spoken, mark,
            award_text(grade, second))


def _centres(_series, _now):
    associate = Centre.alias()
    return Centre.select(Centre.number, Centre.name, Centre.kind, associate.number, Centre.country, Centre.time_zone,
                         Centre.email).left_outer_join(associate, on=Centre.associate == associate.id).order_by(
        Centre.number).tuples().iterator()


def _entries(series, _now):
    return Entry.select(
        Series.name, Centre.number, Candidate.number, Candidate.name, Candidate.uci, Entry.qualification,
        Entry.syllabus_code, Entry.option_code, Entry.title, Entry.status,
    ).join(Candidate).join(Centre).join_from(Candidate, Series).where(_of(series)).order_by(
        Series.id, Centre.number, Candidate.number, Entry.syllabus_code, Entry.id).tuples().iterator()


def _results(series, now):
    return (row[:len(header_of("results"))] for row in results_of(_of(series), now))


def _releases(series, _now):
    return ((name, qualification, at.isoformat()) for name, qualification, at in Release.select(
        Series.name, Release.qualification, Release.released_at).join(Series).where(_of(series)).order_by(
        Series.id, Release.qualification).tuples())


def _officers(_series, _now):
    postings = Posting.select(Posting, Officer, Centre).join(Officer).join_from(Posting, Centre).order_by(
        Officer.email, Centre.number)
    return ((posting.officer.email, posting.officer.name, posting.centre.number,
             "; ".join(right for right in RIGHTS if getattr(posting, right))) for posting in postings)


def _of(series):
    return (Series.id == series.id) if series else Series.arriving.is_null()


ROWS = {"centres": _centres, "entries": _entries, "results": _results, "releases": _releases, "officers": _officers}
