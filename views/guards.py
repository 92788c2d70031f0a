"""The first two locks: shut by default, and the kind of person per area. And the headers of every answer."""
import re
from datetime import timedelta

from flask import abort, current_app, redirect, request
from flask_login import current_user
from peewee import PostgresqlDatabase

from models.database import database
from views.admission import refuse_body, refuse_unreadable
from views.assets import Assets, hash_inline
from views.ended import sign_in_again
from views.hypermedia import now

# Endpoints that nobody needs to sign in for. The candidate site guards itself (views/candidates/site.py).
PUBLIC = {
    "health.healthz", "health.readyz", "sign_in.sign_in", "sign_in.second_step", "sign_in.welcome",
    "sign_in.time_left", "sign_in.stay",
    "public.privacy", "public.verify", "public.state", "public.offline", "public.keys", "public.withdrawn",
}
CANDIDATE_SITE = "candidates."
NO_DATABASE = ("health.healthz", "health.readyz")
FIRST_PAGES = ("candidates.index", "candidates.sign_in", "candidates.signed_out", "candidates.help_page",
               "public.privacy")  # the same
OF_OWN_PAGES = ("Cross-Origin-Resource-Policy", "same-origin")
SECURITY = (
    ("Content-Security-Policy",
     f"default-src 'none'; script-src 'self' {hash_inline('candidate.js')}; "
     f"style-src 'self' {hash_inline('candidate.css')}; img-src 'self' data:; font-src 'self'; "
     "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    OF_OWN_PAGES,
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
)
STRICTLY_TLS = ("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
FRESH = timedelta(minutes=30)  # the password, for answers that hold logins
KEPT_NOWHERE = (("Cache-Control", "no-store"), ("Vary", "HX-Request-Type"))


def init_app(app):
    app.before_request(admit)
    always = (*SECURITY, STRICTLY_TLS) if app.config["SESSION_COOKIE_SECURE"] else SECURITY
    app.wsgi_app = Assets(Guarded(app.wsgi_app, always), always[1:])


def admit():
    """What stands before every request, in this order: a body is not looked at before somebody may send it."""
    asked = request._get_current_object()  # asked a dozen times: past the proxy
    return (right_host(asked) or refuse_unreadable(asked) or connect(asked) or shut_by_default(asked)
            or refuse_body(asked))


def right_host(asked):
    """With a host name of its own the candidate site has no staff page, and the portal no candidate page."""
    host = current_app.config["CANDIDATE_HOST"]
    if not host or asked.endpoint in NO_DATABASE:
        return None
    is_theirs = _name(asked.host) == _name(host)
    if is_theirs and asked.path == "/":
        return redirect("/results/", 303)
    if is_theirs != (asked.endpoint or CANDIDATE_SITE).startswith((CANDIDATE_SITE, "public.")):
        abort(404)
    return None


def _name(host):
    """A host as names are compared: without case, port and final dot."""
    return re.sub(r":\d*$", "", host.lower()).rstrip(".")


def connect(asked):
    """A connection a thread, kept for the next request; a broken one is replaced."""
    if asked.endpoint in NO_DATABASE or (asked.endpoint in FIRST_PAGES and asked.method == "GET"):
        return
    bound = database.obj  # past the proxy, which looks everything up by name
    if isinstance(bound, PostgresqlDatabase) and not bound.is_connection_usable():
        bound.close()
    if bound.is_closed():
        bound.connect()


def shut_by_default(asked):
    endpoint = asked.endpoint
    if endpoint is None or endpoint in PUBLIC or endpoint.startswith(CANDIDATE_SITE):
        return None
    if current_user.is_authenticated:
        return None
    return sign_in_again()


def officers_only():
    """For the blueprints of the portal's centre pages."""
    if not current_user.is_authenticated:
        return sign_in_again()
    return None


def board_only():
    """For /board/…: a page that other officers cannot tell from one that is not there."""
    if not current_user.is_authenticated:
        return sign_in_again()
    if not current_user.is_board_staff:
        abort(404)
    return None


class Guarded:
    """WSGI: every answer leaves with these headers, whatever made it. Looked through once, as plain pairs."""

    def __init__(self, wsgi_app, always):
        self.wsgi_app, self.always = wsgi_app, always
        self.for_anybody = (*(pair for pair in always if pair != OF_OWN_PAGES), (OF_OWN_PAGES[0], "cross-origin"))

    def __call__(self, environ, start_response):
        always = self.for_anybody if environ["PATH_INFO"].startswith("/.well-known/") else self.always

        def start(status, headers, failure=None):
            kept = () if any(name == "Cache-Control" for name, _value in headers) else KEPT_NOWHERE
            return start_response(status, [*headers, *kept, *always], failure)

        return self.wsgi_app(environ, start)


def password_was_given_long_ago():
    """Answers that hold logins are only for somebody who gave the password not long ago."""
    return current_user.session.password_at < now() - FRESH
