"""When each officer was last here before the session that runs."""
from peewee import BigIntegerField


def up(migrator, db):
    migrator.migrate(
        migrator.add_column("officer", "visited_at", BigIntegerField(null=True)),
        migrator.add_column("staff_session", "visited_before_at", BigIntegerField(null=True)),
    )
    db.execute_sql("UPDATE officer SET visited_at = "
                   "(SELECT MAX(started_at) FROM staff_session WHERE officer_id = officer.id)")


def down(migrator, db):
    migrator.migrate(
        migrator.drop_column("staff_session", "visited_before_at"),
        migrator.drop_column("officer", "visited_at"),
    )
