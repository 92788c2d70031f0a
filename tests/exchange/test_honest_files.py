"""What people really send: it goes in whole, or the line that cannot is named; and nothing is lost."""
import csv
import io
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings, strategies
from openpyxl import Workbook

from exchange import exporting, importing
from exchange.columns import COLUMNS, beside_of
from exchange.kinds import entry_store, results
from models.database import Refused
from models.rules.grades import GRADES, WORDS, as_read, award_text
from models.rules.results import Result
from models.tables.audit import AuditChange
from models.tables.exams import Candidate, Centre, Entry, Release, Series
from models.tables.people import Officer
from models.tables.slips import Credential
from tests.exchange.test_board_imports import agreed, send
from tests.exchange.test_importing import CENTRE, ENTRY, NOW, RELEASE, RESULT, apply, csv_of, look, with_


def without(kind, row, *columns):
    """A CSV of one row without some columns."""
    kept = [(name, value) for name, value in zip(COLUMNS[kind], row, strict=True) if name not in columns]
    return csv_of(kind, [value for _name, value in kept], header=[name for name, _value in kept])


def workbook(**sheets):
    """An XLSX of several sheets; a name that begins with `hidden` is of one that is not shown."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        sheet.sheet_state = "hidden" if name.startswith("hidden") else "visible"
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def zoe(cast):
    return Candidate.get_by_id(cast.candidates["XA101"][0].id)


# --- what a file does not speak of -------------------------------------------------------------------------------


def test_a_column_that_is_absent_leaves_what_is_held(cast):
    Entry.update(status="withdrawn", option_code="BX").where(Entry.candidate == zoe(cast)).execute()
    cast.result(zoe(cast), "0580", "A", 84, second_grade="B", endorsement="3")
    held = Centre.get(Centre.number == "XA101")

    centre = look("centres", without("centres", ["XA101", held.name, "centre", "", "", held.time_zone, ""],
                                     "associate_number", "country", "email"))
    entry = look("entries", without("entries", ENTRY, "status", "option_code", "uci"))
    Entry.update(status="entered").where(Entry.candidate == zoe(cast)).execute()
    apply("results", without("results", with_(RESULT, option_code="", grade="A*"), "second_grade", "endorsement",
                             "percentage_uniform_mark"))

    assert (centre.changes_nothing, centre.absent) == (True, ["associate_number", "country", "email"])
    assert (entry.changes_nothing, entry.absent) == (True, ["uci", "option_code", "status"])
    kept = Result.get(Result.entry == Entry.get(Entry.candidate == zoe(cast), Entry.syllabus_code == "0580"))
    assert (kept.grade, kept.second_grade, kept.endorsement, kept.pum) == ("A*", "B", "3", 84)


def test_what_is_empty_in_a_column_that_is_there_is_emptied(cast):
    cast.result(zoe(cast), "0580", "A*", 95, endorsement="3")

    apply("results", csv_of("results", with_(RESULT, percentage_uniform_mark="", endorsement="")))

    assert [(kept.endorsement, kept.pum) for kept in Result.select()] == [("", None)]


def test_every_shown_sheet_is_read_or_named_and_a_hidden_one_never(cast):
    header, second = COLUMNS["results"], with_(RESULT, qualification="A Level", syllabus_code="9709", grade="Z")
    data = workbook(hidden_list=[header, with_(RESULT, grade="U")], Notes=[["Read me"], ["first"]],
                    One=[header, RESULT], Two=[["Results of June"], [], header, second])

    difference = look("results", data)

    assert (difference.unread, difference.hidden, difference.total) == (["Notes"], ["hidden_list"], 2)
    assert [(difference.label(line), said) for line, said in difference.refused] == [
        ("Two!4", "A Level has no grade “Z”.")]


def test_what_stands_beside_the_table_of_a_sheet_is_nobodys_and_a_slipped_line_of_csv_is_refused(cast):
    beside = workbook(S=[COLUMNS["entries"], [*ENTRY, "", "checked by Bo"]])

    assert look("entries", beside).changes_nothing
    assert "more fields than columns" in look("entries", csv_of("entries", [*ENTRY, "", "checked"])).refused[0][1]
    with pytest.raises(Refused, match="old Excel file, or one with a password"):
        look("entries", b"\xd0\xcf\x11\xe0" + bytes(100))


def test_a_cell_that_holds_no_value_refuses_its_line(cast):
    rows = [with_(ENTRY, status="#N/A"), with_(ENTRY, status="=VLOOKUP(A1;B:C;2)")]
    book = workbook(S=[COLUMNS["entries"], *rows])

    assert [line for line, said in look("entries", book).refused if "error or a formula" in said] == [2, 3]
    assert "error or a formula" in look("entries", csv_of("entries", with_(ENTRY, uci="#REF!"))).refused[0][1]


# --- codes -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("changes", [
    {"uci": "xa101260001\u200b"}, {"uci": "ＸＡ101260001"}, {"uci": " XA101 260001"}, {"uci": '="XA101260001"'},
    {"candidate_number": "'0001"}, {"candidate_number": '="1"'}, {"candidate_number": "1.0"},
    {"syllabus_code": "580.0"}, {"centre_number": "xa101"}, {"option_code": "ax"}, {"uci": "N/A"}, {"uci": "-----"},
    {"series": "JUNE 2026"}, {"series": "Jun-26"}, {"series": "2026-06-01"}, {"series": "May/June 2026"},
    {"qualification": "Igcse"}, {"qualification": "Cambridge IGCSE"}, {"status": "P"}, {"status": ""},
    {"candidate_name": "\u200eZoë Ångström\u200f"}, {"candidate_name": "Zoë \u200dÅngström"},
], ids=str)
def test_what_means_the_same_changes_nothing(cast, changes):
    difference = look("entries", csv_of("entries", with_(ENTRY, **changes)))

    assert (difference.refused, difference.changes_nothing) == ([], True)


@pytest.mark.parametrize(("changes", "words"), [
    ({"uci": "1.01261E+12"}, "what a spreadsheet has left"), ({"syllabus_code": "2026-06-01"}, "has left of a code"),
    ({"candidate_name": "???? ?????"}, "an encoding has damaged"), ({"candidate_name": "Ren\ufffd"}, "damaged"),
    ({"candidate_name": "Ren&eacute;"}, "web page"), ({"candidate_name": "Ann\u202ex"}, r"\(U\+202E, character 4\)"),
    ({"syllabus_title": "Mr"}, "no title of a syllabus"), ({"series": "Winter 2026"}, "no series like June 2026"),
], ids=str)
def test_what_cannot_be_made_whole_is_refused_by_line(cast, changes, words):
    with pytest.raises(Refused, match=f"Line 2: .*{words}"):
        apply("entries", csv_of("entries", with_(ENTRY, **changes)))


def test_a_damaged_name_is_warned_of_and_a_rare_one_taken_in(cast):
    names = ["王燚", "𠮷田 花子", "ᏣᎳᎩᏱ ᎤᏪᏘᎠᏂᎦᏚᏩ", "x" * 200, "Ã‰mile"]
    rows = [with_(ENTRY, candidate_number=f"{number}", uci=f"U{number}", candidate_name=name)
            for number, name in enumerate(names, 9101)]

    difference = apply("entries", csv_of("entries", *rows))

    assert [(line, "“Émile”" in said) for line, said in difference.warnings] == [(6, True)]
    assert {name for name, in Candidate.select(Candidate.name).tuples()} >= set(names)


def test_ending_logins_needs_a_word_and_the_right_file_gives_them_back(cast, plain):
    logins = cast.confirm(cast.independent, cast.independent_officer, scope="selected",
                          selected=[cast.candidates["XC301"][0].id])
    right = ["June 2026", "XC301", "0001", "Ελένη Παπαδοπούλου", "XC301260001", "IGCSE", "0580", "AX", "Mathematics",
             "entered"]
    before = Credential.get(Credential.username == "XC301-0001-J26").verifier
    board = plain(cast.board)
    address, fields = agreed(board, send(board, "entries", csv_of("entries", with_(
        ENTRY, centre_number="XC301", candidate_name="Other", uci="OTHER"))).location)

    without_a_word = board.post(address, fields)
    with_it = board.post(address, {**fields, "ends_logins": "y"})
    ended = Credential.get(Credential.username == "XC301-0001-J26").verifier
    apply("entries", csv_of("entries", right), ends_logins=True)

    assert (without_a_word.status, with_it.status, ended) == (422, 303, "")
    assert "UCI XC301260001 held, OTHER in the file" in without_a_word.text
    assert Credential.get(Credential.username == "XC301-0001-J26").verifier == before
    assert list(logins) == ["0001", "0002"] or logins


def test_what_is_left_out_and_what_ends_are_two_words(cast, plain):
    """A file that is refused for the second has lost no line by the first."""
    cast.confirm(cast.independent, cast.independent_officer)
    board = plain(cast.board)
    other = with_(ENTRY, centre_number="XC301", candidate_name="Other", uci="OTHER")
    address, fields = agreed(board, send(board, "entries", csv_of(
        "entries", with_(ENTRY, candidate_number="no"), other)).location)

    one = board.post(address, {**fields, "skips_refused": "y"})
    both = board.post(address, {**fields, "skips_refused": "y", "ends_logins": "y"})

    assert (one.status, both.status) == (422, 303)
    assert Candidate.get(Candidate.name == "Other").uci == "OTHER"


# --- what comes into being, and what is refused ------------------------------------------------------------------


def test_what_is_new_is_said_before_it_is_made(cast):
    rows = [with_(ENTRY, syllabus_code="0999", option_code=""), with_(ENTRY, qualification="Pre-U", syllabus_code="1"),
            with_(ENTRY, series="May 2027")]

    assert [str(said) for _line, said in look("entries", csv_of("entries", *rows)).makes] == [
        "0999 is a new syllabus of IGCSE in June 2026.", "Pre-U is new in June 2026.",
        "0001 is a new syllabus of Pre-U in June 2026.", "Makes the series May 2027."]


def test_a_place_is_proposed_for_a_zone_that_is_none(cast):
    for typed in ("Etc/GMT+5", "PKT", "localtime", "Factory", "EST"):
        with pytest.raises(Refused, match="Pakistan has Asia/Karachi"):
            apply("centres", csv_of("centres", with_(CENTRE, time_zone=typed)))


def test_lines_that_are_refused_are_left_out_on_a_word_and_listed(cast):
    good, bad = with_(ENTRY, syllabus_title="Maths"), with_(ENTRY, centre_number="XX999", candidate_number="0055")
    worse = with_(ENTRY, candidate_number="no")
    data = csv_of("entries", bad, good, worse)

    seen = look("entries", data)
    apply("entries", data, skips_refused=True)

    assert [line for line, _said in seen.complaints] == [2, 4]
    assert Entry.get(Entry.candidate == zoe(cast), Entry.syllabus_code == "0580").title == "Maths"
    assert [(kept.field, kept.after) for kept in AuditChange.select().where(AuditChange.field.startswith("left"))] == [
        ("left out, line 2", "There is no centre XX999."),
        ("left out, line 4", "“no” is no candidate number of four digits.")]
    with pytest.raises(Refused, match="complete is applied whole"):
        apply("entries", data, complete=True, skips_refused=True)


# --- headings ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("before", ["sep=;\n", "Entries for June;;\n\n", "\ufeff"])
def test_the_heading_is_found_among_the_first_lines(cast, before):
    data = before.encode() + csv_of("entries", ENTRY, separator=";")

    assert look("entries", data).changes_nothing


def test_customary_headings_are_known_and_names_joined(cast):
    header = ["ExamSeries", "CentreNo", "Cand No", "Title", "Surname", "Forename", "Qualification Level", "Syllabus",
              "Subject"]
    row = ["June 2026", "XA101", "1", "Mr", "Ångström", "Zoë", "IGCSE", "580", "Mathematics"]

    difference = look("entries", csv_of("entries", row, header=header))

    assert (difference.changes_nothing, difference.unknown_columns) == (True, ["Title"])


def test_a_column_that_is_missing_is_told_with_the_line_that_was_taken_for_the_heading(cast):
    with pytest.raises(Refused, match=r"missing: .*grade.* Line 1 was taken for the heading: series \| centre_number"):
        look("results", without("results", RESULT, "grade"))


def test_the_boards_component_workbook_goes_in_with_two_choices(cast, plain):
    sheet = [["Syllabus", "Option Code", "Centre Number", "Candidate Number", "Raw mark", "Grade", "Raw mark", "Grade",
              "Syllabus Grade"], [580, "AX", "XA101", 1, 18, "E", 24, "D", "A"]]
    board = plain(cast.board)

    sent = send(board, "results", workbook(June_0580=sheet), name="r.xlsx")
    asked = board.get(sent.location, htmx=False)
    form = asked.one("form", action=f"{sent.location}/columns")
    told = board.post(form.get("action"), {
        **asked.fields(form), "series": "June 2026", "qualification": "IGCSE"})
    again = importing.run("results", workbook(June_0580=sheet), None, NOW, dry_run=True,
                          given=beside_of("June 2026", []))

    assert "Which column is which?" in asked.text
    assert "0580" in asked.text
    assert (told.status, board.get(sent.location).status, again.counts["new"]) == (303, 200, 1)


def test_what_was_told_on_the_command_line_is_remembered_but_for_the_series(app, cast, tmp_path):
    path = tmp_path / "results.csv"
    path.write_bytes(csv_of("results", RESULT[1:3] + RESULT[4:7], header=["Ctr", "Number", "Code", "Opt", "Mark"]))
    run = app.test_cli_runner().invoke
    told = ["import", "results", str(path), "--dry-run", "--series", "June 2026"]

    before = run(args=told)
    first = run(args=[*told, "--map", "Ctr=centre_number", "--map", "Number=candidate_number", "--map",
                      "Code=syllabus_code", "--map", "Mark=grade", "--qualification", "580=IGCSE"])
    after, without_series = run(args=told), run(args=told[:4])

    assert (before.exit_code, "Line 1 was taken for the heading: Ctr | Number" in before.output) == (1, True)
    assert ["1 new" in done.output for done in (first, after)] == [True, True], first.output + after.output
    assert "These columns are missing: series." in without_series.output


# --- grades, and out is in ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("qualification", GRADES)
def test_every_grade_is_read_as_it_is_printed(qualification):
    for first in (*GRADES[qualification].split(), *WORDS):
        assert as_read(first) == as_read(award_text(first)) == (first,)
        for second in GRADES[qualification].split():
            assert as_read(award_text(first, second)) == (first, second)


SCRIPTS = [strategies.text(strategies.characters(min_codepoint=first, max_codepoint=last, categories=(
    "Lu", "Ll", "Lo", "Lm", "Mn", "Mc", "Nd")), min_size=1, max_size=30) for first, last in (
    (0x41, 0x24f), (0x370, 0x3ff), (0x400, 0x4ff), (0x5d0, 0x5ea), (0x620, 0x6ff), (0x900, 0x97f), (0x980, 0x9ff),
    (0xb80, 0xbff), (0xe00, 0xe7f), (0x10d0, 0x10ff), (0x3040, 0x30ff), (0x4e00, 0x9fff), (0xac00, 0xd7a3),
    (0x20000, 0x2a6df))]
TEXTS = strategies.one_of(*SCRIPTS, strategies.text(" =+-@'\"‘’‐–.,;:()&#abcÀßþ", min_size=1, max_size=30))


def quoted(kind, rows):
    """A CSV of any text, as whoever sends one writes it."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([COLUMNS[kind], *rows])
    return out.getvalue().encode()


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(names=strategies.lists(TEXTS, min_size=8, max_size=8), titles=strategies.lists(TEXTS, min_size=8, max_size=8),
       marks=strategies.lists(strategies.integers(0, 100) | strategies.just(""), min_size=8, max_size=8),
       spoken=strategies.lists(strategies.sampled_from(["", "1", "5", "P", "Merit"]), min_size=8, max_size=8),
       grades=strategies.lists(strategies.sampled_from(["A*", "A", "G", "U", "X", "Q", "Y"]), min_size=16, max_size=16))
def test_what_goes_out_comes_in_and_finds_nothing_new(cast, tmp_path, names, titles, marks, spoken, grades):
    """Whatever of it is no name is left out on the way in."""
    Release.update(released_at=NOW - timedelta(days=1)).execute()
    apply("centres", quoted("centres", (
        with_(CENTRE, centre_number=f"XZ90{place}", centre_name=name) for place, name in enumerate(names[:4]))),
        skips_refused=True)
    apply("entries", quoted("entries", (
        with_(ENTRY, candidate_number=f"{place}", uci=f"U{place}", candidate_name=name, syllabus_title=title)
        for place, (name, title) in enumerate(zip(names, titles, strict=True), 2001))), skips_refused=True)
    apply("results", quoted("results", (
        with_(RESULT, candidate_number=f"{place}", grade=grades[place - 2001], second_grade=grades[place - 1993],
              endorsement=spoken[place - 2001], percentage_uniform_mark=marks[place - 2001])
        for place in range(2001, 2009))), skips_refused=True)

    found = {}
    for kind in exporting.KINDS:
        for ending in ("csv", "xlsx"):
            path = tmp_path / f"{kind}.{ending}"
            assert exporting.write(kind, path, "me", NOW) > 0
            difference = importing.run(kind, path.read_bytes(), "me", NOW, dry_run=True)
            found[kind, ending] = (difference.changes_nothing, difference.refused, difference.unmatched)

    assert found == dict.fromkeys(found, (True, [], []))


def test_officers_come_by_file_with_a_link_each(app, cast, tmp_path):
    path, sheet = tmp_path / "officers.csv", tmp_path / "links.html"
    path.write_bytes(csv_of("officers", ["new@xa101.example", "New Officer", "XA101", "sends_files"],
                            ["kiran@xa101.example", "Kiran Shah", "XA102", "manages_candidate_results; sends_files"]))

    done = app.test_cli_runner().invoke(args=["import", "officers", str(path), "--links", str(sheet)])

    assert (done.exit_code, "1 one-time links" in done.output) == (0, True), done.output
    assert all(words in sheet.read_text() for words in ("/welcome#", "New Officer"))
    assert {(posting.centre.number, posting.sends_files) for posting in Officer.get(
        Officer.email == "kiran@xa101.example").postings} == {("XA101", True), ("XA102", True)}


# --- large files -------------------------------------------------------------------------------------------------


def test_what_is_large_is_put_in_before_where_nobody_sees_it(cast, monkeypatch):
    monkeypatch.setattr(entry_store, "IN_STEPS", 1)
    monkeypatch.setattr(results, "IN_STEPS", 1)
    seen = []
    rows = [with_(ENTRY, series=series, candidate_number=f"{number}", uci=f"U{number}")
            for series in ("June 2026", "May 2027") for number in (3001, 3002)]

    take_over = entry_store._take_over
    monkeypatch.setattr(entry_store, "_take_over", lambda gathering: seen.append(
        (len(gathering), Candidate.select().join(Series).where(Series.arriving.is_null(False)).count()))
        or take_over(gathering))
    apply("entries", csv_of("entries", *rows))
    apply("results", csv_of("results", RESULT))

    assert seen == [(2, 4)]
    assert Candidate.select().join(Series).where(Series.name == "May 2027").count() == 2
    assert Series.select().where(Series.arriving.is_null(False)).count() == 0
    assert (Result.select().count(), look("results", csv_of("results", RESULT)).changes_nothing) == (1, True)


def test_what_was_put_in_before_is_taken_out_again_where_the_rest_fails(cast, monkeypatch):
    monkeypatch.setattr(entry_store, "IN_STEPS", 1)
    monkeypatch.setattr(results, "IN_STEPS", 1)
    before = (Candidate.select().count(), Series.select().count())

    def fail():
        raise OSError("no room")

    for kind, row in (("entries", with_(ENTRY, candidate_number="3001", uci="U3001")), ("results", RESULT)):
        with pytest.raises(OSError, match="no room"):
            importing.run(kind, csv_of(kind, row), "me", NOW, seal=fail)

    assert (Candidate.select().count(), Series.select().count(), Result.select().count()) == (*before, 0)


def test_a_release_by_file_is_shown_in_the_zones_that_matter(cast, plain):
    board = plain(cast.board)

    page = board.get(send(board, "releases", csv_of("releases", RELEASE)).location)

    assert "05:00 UTC" in page.text
    assert "06:00 in London" in page.text
    assert "10:00 in Karachi" in page.text


def test_each_list_can_be_taken_away(cast, plain):
    board = plain(cast.board)
    rows = [with_(ENTRY, candidate_number=f"{number}", uci=f"U{number}") for number in range(1000, 1300)]

    sent = send(board, "entries", csv_of("entries", *rows))
    table = board.get(f"{sent.location}/new.csv", htmx=False).body.decode("utf-8-sig").splitlines()

    assert (len(table), table[300]) == (301, "301,June 2026 XA101 1299 IGCSE 0580")


def test_an_associate_names_officers_of_its_own_centres_by_file(cast, plain):
    associate = plain(cast.associates_officer)
    mine = ["new@xa101.example", "New Officer", "XA101", "sends_files"]

    def sent(*rows):
        data = io.BytesIO(csv_of("officers", *rows))
        return associate.post("/centres/XA100/officers/file", {"file": (data, "o.csv")})

    refused = associate.get(sent(mine, ["x@xb201.example", "X", "XB201", "sends_files"]).location)
    address, fields = agreed(associate, sent(mine).location)
    sheet = associate.post(address, fields)

    assert "Line 3: There is no centre XB201." in refused.text
    assert (sheet.status, "New Officer" in sheet.text, "/welcome#" in sheet.text) == (200, True, True)
    assert [posting.centre.number for posting in Officer.get(Officer.email == mine[0]).postings] == ["XA101"]
    assert plain(cast.karachi_officer).get(address.removesuffix("/apply")).status == 404
