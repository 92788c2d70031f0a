"""'Results day': who has signed in since their results were out, who was refused, whom to call; for a centre, an
Associate's circle and the board."""
import re
from datetime import UTC, datetime, timedelta

import pytest
from playhouse.test_utils import count_queries

from models.acts.candidate_sign_in import Refused, sign_in
from models.rules import today
from models.rules.standing import releases_of, standing_of
from models.tables.attempts import Attempts
from models.tables.exams import Centre, Release, Series
from models.tables.jobs import FAILED, QUEUED, Job
from models.tables.people import IDLE, StaffSession
from models.tables.slips import Credential, SlipBatch
from models.tables.subcentres import AttachedCentre
from tests.inside import Inside
from tests.visitor import text_of
from views.times import until

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def at(number):
    return f"/centres/{number}/candidate-results/june-2026/today"


def released(cast, name, ago):
    Release.update(released_at=cast.now - ago).where(Release.qualification == name).execute()


def looked(candidate, when):
    Credential.update(last_signed_in_at=when, looked_at=when).where(Credential.candidate == candidate).execute()


def section(page, name):
    """The text of one section of the page, '' where it is not there."""
    return next((text_of(part) for part in page.all("section", aria_labelledby=name)), "")


def centres(page):
    """{number: [signed in or when, refused]} in the order of the page."""
    part = page.one("section", aria_labelledby="centres")
    rows = [[text_of(cell) for cell in row if cell.tag in ("th", "td")] for row in part.iter("tr")][1:]
    return {row[0].split()[0]: row[1:] for row in rows}


@pytest.fixture
def offered(cast):
    """Karachi and Lima have access and offer the service to all; gives {number: {candidate: password}}."""
    cast.give_access(cast.karachi, cast.lima)
    return {centre.number: cast.confirm(centre, cast.associates_officer) for centre in (cast.karachi, cast.lima)}


def lines(cast, centre):
    return today.lines_of(cast.june, Centre.id == centre.id, releases_of(cast.june), cast.now)


def calls(cast, centre):
    return today.calls(standing_of(centre, cast.june), releases_of(cast.june), cast.now)


@pytest.mark.parametrize(("seen_ago", "is_in"), [(59, True), (60, True), (61, False), (90, False), (150, False)])
def test_who_looked_between_the_release_and_the_delay_has_seen_nothing(cast, offered, seen_ago, is_in):
    released(cast, "IGCSE", 2 * HOUR)
    AttachedCentre.update(delay=60).where(AttachedCentre.centre == cast.lima).execute()
    looked(cast.candidates["XA102"][0], cast.now - seen_ago * MINUTE)

    line, = lines(cast, cast.lima)

    assert (line.due, line.signed_in) == (1, int(is_in))
    assert len(calls(cast, cast.lima)) == 1 - is_in


def test_the_second_release_asks_for_a_second_look(cast, offered):
    """Who saw the A Level last week and not the IGCSE of today is called, for the IGCSE alone."""
    both, only = cast.candidates["XA101"]
    released(cast, "A Level", timedelta(days=7))
    released(cast, "IGCSE", HOUR)
    looked(both, cast.now - timedelta(days=6))
    looked(only, cast.now)

    line, = lines(cast, cast.karachi)
    called = calls(cast, cast.karachi)

    assert (line.due, line.signed_in) == (2, 1)
    assert [(call.state.candidate.number, call.waiting) for call in called] == [("0001", ("IGCSE",))]


def test_the_circle_stands_worst_first_and_who_is_not_due_last_with_the_own_time(cast, plain, offered):
    cast.confirm(cast.associate, cast.associates_officer)
    AttachedCentre.update(delay=24 * 60).where(AttachedCentre.centre == cast.lima).execute()
    released(cast, "IGCSE", HOUR)
    released(cast, "A Level", HOUR)
    looked(cast.candidates["XA101"][0], cast.now)
    looked(cast.candidates["XA100"][0], cast.now)

    page = plain(cast.associates_officer).get(at("XA100"))

    found = centres(page)
    assert list(found) == ["XA101", "XA100", "XA102"]
    assert (found["XA101"], found["XA100"]) == (["1 of 2", "0"], ["1 of 1", "0"])
    assert "in Lima" in found["XA102"][0]
    assert "for you" in found["XA102"][0]
    assert "out for 1 h 0 min" in page.text
    assert "2 of 3" in page.text
    assert "1 more waits for the time" in page.text
    assert "XA102" not in plain(cast.karachi_officer).get(at("XA101")).text


def test_the_call_list_has_who_never_tried_first_and_a_column_for_paper(cast, plain, offered):
    released(cast, "IGCSE", HOUR)
    looked(cast.candidates["XA101"][0], cast.now - timedelta(days=3))
    cast.candidate(cast.karachi, "0009", "Late Comer", [("IGCSE", "0580", "Mathematics")])

    page = plain(cast.karachi_officer).get(at("XA101"))

    part = page.one("section", aria_labelledby="calls")
    rows = [[text_of(cell) for cell in row] for row in part.iter("tr")][1:]
    assert "Call list: 3 have not signed in yet" in text_of(part)
    assert [row[0][:4] for row in rows] == ["0002", "0009", "0001"]
    assert [(row[1], row[2], row[3] == "never") for row in rows] == [
        ("IGCSE", "out of date", True), ("IGCSE", "no slip yet", True), ("IGCSE", "out of date", False)]
    assert "Reached, and what was said" in text_of(part)
    assert not page.all("section", aria_labelledby="centres")


def test_refused_sign_ins_stand_newest_first_until_they_get_in(cast, visit, offered):
    first, second = (f"XA101-000{place}-J26" for place in (1, 2))
    for username, when in ((second, cast.now - 2 * HOUR), (first, cast.now), (first, cast.now),
                           ("XA102-0001-J26", cast.now), ("XB201-0001-J26", cast.now), ("XA101-0777-J26", cast.now)):
        for _ in range(2):
            with pytest.raises(Refused):
                sign_in(username, offered["XA101"]["0001"] if "XA102" in username else other(offered), when)
    released(cast, "IGCSE", HOUR)
    officer = visit(cast.karachi_officer)

    page = officer.get(at("XA101"), htmx=False)
    sign_in(first, offered["XA101"]["0001"], datetime.now(UTC).replace(microsecond=0))
    after = officer.get(at("XA101"), htmx=False)

    listed = section(page, "refused")
    assert re.findall(r"Zoë|Łukasz|\d times", listed) == ["Zoë", "4 times", "Łukasz", "2 times"]
    assert "Ñusta" not in listed
    assert "Typing slips that the page itself catches are not counted here." in listed
    assert "Zoë" not in section(after, "refused")
    assert "Łukasz" in section(after, "refused")


def other(offered):
    """Somebody else's password, which proves itself and is wrong."""
    return offered["XA102"]["0001"]


def test_refusals_count_at_their_centre_and_only_of_the_last_day(cast, plain, offered):
    for when in (cast.now - timedelta(days=2), cast.now):
        with pytest.raises(Refused):
            sign_in("XA102-0001-J26", offered["XA101"]["0001"], when)
    with pytest.raises(Refused):
        sign_in("XA101-0001-J26", offered["XA102"]["0001"], cast.now - timedelta(days=2))

    found = centres(plain(cast.associates_officer).get(at("XA100")))

    assert {number: cells[1] for number, cells in found.items()} == {"XA101": "0", "XA102": "1"}


def test_a_new_password_is_made_in_the_row_and_leads_to_the_print_of_that_slip(cast, visit, offered):
    with pytest.raises(Refused):
        sign_in("XA102-0001-J26", offered["XA101"]["0001"], cast.now)
    visitor = visit(cast.associates_officer)
    page = visitor.get(at("XA100"), htmx=False)
    form = page.one("section", aria_labelledby="refused").find(".//form")

    answer = visitor.post(form.get("action"), {**page.fields(form), "act": form.find(".//button").get("value")})

    newest = SlipBatch.select().order_by(SlipBatch.id.desc()).get()
    printed = visitor.follow(answer)
    assert answer.status == 303
    assert printed.all("form", action=(
        f"/centres/XA102/candidate-results/june-2026/credentials/{newest.public_id}/pdf?layout=last"))
    assert {c.username: c.generation for c in Credential.select()} == {
        "XA101-0001-J26": 1, "XA101-0002-J26": 1, "XA102-0001-J26": 2}
    assert "password replaced today" in section(visitor.get(at("XA100"), htmx=False), "refused")


def test_whoever_has_no_slip_gets_one_from_the_call_list_and_nobodys_is_void(cast, plain, offered):
    released(cast, "IGCSE", HOUR)
    cast.candidate(cast.karachi, "0009", "Late Comer", [("IGCSE", "0580", "Mathematics")])
    visitor = plain(cast.karachi_officer)
    page = visitor.get(at("XA101"))
    button = page.one("button", value="generate-0009")
    form = next(form for form in page.all("form") if button in set(form.iter()))
    sent = {**page.fields(form), "act": "generate-0009"}

    first = visitor.post(form.get("action"), sent)
    again = visitor.post(form.get("action"), {**sent, "once": ""})

    assert (first.status, first.location[-10:], again.status) == (303, "/june-2026", 422)
    assert {c.username: c.generation for c in Credential.select()}["XA101-0009-J26"] == 1


@pytest.mark.parametrize(("make", "sentence", "has_lists"), [
    (lambda cast: Series.update(closes_at=cast.now - HOUR).execute(), "The service for this series is closed", False),
    (lambda cast: Release.delete().execute(), "No release is announced yet", True),
    (lambda cast: Release.update(held_at=cast.now, released_at=cast.now - HOUR).execute(),
     "Held back by the board for now: A Level, IGCSE.", True),
    (lambda cast: AttachedCentre.update(give_access=False).execute(), "No candidate has access in this series", False),
])
def test_a_calm_sentence_for_a_day_without_a_figure(cast, plain, offered, make, sentence, has_lists):
    make(cast)

    page = plain(cast.associates_officer).get(at("XA100"))

    assert sentence in page.text
    assert bool(page.all("section", aria_labelledby="centres")) == has_lists
    assert "0 of 0" not in page.text


def test_all_signed_in_is_said_and_nobody_is_called(cast, plain, offered):
    released(cast, "IGCSE", HOUR)
    for person in cast.candidates["XA101"]:
        looked(person, cast.now)

    page = plain(cast.karachi_officer).get(at("XA101"))

    assert "All 2 whose results are out have signed in." in page.text
    assert not page.all("section", aria_labelledby="calls")


def test_held_results_are_not_out(cast, offered):
    released(cast, "IGCSE", HOUR)
    Release.update(held_at=cast.now).where(Release.qualification == "IGCSE").execute()

    line, = lines(cast, cast.lima)

    assert (line.covered, line.due, line.next_at) == (1, 0, None)


@pytest.mark.parametrize(("ahead", "zone", "said"), [
    (timedelta(days=42), "UTC", "in 42 days"), (timedelta(hours=13), "UTC", "tomorrow"),
    (timedelta(hours=13), "Australia/Brisbane", "in 13 h 0 min"),
    (timedelta(hours=3, minutes=20), "UTC", "in 3 h 20 min"),
    (timedelta(minutes=17, seconds=1), "UTC", "in 18 minutes"), (timedelta(seconds=1), "UTC", "in 1 minute"),
    (timedelta(0), "UTC", "out for 0 minutes"), (timedelta(minutes=-42, seconds=-59), "UTC", "out for 42 minutes"),
    (timedelta(hours=-3, minutes=-5), "UTC", "out for 3 h 5 min"), (timedelta(days=-2), "UTC", "out for 2 days"),
    (timedelta(hours=5), "UTC", "in 5 h 0 min")])
def test_how_long_is_told_by_the_readers_calendar(app, ahead, zone, said):
    then = datetime(2027, 1, 6, 22, 0, tzinfo=UTC)  # 17:00 in Lima

    with app.test_request_context("/board/series"):
        assert until(then + ahead, zone, then) == said


def test_trouble_stands_on_top_and_a_job_that_waits_is_counted(cast, plain, offered):
    visitor = plain(cast.karachi_officer)
    quiet = visitor.get(at("XA101")).text
    job = Job.create(kind="slips", centre=cast.karachi, series=cast.june, created_at=cast.now, state=QUEUED)
    waits = visitor.get(at("XA101")).text
    Job.update(created_at=cast.now - timedelta(minutes=12)).execute()
    dead = visitor.get(at("XA101"))
    Job.update(state=FAILED).where(Job.id == job.id).execute()
    failed, strangers = visitor.get(at("XA101")).text, plain(cast.independent_officer)
    cast.confirm(cast.independent, cast.independent_officer)

    assert "Everything answers" in quiet
    assert "1 piece of work waits" in waits
    assert "Work in the background has waited for 12 minutes" in text_of(dead.all("p", class_="notice bad")[0])
    assert "1 piece of work failed in the last day." in failed
    assert "Everything answers" in strangers.get(at("XC301")).text


def test_a_poll_keeps_nobody_signed_in_and_a_visit_does(app, cast, offered):
    for officer, address in ((cast.karachi_officer, at("XA101")), (cast.board, "/board/series/june-2026/today")):
        visitor = Inside(app, officer)
        StaffSession.update(seen_at=cast.now - IDLE + 2 * MINUTE).execute()
        before = StaffSession.get(StaffSession.officer == officer).seen_at

        answer = visitor.get(address, htmx=True)

        assert (answer.status, answer.is_fragment) == (200, True)
        assert StaffSession.get(StaffSession.officer == officer).seen_at == before
        visitor.get(address, htmx=False)
        assert StaffSession.get(StaffSession.officer == officer).seen_at > before


def test_what_is_new_and_worse_is_read_aloud_at_most_once_a_minute(cast, visit, offered):
    officer = visit(cast.karachi_officer)
    address, wrong = at("XA101"), offered["XA102"]["0001"]

    def ask(said):
        page = officer.get(f"{address}?said={said}", htmx=True)
        return page.html.partition('hx-target="#news"')[2], page.one("input", id="said").get("value")

    first = officer.get(address, htmx=False).one("input", id="said").get("value")
    nothing, said = ask(first)
    with pytest.raises(Refused):
        sign_in("XA101-0001-J26", wrong, cast.now)
    news, told = ask(said)
    with pytest.raises(Refused):
        sign_in("XA101-0002-J26", wrong, cast.now)
    too_soon, kept = ask(told)
    refused, troubles, when = told.split("-")
    later, _said = ask(f"{refused}-{troubles}-{int(when) - 61}")

    assert (first, said, nothing) == ("0-0-0", "0-0-0", "")
    assert "1 more refused sign-in." in news
    assert (too_soon, kept) == ("", told)
    assert "1 more refused sign-in." in later
    assert ask("1-2-x<script>")[0] == ""


def test_the_number_of_queries_does_not_grow_with_the_centres(cast, plain):
    visitor, counts = plain(cast.associates_officer), []
    elsewhere = cast.confirm(cast.independent, cast.independent_officer)["0001"]
    cast.give_access(cast.karachi, cast.lima)
    released(cast, "IGCSE", HOUR)
    for number, place in (("XA101", cast.karachi), ("XA102", cast.lima)):
        cast.confirm(place, cast.associates_officer)
        with pytest.raises(Refused):
            sign_in(f"{number}-0001-J26", elsewhere, cast.now)
        visitor.get(at("XA100"))
        with count_queries() as counter:
            visitor.get(at("XA100"), htmx=True)
        counts.append(counter.count)

    assert counts[0] == counts[1] <= 15


def test_the_board_sees_circles_and_independent_centres_worst_first(cast, plain, offered):
    cast.confirm(cast.independent, cast.independent_officer)
    released(cast, "IGCSE", HOUR)
    for person in (*cast.candidates["XA101"], cast.candidates["XC301"][0]):
        looked(person, cast.now)
    with pytest.raises(Refused):
        sign_in("XA102-0001-J26", offered["XA101"]["0001"], cast.now)

    page = plain(cast.board).get("/board/series/june-2026/today")

    assert centres(page) == {"XC301": ["1 of 2", "0"], "XA100": ["2 of 3", "1"]}
    assert list(centres(page)) == ["XC301", "XA100"]
    assert page.links()["XC301 Lakeside School"] == at("XC301")
    assert re.search(r"since \w+ \d+ \w+ \d+, \d\d:\d\d UTC .* in London", page.text)
    assert plain(cast.associates_officer).get("/board/series/june-2026/today").status == 404


def test_change_centre_leads_from_today_to_today(cast, plain, offered):
    answer = plain(cast.associates_officer).get(
        "/change-centre/candidate-results/june-2026/today?number=XA101")

    assert answer.location == at("XA101")


def test_the_series_pages_lead_there(cast, plain, offered):
    assert plain(cast.karachi_officer).get("/centres/XA101/candidate-results/june-2026").links()[
        "Results day"] == at("XA101")
    assert plain(cast.board).get("/board/series/june-2026").links()[
        "Results day"] == "/board/series/june-2026/today"


def test_only_a_username_that_somebody_has_is_written_down(cast, offered):
    for username in ("XA101-0001-J26", "XA101-0777-J26", "MYOWNPASSWORD"):
        with pytest.raises(Refused):
            sign_in(username, other(offered), cast.now)

    assert [row.subject for row in Attempts if len(row.subject) < 64] == ["XA101-0001-J26"]
