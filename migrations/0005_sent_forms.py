"""Forms that make something make it once."""
from peewee import BigIntegerField, CharField, ForeignKeyField, Model


def _table(db):
    class Officer(Model):
        class Meta:
            database = db
            table_name = "officer"

    class SentForm(Model):
        officer = ForeignKeyField(Officer, on_delete="CASCADE")
        value = CharField(max_length=16)
        at = BigIntegerField(index=True)

        class Meta:
            database = db
            table_name = "sent_form"
            indexes = ((("officer", "value"), True),)

    return SentForm


def up(migrator, db):
    db.create_tables([_table(db)])


def down(migrator, db):
    db.drop_tables([_table(db)])
