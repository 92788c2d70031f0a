"""The people and centres that the tests are about, built by hand.

XA100, an Associate, with two attached centres in two zones (XA101 Karachi, XA102 Lima) and candidates of its
own; XB200, a stranger's Associate with XB201; XC301, attached to nobody. June 2026 is announced: A Level
tomorrow, IGCSE in a week. Everything is relative to `cast.now`.
"""
from datetime import UTC, datetime, timedelta

from models.acts import issuing
from models.contacts import Contact
from models.database import database
from models.rules import needs
from models.rules.results import Result
from models.rules.standing import standing_of
from models.staff_passwords import hasher
from models.tables.exams import Candidate, Centre, Entry, Release, Series, recount_qualifications
from models.tables.offers import ALL
from models.tables.people import BOARD_RIGHTS, Officer, Posting
from models.tables.subcentres import AttachedCentre, AttachedDefaults

CHANCE = "zQ7mW2xV9pL4tR8nB3kD6hJ1gF5yC0sA"  # what production takes for a secret
KEYS = {"SECRET_KEY": CHANCE, "CREDENTIAL_KEY": f"k1:{CHANCE}", "PEPPER": f"p1:{CHANCE}"}
PASSWORD = "four quite unusual words"
HASHED = hasher.hash(PASSWORD)


class Cast:
    def __init__(self):
        self.now = datetime.now(UTC).replace(microsecond=0)
        self.associate = self.centre("XA100", "Northern Schools Council", "Asia/Karachi", kind="associate")
        self.karachi = self.centre("XA101", "Hilltop School", "Asia/Karachi", associate=self.associate)
        self.lima = self.centre("XA102", "Colegio del Mar", "America/Lima", associate=self.associate)
        self.stranger = self.centre("XB200", "Coastal Trust", "Africa/Nairobi", kind="associate")
        self.strangers_school = self.centre("XB201", "Woodhaven School", "Africa/Nairobi", associate=self.stranger)
        self.independent = self.centre("XC301", "Lakeside School", "Europe/Madrid")
        self.june = Series.create(code="june-2026", name="June 2026", short="J26", key_random="ab" * 32)
        self.release("A Level", self.now + timedelta(days=1))
        self.release("IGCSE", self.now + timedelta(days=7))
        self.candidates = {
            number: [self.candidate(centre, f"{place:04}", name, [("IGCSE", "0580", "Mathematics")])
                     for place, name in enumerate(names, 1)]
            for number, centre, names in (
                ("XA100", self.associate, ["Ada Private"]),
                ("XA101", self.karachi, ["Zoë Ångström", "Łukasz Żak"]),
                ("XA102", self.lima, ["Ñusta Quispe"]),
                ("XB201", self.strangers_school, ["Strange Secretname"]),
                ("XC301", self.independent, ["Ελένη Παπαδοπούλου", "Юлия Щербакова"]))
        }
        both = self.candidates["XA101"][0]
        self.enter(both, [("A Level", "9709", "Mathematics")])
        self.associates_officer = self.officer("amal@xa100.example", "Amal Raza", self.associate)
        self.colleague = self.officer("bilal@xa100.example", "Bilal Khan", self.associate)
        self.karachi_officer = self.officer("kiran@xa101.example", "Kiran Shah", self.karachi)
        self.strangers_officer = self.officer("sam@xb200.example", "Sam Otieno", self.stranger)
        self.independent_officer = self.officer("ines@xc301.example", "Inés Vidal", self.independent)
        self.without_right = self.officer("noor@xa101.example", "Noor Ali", self.karachi, right=False)
        self.board = self.officer("board@board.example", "Bo Ard", board=True)

    def centre(self, number, name, zone, **more):
        return Centre.create(number=number, name=name, time_zone=zone, email=f"exams@{number.lower()}.example",
                             country="Somewhere", **more)

    def officer(self, email, name, centre=None, right=True, board=False):
        officer = Officer.create(
            email=email, name=name, password_hash=HASHED, is_board_staff=board,
            created_at=self.now, **dict.fromkeys(BOARD_RIGHTS, board))
        if centre:
            Posting.create(officer=officer, centre=centre, manages_candidate_results=right, sends_files=right)
        return officer

    def release(self, qualification, at, series=None):
        return Release.create(series=series or self.june, qualification=qualification, released_at=at)

    def candidate(self, centre, number, name, entries, series=None):
        """A candidate with entries (qualification, syllabus code, title)."""
        candidate = Candidate.create(centre=centre, series=series or self.june, number=number, name=name,
                                     uci=f"{centre.number}26{number}", first_entered_at=self.now)
        self.enter(candidate, entries)
        return candidate

    def enter(self, candidate, entries):
        for qualification, code, title in entries:
            Entry.create(candidate=candidate, qualification=qualification, syllabus_code=code,
                         option_code="AX", title=title)
        recount_qualifications([candidate.id])

    def result(self, candidate, code, grade, pum=None, **more):
        entry = Entry.get(Entry.candidate == candidate, Entry.syllabus_code == code)
        return Result.create(entry=entry, grade=grade, pum=pum, changed_at=self.now, **more)

    def give_access(self, *centres, delay=0, mode="default"):
        """As the Associate's officer would: row by row, with a default contact."""
        for centre in centres:
            AttachedDefaults.get_or_create(
                associate=centre.associate, series=self.june,
                defaults={"contact_name": "Amal Raza", "contact_phone": "+92 21 555 0100"})
            AttachedCentre.create(centre=centre, series=self.june, give_access=True, delay=delay,
                                  contact_mode=mode)

    def confirm(self, centre, by, scope=ALL, selected=(), delay=0):
        """The centre offers the service, and its candidates get their logins. Gives {number: password}."""
        offer = standing_of(centre, self.june).offer
        with database.atomic():
            issuing.save_offer(
                offer, by=by, now=self.now, version=offer.version, scope=scope, selected=selected, terms=True,
                contact=Contact("Kiran Shah", "+92 21 555 0101", ""), delay=delay)
        plan = issuing.plan(centre, self.june, list(needs.covered(centre, self.june)))
        with database.atomic():
            batch = issuing.store(plan, centre, self.june, kind=needs.CONFIRM, by=by, now=self.now)
        return {slip.candidate.number: password for slip, password in issuing.slips_of(batch)}
