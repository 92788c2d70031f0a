"""Results and their embargo. Every statement that names a grade column stands in this module.

The release stands in the join condition of each of them, so before its time no query reads a grade at all:
the same rows come back, of the same length, whether or not results are loaded. Staff see results from the
release, without any delay (D11); board staff with the right to it earlier.
"""
from datetime import datetime
from functools import reduce
from operator import or_
from typing import NamedTuple

from peewee import EXCLUDED, JOIN, Case, CharField, ForeignKeyField, IntegerField, Value, chunked, fn

from models.database import Model, Moment
from models.rules.standing import governed, may_sign_in, uses_default_contact, visible_at
from models.statements import Statement, given
from models.tables import audit, staging
from models.tables.exams import Candidate, Centre, Entry, Release, Series
from models.tables.offers import Offer
from models.tables.slips import CandidateSession, Credential
from models.tables.staging import CHANGED, NEW, SAME, StagedRow
from models.tables.subcentres import AttachedDefaults


class Result(Model):
    """The result of one entry. `pum`: percentage uniform mark, 0–100, not a raw percentage. `first_at`: when there
    first was one; None for one from before that was kept."""

    entry = ForeignKeyField(Entry, unique=True, backref="result", on_delete="CASCADE")
    grade = CharField(max_length=4)
    second_grade = CharField(max_length=4, default="")
    endorsement = CharField(max_length=4, default="")
    pum = IntegerField(null=True)
    changed_at = Moment()
    first_at = Moment(null=True)


class StaffRow(NamedTuple):
    """One entry as staff see it; the last six are None before the release or without a result."""

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
    first_at: datetime | None


def released(now):
    """The condition under which staff may read: released and not held."""
    return (Release.released_at <= now) & Release.held_at.is_null()


def news(first_at, changed_at, visible_at):
    """(NEW, when) of a result that came after its kind could be seen, from `visible_at` on; (CHANGED, when) of one that
    could be seen otherwise before; (None, None) of all others (D23)."""
    came, changed = first_at or visible_at, changed_at or visible_at
    if changed > max(visible_at, came):
        return CHANGED, changed
    return (NEW, came) if came > visible_at else (None, None)


_came = fn.COALESCE(Result.first_at, Release.released_at)  # the same as SQL, for staff, who see from the release on
is_changed = (Result.changed_at > Release.released_at) & (Result.changed_at > _came)
is_new = (_came > Release.released_at) & ~is_changed


def for_staff(centre, series, now, early=False, candidate=None):
    """StaffRows of a centre in a series by candidate number and syllabus; of one `candidate` (id) where given.

    `early`: the right to see them before the release.
    """
    open_ = Value(True) if early else released(now)
    query = (
        Entry.select(
            Candidate.number, Candidate.name, Candidate.uci, Entry.qualification, Entry.syllabus_code,
            Entry.option_code, Entry.title, Entry.status, Release.released_at, Release.held_at,
            Result.grade, Result.second_grade, Result.endorsement, Result.pum, Result.changed_at, Result.first_at)
        .join(Candidate)
        .join_from(Entry, Release, JOIN.LEFT_OUTER,
                   on=(Release.series == Candidate.series) & (Release.qualification == Entry.qualification))
        .join_from(Entry, Result, JOIN.LEFT_OUTER, on=(Result.entry == Entry.id) & open_)
        .where(Candidate.centre == centre, Candidate.series == series)
        .order_by(Candidate.number, Entry.syllabus_code, Entry.id)
    )
    if candidate is not None:
        query = query.where(Candidate.id == candidate)
    return [StaffRow(*row) for row in query.tuples()]


def tallies(centres, series, now, *by):
    """(…by, grade, second grade, whether it is out, valid entries, withdrawn ones, NEW results, CHANGED ones) of these
    centres' entries in a series, alike in `by` (fields of Candidate and Entry). Before its release no row has a grade
    and all entries of a group are one row. A query of tuples."""
    def number_of(condition):
        return fn.SUM(Case(None, [(condition, 1)], 0))

    is_out, valid = Release.id.is_null(False), Entry.status == "entered"
    return (
        Entry.select(*by, Result.grade, Result.second_grade, is_out, number_of(valid), number_of(~valid),
                     number_of(is_new), number_of(is_changed))
        .join(Candidate)
        .join_from(Entry, Release, JOIN.LEFT_OUTER, on=(Release.series == Candidate.series)
                   & (Release.qualification == Entry.qualification) & released(now))
        .join_from(Entry, Result, JOIN.LEFT_OUTER, on=(Result.entry == Entry.id) & is_out & valid)
        .where(Candidate.series == series, Candidate.centre.in_(centres))
        .group_by(*by, Result.grade, Result.second_grade, is_out).tuples())


def out_in(series, now):
    """The qualifications of a series of which staff may see the results now, in order of their names."""
    return [name for name, in Release.select(Release.qualification).where(
        Release.series == series, released(now)).order_by(Release.qualification).tuples()]


def exported(which, now):
    """(series, centre, candidate number, qualification, syllabus, option, grade, second grade, endorsement, mark, UCI,
    candidate's name, title) of what is out for staff, of the Series and Centres that `which` admits. A query."""
    return Result.select(
        Series.name, Centre.number, Candidate.number, Entry.qualification, Entry.syllabus_code, Entry.option_code,
        Result.grade, Result.second_grade, Result.endorsement, Result.pum, Candidate.uci, Candidate.name, Entry.title,
    ).join(Entry).join(Candidate).join(Centre).join_from(Candidate, Series).join_from(
        Entry, Release, on=(Release.series == Candidate.series) & (Release.qualification == Entry.qualification)
        & released(now)).where(which, Entry.status == "entered").order_by(
        Series.id, Centre.number, Candidate.number, Entry.syllabus_code, Entry.id).tuples()


def read_early(centre, series, by, now):
    """`for_staff` before the release, for whoever has the right to it; every such reading is in the audit trail."""
    rows = for_staff(centre, series, now, early=True)
    audit.record(by, "read results before their release", now, centre=centre.number, series=series.code,
                 subject=f"{len(rows)} entries")
    return rows


def record_download(by, centre, series, subject, now, numbers=()):
    """Results have left the house. `subject`: as what and, of several centres, of how many; then their `numbers`."""
    audit.record(by, "downloaded results", now, centre=centre.number, series=series.code, subject=subject,
                 changes=[(number, "results", "", "downloaded") for number in numbers])


class OwnRow(NamedTuple):
    """One valid entry as its candidate sees it, and all that the page says about the candidate beside it.

    Times are epoch seconds. `visible_at`: None while unannounced. The last five are None before that instant,
    while the board holds the results, and without a result. `waiting`: at most so many sessions are alive.
    """

    started_at: int
    looked_before_at: int | None
    looked_at: int | None
    waiting: int
    username: str
    candidate_name: str
    candidate_number: str
    uci: str
    centre_number: str
    centre_name: str
    country: str
    time_zone: str
    centre_email: str
    language: str
    series_code: str
    series_name: str
    reviews_until: str
    uses_default_contact: bool
    default_name: str | None
    default_phone: str | None
    default_email: str | None
    own_name: str
    own_phone: str
    own_email: str
    qualification: str
    syllabus_code: str
    option_code: str
    title: str
    visible_at: int | None
    held_at: int | None
    grade: str | None
    second_grade: str | None
    endorsement: str | None
    pum: int | None
    changed_at: int | None
    first_at: int | None


def _own():
    """Session, login, every rule of access, releases, results and contact: the one query of a results page.

    The entry is looked up among the results by a key that is NULL until its time, so that before it not even
    an index is searched. The key is made first, by itself: PostgreSQL uses the index for a role whose rows are
    guarded (see `grants`) only where the condition of the join computes nothing.
    """
    is_out = (visible_at <= given("now")) & Release.held_at.is_null()
    newest, oldest = CandidateSession.alias(), CandidateSession.alias()
    waiting = (fn.COALESCE(newest.select(fn.MAX(newest.id)), 0) - fn.COALESCE(oldest.select(fn.MIN(oldest.id)), 0))
    told = (
        CandidateSession.started_at, CandidateSession.looked_before_at, Credential.looked_at, waiting,
        Credential.username, Candidate.name, Candidate.number, Candidate.uci, Centre.number, Centre.name,
        Centre.country, Centre.time_zone, Centre.email, Centre.language, Series.code, Series.name,
        Series.reviews_until, uses_default_contact,
        AttachedDefaults.contact_name, AttachedDefaults.contact_phone, AttachedDefaults.contact_email,
        Offer.contact_name, Offer.contact_phone, Offer.contact_email,
        Entry.qualification, Entry.syllabus_code, Entry.option_code, Entry.title, visible_at, Release.held_at)
    open_entry = Case(None, [(is_out, Entry.id)])
    session = CandidateSession.select(
        *(value.alias(name) for value, name in zip(told, OwnRow._fields, strict=False)), Entry.id.alias("entry"),
        open_entry.alias("open_entry"),
    ).join(Credential, on=(CandidateSession.credential == Credential.id)
           & (CandidateSession.generation == Credential.generation))
    own = (
        governed(session.join(Candidate).join(Centre).join_from(Candidate, Series))
        .join_from(Candidate, Entry, on=(Entry.candidate == Candidate.id) & (Entry.status == "entered"))
        .join_from(Entry, Release, JOIN.LEFT_OUTER,
                   on=(Release.series == Candidate.series) & (Release.qualification == Entry.qualification))
        .where(CandidateSession.digest == given("digest"), CandidateSession.ends_at > given("now"),
               may_sign_in(given("now")))
    ).cte("own", materialized=True)
    return (
        own.select_from(*(getattr(own.c, name) for name in OwnRow._fields[:len(told)]),
                        Result.grade, Result.second_grade, Result.endorsement, Result.pum, Result.changed_at,
                        Result.first_at)
        .join(Result, JOIN.LEFT_OUTER, on=(Result.entry == own.c.open_entry))
        .order_by(own.c.syllabus_code, own.c.entry)
    )


_own_rows = Statement(_own)


def for_candidate(digest, now):
    """OwnRows of the candidate behind a session's digest, by syllabus; none where the door is shut. One query."""
    return [OwnRow(*row) for row in _own_rows(digest=digest, now=int(now.timestamp())).fetchall()]


# --- imports: the rows of a file, what is held for them, and putting them in its place -----------------------

UNENTERED, WITHDRAWN, OPTION = "unentered", "withdrawn", "option"


class StagedResult(StagedRow):
    """A row of results.csv between being read and being published; `entry`: the id of its entry. What the file has no
    column for is NULL and leaves what is held; a `pum` of -1 says that there is none."""

    series = CharField(max_length=60)
    centre_number = CharField(max_length=5)
    candidate_number = CharField(max_length=4)
    qualification = CharField(max_length=40)
    syllabus_code = CharField(max_length=10)
    option_code = CharField(max_length=10, null=True)
    grade = CharField(max_length=4)
    second_grade = CharField(max_length=4, null=True)
    endorsement = CharField(max_length=4, null=True)
    pum = IntegerField(null=True)
    entry = IntegerField(null=True)

    class Meta:
        indexes = ((("board_import", "line"), True),)


STAGED_FIELDS = tuple(getattr(StagedResult, name) for name in (
    "board_import", "line", "verdict", "series", "centre_number", "candidate_number", "qualification",
    "syllabus_code", "option_code", "grade", "second_grade", "endorsement", "pum"))


def mark_staged(board_import, first, last):
    """Find the entry of each staged row of these lines and how the row compares with the result held for it."""
    _marking(board_import=board_import, first=first, last=last)


def _mark_staged():
    row = StagedResult.alias()
    equal = ((row.grade == Result.grade) & (fn.COALESCE(row.second_grade, Result.second_grade) == Result.second_grade)
             & (fn.COALESCE(row.endorsement, Result.endorsement) == Result.endorsement)
             & (fn.COALESCE(row.pum, Result.pum, -1) == fn.COALESCE(Result.pum, -1)))
    verdict = Case(None, [
        (Entry.id.is_null(), UNENTERED),
        (Entry.status != "entered", WITHDRAWN),
        ((row.option_code != "") & (Entry.option_code != "") & (row.option_code != Entry.option_code), OPTION),
        (Result.id.is_null(), NEW),
        (equal, SAME),
    ], CHANGED)
    marked = (
        row.select(row.id, Entry.id.alias("entry"), verdict.alias("verdict"))
        .join_from(row, Series, JOIN.LEFT_OUTER, on=Series.name == row.series)
        .join_from(row, Centre, JOIN.LEFT_OUTER, on=Centre.number == row.centre_number)
        .join_from(row, Candidate, JOIN.LEFT_OUTER, on=(Candidate.centre == Centre.id)
                   & (Candidate.series == Series.id) & (Candidate.number == row.candidate_number))
        .join_from(row, Entry, JOIN.LEFT_OUTER, on=(Entry.candidate == Candidate.id)
                   & (Entry.qualification == row.qualification) & (Entry.syllabus_code == row.syllabus_code))
        .join_from(row, Result, JOIN.LEFT_OUTER, on=Result.entry == Entry.id)
        .where(row.board_import == given("board_import"), row.line.between(given("first"), given("last")))
        .alias("marked"))
    return StagedResult.update(entry=marked.c.entry, verdict=marked.c.verdict).from_(marked).where(
        StagedResult.id == marked.c.id)


_marking = Statement(_mark_staged)


def staged_as_out(board_import, now, is_out, verdicts):
    """Staged rows with one of these verdicts, in order of lines, whose results are out (`is_out`), are not, or all
    where it is None. A query."""
    rows = staging.with_verdict(StagedResult, board_import, *verdicts)
    if is_out is None:
        return rows
    out = (Release.select().join(Series).where(
        Series.name == StagedResult.series, Release.qualification == StagedResult.qualification, released(now)))
    return rows.where(fn.EXISTS(out) if is_out else ~fn.EXISTS(out))


def read_staged_early(board_import, by, now):
    """Record that somebody with the right to it looks at what a file would change before the release."""
    audit.record(by, "read results before their release", now, subject=f"file {board_import.name}")


def staged_options(board_import, limit):
    """{line: option entered} of staged rows for another option than entered."""
    return dict(
        StagedResult.select(StagedResult.line, Entry.option_code)
        .join(Entry, on=Entry.id == StagedResult.entry)
        .where(StagedResult.board_import == board_import, StagedResult.verdict == OPTION)
        .order_by(StagedResult.line).limit(limit).tuples())


def staged_changes(board_import, now, early, limit):
    """{line: ((grade, second grade, endorsement, mark) held, the same in the file)} of the changed rows.

    `early`: the right to see them before the release; else the released ones only.
    """
    open_ = Value(True) if early else released(now)
    query = (
        StagedResult.select(
            StagedResult.line, Result.grade, Result.second_grade, Result.endorsement, Result.pum,
            StagedResult.grade, StagedResult.second_grade, StagedResult.endorsement, StagedResult.pum)
        .join(Entry, on=Entry.id == StagedResult.entry).join(Candidate)
        .join_from(Entry, Release, on=(Release.series == Candidate.series)
                   & (Release.qualification == Entry.qualification) & open_)
        .join_from(Entry, Result, on=Result.entry == Entry.id)
        .where(StagedResult.board_import == board_import, StagedResult.verdict == CHANGED)
        .order_by(StagedResult.line).limit(limit))
    return {line: (tuple(values[:4]), tuple(values[4:])) for line, *values in query.tuples()}


def missing_from(board_import):
    """(entry id, series, centre, candidate number, qualification, syllabus) of results that a file declared
    complete for its centres and series no longer holds. A query."""
    given_ = StagedResult.select(StagedResult.entry).where(
        StagedResult.board_import == board_import, StagedResult.entry.is_null(False)).alias("given")
    circle = (StagedResult.select(StagedResult.series, StagedResult.centre_number)
              .where(StagedResult.board_import == board_import).distinct().alias("circle"))
    return (
        Result.select(Entry.id, Series.name, Centre.number, Candidate.number, Entry.qualification,
                      Entry.syllabus_code)
        .join(Entry).join(Candidate).join(Centre).join_from(Candidate, Series)
        .join_from(Series, circle, on=(circle.c.series == Series.name) & (circle.c.centre_number == Centre.number))
        .join_from(Entry, given_, JOIN.LEFT_OUTER, on=given_.c.entry == Entry.id)
        .where(given_.c.entry.is_null())
        .order_by(Series.name, Centre.number, Candidate.number, Entry.syllabus_code))


def publish(which, now):
    """Put the new and changed rows among some staged ones in place, in the caller's transaction: one statement. What a
    row does not speak of stays as it is held. `which`: a condition."""
    at = Value(int(now.timestamp()), converter=False)
    columns = [Result.first_at, Result.entry, Result.grade, Result.second_grade, Result.endorsement, Result.pum,
               Result.changed_at]
    rows = StagedResult.select(
        at, StagedResult.entry, StagedResult.grade, fn.COALESCE(StagedResult.second_grade, Result.second_grade, ""),
        fn.COALESCE(StagedResult.endorsement, Result.endorsement, ""),
        fn.NULLIF(fn.COALESCE(StagedResult.pum, Result.pum), -1), at,
    ).join(Result, JOIN.LEFT_OUTER, on=Result.entry == StagedResult.entry).where(
        which, StagedResult.verdict.in_((NEW, CHANGED)))
    Result.insert_from(rows, columns).on_conflict(
        conflict_target=[Result.entry],
        update={column: getattr(EXCLUDED, column.column_name) for column in columns[2:]}).as_rowcount().execute()


def new_in(pairs):
    """The condition for a staged row that is new in one of these (series, qualification)."""
    one_of_them = [(StagedResult.series == series) & (StagedResult.qualification == name) for series, name in pairs]
    return (StagedResult.verdict == NEW) & reduce(or_, one_of_them, Value(False))


def unseen_in(board_import, until):
    """[(series, qualification), …] of an import that are not out at `until`."""
    named = set(StagedResult.select(StagedResult.series, StagedResult.qualification).where(
        StagedResult.board_import == board_import).distinct().tuples())
    out = Release.select(Series.name, Release.qualification).join(Series).where(released(until)).tuples()
    return sorted(named - set(out))


def withdraw_new(board_import, first, last):
    """Take out again what was put in before of new rows of these lines: there was no result for them."""
    new = StagedResult.select(StagedResult.entry).where(
        StagedResult.board_import == board_import, StagedResult.line.between(first, last), StagedResult.verdict == NEW)
    Result.delete().where(Result.entry.in_(new)).execute()


def withdraw(entry_ids):
    """Take results away that a complete file no longer holds, in the caller's transaction."""
    for some in chunked(list(entry_ids), 2000):
        Result.delete().where(Result.entry.in_(some)).execute()


def withdraw_of(candidate_ids):
    """Take away the results of candidate numbers that another person now has, in the caller's transaction."""
    for some in chunked(list(candidate_ids), 2000):
        Result.delete().where(Result.entry.in_(
            Entry.select(Entry.id).where(Entry.candidate.in_(some)))).execute()
