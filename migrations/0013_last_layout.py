"""How each officer last had slips laid out, and since when a job is carried out."""
from peewee import BigIntegerField, BooleanField, CharField, ForeignKeyField, IntegerField, Model


def up(migrator, db):
    class Officer(Model):
        class Meta:
            database = db
            table_name = "officer"

    class LastLayout(Model):
        officer = ForeignKeyField(Officer, unique=True, on_delete="CASCADE")
        per_page = IntegerField(default=1)
        paper = CharField(max_length=6, default="A4")
        language = CharField(max_length=8, default="")
        by_name = BooleanField(default=False)
        cover = BooleanField(default=False)
        sign_in_code = BooleanField(default=False)

        class Meta:
            database = db
            table_name = "last_layout"

    LastLayout.create_table()
    migrator.migrate(migrator.add_column("job", "started_at", BigIntegerField(null=True)))


def down(migrator, db):
    migrator.migrate(migrator.drop_column("job", "started_at"))
    db.execute_sql("DROP TABLE last_layout")
