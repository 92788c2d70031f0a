"""Results and their embargo. Every statement that names a grade column stands in this module.

The release stands in the join condition of each of them, so before its time no query reads a grade at all:
the same rows come back, of the same length, whether or not results are loaded. Staff see results from the
release, without any delay (D11); board staff with the right to it earlier.
"""
from datetime import datetime
from typing import NamedTuple

from peewee import JOIN, CharField, ForeignKeyField, IntegerField, Value

from models.database import Model, Moment
from models.exams import Candidate, Entry, Release


class Result(Model):
    """The result of one entry. `pum`: percentage uniform mark, 0–100, not a raw percentage."""

    entry = ForeignKeyField(Entry, unique=True, backref="result", on_delete="CASCADE")
    grade = CharField(max_length=4)
    second_grade = CharField(max_length=4, default="")
    endorsement = CharField(max_length=4, default="")
    pum = IntegerField(null=True)
    changed_at = Moment()


class StaffRow(NamedTuple):
    """One entry as staff see it; the last five are None before the release or without a result."""

    candidate_number: str
    candidate_name: str
    uci: str
    qualification: str
    syllabus_code: str
    option_code: str
    title: str
    status: str
    released_at: datetime | None
    held_at: datetime | None
    grade: str | None
    second_grade: str | None
    endorsement: str | None
    pum: int | None
    changed_at: datetime | None


def released(now):
    """The condition under which staff may read: released and not held."""
    return (Release.released_at <= now) & Release.held_at.is_null()


def for_staff(centre, series, now, early=False):
    """StaffRows of a centre in a series by candidate number and syllabus. `early`: the right to earlier ones."""
    open_ = Value(True) if early else released(now)
    return [StaffRow(*row) for row in (
        Entry.select(
            Candidate.number, Candidate.name, Candidate.uci, Entry.qualification, Entry.syllabus_code,
            Entry.option_code, Entry.title, Entry.status, Release.released_at, Release.held_at,
            Result.grade, Result.second_grade, Result.endorsement, Result.pum, Result.changed_at)
        .join(Candidate)
        .join_from(Entry, Release, JOIN.LEFT_OUTER,
                   on=(Release.series == Candidate.series) & (Release.qualification == Entry.qualification))
        .join_from(Entry, Result, JOIN.LEFT_OUTER, on=(Result.entry == Entry.id) & open_)
        .where(Candidate.centre == centre, Candidate.series == series)
        .order_by(Candidate.number, Entry.syllabus_code, Entry.id)
        .tuples()
    )]
