"""Refused sign-ins of candidates and of staff are counted in one table: `since` is the start of their period."""
from peewee import BigIntegerField, BooleanField, CharField, IntegerField, Model

BEFORE = {"sign_in_failure": "hour", "staff_attempts": "window"}


def _table(db, table, since):
    class Frozen(Model):
        subject = CharField(max_length=64)
        count = IntegerField()
        alarmed = BooleanField()

        class Meta:
            database = db
            table_name = table
            indexes = ((("subject", since), True),)

    Frozen._meta.add_field(since, BigIntegerField(index=True))
    return Frozen


def _copy(old, old_since, new, new_since):
    fields = [new.subject, getattr(new, new_since), new.count, new.alarmed]
    new.insert_from(old.select(old.subject, getattr(old, old_since), old.count, old.alarmed), fields).execute()


def up(migrator, db):
    attempts = _table(db, "attempts", "since")
    db.create_tables([attempts])
    for table, since in BEFORE.items():
        old = _table(db, table, since)
        _copy(old, since, attempts, "since")
        db.drop_tables([old])


def down(migrator, db):
    attempts = _table(db, "attempts", "since")
    for table, since in BEFORE.items():
        old = _table(db, table, since)
        db.create_tables([old])
        _copy(attempts, "since", old, since)
    db.drop_tables([attempts])
