"""The Results tab: the entries of one centre in one series and, from their release on, the results."""
from collections import Counter
from typing import NamedTuple

from flask import Blueprint, abort, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from documents import words
from models.database import Sentence
from models.finding import has_words
from models.rules.grades import award_text, explanations, rank, spoken
from models.rules.results import NEW, StaffRow, for_staff, news, read_early
from models.rules.standing import releases_of
from models.signing import signer
from models.tables.exams import Series, in_order
from views.forms import series_choices
from views.frame import frame
from views.guards import officers_only
from views.hypermedia import now, or_404, page, say
from views.languages import in_zone
from views.paging import page_of
from views.reach import centre_of, entered_series, last_series

bp = Blueprint("results", __name__)
bp.before_request(officers_only)
A_PAGE = 200  # entries
WAYS = ("candidate", "syllabus", "qualification")
FOR_STAFF = {  # nobody stands below here, as on the candidate's page
    "X": Sentence("No grade was issued for this entry. The board can tell you more."),
    "Q": Sentence("This grade is not ready yet. It will appear here."),
    "U": Sentence("The result is below the lowest grade of this exam. It does not stand on a certificate."),
}


class Line(NamedTuple):
    """One entry as the table shows it. `state`: words where no grade stands; `kind`: how its tag looks; `is_out`: its
    qualification is released and not held; `mark`: (NEW or CHANGED, ISO 8601, 'Thu 26 Nov') or None."""

    entry: StaffRow
    grade: str
    pum: int | None
    state: str
    kind: str
    is_out: bool
    mark: tuple | None = None


class Group(NamedTuple):
    """Entries of a syllabus, a qualification or a centre. `counts`: see `counts_of`; `grades`: (grade as printed, how
    many), the best first."""

    code: str
    title: str
    qualification: str
    counts: Counter
    grades: list


@bp.get("/centres/<number>/results")
def index(number):
    centre = centre_of(number)
    choices = list(entered_series(centre))
    if not choices:
        if centre.is_associate:
            return redirect(url_for("circle.index", number=number))
        return page("centres/results/none.html", **frame(centre, "results", "results"))
    series, by, q, which = asked(entered_series(centre), WAYS, KEPT)
    lines = lines_of(centre, series)
    found = [line for line in matching(lines, q) if KEPT[which](line)]
    return page(
        "centres/results/index.html", "centres/results/_found.html", **frame(centre, "results", "results"),
        signs=signer.certified is not None, which=which,
        series=series, choices=series_choices(choices), by=by, q=q, may_read_early=may_read_early(), early=is_early(),
        totals=summed(map(counted, lines)), candidates=len({
            line.entry.candidate_number for line in lines if line.entry.status == "entered"}),
        outlook=outlook(centre, series, {line.entry.qualification for line in lines}),
        listed=page_of(found, A_PAGE, "results.index", number=centre.number, series=series.code, by=by, q=q,
                       which=which, early=request.args.get("early") if is_early() else ""),
        explained=explanations(*(line.entry.grade for line in lines), instead=FOR_STAFF),
        groups=grouped((KEYS[by](line.entry), line.grade, counted(line)) for line in found) if by in KEYS else ())


def asked(offered, ways, kept):
    """(series, by, q, which) of the address; what it does not say, or says wrongly, is the first there is. 404 for a
    series that is not among those `offered`."""
    code = request.args.get("series")
    series = or_404(offered.where(Series.code == code)) if code else last_series(offered, now())
    by, which = request.args.get("by"), request.args.get("which", "")
    return (series, by if by in ways else ways[0], request.args.get("q", "")[:100].strip(),
            which if which in kept else "")


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
    is_out = row.released_at is not None and row.released_at <= at and not row.held_at
    if row.grade is not None:
        return Line(row, printed(row), row.pum, "" if is_out else _("Not released"), "bad", is_out,
                    mark_of(row, centre) if is_out else None)
    if row.status == "withdrawn":
        return Line(row, "", None, _("Withdrawn"), "", is_out)
    if row.released_at is None:
        return Line(row, "", None, _("To be announced"), "", is_out)
    if row.held_at:
        return Line(row, "", None, _("Held by the board"), "warn", is_out)
    if row.released_at > at:
        return Line(row, "", None, _("From %(when)s", when=in_zone(row.released_at, centre.time_zone)), "", is_out)
    return Line(row, "", None, _("Not available yet"), "warn", is_out)


def mark_of(row, centre):
    kind, at = news(row.first_at, row.changed_at, row.released_at)
    return kind and (_("New") if kind == NEW else _("Changed"), at.isoformat(),
                     words.weekday(at, centre.time_zone, "en"))


def printed(row):
    """The grade as the board prints it, a speaking endorsement behind it: 'A(a) B(b), speaking 2'."""
    text, level = award_text(row.grade, row.second_grade), row.endorsement
    return _("%(grade)s, speaking %(level)s", grade=text, level=say(spoken(level))) if level else text


def matching(lines, words):
    """The lines whose candidate or syllabus has every one of these words."""
    return [line for line in lines if has_words(
        words, line.entry.candidate_number, line.entry.candidate_name, line.entry.syllabus_code, line.entry.title,
        line.entry.qualification)] if words else lines


def counts_of(entries, withdrawn, is_out, grades, news):
    """What a number of like entries come to. `grades`: both of their result, none without one; `news`: how many of them
    are new or changed. Pending is also what is out and has no result; 'No result' is one."""
    pending = is_out and (not grades[0] or not {"Q", "Y"}.isdisjoint(grades))
    return Counter(entries=entries, withdrawn=withdrawn, news=news, results=entries if grades[0] else 0,
                   pending=entries if pending else 0, absent=entries if "X" in grades else 0)


def counted(line):
    row = line.entry
    valid = row.status == "entered"
    return counts_of(int(valid), int(not valid), line.is_out, (row.grade, row.second_grade), int(bool(line.mark)))


def summed(counts):
    total = Counter()
    for one in counts:
        total.update(one)
    return total


def grouped(like):
    """Groups by key, a Group's first three. `like`: (key, grade as printed, counts of the entries with that grade)."""
    found = {}
    for key, grade, counts in like:
        group = found.setdefault(key, Group(*key, Counter(), Counter()))
        group.counts.update(counts)
        group.grades[grade] += counts["results"]
    return [group._replace(grades=sorted((+group.grades).items(), key=_order)) for _key, group in sorted(found.items())]


def _order(counted):
    """The best grade first; what a grade has behind it, a speaking endorsement, does not count."""
    return rank(counted[0].partition(",")[0])


def outlook(centre, series, qualifications):
    """What is out and what comes. `releases`: [(qualifications, when in the centre's zone or 'To be announced', whether
    held), …] by instant; `next`: the one of them that is next, or None; `is_out`: whether something is."""
    releases, at, by_instant = releases_of(series), now(), {}
    for name in in_order(qualifications):
        release = releases.get(name)
        key = (release.released_at, release.held_at is not None) if release else (None, False)
        by_instant.setdefault(key, []).append(name)
    ordered = sorted(by_instant.items(), key=lambda item: (item[0][0] is None, item[0][0] or at))
    lines = {key: (", ".join(names), in_zone(key[0], centre.time_zone) or _("To be announced"), key[1])
             for key, names in ordered}
    ahead = [line for (released_at, held), line in lines.items() if released_at and released_at > at and not held]
    is_out = [line for (released_at, held), line in lines.items() if released_at and released_at <= at and not held]
    return {"releases": list(lines.values()), "next": ahead[0] if ahead else None, "is_out": bool(is_out)}


KEYS = {
    "syllabus": lambda row: (row.syllabus_code + (f"/{row.option_code}" if row.option_code else ""), row.title,
                             row.qualification),
    "qualification": lambda row: ("", row.qualification, ""),
}
KEPT = {"": lambda line: True, "news": lambda line: line.mark, "pending": lambda line: counted(line)["pending"]}
