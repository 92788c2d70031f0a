"""The first page of an Associate, of a centre and of the board: what is open, what needs doing, what is new."""
import re
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from playhouse.test_utils import count_queries

from models.acts import files, releasing
from models.rules import needs as needed
from models.rules import to_do
from models.rules.standing import standing_of
from models.tables.exams import Candidate, Release, Series
from models.tables.files import FROM_BOARD, TO_BOARD
from models.tables.offers import NONE
from models.tables.people import Officer, Posting, StaffSession
from tests.inside import Inside
from tests.states import worlds, written
from tests.visitor import Visitor, text_of

AT = "/centres/XA100"
WEEK = timedelta(days=7)


def rows(page, table=0):
    """[{column: text}, …] of a table."""
    table = page.all("table")[table]
    found = []
    for row in list(table.iter("tr"))[1:]:
        cells = {td.get("data-label"): text_of(td) for td in row.iter("td")}
        found.append({"Series": text_of(next(row.iter("th"))), **cells})
    return found


def said(page, class_="rows"):
    return [text_of(li) for ul in page.all("ul", class_=class_) for li in ul.iter("li")]


@pytest.fixture
def soon(cast):
    """Results are out on days that do not depend on the hour: in 5 days and in 12."""
    noon = (cast.now + timedelta(days=5)).replace(hour=7, minute=0, second=0)
    for name, at in (("A Level", noon), ("IGCSE", noon + WEEK)):
        Release.update(released_at=at).where(Release.qualification == name).execute()
    return noon


def test_an_associate_sees_what_is_open_and_the_worst_first(cast, soon, plain):
    cast.give_access(cast.karachi, cast.lima)
    cast.confirm(cast.karachi, cast.karachi_officer)
    Release.update(released_at=soon + timedelta(days=1)).where(Release.qualification == "A Level").execute()

    page = plain(cast.associates_officer).get(AT)

    [line] = rows(page)
    assert "in 6 days · A Level; IGCSE on " in line["Next release"]
    assert "in Karachi" in line["Next release"]
    assert line["Who has access"] == "1 of 3 centres 2 candidates"
    assert line["Signed in"] == f"from {(soon + timedelta(days=1)).day} {soon + timedelta(days=1):%B}"
    assert line["What needs doing"] == "2 centres need something 1 slip out of date"
    worst, second = said(page)
    assert worst == ("XA102 Colegio del Mar 1 candidate without credentials; the centre has access and has offered "
                     "nothing yet Make 1 slip XA102 June 2026")
    assert second.startswith("XA101 Hilltop School 1 slip is out of date; A Level: they print ")
    assert "The other centre" not in page.text
    assert "1 other centre needs nothing before " in page.text
    links = page.links()
    assert links["Make 1 slip XA102 June 2026"] == (
        "/centres/XA100/candidate-results/june-2026/to-do?need=generate&q=XA102")
    assert links["Reissue 1 slip XA101 June 2026"] == (
        "/centres/XA101/candidate-results/june-2026/credentials?state=out-of-date")


def test_every_act_leads_to_a_page_that_is_there(cast, soon, plain):
    cast.give_access(cast.karachi, cast.lima, mode="centre")
    cast.confirm(cast.karachi, cast.karachi_officer)
    cast.candidate(cast.karachi, "0009", "Late One", [("IGCSE", "0580", "Mathematics")])
    Candidate.update(first_entered_at=cast.now + timedelta(hours=1)).where(Candidate.number == "0009").execute()
    Candidate.update(name="𒀀𒀁 Nobody").where(Candidate.number == "0001").execute()
    visitor = plain(cast.associates_officer)

    page, theirs = visitor.get(AT), visitor.get("/centres/XA101")
    acts = [a.get("href") for each in (page, theirs) for a in each.all("a", class_="button-second")]

    assert "1 late entry has no slip; entered since ALL Candidates was confirmed" in page.text
    assert said(page)[0].startswith("XA101 ")
    assert "1 slip cannot be printed as written no font here has every letter of the name" in theirs.text
    assert len(said(page)) == 2  # a centre once, with the worst of its needs
    assert len(acts) >= 4
    assert {visitor.get(address).status for address in acts} == {200}


def test_a_centre_sees_its_own_needs_and_no_others(cast, soon, plain):
    cast.give_access(cast.karachi, cast.lima)
    cast.confirm(cast.karachi, cast.karachi_officer)
    cast.candidate(cast.karachi, "0009", "Late One", [("IGCSE", "0580", "Mathematics")])
    Candidate.update(first_entered_at=cast.now + timedelta(hours=1)).where(Candidate.number == "0009").execute()

    page = plain(cast.karachi_officer).get("/centres/XA101")

    [line] = rows(page)
    assert (line["Who has access"], line["What needs doing"]) == (
        "ALL Candidates 3 candidates", "1 late entry has no slip")
    assert said(page) == [
        "1 late entry has no slip entered since ALL Candidates was confirmed Make 1 slip XA101 June 2026"]
    assert f"Nothing else needs doing before {soon:%a} {soon.day} {soon:%B}." in page.text
    assert "XA102" not in page.text


def test_once_results_are_out_the_page_counts_who_signed_in_and_names_what_is_held(cast, plain):
    cast.give_access(cast.karachi)
    Release.update(released_at=cast.now - WEEK).execute()
    cast.confirm(cast.karachi, cast.karachi_officer)
    releasing.hold(cast.june, "IGCSE", cast.board, cast.now)
    releasing.close(cast.june, cast.now + timedelta(days=35), None, cast.board, cast.now)

    page = plain(cast.karachi_officer).get("/centres/XA101")

    [line] = rows(page)
    assert line["Next release"].startswith("All out since ")
    assert "held IGCSE, by the board, since " in line["Next release"]
    assert line["Signed in"] == "0 of 2"
    assert line["What needs doing"].startswith("2 candidates have not signed in closes ")
    assert line["What needs doing"].endswith("in 35 days")


def test_nothing_to_do_is_calm_and_a_closed_series_is_gone(cast, soon, plain):
    visitor = plain(cast.karachi_officer)
    calm = visitor.get("/centres/XA101")
    Series.update(closes_at=cast.now).execute()
    closed = visitor.get("/centres/XA101")

    assert f"Nothing needs doing before {soon:%a} {soon.day} {soon:%B}." in calm.text
    assert "No series is open. One stands here" in closed.text
    assert "View Dashboard >" not in closed.links()


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(world=worlds())
def test_the_figures_are_those_of_every_candidate_counted_one_by_one(app, world):
    with written(world | {"closes": None}) as drawn:
        Posting.create(officer=drawn.officer, centre=drawn.associate, manages_candidate_results=True)
        circle = [centre for centre in drawn.centres if centre.associate_id]
        standings = {centre: standing_of(centre, drawn.series) for centre in circle}
        each = {one: needed.states(standing) if standing.has_access else [] for one, standing in standings.items()}
        entered = [one for one in circle if one.candidates.where(Candidate.qualifications != "").exists()]

        page = Inside(app, drawn.officer).get(AT, lint=False)

        if not entered:
            assert "No series is open." in page.text
            return
        [line] = rows(page)
        covered = sum(map(len, each.values()))
        reached, stale = sum(map(bool, each.values())), sum(
            one.state == needed.OUT_OF_DATE for some in each.values() for one in some)
        assert line["Who has access"] == (
            f"{reached} of {len(entered)} centres {covered} candidate{'s' * (covered != 1)}")
        assert (f"{stale} slip{'s' * (stale != 1)} out of date" in line["What needs doing"]) == bool(stale)
        lacking = sum(one.state in needed.LACKING for some in each.values() for one in some)
        of_none = sum(one.candidates.where(Candidate.qualifications != "").count() for one, so in standings.items()
                      if so.has_access and so.offer.scope == NONE)
        assert sum(int(found) for found in re.findall(r"Make (\d+) slips? XA", page.text)) == lacking + of_none


def test_what_is_new_is_what_came_after_the_session_before_this_one_began(cast, plain):
    officer = cast.associates_officer
    StaffSession.start(officer, cast.now - timedelta(days=3))
    officer = Officer.get_by_id(officer.id)
    files.send(cast.associate, FROM_BOARD, "Old dates.pdf", b"x", cast.board, cast.now - timedelta(days=4))
    files.send(cast.associate, FROM_BOARD, "Key dates.pdf", b"x", cast.board, cast.now - timedelta(days=2))
    Candidate.update(first_entered_at=cast.now - timedelta(days=5)).where(Candidate.number != "0002").execute()
    visitor = plain(officer)

    page = visitor.get(AT)
    again = visitor.get(AT)

    assert "1 new file: Key dates.pdf" in page.text
    assert "4 candidates in June 2026; 1 entered since " in page.text
    [sent] = [line for line in said(page, "feed") if "dates" in line]
    assert sent.startswith("The board sent ‘Key dates.pdf’ to the centre (XA100) ")
    assert said(again, "feed") == said(page, "feed")  # a reload is no visit
    assert "1 new file" in again.text


def test_the_next_sign_in_is_the_next_visit(cast, plain):
    plain(cast.karachi_officer)
    Officer.update(visited_at=cast.now - timedelta(hours=1)).where(Officer.id == cast.karachi_officer.id).execute()
    files.send(cast.karachi, FROM_BOARD, "Key dates.pdf", b"x", cast.board, cast.now - timedelta(minutes=30))
    second = plain(cast.karachi_officer).get("/centres/XA101")
    Officer.update(visited_at=cast.now).where(Officer.id == cast.karachi_officer.id).execute()
    third = plain(cast.karachi_officer).get("/centres/XA101")

    assert "1 new file: Key dates.pdf" in second.text
    assert "new file" not in third.text


def test_the_first_visit_says_so(cast, plain):
    assert "This is your first visit: what happened in the last seven days." in plain(
        cast.karachi_officer).get("/centres/XA101").text


def test_people_are_named_and_oneself_is_you(cast, plain):
    files.send(cast.karachi, TO_BOARD, "Mine.pdf", b"x", cast.karachi_officer, cast.now)
    page = plain(cast.karachi_officer).get("/centres/XA101")
    theirs = plain(cast.associates_officer).get(AT)

    assert any(line.startswith("You sent ‘Mine.pdf’ to the board today, ") for line in said(page, "feed"))
    assert any(line.startswith("Kiran Shah sent ‘Mine.pdf’ to the board (XA101) today, ")
               for line in said(theirs, "feed"))
    assert "@" not in "".join(said(page, "feed") + said(theirs, "feed"))


def test_the_number_of_queries_does_not_grow_with_the_centres(cast, app):
    cast.give_access(cast.karachi, cast.lima)
    visitor, board = Inside(app, cast.associates_officer), Inside(app, cast.board)
    visitor.get(AT), board.get("/board")
    with count_queries() as few:
        visitor.get(AT)
    with count_queries() as few_of_board:
        board.get("/board")
    for n in range(12):
        more = cast.centre(f"XA2{n:02}", f"School {n}", "Asia/Karachi", associate=cast.associate)
        cast.candidate(more, "0001", "One", [("IGCSE", "0580", "Mathematics")])
        cast.give_access(more)
    with count_queries() as many:
        visitor.get(AT)
    with count_queries() as many_of_board:
        board.get("/board")

    assert (many.count, many_of_board.count) == (few.count, few_of_board.count)


def test_above_so_many_centres_the_count_is_a_minute_old_and_says_so(cast, plain, monkeypatch):
    monkeypatch.setattr(to_do, "LARGE", 2)
    to_do.forget()
    visitor = plain(cast.associates_officer)
    first = visitor.get(AT)
    for kept in list(to_do._kept):
        to_do._kept[kept] = (cast.now - timedelta(seconds=30), to_do._kept[kept][1])
    cast.give_access(cast.karachi)
    second = visitor.get(AT)
    for kept in list(to_do._kept):
        to_do._kept[kept] = (cast.now - timedelta(seconds=61), to_do._kept[kept][1])
    third = visitor.get(AT)
    to_do.forget()

    assert ("Counted at" in first.text, "Counted at" in second.text, "Counted at" in third.text) == (False, True, False)
    assert ("1 centre needs something" in second.text, "1 centre needs something" in third.text) == (False, True)


def test_board_staff_start_where_every_series_and_the_worst_associate_stand(cast, soon, plain):
    cast.give_access(cast.karachi, cast.lima)
    cast.confirm(cast.karachi, cast.karachi_officer)
    cast.confirm(cast.independent, cast.independent_officer)
    files.send(cast.karachi, TO_BOARD, "Late entries.xlsx", b"x", cast.karachi_officer, cast.now)
    releasing.hold(cast.june, "A Level", cast.board, cast.now)
    visitor = plain(cast.board)

    home = visitor.get("/")
    page = visitor.follow(home)

    assert home.location == "/board"
    [line] = rows(page)
    day = f"{soon:%a} {soon.day} {soon:%b} {soon.year}"
    assert f"{day}, 07:00 UTC in 5 days · A Level; IGCSE on " in line["Next release"]
    assert "held A Level, by the board, since " in line["Next release"]
    assert line["Centres with access"] == "2 of 5"
    assert line["Candidates with credentials"] == "4 of 4"
    assert line["Slips out of date"] == "0"
    [worst] = said(page)
    assert worst.startswith(
        "XA100 Northern Schools Council 1 of 3 centres: 1 candidate without credentials (June 2026) What needs doing")
    assert page.links()["What needs doing XA100 June 2026"] == "/centres/XA100/candidate-results/june-2026/to-do"
    assert "1 new file for the board" in page.text
    assert page.links()["Late entries.xlsx"] == "/centres/XA101/files"
    assert any(line.startswith("You held a release: A Level") for line in said(page, "feed"))


def test_the_boards_page_is_for_nobody_else(cast, app):
    assert Visitor(app, cast.associates_officer).get("/board").status == 404
