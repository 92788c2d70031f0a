"""Publishing the staged entries of a file: people, entries, and what follows for logins and results.

The new candidates of a large file, and their entries, are put in before, centre by centre, in series that nobody sees;
what is left is one short transaction.
"""
from functools import reduce

from peewee import EXCLUDED, JOIN, Case, chunked, fn

from exchange.kinds.series import new_series, series_named
from models.acts import issuing
from models.database import database
from models.rules import results
from models.statements import Statement, given
from models.tables import staging
from models.tables.exams import Candidate, Centre, Entry, Series, recount_qualifications
from models.tables.offers import SelectedCandidate
from models.tables.slips import Credential, username_of
from models.tables.staging import CHANGED, NEW, StagedEntry

IN_STEPS = 20_000  # new entries from which on they are put in before, in steps
IN_A_STEP = 500  # candidates
PERSON = (StagedEntry.series, StagedEntry.centre_number, StagedEntry.candidate_number)


def differing(board_import):
    """(candidate id, line, name, UCI, name held, UCI held) where a held candidate's name or UCI differs. A query."""
    return (
        StagedEntry.select(
            StagedEntry.candidate, fn.MIN(StagedEntry.line).alias("line"), StagedEntry.candidate_name,
            StagedEntry.uci, Candidate.name, Candidate.uci.alias("uci_held"), *PERSON)
        .join(Candidate, on=Candidate.id == StagedEntry.candidate)
        .where(StagedEntry.board_import == board_import,
               (StagedEntry.candidate_name != Candidate.name)
               | ((StagedEntry.uci != "") & (StagedEntry.uci != Candidate.uci)))
        .group_by(StagedEntry.candidate, StagedEntry.candidate_name, StagedEntry.uci, Candidate.name, Candidate.uci,
                  *PERSON))


def prepare(board_import, difference, now):
    """Put the new candidates of a large file and their entries in, centre by centre, in series that nobody sees; then
    find what is left for `store`, here, where nobody waits for it.

    `writes` gets `gathering`: {series: the one that nobody sees}; `rest`: [(id, candidate or None), …] of the new and
    changed staged rows that are left; `series`: the names of all that the file has.
    """
    writes, gathering = difference.writes, {}
    mine = StagedEntry.board_import == board_import.id
    if difference.counts["new"] >= IN_STEPS:
        centres = StagedEntry.select(*PERSON[:2]).where(mine).distinct().order_by(*PERSON[:2])
        for name, centre in list(centres.tuples()):
            series = gathering.get(name) or gathering.setdefault(name, _gathering(board_import.id, len(gathering)))
            here = mine & (StagedEntry.series == name) & (StagedEntry.centre_number == centre)
            with database.atomic():
                _store_people(here, writes["qualifications"], now, series)
                _store_entries(here & StagedEntry.candidate.is_null(), series)
            staging.pause()
    rest = staging.with_verdict(StagedEntry, board_import.id, NEW, CHANGED).select(
        StagedEntry.id, StagedEntry.candidate)
    writes["rest"] = list((rest.where(StagedEntry.candidate.is_null(False)) if gathering else rest).tuples())
    writes["series"] = [name for name, in StagedEntry.select(StagedEntry.series).where(mine).distinct().tuples()]
    writes["gathering"] = gathering


def undo(board_import):
    """Take out what `prepare` has put in."""
    for series in list(Series.select().where(Series.arriving == board_import.id)):
        while some := [row[0] for row in Candidate.select(Candidate.id).where(
                Candidate.series == series).limit(IN_A_STEP).tuples()]:
            Candidate.delete().where(Candidate.id.in_(some)).execute()
            staging.pause()
        series.delete_instance()


def store(_board_import, difference, _by, now):
    writes = difference.writes
    _take_over(writes["gathering"])
    for name in writes["series"]:
        series_named(name)
    changed = [*writes["others"], *(candidate for candidate, *_key in writes["renumbered"])]
    issuing.end_logins(changed, now)
    results.withdraw_of(writes["others"])
    for some in chunked(writes["others"], staging.CHUNK):
        SelectedCandidate.delete().where(SelectedCandidate.candidate.in_(some)).execute()
        Candidate.update(first_entered_at=now).where(Candidate.id.in_(some)).execute()
    for candidate, series, centre, number in writes["renumbered"]:
        Candidate.update(number=number).where(Candidate.id == candidate).execute()
        Credential.update(username=username_of(centre, number, series_named(series))).where(
            Credential.candidate == candidate).execute()
    for candidate, name, uci in writes["people"]:
        _name(candidate=candidate, name=name, uci=uci)
    new = [row for row, candidate in writes["rest"] if candidate is None]
    _store_people(StagedEntry.id.in_(new), writes["qualifications"], now)
    for some in chunked(writes["rest"], staging.CHUNK):
        _store_entries(StagedEntry.id.in_([row for row, _candidate in some]))
    for some in chunked(writes["gone"], staging.CHUNK):
        Entry.update(status="withdrawn").where(Entry.id.in_([entry for entry, _candidate in some])).execute()
    recount_qualifications({candidate for _row, candidate in (*writes["rest"], *writes["gone"]) if candidate})
    issuing.give_back_logins(changed)


_name = Statement(lambda: Candidate.update(name=given("name"), uci=given("uci")).where(
    Candidate.id == given("candidate")))


def _gathering(board_import, place):
    """A series that nobody sees, for an import's new candidates of one series."""
    name = f"~{board_import}-{place}"
    return Series.create(code=name, name=name, short=f"~{board_import % 10_000}{place}", arriving=board_import)


def _take_over(gathering):
    """Let the candidates of each series that nobody saw be seen: as the series itself, where there is none yet."""
    for name, series in gathering.items():
        if Series.select().where(Series.name == name).exists():
            Candidate.update(series=series_named(name)).where(Candidate.series == series).execute()
            series.delete_instance()
        else:
            Series.update(arriving=None, **new_series(name)).where(Series.id == series.id).execute()


def _store_people(which, qualifications, now, gathering=None):
    """The new candidates of some staged rows with their qualifications, all of which the file has; into a series that
    nobody sees, where one is given."""
    people = (
        StagedEntry.select(Centre.id, gathering.id if gathering else Series.id, StagedEntry.candidate_number,
                           fn.MIN(StagedEntry.candidate_name), fn.COALESCE(fn.MIN(StagedEntry.uci), ""),
                           _joined(StagedEntry, qualifications), int(now.timestamp()))
        .join(Centre, on=Centre.number == StagedEntry.centre_number)
        .where(which, StagedEntry.candidate.is_null())
        .group_by(Centre.id, StagedEntry.candidate_number))
    if not gathering:
        people = people.join_from(StagedEntry, Series, on=Series.name == StagedEntry.series).group_by_extend(Series.id)
    Candidate.insert_from(people, [
        Candidate.centre, Candidate.series, Candidate.number, Candidate.name, Candidate.uci,
        Candidate.qualifications, Candidate.first_entered_at]).as_rowcount().execute()


def _joined(entries, qualifications):
    """`Candidate.qualifications` of grouped entries or staged ones: the valid ones, in order, joined by '|'."""
    is_valid = fn.COALESCE(entries.status, "entered") == "entered"
    parts = [fn.MAX(Case(None, [((entries.qualification == name) & is_valid, f"|{name}")], ""))
             for name in qualifications]
    return fn.SUBSTR(reduce(lambda one, more: one.concat(more), parts), 2)


def _store_entries(which, gathering=None):
    """The new and changed entries of staged rows; of candidates in a series that nobody sees, where one is given."""
    columns = [Entry.candidate, Entry.qualification, Entry.syllabus_code, Entry.option_code, Entry.title, Entry.status]
    held = Entry.alias()
    rows = (
        StagedEntry.select(
            Candidate.id, StagedEntry.qualification, StagedEntry.syllabus_code,
            fn.COALESCE(StagedEntry.option_code, held.option_code, ""), StagedEntry.title,
            fn.COALESCE(StagedEntry.status, held.status, "entered"))
        .join(Series, on=(Series.id == gathering.id) if gathering else (Series.name == StagedEntry.series))
        .join_from(StagedEntry, Centre, on=Centre.number == StagedEntry.centre_number)
        .join_from(StagedEntry, Candidate, on=(Candidate.centre == Centre.id) & (Candidate.series == Series.id)
                   & (Candidate.number == StagedEntry.candidate_number))
        .join_from(StagedEntry, held, JOIN.LEFT_OUTER, on=held.id == StagedEntry.entry)
        .where(which, StagedEntry.verdict.in_((NEW, CHANGED))))
    Entry.insert_from(rows, columns).on_conflict(
        conflict_target=columns[:3],
        update={column: getattr(EXCLUDED, column.column_name) for column in columns[3:]}).as_rowcount().execute()
