"""The tables: migrations and models agree, cheap rules stand in the database too, times are instants."""
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from peewee import AutoField, BlobField, Check, IntegerField, IntegrityError, JSONField, PostgresqlDatabase
from playhouse.migrate import SchemaMigrator

from models.database import Model, OneOf, database
from models.delay import LONGEST, Delay
from models.every_table import TABLES
from models.migrating import change_check, pending
from models.tables.exams import Release, Series
from models.tables.offers import Offer

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


EMPTY = {JSONField: {}, BlobField: b""}


def is_refused(table, field, value):
    """Whether the database's check of this field, and nothing else, refuses a row with the value.

    Foreign keys that lead nowhere are complained of only after the checks.
    """
    row = {}
    for other in table._meta.sorted_fields:
        if not other.null and not isinstance(other, AutoField):
            row[other] = other.words[0] if isinstance(other, OneOf) else EMPTY.get(type(other), 0)
    try:
        with database.atomic() as transaction:
            table.insert(row | {field: value}).execute()
            transaction.rollback()
    except IntegrityError as error:
        return "check" in str(error).lower()
    return False


CHECKED = [(table, field) for table in TABLES for field in table._meta.sorted_fields if field.constraints]


def test_every_check_is_one_of_the_two_kinds_that_are_tried(app):
    assert len(CHECKED) >= 10
    assert [field.name for _table, field in CHECKED if not isinstance(field, (OneOf, Delay))] == []


@pytest.mark.parametrize(("table", "field"), CHECKED, ids=lambda part: getattr(part, "name", part.__name__
                         if isinstance(part, type) else ""))
def test_the_migrated_database_has_the_checks_of_the_models(app, table, field):
    """Asked of the database itself: what is allowed is stored, and what is just beyond is refused."""
    inside, outside = ((field.words, ("", "perhaps", field.words[0].upper())) if isinstance(field, OneOf)
                       else ((0, LONGEST), (-1, LONGEST + 1)))

    assert [value for value in inside if is_refused(table, field, value)] == []
    assert [value for value in outside if not is_refused(table, field, value)] == []


def test_a_migration_can_change_a_check_on_either_database(app):
    """As for a longer delay: the old cap + 1 is stored afterwards, the new cap + 1 refused, and nothing is lost."""
    days = {cap: IntegerField(constraints=[Check(f"delay BETWEEN 0 AND {cap}")]) for cap in (14, 21)}
    trial = type("Trial", (Model,), {"delay": days[14], "__module__": __name__})
    database.create_tables([trial])
    try:
        trial.create(delay=14)
        before = [is_refused(trial, trial.delay, value) for value in (15, 22)]

        migrator = SchemaMigrator.from_database(database.obj)
        change_check(migrator, database.obj, trial._meta.table_name, "delay", days[21])

        assert before == [True, True]
        assert [is_refused(trial, trial.delay, value) for value in (15, 21, 22, -1)] == [False, False, True, True]
        assert [row.delay for row in trial.select()] == [14]
    finally:
        database.drop_tables([trial])


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
