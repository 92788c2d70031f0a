"""Rows of a board file between being read and being published: tables of their own, keyed by the import.

They are filled and compared in pieces of CHUNK lines, each a transaction of its own with a pause behind it, so that
sign-ins go on meanwhile; publishing is then a few statements over the rows that are new or changed. The rows of
results.csv are staged in `models.results`, beside every other statement that names a grade.
"""
import time

from peewee import Case, CharField, IntegerField, TextField, fn

from models.database import Model, database

CHUNK = 2000
PAUSE = 0.005  # seconds in which other writers get their turn
NEW, CHANGED, SAME, TWICE = "new", "changed", "same", "twice"


class StagedRow(Model):
    """`board_import`: id of the BoardImport; `verdict`: how the row compares with what is held."""

    board_import = IntegerField()
    line = IntegerField()
    verdict = CharField(max_length=9, default="")


class StagedLine(StagedRow):
    """A row of centres.csv or releases.csv: few, and compared in Python. `cells`: JSON of the values."""

    cells = TextField()

    class Meta:
        indexes = ((("board_import", "line"), True),)


class StagedEntry(StagedRow):
    """A row of entries.csv; `candidate` and `entry`: ids of what is held for it. What a file has no column for is NULL
    and leaves what is held."""

    series = CharField(max_length=60)
    centre_number = CharField(max_length=5)
    candidate_number = CharField(max_length=4)
    candidate_name = CharField(max_length=200)
    uci = CharField(max_length=20, null=True)
    qualification = CharField(max_length=40)
    syllabus_code = CharField(max_length=10)
    option_code = CharField(max_length=10, null=True)
    title = CharField(max_length=120)
    status = CharField(max_length=9, null=True)
    candidate = IntegerField(null=True)
    entry = IntegerField(null=True)

    class Meta:
        indexes = ((("board_import", "line"), True),
                   (("board_import", "series", "centre_number", "candidate_number"), False))


def lines(board_import):
    """(line, cells) of an import's StagedLines, in order."""
    return list(StagedLine.select(StagedLine.line, StagedLine.cells).where(StagedLine.board_import == board_import)
                .order_by(StagedLine.line).tuples())


def put(table, fields, rows):
    """Insert tuples. The statement is built once for all of them: ten times as fast as insert_many."""
    if rows:
        sql, _parameters = table.insert_many([rows[0]], fields=fields).returning().sql()
        database.cursor().executemany(sql, rows)


def pieces(table, board_import):
    """(first line, last line) of each piece of an import, with a pause behind it."""
    first, last = (table.select(fn.MIN(table.line), fn.MAX(table.line))
                   .where(table.board_import == board_import).tuples().get())
    for start in range(first, last + 1, CHUNK) if last else ():
        yield start, min(start + CHUNK - 1, last)
        pause()


def pause():
    time.sleep(PAUSE)


def clear(table, board_import):
    """Take the rows of an import off the table, in pieces."""
    for first, last in pieces(table, board_import):
        table.delete().where(table.board_import == board_import, table.line.between(first, last)).execute()


def leave_out(table, board_import, lines):
    """Take some lines of an import off the table."""
    for start in range(0, len(lines), CHUNK):
        table.delete().where(table.board_import == board_import, table.line.in_(lines[start:start + CHUNK])).execute()


def verdicts(table, board_import):
    """{verdict: number of rows}."""
    return dict(table.select(table.verdict, fn.COUNT(table.id)).where(table.board_import == board_import)
                .group_by(table.verdict).tuples())


def checksum(table, board_import):
    """A number that differs, as good as always, where a row compares differently."""
    place = Case(table.verdict, [(verdict, number) for number, verdict in enumerate((NEW, CHANGED, SAME, TWICE), 1)], 5)
    return table.select(fn.SUM(table.line * place)).where(table.board_import == board_import).scalar()


def with_verdict(table, board_import, *verdicts):
    """The rows of an import with one of these verdicts, in order of lines. A query."""
    return table.select().where(
        table.board_import == board_import, table.verdict.in_(verdicts)).order_by(table.line)


def mark_twice(table, board_import, *key):
    """Give the verdict TWICE to rows whose key an earlier line has already."""
    if not table.select(*key).where(table.board_import == board_import).group_by(*key).having(
            fn.COUNT(table.id) > 1).exists():
        return  # as ever; to number the rows takes three times as long
    numbered = table.alias()
    place = fn.ROW_NUMBER().over(
        partition_by=[getattr(numbered, field.name) for field in key], order_by=[numbered.line])
    ranked = numbered.select(numbered.id, place.alias("place")).where(
        numbered.board_import == board_import, *(getattr(numbered, field.name).is_null(False) for field in key))
    again = [row_id for row_id, in ranked.select_from(ranked.c.id).where(ranked.c.place > 1).tuples()]
    for start in range(0, len(again), CHUNK):
        table.update(verdict=TWICE).where(table.id.in_(again[start:start + CHUNK])).execute()
