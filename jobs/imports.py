"""Reading and publishing a large board file in the background."""
import hmac
import io

from flask import current_app

from documents.slips import unprintable
from exchange import importing
from jobs.running import kind
from models.board_import import BoardImport
from models.database import Overtaken, Refused, Sentence, database
from models.jobs import Job


@kind("import")
def carry_out(work):
    """wanted: 'import', the public id; 'seen', what the officer agreed to, or nothing to read the file only."""
    kept = BoardImport.get(BoardImport.public_id == work.job.wanted["import"])
    by, seen = work.job.officer, work.job.wanted.get("seen")

    def progress(rows):
        if rows > work.job.total:
            Job.update(total=rows).where(Job.id == work.job.id).execute()
        work.progress(rows)

    if seen is None:
        importing.read(kept, io.BytesIO(kept.content), work.job.created_at, unprintable=unprintable,
                       progress=progress)
        with database.atomic():
            work.finish({})
    elif kept.applied_at is None:
        try:
            importing.publish(kept, by, work.job.created_at, agreed=lambda told: is_agreement(kept, told, seen),
                              progress=progress, seal=lambda: work.finish({}))
        except Overtaken:
            raise Refused(Sentence("Somebody changed the data since you looked. Look again, then apply.")) from None


def agreement(kept, fingerprint):
    """What the form carries of the difference it shows. Keyed: grades could be guessed from a bare digest."""
    key = current_app.config["SECRET_KEY"].encode()
    return hmac.digest(key, f"{kept.public_id} {fingerprint}".encode(), "sha256").hex()


def is_agreement(kept, fingerprint, seen):
    return hmac.compare_digest(agreement(kept, fingerprint).encode(), seen.encode())
