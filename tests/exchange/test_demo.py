"""The demo data: they load, they show something of everything, and the sign-ins on the page are right."""
import unicodedata
from datetime import UTC, datetime, timedelta

import pytest

from exchange import demo
from models import passwords
from models.acts.attempts import refused_since
from models.acts.files import listed
from models.codes import as_typed
from models.database import Refused
from models.rules.needs import groups, needs
from models.rules.results import Result
from models.rules.standing import releases_of, standing_of
from models.staff_passwords import DEMO_PASSWORD
from models.tables.exams import Candidate, Centre, Entry, Release, Series
from models.tables.offers import Offer
from models.tables.people import Officer
from models.tables.slips import Credential, SlipBatch
from models.tables.subcentres import AttachedCentre
from tests.visitor import text_of

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SCRIPTS = ("LATIN", "GREEK", "CYRILLIC", "ARABIC", "HEBREW", "DEVANAGARI", "BENGALI", "TAMIL", "THAI", "CJK",
           "KATAKANA", "HANGUL")


@pytest.fixture
def loaded(app):
    demo.load(NOW)


def test_the_demo_shows_something_of_everything(loaded):
    names = "".join(candidate.name for candidate in Candidate.select())
    found = {unicodedata.name(char, "").split()[0] for char in names}
    kept = {name: {row[0] for row in Result.select(getattr(Result, name)).distinct().tuples()}
            for name in ("grade", "second_grade", "endorsement")}
    june, november = (Series.get(Series.code == code) for code in ("june-2026", "november-2026"))

    assert found >= set(SCRIPTS)
    assert {"X", "Q", "Y", "U", "A*", "a", "9"} <= kept["grade"]
    assert len(kept["second_grade"]) > 2
    assert kept["endorsement"] == {"", "1", "2", "3", "4", "5"}
    assert Entry.select().where(Entry.status == "withdrawn").count() > 5
    assert Centre.select().where(Centre.associate.is_null(False)).count() == 12
    assert len({centre.time_zone for centre in Centre.select()}) > 10
    assert all(release.released_at < NOW for release in Release.select().where(Release.series == june))
    assert all(release.released_at > NOW for release in Release.select().where(Release.series == november))
    assert {row.contact_mode for row in AttachedCentre.select()} == {"default", "centre"}
    assert AttachedCentre.select().where(AttachedCentre.delay > 0).exists()
    assert {offer.scope for offer in Offer.select()} == {"all", "selected"}
    assert SlipBatch.select().count() == 8


def test_everybody_of_the_demo_signs_in_with_the_password_on_the_page(loaded, plain):
    page = plain().get("/sign-in")

    attached = Centre.get(Centre.number == "NC100").attached_centres
    emails = [officer.email for officer in Officer.select().where(Officer.is_demo)]
    assert sorted(emails) == [f"{who}@demo.example" for who in (
        "associate", "board", "centre", "independent", "two-centres")]
    assert all(email in page.text for email in emails)
    assert DEMO_PASSWORD in page.text
    rows = [text_of(row) for row in page.all("tr")]
    assert f"associate@demo.example Associate with {len(attached)} centres: start here Amal Raza" in rows
    assert [row for row in rows for email, who in demo.ROLES.items() if row.startswith(f"{email} {who}")] == rows[1:6]
    assert all(Officer.get(Officer.email == email).password_is(DEMO_PASSWORD) for email in emails)
    assert {email: [c.number for c in Officer.get(Officer.email == email).own_centres] for email in emails} == {
        "associate@demo.example": ["NC100"], "centre@demo.example": ["NC101"], "board@demo.example": [],
        "two-centres@demo.example": ["NC102", "NC110"], "independent@demo.example": ["NL500"]}


def test_no_list_is_empty_for_a_visitor_and_nobody_is_a_stranger_in_it(loaded):
    centres = {centre.number: centre for centre in Centre.select()}
    makers = {(batch.centre.number, batch.made_by) for batch in SlipBatch.select()}
    november = Series.get(Series.code == "november-2026")
    needed = {number: needs(standing_of(centre, november), groups(november, [centre.id])[centre.id],
                            releases_of(november), NOW) for number, centre in centres.items() if number in (
                                "NC101", "NC102", "NC107", "NL500")}

    assert makers == {("NC101", "centre@demo.example"), ("NC102", "two-centres@demo.example"),
                      ("NC107", "associate@demo.example"), ("NL500", "independent@demo.example")}
    assert {number: bool(found.out_of_date) for number, found in needed.items()} == {
        "NC101": False, "NC102": False, "NC107": True, "NL500": False}
    assert sorted(file.direction for file in listed(centres["NC101"])) == ["from-board", "to-board"]
    assert refused_since(["NC101-0002-N26"], NOW - timedelta(days=1)) == {"NC101-0002-N26": 3}
    assert Credential.select().where(Credential.username == "NC101-0002-N26").exists()


def test_the_candidates_on_the_page_sign_in_and_one_of_them_waits(loaded, plain):
    page = plain().get("/sign-in")

    shown = []
    for _what, username, password in demo.candidate_logins():
        assert username in page.text
        assert password in page.text
        login = Credential.get(Credential.username == username)
        key = passwords.keys.pepper(login.pepper_id)
        assert login.verifier == passwords.verifier(as_typed(password), login.salt, key)
        shown.append((login.candidate.series.code,
                      standing_of(login.candidate.centre, login.candidate.series).has_access))
    assert shown == [("june-2026", True), ("november-2026", True)]


def test_the_demo_goes_into_an_empty_database_only(cast):
    with pytest.raises(Refused, match="empty database only"):
        demo.load(NOW)

    assert Officer.select().where(Officer.is_demo).count() == 0


def test_production_refuses_the_demo(app, monkeypatch):
    monkeypatch.setitem(app.config, "PRODUCTION", "1")

    refused = app.test_cli_runner().invoke(args=["demo"])

    assert (refused.exit_code, "PRODUCTION" in refused.output) == (1, True)
    assert Centre.select().count() == 0


def test_the_files_are_what_the_generator_makes(tmp_path, monkeypatch):
    import demo.make as maker
    before = {path.name: path.read_bytes() for path in maker.HERE.glob("*.csv")}
    monkeypatch.setattr(maker, "HERE", tmp_path)

    maker.main()

    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    assert sum(map(len, before.values())) < 400_000
