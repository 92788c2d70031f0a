"""Which centre and series a URL means, asked through the person: a stranger's is a 404 like one never there."""
from flask import abort, g
from flask_babel import gettext as _
from flask_login import current_user
from peewee import fn

from models.rules.standing import standing_of
from models.rules.subcentre_carrying import set_in
from models.tables.exams import Candidate, Centre, Release, Series, shown_series
from models.tables.imports import BoardImport
from models.tables.jobs import Job
from models.tables.people import Officer
from models.tables.slips import SlipBatch
from views.hypermedia import or_404

FAR_AHEAD = 2**40  # epoch seconds


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


def standing_of_url(number, code):
    """(centre, series, Standing) of a page of the candidate results website's administration."""
    centre = managed_centre_of(number)
    series = series_of(centre, code)
    return centre, series, standing_of(centre, series)


def offered_series(centre):
    """Series with a valid entry at the centre or, for an Associate, at an attached one; the last released first."""
    circle = Centre.select(Centre.id).where((Centre.id == centre.id) | (Centre.associate == centre.id))
    valid = Candidate.select().where(
        Candidate.series == Series.id, Candidate.centre.in_(circle), Candidate.qualifications != "")
    return _by_release(shown_series().where(fn.EXISTS(valid)))  # stops at the first of 110,000


def next_series(query, now):
    """The code of the one of these series of which something comes out next, '' where nothing does. One query."""
    ahead = Release.select(fn.MIN(Release.released_at)).where(Release.series == Series.id, Release.released_at > now)
    soonest = query.where(fn.COALESCE(ahead, 0) > 0).order_by(fn.COALESCE(ahead, 0)).first()
    return soonest.code if soonest else ""


def last_series(query, now):
    """The one of these series of which something came out last; before anything did, the one of which something comes
    out next; else the first. None where there is none."""
    came = Release.select(fn.MAX(Release.released_at)).where(Release.series == Series.id, Release.released_at <= now)
    last = query.where(fn.COALESCE(came, 0) > 0).order_by(fn.COALESCE(came, 0).desc()).first()
    return last or query.where(Series.code == next_series(query, now)).first() or query.first()


def entered_series(centre):
    """Series in which the centre itself has entries, withdrawn ones too; the last released first."""
    entered = Candidate.select(Candidate.series).where(Candidate.centre == centre)
    return _by_release(shown_series().where(Series.id.in_(entered)))


def set_series(associate):
    """Series for which an Associate has saved settings of its attached centres; the last released first."""
    return _by_release(shown_series().where(Series.id.in_(set_in(associate))))


def _by_release(query):
    """In the order of their last releases, the latest first; before them what has no release yet, newest first."""
    last = Release.select(fn.MAX(Release.released_at)).where(Release.series == Series.id)
    return query.order_by(fn.COALESCE(last, FAR_AHEAD).desc(), Series.id.desc())


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


def imports_of_own(public_id):
    """The import of this id with its `.job`, of whoever sent it or, for board staff, of anybody. A query."""
    found = BoardImport.select(BoardImport, Job).left_outer_join(Job).where(BoardImport.public_id == public_id)
    return found if current_user.is_board_staff else found.where(BoardImport.officer == current_user.id)


def names_of(emails):
    """{e-mail: name} of the officers among these, 'you' for whoever asks. One query."""
    found = Officer.select(Officer.email, Officer.name).where(Officer.email.in_(list(emails))).tuples()
    return dict(found) | {current_user.email: _("you")}


def zones_of_own(most):
    """The time zones of the centres that the person reaches, the commonest first."""
    zones = current_user.centres.select(Centre.time_zone).group_by(Centre.time_zone)
    return [zone for zone, in zones.order_by(fn.COUNT(Centre.id).desc()).limit(most).tuples()]
