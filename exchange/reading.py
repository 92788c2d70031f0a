"""A file as sheets of numbered rows of text, a few at a time: CSV in what spreadsheets write it in, and XLSX."""
import codecs
import csv
import io
import json
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from contextlib import contextmanager
from itertools import chain, groupby, islice
from operator import itemgetter
from typing import NamedTuple

from exchange import workbook
from exchange.workbook import LONGEST_FIELD
from models.database import Refused, Sentence

LARGEST = 512 * 1024 * 1024  # bytes of a file; more is refused before it is read
LONGEST_LINE = 20_000
STEP = 1024 * 1024
SEPARATORS = (",", ";", "\t")
FIRST = 10  # lines in which the separator is looked for
XLSX, OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
PATIENCE = 60  # seconds until the first rows of a workbook
UNREADABLE = {
    "broken": Sentence("The file is no table that can be read: send XLSX or CSV (UTF-8)."),
    "large": Sentence("The file is too large."),
    "far": Sentence("The sheet has cells far away from its table. Copy the table into a new file, or send it as CSV."),
    "long": Sentence("A field is too long."),
}


class Sheet(NamedTuple):
    """`name`: of a workbook's sheet, '' of a CSV; `rows`: an iterator of (line number, [text, …]), blank lines left
    out, which may raise `Refused` too."""

    name: str
    rows: object


class Book(NamedTuple):
    """`sheets`: an iterator of the Sheets that hold anything, each to be read before the next; `hidden`: the names of
    those that are not shown and so not read; `names`: of the others."""

    sheets: object
    names: list
    hidden: list


@contextmanager
def opened(file):
    """A Book of a seekable binary file. Raises `Refused` (file) with a sentence for what cannot be read."""
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    if not size:
        raise _refused("The file is empty.")
    if size > LARGEST:
        raise _refused("The file is too large.")
    magic = file.read(4)
    if magic == OLD_EXCEL:
        raise _refused("This is an old Excel file, or one with a password. Save it as XLSX without one.")
    if magic == XLSX:
        with _workbook(file) as (told, rows):
            sheets = (Sheet(told["sheets"][place], (row[1] for row in some))
                      for place, some in groupby(rows, itemgetter(0)))
            yield Book(sheets, told["sheets"], told["hidden"])
        return
    rows = _csv_rows(file)
    try:
        first = next(rows, None)
        yield Book(iter([Sheet("", chain([first], rows))] if first else []), [""], [])
    finally:
        rows.close()


def _csv_rows(file):
    file.seek(0)
    encoding = "utf-16" if file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "utf-8-sig"
    file.seek(0)
    text = io.TextIOWrapper(file, encoding, newline="")
    try:
        separator, is_told = _separator(list(islice(_lines(text), FIRST)))
        text.seek(0)
        rows = _rows_of(text, separator)
        if is_told:
            next(rows)
        yield from rows
    except UnicodeDecodeError:
        raise _not_text(file, encoding) from None
    finally:
        if not text.closed:
            text.detach()  # the file stays its owner's


def _separator(lines):
    """(the character between the cells, whether the first line is Excel's 'sep=;'), by the first lines."""
    if lines and (told := re.fullmatch(r"\"?sep=(.)\"?\s*", lines[0], re.IGNORECASE)):
        return told[1], True
    return max(SEPARATORS, key=lambda one: max((line.count(one) for line in lines), default=0)), False


def _rows_of(text, separator):
    """(line, cells) of CSV, blank lines left out; the number of a row is that of its first line."""
    csv.field_size_limit(LONGEST_FIELD)
    reader = csv.reader(_lines(text), delimiter=separator, strict=True)
    start = 1
    try:
        for cells in reader:
            if any(cells):
                yield start, cells
            start = reader.line_num + 1
    except csv.Error as error:
        if "field larger" in str(error):
            raise _refused("Line %(line)s holds a field that is too long, or a quotation mark that is never closed.",
                           line=start) from None
        raise _refused("Line %(line)s: its quotation marks do not fit.", line=start) from None


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


@contextmanager
def _workbook(file):
    """(what `workbook.py` tells first, an iterator of (number of the sheet, row)), read in a process of its own."""
    given = _on_disk(file)
    given.seek(0)
    reader = subprocess.Popen([sys.executable, "-I", workbook.__file__], stdin=given, stdout=subprocess.PIPE,  # noqa: S603
                              stderr=subprocess.DEVNULL)
    patience = threading.Timer(PATIENCE, reader.kill)
    patience.start()
    try:
        told = _told(reader, patience)
        yield next(told), ((place, row) for place, rows in told for row in rows)
    finally:
        patience.cancel()
        reader.kill()
        reader.wait()
        reader.stdout.close()
        if given is not file:
            given.close()


def _told(reader, patience):
    for number, line in enumerate(reader.stdout):
        told = json.loads(line)
        if "refused" in told:
            raise Refused(file=UNREADABLE[told["refused"]])
        if number:
            patience.cancel()
        yield told
    if reader.wait():  # it had no more memory or time
        raise Refused(file=UNREADABLE["broken"])


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
