"""The sheets of a board file as they are recognised: the heading of each, with what somebody told beside it, for this
file or for an earlier one with the same headings."""
from itertools import chain, islice
from typing import NamedTuple

from exchange import headings
from exchange.cells import Complaint, syllabus_code_of
from exchange.reading import opened
from models.database import Refused, Sentence
from models.tables.imports import GivenHeading

SAMPLE = 3  # rows below a heading that somebody is shown
LOOKED_AT, MOST_SYLLABUSES = 20_000, 200  # rows of each sheet for its syllabuses, and how many of them


class Recognised(NamedTuple):
    """A sheet: its `name`, the `heading` that was found, what is `given` beside it (see `importing.read`), and the
    `rows` below the heading."""

    name: str
    heading: headings.Heading
    given: dict
    rows: object


class Unmatched(Refused):
    """Columns are missing that somebody may point out: `heading` is the line that was taken for the heading, `sample`
    the first rows below it."""

    def __init__(self, sheet):
        heading = sheet.heading
        super().__init__(file=Sentence(
            "These columns are missing: %(names)s. Line %(line)s was taken for the heading: %(heading)s.",
            names=", ".join(heading.missing), line=heading.line, heading=" | ".join(heading.names)[:300]))
        self.heading, self.sample = heading, [cells for _line, cells in islice(sheet.rows, SAMPLE)]


def recognised(board_import, book):
    """A Recognised of each sheet of a Book, each to be read before the next; ours have nothing `heading.missing`."""
    for sheet in book.sheets:
        first = list(islice(sheet.rows, headings.AMONG))
        heading, given = _heading(board_import, first)
        below = (row for row in first if row[0] > heading.line)
        yield Recognised(sheet.name, heading, given, chain(below, sheet.rows))


def refuse_unmatched(board_import, file):
    """Raises `Refused` (file) where no sheet has a heading of ours, as `Unmatched` where it has a part of one."""
    unmatched = None
    with opened(file) as book:
        for sheet in recognised(board_import, book):
            if not sheet.heading.missing:
                return
            unmatched = unmatched or Unmatched(sheet)
    raise unmatched or no_rows()


def no_rows():
    return Refused(file=Sentence("The file holds no rows."))


def syllabuses(board_import, file):
    """The syllabus codes in the first rows of a file, in order, for somebody who is to tell their qualifications."""
    found = set()
    with opened(file) as book:
        for sheet in recognised(board_import, book):
            for place in sheet.heading.places.get("syllabus_code", ()):
                found |= {cells[place] for _line, cells in islice(sheet.rows, LOOKED_AT) if len(cells) > place}
    return sorted({code for cell in found if (code := _code(cell))})[:MOST_SYLLABUSES]


def _code(cell):
    try:
        return syllabus_code_of(cell)
    except Complaint:
        return ""  # its line is refused when it is read


def _heading(board_import, first):
    given = board_import.given or {}
    heading = headings.found(board_import.kind, first, given)
    if heading.missing and (earlier := remembered(board_import.kind, heading)):
        given = {**earlier, "series": "", **given}  # the next file may be of the next series
        heading = headings.found(board_import.kind, first, given)
    return heading, given


def remembered(kind, heading):
    """What was given for the last file of this kind with the same headings."""
    row = GivenHeading.get_or_none(GivenHeading.kind == kind, GivenHeading.digest == heading.digest)
    return row.given if row else {}


def remember(kind, heading, given):
    GivenHeading.insert(kind=kind, digest=heading.digest, given=given).on_conflict(
        conflict_target=[GivenHeading.kind, GivenHeading.digest], update={GivenHeading.given: given}).execute()
