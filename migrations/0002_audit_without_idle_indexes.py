"""Two indexes that no question asks ('contains' cannot use them), and that every sign-in had to keep."""


def up(migrator, db):
    migrator.migrate(*(migrator.drop_index("audit_event", f"audit_event_{column}") for column in ("who", "what")))


def down(migrator, db):
    migrator.migrate(*(migrator.add_index("audit_event", [column]) for column in ("who", "what")))
