"""One Associate, three attached centres and candidates of its own, through every turn of a series.

What the pages say, what the site lets in and what the slips print is compared after each turn.
"""
import io
from datetime import timedelta

import pypdfium2
import pytest

from documents import words
from models import passwords
from models.acts.subcentres import draft, save
from models.codes import as_typed
from models.contacts import Contact
from models.database import Refused
from models.rules.standing import standing_of
from models.rules.subcentre_screen import Screen
from models.tables.exams import Candidate, Entry, Release, Series, recount_qualifications
from models.tables.people import Posting
from models.tables.slips import Credential, SlipBatch
from tests.exchange.test_importing import apply, csv_of
from tests.visitor import Visitor, text_of

CIRCLE = ("XA100", "XA101", "XA102", "XA103")
SIGN_IN = "/results/en/sign-in"
SAME_SITE = {"Sec-Fetch-Site": "same-origin"}


class World:
    """The cast of the story and what can be asked of it."""

    def __init__(self, cast, app):
        self.cast, self.app = cast, app
        nairobi = cast.centre("XA103", "Acacia School", "Africa/Nairobi", associate=cast.associate)
        cast.candidate(nairobi, "0001", "Wanjirũ Otieno", [("IGCSE", "0580", "Mathematics")])
        self.centres = {"XA100": cast.associate, "XA101": cast.karachi, "XA102": cast.lima, "XA103": nairobi}
        self.associate = Visitor(app, cast.associates_officer)
        self.logins = {}

    def saves(self, hiding_confirmed=False, **rows):
        """The Associate's officer drafts rows (`defaults`, or a centre's number) and presses Save."""
        screen = Screen(self.cast.associates_officer, self.cast.associate, self.cast.june, self.cast.now)
        screen = draft(screen, {"" if name == "defaults" else name: typed for name, typed in rows.items()})
        save(screen, hiding_confirmed=hiding_confirmed)

    def confirms(self, number, **typed):
        """'Confirm' by the Associate's officer at this centre; remembers what the newest PDF prints."""
        at = f"/centres/{number}/candidate-results/june-2026"
        version = self.associate.get(f"{at}/status").one("input", name="version").get("value")
        answer = self.associate.post(f"{at}/status", {
            "scope": "all", "terms": "y", "version": version, "contact_name": "Own Contact",
            "contact_phone": "555 0199", **typed})
        if typed.get("scope") != "none":
            self.reads_newest(number)
        return answer

    def acts(self, number, act, *numbers):
        answer = self.associate.post(f"/centres/{number}/candidate-results/june-2026/credentials",
                                     {"act": act, "mark": list(numbers)})
        if answer.status == 303:
            self.reads_newest(number)
        return answer

    def reads_newest(self, number):
        batch = SlipBatch.select().where(SlipBatch.centre == self.centres[number]).order_by(SlipBatch.id.desc()).get()
        data = self.associate.post(
            f"/centres/{number}/candidate-results/june-2026/credentials/{batch.public_id}/pdf", {}).body
        document = pypdfium2.PdfDocument(io.BytesIO(data))
        self.printed = [page.get_textpage().get_text_range() for page in document]
        document.close()
        for page in self.printed:
            words = page.split()
            username = next(word for word in words if word.startswith(f"{number}-"))
            self.logins[username] = next(w for w in words if passwords.mistake(as_typed(w)) is None)

    def enters(self, username, password=None):
        """Whether this login opens the site now; a session that opened it."""
        phone = Visitor(self.app)
        answer = phone.post(SIGN_IN, {"username": username, "password": password or self.logins[username]},
                            csrf=False, headers=SAME_SITE, lint=False)
        return phone if answer.status == 303 else None

    def out_of_date(self, number):
        page = self.associate.get(f"/centres/{number}/candidate-results/june-2026/credentials?state=out-of-date")
        return [text_of(th)[:4] for th in page.all("th", scope="row")]

    def access(self):
        return {number: standing_of(Candidate.get(Candidate.centre == centre).centre, self.cast.june).has_access
                for number, centre in self.centres.items() if number != "XA100"}


@pytest.fixture
def world(cast, app):
    return World(cast, app)


def is_in(phone):
    return phone.get("/results/en/", lint=False).status == 200


def test_through_every_turn(world, cast):
    contact = {"contact_name": "Amal Raza", "contact_phone": "+92 21 555 0100"}

    # At first nobody; 'Use defaults' lets all in, a centre attached later too.
    assert world.access() == {"XA101": False, "XA102": False, "XA103": False}
    world.saves(defaults={"uses_defaults": True, **contact})
    assert world.access() == {"XA101": True, "XA102": True, "XA103": True}
    for number in CIRCLE:
        world.confirms(number)
    assert set(world.logins) == {"XA100-0001-J26", "XA101-0001-J26", "XA101-0002-J26", "XA102-0001-J26",
                                 "XA103-0001-J26"}
    assert all(world.enters(username) for username in world.logins)

    # Off alone changes nothing in force; on again neither.
    world.saves(defaults={"uses_defaults": False})
    assert world.access() == {"XA101": True, "XA102": True, "XA103": True}
    assert all(world.out_of_date(number) == [] for number in CIRCLE)
    world.saves(defaults={"uses_defaults": True})
    world.saves(defaults={"uses_defaults": False})
    assert all(world.enters(username) for username in world.logins)

    # Access taken away shuts an open session out at its next request; only that centre's.
    karachi, lima = world.enters("XA101-0001-J26"), world.enters("XA102-0001-J26")
    world.saves(XA101={"give_access": False})
    assert (is_in(karachi), is_in(lima)) == (False, True)
    assert world.enters("XA101-0001-J26") is None

    # Given back it needs credentials to be generated; the passwords handed out go on.
    world.saves(XA101={"give_access": True})
    assert world.enters("XA101-0001-J26") is None
    before = dict(world.logins)
    world.confirms("XA101", dormant="keep")
    assert world.logins == before
    assert world.enters("XA101-0001-J26")

    # The Associate's delay is a floor: the longer of both decides, and only true changes put slips out of date.
    world.saves(XA101={"delay": "24"})
    assert (world.out_of_date("XA101"), world.out_of_date("XA102")) == (["0001", "0002"], [])
    assert world.acts("XA101", "reissue-all").status == 303
    assert (world.out_of_date("XA101"), world.logins) == ([], before)
    later = min(release.released_at for release in Release) + timedelta(hours=24)
    assert words.short(later, cast.karachi.time_zone, "en") in world.printed[0]
    world.confirms("XA101", delay="12")
    assert standing_of(cast.karachi, cast.june).delay == 24 * 60
    assert world.out_of_date("XA101") == []
    world.confirms("XA101", delay="48")
    assert standing_of(cast.karachi, cast.june).delay == 48 * 60
    world.confirms("XA101", delay="")
    world.saves(XA101={"delay": ""})
    world.acts("XA101", "reissue-all")

    # A changed contact puts exactly the slips that print it out of date.
    world.saves(XA102={"contact_mode": "centre"})
    assert standing_of(world.centres["XA102"], cast.june).contact == Contact("", "", "exams@xa102.example")
    assert (world.out_of_date("XA101"), world.out_of_date("XA102")) == ([], ["0001"])
    world.confirms("XA102")
    assert "Own Contact" in world.printed[0]
    world.saves(defaults={"contact_name": "New Person"})
    assert (world.out_of_date("XA101"), world.out_of_date("XA102")) == (["0001", "0002"], [])
    world.acts("XA101", "reissue-all")

    # From ALL to Selected to NO and back: the door follows, no password is lost.
    world.confirms("XA101", scope="selected", candidate=["0002"])
    assert (world.enters("XA101-0001-J26"), bool(world.enters("XA101-0002-J26"))) == (None, True)
    world.confirms("XA101", scope="none")
    assert world.enters("XA101-0002-J26") is None
    world.confirms("XA101", scope="all")
    assert world.logins == before
    assert world.enters("XA101-0001-J26")

    # A new password kills the old one at once, open session included.
    inside = world.enters("XA101-0001-J26")
    world.acts("XA101", "new-password", "0001")
    assert not is_in(inside)
    assert world.enters("XA101-0001-J26", before["XA101-0001-J26"]) is None
    assert world.enters("XA101-0001-J26")
    assert world.enters("XA101-0002-J26", before["XA101-0002-J26"])


def test_a_withdrawn_a_late_and_a_renumbered_candidate(world, cast):
    world.saves(defaults={"uses_defaults": True, "contact_name": "A", "contact_phone": "1"})
    world.confirms("XA101")
    second = cast.candidates["XA101"][1]

    Entry.update(status="withdrawn").where(Entry.candidate == second).execute()
    recount_qualifications([second.id])
    assert world.enters("XA101-0002-J26") is None
    Entry.update(status="entered").where(Entry.candidate == second).execute()
    recount_qualifications([second.id])
    assert world.enters("XA101-0002-J26")

    cast.candidate(cast.karachi, "0003", "Late Comer", [("IGCSE", "0580", "Mathematics")])
    page = world.associate.get("/centres/XA101/candidate-results/june-2026/credentials?state=no-slip")
    assert [text_of(th) for th in page.all("th", scope="row")] == ["0003 Late Comer"]
    world.acts("XA101", "generate-all")
    assert len(world.printed) == 1
    assert world.enters("XA101-0003-J26")

    apply("entries", csv_of("entries", ["June 2026", "XA101", "0020", "Łukasz Żak", "XA101260002", "IGCSE", "0580",
                                        "AX", "Mathematics", "entered"]))
    assert world.enters("XA101-0020-J26", world.logins["XA101-0002-J26"]) is None
    world.acts("XA101", "generate-all")
    assert world.enters("XA101-0020-J26")


def test_a_series_with_two_release_instants(world, cast):
    world.saves(defaults={"uses_defaults": True, "contact_name": "A", "contact_phone": "1"})
    world.confirms("XA101")
    both = cast.candidates["XA101"][0]
    cast.result(both, "9709", "B", 72)
    cast.result(both, "0580", "A*", 95)
    phone = world.enters("XA101-0001-J26")
    assert "Your results are not out yet" in phone.get("/results/en/", lint=False).text

    Release.update(released_at=cast.now - timedelta(seconds=1)).where(Release.qualification == "A Level").execute()
    part = phone.get("/results/en/", lint=False)
    assert "Your results so far" in part.text
    assert ("B" in part.text, "A*" in part.html) == (True, False)
    assert world.out_of_date("XA101") == ["0001"]

    Release.update(released_at=cast.now - timedelta(seconds=1)).where(Release.qualification == "IGCSE").execute()
    assert "A*" in phone.get("/results/en/", lint=False).html

    with pytest.raises(Refused, match="would not see them any longer"):
        world.saves(defaults={"delay": "24"})
    world.saves(hiding_confirmed=True, defaults={"delay": "24"})
    assert "Your results are not out yet" in phone.get("/results/en/", lint=False).text


def test_an_officer_of_two_centres_never_mixes_them(world, cast, app):
    officer = cast.karachi_officer
    Posting.create(officer=officer, centre=cast.independent, manages_candidate_results=True)
    visitor = Visitor(app, officer)

    start = visitor.get("/")
    assert [href for text, href in start.links().items() if "View Dashboard" in text] or "XC301" in start.text
    assert visitor.get("/centres/XC301/candidate-results/june-2026").status == 200
    assert "Zoë" not in visitor.get("/centres/XC301/candidate-results/june-2026/status").text
    assert "Ελένη" not in visitor.get("/centres/XA101/candidate-results/june-2026/status").text


def test_a_closed_series(world, cast):
    world.saves(defaults={"uses_defaults": True, "contact_name": "A", "contact_phone": "1"})
    world.confirms("XA101")
    inside = world.enters("XA101-0001-J26")

    Series.update(closes_at=cast.now - timedelta(seconds=1)).where(Series.id == cast.june.id).execute()

    assert not is_in(inside)
    assert world.enters("XA101-0001-J26") is None
    assert Credential.select().where(Credential.dormant_since.is_null(False)).count() == 0
    Series.update(closes_at=None).where(Series.id == cast.june.id).execute()
    assert world.enters("XA101-0001-J26")
