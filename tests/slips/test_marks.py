"""Marks in a list: kept by the server for one officer, over pages, filters and sign-ins, until they are done."""
import pytest

from models.tables.marks import Mark
from models.tables.slips import Credential
from tests.visitor import text_of

SERIES = "candidate-results/june-2026"
TO_DO, SLIPS = f"/centres/XA100/{SERIES}/to-do", f"/centres/XA101/{SERIES}/credentials"


@pytest.fixture
def slips(cast):
    cast.give_access(cast.karachi, cast.lima)
    cast.confirm(cast.karachi, cast.karachi_officer)


def ticked(page):
    return [box.get("value") for box in page.all("input", name="mark") if box.get("checked") is not None]


def bar(page):
    return text_of(page.one("div", id="bar"))


def test_a_mark_is_kept_beyond_the_filter_and_the_session_for_its_officer_alone(cast, plain, slips):
    plain(cast.karachi_officer).post(SLIPS, {"act": "mark", "shown": ["0001", "0002"], "mark": "0002"})

    again = plain(cast.karachi_officer)
    assert ticked(again.get(SLIPS)) == ["0002"]
    assert "1 marked" in bar(again.get(f"{SLIPS}?q=0001"))
    assert [text_of(row) for row in again.get(f"{SLIPS}?state=marked").all("th", scope="row")] == ["0002 Łukasz Żak"]
    assert ticked(plain(cast.associates_officer).get(SLIPS)) == []


def test_a_box_is_sent_by_itself_and_the_bar_comes_back_with_its_number(cast, plain, slips):
    officer = plain(cast.karachi_officer)

    marked = officer.post(SLIPS, {"act": "mark", "shown": ["0001", "0002"], "mark": ["0001", "0002"]}, htmx=True)
    one_less = officer.post(SLIPS, {"act": "mark", "shown": ["0001", "0002"], "mark": "0002"}, htmx=True)

    assert "New password for 2" in bar(marked)
    assert "I know that 2 slips already handed out stop working" in bar(marked)
    assert "New password for 1" in bar(one_less)
    assert "I know" not in bar(one_less)
    assert [mark.row for mark in Mark.select()] == ["0002"]


def test_the_box_above_marks_what_is_found_and_takes_the_marks_from_that_alone(cast, plain, slips):
    officer, act = plain(cast.associates_officer), {"act": "mark-found"}
    officer.post(TO_DO, {"act": "mark", "shown": "XA101", "mark": "XA101"})

    officer.post(f"{TO_DO}?q=colegio&need=every", {**act, "everything": "on"})
    both = officer.get(f"{TO_DO}?need=every")
    officer.post(f"{TO_DO}?q=colegio&need=every", act)

    assert ticked(both) == ["XA101", "XA102"]
    assert ticked(officer.get(f"{TO_DO}?need=every")) == ["XA101"]
    officer.post(TO_DO, {"act": "mark-clear"})
    assert Mark.select().count() == 0


def test_what_is_done_takes_the_marks_and_what_is_refused_leaves_them(cast, plain, slips):
    officer = plain(cast.karachi_officer)
    officer.post(SLIPS, {"act": "mark", "shown": ["0001", "0002"], "mark": ["0001", "0002"]})

    refused = officer.post(SLIPS, {"act": "new-password", "mark": ["0001", "0002"]})
    kept = ticked(refused)
    officer.post(SLIPS, {"act": "new-password", "mark": ["0001", "0002"], "void": "y"})

    assert (refused.status, kept) == (422, ["0001", "0002"])
    assert {login.generation for login in Credential.select()} == {2}
    assert Mark.select().count() == 0


def test_one_row_is_done_by_its_own_button_whatever_is_marked(cast, plain, slips):
    officer = plain(cast.karachi_officer)
    officer.post(SLIPS, {"act": "mark", "shown": ["0001", "0002"], "mark": "0001"})

    officer.post(SLIPS, {"act": "new-password-0002", "mark": "0001"})

    assert {login.username[6:10]: login.generation for login in Credential.select()} == {"0001": 1, "0002": 2}
    assert [mark.row for mark in Mark.select()] == ["0001"]


def test_what_is_no_row_of_the_list_cannot_be_marked(cast, plain, slips):
    plain(cast.associates_officer).post(TO_DO, {"act": "mark", "mark": ["XB201", "XA102", "x" * 300]})

    assert [mark.row for mark in Mark.select()] == ["XA102"]


def test_a_head_orders_the_list_and_the_order_stands_in_every_address(cast, plain, slips):
    for number in range(3, 105):
        cast.candidate(cast.karachi, f"{number:04}", f"Zoë {number}", [("IGCSE", "0580", "Mathematics")])
    officer = plain(cast.karachi_officer)

    turned = officer.get(f"{SLIPS}?order=number&q=zoe")
    other_way = officer.get(turned.links()["Candidate"])
    second = officer.get(other_way.links()["2"])

    assert [text_of(row)[:4] for row in turned.all("th", scope="row")][:2] == ["0001", "0003"]
    assert [text_of(row)[:4] for row in other_way.all("th", scope="row")][:2] == ["0104", "0103"]
    assert [text_of(row)[:4] for row in second.all("th", scope="row")] == ["0004", "0003", "0001"]
    assert [head.get("aria-sort") for head in second.all("th", scope="col")][0] == "descending"
    assert officer.get(f"{SLIPS}?order=nonsense").status == 200
