"""Tables out: CSV and XLSX in which no cell can act as a formula."""
import csv
import io

from openpyxl import Workbook
from openpyxl.cell.cell import TYPE_STRING
from openpyxl.utils.exceptions import IllegalCharacterError

ACTIVE = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # full-width too: some programs fold them


def defused(value):
    """The value as text; what a spreadsheet would run gets an apostrophe before it."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(ACTIVE) else text


def csv_bytes(header, rows):
    """UTF-8 with a byte-order mark, which spreadsheets need to read names right, and CRLF."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([defused(value) for value in row] for row in rows)
    return ("\ufeff" + out.getvalue()).encode()


def xlsx_bytes(header, rows):
    """One sheet, every cell text, so that numbers keep their leading zeros."""
    book = Workbook(write_only=False)
    sheet = book.active
    for place, row in enumerate([header, *rows], 1):
        for column, value in enumerate(row, 1):
            cell = sheet.cell(place, column)
            try:
                cell.value = defused(value)
            except IllegalCharacterError:
                cell.value = "".join(c for c in defused(value) if c.isprintable())
            cell.data_type = TYPE_STRING
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
