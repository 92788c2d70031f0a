"""Long work. The row is the truth: the queue carries only its id, and work may run twice, its effect once."""
import secrets
from datetime import timedelta

from peewee import CharField, ForeignKeyField, IntegerField, JSONField, TextField

from models.database import Model, Moment, OneOf
from models.tables.exams import Centre, Series
from models.tables.people import Officer

LEASE = timedelta(seconds=60)
QUEUED, RUNNING, DONE, FAILED, CANCELLED = "queued", "running", "done", "failed", "cancelled"
STATES = (QUEUED, RUNNING, DONE, FAILED, CANCELLED)


class Job(Model):
    """One piece of long work of one officer. `done` of `total` units are behind it.

    `kind` names a function in `jobs/`; `wanted` is its input, `result` what it left (never a secret);
    `error` the sentence that an officer reads when it failed.
    """

    public_id = CharField(max_length=22, unique=True, default=lambda: secrets.token_urlsafe(16))
    kind = CharField(max_length=30)
    officer = ForeignKeyField(Officer, null=True, on_delete="SET NULL")
    centre = ForeignKeyField(Centre, null=True, on_delete="CASCADE")
    series = ForeignKeyField(Series, null=True, on_delete="CASCADE")
    wanted = JSONField(default=dict)
    result = JSONField(default=dict)
    state = OneOf(*STATES, max_length=9, default=QUEUED)
    done = IntegerField(default=0)
    total = IntegerField(default=0)
    error = TextField(default="")
    attempts = IntegerField(default=0)
    created_at = Moment()
    started_at = Moment(null=True)  # when it was last taken up
    finished_at = Moment(null=True)
    lease_until = Moment(null=True)

    class Meta:
        indexes = ((("state", "lease_until"), False),)

    @property
    def is_over(self):
        return self.state in (DONE, FAILED, CANCELLED)
