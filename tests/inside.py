"""A Visitor who is signed in already: for the tables of every route, where a real sign-in is too slow."""
from datetime import UTC, datetime

from itsdangerous import URLSafeTimedSerializer

from models.tables.people import StaffSession
from tests.visitor import Visitor

RAW = "f" * 40


class Inside(Visitor):
    """`Inside(app, officer)` has a session of the officer, `Inside(app)` of nobody; `.csrf` costs no request."""

    def sign_in(self, officer):
        now = datetime.now(UTC).replace(microsecond=0)
        with self.client.session_transaction() as session:
            session["_user_id"] = StaffSession.start(officer, now).token

    @property
    def csrf(self):
        with self.client.session_transaction() as session:
            session["csrf_token"] = RAW
        return URLSafeTimedSerializer(self.app.config["SECRET_KEY"], salt="wtf-csrf-token").dumps(RAW)
