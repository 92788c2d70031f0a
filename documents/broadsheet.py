"""A centre's results on few sheets, for its head: a candidate a line, or who has which grade in each syllabus.

xhtml2pdf lays out each kind of line once, 30 ms, and sheets are stacked from lines: 399 candidates with 8 results each
take 0.4 s and then 0.1 s by candidate, 0.5 s and then 0.3 s by syllabus; a plan takes 0.24 s a sheet.
"""
from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import astuple, replace
from functools import lru_cache
from itertools import zip_longest
from typing import BinaryIO, NamedTuple

from documents.engine import Cell, Plan, compile_page, single_sheet, stacked, wrapped
from documents.pages import PAPERS, Design, Paper
from documents.statements import Result, Statement, StatementLayout, finished, press_for, sheet_number
from documents.text import centre_of, checked, name_of
from models.rules.grades import rank
from models.tables.exams import in_order

MARGIN = 30.0                                   # points of white above and below
TOGETHER = 6                                    # so many lines of a row stay on one sheet
ACROSS = 3                                      # syllabuses beside each other in the legend
PROVISIONAL = "Results are provisional until certificates are issued."


class Line(NamedTuple):
    """One line of a sheet, as a part of broadsheet.html; `table`: which one's widths it has."""

    name: str
    texts: tuple[str, ...]
    table: str = ""

    @property
    def shared_tags(self) -> int:
        """How many of its tags are the line's before: the heading, the table, or its row and cells too."""
        return {"further": 1, "row": 1, "more": 2 + len(self.texts)}.get(self.name, 0)


class Table(NamedTuple):
    """Rows below a heading. A cell is a text, or a list of what its lines may be broken between."""

    name: str
    heading: str
    columns: tuple[str, ...]
    rows: list[tuple[str | list[str], ...]]
    is_legend: bool = False


def write_broadsheet(statements: Iterable[Statement], out: BinaryIO, layout: StatementLayout) -> int:
    """Write what each candidate has, and at the end what each syllabus is called; answer the number of sheets."""
    statements = [_checked(one) for one in statements]
    syllabuses = _syllabuses(statements)
    several = len({qualification for _code, qualification, _title in syllabuses}) > 1
    return _write("Broadsheet of results", [
        Table("candidates", "", ("Number", "Candidate", "Results"),
              [(one.candidate_number, one.candidate_name, list(_grades_of(one, several))) for one in statements]),
        Table("syllabuses", "Syllabuses", ("Code", "Subject") * ACROSS, _legend(list(syllabuses)), True),
    ], statements, out, layout, on_its_side=True)


def write_by_syllabus(statements: Iterable[Statement], out: BinaryIO, layout: StatementLayout) -> int:
    """Write how many and who have which grade in each syllabus, the best first; answer the number of sheets."""
    statements = [_checked(one) for one in statements]
    return _write("Results by syllabus", [
        Table("grades", f"{code} {title} · {qualification} · Results: {sum(map(len, grades.values()))}",
              ("Grade", "Results", "Candidates"),
              [(grade, str(len(grades[grade])), _listed(grades[grade])) for grade in sorted(grades, key=rank)])
        for (code, qualification, title), grades in _syllabuses(statements).items()], statements, out, layout)


def _checked(one: Statement) -> Statement:
    results = (Result(*(text and checked(text) for text in astuple(result))) for result in one.results)
    return replace(one, candidate_name=name_of(one.candidate_name), results=tuple(results))


def _grades_of(one: Statement, several: bool) -> Iterator[str]:
    """The parts of '0580 A*(a*) · 0610 B(b)'; where the centre has `several` qualifications, a group for each."""
    for qualification in in_order(result.qualification for result in one.results):
        grades = _listed(f"{result.syllabus} {result.grade}" for result in one.results
                         if result.qualification == qualification)
        yield f"   {qualification}:{grades[0]}" if several else grades[0]
        yield from grades[1:]


def _syllabuses(statements: list[Statement]) -> dict[tuple[str, str, str], dict[str, list[str]]]:
    """{(code, qualification, title): {grade: ["0007 Zoë Ångström", …]}} by code."""
    found: dict = {}
    for one in statements:
        name = one.candidate_name
        if any(unicodedata.bidirectional(char) in ("R", "AL") for char in name):
            name += "\N{LEFT-TO-RIGHT MARK}"    # or the next number would stand on its other side
        for result in one.results:
            grades = found.setdefault((result.syllabus, result.qualification, result.title), {})
            grades.setdefault(result.grade, []).append(f"{one.candidate_number} {name}")
    return dict(sorted(found.items()))


def _legend(syllabuses: list[tuple[str, str, str]]) -> list[tuple[str | list[str], ...]]:
    """Rows of code and subject, ACROSS times, read down."""
    pairs = [(code, [f"{title} ·", f" {qualification}"]) for code, qualification, title in syllabuses]
    down = -(-len(pairs) // ACROSS) or 1
    columns = (pairs[start:start + down] for start in range(0, ACROSS * down, down))
    return [sum(row, ()) for row in zip_longest(*columns, fillvalue=("", ""))]


def _listed(items: Iterable[str]) -> list[str]:
    *others, last = items
    return [*(f" {item} ·" for item in others), f" {last}"]


def _write(title: str, tables: list[Table], statements: list[Statement], out: BinaryIO, layout: StatementLayout, *,
           on_its_side: bool = False) -> int:
    press, paper = press_for(out, layout, title), PAPERS[layout.paper]
    paper = Paper(paper.height, paper.width) if on_its_side else paper
    design = Design("broadsheet.html", paper, layout.language)
    for first in statements[:1]:
        sheets = _sheets(design, [
            Line("title", (title, "Sheet")),
            *_lines(design, "centre", centre_of(first.centre_number, first.centre_name)),
            *_lines(design, "fact", _listed((checked(first.series), checked(first.as_of), PROVISIONAL)))], tables)
        for number, (_title, *lines) in enumerate(sheets, 1):
            lines = [Line("title", (title, sheet_number(layout, number, len(sheets)))), *lines]
            plan = stacked(((_plan(design, line), line.shared_tags) for line in lines), MARGIN)
            page = single_sheet((Cell(plan),), (paper.width, paper.height), layout.tagged)
            press.page(page, [[text for line in lines for text in line.texts if text]])
    return finished(press, len(statements), layout)


def _sheets(design: Design, head: list[Line], tables: list[Table]) -> list[list[Line]]:
    """The lines of each sheet: the head on each, and the heading and columns of a table that goes on."""
    def height(lines: list[Line]) -> float:
        return sum(_plan(design, line).depth for line in lines)

    sheets, room = [], 0.0
    for table in tables:
        rows = [_wrapped(design, table.name, row) for row in table.rows]
        due = opening = [*_lines(design, "heading", table.heading), Line("columns", table.columns, table.name)]
        if table.is_legend and height(opening) + sum(height(_row(table.name, cells)) for cells in rows) > room:
            room = 0.0                          # to lie beside the other sheets
        for cells in rows:
            while cells:
                lines = _row(table.name, cells)
                if height([*due, *lines[:TOGETHER]]) > room:
                    sheets.append([*head])
                    room, due = design.paper.height - 2 * MARGIN - height(head), opening
                count = max(n for n in range(1, len(lines) + 1) if n == 1 or height([*due, *lines[:n]]) <= room)
                put = [*due, *lines[:count]]
                sheets[-1] += put
                room, due = room - height(put), []
                rest = [cell[count:] for cell in cells[1:]]
                cells = [cells[0], rest[0] or ["…"], *rest[1:]] if any(rest) else []
    return sheets


def _row(table: str, cells: list[list[str]]) -> list[Line]:
    return [Line("more" if number else "row", texts, table)
            for number, texts in enumerate(zip_longest(*cells, fillvalue=""))]


def _wrapped(design: Design, table: str, row: tuple[str | list[str], ...]) -> list[list[str]]:
    """The lines of each cell of a row."""
    slots = _plan(design, Line("row", ("x",) * len(row), table)).slots
    return [wrapped(slot, cell) if cell else [] for slot, cell in zip(slots, row, strict=True)]


def _lines(design: Design, name: str, text: str | list[str]) -> list[Line]:
    """A text that stands by itself: a line of this name, and what does not fit on it."""
    slot, = _plan(design, Line(name, ("x",), name)).slots
    lines = wrapped(slot, text) if text else []
    return [Line("further" if number else name, (line,), name) for number, line in enumerate(lines)]


def _plan(design: Design, line: Line) -> Plan:
    return _compiled(design, line.name, line.table, tuple(map(bool, line.texts)))


@lru_cache(maxsize=256)
def _compiled(design: Design, name: str, table: str, shape: tuple[bool, ...]) -> Plan:
    """The plan of all lines of one kind, with which of their texts they have."""
    return compile_page(design, {"part": {name: {table: tuple("x" * has for has in shape)}}})
