"""Which centre and series a URL means, asked through the person: a stranger's is a 404 like one never there."""
from flask import abort, g, url_for
from flask_babel import gettext as _
from flask_login import current_user
from peewee import fn

from models.credentials import SlipBatch
from models.database import database
from models.exams import Candidate, Centre, Series
from models.jobs import Job
from views.allowed import allowed
from views.hypermedia import or_404

CANDIDATE_RESULTS = "candidate-results"


def centre_of(number):
    """The centre of the URL, if it is among the person's own; the layout shows its tabs."""
    g.centre = or_404(current_user.centres.where(Centre.number == number))
    return g.centre


def managed_centre_of(number):
    """The centre of the URL for the pages that need the right to manage the candidate results website."""
    centre = centre_of(number)
    if not current_user.has_right("manages_candidate_results", centre):
        abort(403)
    return centre


def associate_of(number):
    """The same for the pages that only an Associate has."""
    centre = managed_centre_of(number)
    if not centre.is_associate:
        abort(404)
    return centre


def series_of(centre, code):
    """A series in which the centre, or a centre attached to it, has a valid entry."""
    return or_404(offered_series(centre).where(Series.code == code))


def offered_series(centre):
    """Series with a valid entry at the centre or, for an Associate, at an attached one; newest first."""
    circle = Centre.select(Centre.id).where((Centre.id == centre.id) | (Centre.associate == centre.id))
    valid = Candidate.select().where(
        Candidate.series == Series.id, Candidate.centre.in_(circle), Candidate.qualifications != "")
    return Series.select().where(fn.EXISTS(valid)).order_by(Series.id.desc())  # stops at the first of 110,000


def entered_series(centre):
    """Series in which the centre itself has entries, withdrawn ones too; newest first."""
    entered = Candidate.select(Candidate.series).where(Candidate.centre == centre)
    return Series.select().where(Series.id.in_(entered)).order_by(Series.id.desc())


def circle_of(centre):
    """A centre that the person reaches and, for an Associate, those attached to it, by number. A query."""
    return Centre.select().where((Centre.id == centre.id) | (Centre.associate == centre.id)).order_by(Centre.number)


def jobs_of_own():
    """Jobs of the centres that the person reaches, each with its `.centre`. A query."""
    return Job.select(Job, Centre).join(Centre).where(
        Job.centre.in_(current_user.centres.select(Centre.id).order_by()))


def batches_of_own():
    """PDF files of slips of the centres that the person reaches, by centre, each with its `.centre`. A query."""
    return SlipBatch.select(SlipBatch, Centre).join(Centre).where(
        SlipBatch.centre.in_(current_user.centres.select(Centre.id).order_by())).order_by(Centre.number)


def frame(centre, tab, page="", series=None):
    """What every page of a centre gives the layout. `page`: its path below the centre, for 'Change centre'.

    `series`: the one it is about, where it is about one; what its Associate allows is told of that or the newest.
    """
    return {
        "allowed": allowed(centre, series or (centre.is_attached and offered_series(centre).first()) or None),
        "centre": centre, "tab": tab,
        "manages_candidate_results": current_user.has_right("manages_candidate_results", centre),
        "change_centre": change_centre(centre, page, _("Change centre")),
    }


def change_centre(centre, page, label):
    """The dropdown that leads to the same page of another centre, or None where there is no other.

    Board staff reach thousands of centres: they are offered the Associate's circle, the rest by search.
    """
    centres = current_user.centres
    if current_user.is_board_staff:
        head = centre.associate_id or centre.id
        centres = centres.where((Centre.id == head) | (Centre.associate == head))
    choices = database.execute(centres.select(Centre.number, Centre.name)).fetchall()  # 750 plain pairs
    if len(choices) < 2:
        return None
    return {"label": label, "action": url_for("dashboard.change_centre", page=page), "choices": choices,
            "selected": centre.number}


def nearest_page(centre, page):
    """The address of `page` (a path below a centre) at this centre, or of the nearest page that it has."""
    start, _slash, rest = page.partition("/")
    if start in ("results", "files"):
        return url_for(f"{start}.index", number=centre.number)
    if start != CANDIDATE_RESULTS or not current_user.has_right("manages_candidate_results", centre):
        return url_for("dashboard.centre", number=centre.number)
    code, _slash, part = rest.partition("/")
    series = offered_series(centre).where(Series.code == code).first()
    if series is None:
        return url_for("candidate_results.index", number=centre.number)
    has_own = part in ("status", "credentials") and entered_series(centre).where(Series.id == series.id).exists()
    endpoint = {
        "status": "offers.status" if has_own else None,
        "credentials": "credentials.index" if has_own else None,
        "attached-centres": "attached_centres.index" if centre.is_associate else None,
        "preview": "preview.preview",
    }.get(part) or "candidate_results.series"
    return url_for(endpoint, number=centre.number, code=series.code)
