"""Statements of results that are signed: what was issued, with which keys, and what is withdrawn."""
from peewee import BigIntegerField, BooleanField, CharField, ForeignKeyField, Model, TextField


def _tables(db):
    class Frozen(Model):
        class Meta:
            database = db

    class Candidate(Frozen):
        class Meta:
            table_name = "candidate"

    class SigningKey(Frozen):
        kid = CharField(max_length=8, unique=True)
        chain = TextField()
        name = CharField(max_length=200)
        tier = CharField(max_length=9, default="portal")
        valid_from = BigIntegerField()
        valid_until = BigIntegerField()
        is_demonstration = BooleanField(default=False)
        revoked_at = BigIntegerField(null=True)
        reason = CharField(max_length=200, default="")

        class Meta:
            table_name = "signing_key"

    class IssuedStatement(Frozen):
        number = CharField(max_length=16, unique=True)
        candidate = ForeignKeyField(Candidate, on_delete="CASCADE")
        digest = CharField(max_length=64)
        qualifications = CharField(max_length=200)
        first_issued_at = BigIntegerField()

        class Meta:
            table_name = "issued_statement"

    class WithdrawnStatement(Frozen):
        number = CharField(max_length=16, unique=True)
        at = BigIntegerField()

        class Meta:
            table_name = "withdrawn_statement"

    return [SigningKey, IssuedStatement, WithdrawnStatement]


def up(migrator, db):
    db.create_tables(_tables(db))


def down(migrator, db):
    db.drop_tables(_tables(db))
