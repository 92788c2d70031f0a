"""Is this process fit to serve? For whatever stands in front of it, and for whoever watches over it."""
import os
import shutil

from flask import Blueprint, current_app
from peewee import DatabaseError, InterfaceError

from models import migrating
from models.rules import fitness
from views import errors
from views.hypermedia import now

bp = Blueprint("health", __name__)


@bp.get("/healthz")
def healthz():
    """'ok', or the one thing that this process lacks to serve at all: 'database', 'migrations' or 'folder'."""
    return _told(_lacking())


@bp.get("/readyz")
def readyz():
    """The same, or what is beyond its limit in `fitness`: 'queue', 'disk' or 'clock'; and the figures."""
    lacking = _lacking()
    if lacking:
        return _told(lacking)
    free, ahead = shutil.disk_usage(current_app.config["INSTANCE_PATH"]).free, fitness.clock_ahead()
    waiting = 0 if current_app.config["ROLE"] == "candidate" else fitness.longest_waiting(now())  # it sees no jobs
    limits = {"queue": waiting > fitness.LONGEST_WAIT, "disk": free < fitness.LEAST_FREE,
              "clock": abs(ahead) > fitness.CLOCKS_APART}
    beyond = next((word for word, is_beyond in limits.items() if is_beyond), "")
    return _told(beyond, longest_waiting_seconds=waiting, free_bytes=free, database_ahead_seconds=ahead)


def _lacking():
    try:
        fitness.ask_database()
        if migrating.is_pending():
            return "migrations"
    except (DatabaseError, InterfaceError) as error:
        errors.note_busy(error)
        return "database"
    # Without writing: on a full disk candidates can still read, so that alone takes no process out of service.
    return "" if os.access(current_app.config["INSTANCE_PATH"], os.W_OK | os.X_OK) else "folder"


def _told(wrong, **figures):
    return {"status": wrong or "ok", **figures}, 503 if wrong else 200
