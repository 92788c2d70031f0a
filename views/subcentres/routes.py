"""'Subcentre Management': an Associate's decisions for its attached centres, kept as a draft until Save."""
from datetime import timedelta

from flask import Blueprint, abort, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.exceptions import NotFound

from models.acts import subcentres as changes
from models.database import Overtaken, Refused, Sentence
from models.delay import format_delay, parse_delay
from models.rules.needs import GENERATE, REISSUE
from models.rules.subcentre_history import last_save
from models.rules.subcentre_rows import DEFAULTS_ROW, ROW_FIELDS
from models.rules.subcentre_screen import Screen
from models.tables.exams import Centre
from models.tables.subcentres import CENTRE_DEFINED, DEFAULT
from views.errors import http_error
from views.guards import officers_only
from views.hypermedia import Press, now, page, wants_fragment
from views.marks import MARK, keep_marks, marked_in
from views.reach import associate_of, series_of
from views.subcentres.carrying import carry_over
from views.subcentres.form import read, read_row, shown_rows
from views.subcentres.history import history
from views.subcentres.page import A_ROW, THE_DEFAULTS, address, answer, found, parts, place_of, whole
from views.subcentres.words import centres_changed, needed

bp = Blueprint("subcentres", __name__)
bp.before_request(officers_only)
bp.register_error_handler(Centre.DoesNotExist, lambda _error: http_error(NotFound()))
HERE = "/centres/<number>/candidate-results/<code>/attached-centres"
bp.add_url_rule(f"{HERE}/history", view_func=history)
bp.add_url_rule(f"{HERE}/carry-over", view_func=carry_over, methods=["GET", "POST"])
NOTHING = Sentence("Nothing is set yet: enter a delay, or choose access or contact details.")


@bp.get(HERE)
def index(number, code):
    return whole(screen_of(number, code, ()))


@bp.post(f"{HERE}/rows/defaults")
def change_defaults(number, code):
    """A control of the default row or contact was changed: keep it, and show what would follow for all rows."""
    typed = read_row(request.form, DEFAULTS_ROW)
    screen = changes.draft(screen_of(number, code), typed.by_row, typed.read_at)
    return answer(screen, shown_rows(request.form), status=422 if screen.proposal.errors else 200,
                  form=request.form, of=THE_DEFAULTS)


@bp.post(f"{HERE}/rows/<row>")
def change_row(number, code, row):
    """A control of one centre's row was changed: keep it, and show what would follow for that row."""
    typed = read_row(request.form, row)
    screen = changes.draft(screen_of(number, code, (row,)), typed.by_row, typed.read_at)
    return answer(screen, [row], status=422 if screen.row(row).errors else 200, form=request.form, of=A_ROW)


@bp.post(f"{HERE}/draft")
def draft(number, code):
    """Keep everything that was typed into the page and show what would follow, without storing it."""
    typed = read(request.form)
    screen = changes.draft(screen_of(number, code), typed.by_row, typed.read_at)
    return answer(screen, typed.rows, _("Kept, and not in force yet. Look at what would follow, then Save."),
                  form=request.form)


@bp.post(HERE)
def save(number, code):
    """Store the draft and whatever was typed into the page, or nothing of it."""
    screen, typed = screen_of(number, code), read(request.form)
    try:
        changed = changes.save(screen, typed.by_row, typed.read_at, "confirm_hidden" in request.form)
    except Refused as refusal:
        if not refusal.fields:
            raise
        return answer(screen_of(number, code), typed.rows, status=422, refused=refusal.fields, form=request.form)
    except Overtaken:
        return answer(screen_of(number, code), typed.rows, status=409, form=request.form)
    screen = screen_of(number, code)
    return answer(screen, typed.rows, _saved(screen, changed))


@bp.post(f"{HERE}/discard")
def discard(number, code):
    """Forget the draft."""
    screen = changes.discard(screen_of(number, code))
    return answer(screen, shown_rows(request.form), _("Your changes are discarded. Nothing was in force."))


@bp.post(f"{HERE}/choices")
def choose(number, code):
    """Settle a conflict: `keep` is 'mine' or 'theirs', for one row ('mine-XA101') or for all."""
    screen, typed = screen_of(number, code), read(request.form)
    side, _dash, chosen = request.form.get("keep", "").partition("-")
    if side not in ("mine", "theirs"):
        abort(400)
    target = {"": changes.ALL_ROWS, "defaults": DEFAULTS_ROW}.get(chosen, chosen)
    screen = changes.choose(screen, target, side == "mine")
    return answer(screen, typed.rows, _("Kept as yours; Save stores it.") if side == "mine"
                  else _("Taken as theirs; your own change is dropped."), form=request.form)


@bp.post(f"{HERE}/bulk")
def bulk(number, code):
    """Set the marked rows of the draft at once; or mark them, which keeps what else was typed as a draft."""
    screen, typed = screen_of(number, code), read(request.form)
    if keep_marks(place_of(screen), screen.standings, found(screen)):
        if request.form["act"] == MARK and wants_fragment():
            return page("subcentres/_bulk.html", None, **parts(screen, ()))
        if typed.by_row:
            screen = changes.draft(screen, typed.by_row, typed.read_at)
        return whole(screen) if wants_fragment() else redirect(address(screen, _anchor="bar"), 303)
    chosen = [each for each in screen.standings if each in marked_in(place_of(screen))]
    try:
        values = _same_as_defaults(screen) if request.form.get("set") == "defaults" else _bulk_values()
        if not chosen:
            raise Refused(mark=Sentence("Mark at least one centre first."))
    except Refused as refusal:
        return answer(screen, typed.rows, status=422, refused=refusal.fields, form=request.form)
    by_row = {**typed.by_row, **{each: {**typed.by_row.get(each, {}), **values} for each in chosen}}
    screen = changes.draft(screen, by_row, typed.read_at)
    return answer(screen, typed.rows, _("Set for %(centres)s. Look at what would follow, then Save.",
                                        centres=_centres(len(chosen))), form=request.form)


def screen_of(number, code, only=None):
    """The Screen of the URL's Associate and series, with the draft of whoever asks."""
    associate = associate_of(number)
    return Screen(current_user._get_current_object(), associate, series_of(associate, code), now(), only)


def _bulk_values():
    form, values = request.form, {}
    if typed := form.get("bulk_delay", "").strip():
        parse_delay(typed, "bulk_delay")
        values["delay"] = typed
    if form.get("bulk_access") in ("yes", "no"):
        values["give_access"] = form["bulk_access"] == "yes"
    if form.get("bulk_mode") in (DEFAULT, CENTRE_DEFINED):
        values["contact_mode"] = form["bulk_mode"]
    if not values:
        raise Refused(bulk_delay=NOTHING)
    return values


def _same_as_defaults(screen):
    meant = screen.proposal.meant
    return {name: format_delay(meant[name]) if name == "delay" else meant[name] for name in ROW_FIELDS}


def _centres(count):
    return _("%(n)s centres", n=count) if count != 1 else _("1 centre")


def _saved(screen, changed):
    """What Save did, what the centres that it concerned need now, and the press for that."""
    if changed is None:
        last = last_save(screen.officer, screen.associate, screen.series, screen.now - timedelta(minutes=5))
        if not last:
            return _("Everything is saved already.")
        return _("Everything is saved already (%(centres)s, %(when)s).", centres=_centres(last[1]), when=_(
            "a moment ago") if screen.now - last[0] < timedelta(minutes=1) else _("a few minutes ago"))
    if not changed:
        return _("Saved.")
    said, so = _("Saved. %(changed)s.", changed=centres_changed(len(changed))), screen.as_it_is(changed)
    for fact, need in (("needing_credentials", GENERATE), ("out_of_date", REISSUE)):
        counts = {number: count for number in changed if (count := getattr(so[number], fact))}
        if counts and not screen.series.is_closed(screen.now):
            where = _centres(len(counts)) if len(counts) > 1 else next(iter(counts))
            sentence, label = needed(need, sum(counts.values()), where)
            return f"{said} {sentence}", (Press(label, url_for(
                "to_do.index", number=screen.associate.number, code=screen.series.code, need=need)),)
    return said
