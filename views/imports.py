"""Pages of a file that is sent, looked at and applied.

`routes` adds them to a blueprint. A file whose columns are not all known waits until somebody has told which is which.
"""
import io
from datetime import datetime
from typing import NamedTuple

from flask import abort, current_app, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from exchange import importing
from exchange.columns import BESIDE, COLUMNS, beside_of
from exchange.difference import SECTIONS, Difference
from exchange.kinds.series import all_qualifications
from exchange.recognising import Unmatched, refuse_unmatched, remembered, syllabuses
from exchange.tables import csv_bytes
from jobs import imports, queue
from models.acts import links
from models.acts.files import sane_name
from models.database import Overtaken, Refused, Sentence
from models.tables.imports import KINDS
from views.forms import errors_of
from views.hypermedia import attachment, now, or_404, page, say
from views.languages import BOARD_ZONE, in_zone
from views.reach import imports_of_own, zones_of_own

MOST_ZONES = 2  # of centres, beside a time


class Pages(NamedTuple):
    """Where such pages stand. `name`: of the page with the form; `endpoint`: of the blueprint; `where`: what their
    addresses begin with; `kinds`: which files are sent there; `layout`: the template around them, which needs `frame`;
    `refused(errors)`: the page with the form again."""

    name: Sentence
    endpoint: str
    where: dict
    kinds: tuple
    layout: str
    frame: dict
    refused: object

    def address(self, board_import, page="show", **more):
        return url_for(f"{self.endpoint}.{page}", **self.where, public_id=board_import.public_id, **more)


def routes(bp, at, pages_of):
    """Add the pages to a blueprint below `at`; `pages_of(**where)` gives their Pages, or refuses."""
    @bp.post(at)
    def send(**where):
        """Look at the file, or let the queue look at a large one; nothing of it is applied yet."""
        return _send(pages_of(**where))

    @bp.get(f"{at}/<public_id>")
    def show(public_id, **where):
        pages = pages_of(**where)
        return _shown(pages, _import_of(pages, public_id))

    @bp.post(f"{at}/<public_id>/columns")
    def tell(public_id, **where):
        """Which column is which, and what the file does not say itself."""
        pages = pages_of(**where)
        return _tell(pages, _import_of(pages, public_id))

    @bp.get(f"{at}/<public_id>/<any({', '.join(SECTIONS)}):section>.csv")
    def section(public_id, section, **where):
        """One list of what the file would do, with all its lines."""
        pages = pages_of(**where)
        return _section(_import_of(pages, public_id), section)

    @bp.post(f"{at}/<public_id>/apply")
    def apply(public_id, **where):
        """Put the file in place, if it still does what the officer saw."""
        pages = pages_of(**where)
        return _apply(pages, _import_of(pages, public_id))


def _send(pages):
    kind, sent = request.form.get("kind", pages.kinds[0] if len(pages.kinds) == 1 else ""), request.files.get("file")
    try:
        if kind not in KINDS:
            raise Refused(kind=Sentence("Choose what the file holds."))
        _refuse_without_right(pages, kind)
        name = sane_name(sent.filename if sent else "")
        with sent.stream as stream:
            board_import = imports.send(kind, name, stream, current_user._get_current_object(), now(),
                                        complete="complete" in request.form)
    except Refused as refusal:
        return pages.refused(errors_of(refusal))
    return _begun(pages, board_import)


def _import_of(pages, public_id):
    """The import of the URL, for those who may send such a file; an Associate's officers see their own alone."""
    board_import = or_404(imports_of_own(public_id))
    _refuse_without_right(pages, board_import.kind)
    return board_import


def _refuse_without_right(pages, kind):
    if kind not in pages.kinds or not imports.may_send(current_user, kind):
        abort(403)


def _begun(pages, board_import):
    """To the page of the import, which says how it stands, its Job enqueued where it has one."""
    if board_import.job:
        queue.enqueue(current_app, board_import.job)
    return redirect(pages.address(board_import), 303)


def _tell(pages, board_import):
    if not _waits(board_import):
        return _shown(pages, board_import, 409)
    names = request.form.getlist("heading")
    columns = request.form.getlist("column")
    told = zip(request.form.getlist("syllabus"), request.form.getlist("qualification"), strict=False)
    given = {"map": dict(zip(names, columns, strict=False))} | beside_of(
        request.form.get("series", ""), [f"{code}={name}" for code, name in told])
    try:
        imports.tell(board_import, given, current_user._get_current_object(), now())
    except Unmatched as unmatched:
        return _asked(pages, board_import, unmatched, given, 422)
    except Refused as refusal:
        return _shown(pages, board_import, 422, str(refusal))
    return _begun(pages, board_import)


def _apply(pages, board_import):
    if board_import.applied_at or board_import.looked_at is None or (board_import.job and not board_import.job.is_over):
        return _shown(pages, board_import, 409)
    board_import.job = None
    agreed = {name: name in request.form for name in ("skips_refused", "ends_logins")}
    try:
        difference = imports.apply(board_import, current_user._get_current_object(), now(),
                                   request.form.get("seen", ""), **agreed)
    except (Refused, Overtaken) as refusal:
        return _shown(pages, _import_of(pages, board_import.public_id), 422 if isinstance(refusal, Refused) else 409,
                      str(refusal))
    if difference and difference.made:
        return _links_shown(pages, difference.made)
    return _begun(pages, board_import)


def _links_shown(pages, made):
    """The one-time links of new officers, shown this once."""
    portal = current_app.config["PORTAL_ADDRESS"]
    told = [(officer, numbers, links.address_of(portal, code), code) for officer, numbers, code in made]
    return page("imports/links.html", layout=pages.layout, links=told, **pages.frame)


def _shown(pages, board_import, status=200, refusal=""):
    """The page of one import; 409: the data are no longer what the officer saw."""
    if _waits(board_import):
        try:
            refuse_unmatched(board_import, io.BytesIO(board_import.content))
        except Unmatched as unmatched:
            return _asked(pages, board_import, unmatched, {}, status)
    is_open = board_import.looked_at and not board_import.applied_at and board_import.found
    difference = Difference.from_json(board_import.found) if is_open else None
    values, seen = {}, ""
    if difference:
        if difference.unreleased and current_user.reads_unreleased and status == 200:
            difference = importing.told_early(board_import, current_user, now())
        values = _values(board_import, difference)
        seen = imports.agreement(board_import, importing.fingerprint(board_import))
    return page("imports/show.html", "imports/_show.html" if status == 200 else None, status=status,
                layout=pages.layout, pages=pages, board_import=board_import, difference=difference, values=values,
                seen=seen, overtaken=status == 409, refusal=refusal, sections=SECTIONS, **pages.frame)


def _waits(board_import):
    """Whether somebody is to tell first which column is which."""
    return bool(board_import.content) and board_import.job is None and board_import.looked_at is None


def _asked(pages, board_import, unmatched, given, status):
    """The page that asks what the columns of a file are."""
    heading = unmatched.heading
    given = remembered(board_import.kind, heading) | given
    ours = {place: column for column, places in heading.places.items() for place in places}
    codes = syllabuses(board_import, io.BytesIO(board_import.content)) \
        if "qualification" in heading.missing else []
    return page(
        "imports/columns.html", status=status, layout=pages.layout, pages=pages, board_import=board_import,
        columns=[(name, ours.get(place, given.get("map", {}).get(name, "")),
                  [row[place] for row in unmatched.sample if place < len(row)])
                 for place, name in enumerate(heading.names)],
        choices=[("", _("not read")), *((column, column) for column in COLUMNS[board_import.kind])],
        refusal=unmatched.fields["file"], given=given, asks=[one for one in BESIDE if one in heading.missing],
        codes=codes, qualifications=[("", "–"), *((name, name) for name in all_qualifications())], **pages.frame)


def _section(board_import, section):
    items, difference = importing.listed(board_import, section, now()) if board_import.found else ([], None)
    values = _values(board_import, difference) if difference else {}
    rows = []
    for item in items:
        if isinstance(item, str):
            rows.append(("", item))
        else:
            line, what, *pair = item
            rows.append((difference.label(line), say(what), *values.get(line, pair)))
    return attachment(io.BytesIO(csv_bytes(("line", "what", "was", "will_be"), rows)), "text/csv; charset=utf-8",
                      f"{section}-{board_import.kind}.csv")


def _values(board_import, difference):
    """{line: (was, will be)} as they are shown: results to whoever may see them, times in zones."""
    if board_import.kind != "releases":
        return importing.changed_values(board_import, now(), early=current_user.reads_unreleased)
    zones = zones_of_own(MOST_ZONES)
    return {line: tuple(_in_zones(at, ("UTC", BOARD_ZONE, *zones)) for at in pair)
            for line, _what, *pair in difference.new + difference.changed}


def _in_zones(at, zones):
    return " = ".join(in_zone(datetime.fromisoformat(at), zone) for zone in dict.fromkeys(zones)) if at else ""
