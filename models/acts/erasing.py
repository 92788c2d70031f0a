"""The end of a series: everything about its candidates goes, and no byte of it stays behind in the database's files
or among the files of slips that were made of it.

What stays is the audit trail, which knows candidates by username alone. Backups and PostgreSQL's own log of changes
are not reached from here; they end with their own retention.
"""
from peewee import SqliteDatabase

from models.database import Refused, Sentence, database
from models.rules.results import StagedResult
from models.tables import audit, staging
from models.tables.exams import Candidate, Series
from models.tables.files import ExchangeFile
from models.tables.imports import BoardImport
from models.tables.jobs import Job
from models.tables.staging import StagedEntry, StagedLine


def erase(series, by, now, archives):
    """Candidates, entries, results, logins, offers, slips and settings of a series whose key has been destroyed; board
    files that wait with rows of it or have not been read yet, files exchanged for it, and what jobs left of it.

    `archives`: the Path of the folder that holds files of slips. Gives the number of candidates. Raises `Refused`
    while the key is there.
    """
    if series.key_random is not None:
        raise Refused(Sentence("Destroy the key of the series first: until then its slips can still be made."))
    gone = Candidate.select().where(Candidate.series == series).count()
    if isinstance(database.obj, SqliteDatabase):
        database.execute_sql("PRAGMA secure_delete = ON")
    for (made,) in Job.select(Job.public_id).where(Job.series == series).tuples():
        for path in archives.glob(f"{made}.*"):
            path.unlink(missing_ok=True)
    waiting = _waiting_imports(series)
    for table in (StagedEntry, StagedLine, StagedResult):
        for board_import in waiting:
            staging.clear(table, board_import)
    with database.atomic():
        Job.delete().where(Job.id.in_(BoardImport.select(BoardImport.job).where(BoardImport.id.in_(waiting)))).execute()
        BoardImport.delete().where(BoardImport.id.in_(waiting)).execute()
        ExchangeFile.delete().where(ExchangeFile.series == series).execute()
        Series.delete().where(Series.id == series.id).execute()
        audit.record(by, "erased a series", now, series=series.code, changes=[("candidates", gone, 0)])
    _rewrite()
    return gone


def _waiting_imports(series):
    """Ids of the BoardImports with staged rows of this series, or whose content nobody has read yet."""
    unread = BoardImport.select(BoardImport.id).where(BoardImport.content != b"", BoardImport.applied_at.is_null())
    return {row_id for query in (
        unread, *(table.select(table.board_import).distinct().where(table.series == series.name)
                  for table in (StagedEntry, StagedResult))) for row_id, in query.tuples()}


def _rewrite():
    """Write the tables anew without the gaps, in which deleted rows could still be read."""
    if isinstance(database.obj, SqliteDatabase):
        database.execute_sql("VACUUM")
        database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        database.execute_sql("PRAGMA secure_delete = OFF")
        return
    database.execute_sql("VACUUM FULL")
