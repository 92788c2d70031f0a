"""The code on a statement of results, by which anybody can check it.

XA101-0001-J26-… names the candidate, then 8 symbols of a keyed digest of what the statement says, then 14 symbols
(68 bits) of a signature, so nobody makes one up. Who holds the statement shows its content; checking shows that
content and nothing that came out or changed later.
"""
import hmac
from itertools import chain, combinations
from typing import NamedTuple

from models.codes import ALPHABET, BASE, VALUE, as_typed, grouped
from models.database import Refused, Sentence
from models.passwords import keys
from models.rules import results
from models.rules.standing import visible_to
from models.tables.exams import Candidate, Centre, Series
from models.tables.slips import username_as_typed, username_perhaps

DIGEST, SIGNATURE = 8, 14  # symbols
VALID, CHANGED, HIDDEN, NOT_KEPT = "valid", "changed", "hidden", "not kept"
NO_CODE = Sentence("This is not the code of a statement from this exam board. Compare every letter and digit with "
                   "the paper.")


class Line(NamedTuple):
    """One result that a statement holds."""

    qualification: str
    syllabus_code: str
    title: str
    grade: str
    second_grade: str
    endorsement: str
    pum: int | None


class Checked(NamedTuple):
    """What a code tells. `lines` and the names: of a VALID statement only."""

    state: str
    candidate_name: str = ""
    candidate_number: str = ""
    centre_name: str = ""
    centre_number: str = ""
    series_name: str = ""
    lines: tuple = ()


def code_of(username, candidate_name, lines):
    """The code of a statement with these Lines, in groups: 'XA101-0001-J26-7K2M-…'.

    `username`: the candidate's, whether or not there is a login (`credentials.username_of`).
    """
    pepper = keys.pepper(keys.pepper_id)
    digest = _digest(pepper, username, candidate_name, lines)
    symbols = digest + _symbols(pepper, f"statement {username} {digest}", SIGNATURE)
    return f"{username}-{grouped(symbols)}"


def check(typed, now):
    """Checked for a code as typed; blanks, case and dashes are forgiven. Raises `Refused(code=…)`."""
    bare = as_typed(typed)[:60]
    head, digest, signature = (
        bare[:-DIGEST - SIGNATURE], bare[-DIGEST - SIGNATURE:-SIGNATURE], bare[-SIGNATURE:])
    typed_as = username_as_typed(head)
    if len(head) < 10 or not set(digest + signature) <= VALUE.keys():
        raise Refused(code=NO_CODE)
    signed = [(username, pepper) for username in (typed_as, username_perhaps(typed_as))
              for pepper in keys.peppers.values() if hmac.compare_digest(
                  signature, _symbols(pepper, f"statement {username} {digest}", SIGNATURE))]
    if not signed:
        raise Refused(code=NO_CODE)
    username, pepper = signed[0]
    candidate = _candidate(*username.split("-"))
    if candidate is None:
        is_kept = Series.select().where(Series.short == username.rpartition("-")[2]).exists()
        return Checked(CHANGED if is_kept else NOT_KEPT)
    return _compare(candidate, username, digest, pepper, now)


def _compare(candidate, username, digest, pepper, now):
    """A later release adds to what is out, so every set of qualifications may be what the statement held."""
    out = visible_to(candidate, now)  # staff may print it earlier
    lines = [line for line in visible_lines(
                 results.for_staff(candidate.centre, candidate.series, now, candidate=candidate.id))
             if line.qualification in out]
    if not lines:
        return Checked(HIDDEN)
    names = sorted({line.qualification for line in lines})
    subsets = chain.from_iterable(combinations(names, size) for size in range(len(names), 0, -1))
    for chosen in subsets:
        held = tuple(line for line in lines if line.qualification in chosen)
        if hmac.compare_digest(digest, _digest(pepper, username, candidate.name, held)):
            return Checked(VALID, candidate.name, candidate.number, candidate.centre.name, candidate.centre.number,
                           candidate.series.name, held)
    return Checked(CHANGED)


def visible_lines(rows):
    """The Lines of `results.StaffRow`s: valid entries with a result that is out, by syllabus."""
    return tuple(Line(row.qualification, row.syllabus_code, row.title, row.grade, row.second_grade, row.endorsement,
                      row.pum) for row in rows if row.grade is not None and row.status == "entered")


def _candidate(centre, number, short):
    return (
        Candidate.select(Candidate.id, Candidate.number, Candidate.name, Centre.id, Centre.number, Centre.name,
                         Series.id, Series.name)
        .join(Centre).switch(Candidate).join(Series)
        .where(Centre.number == centre, Candidate.number == number, Series.short == short).first())


def _digest(pepper, username, candidate_name, lines):
    text = "\n".join([username, candidate_name, *sorted("\x1f".join(map(str, line)) for line in lines)])
    return _symbols(pepper, f"statement content {text}", DIGEST)


def _symbols(pepper, text, count):
    number = int.from_bytes(hmac.digest(pepper, text.encode(), "sha256"))
    symbols = []
    for _ in range(count):
        number, value = divmod(number, BASE)
        symbols.append(ALPHABET[value])
    return "".join(symbols)
