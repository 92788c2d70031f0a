"""Rows of a board file on their way into the tables: staged in small steps, published in a few statements.

One transaction around all rows of a national file would stall every sign-in for seconds. So rows wait here,
written 2,000 at a time with a pause between, and are then put in place set by set. One import at a time holds
the lock; what a killed one left behind is swept before the next begins.
"""
import time

from peewee import EXCLUDED, CharField, chunked

from models.database import Model, database
from models.exams import Candidate, Centre, Entry, Series

CHUNK = 2000
PAUSE = 0.02  # seconds, in which waiting sign-ins get their turn


class StagedCandidate(Model):
    """A candidate, new or changed, by what a file knows: the series may not exist yet."""

    centre_number = CharField(max_length=5)
    series_name = CharField(max_length=60)
    number = CharField(max_length=4)
    name = CharField(max_length=200)
    uci = CharField(max_length=20)
    qualifications = CharField(max_length=200)


class StagedEntry(Model):
    """An entry, new or changed, of a candidate who is in place when it is published."""

    centre_number = CharField(max_length=5)
    series_name = CharField(max_length=60)
    candidate_number = CharField(max_length=4)
    qualification = CharField(max_length=40)
    syllabus_code = CharField(max_length=10)
    option_code = CharField(max_length=10)
    title = CharField(max_length=120)
    status = CharField(max_length=9)


def stage(table, rows):
    """Write rows (tuples in the order of the table's columns), each chunk in a transaction of its own."""
    fields = table._meta.sorted_fields[1:]
    for place, some in enumerate(chunked(rows, CHUNK)):
        if place:
            time.sleep(PAUSE)
        with database.atomic():
            table.insert_many(some, fields=fields).as_rowcount().execute()


def sweep(table):
    """Empty a staging table, in steps as small."""
    while some := [row_id for row_id, in table.select(table.id).limit(CHUNK).tuples()]:
        with database.atomic():
            table.delete().where(table.id.in_(some)).execute()


def publish_entries(now):
    """Put staged candidates, then staged entries in place, in the caller's transaction."""
    people = (
        StagedCandidate.select(Centre.id, Series.id, StagedCandidate.number, StagedCandidate.name,
                               StagedCandidate.uci, StagedCandidate.qualifications, int(now.timestamp()))
        .join(Centre, on=(Centre.number == StagedCandidate.centre_number))
        .join(Series, on=(Series.name == StagedCandidate.series_name)).where(StagedCandidate.id > 0))
    columns = [Candidate.centre, Candidate.series, Candidate.number, Candidate.name, Candidate.uci,
               Candidate.qualifications]
    put(Candidate, people, [*columns, Candidate.first_entered_at], key=columns[:3], values=columns[3:])
    entries = (
        StagedEntry.select(Candidate.id, StagedEntry.qualification, StagedEntry.syllabus_code,
                           StagedEntry.option_code, StagedEntry.title, StagedEntry.status)
        .join(Centre, on=(Centre.number == StagedEntry.centre_number))
        .join(Series, on=(Series.name == StagedEntry.series_name))
        .join(Candidate, on=(Candidate.centre == Centre.id) & (Candidate.series == Series.id)
              & (Candidate.number == StagedEntry.candidate_number)).where(StagedEntry.id > 0))
    columns = [Entry.candidate, Entry.qualification, Entry.syllabus_code, Entry.option_code, Entry.title,
               Entry.status]
    put(Entry, entries, columns, key=columns[:3], values=columns[3:])


def put(table, query, columns, *, key, values):
    """INSERT … SELECT … ON CONFLICT DO UPDATE. `query` needs a WHERE, or SQLite reads ON CONFLICT as a join's."""
    table.insert_from(query, columns).on_conflict(
        conflict_target=key,
        update={column: getattr(EXCLUDED, column.column_name) for column in values}).as_rowcount().execute()
