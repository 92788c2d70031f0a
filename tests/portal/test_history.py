"""A centre's own history: its officers' and its Associate's acts there, never another centre's."""
import pytest

from jobs import archive, slips
from models.acts import accounts, files, issuing, releasing
from models.rules.needs import GENERATE
from models.tables.files import TO_BOARD
from models.tables.slips import SlipBatch
from models.tables.subcentres import AttachedCentre
from tests.subcentres.screen import ScreenPage
from tests.visitor import text_of

AT = "/centres/XA101/history"


def lines(page):
    """[(by, what, centre), …] of the list, newest first."""
    return [tuple(text_of(td) for td in row.iter("td"))[:3] for row in page.all("tr")[1:]]


@pytest.fixture
def past(cast, plain):
    cast.give_access(cast.karachi, cast.lima)
    cast.confirm(cast.karachi, cast.karachi_officer)
    issuing.record_download(cast.karachi_officer, cast.karachi, cast.june, f"PDF {SlipBatch.get().public_id}", cast.now)
    slips.order(cast.associates_officer, cast.june, [cast.karachi, cast.lima], GENERATE, cast.now, home=cast.associate)
    archive.order(cast.associates_officer, cast.june, cast.associate, [cast.karachi, cast.lima], cast.now)
    slips.order(cast.associates_officer, cast.june, [cast.lima], GENERATE, cast.now, home=cast.associate)
    files.send(cast.karachi, TO_BOARD, "Late.xlsx", b"x", cast.karachi_officer, cast.now)
    files.send(cast.lima, TO_BOARD, "Secret of Lima.xlsx", b"x", cast.associates_officer, cast.now)
    files.send(cast.strangers_school, TO_BOARD, "Stranger.xlsx", b"x", cast.strangers_officer, cast.now)
    screen = ScreenPage(plain(cast.colleague))
    screen.fill("XA101-delay", "24")
    screen.fill("XA102-delay", "48")
    screen.press("Save")
    releasing.hold(cast.june, "IGCSE", cast.board, cast.now)
    accounts.start_session(cast.karachi_officer, cast.now, "")
    accounts.start_session(cast.strangers_officer, cast.now, "")
    return cast


def test_a_centre_sees_who_did_what_there_by_name(past, plain):
    page = plain(past.without_right).get(AT)
    assert page.status == 403

    found = lines(plain(past.karachi_officer).get(AT))

    assert [line for line in found if line[1] not in ("signed in", "signed out")] == [
        ("The board", "held a release: IGCSE", ""),
        ("Bilal Khan", "changed Subcentre Management XA101, Candidate Results delay: none → 24 h", "XA100"),
        ("You", "sent ‘Late.xlsx’ to the board", "XA101"),
        ("Amal Raza", "ordered an archive of slips: 2 centres, PDF", "XA100"),
        ("Amal Raza", "generated credentials", "XA100"),
        ("You", "downloaded slips, PDF", "XA101"),
    ]
    assert ("You", "signed in", "") in found
    assert not any("Sam" in line[0] or "Bilal" in line[0] and "signed" in line[1] for line in found)


def test_an_associates_history_holds_its_centres_and_no_stranger(past, plain):
    page = plain(past.associates_officer).get("/centres/XA100/history")
    whole = [line[1] for line in lines(page)]

    assert "sent ‘Secret of Lima.xlsx’ to the board" in whole
    assert ("changed Subcentre Management XA101, Candidate Results delay: none → 24 h "
            "XA102, Candidate Results delay: none → 2 days") in whole
    assert "Stranger" not in page.text
    assert "Sam" not in page.text


@pytest.mark.parametrize(("query", "whats"), [
    ("?kind=files", {"sent ‘Late.xlsx’ to the board"}),
    ("?kind=releases", {"held a release: IGCSE"}),
    ("?kind=sign-ins", {"signed in"}),
    ("?kind=access&series=june-2026",
     {"changed Subcentre Management XA101, Candidate Results delay: none → 24 h"}),
    ("?series=june-1999", set()),
])
def test_it_can_be_narrowed_by_its_address(past, plain, query, whats):
    assert {line[1] for line in lines(plain(past.karachi_officer).get(AT + query))} == whats


def test_what_the_default_row_changes_is_told_to_every_attached_centre(cast, plain):
    AttachedCentre.delete().execute()
    screen = ScreenPage(plain(cast.associates_officer))
    screen.fill("defaults-delay", "5")
    screen.press("Save")

    assert ("Amal Raza", "changed Subcentre Management Use defaults, Candidate Results delay: none → 5 h", "XA100") in (
        lines(plain(cast.karachi_officer).get(AT)))


def test_a_strangers_history_is_not_there(past, plain):
    assert plain(past.strangers_officer).get(AT).status == 404
    assert plain(past.karachi_officer).get("/centres/XA102/history").status == 404


def test_it_is_reached_from_the_dashboard_and_from_series_details(cast, plain):
    visitor = plain(cast.karachi_officer)

    assert visitor.get("/centres/XA101").links()["This centre’s history"] == AT
    assert visitor.get("/centres/XA101/candidate-results/june-2026").links()["This centre’s history"] == (
        f"{AT}?series=june-2026")
