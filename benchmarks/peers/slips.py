"""Slips as the manuals of other makers of PDFs write them; a program that imports nothing but its maker.

    python slips.py typst|weasyprint|fpdf2 DATA.json OUT.pdf FONT_FOLDER FAMILY PAGES TIMES

Tagged where the maker can (PDF/UA): Typst does so by itself, WeasyPrint when asked, fpdf2 cannot. Without our QR code,
for which they need further packages. Writes PAGES slips so many TIMES, with other names each time, and prints the CPU
seconds of the last time.
"""
import json
import sys
import time
from html import escape
from pathlib import Path

STEPS = ("Open the address on your phone.", "Type your username and password as printed.",
         "Wait for the countdown, then read your results.")
FACTS = ("Name", "name"), ("Candidate number", "number"), ("Centre", "centre"), ("Series", "series")
LOGIN = ("Address", "address"), ("Username", "username"), ("Password", "password")
STYLE = """@page { size: A4; margin: 16mm 20mm 9mm }
body { font: 10pt FAMILY, sans-serif; color: #17202e } article { break-after: page }
article:last-child { break-after: auto } h1 { font-size: 21pt } h2 { font-size: 11.5pt; color: #243b8f }
.board { color: #243b8f; font-weight: bold; border-bottom: 1.2pt solid #243b8f }
dt, footer { font-size: 8.5pt; color: #4b5768 } dd { margin: 0 0 4mm; font-size: 15pt; font-weight: bold }
.facts { columns: 2 } .login { background: #eef2fb; border-radius: 6pt; padding: 6mm }
td, th { border-bottom: .5pt solid #d5dbe8; text-align: left; width: 44mm }"""


def typst(slips, out, fonts, family):
    import typst

    typst.compile(str(Path(__file__).with_name("slips.typ")), output=out, font_paths=[fonts],
                  sys_inputs={"slips": json.dumps(slips), "font": family})


def weasyprint(slips, out, fonts, family):
    import weasyprint

    pages = "".join(f"<article>{_article(slip)}</article>" for slip in slips)
    html = (f"<!doctype html><html lang=en><title>Slips</title><style>{STYLE.replace('FAMILY', family)}</style>"
            f"<body>{pages}</body></html>")
    weasyprint.HTML(string=html).write_pdf(out, pdf_variant="pdf/ua-1")


def _article(slip):
    kept = {name: escape(value) for name, value in slip.items() if isinstance(value, str)}
    facts = "".join(f"<dt>{label}<dd>{kept[name]}" for label, name in FACTS)
    login = "".join(f"<dt>{label}<dd>{kept[name]}" for label, name in LOGIN)
    rows = "".join(f"<tr><th scope=row>{escape(name)}<td>{escape(when)}" for name, when in slip["releases"])
    return (f"<p class=board>{kept['board']}</p><h1>Your login for the results</h1><dl class=facts>{facts}</dl>"
            f"<section class=login><h2>Your login</h2><dl>{login}</dl></section>"
            f"<h2>When you can see your results</h2><table>{rows}</table>"
            f"<h2>How to sign in</h2><ol>{''.join(f'<li>{step}' for step in STEPS)}</ol>"
            f"<h2>If it does not work</h2><p>Ask your exams officer:<br>{'<br>'.join(map(escape, slip['contact']))}</p>"
            f"<footer>{kept['printed']}</footer>")


def fpdf2(slips, out, fonts, family):
    from fpdf import FPDF

    pdf = FPDF(format="A4")
    pdf.set_margins(20, 16)
    for style, name in (("", "Regular"), ("B", "Bold")):
        pdf.add_font("slip", style, next(Path(fonts).rglob(f"{family.replace(' ', '')}-{name}.ttf")))

    def say(text, size=10, style=""):
        pdf.set_font("slip", style, size)
        pdf.multi_cell(0, size * 0.5, text, new_x="LMARGIN", new_y="NEXT")

    for slip in slips:
        pdf.add_page()
        say(slip["board"], style="B")
        say("Your login for the results", 21, "B")
        for label, name in (*FACTS, *LOGIN):
            say(label, 8.5)
            say(slip[name], 15, "B")
        say("When you can see your results", 11.5, "B")
        with pdf.table(first_row_as_headings=False) as table:
            for row in slip["releases"]:
                table.row(row)
        say("How to sign in", 11.5, "B")
        for step in STEPS:
            say(step)
        say("If it does not work", 11.5, "B")
        say("Ask your exams officer:")
        for line in slip["contact"]:
            say(line)
        say(slip["printed"], 8.5)
    pdf.output(out)


def main(maker, data, out, fonts, family, pages, times):
    slips, pages = json.loads(Path(data).read_text("utf-8")), int(pages)
    for place in range(int(times)):
        start = time.process_time()
        globals()[maker](slips[place * pages:(place + 1) * pages], out, fonts, family)
        spent = time.process_time() - start
    print(spent)


if __name__ == "__main__":
    main(*sys.argv[1:])
