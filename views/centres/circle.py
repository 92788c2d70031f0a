"""The Results tab of an Associate: what is out at all of its centres, by centre, syllabus or qualification."""
import io

from flask import Blueprint, abort, current_app, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from exchange.exporting import write_results
from jobs import archive, queue
from models.database import Refused, Sentence
from models.finding import has_words
from models.rules import results
from models.rules.grades import award_text, explanations
from models.tables.exams import Candidate, Centre, Entry, Series
from views.centres.results import FOR_STAFF, asked, counts_of, grouped, outlook, summed
from views.centres.statements import KINDS
from views.forms import series_choices
from views.frame import frame
from views.guards import officers_only
from views.hypermedia import attachment, done, now, or_404, page
from views.paging import page_of
from views.reach import centre_of, circle_of, entered_series, offered_series

bp = Blueprint("circle", __name__)
bp.before_request(officers_only)
AT = "/centres/<number>/results/all-centres"
A_PAGE = 100  # centres or syllabuses
AT_ONCE = 5_000  # results: half a second; a file of more is made on the queue
MOST_ROWS = 2**20 - 1  # of a sheet, below its heading
BY = {"centre": (Candidate.centre,), "syllabus": (Entry.syllabus_code, Entry.title, Entry.qualification),
      "qualification": (Entry.qualification,)}
WAYS = tuple(BY)
ORDERS = ("entries", "results", "pending", "news")
KEPT = {"": lambda group: True, "news": lambda group: group.counts["news"],
        "pending": lambda group: group.counts["pending"], "nothing": lambda group: not group.counts["results"]}


@bp.get(AT)
def index(number):
    centre = associate_of(number)
    choices = list(offered_series(centre))
    if not choices:
        return page("centres/results/none.html", **frame(centre, "results", "results"))
    series, by, q, which = asked(offered_series(centre), WAYS, KEPT)
    members = {member.id: member for member in circle_of(centre)}
    tallies = list(results.tallies(list(members), series, now(), Entry.qualification, *BY[by]))
    groups = grouped((key_of(by, row[1:], members), *counted(row)) for row in tallies)
    here = {"number": number, "series": series.code, "by": by, "q": q, "which": which}
    order = request.args.get("order", "")
    found = in_order_of(order, [
        group for group in groups if KEPT[which](group) and has_words(q, group.code, group.title, group.qualification)])
    return page(
        "centres/results/circle.html", "centres/results/_circle_found.html", **frame(centre, "results", "results"),
        series=series, choices=series_choices(choices), by=by, q=q, which=which, order=order, here=here,
        has_own=entered_series(centre).exists(), totals=summed(group.counts for group in groups),
        outlook=outlook(centre, series, {row[0] for row in tallies}),
        explained=explanations(*{grade for row in tallies for grade in row[-7:-5]}, instead=FOR_STAFF),
        every=len(groups), listed=page_of(found, A_PAGE, "circle.index", **here, order=order))


@bp.post("/centres/<number>/results/<code>/all-centres")
def make(number, code):
    """What is out at all centres: an XLSX, or a ZIP with a CSV a centre; at once, or on the queue where it is much."""
    centre, kind, at = associate_of(number), request.form.get("kind", ""), now()
    series = or_404(offered_series(centre).where(Series.code == code))
    if (wanted := f"results-{kind}") not in archive.RESULTS:
        raise Refused(Sentence("Choose which file is to be made."))
    centres = list(circle_of(centre))
    many = results.exported((Series.id == series.id) & Centre.id.in_(centres), at).count()
    if not many:
        raise Refused(Sentence("No result of this series is out yet."))
    if kind == "xlsx" and many > MOST_ROWS:
        raise Refused(Sentence("These results are more than a sheet can hold: choose the ZIP, with a file a centre."))
    if many > AT_ONCE:
        job = archive.order(current_user._get_current_object(), series, centre, centres, at, format=wanted)
        queue.enqueue(current_app, job)
        return done(url_for("work.show", public_id=job.public_id),
                    _("Begun. You can leave this page: the work goes on."))
    out, numbers = io.BytesIO(), [one.number for one in centres]
    write_results(out, kind, series, numbers, at)
    results.record_download(current_user, centre, series, f"{kind.upper()} of {len(centres)} centres", at, numbers)
    out.seek(0)
    return attachment(out, KINDS[kind], f"results-{centre.number}-{series.code}.{kind}")


def associate_of(number):
    """The Associate of the URL; results need no further right."""
    centre = centre_of(number)
    if not centre.is_associate:
        abort(404)
    return centre


def key_of(by, values, members):
    """(code, title, qualification) of a Group."""
    if by == "syllabus":
        return tuple(values[:3])
    if by == "qualification":
        return "", values[0], ""
    return members[values[0]].number, members[values[0]].name, ""


def counted(row):
    """(grade as printed, counts) of a row of `results.tallies`."""
    first, second, is_out, entries, withdrawn, new, changed = row[-7:]
    return (award_text(first, second) if first else "",
            counts_of(entries, withdrawn, is_out, (first, second), new + changed))


def in_order_of(order, groups):
    """By number or code; by one of ORDERS where it says so, a hyphen before it turns it round."""
    what = order.removeprefix("-")
    if what not in ORDERS:
        return groups[::-1] if order.startswith("-") else groups
    share = (lambda group: group.counts["results"] / (group.counts["entries"] or 1)) if what == "results" else (
        lambda group: group.counts[what])
    return sorted(groups, key=share, reverse=order.startswith("-"))
