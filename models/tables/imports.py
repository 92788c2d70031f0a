"""A board file between being sent and being applied, and what became of it."""
import secrets

from peewee import BlobField, BooleanField, CharField, ForeignKeyField, JSONField

from models.database import Model, Moment, OneOf
from models.tables.jobs import Job
from models.tables.people import Officer

RIGHT_FOR = {"centres": "keeps_register", "entries": "keeps_register", "results": "loads_results",
             "releases": "releases_results", "officers": "keeps_register"}
# the right of the board that a file needs, as its page does
KINDS = tuple(RIGHT_FOR)


class BoardImport(Model):
    """A file of the board: sent, then read and compared (a dry run), then applied. Its rows are staged meanwhile.

    `content`: its bytes, only while it waits to be read. `digest`: SHA-256. `read`: what reading alone found;
    `found`: the difference, without a grade and gone once applied; `counts`: of the difference. `job`: the newest
    work on it in the background. `given`: what was told beside the file, see `importing.read`. `is_prepared`: part of
    it is put in where nobody sees it, and to be taken out again if it is not applied.
    """

    public_id = CharField(max_length=22, unique=True, default=lambda: secrets.token_urlsafe(16))
    kind = OneOf(*KINDS, max_length=8)
    name = CharField(max_length=200)
    complete = BooleanField(default=False)
    content = BlobField(default=b"")
    digest = CharField(max_length=64, default="")
    read = JSONField(default=dict)
    found = JSONField(default=dict)
    counts = JSONField(default=dict)
    given = JSONField(null=True)
    is_prepared = BooleanField(default=False)
    officer = ForeignKeyField(Officer, null=True, on_delete="SET NULL")
    job = ForeignKeyField(Job, null=True, on_delete="SET NULL")
    sent_at = Moment()
    looked_at = Moment(null=True)
    applied_at = Moment(null=True)


class GivenHeading(Model):
    """What was told of a file beside it, for the next one with the same headings. `digest`: of the headings."""

    kind = CharField(max_length=8)
    digest = CharField(max_length=64)
    given = JSONField(default=dict)

    class Meta:
        indexes = ((("kind", "digest"), True),)
