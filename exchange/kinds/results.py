"""results.csv: a result belongs to a valid entry for the option that it names, or is unmatched.

The statements stand in `models.rules.results`: nothing here names a grade's column.
"""
from datetime import timedelta

from peewee import chunked

from models.database import Sentence
from models.rules import results
from models.tables import staging
from models.tables.staging import CHANGED, NEW, SAME, TWICE

WELL_BEFORE = timedelta(hours=1)  # a release that comes while an import is at work finds all of it or nothing
IN_STEPS = 20_000  # new results from which on those that are not out are put in before, in steps
TABLE = results.StagedResult
FIELDS = results.STAGED_FIELDS
mark = results.mark_staged


def as_staged(board_import, line, values, difference):
    *values, disagrees = values
    if disagrees:
        series, centre, number, qualification, syllabus, *_rest = values
        difference.add("warnings", (line, Sentence(
            "%(what)s: the uniform mark lies outside the band of the grade.",
            what=" ".join((series, centre, number, qualification, syllabus)))))
    return board_import, line, "", *values


def compare(board_import, difference, now, early=False):
    """`writes`: the entries whose results a complete file no longer holds.

    `early`: the right to read results before their release. Without it a grade could be guessed by sending files and
    looking which row is 'the same': so all rows of what is not out are one number and one list.
    """
    staging.mark_twice(TABLE, board_import.id, TABLE.entry)
    counted = staging.verdicts(TABLE, board_import.id)
    entered = results.staged_options(board_import.id, difference.room("unmatched"))
    for section, verdicts, is_out, words in (
            ("new", (NEW,), True, ()), ("changed", (CHANGED,), True, ("", "")),
            ("unreleased", (NEW, CHANGED, SAME), False, ())):
        if early and section == "unreleased":
            continue
        if not any(counted.get(verdict) for verdict in verdicts):
            continue
        rows = results.staged_as_out(board_import.id, now, None if early else is_out, verdicts)
        difference.add(section, *((row.line, _what(row), *words) for row in rows.limit(difference.room(section))),
                       count=rows.count())
    for verdict, section, words in (
            (TWICE, "refused", lambda row: (Sentence("%(what)s stands twice.", what=_what(row)),)),
            (results.UNENTERED, "unmatched", lambda row: (Sentence("%(what)s is not entered.", what=_what(row)),)),
            (results.WITHDRAWN, "unmatched", lambda row: (
                Sentence("The entry %(what)s is withdrawn.", what=_what(row)),)),
            (results.OPTION, "unmatched", lambda row: (Sentence(
                "%(what)s is entered for option %(entered)s, not %(given)s.", what=_what(row),
                entered=entered[row.line], given=row.option_code),))):
        if not counted.get(verdict):
            continue
        rows = staging.with_verdict(TABLE, board_import.id, verdict).limit(difference.room(section))
        difference.add(section, *((row.line, *words(row)) for row in rows), count=counted.get(verdict, 0))
    difference.writes = []
    if board_import.complete:
        gone = list(results.missing_from(board_import.id).tuples())
        difference.add("removed", *(" ".join(key) for _entry, *key in gone[:difference.room("removed")]),
                       count=len(gone))
        difference.writes = [entry for entry, *_key in gone]


def prepare(board_import, difference, now):
    """Put the new results that are not out yet in, in steps, where there are many: nobody sees them. `rest`: ids of the
    staged rows that are left for `store`, found here, where nobody waits."""
    unseen = ()
    if difference.counts["new"] + difference.counts["unreleased"] >= IN_STEPS:
        unseen = results.unseen_in(board_import.id, now + WELL_BEFORE)
        for piece in staging.pieces(TABLE, board_import.id):
            results.publish((TABLE.board_import == board_import.id) & TABLE.line.between(*piece)
                            & results.new_in(unseen), now)
    rest = staging.with_verdict(TABLE, board_import.id, NEW, CHANGED).where(~results.new_in(unseen))
    difference.rest = [row for row, in rest.select(TABLE.id).tuples()]


def undo(board_import):
    """Take out what `prepare` has put in."""
    for first, last in staging.pieces(TABLE, board_import.id):
        results.withdraw_new(board_import.id, first, last)


def store(_board_import, difference, _by, now):
    for some in chunked(difference.rest, staging.CHUNK):
        results.publish(TABLE.id.in_(some), now)
    results.withdraw(difference.writes)


def _what(row):
    return " ".join((row.series, row.centre_number, row.candidate_number, row.qualification, row.syllabus_code))
