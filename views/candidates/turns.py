"""Whose turn it is when more come at once than can be served.

A server that takes everybody answers everybody ever later, until browsers give up. Here whoever has waited too
long for a turn is told so, which costs a tenth of a sign-in, and comes back by itself; so what is served is served
as fast as on a quiet day. Who comes back, or is signed in, may wait twice as long as a newcomer: the first to come
are the first to get in.

How long a request waited is known from whoever took it: nginx in front (`X-Request-Start`, believed only where
TRUSTED_PROXIES says that it is there), or the embedded server.
"""
import random
import time

from flask import current_app, request

PATIENCE = 3  # seconds in the queue
COME_BACK = (4, 10)  # seconds; each at its own moment
NOT_A_WAIT = 60  # seconds: so long no proxy waits; two clocks differ
ARRIVED = "results.arrived"  # in the WSGI environment: when the request was complete, epoch seconds


def is_mine(comes_again):
    """Whether this request is still answered. `comes_again`: it was told to wait before, or has a session."""
    return waited() <= (2 if comes_again else 1) * PATIENCE


def seconds_to_wait():
    return random.randint(*COME_BACK)  # noqa: S311 (no secret)


def waited():
    """Seconds from the whole request being there until now; 0 where nobody noted it."""
    environ = request.environ
    arrived = environ.get(ARRIVED)
    if arrived is None and "HTTP_X_REQUEST_START" in environ and current_app.config["TRUSTED_PROXIES"] != "0":
        arrived = _told(environ["HTTP_X_REQUEST_START"])
    seconds = time.time() - arrived if arrived else 0
    return seconds if 0 < seconds < NOT_A_WAIT else 0


def _told(text):
    """1786420800.125 of 't=1786420800.125', or None."""
    try:
        return float(text.removeprefix("t="))
    except ValueError:
        return None
