"""Slips: one page a candidate, "Confidential Examination results information", thousands in a second.

Values in, PDF bytes out. The layout comes from `templates/slips/` alone, laid out by xhtml2pdf once per shape of
slip (how many release lines, how many contact lines) and stamped for each candidate.
"""
from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from documents.compiler import Code, Plan, SharedCode, compile_page
from documents.pages import PAPERS, Design, Paper, translation
from documents.stamping import Press, Spot
from documents.typesetting import unprintable

__all__ = ["Layout", "Refused", "Slip", "unprintable", "write_slips"]

LONGEST = 160                                   # characters in one value; a name has at most 80


class Refused(ValueError):
    """A slip that cannot be printed; the text is a sentence for the officer and names the candidate."""


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


@dataclass(frozen=True, slots=True)
class Layout:
    """How a document of slips looks. Nothing in it is about one candidate."""

    per_page: int = 1                           # 1, or 4 with cut lines
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

    def design(self, template: str) -> Design:
        paper = PAPERS[self.paper]
        if self.per_page == 4 and template != "cover.html":
            paper = Paper(paper.width / 2, paper.height / 2)
        return Design(template, paper, self.language, self.board_name, self.templates, self.logo)

    @property
    def template(self) -> str:
        return "one.html" if self.per_page == 1 else "four.html"


def write_slips(slips: Iterable[Slip], out: BinaryIO, layout: Layout, *, password: str | None = None,
                progress: Callable[[int], None] | None = None) -> int:
    """Write the slips as one PDF and answer its number of pages. Streams: `slips` may be a generator of any length.

    The same slips and layout give the same bytes, unless a `password` is set (AES-256 needs chance).
    """
    design = layout.design(layout.template)
    press = Press(out, layout.language, translation(layout.language, "Confidential Examination results information"),
                  layout.tagged, layout.printed_at)
    for done, slip in enumerate(slips, 1):
        press.page(_plan(design, len(slip.releases), len(slip.contact), slip.dead), [_texts(slip, layout)])
        if progress:
            progress(done)
    press.finish()
    return len(press.pages)


def _values(slip: Slip, layout: Layout) -> dict:
    """What the template is given."""
    return {"slip": {
        "candidate_name": slip.candidate_name,
        "candidate_number": slip.candidate_number,
        "centre": f"{slip.centre_number} · {slip.centre_name}",
        "series": slip.series,
        "site_address": layout.site_address,
        "username": slip.username,
        "password": "" if slip.dead else slip.password,
        "code": _code(slip, layout),
        "releases": slip.releases,
        "contact": slip.contact,
        "printed": _printed(layout.language, slip.generation, layout.printed_text),
        "dead": slip.dead,
    }}


def _texts(slip: Slip, layout: Layout) -> list[str]:
    """The same texts as a list, in the same order: the fast way to `values_in(_values(…))`."""
    texts = [slip.candidate_name, slip.candidate_number, f"{slip.centre_number} · {slip.centre_name}", slip.series,
             layout.site_address, slip.username, slip.password, _code(slip, layout)]
    if slip.dead:
        del texts[6]
    for release in slip.releases:
        texts += release
    texts += slip.contact
    texts.append(_printed(layout.language, slip.generation, layout.printed_text))
    return texts


def _code(slip: Slip, layout: Layout) -> Code:
    if layout.sign_in_code and not slip.dead:
        return Code(f"{layout.site_url}#{slip.username}/{slip.password.replace('-', '')}")
    return SharedCode(layout.site_url)


@lru_cache(maxsize=1024)
def _printed(language: str, generation: int, when: str) -> str:
    return translation(language, "Slip %(generation)s, printed %(when)s") % {"generation": generation, "when": when}


@lru_cache(maxsize=256)
def _plan(design: Design, releases: int, contact: int, dead: bool) -> Plan:
    """The plan of all slips of one shape. Which values they carry does not matter to it."""
    sample = Slip("XA101", "Centre", "0001", "Name", "June 2026", "XA101-0001-J26", "2222-2222-2222-2222",
                  (("Qualification", "Time"),) * releases, ("Contact",) * contact, 1, dead)
    return compile_page(design.html, _values(sample, Layout(printed_text="now")), design.roots)
