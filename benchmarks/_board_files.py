"""Board files of any size for measuring: the results of `_country`, and the first entries of a whole country.

Made by seeded chance, so that the same call gives the same rows; written a row at a time.
"""
import csv
import random
import zipfile
from itertools import chain

from benchmarks._country import GRADES, SUBJECTS, entries, number_of

ENTRIES = ("series", "centre_number", "candidate_number", "candidate_name", "uci", "qualification", "syllabus_code",
           "option_code", "syllabus_title", "status")
LEAST, ONE_MORE = 5, (2, 35)  # entries of a candidate; so many in 35 have one more: 1,770,000 of 350,000
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
TO = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
PARTS = {
    "[Content_Types].xml":
        f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{KIND}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{KIND}.worksheet+xml"/>'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{KIND}.sharedStrings+xml"/></Types>',
    "_rels/.rels":
        f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{TO}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml":
        f'<workbook xmlns="{MAIN}" xmlns:r="{TO}"><sheets><sheet name="Results" sheetId="1" r:id="rId1"/></sheets>'
        "</workbook>",
    "xl/_rels/workbook.xml.rels":
        f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{TO}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{TO}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
}


def results(count, changed=0.0):
    """Rows of results.csv for the first `count` entries of the country; this share of the grades is another one."""
    grades, changes = random.Random(1), random.Random(2)
    for centre, candidate, code, option in entries(count):
        place = (grades.randrange(7) + (changes.random() < changed)) % 7
        yield "June 2026", centre, candidate, "IGCSE", code, option, GRADES[place], "", "", 95 - 10 * place


def first_entries(candidates, centres):
    """Rows of entries.csv for a series that has nothing yet, at the centres of the country."""
    each, numbers = -(-candidates // centres), random.Random(3)
    for n in range(candidates):
        person = (number_of(n // each), f"{n % each + 1:04}", f"Candidate {numbers.randrange(10 ** 6)} Of {n}", f"N{n}")
        for place in range(LEAST + (n % ONE_MORE[1] < ONE_MORE[0])):
            code, title = SUBJECTS[(n + place) % len(SUBJECTS)]
            yield "November 2026", *person, "IGCSE", code, "AX", title, "entered"


def write_csv(path, columns, rows):
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(chain([columns], rows))
    return path


def write_xlsx(path, columns, rows):
    """One sheet as spreadsheets write it: texts shared, cells named, empty ones left out. No text needs escaping."""
    texts = {}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, text in PARTS.items():
            archive.writestr(name, text)
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(f'<worksheet xmlns="{MAIN}"><sheetData>'.encode())
            for line, row in enumerate(chain([columns], rows), 1):
                sheet.write(_row(line, row, texts).encode())
            sheet.write(b"</sheetData></worksheet>")
        shared = "".join(f"<si><t>{text}</t></si>" for text in texts)
        archive.writestr("xl/sharedStrings.xml", f'<sst xmlns="{MAIN}">{shared}</sst>')
    return path


def _row(line, values, texts):
    cells = "".join(
        f'<c r="{letter}{line}"><v>{value}</v></c>' if isinstance(value, int) else
        f'<c r="{letter}{line}" t="s"><v>{texts.setdefault(value, len(texts))}</v></c>'
        for letter, value in zip("ABCDEFGHIJ", values, strict=True) if value != "")
    return f'<row r="{line}" spans="1:{len(values)}">{cells}</row>'
