"""What a request may be before anybody reads it: of which characters, how large, and from whose page.

A body is measured and parsed after the first two locks only, so that somebody who is not signed in never costs more
than SMALL bytes. Everything here is asked in one place, `guards.admit`, for both sites.
"""
import re
from urllib.parse import unquote_to_bytes, urlsplit

from flask import abort, request
from flask_babel import gettext as _
from flask_login import current_user

from views import errors

SMALL = 4096, 20  # bytes and fields, of somebody who is not signed in, and of a candidate
USUAL = 64 * 1024, 1000
MEGABYTE = 1024 * 1024
LARGER = {  # pages that need more
    "files.send": (21 * MEGABYTE, 20),
    "board_imports.send": (33 * MEGABYTE, 20),
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


def refuse_unreadable():
    """400 for NUL, lone surrogates and bytes that are no UTF-8 in path, query and cookies."""
    environ = request.environ
    path, query, cookies = environ["PATH_INFO"], environ.get("QUERY_STRING", ""), environ.get("HTTP_COOKIE", "")
    if not path.isascii() or "\0" in path:
        _read(path.encode("latin-1"))
    if "%" in query or not query.isascii():
        _read(unquote_to_bytes(query.encode("latin-1")))
    if not cookies.isascii() or "\0" in cookies:
        _read(cookies.encode("latin-1"))


def refuse_body():
    """413 for what is larger than its page needs, 400 for what cannot be read, 403 for another site's form."""
    if request.method not in CHANGES:
        return None
    most, fields = _room()
    if (request.content_length or 0) > most:
        abort(413)
    if not is_from_own_page():
        return errors.answer(403, _("This form must be sent from this site's own page."))
    request.max_content_length = request.max_form_memory_size = most
    request.max_form_parts = fields
    if request.mimetype == "application/x-www-form-urlencoded":
        body = request.get_data()  # kept for whoever parses it
        if body.count(b"&") >= fields:
            abort(413)
        _read(unquote_to_bytes(body.replace(b"+", b" ")))
        return None
    for name, value in request.form.items(multi=True):
        _refuse_odd(name + value)
    for _name, file in request.files.items(multi=True):
        _refuse_odd(file.filename or "")
    return None


def is_from_own_page():
    """Whether a form was sent from a page of this host: Fetch Metadata says so, else Origin, else Referer.

    Who says nothing of the three may not: every browser of ten years sends one.
    """
    said = request.environ.get("HTTP_SEC_FETCH_SITE")
    if said:
        return said == "same-origin"
    came_from = request.headers.get("Origin") or request.headers.get("Referer", "")
    try:
        theirs, own = urlsplit(came_from), urlsplit(request.host_url)
    except ValueError:
        return False
    return (theirs.scheme, theirs.netloc) == (own.scheme, own.netloc)


def _room():
    endpoint = request.endpoint or ""
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
