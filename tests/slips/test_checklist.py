"""The checklist: dates counted back from the release on the centre's own clock, and what the data know to be done."""
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from models.tables.exams import Release, Series
from tests.inside import Inside
from tests.visitor import text_of

AT = "/centres/{}/candidate-results/june-2026/checklist"


def stages(answer):
    """{stage: {step: [how far, done]}} as the page shows them, and {stage: date}."""
    shown, dates = {}, {}
    for section in answer.all("section"):
        when, _colon, on = text_of(section.find(".//h2")).partition(": ")
        dates[when] = on
        shown[when] = {text_of(row.find("th")): [text_of(cell) for cell in row.findall("td")]
                       for row in section.findall(".//tbody/tr")}
    return shown, dates


@pytest.fixture
def midnight(cast):
    """A release that is still Monday in Lima and already Tuesday in Karachi; the service ends in the year after."""
    Release.update(released_at=datetime(2031, 1, 14, 3, tzinfo=UTC)).where(Release.qualification == "IGCSE").execute()
    Release.delete().where(Release.qualification == "A Level").execute()
    Series.update(closes_at=datetime(2032, 2, 1, 12, tzinfo=UTC), reviews_until="2031-02-20").execute()
    return cast


@pytest.mark.parametrize(("number", "dates"), [
    ("XA101", ["Tue 19 Nov 2030", "Tue 17 Dec 2030", "Tue 31 Dec 2030", "Mon 13 Jan 2031", "Tue 14 Jan 2031",
               "Tue 21 Jan 2031", "Sun 1 Feb 2032"]),
    ("XA102", ["Mon 18 Nov 2030", "Mon 16 Dec 2030", "Mon 30 Dec 2030", "Sun 12 Jan 2031", "Mon 13 Jan 2031",
               "Mon 20 Jan 2031", "Sun 1 Feb 2032"])])
def test_the_days_are_those_of_the_centre(midnight, app, number, dates):
    shown, found = stages(Inside(app, midnight.associates_officer).get(AT.format(number)))

    assert list(found.values()) == dates
    assert list(found) == ["8 weeks before", "4 weeks before", "2 weeks before", "The day before", "The day",
                           "The week after", "The end of the service"]
    assert "Reviews of marking can be asked for before 2031-02-20" in shown["The week after"]


def test_the_first_release_that_the_centres_own_candidates_wait_for_counts(cast, app):
    """XA101 has an A Level tomorrow, XC301 nothing before the IGCSE in a week."""
    found = {officer: stages(Inside(app, officer).get(AT.format(number)))[1]["The day"] for number, officer in (
        ("XA101", cast.karachi_officer), ("XC301", cast.independent_officer))}

    days = {cast.karachi_officer: (1, "Asia/Karachi"), cast.independent_officer: (7, "Europe/Madrid")}
    for officer, (later, zone) in days.items():
        at = (cast.now + timedelta(days=later)).astimezone(ZoneInfo(zone))
        assert found[officer] == f"{at:%a} {at.day} {at:%b %Y}"


def test_a_centre_reads_what_is_done_and_how_far(midnight, app):
    visitor = Inside(app, midnight.karachi_officer)
    before, _dates = stages(visitor.get(AT.format("XA101")))
    midnight.give_access(midnight.karachi)
    midnight.confirm(midnight.karachi, midnight.karachi_officer)
    after, _dates = stages(visitor.get(AT.format("XA101")))

    allowed, confirmed = "Your Associate gives your centre access", (
        "Choose who may use the site, accept the terms and press ‘Confirm’")
    made = "Generate credentials for every candidate whom the service is offered to"
    assert [before["8 weeks before"][allowed], before["8 weeks before"][confirmed], before["4 weeks before"][made]] == [
        ["", "to do"], ["", "to do"], ["0 of 0", "to do"]]
    assert [after["8 weeks before"][allowed], after["8 weeks before"][confirmed], after["4 weeks before"][made]] == [
        ["", "done"], ["", "done"], ["2 of 2", "done"]]
    assert after["2 weeks before"]["Ask every candidate to sign in once"] == ["0 of 2", "to do"]
    assert after["The day before"]["Reissue the slips that are out of date"] == ["0 out of date", "done"]
    assert "See that Amal Raza, whom candidates ask, can be reached" in after["The day before"]
    assert after["8 weeks before"]["Check the names and entries of your candidates"] == ["", ""]


def test_a_slip_out_of_date_is_late_once_the_day_before_has_passed(cast, app):
    cast.confirm(cast.independent, cast.independent_officer)
    Release.update(released_at=cast.now - timedelta(days=2)).execute()

    shown, _dates = stages(Inside(app, cast.independent_officer).get(AT.format("XC301")))

    assert shown["The day before"]["Reissue the slips that are out of date"] == ["2 out of date", "late"]


def test_an_associate_reads_of_all_its_centres_in_as_many_queries_as_of_one(midnight, app, queries):
    visitor = Inside(app, midnight.associates_officer)
    midnight.give_access(midnight.karachi)
    midnight.confirm(midnight.karachi, midnight.karachi_officer)
    midnight.confirm(midnight.associate, midnight.associates_officer)  # of its own candidates, and no Associate Centre
    with queries() as few:
        shown, _dates = stages(visitor.get(AT.format("XA100")))
    for place in range(5):
        more = midnight.centre(f"XA11{place}", f"More {place}", "Asia/Karachi", associate=midnight.associate)
        midnight.candidate(more, "0001", "Ann", [("IGCSE", "0580", "Mathematics")])
    with queries() as many:
        visitor.get(AT.format("XA100"))

    assert shown["8 weeks before"] == {"Give your Associate Centres access, with delay and contact": ["1 of 2", "done"],
                                       "Fill in the default contact": ["", "done"]}
    assert shown["4 weeks before"]["See that every centre with access offers the service"] == ["1 of 1", "done"]
    assert len(many) == len(few)


def test_the_calendar_has_a_day_for_each_stage_and_no_candidate(midnight, app):
    answer = Inside(app, midnight.karachi_officer).get(f"{AT.format('XA101')}.ics")

    lines = answer.body.decode().split("\r\n")
    assert answer.headers["Content-Type"].startswith("text/calendar")
    assert [line for line in lines if line.startswith("DTSTART")] == [
        f"DTSTART;VALUE=DATE:{day}" for day in ("20301119", "20301217", "20301231", "20310113", "20310114", "20310121",
                                                "20320201")]
    assert "DTEND;VALUE=DATE:20301120" in lines
    assert "SUMMARY:June 2026\\, XA101: 8 weeks before" in lines
    assert all(len(line.encode()) <= 75 for line in lines)
    assert len({line for line in lines if line.startswith("UID")}) == 7
    assert "Zoë" not in answer.body.decode()


def test_without_a_release_the_steps_have_no_days(cast, app):
    Release.delete().execute()
    visitor = Inside(app, cast.karachi_officer)

    _shown, dates = stages(visitor.get(AT.format("XA101")))

    assert set(dates.values()) == {"not fixed yet"}
    assert "BEGIN:VEVENT" not in visitor.get(f"{AT.format('XA101')}.ics").body.decode()
