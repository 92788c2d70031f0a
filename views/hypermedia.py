"""The only reader of htmx's request headers, and what every view shares in answering."""
from datetime import UTC, datetime
from typing import NamedTuple

from flask import abort, flash, make_response, redirect, render_template, request, send_file
from flask_babel import gettext

from models.database import Sentence

POLLED = ("work.show", "board_imports.show", "sign_in.time_left", "today.today", "board_today.today")


class Press(NamedTuple):
    """What a notice offers next: a link, or a button that `posts`."""

    label: str
    address: str
    posts: bool = False


def now():
    """This instant, aware, UTC, whole seconds: as the database keeps it."""
    return datetime.now(UTC).replace(microsecond=0)


def wants_fragment():
    """Whether htmx will put the answer into an element; a history restore wants the page."""
    return request.headers.get("HX-Request-Type") == "partial"


def is_htmx():
    return request.headers.get("HX-Request") == "true"


def is_poll():
    """Whether an open page of staff asks by itself how far the work is: nobody need be sitting before it."""
    return request.endpoint in POLLED and request.method == "GET" and wants_fragment()


def page_before():
    """The page of this site that the request was sent from, as `own_page`, or ''."""
    address = (request.headers.get("HX-Current-URL") or request.referrer or "").partition("://")[2]
    return own_page(address.removeprefix(request.host)) if address.startswith(request.host) else ""


def own_page(address):
    """The address if it is a path of this site, with its query, or '': never another host."""
    path = address.replace("\\", "/")
    return address if address.isprintable() and path.startswith("/") and not path.startswith("//") else ""


def say(sentence):
    """A `Sentence` in the reader's language."""
    if not isinstance(sentence, Sentence):
        return gettext(sentence)
    values = {name: say(value) if isinstance(value, Sentence) else value for name, value in sentence.values.items()}
    text = gettext(sentence.msgid)
    return text % values if values else text


def page(template, fragment=None, status=200, **values):
    """The fragment for htmx, if there is one; the whole page in the same state for everyone else."""
    chosen = fragment if fragment and wants_fragment() else template
    return make_response(render_template(chosen, **values), status)


def done(address, notice, template=None, presses=(), **values):
    """A POST was accepted: the fragment with the notice for htmx, back to the page (303) otherwise. `presses`: each
    Press that comes next; a notice with presses is (sentence, presses)."""
    notice = (notice, presses) if presses else notice
    if template and wants_fragment():
        return make_response(render_template(template, notice=notice, **values))
    flash(notice, "success")
    return redirect(address, 303)


def attachment(file, kind, name):
    """A file to keep, never to be shown as a page and never kept by a browser's cache. `file`: path or stream."""
    response = send_file(file, kind, as_attachment=True, download_name=name, etag=False)
    response.headers["Cache-Control"] = "no-store"
    return response


def or_404(query):
    """The one row of a query that starts from the person's own centres, or 404 as for a stranger's."""
    row = query.first()
    if row is None:
        abort(404)
    return row
