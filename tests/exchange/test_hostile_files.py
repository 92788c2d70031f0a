"""F1: some forty odd and hostile files through the board's page: a sentence each, never an error of ours, nothing kept.

`make proof` sends random damage of real files as well.
"""
import io
import random
import re
import zipfile

import pytest

from exchange.columns import COLUMNS
from models.database import database
from models.rules.results import Result
from models.tables.exams import Candidate, Centre, Entry, Release
from tests.exchange.test_board_imports import send
from tests.exchange.test_importing import ROWS, csv_of, xlsx_of
from tests.inside import Inside

LONG = 100_000


def zipped(**members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return out.getvalue()


BILLION = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + b"".join(
    b'<!ENTITY %c "&%c;&%c;&%c;&%c;">' % (98 + n, *[97 + n] * 4) for n in range(20)) + b"]><x>&u;</x>"
OUTSIDE = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><worksheet><sheetData>&a;</sheetData></worksheet>'
HOSTILE = {
    "nothing": b"",
    "one byte": b"\xff",
    "blanks": b" \t\r\n" * 1000,
    "a mark alone": b"\xef\xbb\xbf",
    "half a UTF-16 mark": b"\xff\xfe\x00",
    "UTF-16 cut in the middle": csv_of("entries", ROWS["entries"]).decode().encode("utf-16")[:-1],
    "UTF-32": csv_of("entries", ROWS["entries"]).decode().encode("utf-32"),
    "UTF-16 without a mark": csv_of("entries", ROWS["entries"]).decode().encode("utf-16-le"),
    "Latin-1": csv_of("entries", ROWS["entries"]).decode().encode("latin-1"),
    "one endless line": b"a" * 300_000,
    "one endless field": b'"' + b"a\n" * 150_000,
    "quotation marks": b'"' * LONG,
    "separators": b"," * LONG,
    "line ends": b"\r" * LONG,
    "a thousand columns": b",".join(b"c%d" % n for n in range(1000)) + b"\n" + b"1," * 999 + b"1",
    "one column twice": csv_of("entries", ROWS["entries"]).replace(b"uci", b"series", 1),
    "another header": b"a,b,c\n1,2,3\n",
    "a header alone": csv_of("entries"),
    "NUL": csv_of("entries", ROWS["entries"]) + b"\n\x00",
    "overlong UTF-8": csv_of("entries", ROWS["entries"]) + b"\n\xc0\xaf",
    "a lone surrogate": csv_of("entries", ROWS["entries"]) + b"\n\xed\xa0\x80",
    "HTML": b"<!doctype html><script>alert(1)</script>",
    "a PDF": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj",
    "a program": b"\x7fELF" + bytes(range(256)) * 4,
    "old Excel": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600,
    "an empty ZIP": b"PK\x05\x06" + b"\x00" * 18,
    "a ZIP's first four bytes": b"PK\x03\x04",
    "a ZIP of text": zipped(notes_xml=b"hello"),
    "no sheet": zipped(xl__workbook_xml=b"<workbook/>"),
    "entities upon entities": zipped(xl__workbook_xml=BILLION),
    "an entity of a file": zipped(xl__workbook_xml=b"<workbook/>", xl__worksheets__sheet1_xml=OUTSIDE),
    "a bomb": zipped(xl__workbook_xml=b"<workbook/>", xl__worksheets__sheet1_xml=b" " * 300_000_000),
    "a path that climbs": zipped(**{"..__..__etc__passwd": b"x", "xl__workbook_xml": b"<workbook/>"}),
    "half a spreadsheet": xlsx_of("entries", ROWS["entries"])[:-300],
    "the end of a spreadsheet": xlsx_of("entries", ROWS["entries"])[300:],
    "a spreadsheet with a tail": xlsx_of("entries", ROWS["entries"])[:40] + b"\x00" * 5000,
    "ten thousand broken lines": csv_of("entries", *[["x"] * 10] * 10_000),
    "formulas": csv_of("entries", ["=1+1", "@x", "+2", "-3", "\tx", "=cmd|' /C calc'!A0", "=a", "=b", "=c", "=d"]),
    "markup": csv_of("entries", [f"<b>{name}</b>" for name in COLUMNS["entries"]]),
    "right to left": csv_of("entries", [f"\u202e{value}" for value in ROWS["entries"]]),
    "placeholders": csv_of("entries", ["%(n)s %s %d {0} {{ 7*7 }}"] * 10),
}


def stands():
    return [table.select().count() for table in (Centre, Candidate, Entry, Release, Result)]


@pytest.mark.parametrize("kind", ["entries", "centres", "results", "releases"])
def test_every_hostile_file_gets_an_answer_and_leaves_nothing(app, cast, kind):
    board, before, wrong = Inside(app, cast.board), stands(), []

    for name, data in HOSTILE.items():
        answer = send(board, kind, data, f"{name}.csv")
        page = board.follow(answer) if answer.status == 303 else answer
        said = re.search(r"Line \d+:? |The file |The sheet |The column", page.text)
        offered = page.all("form", action=f"{answer.location}/apply")
        if answer.status not in (303, 422) or offered or not (said or name == "a header alone") or "<b>s" in page.html:
            wrong.append((name, answer.status, page.text[:300]))

    assert wrong == []
    assert stands() == before


def test_random_damage_is_read_or_refused_too(app, cast, request):
    """Five thousand with `--proof`, the first of them otherwise."""
    board = Inside(app, cast.board)
    sources = [make(kind, *[ROWS[kind]] * 3) for kind in ROWS for make in (csv_of, xlsx_of)]
    statuses = set()
    for seed in range(5000 if request.config.getoption("--proof") else 60):
        chance = random.Random(seed)  # noqa: S311 (the same damage every time)
        data = bytearray(chance.choice(sources))
        for _damage in range(chance.randint(1, 8)):
            place = chance.randrange(len(data))
            data[place:place + chance.randrange(3)] = chance.randbytes(chance.randrange(4))
        with database.atomic() as stage:
            statuses.add(send(board, chance.choice(list(ROWS)), bytes(data)).status)
            stage.rollback()

    assert statuses <= {303, 422}
    assert 422 in statuses
