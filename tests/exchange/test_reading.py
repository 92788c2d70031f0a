"""Spreadsheets that mean harm, or are broken: a sentence each, and never the memory of the machine."""
import io
import random
import zipfile

import pytest

from exchange.reading import opened
from models.database import Refused
from tests.exchange.test_importing import ENTRY, xlsx_of

SHEET = "xl/worksheets/sheet1.xml"


def read_table(data):
    """Every row that is shown, with its line number."""
    with opened(io.BytesIO(data)) as book:
        return [row for sheet in book.sheets for row in sheet.rows]


def rewritten(data, change, member=SHEET):
    """The XLSX with one member changed."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[member] = change(parts[member])
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return out.getvalue()


@pytest.mark.parametrize("far", [
    b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
    b"<row r='1048576'><c r = 'xfd1048576'><v>1</v></c></row>",
    b'<row r="999999999"><c><v>1</v></c></row>',
])
def test_a_cell_at_the_far_end_of_a_sheet_is_refused_before_room_is_made_for_it(far):
    data = rewritten(xlsx_of("entries", ENTRY), lambda sheet: sheet.replace(b"</sheetData>", far + b"</sheetData>"))

    with pytest.raises(Refused, match="far away from its table"):
        read_table(data)


def test_a_member_that_unpacks_to_more_than_it_says_is_refused():
    data = bytearray(rewritten(xlsx_of("entries", ENTRY), lambda sheet: sheet + b" " * 5_000_000))
    place = data.rindex(SHEET.encode()) - 46  # its entry in the list of parts
    data[place + 24:place + 28] = (100).to_bytes(4, "little")

    with pytest.raises(Refused, match="no table"):
        read_table(bytes(data))


@pytest.mark.parametrize("kind", ["content.xml", "xl/workbook.bin", "word/document.xml"])
def test_other_kinds_of_zip_are_no_table(kind):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(kind, b"<x/>")

    with pytest.raises(Refused, match="no table"):
        read_table(out.getvalue())


def test_whatever_is_broken_in_a_file_it_is_read_or_refused():
    whole = xlsx_of("entries", *[ENTRY] * 20)
    outcomes = set()
    for seed in range(400):
        chance = random.Random(seed)  # noqa: S311 (the same damage every time)
        if seed % 2:
            data = bytearray(whole)
            for _damage in range(chance.randint(1, 6)):
                data[chance.randrange(len(data))] = chance.randrange(256)
            data = bytes(data)[:chance.choice((len(data), chance.randrange(len(data))))]
        else:
            scrap = chance.choice((b"<", b"&#0;", b"\xff", b'r="A0"', b"-1", b"<!DOCTYPE a>", b""))
            place = chance.randrange(500)
            data = rewritten(whole, lambda sheet, place=place, scrap=scrap: (
                sheet[:place] + scrap + sheet[place + 5:]))
        try:
            read_table(data)
            outcomes.add("read")
        except Refused as refusal:
            outcomes.add("refused" if refusal.fields["file"] else "without a sentence")
    assert outcomes == {"read", "refused"}
