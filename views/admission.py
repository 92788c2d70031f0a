"""What a request may be before anybody reads it: of which characters, how large, and from whose page.

A body is measured and parsed after the first two locks only, so that somebody who is not signed in never costs more
than SMALL bytes. Everything here is asked in one place, `guards.admit`, for both sites.
"""
import re
from urllib.parse import unquote_to_bytes, urlsplit

from flask import abort
from flask_babel import gettext as _
from flask_login import current_user

from views import errors

SMALL = 4096, 20  # bytes and fields, of somebody who is not signed in, and of a candidate
USUAL = 64 * 1024, 1000
MEGABYTE = 1024 * 1024
LARGER = {  # pages that need more
    "files.send": (21 * MEGABYTE, 20),
    "board_imports.send": (33 * MEGABYTE, 20),
    "officers.send": (2 * MEGABYTE, 20),
    "subcentres.": (2 * MEGABYTE, 20_000),
    "status.confirm": (MEGABYTE, 20_000),
    "credentials.act": (MEGABYTE, 20_000),
    "to_do.": (MEGABYTE, 20_000),
}
LARGEST = max(most for most, _fields in LARGER.values())  # of any request
SMALL_PATHS = re.compile(r"/results/|/(sign-in|sign-in/code|welcome|verify)$")
LARGE_PATHS = re.compile(r"/centres/[^/]+/files$|/board/imports$")
ALWAYS_SMALL = ("candidates.", "public.", "sign_in.", "health.")
ODD = re.compile("[\0\ud800-\udfff\ufffd]")  # the last is what werkzeug makes of bytes that are no UTF-8
CHANGES = {"POST", "PUT", "PATCH", "DELETE"}


def most_bytes(path):
    """How long the body of a request to this path may be, asked by a server at its head, before there is a session."""
    if SMALL_PATHS.match(path):
        return SMALL[0]
    return LARGEST if LARGE_PATHS.match(path) else 2 * MEGABYTE


def refuse_unreadable(asked):
    """400 for NUL, lone surrogates and bytes that are no UTF-8 in path, query and cookies of a request."""
    environ = asked.environ
    path, query, cookies = environ["PATH_INFO"], environ.get("QUERY_STRING", ""), environ.get("HTTP_COOKIE", "")
    if not path.isascii() or "\0" in path:
        _read(path.encode("latin-1"))
    if "%" in query or not query.isascii():
        _read(unquote_to_bytes(query.encode("latin-1")))
    if not cookies.isascii() or "\0" in cookies:
        _read(cookies.encode("latin-1"))


def refuse_body(asked, room=None):
    """413 for what is larger than its page needs (or `room`), 400 for the unreadable, 403 for another site's form."""
    if asked.method not in CHANGES:
        return None
    most, fields = room or _room(asked.endpoint or "")
    if (asked.content_length or 0) > most:
        abort(413)
    if not is_from_own_page(asked):
        return errors.answer(403, _("This form must be sent from this site's own page."))
    asked.max_content_length = asked.max_form_memory_size = most
    asked.max_form_parts = fields
    if asked.environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        body = asked.get_data()  # kept for whoever parses it
        if body.count(b"&") >= fields:
            abort(413)
        _read(unquote_to_bytes(body.replace(b"+", b" ")) if b"%" in body else body)
        return None
    for name, value in asked.form.items(multi=True):
        _refuse_odd(name + value)
    for _name, file in asked.files.items(multi=True):
        _refuse_odd(file.filename or "")
    return None


def is_from_own_page(asked):
    """Whether a form was sent from a page of this host: Fetch Metadata says so, else Origin, else Referer.

    Who says nothing of the three may not: every browser of ten years sends one.
    """
    said = asked.environ.get("HTTP_SEC_FETCH_SITE")
    if said:
        return said == "same-origin"
    came_from = asked.headers.get("Origin") or asked.headers.get("Referer", "")
    try:
        theirs, own = urlsplit(came_from), urlsplit(asked.host_url)
    except ValueError:
        return False
    return (theirs.scheme, theirs.netloc) == (own.scheme, own.netloc)


def _room(endpoint):
    if endpoint.startswith(ALWAYS_SMALL) or not endpoint or not current_user.is_authenticated:
        return SMALL
    return LARGER.get(endpoint) or LARGER.get(endpoint.partition(".")[0] + ".") or USUAL


def _read(octets):
    try:
        _refuse_odd(octets.decode())
    except UnicodeDecodeError:
        abort(400)


def _refuse_odd(text):
    if ODD.search(text):
        abort(400)
