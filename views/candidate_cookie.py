"""The candidate's cookie: the session's token and when its owner was last active, signed.

So a page that is only read writes nothing to the database. On http (an installation that is not in production)
the cookie has a plain name, because not every browser keeps a `__Host-` one there.
"""
import hmac
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from flask import current_app, request

RENEWED_AFTER = timedelta(minutes=1)
SIGNED_CHARACTERS = 32  # 128 bits


def read():
    """(token, when last active) of this request's cookie; (None, None) without one that we have signed."""
    token, _, rest = request.cookies.get(_name(), "").partition(".")
    at, _, signature = rest.partition(".")
    if not hmac.compare_digest(signature.encode(), _signature(token, at).encode()):
        return None, None
    return token, datetime.fromtimestamp(int(at, 36), UTC)


def is_there():
    return _name() in request.cookies


def write(response, token, now):
    """Give the browser the token, active now."""
    at = _base36(int(now.timestamp()))
    response.set_cookie(_name(), f"{token}.{at}.{_signature(token, at)}", **_attributes())
    return response


def clear(response):
    response.delete_cookie(_name(), **_attributes())
    return response


def _name():
    return "__Host-results" if current_app.config["SESSION_COOKIE_SECURE"] else "results"


def _attributes():
    """Lax, so that a link from a message still finds the session; POSTs are guarded by their origin."""
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    return {"path": "/", "httponly": True, "samesite": "Lax", "secure": secure}


def _signature(token, at):
    key = _key(current_app.config["SECRET_KEY"])
    return hmac.digest(key, f"{token}.{at}".encode(), "sha256").hex()[:SIGNED_CHARACTERS]


@lru_cache(maxsize=4)
def _key(secret):
    return hmac.digest(secret.encode(), b"candidate cookie", "sha256")


def _base36(number):
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    text = ""
    while number:
        number, place = divmod(number, 36)
        text = digits[place] + text
    return text
