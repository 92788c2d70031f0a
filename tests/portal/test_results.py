"""The Results tab: totals that equal the import, and no grade before its time."""
import csv
import io
import re
from datetime import UTC, datetime, timedelta

from openpyxl import load_workbook

from models.rules.results import Result
from models.tables.audit import AuditEvent
from models.tables.exams import Entry, Release, Series
from models.tables.people import Officer
from tests.visitor import text_of

RESULTS = "/centres/XA101/results?series=june-2026"


def release(cast, qualification, ago=timedelta()):
    Release.update(released_at=cast.now - ago).where(Release.qualification == qualification).execute()


def rows(page):
    """[[cell, …], …] of the table, each cell as it is read."""
    return [[text_of(cell) for cell in tr if cell.tag in ("th", "td")] for tr in page.tree.iter("tr")][1:]


def totals(page):
    return {text_of(dt): text_of(dd) for dt, dd in zip(page.all("dt"), page.all("dd"), strict=False)}


def bare(answer):
    """What was sent, without the token that differs in every page and the seconds that the session has left."""
    return re.sub(r'value="[^"]*"|"X-CSRFToken": "[^"]*"|load delay:\d+s', "", answer.html)


def test_entries_are_listed_by_candidate_and_withdrawn_ones_marked(cast, plain):
    both, other = cast.candidates["XA101"]
    Entry.update(status="withdrawn").where(Entry.candidate == other).execute()
    release(cast, "A Level")
    cast.result(both, "9709", "A*", 95)

    page = plain(cast.karachi_officer).get(RESULTS)

    igcse = page.all("dd")[-1].text
    assert rows(page) == [
        ["0001 Zoë Ångström", "0580/AX Mathematics", "IGCSE", f"From {igcse}", ""],
        ["0001 Zoë Ångström", "9709/AX Mathematics", "A Level", "A*(a*)", "95"],
        ["0002 Łukasz Żak", "0580/AX Mathematics", "IGCSE", "Withdrawn", ""]]
    assert "in Karachi" in igcse
    assert list(totals(page).items())[:4] == [
        ("Candidates with a valid entry", "1"), ("Valid entries", "2"), ("Withdrawn entries", "1"),
        ("Results shown", "1")]


def test_by_syllabus_counts_the_grades_that_are_out(cast, plain):
    release(cast, "IGCSE")
    for candidate, grade in zip(cast.candidates["XA101"], ("B", "B"), strict=True):
        cast.result(candidate, "0580", grade, 75)
    cast.result(cast.candidates["XA101"][0], "9709", "A*", 95)

    page = plain(cast.karachi_officer).get(RESULTS + "&by=syllabus")

    assert rows(page) == [["0580/AX Mathematics", "IGCSE", "2", "0", "2", "0", "0", "B(b) × 2"],
                          ["9709/AX Mathematics", "A Level", "1", "0", "0", "0", "0", "Nothing is out"]]


def test_the_totals_equal_the_database_for_every_centre(cast, plain):
    board = plain(cast.board)
    for number, candidates in cast.candidates.items():
        page = board.get(f"/centres/{number}/results?series=june-2026")
        entries = Entry.select().where(Entry.candidate.in_(candidates)).count()

        assert totals(page)["Valid entries"] == str(entries) == str(len(rows(page)))


def test_before_the_release_nothing_tells_whether_results_are_loaded(cast, visit):
    visitor = visit(cast.karachi_officer)
    ways = [RESULTS, RESULTS + "&by=syllabus", RESULTS + "&q=zo"]
    before = [bare(visitor.get(way)) for way in ways]
    files = [visitor.post("/centres/XA101/results/june-2026/files", {"kind": "csv"}).body]
    refused = visitor.post("/centres/XA101/results/june-2026/files", {"kind": "statements"}).status

    for candidate in cast.candidates["XA101"]:
        cast.result(candidate, "0580", "A*", 95)

    assert [bare(visitor.get(way)) for way in ways] == before
    assert [visitor.post("/centres/XA101/results/june-2026/files", {"kind": "csv"}).body] == files
    assert visitor.post("/centres/XA101/results/june-2026/files", {"kind": "statements"}).status == refused == 422


def test_a_held_result_is_gone_and_said(cast, plain):
    release(cast, "IGCSE")
    cast.result(cast.candidates["XA101"][0], "0580", "A*", 95)
    Release.update(held_at=cast.now).where(Release.qualification == "IGCSE").execute()

    page = plain(cast.karachi_officer).get(RESULTS)

    assert "A*" not in page.text
    assert rows(page)[0][3] == "Held by the board"


def test_after_the_release_a_missing_result_is_a_word_not_a_blank(cast, plain):
    release(cast, "IGCSE")
    Release.delete().where(Release.qualification == "A Level").execute()

    page = plain(cast.karachi_officer).get(RESULTS)

    assert [row[3] for row in rows(page)] == ["Not available yet", "To be announced", "Not available yet"]


def test_a_double_award_an_endorsement_and_a_code_stand_as_the_board_prints_them(cast, plain):
    release(cast, "IGCSE")
    one, other = cast.candidates["XA101"]
    cast.result(one, "0580", "A", None, second_grade="B", endorsement="2")
    cast.result(other, "0580", "X")

    page = plain(cast.karachi_officer).get(RESULTS)

    assert [rows(page)[0][3], rows(page)[2][3]] == ["A(a) B(b), speaking 2", "NO RESULT"]
    assert "No grade was issued for this entry." in page.text
    assert "below can tell you" not in page.text


def test_officers_see_results_without_the_delay_of_the_candidates(cast, plain):
    cast.give_access(cast.karachi, delay=14 * 24 * 60)
    release(cast, "IGCSE")
    cast.result(cast.candidates["XA101"][0], "0580", "C", 60)

    assert rows(plain(cast.karachi_officer).get(RESULTS))[0][3] == "C(c)"


def test_only_board_staff_with_the_right_read_early_and_that_is_written_down(cast, plain):
    cast.result(cast.candidates["XA101"][0], "0580", "A*", 95)
    board, officer = plain(cast.board), plain(cast.associates_officer)

    usual = board.get(RESULTS)
    quiet = AuditEvent.select().where(AuditEvent.what == "read results before their release").count()
    early = board.get(RESULTS + "&early=1")
    Officer.update(reads_unreleased=False).where(Officer.id == cast.board.id).execute()

    assert ("A*" in usual.text, "A*" in early.text, quiet) == (False, True, 0)
    assert rows(early)[0][3] == "A*(a*) Not released"
    assert [officer.get(RESULTS + "&early=1").status, board.get(RESULTS + "&early=1").status] == [403, 403]
    event = AuditEvent.get(AuditEvent.what == "read results before their release")
    assert (event.who, event.centre_number, event.series_code) == ("board@board.example", "XA101", "june-2026")
    assert "A*" not in event.subject


def test_what_came_late_or_changed_since_the_release_is_marked_and_listed(cast, plain):
    both, other = cast.candidates["XA101"]
    release(cast, "IGCSE", timedelta(days=3))
    release(cast, "A Level", timedelta(days=3))
    before, after = cast.now - timedelta(days=4), datetime(2026, 11, 26, 20, tzinfo=UTC)
    Release.update(released_at=after - timedelta(days=1)).execute()
    for candidate, code, first, changed in ((both, "0580", before, before), (both, "9709", before, after),
                                            (other, "0580", after, after)):
        row = cast.result(candidate, code, "B", 75, first_at=min(first, after - timedelta(days=2))
                          if first == before else first)
        Result.update(changed_at=row.first_at if changed == before else changed).where(Result.id == row.id).execute()
    officer = plain(cast.karachi_officer)

    every, listed = officer.get(RESULTS), officer.get(RESULTS + "&which=news")

    assert [row[3] for row in rows(every)] == ["B(b)", "B(b) Changed Fri 27 Nov", "B(b) New Fri 27 Nov"]
    assert [row[0][:4] for row in rows(listed)] == ["0001", "0002"]
    assert totals(every)["New or changed"] == "2"
    Release.update(held_at=cast.now).execute()
    assert rows(officer.get(RESULTS + "&which=news")) == []
    assert "New" not in totals(officer.get(RESULTS))


def test_a_list_without_changes_says_so_and_leads_back(cast, plain):
    officer = plain(cast.karachi_officer)

    before = officer.get(RESULTS + "&which=news")
    release(cast, "IGCSE")
    after = officer.get(RESULTS + "&which=news")

    assert "Nothing has changed since the release" not in before.text
    assert "No result is out yet. Next: A Level," in before.text
    assert "Nothing has changed since the release, and nothing came late." in after.text
    assert after.links()["Show all 3 entries"] == RESULTS + "&by=candidate"


def test_the_series_shown_first_is_the_one_that_came_out_last_else_the_next(cast, plain):
    for code, short, at in (("march-2026", "M26", -90), ("november-2026", "N26", 200)):
        series = Series.create(code=code, name=code.title(), short=short)
        cast.release("IGCSE", cast.now + timedelta(days=at), series)
        cast.candidate(cast.karachi, "0001", "Zoë Ångström", [("IGCSE", "0580", "Mathematics")], series)
    officer = plain(cast.karachi_officer)

    def first():
        return text_of(officer.get("/centres/XA101/results").one("h2", id="totals"))

    assert first() == "March-2026"
    release(cast, "A Level")
    assert first() == "June 2026"
    Release.update(released_at=cast.now + timedelta(days=9)).execute()
    Release.update(released_at=cast.now + timedelta(days=1)).where(Release.qualification == "A Level").execute()
    assert first() == "June 2026"


def test_grades_stand_by_qualification_with_bars_that_are_decoration(cast, plain):
    release(cast, "IGCSE")
    for candidate, grade in zip(cast.candidates["XA101"], ("C", "A*"), strict=True):
        cast.result(candidate, "0580", grade)

    page = plain(cast.karachi_officer).get(RESULTS + "&by=qualification")

    assert rows(page) == [["A Level", "1", "0", "0", "0", "0", "Nothing is out"],
                          ["IGCSE", "2", "0", "2", "0", "0", "A*(a*) × 1 C(c) × 1"]]
    bars = [svg for svg in page.tree.iter() if str(svg.tag).endswith("svg")]
    assert {svg.get("aria-hidden") for svg in bars} == {"true"}
    assert [svg[-1].get("width") for svg in bars] == ["0.0", "100.0", "50.0", "50.0"]


def test_a_list_is_searched_and_paged_without_losing_the_rest(cast, plain):
    for place in range(3, 250):
        cast.candidate(cast.karachi, f"{place:04}", f"Person {place:04}", [("IGCSE", "0580", "Mathematics")])
    officer = plain(cast.karachi_officer)

    first, second = officer.get(RESULTS), officer.get(RESULTS + "&page=2")
    found = officer.get(RESULTS + "&q=person+0007")

    assert (len(rows(first)), len(rows(second)), len(rows(found))) == (200, 50, 1)
    assert totals(second)["Valid entries"] == "250"
    assert officer.get(RESULTS + "&q=nobody").text.count("No entry matches what you typed.") == 1
    assert [officer.get(RESULTS + f"&page={odd}").status for odd in ("0", "-1", "999", "x")] == [200] * 4


def test_the_tables_out_hold_what_the_page_shows_and_no_formula(cast, plain):
    release(cast, "IGCSE")
    active = cast.candidate(cast.karachi, "0003", "=1+1", [("IGCSE", "0580", "Mathematics")])
    cast.result(active, "0580", "D", 55)
    cast.result(cast.candidates["XA101"][1], "0580", "E", 42)
    officer = plain(cast.karachi_officer)

    kinds = {kind: officer.post("/centres/XA101/results/june-2026/files", {"kind": kind}) for kind in ("csv", "xlsx")}

    table = list(csv.reader(io.StringIO(kinds["csv"].body.decode("utf-8-sig"))))
    sheet = [[cell.value or "" for cell in row] for row in load_workbook(io.BytesIO(kinds["xlsx"].body)).active.rows]
    assert table == sheet
    assert [row[1:3] + row[6:13] for row in table[1:]] == [
        ["XA101", "0002", "E", "", "", "42", "E(e)", "XA101260002", "Łukasz Żak"],
        ["XA101", "0003", "D", "", "", "55", "D(d)", "XA101260003", "'=1+1"]]
    assert all(answer.headers["Content-Disposition"].startswith("attachment") for answer in kinds.values())


def test_a_centre_without_entries_is_told_so(cast, plain):
    empty = cast.centre("XD400", "Empty School", "UTC")
    page = plain(cast.officer("e@xd400.example", "E Mpty", empty)).get("/centres/XD400/results")

    assert "This centre has no entries yet." in page.text
    assert plain(cast.karachi_officer).get("/centres/XA101/results?series=june-1999").status == 404


def test_no_result_of_another_centre_is_shown(cast, plain):
    release(cast, "IGCSE")
    cast.result(cast.candidates["XB201"][0], "0580", "U", 5)

    page = plain(cast.associates_officer).get("/centres/XA100/results?q=secret")

    assert "Secretname" not in page.text
    assert Result.select().count() == 1
