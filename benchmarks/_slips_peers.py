"""The same page made in other ways: a hand-written reportlab canvas, and other PDF makers where installed."""
import importlib.util
import io
import json
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from benchmarks._slips_data import LAYOUT, candidates
from documents import slips as engine
from documents.engine import typesetting, values_in

ROOT = Path(__file__).parents[1]
PROGRAM = ROOT / "benchmarks/peers/slips.py"
PAGES = 500
PEERS = (("Typst, tagged", "typst", PAGES), ("WeasyPrint, tagged", "weasyprint", 100),
         ("fpdf2, untagged", "fpdf", PAGES))
OURS = """
import sys, time
from benchmarks._slips_data import LAYOUT, candidates
from documents.slips import write_slips
slips, pages = candidates(2 * int(sys.argv[2])), int(sys.argv[2])
for place in range(int(sys.argv[3])):
    start = time.process_time()
    with open(sys.argv[1], "wb") as out:
        write_slips(slips[place * pages:(place + 1) * pages], out, LAYOUT)
    spent = time.process_time() - start
print(spent)
"""
_STYLES = ((False, False), (True, False), (False, True))


def canvas(slips: list) -> None:
    """What a careful programmer would write: the static part as a form, drawn once, the values as strings."""
    for style in _STYLES:
        name = f"Canvas{style}"
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(name, str(typesetting.plain_face(bold=style[0], mono=style[1]).path)))
    plan = engine.plan_of(LAYOUT.slip_design(1), len(slips[0].releases), len(slips[0].contact), False)
    page = Canvas(io.BytesIO(), pagesize=(plan.width, plan.height))
    page.beginForm("background")
    page.setFillColorRGB(0.93, 0.95, 0.98)
    page.roundRect(57, 400, 482, 160, 6, stroke=0, fill=1)
    for word in plan.words:
        _string(page, word.style, word.left, word.baseline, word.text)
    page.endForm()
    for slip in slips:
        texts = list(values_in(engine.values_of(slip, LAYOUT)))
        page.doForm("background")
        for slot in plan.slots:
            if not slot.is_code:
                _string(page, slot.style, slot.left, slot.baseline, texts[slot.value])
        page.showPage()
    page.save()


def _string(page: Canvas, style, x: float, y: float, text: str) -> None:
    page.setFont(f"Canvas{(style.bold, style.mono)}", style.size)
    page.setFillColorRGB(*map(float, style.colour.split()[:3]))
    page.drawString(x, y, text)


def report() -> None:
    """A line for each maker that is installed: ms of CPU a page, from the start of a process, and once it runs."""
    print(f"\n{'ms of CPU a page':24}{'from a cold start':>20}{'times ours':>12}{'warm':>10}{'times ours':>12}")
    cold, warm = _ours()
    print(f"{'this program, tagged':24}{cold:20.3f}{1:12.1f}{warm:10.3f}{1:12.1f}")
    for name, library, count in PEERS:
        if importlib.util.find_spec(library) is None:
            print(f"{name:24}{'not installed':>20}")
            continue
        own_cold, own_warm = _peer(library, count)
        print(f"{name:24}{own_cold:20.3f}{own_cold / cold:12.1f}{own_warm:10.3f}{own_warm / warm:12.1f}")


def _ours() -> tuple[float, float]:
    with tempfile.TemporaryDirectory() as folder:
        run = [sys.executable, "-c", OURS, f"{folder}/out.pdf", str(PAGES)]
        return _cold_and_warm(run, PAGES)


def _peer(library: str, pages: int) -> tuple[float, float]:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder, "slips.json")
        data.write_text(json.dumps(list(map(_as_data, candidates(2 * pages)))), "utf-8")
        run = [sys.executable, str(PROGRAM), library.replace("fpdf", "fpdf2"), str(data), f"{folder}/out.pdf",
               str(typesetting.plain_face(bold=False, mono=False).path.parent), "Noto Sans", str(pages)]
        return _cold_and_warm(run, pages)


def _cold_and_warm(run: list[str], pages: int) -> tuple[float, float]:
    """The middle of three whole processes that write one file; and of the second file of three that write two."""
    cold, warm = [], []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([*run, "1"], cwd=ROOT, check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cold.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        warm.append(float(subprocess.run([*run, "2"], cwd=ROOT, check=True, capture_output=True).stdout))
    return statistics.median(cold) / pages * 1000, statistics.median(warm) / pages * 1000


def _as_data(slip) -> dict:
    return {"board": LAYOUT.board_name, "name": slip.candidate_name, "number": slip.candidate_number,
            "centre": f"{slip.centre_name} ({slip.centre_number})", "series": slip.series,
            "address": LAYOUT.site_address, "username": slip.username, "password": slip.password,
            "releases": slip.releases, "contact": slip.contact, "printed": LAYOUT.printed_text}
