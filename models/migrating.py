"""Bring the tables up to date. Many processes may start on an empty database at once: one migrates."""
import fcntl
import os
import time
from contextlib import contextmanager
from pathlib import Path
from weakref import WeakSet

from peewee import PostgresqlDatabase, Select, fn
from playhouse.migrations import Runner

from models.database import database

MIGRATIONS = Path(__file__).parent.parent / "migrations"
LOCKS = {"migrations": 7_267_113, "imports": 7_267_114}  # any numbers, the same in every process
UP_TO_DATE = WeakSet()  # databases of this process that lacked no migration when they were asked


def migrate():
    """Apply the pending migrations; gives their names. Waits while another process does."""
    with _connected(), alone("migrations"):
        return Runner(database.obj, str(MIGRATIONS)).up()


def applied():
    """The names of the migrations that this database has seen, in order."""
    return [step.name for step in Runner(database.obj, str(MIGRATIONS)).status() if step.applied]


def pending():
    """The names of the migrations that this database lacks, in order."""
    with _connected():
        return [step.name for step in Runner(database.obj, str(MIGRATIONS)).status() if not step.applied]


def is_pending():
    """Whether this database lacks a migration; it is asked until it lacks none."""
    if database.obj not in UP_TO_DATE and not pending():
        UP_TO_DATE.add(database.obj)
    return database.obj not in UP_TO_DATE


def change_check(migrator, db, table, column, field):
    """For a migration: give a column the constraints of `field`, an unbound peewee field, instead of its check.

    SQLite writes the table anew; PostgreSQL calls the check of a column <table>_<column>_check.
    """
    if isinstance(db, PostgresqlDatabase):
        name = f"{table}_{column}_check"
        migrator.migrate(migrator.drop_constraint(table, name),
                         migrator.add_constraint(table, name, field.constraints[0]))
        return
    migrator.migrate(migrator.alter_column_type(table, column, field))


@contextmanager
def alone(name, patience=None, refusal=None):
    """One process at a time does what `name` stands for: a file beside SQLite, or PostgreSQL's advisory lock.

    Waits for the one before; after `patience` seconds, where given, raises `refusal`.
    """
    if isinstance(database.obj, PostgresqlDatabase):
        lock, unlock = fn.pg_try_advisory_lock(LOCKS[name]), fn.pg_advisory_unlock(LOCKS[name])
        _until(lambda: database.execute(Select(columns=[lock])).fetchone()[0], patience, refusal)
        try:
            yield
        finally:
            database.execute(Select(columns=[unlock]))
        return
    with open(f"{database.database}.{name}", "w", opener=_for_its_owner) as file:
        _until(lambda: _locked(file), patience, refusal)
        yield


def _for_its_owner(path, flags):
    return os.open(path, flags, 0o600)


def _until(is_mine, patience, refusal):
    since = time.monotonic()
    while not is_mine():
        if patience is not None and time.monotonic() - since > patience:
            raise refusal
        time.sleep(0.05)


def _locked(file):
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _connected():
    """Over the connection that is open, or one of its own."""
    if database.is_closed():
        with database.connection_context():
            yield
    else:
        yield
