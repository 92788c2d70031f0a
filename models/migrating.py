"""Bring the tables up to date. Many processes may start on an empty database at once: one migrates."""
import fcntl
from contextlib import contextmanager
from pathlib import Path

from peewee import PostgresqlDatabase
from playhouse.migrations import Runner

from models.database import database

MIGRATIONS = Path(__file__).parent.parent / "migrations"
LOCKS = {"migrations": 7_267_113, "imports": 7_267_114}  # any numbers, the same in every process


def migrate():
    """Apply the pending migrations; gives their names. Waits while another process does."""
    with database.connection_context() if database.is_closed() else _as_it_is(), alone("migrations"):
        return Runner(database.obj, str(MIGRATIONS)).up()


def applied():
    """The names of the migrations that this database has seen, in order."""
    return [step.name for step in Runner(database.obj, str(MIGRATIONS)).status() if step.applied]


def pending():
    return [step.name for step in Runner(database.obj, str(MIGRATIONS)).status() if not step.applied]


@contextmanager
def alone(name):
    """One process at a time does what `name` stands for: a file beside SQLite, or PostgreSQL's advisory lock."""
    if isinstance(database.obj, PostgresqlDatabase):
        database.execute_sql("SELECT pg_advisory_lock(%s)", (LOCKS[name],))
        try:
            yield
        finally:
            database.execute_sql("SELECT pg_advisory_unlock(%s)", (LOCKS[name],))
        return
    with open(f"{database.database}.{name}", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def _as_it_is():
    yield
