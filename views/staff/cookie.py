"""Flask's own session: who of the staff is signed in, and the token of their forms."""
from flask.sessions import NullSession, SecureCookieSessionInterface

NOBODYS = NullSession()


class StaffCookie(SecureCookieSessionInterface):
    """The candidate site neither reads nor sets it: its first page is cached for everybody."""

    def open_session(self, app, request):
        return NOBODYS if request.path.startswith("/results/") else super().open_session(app, request)
