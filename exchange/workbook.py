"""A workbook read in a process of its own, which may fail: `python exchange/workbook.py < file.xlsx`.

A few kB may unpack to gigabytes, or name one cell at the far end of a sheet, for which the reader would make room and
end the whole process. So its size is found first, by counting the rows and cells that stand in it, and whatever is
left takes no more memory and time than this process has. Nothing of the service is imported here: it starts at once.

Writes lines of JSON: [[line number, [text, …]], …], or {"refused": why} as the last one; why: 'broken', 'large', 'far'
or 'long', for which `reading` has the sentences.
"""
import json
import re
import resource
import sys
import zipfile
import zlib
from functools import reduce
from itertools import islice

from python_calamine import CalamineError, CalamineWorkbook

MEMORY = 400 * 1024 * 1024  # bytes of data; the reader takes some 70 for each cell of a sheet
SECONDS = 60  # of processor time
LARGEST = 256 * 1024 * 1024  # bytes that a workbook may unpack to
MOST_PARTS = 2_000  # files in it
LARGEST_OTHER = 16 * 1024 * 1024  # bytes of a part that is neither a sheet nor their texts
STRINGS, MOST_STRINGS = 96 * 1024 * 1024, 2_000_000  # bytes and number of the texts that its sheets share
MOST_CELLS = 4_000_000  # of a sheet from its first to its last
SPARSE = 1_000_000, 4  # cells from which on at least every fourth must be there
LONGEST_ROW = 8 * 1024 * 1024  # bytes of one row as it stands in the file
LONGEST_FIELD = 2_000  # characters; `reading` has the same for CSV
STEP = 1024 * 1024
AT_ONCE = 500  # rows a line
ROW = re.compile(rb"<(?:\w+:)?row(?=[\s/>])")
A_CELL = re.compile(rb"<(?:\w+:)?c(?=[\s/>])")
PLACE = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{0,3})(\d{1,9})["']""")
BROKEN = (zipfile.BadZipFile, zlib.error, CalamineError, LookupError, OSError, ValueError, RuntimeError, MemoryError,
          NotImplementedError, EOFError)


class TooMuch(Exception):
    """The workbook is refused; its argument says why."""


def main():
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    file = sys.stdin.buffer
    try:
        with zipfile.ZipFile(file) as archive:
            measure(archive)
        file.seek(0)
        sheet = CalamineWorkbook.from_filelike(file).get_sheet_by_index(0)
        left = [""] * (sheet.start[1] if sheet.start else 0)  # columns before the first cell, which it leaves out
        rows = enumerate(sheet.iter_rows(), 1)
        while some := list(islice(rows, AT_ONCE)):
            print(json.dumps([[line, left + [text(cell) for cell in cells]] for line, cells in some]), flush=True)
    except TooMuch as refusal:
        print(json.dumps({"refused": refusal.args[0]}))
    except BROKEN:
        print(json.dumps({"refused": "broken"}))


def measure(archive):
    """Raises `TooMuch` for what would take too much room. Reading each part here also proves its stated size."""
    parts = archive.infolist()
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST:
        raise TooMuch("large")
    if "xl/workbook.xml" not in archive.namelist():
        raise zipfile.BadZipFile
    for part in parts:
        with archive.open(part) as stream:
            if "sharedstrings" in part.filename.lower():
                _refuse_strings(part.file_size, stream)
                continue
            rows, columns, cells = _extent(stream)
        if not part.filename.startswith("xl/worksheets/") and part.file_size > LARGEST_OTHER:
            raise TooMuch("large")
        if rows * columns > MOST_CELLS or rows * columns > max(SPARSE[0], SPARSE[1] * cells):
            raise TooMuch("far")


def _refuse_strings(size, stream):
    count = 0
    while some := stream.read(STEP):
        count += some.count(b"<si") + some.count(b":si")
        if size > STRINGS or count > MOST_STRINGS:
            raise TooMuch("large")


def _extent(stream):
    """(rows, columns, cells) that a part may have at most: by the places that are named and, where a row or a cell
    names none, by counting, since it then takes the next one."""
    last_row = last_column = unnamed_rows = most_unnamed = cells = 0
    for row in _rows(stream):
        places = PLACE.findall(row)
        here = len(A_CELL.findall(row))
        named = sum(1 for letters, _digits in places if letters)
        cells += here
        unnamed_rows += len(places) == named
        most_unnamed = max(most_unnamed, here - named)
        for letters, digits in places:
            last_row, last_column = max(last_row, int(digits)), max(last_column, _column(letters.upper()))
    return last_row + unnamed_rows, last_column + most_unnamed, cells


def _rows(stream):
    """The bytes of each row element of a part, which may be as long as LONGEST_ROW."""
    held, is_sheet = b"", False
    while some := stream.read(STEP):
        *whole, held = ROW.split(held + some)
        yield from whole if is_sheet else whole[1:]  # before the first row stands what is none
        is_sheet = is_sheet or bool(whole)
        if not is_sheet:
            held = held[-40:]
        elif len(held) > LONGEST_ROW:
            raise TooMuch("far")
    if is_sheet:
        yield held


def _column(letters):
    return reduce(lambda column, letter: column * 26 + letter - 64, letters, 0)


def text(cell):
    """A cell as text: whole numbers without a point, dates as ISO 8601. Raises `TooMuch` for an endless one."""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if hasattr(cell, "isoformat"):
        return cell.isoformat()
    said = str(cell).strip()
    if len(said) > LONGEST_FIELD:
        raise TooMuch("long")
    return said


if __name__ == "__main__":
    main()
