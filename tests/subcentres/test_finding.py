from urllib.parse import urlencode

import pytest
from playhouse.test_utils import assert_query_count, count_queries

from models.rules.subcentre_finding import find
from models.rules.subcentre_screen import Screen
from tests.subcentres.screen import HERE, ScreenPage
from tests.visitor import text_of


@pytest.fixture
def many(cast):
    return make_many(cast)


def make_many(cast):
    """120 more attached centres, XD001 to XD120, without candidates."""
    return [cast.centre(f"XD{n:03}", f"School {n}", "Africa/Nairobi", associate=cast.associate)
            for n in range(1, 121)]


def screen_of(cast):
    return Screen(cast.associates_officer, cast.associate, cast.june, cast.now)


def numbers(page):
    return [body.get("id").removeprefix("centre-") for body in page.all("tbody")
            if (body.get("id") or "").startswith("centre-X")]


@pytest.mark.parametrize(("words", "found"), [
    ("", ["XA101", "XA102"]), ("xa102", ["XA102"]), ("HILL", ["XA101"]), ("cole mar", ["XA102"]),
    ("ñandú", ["XA102"]), ("nandu", ["XA102"]), ("somewhere", ["XA101"]), ("nowhere", []), ("%", []), ("hill mar", []),
])
def test_words_are_looked_for_in_number_name_and_country(cast, words, found):
    cast.lima.country = "Ñandú"
    cast.lima.save()

    assert find(screen_of(cast), words) == found


def test_states_go_by_what_is_stored(cast, visit):
    cast.give_access(cast.karachi, delay=60)
    cast.confirm(cast.karachi, cast.karachi_officer)
    cast.candidate(cast.karachi, "0009", "Late Entry", [("IGCSE", "0580", "Mathematics")])
    screen = ScreenPage(visit(cast.associates_officer))
    screen.change("XA101-give_access", False)
    states = ("access", "no-access", "differs", "needs-credentials", "out-of-date", "changed", "", "nonsense")

    found = {state: find(screen_of(cast), state=state) for state in states}

    assert found == {
        "access": ["XA101"], "no-access": ["XA102"], "differs": ["XA101", "XA102"],
        "needs-credentials": ["XA101"], "out-of-date": [], "changed": ["XA101"],
        "": ["XA101", "XA102"], "nonsense": ["XA101", "XA102"]}


def test_slips_out_of_date_are_found(cast):
    cast.give_access(cast.karachi, cast.lima)
    cast.confirm(cast.karachi, cast.karachi_officer)
    cast.confirm(cast.lima, cast.associates_officer)
    cast.release("AS Level", cast.now)
    cast.karachi.time_zone = "Asia/Dubai"
    cast.karachi.save()

    assert find(screen_of(cast), state="out-of-date") == ["XA101"]


@pytest.mark.parametrize(("order", "found"), [
    ("centre", ["XA101", "XA102"]), ("-centre", ["XA102", "XA101"]), ("name", ["XA102", "XA101"]),
    ("delay", ["XA102", "XA101"]), ("-delay", ["XA101", "XA102"]), ("access", ["XA102", "XA101"]),
    ("-contact", ["XA102", "XA101"]), ("__class__", ["XA101", "XA102"]), ("--", ["XA102", "XA101"]),
])
def test_the_list_is_put_in_order(cast, order, found):
    cast.give_access(cast.karachi, delay=60, mode="centre")

    assert find(screen_of(cast), order=order) == found


def test_the_address_carries_filter_order_and_page(cast, many, visit):
    visitor = visit(cast.associates_officer)

    answer = visitor.get(f"{HERE}?{urlencode({'find': 'school', 'order': '-centre', 'page': 2})}")

    hilltop_is_one = 121 - 50
    assert numbers(answer) == [f"XD{n:03}" for n in range(hilltop_is_one - 1, 20, -1)]
    assert "121 of 122 centres" in answer.text
    pages = {text: href for text, href in answer.links().items() if text in "123"}
    assert pages["3"].endswith("?find=school&order=-centre&page=3")


def test_a_filter_answers_htmx_with_the_list_alone(cast, many, visit):
    answer = visit(cast.associates_officer).get(f"{HERE}?find=XD007")

    assert numbers(answer) == ["XD007"]
    assert answer.is_fragment == (answer.all("h1") == [])


def test_nothing_found_is_said(cast, visit):
    answer = visit(cast.associates_officer).get(f"{HERE}?find=atlantis")

    assert "No attached centre is found by this." in answer.text
    assert numbers(answer) == []


def test_the_draft_stays_while_pages_turn(cast, many, visit):
    visitor = visit(cast.associates_officer)
    first = ScreenPage(visitor)
    first.change("XA101-delay", "24")
    second = ScreenPage(visitor, "?page=2")
    second.change("XD060-delay", "48")

    assert second.bar()[0] == "2 centres changed"
    assert ScreenPage(visitor).shown("XA101-delay") == "24"
    answer = ScreenPage(visitor, "?page=3").press("Save")
    assert "Saved. 2 centres changed." in answer.text


def test_after_a_post_the_reader_is_where_he_was(cast, many, plain):
    screen = ScreenPage(plain(cast.associates_officer), "?find=school&page=2")
    screen.fill("XD060-delay", "48")

    screen.press("Save")

    assert screen.address == f"{HERE}?find=school&page=2"
    assert screen.shown("XD060-delay") == "48h"


def test_headings_sort_and_say_so(cast, visit):
    answer = visit(cast.associates_officer).get(f"{HERE}?order=delay", htmx=False)

    heading = answer.one("th", id="head-delay")
    assert heading.get("aria-sort") == "ascending"
    assert heading[0].get("href") == f"{HERE}?order=-delay"
    assert answer.one("th", id="head-centre")[0].get("href") == f"{HERE}?order=centre"


def test_a_page_asks_as_many_queries_for_one_centre_as_for_many(cast, many, visit):
    visitor = visit(cast.associates_officer)
    visitor.get(HERE)
    shown = []
    for query in ("?find=XD001", "?find=XD00", ""):
        with assert_query_count(14):
            shown.append(len(numbers(visitor.get(HERE + query))))

    assert shown == [1, 9, 50]


def test_a_row_is_answered_with_as_many_queries_among_two_centres_as_among_many(cast, visit):
    visitor = visit(cast.associates_officer)

    def queries():
        form = ScreenPage(visitor).fields
        with count_queries() as asked:
            visitor.post(f"{HERE}/rows/XA101", {**form, "XA101-delay": "24"}, csrf=False)
        return asked.count

    queries()
    among_two = queries()
    make_many(cast)

    assert queries() == among_two
    assert among_two <= 15


def test_headings_are_links_with_text(cast, visit):
    answer = visit(cast.associates_officer).get(HERE, htmx=False)

    assert [text_of(th[0]) for th in answer.all("th", scope="col") if len(th)] == [
        "Centre", "Candidate Results delay", "Give access", "Provide contact details"]
