"""The same page made in other ways: a hand-written reportlab canvas, and other PDF makers where installed."""
import importlib.util
import io
import time

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from benchmarks._slips_data import LAYOUT
from documents import slips as engine
from documents.engine import compiler, typesetting, values_in

_STYLES = ((False, False), (True, False), (False, True))


def canvas(slips: list) -> None:
    """What a careful programmer would write: the static part as a form, drawn once, the values as strings."""
    for style in _STYLES:
        name = f"Canvas{style}"
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(name, str(typesetting.plain_face(bold=style[0], mono=style[1]).path)))
    plan = engine.plan_of(LAYOUT.slip_design, len(slips[0].releases), len(slips[0].contact), False)
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


def report(slips: list, ours) -> None:
    """A line for each maker that is installed: milliseconds of CPU a page for the same slips."""
    print(f"\n{'maker':20}{'ms a page':>12}{'times ours':>12}")
    base = _page_time(lambda: ours(slips), len(slips))
    print(f"{'this engine, cold':20}{base:12.3f}{1:12.1f}")
    for name, make, count in (("weasyprint", _weasyprint, 10), ("fpdf", _fpdf, 1000), ("typst", _typst, 1000)):
        if importlib.util.find_spec(name) is None:
            print(f"{name:20}{'not installed':>24}")
            continue
        make(slips[:1])
        spent = _page_time(lambda make=make, count=count: make(slips[:count]), count)
        print(f"{name:20}{spent:12.3f}{spent / base:12.1f}")


def _page_time(run, pages: int) -> float:
    start = time.process_time()
    run()
    return (time.process_time() - start) / pages * 1000


def _weasyprint(slips: list) -> None:
    import weasyprint
    design = LAYOUT.slip_design
    html = [design.html(compiler.with_images(engine.values_of(slip, LAYOUT))) for slip in slips]
    pages = [weasyprint.HTML(string=page, base_url=str(design.roots[0])).render() for page in html]
    pages[0].copy([page for document in pages for page in document.pages]).write_pdf()


def _fpdf(slips: list) -> None:
    from fpdf import FPDF
    plan = engine.plan_of(LAYOUT.slip_design, len(slips[0].releases), len(slips[0].contact), False)
    pdf = FPDF(unit="pt", format=(plan.width, plan.height))
    for style in _STYLES:
        pdf.add_font(f"f{style}", fname=str(typesetting.plain_face(bold=style[0], mono=style[1]).path))
    for slip in slips:
        texts = list(values_in(engine.values_of(slip, LAYOUT)))
        pdf.add_page()
        for style, x, y, text in _shown(plan, texts):
            pdf.set_font(f"f{(style.bold, style.mono)}", size=style.size)
            pdf.text(x, plan.height - y, text)
    pdf.output()


def _shown(plan, texts: list[str]):
    for word in plan.words:
        yield word.style, word.left, word.baseline, word.text
    for slot in plan.slots:
        if not slot.is_code:
            yield slot.style, slot.left, slot.baseline, texts[slot.value]


def _typst(slips: list) -> None:
    import typst
    plan = engine.plan_of(LAYOUT.slip_design, len(slips[0].releases), len(slips[0].contact), False)
    source = [f"#set page(width: {plan.width}pt, height: {plan.height}pt, margin: 0pt)\n"]
    for number, slip in enumerate(slips):
        texts = list(values_in(engine.values_of(slip, LAYOUT)))
        source.append("#pagebreak()\n" if number else "")
        for style, x, y, text in _shown(plan, texts):
            quoted = text.replace("\\", "\\\\").replace('"', '\\"')
            source.append(f'#place(top + left, dx: {x}pt, dy: {plan.height - y - style.size}pt, '
                          f'text(size: {style.size}pt, "{quoted}"))\n')
    typst.compile("".join(source).encode())
