"""What officers have marked in lists, and the centres that they have lately gone to."""
from peewee import BigIntegerField, CharField, ForeignKeyField, Model


def _table(db):
    class Officer(Model):
        class Meta:
            database = db
            table_name = "officer"

    class Mark(Model):
        officer = ForeignKeyField(Officer, on_delete="CASCADE")
        place = CharField(max_length=80)
        row = CharField(max_length=20)
        at = BigIntegerField(index=True)

        class Meta:
            database = db
            table_name = "mark"
            indexes = ((("officer", "place", "row"), True),)

    return Mark


def up(migrator, db):
    db.create_tables([_table(db)])
    migrator.migrate(migrator.add_column("staff_session", "lately", CharField(max_length=100, default="")))


def down(migrator, db):
    migrator.migrate(migrator.drop_column("staff_session", "lately"))
    db.drop_tables([_table(db)])
