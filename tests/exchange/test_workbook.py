"""A workbook that was made to fill memory or time costs a sentence: measured in the process that reads it."""
import io
import resource
import subprocess
import sys
import tempfile
import time
import zipfile

import pytest
from openpyxl import Workbook

from exchange import workbook
from models.database import Refused
from tests.exchange.test_reading import read_table

MOST_MEMORY, MOST_SECONDS = 200, 20  # MB, s
CELL = "<c><v>1</v></c>"
NAMED = '<c r="{}"><v>1</v></c>'
SHEET, STRINGS, BOOK = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"
WITH_ITS_PEAK = f"""
import atexit, re, runpy, sys
atexit.register(lambda: sys.stderr.write(re.search(r"VmHWM:\\s*(\\d+)", open("/proc/self/status").read())[1]))
runpy.run_path({workbook.__file__!r}, run_name="__main__")
"""


def rows(text, prefix=""):
    return (f'<{prefix}worksheet xmlns{":x" if prefix else ""}="http://schemas.openxmlformats.org/spreadsheetml/2006/'
            f'main"><{prefix}sheetData>{text}</{prefix}sheetData></{prefix}worksheet>')


def book(sheet="", **parts):
    """A workbook as spreadsheets write it, with this sheet and with other parts put in or changed."""
    out, made = io.BytesIO(), io.BytesIO()
    plain = Workbook()
    plain.active["A1"] = "x"
    plain.save(made)
    given = {SHEET: rows(sheet) if isinstance(sheet, str) else sheet, **parts}
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name in {*source.namelist(), *given}:
            part = given.get(name, None if name not in source.namelist() else source.read(name))
            archive.writestr(name, part(source.read(name)) if callable(part) else part)
    return out.getvalue()


def sheets(count):
    return lambda xml: xml.replace(b"</sheets>", b'<sheet name="T" sheetId="2" r:id="rId1"/>' * count + b"</sheets>")


def with_texts(relations):
    return relations.replace(b"</Relationships>", b'<Relationship Id="rId9" Target="sharedStrings.xml" Type="http://'
                             b'schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"/>'
                             b"</Relationships>")


BOMBS = {
    "a million rows under sixteen thousand cells that name no place": lambda: book(
        f"<row>{CELL * 16384}</row>{'<row/>' * 1_000_000}<row>{CELL}</row>"),
    "a far row with cells that name no place": lambda: book(
        f'<row r="1">{CELL * 16384}</row><row r="1000000">{CELL}</row>'),
    "one cell at the far end": lambda: book(f"<row>{CELL}</row><row>{NAMED.format('XFD1048576')}</row>"),
    "one row without end": lambda: book(f"<row>{CELL * 3_000_000}</row>"),
    "gigabytes of nothing": lambda: book(b" " * 300_000_000),
    "a text of a hundred megabytes": lambda: book(CELL, **{STRINGS: "<sst><si><t>" + "a" * 110_000_000}),
    "millions of texts": lambda: book(CELL, **{STRINGS: "<sst>" + "<si><t>a</t></si>" * 3_000_000,
                                               "xl/_rels/workbook.xml.rels": with_texts}),
    "a million sheets": lambda: book(f"<row>{CELL}</row>", **{BOOK: sheets(1_000_000)}),
    "names with a prefix": lambda: book(rows(
        f"<x:row>{CELL.replace('c>', 'x:c>') * 16384}</x:row><x:row r='900000'><x:c/></x:row>", "x:").encode()),
    "thousands of files": lambda: book(CELL, **{f"xl/media/{n}": "" for n in range(3000)}),
    "entities within entities": lambda: book(
        b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + b"".join(
            b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(20))
        + b']><worksheet><sheetData><row><c t="str"><v>&u;</v></c></row></sheetData></worksheet>'),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_costs_a_sentence(bomb):
    data = BOMBS[bomb]()
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.seek(0)
        began = time.monotonic()
        read = subprocess.run([sys.executable, "-c", WITH_ITS_PEAK], stdin=file, capture_output=True, timeout=60)
        taken = time.monotonic() - began

    assert int(read.stderr) / 1024 < MOST_MEMORY
    assert taken < MOST_SECONDS
    with pytest.raises(Refused) as refusal:
        read_table(data)
    assert refusal.value.fields["file"]


def test_the_largest_table_that_is_read_takes_no_more_either():
    data = book(f"<row>{CELL * 10}</row>" * 395_000)  # 1,000,000 take as much: benchmarks/imports.py

    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.seek(0)
        read = subprocess.run([sys.executable, "-c", WITH_ITS_PEAK], stdin=file, capture_output=True, timeout=120)

    assert read.stdout.count(b"\n") == 791
    assert int(read.stderr) / 1024 < MOST_MEMORY


def test_what_ends_the_reader_ends_nothing_else(monkeypatch):
    """No memory at all, as on a machine that has none left."""
    monkeypatch.setattr(workbook, "__file__", "/nowhere/workbook.py")

    with pytest.raises(Refused, match="no table that can be read"):
        read_table(book(f"<row>{CELL}</row>"))


def test_the_reader_has_limits_of_its_own():
    limited = subprocess.run(
        [sys.executable, "-c", "import resource, runpy, sys\nsys.stdin.close()\ntry:\n"
         f"    runpy.run_path({workbook.__file__!r}, run_name='__main__')\nexcept BaseException: pass\n"
         "print(resource.getrlimit(resource.RLIMIT_DATA), resource.getrlimit(resource.RLIMIT_CPU))"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True)

    assert limited.stdout.strip().endswith(f"({workbook.MEMORY}, {workbook.MEMORY}) ({workbook.SECONDS}, "
                                           f"{workbook.SECONDS})")
    assert resource.getrlimit(resource.RLIMIT_DATA)[0] != workbook.MEMORY


def test_blank_rows_and_columns_before_the_table_keep_their_places():
    data = book(f'<row r="3">{NAMED.format("C3")}</row><row r="4">{NAMED.format("C4")}{NAMED.format("D4")}</row>')

    assert read_table(data) == [[3, ["", "", "1"]], [4, ["", "", "1", "1"]]]
