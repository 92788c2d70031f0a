"""An Associate starts a series from the settings of an earlier one: a draft, told first, in force after Save."""
import pytest

from models import delay
from models.rules import subcentre_carrying
from models.rules.standing import standing_of
from models.tables.exams import Series
from models.tables.subcentres import AttachedCentre, AttachedDefaults, AttachedDraft, Controls
from tests.subcentres.screen import HERE, ScreenPage
from tests.subcentres.test_finding import make_many, numbers
from tests.visitor import text_of

AT = f"{HERE}/carry-over"
FROM = {"from": "november-2025"}


@pytest.fixture
def november(cast):
    """An earlier series: XA101 has access after a day, XA102 has no row, and there is a default contact."""
    series = Series.create(code="november-2025", name="November 2025", short="N25", key_random="cd" * 32)
    cast.release("IGCSE", cast.now.replace(year=2025), series)
    AttachedDefaults.create(associate=cast.associate, series=series, delay=120, contact_name="Amal Raza",
                            contact_email="amal@xa100.example", version=3)
    AttachedCentre.create(centre=cast.karachi, series=series, give_access=True, delay=1440, contact_mode="centre")
    return series


def drafts():
    return {draft.row: draft.typed for draft in AttachedDraft.select()}


def controls(cast, centre):
    return standing_of(centre, cast.june).controls


def test_the_page_tells_what_each_earlier_series_would_change_the_latest_first(cast, visit, november):
    older = Series.create(code="june-2025", name="June 2025", short="J25", key_random="ef" * 32)
    cast.release("IGCSE", cast.now.replace(year=2024), older)
    AttachedCentre.create(centre=cast.lima, series=older)
    elsewhere = Series.create(code="march-2026", name="March 2026", short="M26", key_random="01" * 32)
    AttachedCentre.create(centre=cast.strangers_school, series=elsewhere, give_access=True)

    page = visit(cast.associates_officer).get(AT)

    assert [text_of(h) for h in page.all("h2")] == ["November 2025", "June 2025"]
    assert "1 centre would stand otherwise. 1 centre has no settings in that series, so it stays as it is: XA102." in (
        page.text)
    assert "No centre would stand otherwise." in page.text
    assert drafts() == {}


def test_it_becomes_a_draft_whose_differences_stand_first_and_nothing_is_in_force(cast, visit, november):
    visitor = visit(cast.associates_officer)

    answer = visitor.post(AT, FROM)

    assert answer.location == f"{HERE}?state=changed"
    page = visitor.follow(answer)
    assert numbers(page) == ["XA101"]
    assert "From November 2025: 1 centre would stand otherwise." in page.text
    assert drafts() == {
        "": {"delay": "2h", "contact_name": "Amal Raza", "contact_email": "amal@xa100.example"},
        "XA101": {"give_access": True, "delay": "24h", "contact_mode": "centre"}}
    assert controls(cast, cast.karachi) == Controls()


def test_save_puts_it_in_force(cast, visit, november):
    visitor = visit(cast.associates_officer)
    visitor.post(AT, FROM)

    ScreenPage(visitor).press("Save")

    assert controls(cast, cast.karachi) == Controls(True, 1440, "centre")
    assert controls(cast, cast.lima) == Controls()
    assert AttachedDefaults.get(AttachedDefaults.series == cast.june).contact_name == "Amal Raza"
    assert "Everything stands as in November 2025 already." in visitor.follow(visitor.post(AT, FROM)).text


def test_pressed_twice_is_once(cast, visit, november):
    visitor = visit(cast.associates_officer)
    visitor.post(AT, FROM)
    once = drafts()

    visitor.post(AT, FROM)

    assert drafts() == once


def test_defaults_that_were_used_are_used_again_and_leave_nobody_out(cast, visit, november):
    AttachedDefaults.update(uses_defaults=True, contact_mode="centre").where(
        AttachedDefaults.series == november).execute()
    visitor = visit(cast.associates_officer)

    told = visitor.get(AT).text
    visitor.post(AT, FROM)
    ScreenPage(visitor).press("Save")

    assert "2 centres would stand otherwise." in told
    assert "no settings in that series" not in told
    assert {controls(cast, centre) for centre in (cast.karachi, cast.lima)} == {Controls(True, 120, "centre")}


def test_a_contact_that_is_there_is_not_emptied_by_an_earlier_series_without_one(cast, visit, november):
    AttachedDefaults.update(contact_name="", contact_email="").where(AttachedDefaults.series == november).execute()
    AttachedDefaults.create(associate=cast.associate, series=cast.june, contact_name="Kept", version=1)

    visit(cast.associates_officer).post(AT, FROM)

    assert drafts()[""] == {"delay": "2h"}


def test_a_delay_that_is_no_longer_allowed_is_told_and_refused_in_its_row(cast, visit, november, monkeypatch):
    monkeypatch.setattr(subcentre_carrying, "LONGEST", 600)
    monkeypatch.setattr(delay, "LONGEST", 600)
    visitor = visit(cast.associates_officer)

    told = visitor.get(AT).text
    page = visitor.follow(visitor.post(AT, FROM))

    assert "1 delay is longer than the 14 days that are allowed now" in told
    assert "(XA101)" in told
    assert text_of(page.one("p", id="XA101-delay-error")) == "A delay can be at most 14 days."
    assert ScreenPage(visitor).press("Save").text.count("A delay can be at most 14 days.") > 0
    assert controls(cast, cast.karachi) == Controls()


def test_what_was_typed_and_not_saved_gives_way_only_where_the_earlier_series_says_otherwise(cast, visit, november):
    visitor = visit(cast.associates_officer)
    visitor.post(f"{HERE}/rows/XA101", {"XA101-delay": "5"}, htmx=True)
    visitor.post(f"{HERE}/rows/XA102", {"XA102-delay": "7"}, htmx=True)

    told = visitor.get(AT).text
    visitor.post(AT, FROM)

    assert "2 rows have changes of yours that are not saved." in told
    assert "2 centres would stand otherwise." in told
    assert (drafts()["XA101"]["delay"], drafts()["XA102"]["delay"]) == ("24h", "7")


def test_who_saves_meanwhile_is_met_as_in_any_draft(cast, visit, plain, november):
    visitor, other = visit(cast.associates_officer), ScreenPage(plain(cast.colleague))
    visitor.post(AT, FROM)
    other.change("XA101-delay", "3")
    other.press("Save")

    answer = ScreenPage(visitor).press("Save")

    assert answer.status == 409
    assert controls(cast, cast.karachi).delay == 180


def test_only_its_own_series_can_be_chosen(cast, visit, november):
    AttachedCentre.create(centre=cast.strangers_school, series=Series.create(
        code="march-2026", name="March 2026", short="M26", key_random="01" * 32), give_access=True)
    visitor = visit(cast.associates_officer)

    assert [visitor.post(AT, {"from": code}).status for code in ("march-2026", "june-2026", "?")] == [422] * 3
    assert drafts() == {}


def test_without_an_earlier_series_it_says_so(cast, visit):
    assert "No other series has settings of yours yet." in visit(cast.associates_officer).get(AT).text


def test_as_many_statements_for_many_centres_as_for_two(cast, plain, november, queries):
    AttachedDefaults.create(associate=cast.associate, series=cast.june)
    for place in range(60):  # so many that none of the two pages lists them all
        cast.centre(f"XE{place:03}", f"Place {place}", "Africa/Nairobi", associate=cast.associate)
    visitor = plain(cast.associates_officer)
    counts = []
    for _round in range(2):
        asked = []
        for ask in (lambda: visitor.get(AT), lambda: visitor.post(AT, FROM)):
            with queries() as heard:
                ask()
            asked.append((len(heard), sum("INSERT INTO \"attached_draft\"" in sql for sql in heard)))
        counts.append(asked)
        AttachedDraft.delete().execute()
        for centre in make_many(cast) if not _round else ():
            AttachedCentre.create(centre=centre, series=november, give_access=True, delay=60)

    assert counts[0] == counts[1]
    assert counts[1][1][1] == 1
