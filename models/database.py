"""The connection, the base of every table, and the three things that can go wrong.

Times are one field type, `Moment`: integer seconds since the epoch, UTC, in the database; aware UTC
datetimes in Python. Text and native datetimes compare and add differently on SQLite and PostgreSQL,
and a release time must not.
"""
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlparse

from peewee import BigIntegerField, CharField, Check, DatabaseProxy, PostgresqlDatabase, SqliteDatabase
from peewee import Model as PeeweeModel

CONNECTING = 5  # seconds
database = DatabaseProxy()


class Sentence(str):
    """English for whoever prints it; `msgid` and `values` for whoever translates it first."""

    def __new__(cls, msgid, **values):
        sentence = super().__new__(cls, msgid % values if values else msgid)
        sentence.msgid, sentence.values = msgid, values
        return sentence


class Refused(Exception):
    """A rule says no. Each keyword is a field's name and the `Sentence` that belongs beside it."""

    def __init__(self, sentence="", **fields):
        super().__init__(sentence or " ".join(fields.values()))
        self.sentence, self.fields = sentence, fields


class Overtaken(Exception):
    """Somebody else changed the same thing first; nothing was stored."""


class Moment(BigIntegerField):
    """An instant: aware datetimes in, aware UTC datetimes out, whole epoch seconds in the database."""

    def db_value(self, value):
        if isinstance(value, datetime):
            if value.tzinfo is None:
                raise ValueError(f"{self.name}: a time without a zone is no instant")
            return int(value.timestamp())
        return value

    def python_value(self, value):
        return None if value is None else datetime.fromtimestamp(value, UTC)


class Checked:
    """A field whose rule the database repeats: `rule` is the check's SQL, of which `{}` is the column."""

    rule = ""

    def bind(self, model, name, set_attribute=True):
        super().bind(model, name, set_attribute)
        self.constraints = [Check(self.rule.format(self.column_name))]


class OneOf(Checked, CharField):
    """One of a few words."""

    def __init__(self, *words, **options):
        listed = ", ".join(f"'{word}'" for word in words)
        self.words, self.rule = words, f"{{}} IN ({listed})"
        super().__init__(**options)


class Model(PeeweeModel):
    class Meta:
        database = database
        only_save_dirty = True
        legacy_table_names = False


def connect(url, busy_seconds=2):
    """Bind the tables to the database at `url` (sqlite:///path or postgresql://…) and give it.

    `busy_seconds`: how long a writer waits for another (2 s in web processes, so that waiting threads never shut
    the health check out).
    """
    scheme = urlparse(url).scheme
    if scheme == "sqlite":
        path = Path(url.removeprefix("sqlite:///"))
        path.touch(mode=0o600)  # SQLite would let everybody read it; its -wal and -shm are made alike
        chosen = SqliteDatabase(
            path,
            pragmas={
                "journal_mode": "wal", "synchronous": "normal", "foreign_keys": 1,
                "wal_autocheckpoint": 8000,  # pages; while one runs, a sign-in waits for the disk
            },
            timeout=busy_seconds,
            lock_type="IMMEDIATE",  # deferred read-then-write fails at once under writers
        )
    elif scheme in ("postgresql", "postgres"):
        chosen = PostgresqlDatabase(  # which by itself would wait for ever
            url, prefer_psycopg3=True, connect_timeout=CONNECTING, options=f"-c lock_timeout={busy_seconds * 1000}")
    else:
        raise ValueError(f"DATABASE_URL must begin with sqlite:/// or postgresql://, not {scheme!r}")
    database.initialize(chosen)
    return chosen
