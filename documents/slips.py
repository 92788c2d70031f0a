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
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from itertools import groupby, islice
from operator import attrgetter
from pathlib import Path
from typing import BinaryIO, NamedTuple

import pikepdf

from documents.engine import (
    READABLE,
    Cell,
    Code,
    Overfull,
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
from documents.pages import MARK, PAPERS, Design, Paper
from documents.text import Unprintable, centre_of, checked, name_of, tapped
from models.database import Sentence
from models.rules.languages import LANGUAGES

TITLE = "Confidential Examination results information"
NAME, OWN = 0, 5                                # of a slip's values: the place of the name, the number of its own
AIR = (1.0, 0.75, 0.5, 0.25)                    # tried before none; a page is given as much as it has room for
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

    per_page: int = 1                           # one of SHEETS; fewer where letters would be below 7 points
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
    logo: Path = MARK                           # SVG or PNG

    def design(self, template: str, columns: int = 1, rows: int = 1) -> Design:
        sheet = PAPERS[self.paper]
        paper = Paper(sheet.width / columns, sheet.height / rows)
        return Design(template, paper, self.language, self.board_name, self.templates, self.logo)

    def slip_design(self, per_page: int) -> Design:
        return self.design(*SHEETS[per_page][:3])


class _Ready(NamedTuple):
    """A slip that can be printed: how many like it lie on a sheet, its plan, and the texts to be stamped."""

    per_page: int
    slip: Slip
    plan: Plan
    texts: list[str]


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
    done, slip = 0, None
    for group in _sheets(slips, layout):
        _page(press, group, layout)
        done += len(group)
        slip = group[0].slip
        if layout.cover:
            covered += ((one.slip.candidate_number, one.slip.candidate_name) for one in group)
        if progress:
            progress(done)
    if slip is None:
        raise Unprintable(Sentence("There is no slip to print."))
    if layout.cover:
        _cover(press, covered, slip, layout)
    press.finish()
    return len(press.pages)


def _sheets(slips: Iterable[Slip], layout: Layout) -> Iterator[list[_Ready]]:
    """What lies together on a sheet, in order: a slip that needs a larger part begins another sheet."""
    parts = [(per_page, layout.slip_design(per_page)) for per_page in reversed(SHEETS) if per_page <= layout.per_page]
    for per_page, alike in groupby((_ready(slip, layout, parts) for slip in slips), attrgetter("per_page")):
        while group := list(islice(alike, per_page)):
            yield group


def _page(press: Press, group: list[_Ready], layout: Layout) -> None:
    per_page, paper = group[0].per_page, PAPERS[layout.paper]
    places = _places(per_page, paper, LANGUAGES[layout.language].is_right_to_left)
    cells = tuple(Cell(one.plan, x, y) for one, (x, y) in zip(group, places, strict=False))
    lines = _cut_lines(per_page, paper)
    try:
        press.page(sheet(cells, (paper.width, paper.height), layout.tagged, lines), [one.texts for one in group])
    except TooLong as error:
        raise _refused([one.slip for one in group], error) from error


def _ready(slip: Slip, layout: Layout, parts: list[tuple[int, Design]]) -> _Ready:
    """The slip in the first of these parts of a sheet in which it is readable. Raises Unprintable."""
    if len(slip.releases) > MOST_RELEASES or not 1 <= len(slip.contact) <= MOST_CONTACT_LINES:
        raise Unprintable(Sentence("A slip has at most six release times and one to four contact lines."))
    values = values_of(slip, layout)
    try:
        texts = [checked(text) for text in _texts_of(values)]
    except Unprintable as error:
        raise _refused([slip], error) from error
    for per_page, design in parts:
        try:
            return _Ready(per_page, slip, *_in_part(slip, values["slip"], texts, design, per_page))
        except (Unusual, Unprintable) as error:
            why = error
            if not isinstance(error, Overfull):
                break
    raise _refused([slip], why) from why


def _in_part(slip: Slip, values: dict, texts: list[str], design: Design, per_page: int) -> tuple[Plan, list[str]]:
    """A slip's plan and texts for its part of a sheet; where the template cannot be stamped, a plan of its own page,
    and no texts. Raises Overfull where fewer on a sheet would let more be read."""
    shape, name = (design, len(slip.releases), len(slip.contact), slip.dead), values["candidate_name"]
    if per_page == 1:
        plan = plan_of(*shape)
        if not name.whole or (isinstance(plan, Plan) and not _has_room(plan, name, 0.0)):
            saying = plan_of(*shape, True)      # that it is another; a board's own template may lack the room
            plan = saying if isinstance(saying, Plan) else plan
        if isinstance(plan, Plan):
            return plan, texts
    else:
        own = OWN - slip.dead                   # a dead login has no password
        for tall in (False, True):
            plan = plan_of(*shape, not name.whole, tall)
            if isinstance(plan, Unusual):
                break
            if _has_room(plan, name) and _readable(plan, own, tuple(texts[own:])):
                return plan, texts
        if isinstance(plan, Plan | Overfull):
            raise Overfull
    return _airy(compile_literal, design, {"slip": values}), []


def _has_room(plan: Plan, name: str, least: float = READABLE) -> bool:
    return all(fits(slot, name, least) for slot in _name_slots(plan))


@lru_cache(maxsize=256)
def _readable(plan: Plan, first: int, texts: tuple[str, ...]) -> bool:
    """Whether the values from the `first` on, which a centre's slips have in common, are readable in their rooms."""
    return all(fits(slot, texts[slot.value - first]) for slot in plan.slots if slot.value >= first)


def _airy(compiled: Callable[[Design, dict], Plan], design: Design, values: dict) -> Plan:
    """What a compiler makes of a page, with as much air as it has room for. Raises Overfull where it has none."""
    for air in AIR:
        with suppress(Overfull):
            return _within(compiled(replace(design, air=air), values), design)
    return _within(compiled(replace(design, air=0.0), values), design)


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
        "username": slip.username,
        "code": _code(slip, layout),
        "password": "" if slip.dead else slip.password,         # so far its own
        "centre": centre_of(slip.centre_number, slip.centre_name),
        "series": slip.series,
        "site_address": tapped(layout.site_address, layout.site_url),
        "releases": slip.releases,
        "contact": tuple(map(tapped, slip.contact)),
        "printed": _printed(layout.language, slip.generation, layout.printed_text),
        "dead": slip.dead,
        "misprinted": not name.whole,
        "tall": False,                          # whether release times have rows of two lines
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
def plan_of(design: Design, releases: int, contact: int, dead: bool, misprinted: bool = False,
            tall: bool = False) -> Plan | Unusual:
    """The plan of all slips of one shape; which values they carry does not matter to it. A template that cannot be
    stamped gives the reason why."""
    sample = Slip("XA101", "Centre", "0001", "Name", "June 2026", "XA101-0001-J26", "2222-2222-2222-2222",
                  (("Qualification", "Time"),) * releases, ("Contact",) * contact, 1, dead)
    try:
        values = values_of(sample, Layout(printed_text="now"))
        values["slip"] |= {"misprinted": misprinted, "tall": tall}
        return _airy(compile_page, design, values)
    except Unusual as reason:
        return reason
