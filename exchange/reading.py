"""A file as numbered rows of text, a few at a time: CSV in the encodings that spreadsheets write, and XLSX."""
import codecs
import csv
import io
import json
import shutil
import subprocess
import sys
import tempfile
import threading
from typing import NamedTuple

from exchange import workbook
from exchange.workbook import LONGEST_FIELD
from models.database import Refused, Sentence

LARGEST = 512 * 1024 * 1024  # bytes of a file; more is refused before it is read
LONGEST_LINE = 20_000
STEP = 1024 * 1024
SEPARATORS = (",", ";", "\t")
XLSX = b"PK\x03\x04"
PATIENCE = 20  # seconds until the first rows of a workbook
UNREADABLE = {
    "broken": Sentence("The file is no table that can be read: send XLSX or CSV (UTF-8)."),
    "large": Sentence("The file is too large."),
    "far": Sentence("The sheet has cells far away from its table, or more than 4,000,000 cells. Copy the table into a "
                    "new file, or send it as CSV."),
    "long": Sentence("A field is too long."),
}


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
    """The rows of the first sheet, read by `workbook.py` in a process of its own, which ends with this iterator."""
    given = _on_disk(file)
    given.seek(0)
    reader = subprocess.Popen([sys.executable, "-I", workbook.__file__], stdin=given, stdout=subprocess.PIPE,  # noqa: S603
                              stderr=subprocess.DEVNULL)
    patience = threading.Timer(PATIENCE, reader.kill)
    patience.start()
    try:
        for line in reader.stdout:
            patience.cancel()
            told = json.loads(line)
            if isinstance(told, dict):
                raise Refused(file=UNREADABLE[told["refused"]])
            yield from told
        if reader.wait():  # it had no more memory or time
            raise Refused(file=UNREADABLE["broken"])
    finally:
        patience.cancel()
        reader.kill()
        reader.wait()
        reader.stdout.close()
        if given is not file:
            given.close()


def _on_disk(file):
    """The file, or a copy of one that is in memory, as a process can be given it."""
    try:
        file.fileno()
    except OSError:
        copy = tempfile.TemporaryFile()  # noqa: SIM115 (closed with the iterator)
        file.seek(0)
        shutil.copyfileobj(file, copy)
        return copy
    return file


def _refused(msgid, **values):
    return Refused(file=Sentence(msgid, **values))
