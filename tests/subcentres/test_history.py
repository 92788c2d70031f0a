import pytest

from tests.subcentres.screen import HERE, ScreenPage
from tests.visitor import text_of

HISTORY = f"{HERE}/history"


@pytest.fixture
def past(cast, plain):
    """Amal sets XA101 and XA102, then Bilal ticks 'Use defaults'."""
    screen = ScreenPage(plain(cast.associates_officer))
    screen.fill("XA101-delay", "24")
    screen.fill("XA102-contact_mode", "centre")
    screen.press("Save")
    screen = ScreenPage(plain(cast.colleague))
    screen.fill("defaults-give_access", False)
    screen.fill("defaults-uses_defaults", True)
    screen.press("Save")
    ScreenPage(plain(cast.colleague)).change("defaults-delay", "99")


def lines(answer):
    """[(by, centre, control, from, to), …]"""
    return [tuple(text_of(cell) for cell in row.iter("td")) for row in answer.all("tr") if list(row.iter("th"))[0].get(
        "scope") == "row"]


def test_what_was_saved_is_listed_newest_first(cast, past, visit):
    answer = visit(cast.associates_officer).get(HISTORY)

    amal, bilal, access, delay = "amal@xa100.example", "bilal@xa100.example", "Give access", "Candidate Results delay"
    assert lines(answer) == [
        (bilal, "Use defaults", "Use defaults", "No", "Yes"),
        (bilal, "Use defaults", access, "Yes", "No"),
        (bilal, "XA101", delay, "24 h", "none"),
        (bilal, "XA102", "Provide contact details", "Centre defined", "Default"),
        (amal, "XA101", delay, "none", "24 h"),
        (amal, "XA102", "Provide contact details", "Default", "Centre defined"),
    ]


@pytest.mark.parametrize(("query", "count"), [
    ("?centre=xa101", 4), ("?who=amal@xa100.example", 2), ("?field=delay", 2), ("?centre=XA101&field=delay", 2),
    ("?centre=XB201", 2), ("?who=nobody", 0),
])
def test_it_can_be_narrowed(cast, past, visit, query, count):
    answer = visit(cast.associates_officer).get(HISTORY + query)

    assert len(lines(answer)) == count


def test_a_strangers_history_is_not_there(cast, past, visit):
    assert visit(cast.strangers_officer).get(HISTORY).status == 404
    assert visit(cast.associates_officer).get(HISTORY.replace("XA100", "XA101")).status == 404
    assert lines(visit(cast.strangers_officer).get(HISTORY.replace("XA100", "XB200"))) == []


def test_nothing_yet_is_said(cast, visit):
    answer = visit(cast.associates_officer).get(HISTORY)

    assert "Nothing has been saved that this would show." in answer.text
