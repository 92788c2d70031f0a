"""A board file that was looked at and may be applied, and what became of it."""
import secrets

from peewee import BlobField, BooleanField, CharField, Check, ForeignKeyField, JSONField

from models.database import Model, Moment
from models.people import Officer

KINDS = ("centres", "entries", "results", "releases")


class BoardImport(Model):
    """A file of the board between its dry run and its being applied; the content goes once it is over.

    `digest`: SHA-256 of the file. `counts`: what the dry run, or the application, found.
    """

    public_id = CharField(max_length=22, unique=True, default=lambda: secrets.token_urlsafe(16))
    kind = CharField(max_length=8, constraints=[Check(f"kind IN {KINDS}")])
    name = CharField(max_length=200)
    complete = BooleanField(default=False)
    content = BlobField(default=b"")
    digest = CharField(max_length=64)
    counts = JSONField(default=dict)
    officer = ForeignKeyField(Officer, null=True, on_delete="SET NULL")
    sent_at = Moment()
    applied_at = Moment(null=True)
