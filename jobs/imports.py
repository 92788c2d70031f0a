"""Reading and publishing a large board file in the background."""
import hmac
import io

from flask import current_app

from exchange import importing
from exchange.recognising import Unmatched, refuse_unmatched
from jobs.running import kind
from models.database import Overtaken, Refused, Sentence, database
from models.tables import audit
from models.tables.imports import RIGHT_FOR, BoardImport
from models.tables.jobs import Job

LEAST_COLUMNS = 2  # of ours in a heading that somebody is asked about
MOST_BYTES, MOST_ROWS = 2 * 1024 * 1024, 20_000  # of what is done while the officer waits; more goes on the queue


def send(kind, name, stream, officer, now, *, complete=False):
    """A BoardImport of a file that was sent: read and compared, or with its content and a Job where it is too large,
    or with its content alone where somebody has to say first which columns are which.

    Nothing of it is applied yet. Raises `Refused` (file).
    """
    content = stream.read() if stream.seek(0, io.SEEK_END) > MOST_BYTES and not stream.seek(0) else b""
    board_import = importing.receive(kind, name, officer.id, now, complete=complete, content=content)
    waits = False
    try:
        if content:
            refuse_unmatched(board_import, stream)
        else:
            importing.read(board_import, stream, now)
    except Unmatched as unmatched:
        if len(unmatched.heading.places) < LEAST_COLUMNS:
            importing.discard(board_import)
            raise
        waits = True
        stream.seek(0)
        BoardImport.update(content=stream.read()).where(BoardImport.id == board_import.id).execute()
    except Refused:
        importing.discard(board_import)
        raise
    with database.atomic():
        audit.record(officer, f"sent {kind} to be looked at", now, subject=board_import.digest or board_import.name)
        if content and not waits:
            _start(board_import, officer, now)
    return board_import


def tell(board_import, given, officer, now):
    """Read a file that waited for somebody to tell what its columns are, or give it a Job. Raises `Refused`, as
    `Unmatched` where columns are missing still."""
    board_import.given = given
    content = bytes(board_import.content)
    refuse_unmatched(board_import, io.BytesIO(content))
    if len(content) <= MOST_BYTES:
        importing.read(board_import, content, now)
    with database.atomic():
        BoardImport.update(given=given).where(BoardImport.id == board_import.id).execute()
        audit.record(officer, f"told the columns of {board_import.kind}", now, subject=board_import.name)
        if len(content) > MOST_BYTES:
            _start(board_import, officer, now)


def apply(board_import, officer, now, seen, **agreed):
    """Put the file in place and give its Difference, or give it a Job where it is too large, and None.

    `seen`: the agreement that the officer's page had; `agreed`: `skips_refused`, `ends_logins`. Raises `Refused`
    (file), and `Overtaken` where the file would do something else now.
    """
    if board_import.counts["rows"] < MOST_ROWS:
        return importing.publish(board_import, officer, now, **agreed,
                                 agreed=lambda fingerprint: is_agreement(board_import, fingerprint, seen))
    if not is_agreement(board_import, importing.fingerprint(board_import), seen):
        raise Overtaken
    with database.atomic():
        audit.record(officer, f"began to apply {board_import.kind}", now, subject=board_import.digest)
        _start(board_import, officer, now, seen=seen, **agreed)
    return None


def _start(board_import, officer, now, **wanted):
    """A Job that reads the import, or applies it (`seen`)."""
    board_import.job = Job.create(
        kind="import", officer=officer.id, wanted={"import": board_import.public_id, **wanted},
        total=board_import.counts.get("rows", 0), created_at=now)
    BoardImport.update(job=board_import.job).where(BoardImport.id == board_import.id).execute()


@kind("import")
def carry_out(work):
    """wanted: 'import', the public id; 'seen', what the officer agreed to, or nothing to read the file only;
    'skips_refused', 'ends_logins'."""
    board_import = BoardImport.get(BoardImport.public_id == work.job.wanted["import"])
    by, seen = work.job.officer, work.job.wanted.get("seen")

    def progress(rows):
        if rows > work.job.total:
            Job.update(total=rows).where(Job.id == work.job.id).execute()
        work.progress(rows)

    if by is None or not may_send(by, board_import.kind):
        raise Refused(Sentence("Whoever sent this file has no right to it any more."))
    if seen is None:
        importing.read(board_import, io.BytesIO(board_import.content), work.job.created_at, progress=progress)
        with database.atomic():
            work.finish({})
    elif board_import.applied_at is None:
        try:
            importing.publish(
                board_import, by, work.job.created_at, progress=progress, seal=lambda: work.finish({}),
                agreed=lambda fingerprint: is_agreement(board_import, fingerprint, seen),
                **{name: work.job.wanted.get(name, False) for name in ("skips_refused", "ends_logins")})
        except Overtaken:
            raise Refused(Sentence("Somebody changed the data since you looked. Look again, then apply.")) from None


def may_send(officer, kind):
    """Whether the officer has the right of the board that such a file needs, or names officers as an Associate does."""
    if kind == "officers" and not officer.is_board_staff:
        return officer.names_officers_of.exists()
    return getattr(officer, RIGHT_FOR[kind])


def agreement(board_import, fingerprint):
    """What the form carries of the difference it shows. Keyed: grades could be guessed from a bare digest."""
    key = current_app.config["SECRET_KEY"].encode()
    return hmac.digest(key, f"{board_import.public_id} {fingerprint}".encode(), "sha256").hex()


def is_agreement(board_import, fingerprint, seen):
    return hmac.compare_digest(agreement(board_import, fingerprint).encode(), seen.encode())
