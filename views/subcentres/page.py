"""Subcentre Management as templates receive it: finished values of a Screen, as a page or in parts."""
from typing import NamedTuple

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _

from models.rules.subcentre_finding import STATES, find
from models.rules.subcentre_rows import DEFAULTS_ROW, ROW_FIELDS, fields_of
from views.controls import control, value
from views.frame import TAB, frame
from views.hypermedia import page, say, wants_fragment
from views.marks import MARKED, marked_in
from views.paging import page_of
from views.subcentres.form import prefix, was
from views.subcentres.words import centres_changed, follows, shared_words, totals

A_PAGE = 50
A_ROW, THE_DEFAULTS, ALL = "row", "defaults", "all"  # what a POST changed
BULK = ("bulk_delay", "bulk_access", "bulk_mode")
FINDING = ("find", "state", "order")


class RowShown(NamedTuple):
    """One row as the template has it; `sides`: (control, theirs, mine) where somebody else was first."""

    number: str
    name: str
    place: str
    state: str
    shown: dict
    is_governed: bool
    is_marked: bool
    errors: dict
    follows: list
    sides: list
    was: str


def finding():
    """What the address says about the list: {find, state, order}, empty ones left out."""
    return {name: text for name in FINDING if (text := request.args.get(name, "").strip()[:100])}


def address(screen, **values):
    """The address of this part of the list, but for `values`."""
    here = finding() | ({"page": request.args["page"]} if "page" in request.args else {})
    return url_for("subcentres.index", number=screen.associate.number, code=screen.series.code,
                   **{**here, **values})


def place_of(screen):
    """The list as its marks are kept."""
    return f"{screen.associate.number}/{screen.series.code}/attached-centres"


def found(screen):
    """The numbers of the centres that the address asks for, in its order."""
    here = finding()
    numbers = find(screen, here.get("find", ""), here.get("state", ""), here.get("order", "centre"))
    if here.get("state") == MARKED:
        marks = marked_in(place_of(screen))
        numbers = [number for number in numbers if number in marks]
    return numbers


def whole(screen, status=200, refused=None, form=None):
    """The whole page, or the list alone for htmx. `refused`: {'<number>-<control>': Sentence}; `form`: as sent."""
    here = finding()
    numbers = found(screen)
    shown = page_of(numbers, A_PAGE, "subcentres.index", number=screen.associate.number,
                    code=screen.series.code, **here)
    values = parts(screen.narrowed(shown.rows), shown.rows, refused, form)
    return page(
        "subcentres/index.html", "subcentres/_found.html", status, pages=shown, states=STATES,
        here=dict.fromkeys(FINDING, "") | here, all_count=len(screen.listed), found=shown.found,
        defaults_shown=screen.defaults.controls, **values,
        **frame(screen.associate, TAB, f"candidate-results/{screen.series.code}/attached-centres", screen.series))


def answer(screen, numbers, notice="", *, status=200, refused=None, form=None, of=ALL):
    """After a POST: for htmx the rows of `numbers` and what else stands otherwise, by `of`: what was changed.
    Without script back to the page when it was accepted, and the whole page in that state when it was not."""
    if wants_fragment():
        values = parts(screen, [number for number in numbers if screen.is_there(number)], refused, form)
        return page("subcentres/_changed.html", None, status, notice=notice, row_only=of == A_ROW,
                    keeps_problems=of != ALL, **values)
    if status != 200:
        return whole(screen, status, refused, form)
    if notice:
        flash(notice, "success")
    return redirect(address(screen), 303)


def parts(screen, numbers, refused=None, form=None):
    """The values that the parts of the list need, whichever of them are shown."""
    rows, counted = screen.count(numbers)
    marks = marked_in(place_of(screen))
    rows = [_row(screen, row, row.centre.number in marks) for row in rows]
    refused = {f"{prefix('')}{key}" if key[0] == "-" else key: say(said) for key, said in (refused or {}).items()}
    return {
        "series": screen.series, "address": lambda **more: address(screen, **more), "to": addresses(screen),
        "words": shared_words(), "may_choose": not screen.switched,
        "rows": rows, "defaults": _defaults(screen), "refused": refused,
        "problems": list(_problems(screen, refused, rows)), "conflicts": screen.overtaken,
        "bulk": {name: form.get(name, "") if form else "" for name in BULK} | {"marked": len(marks)},
        "bar": {
            "count": counted.centres, "changed": centres_changed(counted.centres), "effects": totals(counted),
            "defaults_changed": DEFAULTS_ROW in screen.drafts,
            "confirmed": counted.hidden_again and form and "confirm_hidden" in form,
        },
    }


def addresses(screen):
    """Where the form and its controls send to; a row's address is `row`, its number and `query`."""
    path, mark, query = address(screen).partition("?")
    found = {name: f"{path}/{part}{mark}{query}" for name, part in (
        ("draft", "draft"), ("discard", "discard"), ("bulk", "bulk"), ("choose", "choices"))}
    return found | {"save": f"{path}{mark}{query}", "row": f"{path}/rows/", "query": f"{mark}{query}"}


def _row(screen, row, is_marked):
    place, shown = row.centre, row.mine.shown
    if row.is_governed:
        shown = {name: screen.proposal.shown[name] for name in ROW_FIELDS}
    state = ("is-conflict" if row.is_overtaken else "is-refused" if row.errors else
             "is-changed" if row.is_changed else "")
    return RowShown(
        number=place.number, name=place.name, place=place.country,
        state=f"{state} is-governed" if row.is_governed else state, shown=shown, is_governed=row.is_governed,
        is_marked=is_marked, errors={name: say(said) for name, said in row.errors.items()}, follows=follows(row),
        sides=_sides(screen, place.number, row.before.controls._asdict(), row.mine.meant) if row.is_overtaken else [],
        was=was(place.number, place.version, screen.defaults.uses_defaults,
                [] if row.is_governed else [shown[name] for name in ROW_FIELDS]))


def _defaults(screen):
    proposal, stored = screen.proposal, screen.stored(DEFAULTS_ROW)
    is_overtaken = screen.is_overtaken(DEFAULTS_ROW)
    return {
        "shown": proposal.shown, "errors": {name: say(said) for name, said in proposal.errors.items()},
        "is_changed": DEFAULTS_ROW in screen.drafts,
        "sides": _sides(screen, DEFAULTS_ROW, stored, proposal.meant) if is_overtaken else [],
        "effect": _("Every attached centre follows this row, also one that is attached later.")
                if screen.would_use_defaults else
                _("While this is not ticked, every centre has the values of its own row."),
        "was": was(DEFAULTS_ROW, screen.defaults.version, screen.defaults.uses_defaults,
                   [proposal.shown[name] for name in fields_of(DEFAULTS_ROW)]),
    }


def _sides(screen, number, theirs, mine):
    """(control, theirs, mine) in words of what this officer has typed into an overtaken row."""
    return [(control(name), value(name, theirs[name]), value(name, mine[name])) for name in fields_of(number)
            if name in screen.typed(number) or theirs[name] != mine[name]]


def _problems(screen, refused, rows):
    """(address, sentence) for each refusal: of the control, on another part of the list where it is not shown."""
    shown = {row.number for row in rows}
    for id, said in refused.items():
        number, _dash, name = id.partition("-")
        if number in screen.standings and name:
            elsewhere = "" if number in shown else address(screen, find=number, state=None, order=None, page=None)
            yield f"{elsewhere}#{id}", f"{number}: {said}"
        else:
            yield f"#{id}", said
