"""entries.csv: candidates and what they are entered for.

A candidate is known by centre, series and number. Another UCI under the number is another person (D6); the same
UCI under a number that nobody had, while the old number is not in the file, is a candidate with a new number.
"""
from itertools import islice

from peewee import JOIN, Case, chunked, fn

from exchange.cells import damage_of, damaged
from exchange.kinds.entry_store import PERSON, differing, prepare, store, undo
from exchange.kinds.series import tell_new
from models.database import Refused, Sentence
from models.statements import Statement, given
from models.tables import staging
from models.tables.exams import Candidate, Centre, Entry, Series, in_order
from models.tables.slips import Credential
from models.tables.staging import CHANGED, NEW, SAME, TWICE, StagedEntry

__all__ = ["FIELDS", "TABLE", "as_staged", "compare", "mark", "prepare", "store", "undo"]

TABLE = StagedEntry
UNKNOWN = "unknown"  # no such centre
KEY = (*PERSON, StagedEntry.qualification, StagedEntry.syllabus_code)
FIELDS = (StagedEntry.board_import, StagedEntry.line, StagedEntry.verdict, *PERSON, StagedEntry.candidate_name,
          StagedEntry.uci, *KEY[3:], StagedEntry.option_code, StagedEntry.title, StagedEntry.status)
LONGEST_LIST = Candidate.qualifications.max_length


def as_staged(board_import, line, values, difference):
    if damaged(values[3]):
        difference.add("warnings", (line, damage_of(values[3])))
    return board_import, line, "", *values


def mark(board_import, first, last):
    """Find what is held for each staged row of these lines and how the row compares with it."""
    _marking(board_import=board_import, first=first, last=last)


def compare(board_import, difference, _now, _early=False):
    """`writes`: what `store` does beside the new and changed rows."""
    writes = difference.writes = {"others": [], "renumbered": [], "people": [], "gone": []}
    _refuse_two_people(board_import.id, difference)
    _refuse_one_uci_twice(board_import.id, difference)
    staging.mark_twice(TABLE, board_import.id, *KEY)
    _find_renumbered(board_import.id, difference)
    _compare_people(board_import.id, difference)
    writes["qualifications"] = _qualifications(board_import.id)
    _tell_rows(board_import.id, difference)
    _tell_what_it_makes(board_import.id, difference)
    _find_gone(board_import, difference)
    difference.ending = _living(writes)


def _mark(which, same_candidate):
    row = StagedEntry.alias()
    equal = ((fn.COALESCE(row.option_code, Entry.option_code) == Entry.option_code) & (row.title == Entry.title)
             & (fn.COALESCE(row.status, Entry.status) == Entry.status))
    verdict = Case(None, [(Centre.id.is_null(), UNKNOWN), (Entry.id.is_null(), NEW), (equal, SAME)], CHANGED)
    marked = (
        row.select(row.id, Candidate.id.alias("candidate"), Entry.id.alias("entry"), verdict.alias("verdict"))
        .join_from(row, Series, JOIN.LEFT_OUTER, on=Series.name == row.series)
        .join_from(row, Centre, JOIN.LEFT_OUTER, on=Centre.number == row.centre_number)
        .join_from(row, Candidate, JOIN.LEFT_OUTER, on=same_candidate(row))
        .join_from(row, Entry, JOIN.LEFT_OUTER, on=(Entry.candidate == Candidate.id)
                   & (Entry.qualification == row.qualification) & (Entry.syllabus_code == row.syllabus_code))
        .where(which(row)).alias("marked"))
    return StagedEntry.update(
        candidate=marked.c.candidate, entry=marked.c.entry, verdict=marked.c.verdict,
    ).from_(marked).where(StagedEntry.id == marked.c.id)


_marking = Statement(lambda: _mark(
    lambda row: (row.board_import == given("board_import")) & row.line.between(given("first"), given("last")),
    lambda row: (Candidate.centre == Centre.id) & (Candidate.series == Series.id)
    & (Candidate.number == row.candidate_number)))


def _refuse_two_people(board_import, difference):
    """Two names or two UCIs for one candidate number."""
    several = (
        StagedEntry.select(*PERSON).where(StagedEntry.board_import == board_import).group_by(*PERSON)
        .having((fn.MIN(StagedEntry.candidate_name) != fn.MAX(StagedEntry.candidate_name))
                | (fn.MIN(StagedEntry.uci) != fn.MAX(StagedEntry.uci))))
    for key in several.limit(difference.room("refused")).tuples():
        first, *others = _of(board_import, *key)
        for row in others:
            if (row.candidate_name, row.uci) != (first.candidate_name, first.uci):
                difference.add("refused", (row.line, Sentence(
                    "Candidate %(number)s has another name or UCI than in line %(first)s.",
                    number=row.candidate_number, first=difference.label(first.line))))


def _refuse_one_uci_twice(board_import, difference):
    """One UCI for two candidates of a centre, in the file, or in it and held: it tells nobody from anybody."""
    numbers = fn.COUNT(StagedEntry.candidate_number.distinct())
    shared = (
        StagedEntry.select(*PERSON[:2], StagedEntry.uci).where(
            StagedEntry.board_import == board_import, StagedEntry.uci != "")
        .group_by(*PERSON[:2], StagedEntry.uci).having(numbers > 1))
    for series, centre, uci in shared.limit(difference.room("refused")).tuples():
        rows = StagedEntry.select(StagedEntry.line, StagedEntry.candidate_number).where(
            StagedEntry.board_import == board_import, StagedEntry.series == series,
            StagedEntry.centre_number == centre, StagedEntry.uci == uci).order_by(StagedEntry.line)
        for line, number in rows.tuples():
            difference.add("refused", (line, Sentence("%(number)s has the UCI %(uci)s, and so has another candidate in "
                                                      "this file.", number=number, uci=uci)))
    row, own = StagedEntry.alias(), StagedEntry.alias()
    held = (
        row.select(fn.MIN(row.line), row.candidate_number, row.uci, Candidate.number)
        .join_from(row, Series, on=Series.name == row.series)
        .join_from(row, Centre, on=Centre.number == row.centre_number)
        .join_from(row, Candidate, on=(Candidate.series == Series.id) & (Candidate.centre == Centre.id)
                   & (Candidate.uci == row.uci) & (Candidate.number != row.candidate_number))
        .join_from(row, own, JOIN.LEFT_OUTER,
                   on=(own.board_import == board_import) & (own.series == row.series)
                   & (own.centre_number == row.centre_number) & (own.candidate_number == Candidate.number))
        .where(row.board_import == board_import, row.uci != "", row.candidate.is_null(False),
               row.candidate != Candidate.id, own.id.is_null())
        .group_by(row.candidate_number, row.uci, Candidate.number).limit(difference.room("refused")))
    for line, number, uci, other in held.tuples():
        difference.add("refused", (line, Sentence("%(number)s has the UCI %(uci)s of candidate %(other)s.",
                                                  number=number, uci=uci, other=other)))


def _find_renumbered(board_import, difference):
    """Rows of a number that nobody has, with the UCI of a held candidate whose own number is not in the file."""
    row, own = StagedEntry.alias(), StagedEntry.alias()
    found = (
        row.select(Candidate.id, row.series, row.centre_number, row.candidate_number, Candidate.number,
                   fn.MIN(row.line))
        .join_from(row, Series, on=Series.name == row.series)
        .join_from(row, Centre, on=Centre.number == row.centre_number)
        .join_from(row, Candidate, on=(Candidate.series == Series.id) & (Candidate.centre == Centre.id)
                   & (Candidate.uci == row.uci))
        .join_from(row, own, JOIN.LEFT_OUTER,
                   on=(own.board_import == board_import) & (own.series == row.series)
                   & (own.centre_number == row.centre_number) & (own.candidate_number == Candidate.number))
        .where(row.board_import == board_import, row.uci != "", own.id.is_null(),
               row.candidate.is_null() | ((row.candidate == Candidate.id) & (Candidate.number != row.candidate_number)))
        .group_by(Candidate.id, row.series, row.centre_number, row.candidate_number, Candidate.number))
    found = list(found.tuples())
    taken = [candidate for candidate, *_rest in found] + [key[1:4] for key in found]
    for candidate, series, centre, number, was, line in found:
        if taken.count(candidate) > 1 or taken.count((series, centre, number)) > 1:
            difference.add("warnings", (line, Sentence(
                "%(number)s has a UCI that stands for two candidates.", number=number)))
            continue
        difference.writes["renumbered"].append((candidate, series, centre, number))
        difference.add("changed", (line, f"{series} {centre} {was}", was, number))
        difference.add("warnings", (line, Sentence(
            "%(old)s has the number %(new)s now and needs a new slip.", old=was, new=number)))
        StagedEntry.update(candidate=candidate).where(
            _key_is(StagedEntry, board_import, series, centre, number)).execute()
        _mark(lambda row, key=(series, centre, number): _key_is(row, board_import, *key),
              lambda row: Candidate.id == row.candidate).execute()


def _compare_people(board_import, difference):
    for candidate, line, name, uci, name_held, uci_held, *key in differing(board_import).tuples().iterator():
        difference.writes["people"].append((candidate, name, uci or uci_held))
        is_known = uci and uci != uci_held
        difference.add("changed", (line, " ".join(key), f"{name_held} ({uci_held or '–'})" if is_known else name_held,
                                   f"{name} ({uci})" if is_known else name))
        if uci and uci_held and uci != uci_held:
            difference.writes["others"].append(candidate)
            difference.add("warnings", (line, Sentence(
                "%(number)s is another person: UCI %(was)s held, %(uci)s in the file. The login of the first ends, and "
                "results that were held for the number go. If the UCI was only corrected, import this candidate’s "
                "results again.", number=key[2], was=uci_held, uci=uci)))


def _living(writes):
    """How many logins end, because their numbers are other people's now."""
    return sum(Credential.select().where(Credential.candidate.in_(some), Credential.verifier != "").count()
               for some in chunked(writes["others"], staging.CHUNK))


def _qualifications(board_import):
    """Those of the file and of its series, in order. Raises `Refused` where a candidate's list could not be held."""
    given = StagedEntry.select(StagedEntry.qualification).where(StagedEntry.board_import == board_import).distinct()
    series = StagedEntry.select(StagedEntry.series).where(StagedEntry.board_import == board_import).distinct()
    held = (Entry.select(Entry.qualification).join(Candidate).join(Series).where(Series.name.in_(series)).distinct())
    names = in_order(name for query in (given, held) for name, in query.tuples())
    if len("|".join(names)) > LONGEST_LIST:
        raise Refused(file=Sentence("There are too many different qualifications: %(n)s.", n=len(names)))
    return names


def _tell_rows(board_import, difference):
    counted = staging.verdicts(TABLE, board_import)
    difference.add("new", *((row.line, _what(row)) for row in staging.with_verdict(
        TABLE, board_import, NEW).limit(difference.room("new"))), count=counted.get(NEW, 0))
    changed = (
        StagedEntry.select(StagedEntry, Entry.option_code.alias("o"), Entry.title.alias("t"), Entry.status.alias("s"))
        .join(Entry, on=Entry.id == StagedEntry.entry)
        .where(StagedEntry.board_import == board_import, StagedEntry.verdict == CHANGED)
        .order_by(StagedEntry.line).limit(difference.room("changed")).objects())
    difference.add("changed", *((row.line, _what(row), f"{row.o} {row.t} {row.s}", " ".join(
        (row.o if row.option_code is None else row.option_code, row.title, row.status or row.s))) for row in changed),
                   count=counted.get(CHANGED, 0))
    difference.add("refused", *((row.line, Sentence("There is no centre %(number)s.", number=row.centre_number))
                                for row in staging.with_verdict(TABLE, board_import, UNKNOWN).limit(
                                    difference.room("refused"))),
                   count=counted.get(UNKNOWN, 0))
    for row in staging.with_verdict(TABLE, board_import, TWICE).limit(difference.room("refused")):
        first = min(one.line for one in _of(board_import, row.series, row.centre_number, row.candidate_number)
                    if _what(one) == _what(row))
        difference.add("refused", (row.line, Sentence(
            "%(what)s stands twice (line %(first)s).", what=_what(row), first=difference.label(first))))


def _tell_what_it_makes(board_import, difference):
    """Series, qualifications and syllabuses that there are not yet."""
    syllabuses = (
        StagedEntry.select(StagedEntry.series, StagedEntry.qualification, StagedEntry.syllabus_code,
                           fn.MIN(StagedEntry.line))
        .where(StagedEntry.board_import == board_import, StagedEntry.verdict == NEW)
        .group_by(StagedEntry.series, StagedEntry.qualification, StagedEntry.syllabus_code)
        .order_by(fn.MIN(StagedEntry.line)))
    known, entered = {}, {}
    for series, qualification, code, line in syllabuses.tuples():
        tell_new(difference, line, known, series, qualification)
        if known[series] is None:
            continue
        if series not in entered:
            held = Entry.select(Entry.qualification, Entry.syllabus_code).join(Candidate).join(Series)
            entered[series] = set(held.where(Series.name == series).distinct().tuples())
        if (qualification, code) not in entered[series]:
            difference.add("makes", (line, Sentence("%(code)s is a new syllabus of %(qualification)s in %(series)s.",
                                                    code=code, qualification=qualification, series=series)))


def _find_gone(board_import, difference):
    """Valid entries that the file no longer holds: of its centres and series, where it was declared complete for
    them, and of every number that another person has now."""
    writes = difference.writes
    gone = {}
    if board_import.complete:
        circle = (StagedEntry.select(StagedEntry.series, StagedEntry.centre_number)
                  .where(StagedEntry.board_import == board_import.id).distinct().alias("circle"))
        rows = _missing_from(board_import.id).join_from(
            Series, circle, on=(circle.c.series == Series.name) & (circle.c.centre_number == Centre.number))
        gone |= {row[0]: row for row in rows.tuples()}
    for some in chunked(writes["others"], staging.CHUNK):
        gone |= {row[0]: row for row in _missing_from(board_import.id).where(Candidate.id.in_(some)).tuples()}
    numbers = {candidate: number for candidate, _series, _centre, number in writes["renumbered"]}
    difference.add("removed", *(
        " ".join((series, centre, numbers.get(candidate, number), *key))
        for _entry, candidate, series, centre, number, *key in islice(gone.values(), difference.room("removed"))),
        count=len(gone))
    writes["gone"] = [row[:2] for row in gone.values()]


def _missing_from(board_import):
    """(entry id, candidate id, series, centre, number, qualification, syllabus) of valid entries that stand in no
    row of the import. A query."""
    given = StagedEntry.select(StagedEntry.entry).where(
        StagedEntry.board_import == board_import, StagedEntry.entry.is_null(False)).alias("given")
    return (
        Entry.select(Entry.id, Candidate.id, Series.name, Centre.number, Candidate.number, Entry.qualification,
                     Entry.syllabus_code)
        .join(Candidate).join(Centre).join_from(Candidate, Series)
        .join_from(Entry, given, JOIN.LEFT_OUTER, on=given.c.entry == Entry.id)
        .where(given.c.entry.is_null(), Entry.status == "entered")
        .order_by(Series.name, Centre.number, Candidate.number, Entry.syllabus_code))


def _of(board_import, series, centre, number):
    """The staged rows of one candidate, in order of lines. A query."""
    return StagedEntry.select().where(_key_is(StagedEntry, board_import, series, centre, number)).order_by(
        StagedEntry.line)


def _key_is(row, board_import, series, centre, number):
    return ((row.board_import == board_import) & (row.series == series) & (row.centre_number == centre)
            & (row.candidate_number == number))


def _what(row):
    return " ".join((row.series, row.centre_number, row.candidate_number, row.qualification, row.syllabus_code))
