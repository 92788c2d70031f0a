"""'Help': a guide for each kind of officer, as a page and on paper from the same sentences, and which part of it is
about which screen. ‘…’ in a sentence is the name of a control, link or page as the officer reads it there."""
import html
import io
import re
from typing import NamedTuple

from flask import Blueprint, current_app, request, url_for
from flask_login import current_user

from documents.guide import write_guide
from documents.statements import StatementLayout
from models.tables.exams import Candidate, Centre, Series
from views.guards import officers_only
from views.hypermedia import attachment, now, page
from views.reach import next_series, offered_series

bp = Blueprint("help", __name__, url_prefix="/help")
bp.before_request(officers_only)
ROLES = ("associates", "centres", "board")
ROLE = f"<any({', '.join(ROLES)}):role>"
NAME = re.compile("‘([^‘’]+)’")
ANCHORS = {  # endpoint: the section of the guide that is about this screen
    "associates": {
        "series.index": "start", "series.series": "start", "subcentres.index": "access", "to_do.index": "generate",
        "subcentres.carry_over": "access", "subcentres.history": "history", "officers.index": "officers",
        "checklist.index": "day", "today.today": "day"},
    "centres": {
        "dashboard.centre": "start", "sign_in.home": "start",
        "history.centre": "account", "series.index": "confirm", "series.series": "confirm",
        "status.status": "confirm", "credentials.batch": "slips", "credentials.read": "slips",
        "preview.preview": "slips", "to_do.index": "attention", "work.show": "attention", "credentials.index": "one",
        "files.index": "files", "results.index": "results", "circle.index": "results",
        "checklist.index": "day", "today.today": "day", "account.account": "account",
        "account.second_factor": "account"},
    "board": {
        "board_start.index": "day",
        "board_centres.index": "centres", "board_centres.edit": "centres", "board_centres.move": "centres",
        "board_officers.index": "officers", "board_officers.edit": "officers", "board_imports.index": "imports",
        "board_imports.show": "imports", "board_series.index": "releases", "board_series.series": "releases",
        "board_next_steps.index": "words", "board_statements.index": "statements", "board_audit.index": "day",
        "board_queue.index": "day", "board_today.today": "day"},
}
SCREENS = {  # the name of a screen, or of a link to it: its endpoint
    "Administer exams": "dashboard.centre", "Candidate results website": "series.index",
    "Series details": "series.series", "Edit status": "status.status", "What needs doing": "to_do.index",
    "Candidates and slips": "credentials.index", "Preview what a candidate sees": "preview.preview",
    "Checklist": "checklist.index", "File Exchange": "files.index", "View your entries and results": "results.index",
    "Manage attached centres": "subcentres.index", "Subcentre Management": "subcentres.index",
    "History of changes": "subcentres.history", "Officers of your Associate Centres": "officers.index",
    "Your account": "account.account", "Imports": "board_imports.index", "Centres": "board_centres.index",
    "Officers": "board_officers.index", "Series and releases": "board_series.index",
    "Next steps": "board_next_steps.index", "Statements": "board_statements.index", "Queue": "board_queue.index",
    "Audit trail": "board_audit.index",
}
OF_ASSOCIATES = ("subcentres.index", "subcentres.history", "officers.index")
OF_ENTRIES = ("status.status", "credentials.index")  # of centres that have some
FOR_EVERYBODY = ("dashboard.centre", "files.index", "results.index", "account.account")


class Guide(NamedTuple):
    """`sections`: (anchor, heading, blocks) each, the blocks as `documents.guide` has them."""

    title: str
    for_whom: str
    sections: tuple


@bp.get("/")
def index():
    """Who are you?"""
    return page("help/index.html", guides={role: guide_for(role) for role in ROLES},
                candidate_help=f"{current_app.config['SITE_ADDRESS']}en/help")


@bp.get(f"/{ROLE}")
def guide(role):
    return page("help/guide.html", role=role, guide=guide_for(role), to=addresses(_centre(role)))


@bp.get(f"/{ROLE}.pdf")
def pdf(role):
    found, out = guide_for(role), io.BytesIO()
    write_guide(found.title, found.for_whom, tuple(section[1:] for section in found.sections), out,
                StatementLayout(board_name=current_app.config["BOARD_NAME"], printed_at=now()))
    out.seek(0)
    return attachment(out, "application/pdf", f"help-{role}.pdf")


@bp.app_template_global()
def help_address(endpoint, centre=None):
    """Where the help about a screen stands; `centre`: the one that the screen is of, if it is of one."""
    is_associates = centre and centre.is_associate and endpoint in ANCHORS["associates"]
    role = "board" if endpoint in ANCHORS["board"] else "associates" if is_associates else "centres"
    if endpoint not in ANCHORS[role]:
        return url_for("help.index")
    return url_for("help.guide", role=role, centre=centre.number if centre else None, _anchor=ANCHORS[role][endpoint])


def guide_for(role):
    """The Guide that help/_<role>.html holds."""
    names = ("BOARD_NAME", "SUPPORT_EMAIL")
    held = current_app.jinja_env.get_template(f"help/_{role}.html").make_module(
        {name.lower(): current_app.config[name] for name in names})
    return Guide(str(held.title), str(held.for_whom), tuple(
        (anchor, str(heading), tuple(_runs(block) if isinstance(block, str) else tuple(map(_runs, block))
                                     for block in blocks)) for anchor, heading, blocks in held.sections))


def _runs(sentence):
    """A sentence in runs of (text, whether it is a name)."""
    return tuple((text, bool(place % 2)) for place, text in enumerate(NAME.split(html.unescape(str(sentence)))) if text)


def addresses(centre):
    """{name of a screen: its address} of those that the officer reaches, at this Centre in its next series."""
    known, barred = {}, set()
    if centre:
        manages, offered = current_user.has_right("manages_candidate_results", centre), offered_series(centre)
        series = offered.where(Series.code == next_series(offered, now())).first() or offered.first()
        has_entries = centre.candidates.where(Candidate.series == series, Candidate.qualifications != "").exists()
        known = {"number": centre.number, "code": series and series.code}
        barred = {*(() if centre.is_associate else OF_ASSOCIATES), *(() if has_entries else OF_ENTRIES),
                  *(() if manages else set(SCREENS.values()) - set(FOR_EVERYBODY))}
    found = {}
    for name, endpoint in SCREENS.items():
        needed = next(current_app.url_map.iter_rules(endpoint)).arguments
        is_shut = endpoint in barred or (endpoint.startswith("board_") and not current_user.is_board_staff)
        if not is_shut and all(map(known.get, needed)):
            found[name] = url_for(endpoint, **{key: known[key] for key in needed})
    return found | {"Administering the candidate results service": url_for("help.guide", role="centres")}


def _centre(role):
    """The centre that the links of a guide lead to: the one that is asked for, or the officer's own of that kind."""
    asked = current_user.centres.where(Centre.number == request.args.get("centre", "")).first()
    own = sorted(current_user.own_centres, key=lambda centre: centre.is_associate != (role == "associates"))
    return asked or next(iter(own), None)
