"""An Associate’s results over all its centres: what is counted, one file of it, and nothing before its time."""
import csv
import io
import zipfile
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from openpyxl import load_workbook
from playhouse.test_utils import count_queries

from jobs import archive
from models.rules import results
from models.rules.results import Result
from models.tables.audit import AuditChange, AuditEvent
from models.tables.exams import Candidate, Entry, Release
from models.tables.jobs import DONE, Job
from tests.portal.test_results import bare, rows, totals
from views.centres import circle

AT = "/centres/XA100/results/all-centres"
SERIES = AT + "?series=june-2026"
FILES = "/centres/XA100/results/june-2026/all-centres"


@pytest.fixture
def marked(cast):
    """IGCSE is out, but for the result of one of two at XA101; A Level is not; a stranger's centre has results too."""
    Release.update(released_at=cast.now).where(Release.qualification == "IGCSE").execute()
    both, other = cast.candidates["XA101"]
    cast.result(both, "0580", "A*", 93)
    cast.result(both, "9709", "E", 41)
    cast.result(other, "0580", "Q")
    cast.result(cast.candidates["XA102"][0], "0580", "C", 61)
    cast.result(cast.candidates["XB201"][0], "0580", "G", 21)


@pytest.fixture
def without_own(cast):
    Entry.delete().where(Entry.candidate.in_(cast.candidates["XA100"])).execute()
    Candidate.delete().where(Candidate.centre == cast.associate).execute()


def test_an_associate_without_own_entries_is_led_to_its_centres(cast, visit, without_own):
    visitor = visit(cast.associates_officer)

    assert visitor.get("/centres/XA100/results").location == AT
    assert [row[0] for row in rows(visitor.get(AT))] == ["XA101 Hilltop School", "XA102 Colegio del Mar"]
    Entry.delete().execute()
    Candidate.delete().execute()
    assert "Neither this Associate nor a centre attached to it has entries yet." in visitor.get(AT).text


def test_each_centre_and_each_syllabus_is_counted(cast, visit, marked, without_own):
    visitor = visit(cast.associates_officer)

    assert rows(visitor.get(SERIES)) == [
        ["XA101 Hilltop School", "3", "2", "1", "0", "0", "A*(a*) × 1, PENDING × 1"],
        ["XA102 Colegio del Mar", "1", "1", "0", "0", "0", "C(c) × 1"]]
    assert rows(visitor.get(SERIES + "&by=syllabus")) == [
        ["0580 Mathematics", "IGCSE", "3", "3", "1", "0", "0", "A*(a*) × 1 C(c) × 1 PENDING × 1"],
        ["9709 Mathematics", "A Level", "1", "0", "0", "0", "0", "Nothing is out"]]
    assert rows(visitor.get(SERIES + "&by=qualification"))[1][:2] == ["IGCSE", "3"]
    assert totals(visitor.get(SERIES))["Results out"] == "3"


def test_the_list_is_searched_filtered_and_ordered_and_leads_to_each_centre(cast, plain, marked):
    visitor = plain(cast.associates_officer)

    def numbers(query):
        return [row[0][:5] for row in rows(visitor.get(SERIES + query))]

    assert numbers("") == ["XA100", "XA101", "XA102"]
    assert numbers("&order=-name") == ["XA102", "XA101", "XA100"]
    assert numbers("&order=-entries")[0] == "XA101"
    assert numbers("&order=results") == ["XA100", "XA101", "XA102"]
    assert numbers("&q=hilltop") == ["XA101"]
    assert numbers("&which=pending") == numbers("&which=pending&order=x") == ["XA100", "XA101"]
    assert numbers("&which=nothing") == ["XA100"]
    assert numbers("&which=news") == []
    assert "Nothing here matches ‘nobody’." in visitor.get(SERIES + "&q=nobody").text
    own = visitor.get(SERIES).links()["XA102 Colegio del Mar"]
    assert rows(visitor.get(own))[0][3] == "C(c)"


def test_changes_are_counted_for_each_centre_and_listed_by_one_press(cast, plain, marked):
    Release.update(released_at=cast.now - timedelta(days=1)).where(Release.qualification == "IGCSE").execute()
    Result.update(first_at=cast.now - timedelta(days=2)).execute()
    same = Result.select().join(Entry).where(Entry.candidate == cast.candidates["XA102"][0])
    Result.update(changed_at=cast.now - timedelta(days=2)).where(Result.id.in_(same.select(Result.id))).execute()
    visitor = plain(cast.associates_officer)

    page = visitor.get(SERIES)

    assert [row[5] for row in rows(page)] == ["0", "2", "0"]
    assert len(rows(visitor.get(page.links()["2"]))) == 2


@pytest.mark.parametrize("state", [{"released_at": datetime(2100, 1, 1, tzinfo=UTC)}, {"held_at": datetime.now(UTC)}])
def test_before_the_release_and_while_held_nothing_tells_of_a_grade(cast, visit, marked, state):
    Release.update(**state).execute()
    visitor = visit(cast.associates_officer)
    ways = [SERIES, *(f"{SERIES}&{more}" for more in (
        "by=syllabus", "by=qualification", "which=news", "which=pending", "order=-results"))]
    loaded = [bare(visitor.get(way)) for way in ways]
    refused = visitor.post(FILES, {"kind": "xlsx"})

    Result.delete().execute()

    assert [bare(visitor.get(way)) for way in ways] == loaded
    assert [word for word in ("A*(a*)", "C(c)", "PENDING") if any(word in page for page in loaded)] == []
    assert (refused.status, "No result of this series is out yet." in refused.text) == (422, True)
    assert refused.status == visitor.post(FILES, {"kind": "zip"}).status


def test_officers_see_totals_without_the_delay_of_the_candidates(cast, plain, marked):
    cast.give_access(cast.karachi, delay=14 * 24 * 60)

    assert rows(plain(cast.associates_officer).get(SERIES + "&q=XA101"))[0][2] == "2"


def test_one_table_or_a_file_a_centre_hold_what_is_out(cast, plain, marked):
    visitor = plain(cast.associates_officer)

    sheet = load_workbook(io.BytesIO(visitor.post(FILES, {"kind": "xlsx"}).body)).active
    files = zipfile.ZipFile(io.BytesIO(visitor.post(FILES, {"kind": "zip"}).body))

    table = [[cell.value or "" for cell in row] for row in sheet.rows]
    assert [row[1:3] + row[6:7] + row[10:12] for row in table[1:]] == [
        ["XA101", "0001", "A*", "A*(a*)", "XA101260001"], ["XA101", "0002", "Q", "PENDING", "XA101260002"],
        ["XA102", "0001", "C", "C(c)", "XA102260001"]]
    assert files.namelist() == ["results-XA101-june-2026.csv", "results-XA102-june-2026.csv"]
    assert [row for name in files.namelist()
            for row in list(csv.reader(io.StringIO(files.read(name).decode("utf-8-sig"))))[1:]] == table[1:]
    told = AuditEvent.select().where(AuditEvent.what == "downloaded results").order_by(AuditEvent.id)
    assert [(event.who, event.centre_number, event.subject) for event in told] == [
        ("amal@xa100.example", "XA100", "XLSX of 3 centres"), ("amal@xa100.example", "XA100", "ZIP of 3 centres")]
    assert {change.centre_number for change in AuditChange.select()} == {"XA100", "XA101", "XA102"}


def test_a_large_file_is_made_on_the_queue_and_again_where_the_board_has_held_something(
        cast, app, plain, do_all, marked, monkeypatch):
    monkeypatch.setattr(circle, "AT_ONCE", 2)
    visitor = plain(cast.associates_officer)

    begun = visitor.post(FILES, {"kind": "zip"})
    do_all()
    job = Job.get()
    address = f"/jobs/{job.public_id}/file"
    whole = zipfile.ZipFile(io.BytesIO(visitor.post(address).body))
    Release.update(held_at=cast.now).execute()
    held = zipfile.ZipFile(io.BytesIO(visitor.post(address).body))

    assert (begun.status, job.state, job.done, job.total) == (303, DONE, 3, 3)
    assert whole.namelist() == ["results-XA101-june-2026.csv", "results-XA102-june-2026.csv"]
    assert held.namelist() == []
    with app.app_context():
        assert archive.path_of(job).stat().st_mode & 0o777 == 0o600
    assert "Making a file of results" in visitor.get(f"/jobs/{job.public_id}").text
    assert "logins" not in visitor.get(f"/jobs/{job.public_id}").text
    assert plain(cast.strangers_officer).post(address).status == 404
    assert plain(cast.karachi_officer).post(address).status == 404


def test_an_officer_without_the_right_to_slips_fetches_results_and_no_slips(cast, plain, do_all, marked, monkeypatch):
    monkeypatch.setattr(circle, "AT_ONCE", 0)
    reader = plain(cast.officer("r@xa100.example", "Re Ader", cast.associate, right=False))

    reader.post(FILES, {"kind": "xlsx"})
    do_all()
    slips = Job.create(kind="archive", state=DONE, centre=cast.associate, series=cast.june, created_at=cast.now,
                       wanted={"centres": [], "format": "csv", "layout": {}})

    assert reader.post(f"/jobs/{Job.get().public_id}/file").body.startswith(b"PK")
    assert reader.post(f"/jobs/{slips.public_id}/file").status == 404


def test_it_is_the_associates_alone(cast, plain, marked):
    for stranger in (cast.strangers_officer, cast.karachi_officer, cast.independent_officer):
        assert (plain(stranger).get(AT).status, plain(stranger).post(FILES, {"kind": "zip"}).status) == (404, 404)
    assert plain(cast.karachi_officer).get("/centres/XA101/results/all-centres").status == 404
    assert plain(cast.associates_officer).get(AT + "?series=june-1999").status == 404


def test_the_number_of_queries_does_not_grow_with_the_centres(cast, plain, marked):
    visitor, counts = plain(cast.associates_officer), []
    visitor.get(SERIES)
    for more in (0, 3):
        for number in range(more):
            centre = cast.centre(f"XE{number:03}", f"School {number}", "UTC", associate=cast.associate)
            cast.candidate(centre, "0001", "One", [("IGCSE", "0580", "Mathematics")])
        with count_queries() as counter:
            assert len(rows(visitor.get(SERIES))) == 3 + more
        counts.append(counter.count)

    assert counts[0] == counts[1] <= 20


MOMENTS = [datetime(2026, 8, day, tzinfo=UTC) for day in (1, 2, 3)]


def test_new_and_changed_are_one_rule_in_sql_and_in_python(cast):
    cast.result(cast.candidates["XA102"][0], "0580", "A")
    met = set()
    for out, first, changed in product(MOMENTS, [None, *MOMENTS], MOMENTS):
        Release.update(released_at=out).where(Release.qualification == "IGCSE").execute()
        Result.update(first_at=first, changed_at=changed).execute()

        row, = results.for_staff(cast.lima, cast.june, cast.now)
        (*_group, new, is_changed), = results.tallies([cast.lima.id], cast.june, cast.now, Entry.syllabus_code)

        kind, _at = results.news(row.first_at, row.changed_at, row.released_at)
        assert (new, is_changed) == (kind == results.NEW, kind == results.CHANGED)
        met.add(kind)
    assert met == {None, results.NEW, results.CHANGED}
