"""Answers that hold logins: only for somebody who gave the password not long ago."""
from datetime import timedelta

from flask_login import current_user

from views.hypermedia import now

FRESH = timedelta(minutes=30)


def password_was_given_long_ago():
    return current_user.session.password_at < now() - FRESH
