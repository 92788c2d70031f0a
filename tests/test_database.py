"""The tables: migrations and models agree, cheap rules stand in the database too, times are instants."""
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from peewee import Context, IntegrityError, PostgresqlDatabase

from models.attached import AttachedCentre, AttachedDefaults
from models.database import database
from models.exams import Centre, Entry, Release, Series
from models.jobs import Job
from models.migrating import pending
from models.offers import Offer
from models.tables import TABLES

ROOT = Path(__file__).parent.parent


def test_the_migrations_make_exactly_the_columns_of_the_models(app):
    assert pending() == []
    for table in TABLES:
        made = {(column.name, column.null) for column in database.get_columns(table._meta.table_name)}

        assert made == {(field.column_name, field.null) for field in table._meta.sorted_fields}, table


def test_the_migrations_make_exactly_the_indexes_of_the_models(app):
    for table in TABLES:
        made = {(tuple(index.columns), index.unique) for index in database.get_indexes(table._meta.table_name)}
        meant = {(tuple(e.column_name if hasattr(e, "column_name") else str(e) for e in index._expressions),
                  index._unique) for index in table._meta.fields_to_index()}

        assert {i for i in made if i[0] != ("id",)} == meant, table


def test_every_foreign_key_does_on_delete_what_the_model_says(app):
    for table in TABLES:
        made = {key.column for key in database.get_foreign_keys(table._meta.table_name)}

        assert made == {field.column_name for field in table._meta.refs}, table


def test_every_check_of_the_models_stands_in_the_migration(app):
    migration = "".join(step.read_text() for step in (ROOT / "migrations").glob("[0-9]*.py"))
    checks = [Context().sql(check).query()[0] for table in TABLES for field in table._meta.sorted_fields
              for check in field.constraints or []]

    assert len(checks) >= 10
    for check in checks:
        assert check.removeprefix("CHECK").strip()[1:-1] in migration


@pytest.mark.parametrize(("table", "values"), [
    (Entry, {"status": "perhaps"}),
    (Offer, {"scope": "some"}),
    (Offer, {"delay": -1}),
    (AttachedCentre, {"delay": 20161}),
    (AttachedDefaults, {"contact_mode": "nobody"}),
    (Job, {"state": "forgotten"}),
    (Centre, {"kind": "castle"}),
])
def test_the_database_repeats_the_cheap_rules(cast, table, values):
    needed = {
        Entry: {"candidate": cast.candidates["XA101"][0], "qualification": "IGCSE", "syllabus_code": "1",
                "title": "T"},
        Offer: {"centre": cast.karachi, "series": cast.june},
        AttachedCentre: {"centre": cast.karachi, "series": cast.june},
        AttachedDefaults: {"associate": cast.associate, "series": cast.june},
        Job: {"kind": "slips", "created_at": cast.now},
        Centre: {"number": "ZZ999", "name": "Z"},
    }[table]

    with pytest.raises(IntegrityError), database.atomic():
        table.create(**needed | values)


def test_an_instant_comes_back_in_utc_whatever_zone_it_was_given_in(cast):
    at = datetime(2026, 8, 11, 10, 0, tzinfo=timezone(timedelta(hours=5)))

    cast.release("O Level", at)

    stored = Release.get(Release.qualification == "O Level").released_at
    assert (stored, stored.utcoffset()) == (at, timedelta(0))
    raw = database.execute_sql("SELECT released_at FROM release WHERE qualification = 'O Level'").fetchone()[0]
    assert raw == 1786424400


def test_a_time_without_a_zone_is_refused(cast):
    with pytest.raises(ValueError, match="without a zone"):
        Series.create(code="x", name="x", short="x", closes_at=datetime(2026, 1, 1))  # noqa: DTZ001


def test_foreign_keys_hold(cast):
    with pytest.raises(IntegrityError), database.atomic():
        Offer.create(centre=999_999, series=cast.june)


def test_many_processes_starting_on_an_empty_database_make_it_once(database_url, tmp_path):
    url = database_url
    if isinstance(database.obj, PostgresqlDatabase):
        database.execute_sql("DROP DATABASE IF EXISTS several")
        database.execute_sql("CREATE DATABASE several")
        url = database_url.replace("/postgres?", "/several?")
    else:
        url = f"sqlite:///{tmp_path / 'several.db'}"
    program = ("import sys; from models.database import connect; from models.migrating import migrate; "
               "connect(sys.argv[1], busy_seconds=30); print(len(migrate()))")

    starts = [subprocess.Popen([sys.executable, "-W", "ignore", "-c", program, url], cwd=ROOT,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(6)]

    told = [(start.communicate()[0].strip(), start.returncode) for start in starts]
    steps = len(list((ROOT / "migrations").glob("[0-9]*.py")))
    assert sorted(told) == [("0", 0)] * 5 + [(str(steps), 0)]


def test_the_files_of_an_embedded_database_are_their_owners_alone(tmp_path):
    """P4."""
    program = ("import sys; from models.database import connect, database; connect(sys.argv[1]); database.connect(); "
               "database.execute_sql('CREATE TABLE t (x)'); import os; os._exit(0)")

    subprocess.run([sys.executable, "-W", "ignore", "-c", program, f"sqlite:///{tmp_path / 'own.db'}"], cwd=ROOT,
                   check=True, umask=0)

    assert {path.name: oct(path.stat().st_mode)[-3:] for path in tmp_path.iterdir()} == {
        "own.db": "600", "own.db-wal": "600", "own.db-shm": "600"}
