"""A session that is over costs nothing: what is pressed then is kept for its officer, who comes back to it."""
import secrets
from datetime import timedelta

from flask import flash, request, session, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException

from models.acts import accounts, kept
from models.tables.once import LENGTH
from models.tables.people import Officer
from views.admission import is_from_own_page, refuse_body
from views.errors import leave_for
from views.hypermedia import is_htmx, now, page_before, say

ROOM = 64 * 1024, 20_000  # bytes and fields of what is kept
NEVER = ("sign_in", "account")  # areas whose forms hold passwords and codes
SECRETS = ("password", "current", "again")  # controls of other areas: the password of a PDF file
OF_THE_SAME = ("_flashes", "officer", "kept", "csrf_token")
MINUTE = timedelta(minutes=1)


def sign_in_again():
    """The session is gone: to sign-in, and back to this page afterwards. What was pressed is kept, and said to be."""
    officer, told = whose()
    if officer:
        told = f"{told} {_keep(officer) if request.method == 'POST' else ''}".rstrip()
        if ("warning", told) not in session.get("_flashes", ()):  # several pages may ask before it is read
            flash(told, "warning")
    own = request.full_path.rstrip("?") if request.path != "/" else ""
    back = own if request.method == "GET" and not is_htmx() else page_before()
    return leave_for(url_for("sign_in.sign_in", next=back or None))


def whose():
    """(whom this browser's signed cookie names, or None; why that session is over). Enough to keep, never to show."""
    officer = Officer.get_or_none(Officer.public_id == session.get("officer", ""))
    return officer, officer and say(accounts.why_ended(officer, session.get("_user_id", ""), now()))


def renew_cookie(officer):
    """Forget what the browser carried before, unless it was the same officer's: pages left open then still work."""
    names = OF_THE_SAME if session.get("officer") == officer.public_id else OF_THE_SAME[:1]
    carried = {name: session[name] for name in names if name in session}
    session.clear()
    session.update(carried)


def _keep(officer):
    """Keep what was pressed, if it came from an own page. Gives the sentence that says so, or what is not kept."""
    asked = request._get_current_object()
    if not is_from_own_page(asked) or asked.endpoint == "sign_in.sign_out":
        return ""
    if officer.disabled_at or asked.blueprint in NEVER:
        return _("What you pressed last is not kept.")
    if asked.mimetype == "multipart/form-data":
        return _("What you sent last is not kept: after signing in, choose the file again.")
    try:
        refuse_body(asked, ROOM)
    except HTTPException:
        return _("What you sent last is not kept: it is too large, or cannot be read.")
    if any(asked.form.get(name) for name in SECRETS):
        return _("What you pressed last is not kept, because it holds a password.")
    session["kept"] = kept.keep(officer, {
        "path": asked.full_path.rstrip("?"), "page": page_before(),
        "once": asked.form.get("once", "")[:LENGTH] or secrets.token_urlsafe(12),
        "fields": [pair for pair in asked.form.items(multi=True) if pair[0] not in ("csrf_token", "once")]}, now())
    return _("What you pressed last is kept for %(n)s minutes; you see it when you are back.", n=kept.KEPT // MINUTE)


def kept_here(officer):
    """The form that this browser keeps for the officer, or None."""
    return kept.kept_of(officer, session.get("kept", ""), now())
