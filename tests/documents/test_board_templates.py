"""A board's own templates: stamped where that is proven, laid out per candidate where it is not, never wrong."""
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from documents import slips as engine
from documents.engine.compiler import Unusual
from documents.text import Unprintable
from tests.documents.paper import LAYOUT, SLIP, drawn_by_xhtml2pdf, named, printed, text, visibly_different

PAGE = """<html lang="en"><head><title>Slip</title><style>
{%% include "_style.css" %%} @page { size: {{ paper.width }}pt {{ paper.height }}pt; margin: 8mm }
%s</style></head><body>%s</body></html>"""


@pytest.fixture
def board(tmp_path):
    """A board's folder of templates; answers the layout that uses it."""
    def with_page(body: str, style: str = ""):
        (tmp_path / "one.html").write_text(PAGE % (style, body), encoding="utf-8")
        engine.plan_of.cache_clear()
        from documents.pages import _environment
        _environment.cache_clear()
        return replace(LAYOUT, templates=tmp_path)
    return with_page


def why(layout) -> str:
    plan = engine.plan_of(layout.slip_design(1), 2, 3, False)
    return str(plan) if isinstance(plan, Unusual) else ""


def test_a_simple_page_is_stamped(board):
    layout = board("<h1>Slip</h1><p>{{ slip.candidate_name }}</p><p>{{ slip.password }}</p>")

    assert why(layout) == ""
    assert visibly_different(printed(SLIP, layout=layout), drawn_by_xhtml2pdf(SLIP, layout)) == 0


@pytest.mark.parametrize(("body", "style", "reason"), [
    ("<p>{{ slip.candidate_name|upper }}</p>", "", "changed by the template"),
    ("<p>Dear {{ slip.candidate_name }},</p>", "", "inside a sentence"),
    ("<p>{{ slip.candidate_name|length }} letters</p>", "", "depends on a value"),
    ("<p>{{ slip.candidate_name }}</p>", "p { text-transform: uppercase }", "is drawn in other letters"),
    ("<p>{{ slip.candidate_name }}</p>", "p { letter-spacing: 2pt }", "letter-spaced"),
    ("<p>{{ slip.candidate_name }}</p><p>Words</p>", "p { font-family: Helvetica }", "not one of the page's own"),
])
def test_what_cannot_be_stamped_is_said_and_still_printed_right(board, body, style, reason):
    layout = board(body, style)

    assert reason in why(layout)
    if "Helvetica" not in style and "letter-spacing" not in style:
        for slip in (SLIP, named("Marie Curie")):
            assert visibly_different(printed(slip, layout=layout), drawn_by_xhtml2pdf(slip, layout)) == 0


@pytest.mark.parametrize("name", ["Łukasz", "अनन्या शर्मा", "أمينة علاء", "王小明", "김민준", "สมชาย"])
def test_a_page_laid_out_by_itself_prints_every_script_too(board, name):
    layout = board("<p>Dear {{ slip.candidate_name }}</p><p>{{ slip.password }}</p>")

    words = text(printed(named(name), layout=layout))

    assert "Dear" in words
    assert name in words


MARK = (b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8" width="80" height="80">'
        b'<rect width="8" height="8" fill="#00aa00"/></svg>')


@pytest.mark.parametrize("source", ["{outside}", "file://{outside}", "../outside/mark.svg"])
def test_a_template_reaches_no_file_outside_its_folder(board, tmp_path_factory, source):
    outside = tmp_path_factory.mktemp("outside") / "mark.svg"
    outside.write_bytes(MARK)
    layout = board(f'<p>{{{{ slip.candidate_name }}}}</p><img src="{source.format(outside=outside)}">')

    with pytest.raises(Unprintable, match="Could not get image data"):
        printed(SLIP, layout=layout)


def test_a_template_reaches_no_host(board):
    asked = []

    class Host(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "image/svg+xml")
            self.end_headers()
            self.wfile.write(MARK)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Host) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        layout = board(f'<p>{{{{ slip.candidate_name }}}}</p>'
                       f'<img src="http://127.0.0.1:{server.server_port}/mark.svg">')
        with pytest.raises(Unprintable):
            printed(SLIP, layout=layout)
        server.shutdown()

    assert asked == []


@pytest.mark.parametrize("name", ["<b>Bobby</b> &amp; <img src=/etc/passwd>", "{{ slip.password }}",
                                  "<table><td colspan=99999999>"])
def test_markup_in_a_name_is_text_also_where_xhtml2pdf_lays_out_each_page(board, name):
    layout = board("<p>Dear {{ slip.candidate_name }}</p>")

    assert f"Dear {name}" in text(printed(named(name), layout=layout))


def test_words_that_do_not_appear_on_paper_are_said(board):
    layout = board('<p>{{ slip.candidate_name }}</p><p style="display: none">Keep this page safe</p>')

    assert "“Keep this page safe” is in the template and does not appear on paper" in why(layout)


def test_a_page_that_runs_over_is_refused(board):
    layout = board("<p>{{ slip.candidate_name }}</p>" + "<p>Line</p>" * 200)

    with pytest.raises(Unprintable, match="does not fit"):
        printed(SLIP, layout=layout)


def test_a_board_may_bring_its_mark(board, tmp_path):
    mark = tmp_path / "mark.svg"
    mark.write_bytes(MARK)

    with_mark = replace(LAYOUT, logo=mark)

    assert why(with_mark) == ""
    assert visibly_different(printed(SLIP, layout=with_mark), drawn_by_xhtml2pdf(SLIP, with_mark)) == 0
    assert visibly_different(printed(SLIP, layout=with_mark), printed(SLIP)) > 0
    assert "Zoë Ångström" in text(printed(SLIP, layout=with_mark))
