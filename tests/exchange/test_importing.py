"""Board files: the formats, the difference, whole or not at all, twice is once."""
import io
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from openpyxl import Workbook

from exchange import importing
from exchange.columns import COLUMNS
from models import passwords
from models.database import Refused
from models.rules.results import Result
from models.rules.standing import standing_of
from models.tables.audit import AuditEvent
from models.tables.exams import Candidate, Centre, Entry, Release, Series
from models.tables.offers import SelectedCandidate
from models.tables.slips import Credential
from models.tables.staging import StagedEntry
from models.tables.subcentres import AttachedCentre, AttachedDefaults
from tests.cast import CHANCE

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ENTRY = ["June 2026", "XA101", "0001", "Zoë Ångström", "XA101260001", "IGCSE", "0580", "AX", "Mathematics", "entered"]
RESULT = ["June 2026", "XA101", "0001", "IGCSE", "0580", "AX", "A*", "", "", "95"]
CENTRE = ["XZ900", "New School", "centre", "XA100", "Pakistan", "Asia/Karachi", "a@b.example"]
RELEASE = ["June 2026", "O Level", "2026-08-18T06:00:00+01:00"]
ROWS = {"centres": CENTRE, "entries": ENTRY, "results": RESULT, "releases": RELEASE}


def csv_of(kind, *rows, separator=",", newline="\n", header=None):
    lines = [header or COLUMNS[kind], *rows]
    return newline.join(separator.join(map(str, line)) for line in lines).encode()


def with_(row, **changes):
    kind = next(kind for kind, known in ROWS.items() if known is row)
    return [changes.get(name, value) for name, value in zip(COLUMNS[kind], row, strict=True)]


def look(kind, data, **options):
    return importing.run(kind, data, None, NOW, dry_run=True, **options)


def apply(kind, data, **options):
    return importing.apply(kind, data, "board@board.example", NOW, **options)


def xlsx_of(kind, *rows):
    book = Workbook()
    for row in [COLUMNS[kind], *rows]:
        book.active.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("data", [
    csv_of("entries", ENTRY),
    b"\xef\xbb\xbf" + csv_of("entries", ENTRY),
    csv_of("entries", ENTRY, newline="\r\n"),
    csv_of("entries", ENTRY, separator=";"),
    csv_of("entries", ENTRY, separator="\t"),
    csv_of("entries", ENTRY).decode().encode("utf-16"),
    csv_of("entries", ENTRY) + b"\n\n,,,,\n",
    csv_of("entries", ENTRY, header=["Series", "Centre Number", "CANDIDATE-NUMBER", "Candidate name", "UCI",
                                     "Qualification", "Syllabus", "Option", "Title", "Status"]),
    xlsx_of("entries", ENTRY),
    xlsx_of("entries", with_(ENTRY, candidate_number=1)),
], ids=["plain", "bom", "crlf", "semicolon", "tab", "utf-16", "blank lines", "headers", "xlsx", "eaten zeros"])
def test_each_format_is_read_alike(cast, data):
    difference = look("entries", data)

    assert difference.refused == []
    assert [key for _line, key, *_rest in difference.changed] == [
        "June 2026 XA101 0001", "June 2026 XA101 0001 IGCSE 0580"] or difference.changes_nothing
    assert difference.total == 1


@pytest.mark.parametrize("kind", list(ROWS))
def test_the_same_file_twice_changes_nothing_the_second_time(cast, kind):
    data = csv_of(kind, ROWS[kind])

    first, second = apply(kind, data), apply(kind, data)

    assert not first.changes_nothing or kind == "entries"
    assert second.changes_nothing
    assert AuditEvent.select().where(AuditEvent.what == f"imported {kind}").count() == 2


@pytest.mark.parametrize(("kind", "rows", "line", "words"), [
    ("entries", [with_(ENTRY, centre_number="XA-101")], 2, "no centre number"),
    ("entries", [with_(ENTRY, centre_number="XX999")], 2, "There is no centre XX999."),
    ("entries", [with_(ENTRY, candidate_number="12345")], 2, "no candidate number"),
    ("entries", [with_(ENTRY, candidate_number="٠٠٠١")], 2, "no candidate number"),
    ("entries", [with_(ENTRY, candidate_name="")], 2, "candidate_name is empty."),
    ("entries", [with_(ENTRY, candidate_name="x" * 201)], 2, "longer than 200"),
    ("entries", [with_(ENTRY, candidate_name="abc\u202edef")], 2, "invisible character"),
    ("entries", [with_(ENTRY, candidate_name="abc\x07")], 2, "invisible character"),
    ("entries", [with_(ENTRY, status="maybe")], 2, "neither ‘entered’ nor ‘withdrawn’"),
    ("entries", [with_(ENTRY, series="Sometime")], 2, "no series like June 2026"),
    ("entries", [with_(ENTRY, qualification="A|B=1")], 2, "no qualification"),
    ("entries", [ENTRY, ENTRY], 3, "stands twice (line 2)"),
    ("entries", [ENTRY, with_(ENTRY, syllabus_code="0610", candidate_name="Another Name")], 3, "another name"),
    ("entries", [ENTRY, ["June 2026", "XA101", "0009"]], 3, "candidate_name is empty."),
    ("results", [with_(RESULT, grade="a*")], 2, "IGCSE has no grade “a*”."),
    ("results", [with_(RESULT, grade="")], 2, "has no grade"),
    ("results", [with_(RESULT, grade="=1+1")], 2, "has no grade"),
    ("results", [with_(RESULT, second_grade="Z")], 2, "has no grade"),
    ("results", [with_(RESULT, endorsement="6")], 2, "endorsement"),
    ("results", [with_(RESULT, percentage_uniform_mark="101")], 2, "uniform mark"),
    ("results", [with_(RESULT, percentage_uniform_mark="9.5")], 2, "uniform mark"),
    ("results", [with_(RESULT, syllabus_code="9999")], 2, "is not entered."),
    ("results", [with_(RESULT, option_code="BX")], 2, "is entered for option AX, not BX."),
    ("results", [RESULT, RESULT], 3, "stands twice."),
    ("centres", [with_(CENTRE, kind="castle")], 2, "neither ‘centre’ nor ‘associate’"),
    ("centres", [with_(CENTRE, time_zone="Karachi")], 2, "no time zone"),
    ("centres", [with_(CENTRE, associate_number="XC301")], 2, "There is no Associate XC301."),
    ("centres", [CENTRE, CENTRE], 3, "stands twice."),
    ("releases", [with_(RELEASE, released_at="2026-08-18T06:00:00")], 2, "no time with an offset"),
    ("releases", [with_(RELEASE, released_at="soon")], 2, "no time with an offset"),
    ("releases", [with_(RELEASE, released_at="0001-01-01T00:00:00+14:00")], 2, "no time with an offset"),
    ("releases", [RELEASE, with_(RELEASE, released_at="2026-08-19T06:00:00Z")], 3, "stands twice."),
])
def test_a_broken_line_is_named_and_nothing_of_the_file_is_applied(cast, kind, rows, line, words):
    good = {"entries": with_(ENTRY, candidate_number="0077", uci="U77"),
            "centres": with_(CENTRE, centre_number="XZ901"),
            "releases": with_(RELEASE, qualification="AS Level")}.get(kind)
    data = csv_of(kind, *rows, *([good] if good else []))

    difference = look(kind, data)
    with pytest.raises(Refused, match=f"Line {line}: "):
        apply(kind, data)

    assert [(n, words in sentence) for n, sentence in difference.complaints][:1] == [(line, True)]
    assert Candidate.select().where(Candidate.number == "0077").count() == 0
    assert Centre.select().where(Centre.number.startswith("XZ")).count() == 0
    assert (Release.select().count(), Result.select().count()) == (2, 0)
    assert AuditEvent.select().count() == 0


@pytest.mark.parametrize(("data", "words"), [
    (b"", "The file is empty."),
    (b"\n\n\n", "The file holds no rows."),
    (csv_of("entries", ENTRY).decode().encode("latin-1"), "neither UTF-8 nor UTF-16"),
    (csv_of("entries", ENTRY) + b"\nx\x00y", "no text (NUL)"),
    (csv_of("entries", ENTRY) + b'\n"never closed,' + b"x" * 3000, "quotation mark"),
    (csv_of("entries", ENTRY) + b"\n" + b"x" * 5000, "too long"),
    (b"PK\x03\x04 this is no zip", "no table that can be read"),
    (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "neither UTF-8 nor UTF-16"),
    (csv_of("entries", ENTRY, header=["a", "b"]), "These columns are missing: series"),
    (csv_of("entries", header=[*COLUMNS["entries"], "series"]), "The column series stands twice."),
], ids=["empty", "blank", "latin-1", "nul", "open quote", "huge field", "no zip", "picture", "headers", "twice"])
def test_a_file_that_cannot_be_read_gets_a_sentence(cast, data, words):
    with pytest.raises(Refused) as refusal:
        look("entries", data)

    assert words in refusal.value.fields["file"]


def test_a_zip_bomb_is_refused_before_it_is_unpacked(cast):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/sheet.xml", "w") as file:
        for _ in range(300):
            file.write(bytes(1024 * 1024))

    with pytest.raises(Refused, match="too large"):
        look("entries", out.getvalue())


def test_a_late_a_withdrawn_and_a_corrected_entry(cast):
    apply("entries", csv_of("entries", with_(ENTRY, status="withdrawn"),
                            with_(ENTRY, candidate_number="0044", candidate_name="Late Comer", uci="U44")))

    late = Candidate.get(Candidate.number == "0044", Candidate.centre == cast.karachi)
    assert (late.name, late.qualifications) == ("Late Comer", "IGCSE")
    assert Candidate.get_by_id(cast.candidates["XA101"][0].id).qualifications == "A Level"


def test_a_complete_file_removes_what_it_no_longer_holds(cast):
    difference = apply("entries", csv_of("entries", ENTRY), complete=True)

    assert sorted(difference.removed) == ["June 2026 XA101 0001 A Level 9709", "June 2026 XA101 0002 IGCSE 0580"]
    kept = {(e.candidate.centre.number, e.candidate.number, e.syllabus_code, e.status) for e in Entry.select()
            if e.candidate.centre.number in ("XA101", "XA102")}
    assert kept == {("XA101", "0001", "0580", "entered"), ("XA101", "0001", "9709", "withdrawn"),
                    ("XA101", "0002", "0580", "withdrawn"), ("XA102", "0001", "0580", "entered")}


def test_another_uci_is_another_person_and_the_old_login_dies(cast):
    logins = cast.confirm(cast.independent, cast.independent_officer)
    row = ["June 2026", "XC301", "0001", "Somebody Else", "OTHER", "IGCSE", "0580", "AX", "Mathematics", "entered"]

    with pytest.raises(Refused, match="1 logins would end"):
        apply("entries", csv_of("entries", row))
    difference = apply("entries", csv_of("entries", row), ends_logins=True)

    assert difference.warnings == [(2, (
        "0001 is another person: UCI XC301260001 held, OTHER in the file. The login of the first ends, and results "
        "that were held for the number go. If the UCI was only corrected, import this candidate’s results again."))]
    login = Credential.get(Credential.username == "XC301-0001-J26")
    assert login.verifier != passwords.verifier(logins["0001"], login.salt, CHANCE.encode())
    assert login.verifier == ""
    assert cast.confirm(cast.independent, cast.independent_officer)["0001"] != logins["0001"]


def test_a_renumbered_candidate_keeps_entries_and_needs_a_new_slip(cast):
    cast.confirm(cast.independent, cast.independent_officer)
    row = ["June 2026", "XC301", "0070", "Ελένη Παπαδοπούλου", "XC301260001", "IGCSE", "0580", "AX", "Mathematics",
           "entered"]

    difference = apply("entries", csv_of("entries", row))

    assert ["needs a new slip" in sentence for _line, sentence in difference.warnings] == [True]
    numbers = [c.number for c in Candidate.select().where(Candidate.centre == cast.independent).order_by(
        Candidate.number)]
    assert numbers == ["0002", "0070"]
    assert cast.confirm(cast.independent, cast.independent_officer).keys() == {"0002", "0070"}
    assert Credential.select().where(Credential.username == "XC301-0070-J26").count() == 1


def test_results_come_changed_and_go(cast):
    apply("results", csv_of("results", RESULT))
    first = Result.get().changed_at

    unchanged = apply("results", csv_of("results", RESULT))
    changed = importing.apply("results", csv_of("results", with_(RESULT, grade="B", percentage_uniform_mark="72")),
                              "board", NOW + timedelta(hours=1))

    assert unchanged.changes_nothing
    assert changed.changed == [(2, "June 2026 XA101 0001 IGCSE 0580", "", "")]
    assert (Result.get().grade, Result.get().changed_at - first) == ("B", timedelta(hours=1))


def test_the_audit_of_results_holds_no_grade(cast):
    apply("results", csv_of("results", RESULT))

    event = AuditEvent.get()
    told = f"{event.subject} " + " ".join(f"{c.field} {c.before} {c.after}" for c in event.changes)
    assert len(event.subject) == 64
    assert "A*" not in told
    assert {(c.field, c.after) for c in event.changes} == {
        ("rows", "1"), ("makes", "0"), ("new", "1"), ("changed", "0"), ("unreleased", "0"), ("removed", "0"),
        ("unmatched", "0"), ("refused", "0"), ("warnings", "0")}


@pytest.mark.parametrize(("typed", "kept"), [
    ("Zo\u200b\u00eb \ufeff\u2060\u00c5ngstr\u00f6m\u00ad", "Zo\u00eb \u00c5ngstr\u00f6m"),
    ("Nguye\u0302\u0303n", "Nguy\u1ec5n"), ("\u0915\u094d\u200d\u0937", "\u0915\u094d\u200d\u0937")])
def test_what_nobody_sees_in_a_name_is_taken_out_and_what_joins_letters_stays(cast, typed, kept):
    apply("entries", csv_of("entries", with_(ENTRY, candidate_name=typed)))

    assert Candidate.get_by_id(cast.candidates["XA101"][0].id).name == kept


def test_marks_piled_on_one_letter_are_refused_by_line(cast):
    difference = look("entries", csv_of("entries", with_(ENTRY, candidate_name="Ze" + "\u0316" * 78 + "d")))

    assert [(line, str(sentence)) for line, sentence in difference.refused] == [
        (2, "candidate_name has a letter under more marks than any language piles up.")]


def test_a_mark_outside_the_band_of_its_grade_is_a_warning(cast):
    difference = apply("results", csv_of("results", with_(RESULT, grade="C", percentage_uniform_mark="95")))

    assert ["outside the band" in sentence for _line, sentence in difference.warnings] == [True]
    assert Result.select().count() == 1


def test_a_release_that_moves_later_after_it_was_out_is_told(cast):
    apply("releases", csv_of("releases", with_(RELEASE, released_at="2026-11-01T00:00:00Z")))

    difference = apply("releases", csv_of("releases", with_(RELEASE, released_at="2026-12-01T00:00:00Z")))

    assert ["hidden again" in sentence for _line, sentence in difference.warnings] == [True]


def test_a_series_is_made_with_a_code_a_short_name_and_a_random_value(cast):
    apply("releases", csv_of("releases", ["November 2026", "IGCSE", "2027-01-14T06:00:00Z"],
                             ["June 2027", "IGCSE", "2027-08-14T06:00:00Z"]))

    made = Series.select().where(Series.id != cast.june.id).order_by(Series.name)
    assert [(s.code, s.short, len(s.key_random)) for s in made] == [("june-2027", "J27", 64),
                                                                   ("november-2026", "N26", 64)]


def test_attaching_while_defaults_are_off_lets_logins_rest(cast):
    cast.confirm(cast.independent, cast.independent_officer)
    row = ["XC301", "Lakeside School", "centre", "XA100", "Somewhere", "Europe/Madrid", "exams@xc301.example"]

    difference = apply("centres", csv_of("centres", row))

    assert "XC301: 2 candidates lose access in June 2026" in difference.warnings[0][1]
    assert not standing_of(Centre.get(Centre.number == "XC301"), cast.june).has_access
    assert Credential.select().where(Credential.dormant_since.is_null(False)).count() == 2


def test_attaching_while_defaults_are_on_follows_them(cast):
    cast.confirm(cast.independent, cast.independent_officer)
    AttachedDefaults.create(associate=cast.associate, series=cast.june, uses_defaults=True, delay=60,
                            contact_name="A", contact_phone="1")

    apply("centres", csv_of("centres", ["XC301", "Lakeside School", "centre", "XA100", "Somewhere", "Europe/Madrid",
                                        "exams@xc301.example"]))

    standing = standing_of(Centre.get(Centre.number == "XC301"), cast.june)
    assert (standing.has_access, standing.delay, standing.contact.name) == (True, 60, "A")
    assert Credential.select().where(Credential.dormant_since.is_null()).count() == 2


def test_a_detached_centre_keeps_the_delay_and_the_contact_of_the_running_series(cast):
    cast.give_access(cast.karachi, delay=90)
    cast.confirm(cast.karachi, cast.karachi_officer)

    apply("centres", csv_of("centres", ["XA101", "Hilltop School", "centre", "", "Somewhere", "Asia/Karachi",
                                        "exams@xa101.example"]))

    standing = standing_of(Centre.get(Centre.number == "XA101"), cast.june)
    assert (standing.has_access, standing.delay, standing.contact.name) == (True, 90, "Amal Raza")
    assert AttachedCentre.get(AttachedCentre.centre == cast.karachi).detached_from == cast.associate
    assert cast.karachi not in list(cast.associates_officer.centres)


def test_the_command_says_what_it_did_and_names_a_broken_line(app, cast, tmp_path):
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_bytes(csv_of("results", RESULT))
    bad.write_bytes(csv_of("results", with_(RESULT, grade="Q"), with_(RESULT, syllabus_code="1111")))
    run = app.test_cli_runner().invoke

    dry = run(args=["import", "results", str(good), "--dry-run"])
    done = run(args=["import", "results", str(good)])
    again = run(args=["import", "results", str(good)])
    refused = run(args=["import", "results", str(bad)])

    assert (dry.exit_code, "dry run" in dry.output) == (0, True)
    assert (done.exit_code, "Applied." in done.output) == (0, True)
    assert (again.exit_code, "Nothing new." in again.output) == (0, True)
    assert (refused.exit_code, "line 3" in refused.output, "nothing was applied" in refused.output) == (1, True, True)
    assert Result.get().grade == "A*"


def test_two_imports_at_once_are_one_after_the_other(cast):
    from concurrent.futures import ThreadPoolExecutor

    from models.database import database

    def send(number):
        try:
            rows = [with_(ENTRY, candidate_number=f"{number + place:04}", candidate_name=f"Name {place}",
                          uci=f"U{number + place}") for place in range(40)]
            return len(apply("entries", csv_of("entries", *rows)).new)
        finally:
            database.close()

    with ThreadPoolExecutor(3) as pool:
        told = list(pool.map(send, (1000, 1000, 1020)))

    assert Candidate.select().where(Candidate.centre == cast.karachi, Candidate.number >= "1000").count() == 60
    assert sum(told) == 60


def entered(number):
    """{syllabus: status} of a candidate number of XA101."""
    return {entry.syllabus_code: entry.status for entry in Entry.select().join(Candidate).join(Centre).where(
        Centre.number == "XA101", Candidate.number == number)}


def test_a_renumbered_candidate_keeps_what_a_complete_file_still_holds(cast):
    cast.result(cast.candidates["XA101"][0], "0580", "B", 72)
    moved = with_(ENTRY, candidate_number="0070")
    other = with_(ENTRY, candidate_number="0002", candidate_name="Łukasz Żak", uci="XA101260002")

    difference = apply("entries", csv_of("entries", moved, other), complete=True)

    assert difference.removed == ["June 2026 XA101 0070 A Level 9709"]
    assert (entered("0070"), entered("0001")) == ({"0580": "entered", "9709": "withdrawn"}, {})
    assert Candidate.get(Candidate.uci == "XA101260001").qualifications == "IGCSE"
    assert Result.get().entry.candidate.number == "0070"


def test_another_person_inherits_neither_results_nor_entries_nor_a_selection(cast):
    zoe, lukasz = cast.candidates["XA101"]
    cast.give_access(cast.karachi)
    cast.result(zoe, "0580", "A*", 95)
    cast.result(zoe, "9709", "A", 84)
    cast.result(lukasz, "0580", "C", 61)
    cast.confirm(cast.karachi, cast.karachi_officer, scope="selected", selected=[zoe.id, lukasz.id])

    difference = apply("entries", csv_of("entries", with_(ENTRY, candidate_name="New Person", uci="OTHER")),
                       ends_logins=True)

    assert difference.removed == ["June 2026 XA101 0001 A Level 9709"]
    assert entered("0001") == {"0580": "entered", "9709": "withdrawn"}
    assert [result.grade for result in Result.select()] == ["C"]
    assert [chosen.candidate.number for chosen in SelectedCandidate.select()] == ["0002"]
    assert Candidate.get_by_id(zoe.id).name == "New Person"


def test_two_who_swap_numbers_lose_both_logins(cast):
    cast.give_access(cast.karachi)
    cast.confirm(cast.karachi, cast.karachi_officer)
    swapped = [with_(ENTRY, candidate_number="0002"),
               with_(ENTRY, candidate_name="Łukasz Żak", uci="XA101260002")]

    apply("entries", csv_of("entries", *swapped), ends_logins=True)

    assert [(c.number, c.uci) for c in Candidate.select().where(Candidate.centre == cast.karachi).order_by(
        Candidate.number)] == [("0001", "XA101260002"), ("0002", "XA101260001")]
    assert {login.verifier for login in Credential.select()} == {""}


def test_zeros_that_a_spreadsheet_has_eaten_come_back_in_syllabus_codes_too(cast):
    assert look("entries", xlsx_of("entries", with_(ENTRY, syllabus_code=580, candidate_number=1))).refused == []
    assert look("entries", xlsx_of("entries", with_(ENTRY, syllabus_code=580))).new == []


def test_an_associate_with_centres_stays_one(cast):
    row = ["XA100", "Northern Schools Council", "centre", "", "Somewhere", "Asia/Karachi", "exams@xa100.example"]

    difference = look("centres", csv_of("centres", row))

    assert [(line, str(said)) for line, said in difference.refused] == [
        (2, "XA100 stays an Associate while centres are attached to it.")]


def test_attaching_to_an_associate_of_the_same_file_is_counted(cast):
    cast.confirm(cast.independent, cast.independent_officer)
    rows = [["XN100", "New Council", "associate", "", "", "UTC", ""],
            ["XC301", "Lakeside School", "centre", "XN100", "Somewhere", "Europe/Madrid", "exams@xc301.example"]]

    difference = apply("centres", csv_of("centres", *rows))

    assert ["XC301: 2 candidates lose access" in said for _line, said in difference.warnings] == [True]
    assert not standing_of(Centre.get(Centre.number == "XC301"), cast.june).has_access


def test_an_interrupted_import_leaves_nothing_and_the_next_one_is_whole(cast):
    late = with_(ENTRY, candidate_number="0044", candidate_name="Late Comer", uci="U44")

    def interrupted():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        apply("entries", csv_of("entries", ENTRY, late), seal=interrupted)
    left = (StagedEntry.select().count(), Candidate.select().where(Candidate.number == "0044").count(),
            AuditEvent.select().count())
    apply("entries", csv_of("entries", with_(ENTRY, candidate_number="0045", uci="U45")))

    assert left == (0, 0, 0)
    assert [c.number for c in Candidate.select().where(Candidate.number > "0002")] == ["0045"]
    assert StagedEntry.select().count() == 0


@pytest.mark.parametrize("kind", list(ROWS))
def test_more_rows_than_one_step_are_staged_and_published(cast, kind):
    if kind not in ("entries", "results"):
        rows = [ROWS[kind]]
    else:
        people = [with_(ENTRY, candidate_number=f"{number:04}", uci=f"U{number}", syllabus_code=code)
                  for number in range(1000, 2700) for code in ("0580", "0610")]
        apply("entries", csv_of("entries", *people))
        rows = people if kind == "entries" else [[*row[:3], *row[5:8], "B", "", "", "75"] for row in people]

    difference = apply(kind, csv_of(kind, *rows))
    again = apply(kind, csv_of(kind, *rows))

    assert again.changes_nothing
    assert (Entry.select().count() > 3400, Result.select().count()) == (
        kind in ("entries", "results"), 3400 if kind == "results" else 0)
    assert difference.total == len(rows)


KARACHI = ["XA101", "Hilltop School", "centre", "XA100", "Somewhere", "Asia/Karachi", "exams@xa101.example"]


def test_a_detached_centre_keeps_what_the_defaults_gave_and_comes_back_without(cast):
    AttachedDefaults.create(associate=cast.associate, series=cast.june, uses_defaults=True, delay=60,
                            contact_name="A", contact_phone="1")
    cast.confirm(cast.karachi, cast.karachi_officer)

    apply("centres", csv_of("centres", with_(CENTRE, centre_number="XZ901"), [*KARACHI[:3], "", *KARACHI[4:]]))
    AttachedDefaults.update(delay=999, uses_defaults=False).execute()
    detached = standing_of(Centre.get(Centre.number == "XA101"), cast.june)
    difference = apply("centres", csv_of("centres", KARACHI))
    back = standing_of(Centre.get(Centre.number == "XA101"), cast.june)

    assert (detached.has_access, detached.delay, detached.contact.name) == (True, 60, "A")
    assert ["XA101: 2 candidates lose access" in said for _line, said in difference.warnings] == [True]
    assert (back.has_access, back.delay) == (False, 0)
    assert AttachedCentre.select().where(AttachedCentre.detached_from.is_null(False)).count() == 0
    assert Credential.select().where(Credential.dormant_since.is_null(False)).count() == 2


def test_a_series_that_is_over_keeps_nothing_for_a_detached_centre(cast):
    cast.give_access(cast.karachi, delay=90)
    Series.update(closes_at=NOW - timedelta(days=1)).execute()

    apply("centres", csv_of("centres", [*KARACHI[:3], "", *KARACHI[4:]]))

    assert AttachedCentre.select().count() == 0
