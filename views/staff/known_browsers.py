"""Browsers in which an officer has signed in with the present password: too many attempts are not refused there.

The list rides in a signed cookie of its own, so an account under attack never shuts its owner out. A mark is of the
officer and the stored password, so every browser is forgotten with a new one.
"""
import secrets
from datetime import timedelta

from flask import current_app, request
from itsdangerous import BadSignature, URLSafeSerializer

from models.acts.attempts import subject_of

LIFETIME = timedelta(days=180)
MOST = 8  # officers of one browser
DIGITS = 16


def is_known(officer):
    return _mark(officer) in _read().get("known", ())


def browser_id():
    """The random name of this browser, or '' for one that nobody has signed in with."""
    return _read().get("id", "")


def remember(response, officer):
    """Let the browser keep that this officer has signed in with it."""
    kept, mark = _read(), _mark(officer)
    others = [other for other in kept.get("known", ()) if other != mark]
    content = {"id": kept.get("id") or secrets.token_urlsafe(12), "known": [mark, *others][:MOST]}
    response.set_cookie(_name(), _signer().dumps(content), max_age=LIFETIME, httponly=True, samesite="Lax",
                        secure=current_app.config["SESSION_COOKIE_SECURE"])
    return response


def _mark(officer):
    return subject_of(f"{officer.email} {officer.password_hash}")[:DIGITS]


def _read():
    try:
        return _signer().loads(request.cookies.get(_name(), ""))
    except BadSignature:
        return {}


def _name():
    return "__Host-known" if current_app.config["SESSION_COOKIE_SECURE"] else "known"


def _signer():
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="known browser")
