"""A workbook read in a process of its own, which may fail: `python exchange/workbook.py < file.xlsx`.

It is read as a stream, so that a million rows take no more room than ten; a library that does so takes minutes for
them, and those that are quick make room for a whole sheet, trust its own word how large that is, and give an error
and a formula that was never calculated as an empty cell. A few kB may still unpack to gigabytes: whatever it takes is
bounded here, by count and by the limits of this process. Nothing of the service is imported: it starts at once.

Writes lines of JSON: first {"sheets": [name, …], "hidden": [name, …]}; then for each of those sheets, in order, its
number and rows: [place, [[line number, [text, …]], …]]; or {"refused": why} as the last one; why: 'broken', 'large',
'far' or 'long', for which `reading` has the sentences. An error stands as a spreadsheet shows it, '#N/A', and so does
a formula without a value: UNCALCULATED.
"""
import json
import re
import resource
import sys
import zipfile
import zlib
from array import array
from datetime import datetime, timedelta
from functools import reduce
from itertools import islice
from posixpath import normpath

from lxml import etree

MEMORY = 160 * 1024 * 1024  # bytes of data
SECONDS = 300  # of processor time
MOST_PARTS = 2_000  # files in it
UNPACKED, TIMES = 64 * 1024 * 1024, 40  # bytes it may unpack to whatever its size, and so many times its size
LARGEST_OTHER = 8 * 1024 * 1024  # bytes of a part that is neither a sheet nor their texts
STRINGS, MOST_STRINGS = 64 * 1024 * 1024, 2_000_000  # bytes and number of the texts that its sheets share
MOST_SHEETS, MOST_ROWS, MOST_COLUMNS = 500, 1_048_576, 500
LONGEST_FIELD = 2_000  # characters; `reading` has the same for CSV
STEP = 256 * 1024
AT_ONCE = 500  # rows a line
UNCALCULATED = "#CALC!"
DATES = {14, 15, 16, 17, 18, 19, 20, 21, 22, *range(27, 37), 45, 46, 47, *range(50, 59)}  # ECMA-376 part 1, 18.8.30
NO_DATE = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.')  # of a number's format: what is literal
CAREFUL = {"resolve_entities": False, "no_network": True, "remove_comments": True, "remove_pis": True}
EPOCH_1900, EPOCH_1904 = datetime.fromisoformat("1899-12-30"), datetime.fromisoformat("1904-01-01")
ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")  # ECMA-376 part 1, 22.9.2.19
BROKEN = (zipfile.BadZipFile, zlib.error, etree.LxmlError, LookupError, OSError, ValueError,
          RuntimeError, MemoryError, NotImplementedError, EOFError, OverflowError, TypeError)


class TooMuch(Exception):
    """The workbook is refused; its argument says why."""


def main():
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        with zipfile.ZipFile(sys.stdin.buffer) as archive:
            tell(archive)
    except TooMuch as refusal:
        say({"refused": refusal.args[0]})
    except BROKEN:
        say({"refused": "broken"})


def tell(archive):
    parts = archive.infolist()
    room = UNPACKED + TIMES * sum(part.compress_size for part in parts)
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > room:
        raise TooMuch("large")
    book = related(archive, "")["officeDocument"]
    targets, root = related(archive, book), document(archive, book)
    sheets = [(sheet.get("name"), sheet.get("state", "visible"), targets.get(own(sheet, "id"), ""))
              for sheet in root.iter("{*}sheet")]
    if len(sheets) > MOST_SHEETS:
        raise TooMuch("large")
    sheets = [sheet for sheet in sheets if "chart" not in sheet[2] and "dialog" not in sheet[2]]
    shown = [(name, part) for name, state, part in sheets if state == "visible"]
    say({"sheets": [name for name, _part in shown],
         "hidden": [name for name, state, _part in sheets if state != "visible"]})
    old = any(own(one, "date1904") in ("1", "true") for one in root.iter("{*}workbookPr"))
    texts = Texts(archive, targets.get("sharedStrings"))
    dates = dates_of(archive, targets.get("styles"))
    sheet = Sheet(texts, dates, EPOCH_1904 if old else EPOCH_1900)
    for place, (_name, part) in enumerate(shown):
        rows = sheet.rows(archive, part)
        while some := list(islice(rows, AT_ONCE)):
            say([place, some])


# --- parts and what they are for -------------------------------------------------------------------------------


def related(archive, part):
    """{id and last word of the type: name of the part} of what belongs to `part` ('': to the whole file)."""
    folder, _slash, name = part.rpartition("/")
    found = {}
    for relation in document(archive, normpath(f"{folder}/_rels/{name}.rels").lstrip("/")):
        target = relation.get("Target", "")
        place = target.lstrip("/") if target.startswith("/") else normpath(f"{folder}/{target}").lstrip("/")
        found[relation.get("Id")] = found[relation.get("Type", "").rpartition("/")[2]] = place
    return found


def document(archive, part):
    if archive.getinfo(part).file_size > LARGEST_OTHER:
        raise TooMuch("large")
    with archive.open(part) as stream:
        return etree.parse(stream, etree.XMLParser(**CAREFUL)).getroot()  # noqa: S320 (careful)


def local(tag):
    return tag.rpartition("}")[2]


def own(element, name):
    """An attribute, whatever its namespace: strict files have another than the usual ones."""
    return next((value for key, value in element.attrib.items() if local(key) == name), None)


def dates_of(archive, part):
    """The numbers of the cell styles that show a number as a date."""
    if part is None:
        return frozenset()
    root = document(archive, part)
    written = {int(one.get("numFmtId")): NO_DATE.sub("", one.get("formatCode", "")).lower()
               for one in root.iter("{*}numFmt")}
    cells = next((list(one) for one in root.iter("{*}cellXfs")), [])
    formats = [int(style.get("numFmtId", 0)) for style in cells]
    return frozenset(str(place) for place, number in enumerate(formats)
                     if (number in DATES if number not in written else re.search("[dmyhs]", written[number])))


def elements(archive, part, name):
    """The elements of this name, one at a time, each with what is in it and gone with the next one."""
    with archive.open(part) as stream:
        for _event, element in etree.iterparse(stream, tag=f"{{*}}{name}", **CAREFUL):
            yield element
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]


def written(element):
    """The text of a shared or an inline string, without how it is read aloud (rPh)."""
    if len(element) == 1 and not len(element[0]):
        return unescaped(element[0].text or "")
    texts = [part.text or "" for part in element.iter("{*}t") if local(part.getparent().tag) != "rPh"]
    return unescaped("".join(texts))


def unescaped(text):
    return ESCAPED.sub(lambda code: chr(int(code[1], 16)), text) if "_x" in text else text


class Texts:
    """The texts that the sheets share, side by side in one piece of memory: `texts[number]`."""

    def __init__(self, archive, part):
        self.held, self.places = bytearray(), array("I", [0])
        if part is None:
            return
        if archive.getinfo(part).file_size > STRINGS:
            raise TooMuch("large")
        for element in elements(archive, part, "si"):
            self.held += written(element).encode()
            self.places.append(len(self.held))
            if len(self.places) > MOST_STRINGS:
                raise TooMuch("large")

    def __getitem__(self, number):
        return self.held[self.places[number]:self.places[number + 1]].decode()


class Sheet:
    """One sheet's cells as text. `dates`: styles that show a number as a date; `since`: the day of number 0."""

    def __init__(self, texts, dates, since):
        self.texts, self.dates, self.since, self.columns = texts, dates, since, {}

    def rows(self, archive, part):
        """(line number, [text, …]) of each row that holds anything."""
        line = 0
        for row in elements(archive, part, "row"):
            before, line = line, int(row.get("r") or line + 1)
            if line > MOST_ROWS:
                raise TooMuch("far")
            if line <= before:
                raise ValueError("rows out of order")
            if cells := self.cells(row):
                yield line, cells

    def cells(self, row):
        found, column = [], 0
        for cell in row:
            place = cell.get("r")
            column = self.column_of(place) if place else column + 1
            if not len(cell) or not (said := self.said(cell, cell.get("t", "n")).strip()):
                continue
            if column > MOST_COLUMNS:
                raise TooMuch("far")
            if len(said) > LONGEST_FIELD:
                raise TooMuch("long")
            found += [""] * (column - len(found))
            found[column - 1] = said
        return found

    def said(self, cell, kind):
        """The cell as text: whole numbers without a point, dates as ISO 8601."""
        last = cell[-1]
        if kind == "inlineStr":
            return written(last)
        if local(last.tag) != "v":
            return UNCALCULATED if local(last.tag) == "f" else ""
        value = last.text or ""
        if kind == "s":
            return self.texts[int(value)]
        if kind == "b":
            return "true" if value == "1" else "false"
        if not value and kind != "str" and local(cell[0].tag) == "f":
            return UNCALCULATED
        if kind != "n" or not value:
            return unescaped(value)
        return self.number(value, cell.get("s"))

    def number(self, value, style):
        if style in self.dates:
            at = self.since + timedelta(days=float(value))
            return at.date().isoformat() if at.time() == at.min.time() else at.isoformat(timespec="seconds")
        if value.isdigit():
            return value
        number = float(value)
        return str(int(number)) if number.is_integer() and abs(number) < 1e15 else value

    def column_of(self, place):
        letters = place.rstrip("0123456789")
        if letters not in self.columns:
            self.columns[letters] = reduce(lambda column, letter: column * 26 + ord(letter) - 64, letters.upper(), 0)
        return self.columns[letters]


def say(what):
    sys.stdout.write(json.dumps(what, separators=(",", ":")) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
