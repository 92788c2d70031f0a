"""A guide on paper: the sentences of its page, section by section; a section is never parted between sheets."""
from __future__ import annotations

from functools import lru_cache
from typing import BinaryIO

from documents.engine import Cell, Plan, Press, compile_literal, single_sheet, stacked
from documents.pages import PAPERS, Design
from documents.statements import StatementLayout, sheet_number

MARGIN = 42.0                                   # points of white above and below


def write_guide(title: str, for_whom: str, sections: tuple, out: BinaryIO, layout: StatementLayout) -> int:
    """Write a guide and answer the number of sheets. `sections`: (heading, blocks) each; a block is the runs of a
    paragraph or, a tuple deeper, those of each step; a run is (text, whether it is the name of a control)."""
    design, paper = Design("guide.html", PAPERS[layout.paper], layout.language), PAPERS[layout.paper]
    parts = [_plan(design, (("title", (title, for_whom)),)), *(_plan(design, (("section", one),)) for one in sections)]
    sheets, room = [], 0.0
    for plan in parts:
        if plan.depth > room:
            room = paper.height - 2 * MARGIN - _plan(design, (("head", (layout.board_name, "Sheet")),)).depth
            sheets.append([])
        sheets[-1].append(plan)
        room -= plan.depth
    press = Press(out, layout.language, title, layout.tagged, layout.printed_at)
    for number, plans in enumerate(sheets, 1):
        head = _plan(design, (("head", (layout.board_name, sheet_number(layout, number, len(sheets)))),))
        whole = stacked(((plan, 0) for plan in (head, *plans)), MARGIN)
        press.page(single_sheet((Cell(whole),), (paper.width, paper.height), layout.tagged), [[]])
    press.finish()
    return len(sheets)


@lru_cache(maxsize=128)
def _plan(design: Design, part: tuple) -> Plan:
    return compile_literal(design, {"part": dict(part)})
