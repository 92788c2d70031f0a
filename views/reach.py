"""Which centre and series a URL means, asked through the person: a stranger's is a 404 like one never there."""
from flask import abort, g
from flask_login import current_user

from models.exams import Candidate, Centre, Series
from views.hypermedia import or_404


def centre_of(number):
    """The centre of the URL, if it is among the person's own; the layout shows its tabs."""
    g.centre = or_404(current_user.centres.where(Centre.number == number))
    return g.centre


def series_of(centre, code):
    """A series in which the centre, or a centre attached to it, has a valid entry."""
    return or_404(offered_series(centre).where(Series.code == code))


def offered_series(centre):
    """Series with a valid entry at the centre or, for an Associate, at an attached one; newest first."""
    circle = Centre.select(Centre.id).where((Centre.id == centre.id) | (Centre.associate == centre.id))
    valid = Candidate.select(Candidate.series).where(
        Candidate.centre.in_(circle), Candidate.qualifications != "")
    return Series.select().where(Series.id.in_(valid)).order_by(Series.id.desc())


def managed_centre_of(number):
    """The centre of the URL for the pages that need the right to manage the candidate results website."""
    centre = centre_of(number)
    if not current_user.has_right("manages_candidate_results", centre):
        abort(403)
    return centre
