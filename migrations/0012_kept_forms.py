"""What is pressed when a session is over is kept until its officer is back."""
from peewee import BigIntegerField, ForeignKeyField, Model, TextField


def _table(db):
    class Officer(Model):
        class Meta:
            database = db
            table_name = "officer"

    class KeptForm(Model):
        officer = ForeignKeyField(Officer, unique=True, on_delete="CASCADE")
        sealed = TextField()
        at = BigIntegerField(index=True)

        class Meta:
            database = db
            table_name = "kept_form"

    return KeptForm


def up(migrator, db):
    db.create_tables([_table(db)])


def down(migrator, db):
    db.drop_tables([_table(db)])
