"""What site.js and htmx add, on a stage of their own: small pages, the real files, the real policy."""
import re
import threading
import time
from pathlib import Path

import pytest
from flask import Flask, render_template_string, request
from markupsafe import Markup
from waitress.server import create_server

from views import assets
from views.guards import SECURITY

ROOT = Path(__file__).parent.parent.parent
AXE = (Path(__file__).parent / "axe.min.js").read_text(encoding="utf-8")
PAGE = """{% extends "document.html" %}
{% from "_macros/notices.html" import notice_region, notice, error_summary %}
{% from "_macros/forms.html" import text_field, radio_field, checkbox, select_field, button %}
{% from "_macros/lists.html" import table, tag, summary_list, progress, print_button %}
{% from "_macros/navigation.html" import tabs, pager, change_centre_form, back %}
{% block styles %}
{% if name in ("countdown", "sheet") %}<style>{{ inline("candidate.css") }}</style>{% else %}{{ super() }}{% endif %}
{% endblock %}
{% block head %}
<meta name="htmx-config" content='{{ htmx_config }}'>
<script src="{{ asset('site.js') }}" type="module"></script>
<script src="{{ asset('htmx-4.0.1.min.js') }}" defer></script>
{% endblock %}
{% block body_attributes %} hx-headers:inherited='{"X-CSRFToken": "token-1"}'{% endblock %}
{% block notice %}{{ notice_region() }}{% endblock %}
{% block heading %}Stage{% endblock %}
{% block content %}"""
ROW = """<form id="row" method="post" action="/row" hx-post="/row" hx-trigger="change, submit" hx-swap="outerHTML">
<label>Delay <input id="delay" name="delay" value="{value}"></label>
<label>Note <input id="note" name="note" value=""></label>
<label><input type="checkbox" id="tick" name="tick">Tick</label>
<button formaction="/broken" hx-post="/broken" hx-target="#row">Break</button>
<button id="busy" hx-post="/busy" hx-target="#row">Busy</button>
<button id="silent" hx-post="/silent" hx-target="#row" hx-config="timeout:200">Silent</button>
<button id="refuse" hx-post="/refuse" hx-target="#answer" hx-swap="innerHTML">Refuse</button>
</form>"""
SUMMARY = """<div class="error-summary" role="alert" tabindex="-1"><h2>There is a problem</h2>
<ul><li><a href="#delay">Say it.</a></li></ul></div>"""
LIST = """<label>Search <input id="find" type="search" data-filter-list="people"></label>
<label><input type="checkbox" id="all" data-mark-all="#people" data-scripted hidden>Mark all</label>
<output data-count-of="#people">0</output>
<ul id="people">{% for name in ["0001 Zoë Ångström", "0002 Łucja Nowak", "0003 Zoe Smith"] %}
<li><label><input type="checkbox" name="candidate">{{ name }}</label></li>{% endfor %}</ul>{{ print_button() }}"""
COUNTDOWN = """<script src="{{ asset('countdown.js') }}" defer></script>
<div class="countdown" data-countdown="1786424400" data-now="1786424390" data-spread="4">
{% for unit in ["day", "hour", "minute", "second"] %}<p data-unit="{{ unit }}"><b></b>
<span>{{ unit }}s</span></p>{% endfor %}</div>
<p hidden>Here: <time datetime="2026-08-11T05:00:00Z" data-local="EEEE d MMMM y, HH:mm" data-offset="60"></time></p>
<script>{{ inline("candidate.js") }}</script>"""
CENTRE = """<tbody class="row" id="centre-{n}"><tr><th scope="row">{n}</th><td>
<input id="delay-{n}" name="delay" value="{v}" aria-label="Delay {n}" form="edit-{n}" hx-post="/centre"
 hx-target="#centre-{n}" hx-swap="outerHTML"><form id="edit-{n}" method="post" action="/centre"></form></td></tr>
<tr class="follows"><td colspan="2">would be {v}</td></tr></tbody>"""
SHEET = """<div class="hero"><p>Zoë Ångström</p></div><p class="actions"><button class="button">Save</button></p>
<ul class="results"><li class="result"><h2>Mathematics</h2>
<p class="grade"><b>A*</b> <span>(a*)</span></p></li></ul>"""
EVERYTHING = """{{ notice("Saved.", "success") }}{{ notice("Careful.", "warning") }}
{{ error_summary({"a": "No."}) }}
{{ text_field("a", "Delay", "x", "Hours", "No.", width="short") }}
{{ radio_field("c", "Access", [("no", "NO"), ("all", "ALL", "Late ones too")], "no") }}
{{ checkbox("d", "I accept", error="Tick it.") }}{{ select_field("e", "Series", [("j", "June")]) }}
{{ button("Save") }}{{ button("Discard", "second") }}{{ button("New password", "danger") }}
{{ button("More", "link") }}
{{ summary_list([("Series", "June 2026", "/x", "Change")]) }}{{ progress("Making", 3, 10) }}
{% call table([("Candidate", ""), ("Marks", "num"), ("", "act")], "Entries") %}
<tr><th scope="row">0001</th><td data-label="Marks" class="num">94</td>
<td class="act"><a href="#a">Open</a></td></tr>
{% endcall %}
<p>{{ tag("Ready", "ok") }} {{ tag("Out of date", "warn") }} {{ tag("Dead", "bad") }} {{ tag("New", "info") }}</p>
{{ pager(["/1", "/2", "/3"], 2) }}{{ back("/", "Back") }}"""


def centre(number, delay):
    return CENTRE.replace("{n}", number).replace("{v}", delay)


def stage():
    app = Flask(__name__, static_folder=None, template_folder=ROOT / "templates")
    app.wsgi_app = assets.Assets(app.wsgi_app, ())
    app.jinja_env.globals.update(assets.IN_TEMPLATES)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals["_"] = lambda text, **values: text % values if values else text
    app.posts, app.wake = [], threading.Event()
    base = (ROOT / "templates/base.html").read_text(encoding="utf-8")
    config = Markup(re.search(r"""name="htmx-config" content='([^']+)'""", base)[1])
    bodies = {"row": ROW.replace("{value}", "24h") + '<div id="answer"></div>', "refused": SUMMARY + ROW,
              "list": LIST, "countdown": COUNTDOWN, "everything": EVERYTHING, "sheet": SHEET,
              "centres": f'<table class="table">{centre("XA101", "")}{centre("XA102", "")}</table>'}

    @app.get("/<name>")
    def page(name):
        return render_template_string(PAGE + bodies[name] + "{% endblock %}", name=name, locale="en", direction="ltr",
                                      portal_name="Portal", board_name="Board", htmx_config=config)

    @app.post("/<name>")
    def answer(name):
        app.posts.append((name, request.headers.get("X-CSRFToken"), request.form.get("delay")))
        if name == "row":
            time.sleep(0.3)  # long enough to type into the next control meanwhile
            return ROW.replace("{value}", "48h")
        if name == "centre":
            return (centre("XA101", "24h") + '<hx-partial hx-target="#centre-XA102" hx-swap="outerHTML">'
                    + centre("XA102", "24h")
                    + '</hx-partial><hx-partial hx-target="#notice"><p>Kept.</p></hx-partial>')
        if name == "silent":
            app.wake.wait(5)
        return {"broken": ("<h1>proxy</h1>", 502), "refuse": (SUMMARY, 422), "silent": "",
                "busy": ("<p>The disk is full.</p>", 503, {"HX-Retarget": "#notice"})}[name]

    app.after_request(lambda response: response.headers.update(SECURITY) or response)
    return app


@pytest.fixture(scope="module")
def stand():
    app = stage()
    server = create_server(app, host="127.0.0.1", port=0, threads=8)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    app.address = f"http://127.0.0.1:{server.effective_port}"
    yield app
    app.wake.set()
    server.close()
    thread.join(5)


@pytest.fixture
def show(browser, stand):
    """`show("row")`: that page, and at the end no complaint of the policy and no error of a script."""
    contexts, complaints = [], []

    def open_(name, script=True, clock=None, **options):
        context = browser.new_context(base_url=stand.address, java_script_enabled=script, **options)
        context.set_default_timeout(5_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: "Content Security" in said.text and complaints.append(said.text))
        if clock:
            page.clock.install(time=clock)
        page.goto(f"/{name}")
        return page

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []


def test_htmx_is_configured_and_injects_no_style(show):
    page = show("row")

    assert page.evaluate("htmx.config.noSwap") == [204, 304, "5xx"]
    assert page.evaluate("document.adoptedStyleSheets.length") == 0


def test_a_post_carries_the_token(show, stand):
    page = show("row")

    page.get_by_label("Delay").fill("48h")
    page.get_by_label("Delay").press("Tab")
    page.wait_for_selector("#delay[value='48h']")

    assert stand.posts[-1] == ("row", "token-1", "48h")


def test_a_swap_keeps_the_place_and_what_is_being_typed(show):
    page = show("row")

    page.get_by_label("Delay").fill("48h")
    page.get_by_label("Delay").press("Tab")
    page.keyboard.type("call first")
    page.wait_for_selector("#delay[value='48h']")

    assert page.evaluate("document.activeElement.id") == "note"
    assert page.get_by_label("Note").input_value() == "call first"


@pytest.mark.parametrize("more", ["", ", please"])
def test_what_was_typed_through_a_swap_is_sent_once_the_field_is_left(show, stand, more):
    page = show("row")
    page.get_by_label("Delay").fill("48h")
    page.get_by_label("Delay").press("Tab")
    page.keyboard.type("call first")
    page.wait_for_selector("#delay[value='48h']")
    before = len(stand.posts)

    page.keyboard.type(more)
    with page.expect_response("**/row"):
        page.keyboard.press("Tab")
    page.wait_for_load_state("networkidle")

    assert len(stand.posts) == before + 1


@pytest.mark.parametrize("how", ["key", "pointer"])
def test_a_box_that_is_pressed_through_a_swap_is_ticked_once(show, stand, how):
    page = show("row")
    page.get_by_label("Delay").fill("48h")
    page.get_by_label("Tick").hover()
    page.get_by_label("Tick").focus()
    hand, button = (page.keyboard, [" "]) if how == "key" else (page.mouse, [])
    hand.down(*button)
    page.wait_for_selector("#delay[value='48h']")
    before = len(stand.posts)

    with page.expect_request("**/row") as sent:
        hand.up(*button)
    sent.value.response()

    assert "tick=on" in sent.value.post_data
    assert len(stand.posts) == before + 1


def test_one_answer_swaps_two_centres_and_the_notice(show):
    page = show("centres")

    page.get_by_label("Delay XA101").fill("24h")
    page.get_by_label("Delay XA101").press("Tab")
    page.get_by_role("status").get_by_text("Kept.").wait_for()

    assert page.locator("tbody.row").count() == 2
    assert page.locator("tr.follows").all_inner_texts() == ["would be 24h", "would be 24h"]
    assert page.evaluate("document.activeElement.id") == "delay-XA102"


def test_a_broken_server_is_said_and_the_row_stays(show):
    page = show("row")

    page.get_by_role("button", name="Break").click()
    page.get_by_role("status").get_by_text("Something went wrong on our side.").wait_for()

    assert page.get_by_label("Delay").input_value() == "24h"
    assert page.get_by_text("proxy").count() == 0


def test_the_servers_own_sentence_is_preferred(show):
    page = show("row")

    page.get_by_role("button", name="Busy").click()

    page.get_by_role("status").get_by_text("The disk is full.").wait_for()


def test_a_lost_network_is_said(show):
    page = show("row")

    page.context.set_offline(True)
    page.get_by_role("button", name="Busy").click()

    page.get_by_role("status").get_by_text("The connection was lost").wait_for()


def test_a_server_that_is_too_slow_is_said(show):
    page = show("row")

    page.get_by_role("button", name="Silent").click()

    page.get_by_role("status").get_by_text("The server took too long").wait_for()


def test_a_refusal_takes_focus_on_load_and_after_a_swap(show):
    loaded, swapped = show("refused"), show("row")

    swapped.get_by_role("button", name="Refuse").click()
    swapped.wait_for_selector(".error-summary")

    for page in loaded, swapped:
        page.wait_for_function("document.activeElement.className == 'error-summary'")


def test_a_refusal_that_was_read_does_not_take_focus_again(show):
    page = show("refused")

    page.get_by_label("Delay").fill("48h")
    page.get_by_label("Delay").press("Tab")
    page.wait_for_selector("#delay[value='48h']")

    assert page.evaluate("document.activeElement.id") == "note"


def test_a_long_list_is_searched_without_accents(show):
    page = show("list")

    page.get_by_label("Search").fill("zoe ANG")

    assert page.locator("#people li:visible").all_inner_texts() == ["0001 Zoë Ångström"]


def test_mark_all_marks_what_is_shown(show):
    page = show("list")

    page.get_by_label("Search").fill("zoe")
    page.get_by_label("Mark all").check()
    page.get_by_label("Search").fill("")

    assert page.locator("output").inner_text() == "2"
    assert page.get_by_label("Łucja Nowak").is_checked() is False
    assert page.get_by_label("Mark all").is_checked() is False


def test_what_needs_script_is_not_there_without(show):
    with_script, without = show("list"), show("list", script=False)

    assert with_script.get_by_role("button", name="Print").is_visible()
    assert without.get_by_role("button", name="Print").is_visible() is False


def test_the_countdown_trusts_the_server_not_the_clock_of_the_phone(show):
    page = show("countdown", clock="2026-08-11T08:00:00Z")  # three hours fast; ten seconds are left

    page.clock.run_for(7_000)
    assert page.locator("[data-unit=second]").inner_text().split() == ["3", "seconds"]
    page.clock.run_for(2_000)
    assert page.locator("[data-unit=second]").inner_text().split() == ["1", "seconds"]


def test_an_open_page_asks_within_the_spread_after_zero(show):
    page = show("countdown", clock="2026-08-11T01:00:00Z")
    page.evaluate(
        "document.querySelector('.countdown').addEventListener('due', _ => { window.due = ~~window.due + 1 })")

    page.clock.run_for(9_000)
    assert page.evaluate("window.due") is None
    page.clock.run_for(6_000)
    assert page.evaluate("window.due") == 1


@pytest.mark.parametrize(("zone", "words"), [
    ("America/Lima", ["Tuesday 11 August 2026, 00:00"]), ("Asia/Karachi", ["Tuesday 11 August 2026, 10:00"]),
    ("Europe/London", [])])
def test_a_time_is_told_in_the_readers_own_zone(show, zone, words):
    page = show("countdown", timezone_id=zone, locale="en-GB")

    assert page.locator("time:visible").all_inner_texts() == words


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_paper_is_white_and_shows_the_results_but_no_controls(show, scheme):
    page = show("row", color_scheme=scheme)

    page.emulate_media(media="print", color_scheme=scheme)
    page.goto("/sheet")
    looks = page.evaluate("""() => ['.hero p', '.grade b', 'body'].map(place => {
        const look = getComputedStyle(document.querySelector(place));
        return [look.color, document.querySelector('.results').getAnimations().length] })""")

    assert looks == [["rgb(23, 32, 46)", 0], ["rgb(36, 59, 143)", 0], ["rgb(23, 32, 46)", 0]]
    assert page.get_by_role("button", name="Save").is_visible() is False


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_the_parts_of_every_page_are_accessible(show, scheme, width):
    page = show("everything", color_scheme=scheme, viewport={"width": width, "height": 800})

    page.evaluate(AXE)
    found = page.evaluate("axe.run()")

    assert [(v["id"], v["nodes"][0]["html"]) for v in found["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
