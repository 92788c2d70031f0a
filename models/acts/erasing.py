"""The end of a series: everything about its candidates goes, and no byte of it stays behind in the database's files.

What stays is the audit trail, which knows candidates by username alone. Backups and PostgreSQL's own log of changes
are not reached from here; they end with their own retention.
"""
from peewee import SqliteDatabase

from models.database import Refused, Sentence, database
from models.tables import audit
from models.tables.exams import Candidate, Series


def erase(series, by, now):
    """Candidates, entries, results, logins, offers, slips and settings of a series whose key has been destroyed.

    Gives the number of candidates. Raises `Refused` while the key is there.
    """
    if series.key_random is not None:
        raise Refused(Sentence("Destroy the key of the series first: until then its slips can still be made."))
    gone = Candidate.select().where(Candidate.series == series).count()
    if isinstance(database.obj, SqliteDatabase):
        database.execute_sql("PRAGMA secure_delete = ON")
    with database.atomic():
        Series.delete().where(Series.id == series.id).execute()
        audit.record(by, "erased a series", now, series=series.code, changes=[("candidates", gone, 0)])
    _rewrite()
    return gone


def _rewrite():
    """Write the tables anew without the gaps, in which deleted rows could still be read."""
    if isinstance(database.obj, SqliteDatabase):
        database.execute_sql("VACUUM")
        database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        database.execute_sql("PRAGMA secure_delete = OFF")
        return
    database.execute_sql("VACUUM FULL")
