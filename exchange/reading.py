"""A file as numbered rows of text, a few at a time: CSV in the encodings that spreadsheets write, and XLSX."""
import codecs
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
MOST_CELLS = 12_000_000  # of a sheet from its first to its last: every row that there can be, with the columns known
LONGEST_FIELD = 2_000
LONGEST_LINE = 20_000
STEP = 1024 * 1024
SEPARATORS = (",", ";", "\t")
XLSX = b"PK\x03\x04"
CELL = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{0,3})(\d{1,9})["']""")
BROKEN_XLSX = (zipfile.BadZipFile, zlib.error, CalamineError, LookupError, OSError, ValueError, RuntimeError,
               NotImplementedError, EOFError)


class Table(NamedTuple):
    """`header`: names as they stand in the file; `rows`: an iterator of (line number, [text, …]), blank lines
    left out, which may raise `Refused` too."""

    header: list
    rows: object


def open_table(file):
    """A Table of a seekable binary file. Raises `Refused` (file) with a sentence for what cannot be read."""
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    if not size:
        raise _refused("The file is empty.")
    if size > LARGEST:
        raise _refused("The file is too large.")
    rows = _xlsx_rows(file) if file.read(4) == XLSX else _csv_rows(file)
    rows = ((line, cells) for line, cells in rows if any(cells))
    header = next(rows, None)
    if header is None:
        raise _refused("The file holds no rows.")
    return Table(header[1], rows)


def _csv_rows(file):
    file.seek(0)
    encoding = "utf-16" if file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "utf-8-sig"
    file.seek(0)
    text = io.TextIOWrapper(file, encoding, newline="")
    try:
        separator = next((max(SEPARATORS, key=line.count) for line in _lines(text) if line.strip()), ",")
        text.seek(0)
        yield from _rows_of(text, separator)
    except UnicodeDecodeError:
        raise _not_text(file, encoding) from None
    finally:
        if not text.closed:
            text.detach()  # the file stays its owner's


def _rows_of(text, separator):
    """(line, cells) of CSV; the number of a row is that of its first line."""
    csv.field_size_limit(LONGEST_FIELD)
    reader = csv.reader(_lines(text), delimiter=separator, strict=True)
    start = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "field larger" in str(error):
                raise _refused("Line %(line)s holds a field that is too long, or a quotation mark that is never "
                               "closed.", line=start) from None
            raise _refused("Line %(line)s: its quotation marks do not fit.", line=start) from None
        yield start, [cell.strip() for cell in cells]
        start = reader.line_num + 1


def _lines(text):
    """The lines of a text file, none of them endless."""
    number = 0
    while line := text.readline(LONGEST_LINE):
        number += 1
        if "\x00" in line:
            raise _refused("Line %(line)s holds a character that is no text (NUL).", line=number)
        if len(line) == LONGEST_LINE:
            raise _refused("Line %(line)s is too long.", line=number)
        yield line


def _not_text(file, encoding):
    """The refusal that names the line whose bytes are no text."""
    file.seek(0)
    if encoding == "utf-16":
        return _refused("The file begins as UTF-16 text but is none. Save it as ‘CSV UTF-8’.")
    return _refused("Line %(line)s is neither UTF-8 nor UTF-16 text. Save the file as ‘CSV UTF-8’.",
                    line=next(number for number, line in enumerate(file, 1) if not _is_utf8(line)))


def _is_utf8(line):
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _xlsx_rows(file):
    try:
        _measure(file)
        file.seek(0)
        sheet = CalamineWorkbook.from_filelike(file).get_sheet_by_index(0)
        rows = sheet.to_python(skip_empty_area=False)
    except BROKEN_XLSX:
        raise _refused("The file is no table that can be read: send XLSX or CSV (UTF-8).") from None
    for line, row in enumerate(rows, 1):
        yield line, [_text(cell) for cell in row]


def _measure(file):
    """Refuse what would fill the memory, before it does: a few kB may unpack to gigabytes, or name one cell at the
    far end of a sheet, for which the reader would make room. Reading each part here also proves its stated size.
    """
    rows = columns = 0
    with zipfile.ZipFile(file) as archive:
        if sum(item.file_size for item in archive.infolist()) > LARGEST_XLSX:
            raise _refused("The file is too large.")
        if "xl/workbook.xml" not in archive.namelist():
            raise zipfile.BadZipFile
        for item in archive.infolist():
            with archive.open(item) as part:
                before = b""
                while some := part.read(STEP):
                    for letters, digits in CELL.findall(before + some):
                        rows, columns = max(rows, int(digits)), max(columns, _column(letters.upper()))
                    before = some[-40:]
    if rows * columns > MOST_CELLS:
        raise _refused("The sheet has cells far away from its table. Copy the table into a new file.")


def _column(letters):
    return reduce(lambda column, letter: column * 26 + letter - 64, letters, 0)


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
