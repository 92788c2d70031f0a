"""Bytes of a file as numbered rows of text: CSV in the encodings that spreadsheets write, and XLSX."""
import csv
import io
import re
import zipfile
import zlib
from functools import reduce
from typing import NamedTuple

from python_calamine import CalamineError, CalamineWorkbook

from models.database import Refused, Sentence

LARGEST = 512 * 1024 * 1024  # bytes of a file; more is refused before it is read
LARGEST_XLSX = 256 * 1024 * 1024  # bytes that an XLSX may unpack to
LONGEST_FIELD = 2_000
SEPARATORS = (",", ";", "\t")
XLSX = b"PK\x03\x04"
MOST_CELLS = 12_000_000  # of a sheet from its first to its last: every row that there can be, with the columns known
CELL = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{0,3})(\d{1,9})["']""")
BROKEN_XLSX = (zipfile.BadZipFile, zlib.error, CalamineError, LookupError, OSError, ValueError, RuntimeError,
               NotImplementedError, EOFError)


class Table(NamedTuple):
    """`header`: names as they stand in the file; `rows`: (line number, [text, …]), blank lines left out."""

    header: list
    rows: list


def read_table(data):
    """A Table from a file's bytes. Raises `Refused` (file) with a sentence for what cannot be read."""
    if not data:
        raise _refused("The file is empty.")
    if len(data) > LARGEST:
        raise _refused("The file is too large.")
    rows = _xlsx_rows(data) if data.startswith(XLSX) else _csv_rows(_decoded(data))
    rows = [(line, cells) for line, cells in rows if any(cells)]
    if not rows:
        raise _refused("The file holds no rows.")
    (_line, header), *rest = rows
    return Table(header, rest)


def _decoded(data):
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif data.startswith(b"\xef\xbb\xbf"):
        encoding = "utf-8-sig"
    else:
        encoding = "utf-8"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[:error.start].count(b"\n") + 1
        raise _refused("Line %(line)s is neither UTF-8 nor UTF-16 text. Save the file as ‘CSV UTF-8’.",
                       line=line) from None
    if "\x00" in text:
        line = text[:text.index("\x00")].count("\n") + 1
        raise _refused("Line %(line)s holds a character that is no text (NUL).", line=line)
    return text


def _csv_rows(text):
    head = text.lstrip("\r\n").split("\n", 1)[0]
    separator = max(SEPARATORS, key=head.count)
    csv.field_size_limit(LONGEST_FIELD)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows = []
    start = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return rows
        except csv.Error as error:
            if "field larger" in str(error):
                raise _refused("Line %(line)s holds a field that is too long, or a quotation mark that is never "
                               "closed.", line=start) from None
            raise _refused("Line %(line)s: its quotation marks do not fit.", line=start) from None
        rows.append((start, [cell.strip() for cell in cells]))
        start = reader.line_num + 1


def _xlsx_rows(data):
    try:
        _measure(data)
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
        rows = sheet.to_python(skip_empty_area=False)
    except BROKEN_XLSX:
        raise _refused("The file is no table that can be read: send XLSX or CSV (UTF-8).") from None
    return [(line, [_text(cell) for cell in row]) for line, row in enumerate(rows, 1)]


def _measure(data):
    """Refuse what would fill the memory, before it does: a few kB may unpack to gigabytes, or name one cell at the
    far end of a sheet, for which the reader would make room. Reading each part here also proves its stated size.
    """
    rows = columns = 0
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(item.file_size for item in archive.infolist()) > LARGEST_XLSX:
            raise _refused("The file is too large.")
        if "xl/workbook.xml" not in archive.namelist():
            raise zipfile.BadZipFile
        for item in archive.infolist():
            for letters, digits in (place.groups() for place in CELL.finditer(archive.read(item))):
                rows = max(rows, int(digits))
                columns = max(columns, reduce(lambda column, letter: column * 26 + letter - 64, letters.upper(), 0))
    if rows * columns > MOST_CELLS:
        raise _refused("The sheet has cells far away from its table. Copy the table into a new file.")


def _text(cell):
    """A spreadsheet cell as text: whole numbers without a point, dates as ISO 8601."""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if hasattr(cell, "isoformat"):
        return cell.isoformat()
    text = str(cell).strip()
    if len(text) > LONGEST_FIELD:
        raise _refused("A field is too long.")
    return text


def _refused(msgid, **values):
    return Refused(file=Sentence(msgid, **values))
