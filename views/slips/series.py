"""'Candidate Results website administration': the series, its details, and what its slips need."""
from typing import NamedTuple

from flask import Blueprint, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from documents import words
from documents.papers import unprintable_names
from models.acts import issuing
from models.rules.consequences import release_lines
from models.rules.needs import NO_SLIP, OUT_OF_DATE, groups, needs
from models.rules.standing import releases_of, standing_of
from models.rules.subcentre_screen import Screen
from models.rules.to_do import Line
from models.tables.exams import Series
from models.tables.offers import ALL, SELECTED
from views.forms import series_choices
from views.frame import TAB, frame
from views.guards import officers_only
from views.hypermedia import now, page
from views.languages import in_zone
from views.reach import managed_centre_of, names_of, next_series, offered_series, series_of
from views.slips.presses import for_batch, layout_words
from views.slips.to_do import lines_of
from views.what_needs_doing import needs_of

bp = Blueprint("series", __name__)
bp.before_request(officers_only)


@bp.get("/centres/<number>/candidate-results")
def index(number):
    """Choose a series; 'Go' leads to its details."""
    centre = managed_centre_of(number)
    offered = offered_series(centre)
    chosen = offered.where(Series.code == request.args.get("series", "")).first()
    if chosen:
        return redirect(url_for("series.series", number=centre.number, code=chosen.code), 303)
    return page("slips/choose_series.html", series=series_choices(offered), next_code=next_series(offered, now()),
                **frame(centre, TAB, "candidate-results"))


@bp.get("/centres/<number>/candidate-results/<code>")
def series(number, code):
    """'Series details'."""
    centre = managed_centre_of(number)
    series = series_of(centre, code)
    return page("slips/series.html", **details(centre, series))


class Step(NamedTuple):
    """What comes next. `press`: its words; `act`: what it does to all whom it concerns, else it leads to `address`."""

    what: str
    reason: str
    press: str = ""
    address: str = ""
    act: str = ""


def details(centre, series):
    """What the 'Series details' page says of one centre."""
    standing, releases, moment = standing_of(centre, series), releases_of(series), now()
    members = groups(series, [centre.id])[centre.id]
    needed = needs(standing, members, releases, moment, unprintable=unprintable_names(series, [centre.id])[centre.id])
    framed, batches = frame(centre, TAB, f"candidate-results/{series.code}", series), issuing.batches_of(centre, series)
    return {
        **framed, "allowed": "", "allows": framed["allowed"],  # said once, where it stands among the facts
        "series": series, "standing": standing, "who": status_line(standing, members), "entered": bool(members),
        "releases": release_words(standing, release_lines(standing, members, releases), releases),
        "steps": next_steps(Line(centre, needed, standing, members), releases, moment, framed["allowed"])
        if members else [], "needs": needed,
        "own": own_centres(centre, series) if centre.is_associate else None,
        "batches": [(batch, for_batch(batch, centre.number, series.code)) for batch in batches],
        "layout": layout_words(issuing.last_layout(current_user)),
        "names": names_of([standing.offer.terms_by, *(batch.made_by for batch in batches)]),
        "earlier": earlier_offers(centre, series),
    }


def own_centres(associate, series):
    """What an Associate reads of its attached centres: (sentence, link text, address), the most pressing first."""
    lines = [line.needs for line in lines_of(associate, series) if line.centre.id != associate.id]
    listed = Screen(None, associate, series, now()).listed
    here, to_do = ({"number": associate.number, "code": series.code}, "to_do.index")
    needy, stale = sum(one.is_something for one in lines), sum(one.out_of_date for one in lines)
    found = [
        (needy and ngettext("%(num)s centre needs something", "%(num)s centres need something", needy),
         _("What needs doing"), url_for(to_do, **here)),
        (stale and ngettext("%(num)s slip is out of date", "%(num)s slips are out of date", stale),
         _("Whose slips are out of date"), url_for(to_do, **here, need="reissue")),
        (_("%(n)s of %(all)s attached centres have access", n=sum(one.give_access for one in listed), all=len(listed)),
         "", "")]
    return [line for line in found if line[0]]


def status_line(standing, members):
    """How many candidates have access, in the words of the page."""
    scope = standing.offer.scope
    count = sum(group.count for group in members if group.is_covered(scope))
    if scope == ALL:
        return _("ALL Candidates have access (%(count)s)", count=count)
    if scope == SELECTED:
        return ngettext("Selected Candidates: %(num)s candidate has access",
                        "Selected Candidates: %(num)s candidates have access", count)
    return _("NO Candidates have access")


def release_words(standing, lines, releases):
    """(qualifications, words) a distinct release instant, with every delay applied, whose decides and what is held."""
    decides = {"associate": _("your Associate’s delay decides"), "centre": _("the centre’s own delay decides")}
    lines_said = []
    for instant, names in lines:
        said = in_zone(instant, standing.centre.time_zone) if instant else _("to be announced")
        if instant and standing.delay:
            said += f" · +{words.delay(standing.delay)}, {decides[standing.deciding]}"
        if held := [name for name in names if name in releases and releases[name].held_at]:
            said += " · " + _("held back by the board for now: %(names)s", names=", ".join(held))
        lines_said.append((", ".join(names), said))
    return lines_said


def next_steps(line, releases, moment, allowed):
    """The Steps of a centre, the worst first; one even where nothing needs doing. `allowed`: what its Associate allows,
    in words."""
    centre, series = line.centre, line.standing.series
    if series.is_closed(moment):
        return []
    if not line.standing.has_access:
        return [_without_access(centre, series, allowed)]
    if not line.needs.offered:
        return [Step(_("choose who may use the service"),
                     _("Then give the contact and confirm: the PDF file with every login is made at once."),
                     _("Edit status"), url_for("status.status", number=centre.number, code=series.code))]
    acts = {NO_SLIP: "generate-all", OUT_OF_DATE: "reissue-all"}
    return [Step(what, reason, press, address, acts.get(address.rpartition("state=")[2], ""))
            for _count, what, reason, press, address in needs_of(line, series, releases, centre)] or [
        Step(_("Nothing needs doing"), _("Every candidate with access has a slip, and what it prints is true."))]


def _without_access(centre, series, allowed):
    if current_user.acts_for_associate_of(centre):
        return Step(_("give this centre access"), _("You give it in Subcentre Management."),
                    _("Give access to %(number)s", number=centre.number), url_for(
                        "subcentres.index", number=centre.associate.number, code=series.code, find=centre.number))
    ask = _("Only your Associate can give it: ask %(name)s, %(email)s.",
            name=centre.associate.name, email=centre.associate.email)
    return Step(_("Your centre has no access yet"), f"{allowed} {ask}")


def earlier_offers(centre, series):
    """The centre's other series, whose settings may be started from, as (code, name)."""
    return series_choices(offer.series for offer in issuing.offers_of(centre) if offer.series_id != series.id)
