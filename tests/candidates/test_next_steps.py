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
from views.candidates import next_steps

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
        form = {"language": "en", "place": "", "text": LINES, "seen": ""} | typed
        opened = {"opened_language": form["language"], "opened_place": form["place"]}
        return visit(cast.board).post(WRITE, form | opened)
    return write


def form_of(page):
    """What a browser would send of it, but for what makes a form count once."""
    fields = page.fields(page.one("form", class_="panel stack narrow"))
    return {name: values[0] for name, values in fields.items() if name not in ("csrf_token", "once")}


def links_in(page):
    return [(a.get("href"), text_of(a)) for a in page.all("a") if "help" in a.get("href") or "800" in a.get("href")]


def test_what_the_board_wrote_is_read_below_every_result_and_its_addresses_are_links(zoe, out, board):
    assert board().status == 303

    page = zoe.sheet()

    assert links_in(page) == [("tel:+448001111", "+44 800 1111"), ("https://help.example/now", "https://help.example/now"),
                              ("mailto:help@help.example", "help@help.example")]
    assert "Since 2019-2020:" in page.text


@pytest.mark.parametrize(("line", "links"), [
    ("请拨打0800 1111咨询", [("tel:08001111", "0800 1111")]),
    ("请访问https://help.example/now获取帮助", [("https://help.example/now", "https://help.example/now")]),
    ("请写信至help@help.example咨询", [("mailto:help@help.example", "help@help.example")]),
    *((line, [("https://help.example/now", "https://help.example/now")]) for line in (
        "（https://help.example/now）", "«https://help.example/now»", "https://help.example/now؟",
        "(https://help.example/now)", "‘https://help.example/now’,", "https://help.example/now،ثم", "https://help.example/now。")),
    ("اتصل بـ٠٨٠٠١١١١ مجانًا", [("tel:08001111", "٠٨٠٠١١١١")]),
    ("＋44 800 1111", [("tel:+448001111", "＋44 800 1111")]),
    ("0800 1111 (24 h)", [("tel:08001111", "0800 1111")]), ("(0800 1111)", [("tel:08001111", "0800 1111")]),
    ("(02) 555 0100", [("tel:025550100", "(02) 555 0100")]), ("01 23 45 67 89", [("tel:0123456789", "01 23 45 67 89")]),
    ("+44 (0)20 7946 0000", [("tel:+4402079460000", "+44 (0)20 7946 0000")]),
    ("01-09-2026", []), ("01 09 2026", []), ("08 00 - 17 00", []), ("08 00-17 00", []), ("2019-2020", []),
    ("XA101-0001-J26", []), ("x-https://help.example", []), ("help.example", []),
])
def test_an_address_ends_where_its_line_goes_on_in_another_script_or_a_bracket(line, links):
    pieces = next_steps._pieces(line)

    assert "".join(text for text, _address in pieces) == line
    assert [(address, text) for text, address in pieces if address] == links


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


def test_a_text_that_somebody_else_changed_stands_and_what_was_typed_is_kept(cast, visit, board):
    board(text="first")

    page = board(text="second", seen="not what stands")

    assert (page.status, page.one("textarea").text.strip()) == (409, "second")
    assert "Somebody else has changed this text meanwhile: “first”." in page.text
    assert NextSteps.get().text == "first"
    visitor = visit(cast.board)
    assert "within a minute" in visitor.follow(visitor.post(WRITE, form_of(page))).text
    assert NextSteps.get().text == "second"


def test_a_text_that_was_opened_is_the_start_of_one_in_another_language(cast, visit, board):
    board(text="for all")
    sent = form_of(visit(cast.board).get(f"{WRITE}?language=en&place=", htmx=False))

    assert visit(cast.board).post(WRITE, sent | {"language": "fr", "text": "pour tous"}).status == 303
    there = visit(cast.board).post(WRITE, sent | {"language": "fr", "text": "pour tout le monde"})

    assert {(row.language, row.text) for row in NextSteps.select()} == {("en", "for all"), ("fr", "pour tous")}
    assert (there.status, there.one("textarea").text.strip()) == (422, "pour tout le monde")
    assert "There is a text for this language and place." in text_of(there.one("p", id="place-error"))


def test_what_no_keyboard_types_is_left_out(board):
    board(text="One\u202e\u200b line\n\n\n\n<b>two</b>")

    assert NextSteps.get().text == "One line\n\n<b>two</b>"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_review_is_named_until_its_day_has_come(zoe, cast, visit, out, language):
    day = (cast.now + timedelta(days=2)).date()
    page = f"/board/series/{cast.june.code}/reviews"
    indian = day.isoformat().translate({ord("0") + digit: ord("०") + digit for digit in range(10)})
    visit(cast.board).post(page, {"reviews_until": indian, "seen": ""})

    before = zoe.get(f"/results/{language}/", htmx=False).text
    Series.update(reviews_until=(cast.now - timedelta(days=2)).date().isoformat()).execute()
    after = zoe.get(f"/results/{language}/", htmx=False).text

    assert len(before) > len(after)
    assert (f"before {day.day} {day:%B %Y}." in before) == (language == "en")
    for wrong in ("soon", cast.now.date().isoformat(), "2020-09-24"):
        assert visit(cast.board).post(page, {"reviews_until": wrong, "seen": ""}).status == 422


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
