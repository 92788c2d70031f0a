"""Series and releases: set, move, hold; the end of the service and of the series' key."""
from datetime import date
from zoneinfo import available_timezones

from flask import Blueprint, abort, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from models.acts import releasing
from models.codes import in_our_digits
from models.database import Overtaken, Refused, Sentence
from models.rules.instants import parse_instant
from models.tables.exams import Series, shown_series
from views.board import board_page
from views.guards import board_only
from views.hypermedia import done, now, or_404, say
from views.languages import BOARD_ZONE, in_zone

bp = Blueprint("board_series", __name__, url_prefix="/board/series")
bp.before_request(board_only)
ZONES = (BOARD_ZONE, "UTC")
ISO = "%Y-%m-%dT%H:%M+00:00"


@bp.get("")
def index():
    return board_page("board/series/index.html", "series", series=list(shown_series().order_by(Series.id.desc())))


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
    current = _release_of(chosen, qualification)
    if "confirmed" not in request.form:
        effect = releasing.effect(chosen, qualification, at, bool(current and current.held_at), now())
        facts = [(_("Now"), _both(current.released_at) if current else _("No release time yet.")),
                 (_("Then"), _both(at)), *_counted(effect)]
        return _asked(chosen, _("Release of %(what)s", what=qualification), facts, _hiding(effect), {
            "qualification": qualification, "at": at.strftime(ISO), "seen": _epoch(current and current.released_at)})
    if request.form.get("seen", "") != _epoch(current and current.released_at):
        raise Overtaken
    releasing.set_release(chosen, qualification, at, current and current.released_at, current_user, now())
    return done(url_for("board_series.series", code=code), _("The release of %(what)s is set.", what=qualification))


@bp.post("/<code>/hold")
def hold(code):
    """Take results away that are out, or end that (D17); what follows is counted and confirmed first."""
    chosen, qualification = releasing_one(code), request.form.get("qualification", "")[:40]
    current, holds = _release_of(chosen, qualification), request.form.get("act") != "unhold"
    if current is None or holds == (current.held_at is not None):
        raise Overtaken
    if "confirmed" not in request.form:
        effect = releasing.effect(chosen, qualification, current.released_at, holds, now())
        title = (_("Hold the results of %(what)s", what=qualification) if holds
                 else _("End the hold of %(what)s", what=qualification))
        return _asked(chosen, title, [(_("Release"), _both(current.released_at)), *_counted(effect)],
                      _hiding(effect), {"qualification": qualification, "act": "hold" if holds else "unhold"})
    act = releasing.hold if holds else releasing.unhold
    act(chosen, qualification, current_user, now())
    return done(url_for("board_series.series", code=code), _("Done. It holds from this moment."))


@bp.post("/<code>/close")
def close(code):
    """When the service ends for the series, counted and confirmed first; an empty box opens it again."""
    chosen, typed = releasing_one(code), request.form.get("closes_at", "")[:60]
    try:
        at = parse_instant(typed, _zone(), "closes_at")
    except Refused as refusal:
        return series_page(chosen, {"closes_at": say(refusal.fields["closes_at"])}, {"closes_at": typed}, 422)
    if "confirmed" not in request.form:
        facts = [(_("Now"), _both(chosen.closes_at) or _("Not set: the service is open.")),
                 (_("Then"), _both(at) or _("Not set: the service is open.")),
                 (_("Candidates with a login"), releasing.logins_of(chosen))]
        shuts = at is not None and at <= now() and not chosen.is_closed(now())
        return _asked(chosen, _("End of the service"), facts,
                      _("They can sign in no more from the moment you confirm.") if shuts else "",
                      {"closes_at": at.strftime(ISO) if at else "", "seen": _epoch(chosen.closes_at)})
    if request.form.get("seen", "") != _epoch(chosen.closes_at):
        raise Overtaken
    releasing.close(chosen, at, chosen.closes_at, current_user, now())
    return done(url_for("board_series.series", code=code), _("The end of the service is set."))


@bp.post("/<code>/reviews")
def reviews(code):
    """Before which day reviews can be asked for, which candidates then read; an empty box takes it away."""
    chosen, typed = releasing_one(code), request.form.get("reviews_until", "").strip()[:60]
    try:
        day = date.fromisoformat(in_our_digits(typed)) if typed else None
        wrong = day and day <= now().date() and _("That day is past. Candidates read of one that is still to come.")
    except ValueError:
        wrong = _("Type a day like 2026-09-24.")
    if wrong:
        return series_page(chosen, {"reviews_until": wrong}, {"reviews_until": typed}, 422)
    releasing.set_reviews_until(chosen, day, request.form.get("seen", ""), current_user, now())
    return done(url_for("board_series.series", code=code), _("The end of reviews is set."))


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
        logins=releasing.logins_of(chosen), zone_choices=[(zone, zone) for zone in ZONES], moment=now())


def one(code):
    return or_404(shown_series().where(Series.code == code))


def releasing_one(code):
    """The series, for those who hold the right to release."""
    if not current_user.releases_results:
        abort(403)
    return one(code)


def _release_of(chosen, qualification):
    return {line.qualification: line.release for line in releasing.lines_of(chosen)}.get(qualification)


def _asked(chosen, title, facts, warning, kept):
    """The page that tells what would follow and sends it again, confirmed."""
    return board_page("board/series/confirm.html", "series", series=chosen, title=title, facts=facts,
                      warning=warning, kept=kept)


def _counted(effect):
    return [(_("Candidates entered"), effect.entered), (_("See their results at once"), effect.shown),
            (_("See their results no more"), effect.hidden), (_("Slips that go out of date"), effect.out_of_date)]


def _hiding(effect):
    return _("Results that candidates may have seen will be hidden again.") if effect.hidden else ""


def _both(at):
    return f"{in_zone(at, 'UTC')} = {in_zone(at, BOARD_ZONE)}" if at else ""


def _zone():
    zone = request.form.get("zone", BOARD_ZONE)
    return zone if zone in available_timezones() else BOARD_ZONE


def _epoch(at):
    return str(int(at.timestamp())) if at else ""
