import pytest

from models.rules.standing import standings_of
from models.tables.audit import AuditEvent
from models.tables.subcentres import AttachedDraft, Controls
from tests.subcentres.screen import ScreenPage
from tests.visitor import text_of


@pytest.fixture
def many(cast):
    return [cast.centre(f"XD{n:03}", f"School {n}", "Africa/Nairobi", associate=cast.associate)
            for n in range(1, 61)]


def drafted():
    return {draft.row: draft.typed for draft in AttachedDraft.select()}


def test_marked_rows_are_set_at_once(cast, many, visit):
    screen = ScreenPage(visit(cast.associates_officer))
    screen.mark("XA102", "XD003")

    answer = screen.press("Set", bulk_delay="1d", bulk_access="yes", bulk_mode="centre")

    assert "Set for 2 centres." in answer.text
    values = {"delay": "1d", "give_access": True, "contact_mode": "centre"}
    assert drafted() == {"XA102": values, "XD003": values}
    assert screen.bar()[:2] == ["2 centres changed", "1 centre needs credentials"]


def test_what_is_left_as_it_is_stays(cast, many, visit):
    cast.give_access(cast.karachi, delay=60, mode="centre")
    screen = ScreenPage(visit(cast.associates_officer))
    screen.mark("XA101")

    screen.press("Set", bulk_access="no")

    assert drafted() == {"XA101": {"give_access": False}}


def test_all_that_are_found_are_set_on_every_page(cast, many, visit):
    screen = ScreenPage(visit(cast.associates_officer), "?find=school&page=2")

    screen.send("/bulk", act="mark-every")
    screen.press("Set", bulk_delay="48")

    assert set(drafted()) == {"XA101", *(f"XD{n:03}" for n in range(1, 61))}
    assert screen.bar()[0] == "61 centres changed"
    screen.press("Save")
    delays = {s.centre.number: s.controls.delay for s in standings_of(cast.june, True).values() if s.controls.delay}
    assert set(delays.values()) == {2880}
    assert len(delays) == 61


def test_same_as_the_defaults(cast, many, visit):
    screen = ScreenPage(visit(cast.associates_officer))
    screen.change("defaults-delay", "36")
    screen.mark("XD001", "XD002")

    screen.press("Same as the defaults")

    values = {"delay": "36h", "give_access": True}
    assert drafted() == {"": {"delay": "36"}, "XD001": values, "XD002": values}


def test_consequences_are_counted_before_save(cast, visit):
    cast.give_access(cast.karachi, cast.lima)
    cast.confirm(cast.karachi, cast.karachi_officer)
    cast.confirm(cast.lima, cast.associates_officer)
    screen = ScreenPage(visit(cast.associates_officer))
    screen.mark("XA101", "XA102")

    screen.press("Set", bulk_delay="48")
    assert screen.bar()[:2] == ["2 centres changed", "3 slips will be out of date"]

    screen.mark("XA101", "XA102")
    screen.press("Set", bulk_access="no")
    assert screen.bar()[:2] == ["2 centres changed", "3 candidates lose access at once"]


def test_marks_stay_after_a_row_is_changed(cast, visit):
    visitor = visit(cast.associates_officer)
    screen = ScreenPage(visitor)
    screen.mark("XA101", "XA102")

    answer = visitor.post(f"{screen.address}/rows/XA101", {**screen.fields, "XA101-delay": "5"})

    if visitor.htmx:
        assert answer.one("input", id="mark-XA101").get("checked") is not None


@pytest.mark.parametrize(("given", "control", "sentence"), [
    ({"bulk_delay": "24"}, "mark", "Mark at least one centre first."),
    ({"mark": "XA101"}, "bulk_delay", "Nothing is set yet: enter a delay, or choose access or contact details."),
    ({"mark": "XA101", "bulk_delay": "soon"}, "bulk_delay",
     "“soon” is not a delay. Type hours (24) or for example 1d 6h or 90m."),
    ({"mark": "XB201", "bulk_delay": "24"}, "mark", "Mark at least one centre first."),
])
def test_what_cannot_be_done_is_said_and_what_was_typed_stays(cast, visit, given, control, sentence):
    screen = ScreenPage(visit(cast.associates_officer))
    before = AuditEvent.select().count()

    answer = screen.send("/bulk", set="these", **given)

    assert answer.status == 422
    assert text_of(answer.one("p", id=f"{control}-error")) == sentence
    assert answer.one("input", id="bulk_delay").get("value") == given.get("bulk_delay", "")
    assert (drafted(), AuditEvent.select().count()) == ({}, before)


def test_what_was_typed_into_the_page_is_kept_beside(cast, plain):
    screen = ScreenPage(plain(cast.associates_officer))
    screen.fill("XA101-delay", "5")
    screen.mark("XA102")

    screen.press("Set", bulk_access="yes")

    assert drafted() == {"XA101": {"delay": "5"}, "XA102": {"give_access": True}}


def test_while_the_defaults_govern_there_is_nothing_to_set(cast, visit):
    screen = ScreenPage(visit(cast.associates_officer))
    screen.change("defaults-uses_defaults", True)

    assert [text_of(button) for button in screen.page.all("button") if text_of(button) == "Set"] == []
    assert screen.send("/bulk", mark="XA101", bulk_delay="3").status == 422
    assert [s.controls for s in standings_of(cast.june, True).values()][0] == Controls()
