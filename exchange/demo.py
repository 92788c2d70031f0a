"""A fictional set of data to look around in, with well-known sign-ins. Never in production."""
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from exchange import importing
from models import passwords
from models.acts import candidate_sign_in, files, issuing
from models.codes import grouped
from models.contacts import Contact
from models.database import Refused, Sentence, database
from models.rules.needs import CONFIRM
from models.rules.standing import standing_of
from models.staff_passwords import DEMO_PASSWORD, hasher
from models.tables.exams import Centre, Series
from models.tables.files import FROM_BOARD, TO_BOARD
from models.tables.offers import ALL, SELECTED
from models.tables.people import BOARD_RIGHTS, Officer, Posting
from models.tables.slips import Credential
from models.tables.subcentres import AttachedCentre, AttachedDefaults

MARKED = datetime(2026, 5, 1, tzinfo=UTC)
FOLDER = Path(__file__).parent.parent / "demo"
OFFICERS = (  # e-mail, name, centres (none: board staff), who it is
    ("associate@demo.example", "Amal Raza", ("NC100",), Sentence("Associate with 12 centres: start here")),
    ("centre@demo.example", "Kiran Shah", ("NC101",), Sentence("Exams officer of NC101, one of the 12")),
    ("two-centres@demo.example", "Inés Vidal", ("NC102", "NC110"), Sentence("Exams officer of two of them")),
    ("independent@demo.example", "Noa Levi", ("NL500",), Sentence("Exams officer of NL500, which has no Associate")),
    ("board@demo.example", "Bo Lindqvist", (), Sentence("The board: releases, files, officers, audit trail")),
)
ROLES = {email: who for email, _name, _numbers, who in OFFICERS}
BY = {number: email for email, _name, numbers, _who in OFFICERS for number in numbers}
WITH_ACCESS = ("NC101", "NC102", "NC104", "NC107", "NC109")
CONFIRMED = ("NC101", "NC102", "NC107")
CONTACT = Contact("Amal Raza", "+92 21 555 0100", "results@nc100.example")


def load(now):
    """Import the demo files, add the officers and make some centres' logins.

    Raises `Refused` where there is a centre already.
    """
    if Centre.select().exists():
        raise Refused(Sentence("There is data already: the demo data go into an empty database only."))
    for kind in ("centres", "entries", "results", "releases"):
        at = min(now, MARKED) if kind == "results" else now  # before the release, so that none looks changed
        importing.apply(kind, (FOLDER / f"{kind}.csv").read_bytes(), "demo data", at)
    hashed = hasher.hash(DEMO_PASSWORD)
    for email, name, numbers, _who in OFFICERS:
        board = not numbers
        officer = Officer.create(
            email=email, name=name, password_hash=hashed, is_demo=True, created_at=now, is_board_staff=board,
            **dict.fromkeys(BOARD_RIGHTS, board))
        for number in numbers:
            Posting.create(officer=officer, centre=Centre.get(Centre.number == number),
                           manages_candidate_results=True, sends_files=True)
    for series in Series.select().where(Series.code.in_(("june-2026", "november-2026"))):
        _give_access(series)
        for number in (*CONFIRMED, "NL500"):
            _confirm(Centre.get(Centre.number == number), series, now)
    _leave_something_to_do(now)


def candidate_logins():
    """(what it shows, username, password) of one candidate in a released series and of one under embargo."""
    found = []
    for what, code in ((Sentence("results are out"), "june-2026"), (Sentence("not yet"), "november-2026")):
        login = Credential.get_or_none(Credential.username == f"NC101-0001-{code[0].upper()}26")
        if login:
            candidate = login.candidate
            key = passwords.keys.issue_key(candidate.series, login.master_id)
            found.append((what, login.username, grouped(passwords.derive(
                key, candidate.centre.number, candidate.number, login.generation, login.salt))))
    return found


def _give_access(series):
    associate = Centre.get(Centre.number == "NC100")
    AttachedDefaults.create(
        associate=associate, series=series, contact_name=CONTACT.name, contact_phone=CONTACT.phone,
        contact_email=CONTACT.email, version=1)
    for number in WITH_ACCESS:
        AttachedCentre.create(
            centre=Centre.get(Centre.number == number), series=series, give_access=True, version=1,
            delay=240 if number == "NC102" else 0, contact_mode="centre" if number == "NC107" else "default")


def _leave_something_to_do(now):
    """A file for a centre and one from it, slips that a later delay put out of date, and refused sign-ins."""
    centre, board = Centre.get(Centre.number == "NC101"), OFFICERS[-1][0]
    files.send(centre, FROM_BOARD, "dates-november-2026.csv", b"what,when\nA Level,7 January\n", board, now)
    files.send(centre, TO_BOARD, "rooms.csv", b"room,seats\nHall,120\n", BY["NC101"], now)
    november = Series.select().where(Series.code == "november-2026")
    AttachedCentre.update(delay=60).where(
        AttachedCentre.centre == Centre.get(Centre.number == "NC107"), AttachedCentre.series.in_(november)).execute()
    for _time in range(3):
        with suppress(Refused):
            candidate_sign_in.sign_in("NC101-0002-N26", "2" * passwords.LENGTH, now)


def _confirm(centre, series, now):
    by = BY.get(centre.number, OFFICERS[0][0])
    scope = SELECTED if centre.number == "NC102" else ALL
    standing = standing_of(centre, series)
    chosen = [candidate.id for candidate in centre.candidates if candidate.series_id == series.id][::2]
    with database.atomic():
        issuing.save_offer(
            standing.offer, by=by, now=now, version=0, scope=scope, selected=chosen,
            terms=True, contact=Contact("Exams office", "", centre.email), delay=0)
    issuing.issue(centre, series, kind=CONFIRM, by=by, now=now)
