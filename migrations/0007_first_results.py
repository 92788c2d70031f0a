"""When a result came for the first time: one that was late is new to its candidate, and has not changed."""
from peewee import BigIntegerField


def up(migrator, db):
    migrator.migrate(migrator.add_column("result", "first_at", BigIntegerField(null=True)))


def down(migrator, db):
    migrator.migrate(migrator.drop_column("result", "first_at"))
