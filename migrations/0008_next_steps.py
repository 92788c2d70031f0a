"""What candidates may do next, until when reviews can be asked for, and when each had last looked."""
from peewee import BigIntegerField, CharField, Model, TextField


def up(migrator, db):
    class NextSteps(Model):
        language = CharField(max_length=8)
        place = CharField(max_length=80, default="")
        text = TextField()

        class Meta:
            database = db
            table_name = "next_steps"
            indexes = ((("language", "place"), True),)

    NextSteps.create_table()
    migrator.migrate(
        migrator.add_column("series", "reviews_until", CharField(max_length=10, default="")),
        migrator.add_column("credential", "looked_at", BigIntegerField(null=True)),
        migrator.add_column("candidate_session", "looked_before_at", BigIntegerField(null=True)),
    )
    db.execute_sql("UPDATE credential SET looked_at = last_signed_in_at")


def down(migrator, db):
    migrator.migrate(
        migrator.drop_column("candidate_session", "looked_before_at"),
        migrator.drop_column("credential", "looked_at"),
        migrator.drop_column("series", "reviews_until"),
    )
    db.execute_sql("DROP TABLE next_steps")
