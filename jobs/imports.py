"""Reading and publishing a large board file in the background."""
import hmac
import io

from flask import current_app

from documents.engine import unprintable
from exchange import importing
from jobs.running import kind
from models.database import Overtaken, Refused, Sentence, database
from models.tables import audit
from models.tables.imports import RIGHT_FOR, BoardImport
from models.tables.jobs import Job

MOST_BYTES, MOST_ROWS = 2 * 1024 * 1024, 20_000  # of what is done while the officer waits; more goes on the queue


def send(kind, name, stream, officer, now, *, complete=False):
    """A BoardImport of a file that was sent: read and compared, or with its content and a Job where it is too large.

    Nothing of it is applied yet. Raises `Refused` (file).
    """
    content = stream.read() if stream.seek(0, io.SEEK_END) > MOST_BYTES and not stream.seek(0) else b""
    board_import = importing.receive(kind, name, officer.id, now, complete=complete, content=content)
    if not content:
        try:
            importing.read(board_import, stream, now, unprintable=unprintable)
        except Refused:
            importing.discard(board_import)
            raise
    with database.atomic():
        audit.record(officer, f"sent {kind} to be looked at", now, subject=board_import.digest or board_import.name)
        if content:
            _start(board_import, officer, now)
    return board_import


def apply(board_import, officer, now, seen):
    """Put the file in place, or give it a Job where it is too large; `seen`: the agreement that the officer's page had.

    Raises `Refused` (file), and `Overtaken` where the file would do something else now.
    """
    if board_import.counts["rows"] < MOST_ROWS:
        importing.publish(board_import, officer, now,
                          agreed=lambda fingerprint: is_agreement(board_import, fingerprint, seen))
        return
    if not is_agreement(board_import, importing.fingerprint(board_import), seen):
        raise Overtaken
    with database.atomic():
        audit.record(officer, f"began to apply {board_import.kind}", now, subject=board_import.digest)
        _start(board_import, officer, now, seen=seen)


def _start(board_import, officer, now, **wanted):
    """A Job that reads the import, or applies it (`seen`)."""
    board_import.job = Job.create(
        kind="import", officer=officer.id, wanted={"import": board_import.public_id, **wanted},
        total=board_import.counts.get("rows", 0), created_at=now)
    BoardImport.update(job=board_import.job).where(BoardImport.id == board_import.id).execute()


@kind("import")
def carry_out(work):
    """wanted: 'import', the public id; 'seen', what the officer agreed to, or nothing to read the file only."""
    board_import = BoardImport.get(BoardImport.public_id == work.job.wanted["import"])
    by, seen = work.job.officer, work.job.wanted.get("seen")

    def progress(rows):
        if rows > work.job.total:
            Job.update(total=rows).where(Job.id == work.job.id).execute()
        work.progress(rows)

    if by is None or not getattr(by, RIGHT_FOR[board_import.kind]):
        raise Refused(Sentence("Whoever sent this file has no right to it any more."))
    if seen is None:
        importing.read(board_import, io.BytesIO(board_import.content), work.job.created_at, unprintable=unprintable,
                       progress=progress)
        with database.atomic():
            work.finish({})
    elif board_import.applied_at is None:
        try:
            importing.publish(
                board_import, by, work.job.created_at, progress=progress, seal=lambda: work.finish({}),
                agreed=lambda fingerprint: is_agreement(board_import, fingerprint, seen))
        except Overtaken:
            raise Refused(Sentence("Somebody changed the data since you looked. Look again, then apply.")) from None


def agreement(board_import, fingerprint):
    """What the form carries of the difference it shows. Keyed: grades could be guessed from a bare digest."""
    key = current_app.config["SECRET_KEY"].encode()
    return hmac.digest(key, f"{board_import.public_id} {fingerprint}".encode(), "sha256").hex()


def is_agreement(board_import, fingerprint, seen):
    return hmac.compare_digest(agreement(board_import, fingerprint).encode(), seen.encode())
