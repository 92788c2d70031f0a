"""Slips: one page a candidate, "Confidential Examination results information", thousands in a second.

Values in, PDF bytes out. The layout comes from `templates/paper/` alone, laid out by xhtml2pdf once per shape of
slip (how many release lines, how many contact lines) and stamped for each candidate:

    compile (compiler: template → proven Plan) → lay on paper (sheets) → stamp (stamping, fitting, lettering) →
    write (writer, embedding)

All values are slots, a centre's too, so one plan serves every centre. Measured on one core, with the figures of
what was tried instead (`python -m benchmarks slips --peers`):

* xhtml2pdf alone: 50 ms a page in a batch, 63 ms for one slip; 2,000 pages take 640 MB. WeasyPrint 112 ms, Typst
  2.1 ms, fpdf2 0.76 ms, a hand-written reportlab canvas with the static part as a form 0.53 ms a page; the last
  three with every place typed in by hand. This: 0.064 ms a page (tagged 0.19), 0.4 ms for one slip, 0.7 MB for
  1,000 pages more, 23 s for 110,000 slips in 750 files.
* A plan costs 0.12 s once. The page and its proof are drawn as two pages of one document: 20 ms less than two.
* Stamping only values that differ from the previous page's halved the time of a page, and needs no cache that
  grows. Embedding the common letters with every face, so that most slips share a subset, took one slip from 1.3 to
  0.4 ms and 10 KB.
* A reportlab canvas instead of our writer would be 100 lines less and 8 times slower, and has no tags.
"""
from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import BinaryIO, NamedTuple

import pikepdf

from documents.engine import (
    Cell,
    Code,
    Plan,
    Press,
    SharedCode,
    TooLong,
    Unusual,
    compile_literal,
    compile_page,
    fits,
    sheet,
    values_in,
)
from documents.languages import translation
from documents.pages import PAPERS, Design, Paper
from documents.text import Unprintable, centre_of, checked, name_of
from models.database import Sentence

TITLE = "Confidential Examination results information"
NAME = 0                                        # the place of the candidate's name among a slip's values
MOST_RELEASES, MOST_CONTACT_LINES = 6, 4
COVER_ROWS = {"A4": 30, "Letter": 27}


@dataclass(frozen=True, slots=True)
class Slip:
    """What one candidate's slip prints: plain text, no markup."""

    centre_number: str
    centre_name: str
    candidate_number: str
    candidate_name: str
    series: str                                 # "June 2026"
    username: str
    password: str                               # in groups: "497R-CH3Y-3MKM-G3NV"
    releases: tuple[tuple[str, str], ...]       # (qualifications, local time with zone and delay), 0 to 6
    contact: tuple[str, ...]                    # 1 to 4 lines
    generation: int = 1
    dead: bool = False                          # this login has died since: said so, password not printed


class Sheet(NamedTuple):
    """How slips lie on a sheet: the template of one, in how many columns and rows, and what officers call it."""

    template: str
    columns: int
    rows: int
    name: Sentence


SHEETS = {  # by the number of slips on a page
    1: Sheet("one.html", 1, 1, Sentence("One")),
    2: Sheet("two.html", 1, 2, Sentence("Two, with a cut line")),
    4: Sheet("four.html", 2, 2, Sentence("Four, with cut lines")),
}


def per_page_of(text):
    """The number of slips on a page that was chosen in a form; 1 for what is none."""
    return next((number for number in SHEETS if str(number) == text), 1)


@dataclass(frozen=True, slots=True)
class Layout:
    """How a document of slips looks. Nothing in it is about one candidate."""

    per_page: int = 1                           # one of SHEETS
    paper: str = "A4"                           # or "Letter"
    cover: bool = False                         # a first sheet to tick candidates off
    language: str = "en"
    tagged: bool = True
    sign_in_code: bool = False                  # the QR code signs in: secret in the URL's fragment only
    board_name: str = "Examinations Board"
    site_address: str = "results.example"       # as a person types it
    site_url: str = "https://results.example/"  # as the QR code has it
    printed_at: datetime | None = None          # aware; goes into the file's properties
    printed_text: str = ""                      # the same for people, "23 Nov 2026, 21:10 UTC"
    templates: Path | None = None               # the board's own templates, looked at first
    logo: Path | None = None                    # SVG or PNG

    def design(self, template: str, columns: int = 1, rows: int = 1) -> Design:
        sheet = PAPERS[self.paper]
        paper = Paper(sheet.width / columns, sheet.height / rows)
        return Design(template, paper, self.language, self.board_name, self.templates, self.logo)

    @property
    def slip_design(self) -> Design:
        return self.design(*SHEETS[self.per_page][:3])


def write_slips(slips: Iterable[Slip], out: BinaryIO, layout: Layout, *, password: str | None = None,
                progress: Callable[[int], None] | None = None) -> int:
    """Write the slips as one PDF and answer its number of pages. `slips` may be a generator of any length: memory
    stays flat, and `progress` is told after each page how many slips are done.

    The same slips and layout give the same bytes, unless a `password` is set (AES-256 needs chance). Raises
    Unprintable for a slip that cannot be printed, which is never for a name: a slip that cannot show its candidate's as
    it is written says so. What was written to `out` until then is no PDF.
    """
    if password:
        plain = io.BytesIO()                    # never a file: it holds every password
        pages = write_slips(slips, plain, layout, progress=progress)
        with pikepdf.open(plain) as document:
            document.save(out, encryption=pikepdf.Encryption(owner=password, user=password, R=6))
        return pages
    press = Press(out, layout.language, translation(layout.language, TITLE), layout.tagged, layout.printed_at)
    covered: list[tuple[str, str]] = []
    done, slip, design = 0, None, layout.slip_design
    for group in _groups(slips, layout.per_page):
        _page(press, group, layout, design)
        done += len(group)
        slip = group[0]
        if layout.cover:
            covered += ((one.candidate_number, one.candidate_name) for one in group)
        if progress:
            progress(done)
    if slip is None:
        raise Unprintable(Sentence("There is no slip to print."))
    if layout.cover:
        _cover(press, covered, slip, layout)
    press.finish()
    return len(press.pages)


def _groups(slips: Iterable[Slip], size: int) -> Iterator[list[Slip]]:
    slips = iter(slips)
    while group := list(islice(slips, size)):
        yield group


def _page(press: Press, group: list[Slip], layout: Layout, design: Design) -> None:
    paper = PAPERS[layout.paper]
    cells, values = [], []
    for slip, (x, y) in zip(group, _places(layout.per_page, paper, design.right_to_left), strict=False):
        plan, texts = _stampable(slip, layout, design)
        cells.append(Cell(plan, x, y))
        values.append(texts)
    lines = _cut_lines(layout.per_page, paper)
    try:
        press.page(sheet(tuple(cells), (paper.width, paper.height), layout.tagged, lines), values)
    except TooLong as error:
        raise _refused(group, error) from error


def _stampable(slip: Slip, layout: Layout, design: Design) -> tuple[Plan, list[str]]:
    """A slip's plan and texts; where the template cannot be stamped, a plan of its own page, and no texts."""
    if len(slip.releases) > MOST_RELEASES or not 1 <= len(slip.contact) <= MOST_CONTACT_LINES:
        raise Unprintable(Sentence("A slip has at most six release times and one to four contact lines."))
    values = values_of(slip, layout)
    try:
        texts = [checked(text) for text in _texts_of(values)]
    except Unprintable as error:
        raise _refused([slip], error) from error
    try:
        plan = _plan_for(slip, values["slip"], design)
        if isinstance(plan, Plan):
            return plan, texts
        return _within(compile_literal(design, values), design), []
    except (Unusual, Unprintable) as error:
        raise _refused([slip], error) from error


def _plan_for(slip: Slip, values: dict, design: Design) -> Plan | Unusual:
    """The plan for a slip of these values; where the name is not printed as it is written, one that says so."""
    shape, name = (design, len(slip.releases), len(slip.contact), slip.dead), values["candidate_name"]
    plan = plan_of(*shape)
    if isinstance(plan, Unusual) or (name.whole and all(fits(slot, name) for slot in _name_slots(plan))):
        return plan
    saying = plan_of(*shape, True)
    return plan if isinstance(saying, Unusual) else saying      # a board's own template may lack the room


@lru_cache(maxsize=256)
def _name_slots(plan: Plan) -> tuple:
    return tuple(slot for slot in plan.slots if slot.value == NAME)


def _within(plan: Plan, design: Design) -> Plan:
    """The plan; raises Unprintable for one that leaves its part of the sheet: it would lie over its neighbour."""
    if plan.width > design.paper.width + 1 or plan.height > design.paper.height + 1:
        raise Unprintable(Sentence("Its template is larger than its part of the sheet."))
    return plan


def _refused(group: list[Slip], why: Exception | str) -> Unprintable:
    """`why`: a Sentence, or an error that has one or is one."""
    numbers = ", ".join(f"{slip.centre_number} {slip.candidate_number}" for slip in group)
    if not isinstance(why, Sentence):
        why = getattr(why, "sentence", None) or Sentence(str(why))
    return Unprintable(Sentence("The slip of %(candidate)s cannot be printed: %(why)s", candidate=numbers, why=why))


@lru_cache
def _places(per_page: int, paper: Paper, right_to_left: bool) -> tuple[tuple[float, float], ...]:
    """Where the slips of a sheet stand, in reading order."""
    _template, columns, rows, _name = SHEETS[per_page]
    across = [paper.width * column / columns for column in range(columns)]
    if right_to_left:
        across.reverse()
    return tuple((x, paper.height * row / rows) for row in reversed(range(rows)) for x in across)


@lru_cache
def _cut_lines(per_page: int, paper: Paper) -> bytes:
    kind, width, height = SHEETS[per_page], paper.width, paper.height
    lines = [b"%g 0 m %g %g l" % (x, x, height) for x in (width * n / kind.columns for n in range(1, kind.columns))]
    lines += [b"0 %g m %g %g l" % (y, width, y) for y in (height * n / kind.rows for n in range(1, kind.rows))]
    return b"0.4 w 0.6 G [3 3] 0 d " + b" ".join(lines) + b" S" if lines else b""


def _cover(press: Press, covered: list[tuple[str, str]], slip: Slip, layout: Layout) -> None:
    """The sheets to tick off candidates as they are handed their slip, put before all others."""
    size, paper = COVER_ROWS[layout.paper], PAPERS[layout.paper]
    parts = [tuple(covered[start:start + size]) for start in range(0, len(covered), size)]
    for number, rows in reversed(list(enumerate(parts, 1))):
        values = {"cover": {
            "centre": centre_of(slip.centre_number, slip.centre_name),
            "series": slip.series,
            "sheet": translation(layout.language, "Sheet %(number)s of %(count)s")
            % {"number": number, "count": len(parts)},
            "printed": layout.printed_text,
            "rows": tuple((candidate, name_of(name)) for candidate, name in rows),
        }}
        plan = _cover_plan(layout.design("cover.html"), len(rows))
        page = sheet((Cell(plan),), (paper.width, paper.height), layout.tagged)
        press.page(page, [[checked(text) for text in values_in(values)]], first=True)


@lru_cache(maxsize=64)
def _cover_plan(design: Design, rows: int) -> Plan:
    fact = "x"
    return compile_page(design, {"cover": {"centre": fact, "series": fact, "sheet": fact, "printed": fact,
                                           "rows": ((fact, fact),) * rows}})


def values_of(slip: Slip, layout: Layout) -> dict:
    """What the template is given."""
    name = name_of(slip.candidate_name)
    return {"slip": {
        "candidate_name": name,                 # first, as NAME has it
        "candidate_number": slip.candidate_number,
        "centre": centre_of(slip.centre_number, slip.centre_name),
        "series": slip.series,
        "site_address": layout.site_address,
        "username": slip.username,
        "password": "" if slip.dead else slip.password,
        "code": _code(slip, layout),
        "releases": slip.releases,
        "contact": slip.contact,
        "printed": _printed(layout.language, slip.generation, layout.printed_text),
        "dead": slip.dead,
        "misprinted": not name.whole,
    }}


def _texts_of(values: dict) -> list[str]:
    """`values_in` for the values of a slip, which are texts, pairs or lines of text: it is asked for every page."""
    texts = []
    for name, value in values["slip"].items():
        if isinstance(value, tuple):
            for part in value:
                texts += part if isinstance(part, tuple) else (part,)
        elif isinstance(value, str) and (value or name != "password"):
            texts.append(value)
    return texts


def _code(slip: Slip, layout: Layout) -> Code:
    """The address, or with `sign_in_code` the address that signs in: name and password after the #, which no
    server and no log ever sees."""
    if layout.sign_in_code and not slip.dead:
        return Code(f"{layout.site_url}#u={slip.username}&p={slip.password.replace('-', '')}")
    return SharedCode(layout.site_url)


@lru_cache(maxsize=1024)
def _printed(language: str, generation: int, when: str) -> str:
    sentence = translation(language, "Slip %(generation)s, printed %(when)s")
    return sentence % {"generation": generation, "when": when}


@lru_cache(maxsize=256)
def plan_of(design: Design, releases: int, contact: int, dead: bool, misprinted: bool = False) -> Plan | Unusual:
    """The plan of all slips of one shape; which values they carry does not matter to it. A template that cannot be
    stamped gives the reason why."""
    sample = Slip("XA101", "Centre", "0001", "Name", "June 2026", "XA101-0001-J26", "2222-2222-2222-2222",
                  (("Qualification", "Time"),) * releases, ("Contact",) * contact, 1, dead)
    try:
        values = values_of(sample, Layout(printed_text="now"))
        values["slip"]["misprinted"] = misprinted
        return _within(compile_page(design, values), design)
    except Unusual as reason:
        return reason
