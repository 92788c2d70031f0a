"""What stands below the results, for everybody alike: the board's own words, and until when to ask for a review."""
from datetime import timedelta

import pytest

from models.acts.next_steps import LONGEST
from models.rules.languages import LANGUAGES
from models.rules.results import Result
from models.tables.exams import Centre, Series
from models.tables.next_steps import NextSteps
from models.tables.slips import CandidateSession, Credential
from tests.candidates.conftest import USERNAME
from tests.visitor import text_of

WRITE = "/board/next-steps"
LINES = "Talk to us: +44 800 1111 or https://help.example/now.\nSince 2019-2020: help@help.example"


@pytest.fixture
def out(cast, release):
    """A Level is out, with a result."""
    release("A Level", hours=-3)
    return cast.result(cast.candidates["XA101"][0], "9709", "B")


@pytest.fixture
def board(cast, visit):
    def write(**typed):
        return visit(cast.board).post(WRITE, {"language": "en", "place": "", "text": LINES, "seen": ""} | typed)
    return write


def links_in(page):
    return [(a.get("href"), text_of(a)) for a in page.all("a") if "help" in a.get("href") or "800" in a.get("href")]


def test_what_the_board_wrote_is_read_below_every_result_and_its_addresses_are_links(zoe, out, board):
    assert board().status == 303

    page = zoe.sheet()

    assert links_in(page) == [("tel:+448001111", "+44 800 1111"), ("https://help.example/now", "https://help.example/now"),
                              ("mailto:help@help.example", "help@help.example")]
    assert "Since 2019-2020:" in page.text


def test_nobody_reads_it_before_there_is_a_result(zoe, board):
    board()

    assert "Talk to us" not in zoe.sheet().text


def test_the_most_exact_place_counts_in_the_readers_language_or_else_in_english(cast, zoe, out, board):
    Centre.update(country="Pakistan").where(Centre.number == "XA101").execute()

    def read(language):
        return zoe.get(f"/results/{language}/", htmx=False).text

    board(text="for everybody")
    board(text="for Pakistan", place=" Pakistan ")
    board(text="pour tous", language="fr")
    assert ("for Pakistan" in read("en"), "for everybody" in read("en")) == (True, False)
    assert "pour tous" in read("fr")
    assert "for Pakistan" in read("ar")
    board(text="for this centre", place="xa101")
    assert "for this centre" in read("en")
    board(text="", seen="for this centre", place="XA101")
    assert "for Pakistan" in read("en")
    assert {row.place for row in NextSteps.select()} == {"", "Pakistan"}


@pytest.mark.parametrize(("typed", "sentence"), [
    ({"place": "Atlantis"}, "Type a country as the centres have it, or a centre number."),
    ({"language": "xx"}, "Choose a language of the list."),
    ({"text": " \n "}, "Type a text."),
    ({"text": "x" * (LONGEST + 1)}, f"Use at most {LONGEST} characters."),
])
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(cast, visit, board, typed, sentence):
    page = board(**typed)

    assert page.status == 422
    assert sentence in page.text
    assert page.one("textarea").text.strip() == typed.get("text", LINES).strip()
    assert NextSteps.select().count() == 0


def test_a_text_that_somebody_else_changed_stands(cast, visit, board):
    board(text="first")

    assert board(text="second", seen="not what stands").status == 409
    assert board(text="second").status == 409
    assert NextSteps.get().text == "first"


def test_what_no_keyboard_types_is_left_out(board):
    board(text="One\u202e\u200b line\n\n\n\n<b>two</b>")

    assert NextSteps.get().text == "One line\n\n<b>two</b>"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_review_is_named_until_its_day_has_come(zoe, cast, visit, out, language):
    day = (cast.now + timedelta(days=2)).date()
    page = f"/board/series/{cast.june.code}/reviews"
    visit(cast.board).post(page, {"reviews_until": day.isoformat(), "seen": ""})

    before = zoe.get(f"/results/{language}/", htmx=False).text
    Series.update(reviews_until=(cast.now - timedelta(days=2)).date().isoformat()).execute()
    after = zoe.get(f"/results/{language}/", htmx=False).text

    assert len(before) > len(after)
    assert (f"before {day.day} {day:%B %Y}." in before) == (language == "en")
    assert visit(cast.board).post(page, {"reviews_until": "soon", "seen": ""}).status == 422


def test_what_is_new_and_what_changed_since_the_last_look_is_counted_and_marked(zoe, cast, release, out):
    """Zoë signs in again; between the two a result came late and another changed."""
    cast.enter(cast.candidates["XA101"][0], [("A Level", "9702", "Physics")])
    hour = timedelta(hours=1)
    Credential.update(looked_at=cast.now - hour).execute()
    CandidateSession.update(looked_before_at=cast.now - hour, started_at=cast.now).execute()
    late = cast.result(cast.candidates["XA101"][0], "9702", "C", first_at=cast.now - hour / 2)
    Result.update(changed_at=cast.now - hour / 2).execute()

    page = zoe.sheet()

    assert "1 new result" in page.text
    assert "1 result has changed since you last looked" in page.text
    assert [text_of(tag) for tag in page.all("span", class_="tag info")] == [
        "New since you last looked", "Changed since you last looked"]
    Result.update(first_at=cast.now - 2 * hour, changed_at=cast.now - 2 * hour).where(Result.id == late.id).execute()
    assert text_of(zoe.sheet().all("span", class_="tag info")[0]) == "New"


def test_who_looks_for_the_first_time_reads_of_no_last_time(zoe, cast, out):
    Result.update(changed_at=cast.now).execute()

    page = zoe.sheet()

    assert "since you last looked" not in page.text
    assert [text_of(tag) for tag in page.all("span", class_="tag info")] == ["Changed"]


def test_what_was_shown_before_signing_out_is_not_called_new_at_the_next_sign_in(guest, slips, zoe, cast, out):
    """It came while she was signed in, and her page showed it."""
    CandidateSession.update(started_at=cast.now - timedelta(hours=1)).execute()
    Credential.update(looked_at=cast.now - timedelta(hours=1)).execute()
    Result.update(changed_at=cast.now - timedelta(minutes=1)).execute()
    zoe.sheet()

    again = guest()
    again.sign_in_with(USERNAME, slips["0001"])

    assert looked_before() >= cast.now
    assert "since you last looked" not in again.sheet().text


def test_a_release_during_a_session_counts_as_seen_once_its_page_was_asked_for(guest, slips, zoe, cast, out, queries):
    """What changes after that is news at the next sign-in; an open page that asked by itself has shown nobody anything,
    and what is noted is noted once."""
    hour = timedelta(hours=1)
    CandidateSession.update(started_at=cast.now - 5 * hour).execute()  # two hours before the release
    Credential.update(looked_at=cast.now - 5 * hour).execute()

    with queries() as polled:
        zoe.sheet(htmx=True)
    with queries() as first:
        zoe.sheet()
    with queries() as second:
        zoe.sheet()

    assert [sum(sql.startswith("UPDATE") for sql in asked) for asked in (polled, first, second)] == [0, 1, 0]
    Credential.update(looked_at=cast.now - hour).execute()  # when that page was asked for
    Result.update(changed_at=cast.now - hour / 2).execute()
    again = guest()
    again.sign_in_with(USERNAME, slips["0001"])
    assert looked_before() == cast.now - hour
    assert "1 result has changed since you last looked" in again.sheet().text


def test_what_came_and_changed_before_anybody_looked_is_new(zoe, cast, release):
    """And what changed under the eyes of its owner is not, nor where nobody knows when they looked."""
    release("A Level", hours=-6)
    hour = timedelta(hours=1)
    CandidateSession.update(looked_before_at=cast.now - 5 * hour, started_at=cast.now).execute()
    late = cast.result(cast.candidates["XA101"][0], "9709", "B", first_at=cast.now - 2 * hour)
    Result.update(changed_at=cast.now - hour).where(Result.id == late.id).execute()

    def told():
        page = zoe.sheet()
        return [text_of(tag) for tag in page.all("span", class_="tag info")], "Last changed" in page.text
    unseen = told()
    CandidateSession.update(started_at=cast.now - 1.5 * hour).execute()
    open_ = told()
    CandidateSession.update(looked_before_at=cast.now - 1.5 * hour, started_at=cast.now).execute()

    assert unseen == (["New since you last looked"], False)
    assert open_ == told() == (["Changed since you last looked"], True)


def looked_before():
    return CandidateSession.select().order_by(CandidateSession.id.desc()).first().looked_before_at
