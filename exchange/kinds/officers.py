"""officers.csv: who works at which centre with which rights; new ones get a one-time link each. A file takes nobody
and no right of the board away, and gives none of the board's."""
import json

from exchange.cells import damage_of, damaged
from models.acts import officers
from models.contacts import email_as_typed
from models.database import Refused, Sentence
from models.tables import staging
from models.tables.exams import Centre
from models.tables.people import RIGHTS, Officer, Posting
from models.tables.staging import StagedLine

TABLE = StagedLine
FIELDS = (StagedLine.board_import, StagedLine.line, StagedLine.verdict, StagedLine.cells)


def as_staged(board_import, line, values, _difference):
    return board_import, line, "", json.dumps(values)


def compare(board_import, difference, _now, _early=False):
    """`writes`: {e-mail: (name, {centre number: rights})} of what is new or changed, at centres whose officers the
    sender may name; the command line may name all."""
    sender = board_import.officer
    numbers = {centre.number for centre in (sender.names_officers_of if sender else Centre.select())}
    held = {officer.email: officer for officer in Officer.select()}
    postings = {(posting.officer.email, posting.centre.number): posting for posting in
                Posting.select(Posting, Officer, Centre).join(Officer).join_from(Posting, Centre)}
    difference.writes, names = {}, {}
    for line, cells in staging.lines(board_import.id):
        typed, name, number, rights = json.loads(cells)
        try:
            email = _email(typed, name, number, names, numbers, held)
        except Refused as refusal:
            difference.add("refused", (line, *refusal.fields.values()))
            continue
        if number in difference.writes.get(email, ("", {}))[1]:
            difference.add("refused", (line, Sentence("%(what)s stands twice.", what=f"{email} {number}")))
            continue
        if damaged(name):
            difference.add("warnings", (line, damage_of(name)))
        _compare(difference, line, (email, name, number, rights), held.get(email), postings.get((email, number)))


def _email(typed, name, number, names, numbers, held):
    """The address of a line that can be taken. Raises `Refused`."""
    email = email_as_typed(typed)
    if number not in numbers:
        raise Refused(line=Sentence("There is no centre %(number)s.", number=number))
    if names.setdefault(email, name) != name:
        raise Refused(line=Sentence("%(email)s has another name than in an earlier line.", email=email))
    if email in held and held[email].disabled_at:
        raise Refused(line=Sentence("%(email)s is disabled. Let board staff enable the officer first.", email=email))
    return email


def _compare(difference, line, row, officer, posting):
    email, name, number, rights = row
    had = [right for right in RIGHTS if posting and getattr(posting, right)]
    if posting and had == rights:
        return
    difference.writes.setdefault(email, (name, {}))[1][number] = rights
    what = f"{email} {number}"
    if posting:
        difference.add("changed", (line, what, ", ".join(had) or "–", ", ".join(rights) or "–"))
    else:
        difference.add("new", (line, what))


def store(_board_import, difference, by, now):
    """`made`: [(Officer, numbers of the centres, code)] of those who have no password yet."""
    centres = {centre.number: centre for centre in Centre.select()}
    wanted = {email: (name, {centres[number]: rights for number, rights in places.items()})
              for email, (name, places) in difference.writes.items()}
    difference.changes, difference.made = officers.name_within(wanted, by, now)
