"""What a file has no column for is NULL where its rows are staged; codes have one normal form; what is told beside a
file, former logins, and the series in which an import gathers what it brings."""
import re
import unicodedata

from peewee import (
    BooleanField,
    CharField,
    Check,
    ForeignKeyField,
    IntegerField,
    JSONField,
    Model,
    Table,
)

from models.migrating import change_check

KINDS = ("centres", "entries", "results", "releases")


def _staged(db, nullable):
    class Frozen(Model):
        board_import = IntegerField()
        line = IntegerField()
        verdict = CharField(max_length=9)
        series = CharField(max_length=60)
        centre_number = CharField(max_length=5)
        candidate_number = CharField(max_length=4)
        qualification = CharField(max_length=40)
        syllabus_code = CharField(max_length=10)
        option_code = CharField(max_length=10, null=nullable)
        entry = IntegerField(null=True)

        class Meta:
            database = db

    class StagedEntry(Frozen):
        candidate_name = CharField(max_length=200)
        uci = CharField(max_length=20, null=nullable)
        title = CharField(max_length=120)
        status = CharField(max_length=9, null=nullable)
        candidate = IntegerField(null=True)

        class Meta:
            table_name = "staged_entry"
            indexes = ((("board_import", "line"), True),
                       (("board_import", "series", "centre_number", "candidate_number"), False))

    class StagedResult(Frozen):
        grade = CharField(max_length=4)
        second_grade = CharField(max_length=4, null=nullable)
        endorsement = CharField(max_length=4, null=nullable)
        pum = IntegerField(null=True)

        class Meta:
            table_name = "staged_result"
            indexes = ((("board_import", "line"), True),)

    return [StagedEntry, StagedResult]


def _new(db):
    class Candidate(Model):
        class Meta:
            database = db
            table_name = "candidate"

    class GivenHeading(Model):
        kind = CharField(max_length=8)
        digest = CharField(max_length=64)
        given = JSONField()

        class Meta:
            database = db
            table_name = "given_heading"
            indexes = ((("kind", "digest"), True),)

    class FormerLogin(Model):
        candidate = ForeignKeyField(Candidate, on_delete="CASCADE")
        number = CharField(max_length=4)
        uci = CharField(max_length=20)
        row = JSONField()
        was_selected = BooleanField()

        class Meta:
            database = db
            table_name = "former_login"
            indexes = ((("candidate", "number", "uci"), True),)

    return [GivenHeading, FormerLogin]


def _one_of(kinds):
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    return CharField(max_length=8, constraints=[Check(f"kind IN ({listed})")])


def _normal(text):
    text = "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")
    return re.sub(r"\s", "", re.sub("[\u2010-\u2015\u2212]", "-", text)).upper()


def _normalise(db, table, column):
    rows = Table(table, ("id", column)).bind(db)
    held = getattr(rows, column)
    for value, in list(rows.select(held).distinct().tuples()):
        if value and _normal(value) != value:
            rows.update({held: _normal(value)}).where(held == value).execute()


def up(migrator, db):
    db.drop_tables(_staged(db, False))
    db.create_tables([*_staged(db, True), *_new(db)])
    change_check(migrator, db, "board_import", "kind", _one_of((*KINDS, "officers")))
    migrator.migrate(migrator.add_column("board_import", "given", JSONField(null=True)),
                     migrator.add_column("board_import", "is_prepared", BooleanField(default=False)),
                     migrator.add_column("series", "arriving", IntegerField(null=True)))
    _normalise(db, "candidate", "uci")
    _normalise(db, "entry", "option_code")


def down(migrator, db):
    migrator.migrate(migrator.drop_column("series", "arriving"), migrator.drop_column("board_import", "is_prepared"),
                     migrator.drop_column("board_import", "given"))
    imports = Table("board_import", ("id", "kind")).bind(db)
    imports.delete().where(imports.kind == "officers").execute()
    change_check(migrator, db, "board_import", "kind", _one_of(KINDS))
    db.drop_tables([*_new(db), *_staged(db, True)])
    db.create_tables(_staged(db, False))
