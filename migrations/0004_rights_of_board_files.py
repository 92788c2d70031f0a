"""The board's files need a right each; whoever could send them all goes on."""
from peewee import BooleanField, Table

COLUMNS = ("keeps_register", "loads_results")


def up(migrator, db):
    officer = Table("officer", ("is_board_staff", *COLUMNS)).bind(db)
    for column in COLUMNS:
        migrator.migrate(migrator.add_column("officer", column, BooleanField(default=False)))
    officer.update({getattr(officer, column): True for column in COLUMNS}).where(officer.is_board_staff).execute()


def down(migrator, db):
    for column in COLUMNS:
        migrator.migrate(migrator.drop_column("officer", column))
