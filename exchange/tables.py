"""Tables out: CSV and XLSX in which no cell can act as a formula."""
import csv
import io
from itertools import chain

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, TYPE_STRING, WriteOnlyCell

ACTIVE = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # full-width too: some programs fold them


def defused(value):
    """The value as text; what a spreadsheet would run gets an apostrophe before it, which `cells.honest` takes off."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.lstrip("'").startswith(ACTIVE) else text


def write_csv(out, header, rows):
    """UTF-8 with a byte-order mark, which spreadsheets need to read names right, and CRLF, into a binary file.

    Gives the number of rows.
    """
    text = io.TextIOWrapper(out, "utf-8-sig", newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    written = 0
    for row in rows:
        writer.writerow([defused(value) for value in row])
        written += 1
    text.flush()
    text.detach()
    return written


def write_xlsx(out, header, rows):
    """One sheet, every cell text, so that numbers keep their leading zeros. Gives the number of rows."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    written = -1  # the header is no row
    for row in chain([header], rows):
        sheet.append([_text(sheet, value) for value in row])
        written += 1
    book.save(out)
    return written


def _text(sheet, value):
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", defused(value)))
    cell.data_type = TYPE_STRING
    return cell


def csv_bytes(header, rows):
    out = io.BytesIO()
    write_csv(out, header, rows)
    return out.getvalue()


def xlsx_bytes(header, rows):
    out = io.BytesIO()
    write_xlsx(out, header, rows)
    return out.getvalue()
