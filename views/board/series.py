"""Series and releases: set, move, hold; the end of the service and of the series' key."""
from zoneinfo import available_timezones

from flask import Blueprint, abort, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from models import releasing
from models.database import Overtaken, Refused, Sentence
from models.exams import Series
from models.instant import parse_instant
from views.board import board_page
from views.guards import board_only
from views.hypermedia import done, now, or_404, say

bp = Blueprint("board_series", __name__, url_prefix="/board/series")
bp.before_request(board_only)
DEFAULT_ZONE = "Europe/London"
ZONES = ("Europe/London", "UTC")


@bp.get("")
def index():
    return board_page("board/series/index.html", "series", series=list(Series.select().order_by(Series.id.desc())))


@bp.get("/<code>")
def series(code):
    return series_page(one(code))


@bp.post("/<code>/releases")
def release(code):
    """Announce or move one release; what follows is counted and confirmed first."""
    chosen = releasing_one(code)
    qualification, typed = request.form.get("qualification", "")[:40], request.form.get("at", "")[:60]
    try:
        at = parse_instant(typed, _zone(), "at")
        if at is None:
            raise Refused(at=Sentence("Type the instant of the release, like 2026-08-11 06:00."))
    except Refused as refusal:
        return series_page(chosen, {qualification: say(refusal.fields["at"])}, {qualification: typed}, 422)
    current = {line.qualification: line.release for line in releasing.lines_of(chosen)}.get(qualification)
    if "confirmed" not in request.form:
        effect = releasing.effect(chosen, qualification, at, bool(current and current.held_at), now())
        return board_page("board/series/confirm.html", "series", series=chosen, qualification=qualification, at=at,
                          current=current, effect=effect, seen=_epoch(current and current.released_at))
    if request.form.get("seen", "") != _epoch(current and current.released_at):
        raise Overtaken
    releasing.set_release(chosen, qualification, at, current and current.released_at, current_user, now())
    return done(url_for("board_series.series", code=code), _("The release of %(what)s is set.", what=qualification))


@bp.post("/<code>/hold")
def hold(code):
    """Take results away that are out, or end that (D17)."""
    chosen, qualification = releasing_one(code), request.form.get("qualification", "")[:40]
    act = releasing.unhold if request.form.get("act") == "unhold" else releasing.hold
    act(chosen, qualification, current_user, now())
    return done(url_for("board_series.series", code=code), _("Done. It holds from this moment."))


@bp.post("/<code>/close")
def close(code):
    chosen, typed = releasing_one(code), request.form.get("closes_at", "")[:60]
    try:
        at = parse_instant(typed, _zone(), "closes_at")
    except Refused as refusal:
        return series_page(chosen, {"closes_at": say(refusal.fields["closes_at"])}, {"closes_at": typed}, 422)
    releasing.close(chosen, at, chosen.closes_at, current_user, now())
    return done(url_for("board_series.series", code=code), _("The end of the service is set."))


@bp.post("/<code>/destroy-key")
def destroy_key(code):
    chosen = releasing_one(code)
    if request.form.get("code", "").strip() != chosen.code:
        return series_page(chosen, {"code": _("Type the code of the series, %(code)s, to confirm.", code=chosen.code)},
                           status=422)
    releasing.destroy_key(chosen, current_user, now())
    return done(url_for("board_series.series", code=code), _("The key is destroyed: no slip can be made any more."))


def series_page(chosen, errors=None, typed=None, status=200):
    return board_page(
        "board/series/series.html", "series", status=status, series=chosen, lines=releasing.lines_of(chosen),
        errors=errors or {}, typed=typed or {}, may=current_user.releases_results, closed=chosen.is_closed(now()),
        logins=releasing.logins_of(chosen), zones=ZONES, moment=now())


def one(code):
    return or_404(Series.select().where(Series.code == code))


def releasing_one(code):
    """The series, for those who hold the right to release."""
    if not current_user.releases_results:
        abort(403)
    return one(code)


def _zone():
    zone = request.form.get("zone", DEFAULT_ZONE)
    return zone if zone in available_timezones() else DEFAULT_ZONE


def _epoch(at):
    return str(int(at.timestamp())) if at else ""
