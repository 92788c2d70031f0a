"""Statements of results: made by the same engine as the slips.

Values in, PDF bytes out: grades come as the board prints them ("A*(a*)"), already released, already in words. The
code of a statement and the address where anyone can check it come from the caller.
"""
from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from documents.engine import (
    Cell,
    Code,
    FineCode,
    Plan,
    Press,
    Signature,
    Signing,
    TooLong,
    Unusual,
    compile_literal,
    compile_page,
    sheet,
    values_in,
)
from documents.languages import translation
from documents.pages import PAPERS, Design
from documents.text import Unprintable, centre_of, checked, name_of, tapped
from models.codes import grouped
from models.database import Sentence
from models.rules.statement_messages import Message

MOST_RESULTS, MOST_NOTES = 14, 6  # a sheet
MOST_ON_LETTER = 12  # beside the large code of a signed one


@dataclass(frozen=True, slots=True)
class Result:
    """One line of a statement."""

    qualification: str
    syllabus: str                               # "0580"
    title: str
    grade: str                                  # as printed: "A*(a*)", "PENDING"
    mark: str                                   # percentage uniform mark, "–" where there is none


@dataclass(frozen=True, slots=True)
class Statement:
    """One candidate's results in one series."""

    centre_number: str
    centre_name: str
    candidate_number: str
    candidate_name: str
    series: str
    results: tuple[Result, ...]                 # at least one; MOST_RESULTS to a page
    notes: tuple[str, ...]                      # what a grade like PENDING means, whom to ask; at most 6
    code: str                                   # by which anyone can check it
    as_of: str                                  # "Results as they stood on …"
    contact: tuple[str, ...] = ()               # telephone and e-mail of whom to ask, "" for none
    message: Message | None = None              # of a signed statement: what its QR code carries


@dataclass(frozen=True, slots=True)
class StatementLayout:
    """How statements look."""

    paper: str = "A4"
    language: str = "en"
    tagged: bool = True
    board_name: str = "Examinations Board"
    verify_address: str = "results.example/verify"          # as a person types it
    verify_url: str = "https://results.example/verify"      # the QR code adds #code=
    printed_at: datetime | None = None
    templates: Path | None = None
    logo: Path | None = None
    signing: Signing | None = None
    signed_by: str = ""                                     # "Signed by … on …: …"

    def design(self, template: str) -> Design:
        return Design(template, PAPERS[self.paper], self.language, self.board_name, self.templates, self.logo)


def write_statements(statements: Iterable[Statement], out: BinaryIO, layout: StatementLayout, *,
                     progress: Callable[[int], None] | None = None) -> int:
    """Write each candidate's statement and answer the number of pages. Streams like `write_slips`."""
    press = press_for(out, layout, "Statement of results", layout.signing)
    design = layout.design("statement.html")
    done = 0
    for done, statement in enumerate(statements, 1):
        if not statement.results or len(statement.notes) > MOST_NOTES:
            raise Unprintable(Sentence("A statement has at least one result and at most six notes."))
        for values in _statement_pages(statement, layout):
            _stamp(press, design, values, layout)
        if progress:
            progress(done)
    return finished(press, done, layout)


def press_for(out: BinaryIO, layout: StatementLayout, title: str, signing: Signing | None = None) -> Press:
    return Press(out, layout.language, translation(layout.language, title), layout.tagged, layout.printed_at, signing)


def finished(press: Press, done: int, layout: StatementLayout) -> int:
    if not done:
        raise Unprintable(Sentence("There are no results to print."))
    press.finish()
    return len(press.pages)


def _stamp(press: Press, design: Design, values: dict, layout: StatementLayout) -> None:
    """One page; where the template cannot be stamped, xhtml2pdf lays out this page by itself."""
    texts = [checked(text) if not isinstance(text, Code) else text for text in values_in(values)]
    try:
        plan = _plan(design, _Shape(values))
        if isinstance(plan, Unusual):
            plan, texts = compile_literal(design, values), []
        paper = (design.paper.width, design.paper.height)
        press.page(sheet((Cell(plan),), paper, layout.tagged), [texts])
    except (Unusual, TooLong) as error:
        raise Unprintable(Sentence(str(error))) from error


def _statement_pages(statement: Statement, layout: StatementLayout):
    is_short = layout.paper == "Letter" and statement.message
    parts = _parts(statement.results, MOST_ON_LETTER if is_short else MOST_RESULTS)
    for number, results in enumerate(parts, 1):
        yield {"statement": {
            "candidate_name": name_of(statement.candidate_name),
            "candidate_number": statement.candidate_number,
            "centre": centre_of(statement.centre_number, statement.centre_name),
            "series": statement.series,
            "results": tuple((result.qualification, result.syllabus, result.title, result.grade, result.mark)
                             for result in results),
            "notes": statement.notes,
            "contact": tuple(map(tapped, filter(None, statement.contact))),
            "verify_address": tapped(layout.verify_address, layout.verify_url),
            "verification_code": statement.code,
            "signed": Signature(layout.signed_by) if statement.message else "",
            "number": grouped(statement.message.number) if statement.message else "",
            "code": Code(f"{layout.verify_url}#code={statement.code}"),
            "signed_code": _signed_code(statement.message) if statement.message else "",
            "as_of": statement.as_of,
            "sheet": sheet_number(layout, number, len(parts)),
        }}


def _signed_code(message: Message) -> FineCode:
    """For a template that has room for it; a board's older one goes on printing the short code."""
    code = FineCode(message.address)
    code.level = message.level
    return code


def sheet_number(layout: StatementLayout, number: int, count: int) -> str:
    sentence = translation(layout.language, "Sheet %(number)s of %(count)s")
    return sentence % {"number": number, "count": count}


def _parts(items, size: int) -> list:
    return [items[start:start + size] for start in range(0, len(items), size)]


class _Shape:
    """Values compared by their shape alone: the key under which a plan is kept."""

    def __init__(self, values: dict):
        self.values, self.shape = values, _shape_of(values)

    def __eq__(self, other) -> bool:
        return self.shape == other.shape

    def __hash__(self) -> int:
        return hash(self.shape)


def _shape_of(values):
    if isinstance(values, dict):
        return tuple((name, _shape_of(value)) for name, value in values.items())
    if isinstance(values, tuple):
        return tuple(map(_shape_of, values))
    return bool(values)


@lru_cache(maxsize=64)
def _plan(design: Design, shape: _Shape) -> Plan | Unusual:
    try:
        return compile_page(design, shape.values)
    except Unusual as reason:
        return reason
