"""Marks of rows in a list: no act of its own, so that nothing of it stands in the audit trail."""
from datetime import timedelta

from peewee import chunked

from models.database import database
from models.tables.marks import Mark

KEPT = timedelta(days=7)


def marked(officer, place):
    """The rows that the officer has marked in this list, as a set. One query."""
    return {row for row, in Mark.select(Mark.row).where(Mark.officer == officer, Mark.place == place).tuples()}


def mark(officer, place, shown, ticked, now):
    """Of the rows `shown`, those `ticked` are marked and the others are not; rows elsewhere stay as they are."""
    shown, ticked = set(shown), set(ticked)
    with database.atomic():
        before = marked(officer, place)
        if gone := (before & shown) - ticked:
            unmark(officer, place, gone)
        new = [(officer, place, row, now) for row in sorted(ticked - before)]
        for some in chunked(new, 2000):
            Mark.insert_many(some, fields=[Mark.officer, Mark.place, Mark.row, Mark.at]).on_conflict_ignore().execute()


def unmark(officer, place, rows=None):
    """Take the marks from these rows, or from all of the list."""
    meant = Mark.delete().where(Mark.officer == officer, Mark.place == place)
    for some in [None] if rows is None else chunked(sorted(rows), 500):
        (meant if some is None else meant.where(Mark.row.in_(some))).execute()


def forget_old(now):
    """Delete marks that nobody used for a week; for the periodic task. Gives their number."""
    return Mark.delete().where(Mark.at < now - KEPT).execute()
