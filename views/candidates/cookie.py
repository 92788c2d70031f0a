"""The candidate's cookie: the session's token and when its owner was last active, signed.

So a page that is only read writes nothing to the database. Signed and written by hand it takes two hellos less of a
sign-in than itsdangerous and `set_cookie`, with which it would be over its ceiling of six. On http (an installation
that is not in production) the cookie has a plain name, because not every browser keeps a `__Host-` one there.
"""
import hmac
import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from flask import current_app, request

RENEWED_AFTER = timedelta(minutes=1)
SIGNED_CHARACTERS = 32  # 128 bits


def read():
    """(token, when last active) of this request's cookie; (None, None) without one that we have signed."""
    config = current_app.config
    token, _, rest = _value(config).partition(".")
    at, _, signature = rest.partition(".")
    if not signature or not hmac.compare_digest(signature, _signature(config, token, at)):
        return None, None
    return token, datetime.fromtimestamp(int(at, 16), UTC)


def is_there():
    return _name(current_app.config) in request.cookies


def header(token, now):
    """The header that gives the browser the token, active now."""
    config, at = current_app.config, f"{int(now.timestamp()):x}"
    return "Set-Cookie", f"{_name(config)}={token}.{at}.{_signature(config, token, at)}; {_attributes(config)}"


def write(response, token, now):
    """Give the browser of this response the token, active now."""
    response.headers.add(*header(token, now))
    return response


def clear(response):
    config = current_app.config
    response.headers.add("Set-Cookie", f"{_name(config)}=; Max-Age=0; {_attributes(config)}")
    return response


def _value(config):
    """Ours of the browser's cookies, without reading the others: it is asked for on every request."""
    found = _ours(_name(config)).search(request.environ.get("HTTP_COOKIE", ""))
    return found[1] if found else ""


@lru_cache(maxsize=4)
def _ours(name):
    return re.compile(rf"(?:^|; ?){name}=([\w.-]+)", re.ASCII)


def _name(config):
    return "__Host-results" if config["SESSION_COOKIE_SECURE"] else "results"


def _attributes(config):
    """Lax, so that a link from a message still finds the session; POSTs are guarded by their origin."""
    secure = "Secure; " if config["SESSION_COOKIE_SECURE"] else ""
    return f"{secure}HttpOnly; Path=/; SameSite=Lax"


def _signature(config, token, at):
    key = _key(config["SECRET_KEY"])
    return hmac.digest(key, f"{token}.{at}".encode(), "sha256").hex()[:SIGNED_CHARACTERS]


@lru_cache(maxsize=4)
def _key(secret):
    return hmac.digest(secret.encode(), b"candidate cookie", "sha256")

