"""The template check: what a board's templates make of every kind of page, in words for their designer."""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

import jinja2

from documents.engine import Overfull, Plan, Unusual, compile_literal, names_in, values_in
from documents.pages import MARK, PAPERS, forget_templates
from documents.slips import SHEETS, Layout, Slip, plan_of, values_of
from documents.text import Unprintable
from models.rules.languages import LANGUAGES

_SAMPLE = Slip("XA101", "Example School", "0042", "Ana Example", "June 2026", "XA101-0042-J26",
               "2345-6789-BCDF-GHJK", (("A Level", "Tue 11 Aug 2026, 10:00 in Karachi"),) * 2,
               ("Ms Amina Rahman", "+92 21 555 0100", "exams@school.example"), 1)
SAMPLES = (
    _SAMPLE,
    replace(_SAMPLE, candidate_number="0043", candidate_name="Maximiliana Wolkenstein-Mondragon"),
    replace(_SAMPLE, releases=(), contact=_SAMPLE.contact[:1]),
    replace(_SAMPLE, releases=_SAMPLE.releases * 3, contact=(*_SAMPLE.contact, "12 Harbour Road")),
    replace(_SAMPLE, dead=True, generation=3),
    replace(_SAMPLE, candidate_name="Ana \N{EGYPTIAN HIEROGLYPH A001}"),
)


def check_template(folder: Path | None, logo: Path | None = None, languages=tuple(LANGUAGES)) -> list[str]:
    """What keeps pages made from a board's folder of templates from being stamped, each as a sentence that begins
    with the template; an empty list when all of them are fast. None is the folder that comes with the program."""
    forget_templates()
    plan_of.cache_clear()
    said: dict[str, str] = {}
    for per_page, paper, language in product(SHEETS, PAPERS, languages):
        layout = Layout(per_page=per_page, paper=paper, language=language, templates=folder, logo=logo or MARK,
                        board_name="Examinations Board", printed_text="1 July 2026")
        for slip in SAMPLES:
            for reason in _reasons(slip, layout):
                template = SHEETS[per_page].template
                said.setdefault(reason, f"{template} ({paper}, {language}, {len(slip.releases)} release times)")
    return [f"{where}: {reason}" for reason, where in said.items()]


def _reasons(slip: Slip, layout: Layout) -> Iterator[str]:
    values, design = values_of(slip, layout), layout.slip_design(layout.per_page)
    try:
        plan = plan_of(design, len(slip.releases), len(slip.contact), slip.dead,
                       values["slip"]["misprinted"])
    except jinja2.TemplateError as error:
        yield f"The template cannot be read: {error}"
        return
    except Unprintable as error:
        yield str(error)
        return
    if isinstance(plan, Overfull) and layout.per_page > 1:
        return                                  # it is printed with fewer on a sheet
    if isinstance(plan, Unusual):
        yield f"{plan} Every candidate's page is laid out by itself, about a thousand times slower."
        return
    texts = dict(zip(names_in(values), values_in(values), strict=True))
    unused = [name for number, name in enumerate(texts) if all(slot.value != number for slot in plan.slots)]
    if unused:
        yield f"These values are not on the page: {', '.join(unused)}."
    try:
        page = compile_literal(replace(design, air=0.0), values)
    except Unusual as error:
        yield f"With {slip.candidate_name} as the candidate: {error}"
        return
    yield from _differences(plan, page, list(texts.values()))


def _differences(plan: Plan, page: Plan, texts: list[str]) -> Iterator[str]:
    """Where a stamped page would say something else than the page that xhtml2pdf lays out with these values."""
    stamped, real = _said(plan), _said(page)
    stamped |= {slot.block: "" if slot.is_code else texts[slot.value] for slot in plan.slots}
    for block in sorted(stamped.keys() | real.keys()):
        ours, theirs = ("".join(said.get(block, "").split()) for said in (stamped, real))
        if ours != theirs:
            yield f"A text depends on a value: “{stamped.get(block, '')}” or “{real.get(block, '')}”."


def _said(plan: Plan) -> dict[int, str]:
    said: dict[int, str] = {}
    for word in plan.words:
        said[word.block] = f"{said.get(word.block, '')} {word.text}"
    return said
