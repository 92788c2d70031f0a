"""The whole database in one file, and back: a ZIP of JSON lines, one member a table.

Taken as one consistent snapshot while everybody goes on working, and put back whole or not at all, on SQLite or
PostgreSQL, whichever it came from. The keys stand in no table and so in no backup. Sessions and one-time links
are left out: whoever signed out since, or used up a link, must not be signed in again by it. So is what an import
has only staged.
"""
import base64
import hashlib
import json
import os
import zipfile
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from zlib import error as ZlibError

from peewee import BlobField, DataError, ForeignKeyField, IntegrityError, PostgresqlDatabase, fn

from models import migrating
from models.database import Refused, Sentence, database
from models.every_table import TABLES
from models.migrating import alone
from models.passwords import keys
from models.rules.results import StagedResult
from models.tables import audit
from models.tables.links import OneTimeLink
from models.tables.marks import Mark
from models.tables.once import KeptForm, SentForm
from models.tables.people import Officer, StaffSession
from models.tables.slips import CandidateSession, Credential
from models.tables.staging import StagedEntry, StagedLine

FORMAT = 1
LEFT_OUT = (StaffSession, CandidateSession, OneTimeLink, SentForm, KeptForm, Mark,
            StagedLine, StagedEntry, StagedResult)
KEPT = tuple(table for table in TABLES if table not in LEFT_OUT)
MANIFEST = "manifest.json"
ROWS, ROWS_WITH_FILES = 1000, 5  # at a time in memory
DAMAGED = (zipfile.BadZipFile, ZlibError, KeyError, TypeError, ValueError, EOFError, NotImplementedError,
           IntegrityError, DataError)


def write(path, now):
    """Write a backup to `path` (0600), whole or not at all. Gives {table: rows}."""
    path = Path(path)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    manifest = {"format": FORMAT, "made_at": now.isoformat(), "migrations": migrating.applied(), "tables": {}}
    try:
        with (open(os.open(unfinished, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file,
              zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive):
            with alone("imports"), _snapshot():  # what an import has put in before it is applied is no state to keep
                manifest["keys"] = {name: sorted(ids) for name, ids in _key_ids().items()}
                for table in KEPT:
                    manifest["tables"][table.__name__] = _write_table(archive, table)
            archive.writestr(MANIFEST, json.dumps(manifest, indent=1))
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
    return {name: stated["rows"] for name, stated in manifest["tables"].items()}


def restore(path, by, now, *, replace=False):
    """Put a backup in place of an empty database, or of everything (`replace`), in one transaction.

    Gives ({table: rows}, [names of keys that the settings lack]). Raises `Refused` with a sentence.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = _manifest(archive)
            with database.atomic():
                if not replace and any(table.select().exists() for table in TABLES):
                    raise Refused(Sentence("The database is not empty. With --replace the backup takes its place."))
                _empty()
                for table in KEPT:
                    _read_table(archive, table, manifest["tables"][table.__name__])
                _count_on()
                audit.record(by, "restored a backup", now, changes=[("made at", "", manifest["made_at"])])
    except DAMAGED as error:
        raise Refused(Sentence("The file is no backup, or a damaged one (%(why)s). Nothing was restored.",
                               why=type(error).__name__)) from None
    held = {"CREDENTIAL_KEY": keys.masters, "PEPPER": keys.peppers}
    missing = [f"{setting} {key_id}" for setting, ids in _key_ids().items()
               for key_id in sorted(ids - held[setting].keys())]
    return {name: stated["rows"] for name, stated in manifest["tables"].items()}, missing


def _manifest(archive):
    manifest = json.loads(archive.read(MANIFEST))
    if manifest["format"] != FORMAT or manifest["migrations"] != migrating.applied():
        raise Refused(Sentence("The backup was made by another version of this program: restore it with that one, "
                               "then bring the database up to date."))
    return manifest


@contextmanager
def _snapshot():
    """Every query inside sees the same instant; on neither database does anybody wait for it."""
    if isinstance(database.obj, PostgresqlDatabase):
        with database.atomic():
            database.execute_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    else:
        with database.atomic("DEFERRED"):
            yield


def _key_ids():
    """{setting: the ids of the keys that rows were made with}."""
    masters = {row[0] for row in Credential.select(Credential.master_id).distinct().tuples()}
    peppers = {row[0] for row in Credential.select(Credential.pepper_id).distinct().tuples()}
    seeds = Officer.select(Officer.totp_seed).where(Officer.totp_seed.is_null(False)).tuples()
    return {"CREDENTIAL_KEY": masters, "PEPPER": peppers | {seed.partition(":")[0] for seed, in seeds}}


def _write_table(archive, table):
    """{'rows': …, 'sha256': …} of what was written."""
    fields, digest, count = table._meta.sorted_fields, hashlib.sha256(), 0
    with archive.open(f"{table.__name__}.jsonl", "w", force_zip64=True) as out:
        for row in _rows(table):
            line = json.dumps([_plain(field, value) for field, value in zip(fields, row, strict=True)],
                              ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
            digest.update(line)
            out.write(line)
            count += 1
    return {"rows": count, "columns": [field.column_name for field in fields], "sha256": digest.hexdigest()}


def _rows(table):
    """Every row in order of id, a few at a time."""
    last = 0
    place = table._meta.sorted_fields.index(table.id)
    while some := list(table.select().where(table.id > last).order_by(table.id).limit(_step(table)).tuples()):
        yield from some
        last = some[-1][place]


def _read_table(archive, table, stated):
    """Insert the rows of one member; its digest must fit. A row's own table is filled in afterwards."""
    fields = table._meta.sorted_fields
    if stated["columns"] != [field.column_name for field in fields]:
        raise ValueError("columns")
    own = [place for place, field in enumerate(fields)
           if isinstance(field, ForeignKeyField) and field.rel_model is table]
    digest, later = hashlib.sha256(), []
    with archive.open(f"{table.__name__}.jsonl") as lines:
        while some := list(islice(lines, _step(table))):
            rows = []
            for line in some:
                digest.update(line)
                row = [_value(field, value) for field, value in zip(fields, json.loads(line), strict=True)]
                later += [(row[0], fields[place], row[place]) for place in own if row[place] is not None]
                rows.append([None if place in own else value for place, value in enumerate(row)])
            table.insert_many(rows, fields=fields).execute()
    if digest.hexdigest() != stated["sha256"]:
        raise ValueError("digest")
    for row_id, field, value in later:
        table.update({field: value}).where(table.id == row_id).execute()


def _empty():
    for table in reversed(TABLES):
        for field in table._meta.sorted_fields:
            if isinstance(field, ForeignKeyField) and field.rel_model is table:
                table.update({field: None}).execute()
        table.delete().execute()


def _count_on():
    """Rows came with their ids: PostgreSQL's sequences go on behind the last one. SQLite does by itself."""
    if isinstance(database.obj, PostgresqlDatabase):
        for table in KEPT:
            sequence = fn.pg_get_serial_sequence(f'"{table._meta.table_name}"', "id")
            table.select(fn.setval(sequence, fn.COALESCE(fn.MAX(table.id), 0) + 1, False)).scalar()


def _step(table):
    return ROWS_WITH_FILES if any(isinstance(field, BlobField) for field in table._meta.sorted_fields) else ROWS


def _plain(field, value):
    if isinstance(value, datetime):
        return field.db_value(value)
    if isinstance(field, BlobField):
        return base64.b64encode(bytes(value)).decode()
    return value


def _value(field, value):
    return base64.b64decode(value) if isinstance(field, BlobField) else value
