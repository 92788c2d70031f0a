"""Is what lies beneath this process fit to serve? Each question is cheap: monitors ask every second."""
import time

from peewee import InterfaceError, OperationalError, PostgresqlDatabase, fn

from models.database import database
from models.tables.jobs import QUEUED, Job

LONGEST_WAIT = 600  # seconds that a job waits before somebody should look at the workers
LEAST_FREE = 500 * 1024 ** 2  # bytes; a board file and what it is read into take less
CLOCKS_APART = 2  # seconds: nodes that differ by more tell different people different instants


def ask_database():
    """Raise what the database raises where it does not answer.

    A connection that died while it was idle says nothing of the database: it is made anew, and asked again.
    """
    bound = database.obj
    try:
        bound.connect(reuse_if_open=True)
        bound.execute_sql("SELECT 1")
    except (OperationalError, InterfaceError):
        bound.close()
        bound.connect()
        bound.execute_sql("SELECT 1")


def longest_waiting(now):
    """Seconds since the oldest job that waits was wanted, 0 without any; one that is tried again counts from then."""
    oldest = Job.select(fn.MIN(Job.created_at)).where(Job.state == QUEUED).scalar()
    return max(int((now - oldest).total_seconds()), 0) if oldest else 0


def clock_ahead():
    """Seconds by which the database's clock is ahead of ours; SQLite has none of its own."""
    if not isinstance(database.obj, PostgresqlDatabase):
        return 0.0
    before = time.time()
    theirs = database.execute_sql("SELECT extract(epoch FROM clock_timestamp())").fetchone()[0]
    return round(float(theirs) - (before + time.time()) / 2, 3)
