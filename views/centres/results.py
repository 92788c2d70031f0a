"""The Results tab: the entries of one centre in one series and, from their release on, the results."""
from collections import Counter
from itertools import groupby
from typing import NamedTuple

from flask import Blueprint, abort, request
from flask_babel import gettext as _
from flask_login import current_user

from models.finding import has_words
from models.rules.grades import award_text, explanations, rank, spoken
from models.rules.results import StaffRow, for_staff, read_early
from models.rules.standing import releases_of
from models.signing import signer
from models.tables.exams import Series, in_order
from views.forms import series_choices
from views.frame import frame
from views.guards import officers_only
from views.hypermedia import now, or_404, page, say
from views.languages import in_zone
from views.paging import page_of
from views.reach import centre_of, entered_series

bp = Blueprint("results", __name__)
bp.before_request(officers_only)
A_PAGE = 200  # entries
WAYS = ("candidate", "syllabus")


class Line(NamedTuple):
    """One entry as the table shows it. `state`: words where no grade stands; `kind`: how its tag looks."""

    entry: StaffRow
    grade: str
    pum: int | None
    state: str
    kind: str


class Syllabus(NamedTuple):
    """One syllabus option of a centre. `grades`: (grade as printed, how many), the most frequent first."""

    qualification: str
    code: str
    option: str
    title: str
    entered: int
    withdrawn: int
    results: int
    grades: tuple


@bp.get("/centres/<number>/results")
def index(number):
    centre = centre_of(number)
    choices = list(entered_series(centre))
    if not choices:
        return page("centres/results/none.html", **frame(centre, "results", "results"))
    code = request.args.get("series", choices[0].code)
    series = or_404(entered_series(centre).where(Series.code == code))
    by = request.args.get("by") if request.args.get("by") in WAYS else WAYS[0]
    q = request.args.get("q", "")[:100]
    lines = lines_of(centre, series)
    found = matching(lines, q)
    return page(
        "centres/results/index.html", "centres/results/_list.html", **frame(centre, "results", "results"),
        signs=signer.certified is not None,
        series=series, choices=series_choices(choices), by=by, q=q, may_read_early=may_read_early(), early=is_early(),
        totals=totals(lines), releases=release_lines(centre, series, lines),
        listed=page_of(found, A_PAGE, "results.index", number=centre.number, series=series.code, by=by, q=q,
                       early=request.args.get("early") if is_early() else ""),
        explained=explanations(*(line.entry.grade for line in lines)),
        syllabuses=by_syllabus(found) if by == "syllabus" else ())


def lines_of(centre, series):
    """The centre's entries in this series as Lines. Reading before the release needs the right and is audited."""
    at, early = now(), is_early()
    if early and not may_read_early():
        abort(403)
    rows = read_early(centre, series, current_user, at) if early else for_staff(centre, series, at)
    return [line_of(row, centre, at) for row in rows]


def is_early():
    return request.args.get("early") == "1"


def may_read_early():
    return current_user.is_board_staff and current_user.reads_unreleased


def line_of(row, centre, at):
    if row.grade is not None:
        is_out = row.released_at and row.released_at <= at and not row.held_at
        return Line(row, printed(row), row.pum, "" if is_out else _("Not released"), "bad")
    if row.status == "withdrawn":
        return Line(row, "", None, _("Withdrawn"), "")
    if row.released_at is None:
        return Line(row, "", None, _("To be announced"), "")
    if row.held_at:
        return Line(row, "", None, _("Held by the board"), "warn")
    if row.released_at > at:
        return Line(row, "", None, _("From %(when)s", when=in_zone(row.released_at, centre.time_zone)), "")
    return Line(row, "", None, _("Not available yet"), "warn")


def printed(row):
    """The grade as the board prints it, a speaking endorsement behind it: 'A(a) B(b), speaking 2'."""
    text, level = award_text(row.grade, row.second_grade), row.endorsement
    return _("%(grade)s, speaking %(level)s", grade=text, level=say(spoken(level))) if level else text



def matching(lines, words):
    """The lines whose candidate or syllabus has every one of these words."""
    return [line for line in lines if has_words(
        words, line.entry.candidate_number, line.entry.candidate_name, line.entry.syllabus_code, line.entry.title,
        line.entry.qualification)] if words.strip() else lines


def totals(lines):
    valid = [line for line in lines if line.entry.status == "entered"]
    return {
        "candidates": len({line.entry.candidate_number for line in valid}),
        "entries": len(valid),
        "withdrawn": len(lines) - len(valid),
        "results": sum(bool(line.grade) for line in lines),
    }


def by_syllabus(lines):
    def key(line):
        return line.entry.syllabus_code, line.entry.option_code, line.entry.qualification, line.entry.title

    found = []
    for (code, option, qualification, title), some in groupby(sorted(lines, key=key), key):
        some = list(some)
        entered = sum(line.entry.status == "entered" for line in some)
        grades = Counter(line.grade for line in some if line.grade)
        found.append(Syllabus(qualification, code, option, title, entered, len(some) - entered,
                              grades.total(), tuple(sorted(grades.items(), key=_order))))
    return found


def _order(counted):
    """The best grade first; what a grade has behind it, a speaking endorsement, does not count."""
    return rank(counted[0].partition(",")[0])


def release_lines(centre, series, lines):
    """(qualification, when in the centre's zone or 'To be announced', whether it is held) of the entries."""
    releases = releases_of(series)
    return [
        (name, in_zone(releases[name].released_at, centre.time_zone) if name in releases else _("To be announced"),
         name in releases and releases[name].held_at is not None)
        for name in in_order(line.entry.qualification for line in lines)
    ]
