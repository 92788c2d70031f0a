"""Results morning in small, on real server processes; the long one is `python -m benchmarks morning`."""
import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks._browser import Answer, Line, named
from benchmarks._servers import THROUGH, Site

ROOT = Path(__file__).parents[2]
SMALL = ["--candidates", "400", "--rate", "25", "--minutes", "0.1", "--waiting", "40", "--workers", "2", "--no-steps"]


def morning(*options):
    return subprocess.run([sys.executable, "-m", "benchmarks", "morning", *SMALL, *options], cwd=ROOT,
                          capture_output=True, text=True, timeout=180)


@pytest.mark.parametrize("through", THROUGH)
def test_a_small_morning_is_green(through):
    """No grade early or late, no lost session, no error; with slips printed and results imported meanwhile."""
    done = morning("--through", through)

    assert done.stdout.splitlines()[-1:] == ["green"], done.stdout + done.stderr
    assert done.returncode == 0


@pytest.mark.parametrize("fault", ["early", "late"])
def test_a_planted_fault_turns_it_red(fault):
    done = morning("--alone", "--plant", fault)

    assert done.stdout.splitlines()[-1:] == ["RED"], done.stdout + done.stderr
    assert done.returncode == 1


def test_junk_is_sent_and_is_no_error_of_the_honest():
    """All kinds are answered; whether the honest were quick enough is for the long one to say."""
    said = morning("--alone", "--junk", "30").stdout

    answered = ast.literal_eval(re.search(r"  junk .* answered (.*)", said)[1])
    assert set(answered) == {404, 422}
    assert re.search(r"  errors +0 $", said, re.MULTILINE), said


def test_a_browser_fetches_what_a_page_names_once():
    page = """<link rel="Shortcut Icon" href="/static/a.svg#mark"><link rel=stylesheet href=style.css?v=1&amp;w=2>
        <link rel="alternate" href="/feed"><script type="module" src='../b.js'></script><script>let a = 1 > 0</script>
        <img alt="a > b" src="/static/a.svg"><img src="data:image/gif;base64,R0lGOD"><a href="/elsewhere">x</a>"""

    assert named("/results/en/", page) == ["/static/a.svg", "/results/en/style.css?v=1&w=2", "/results/b.js"]


@pytest.mark.parametrize(("headers", "asked"), [
    ({"cache-control": "public, max-age=31536000, immutable", "etag": '"1"'}, []),
    ({"cache-control": "no-cache", "etag": '"1"', "last-modified": "then"}, [("/a.js", 'If-None-Match: "1"\r\n')]),
    ({"last-modified": "then"}, [("/a.js", "If-Modified-Since: then\r\n")]),
    ({}, [("/a.js", "")]),
])
def test_a_browser_asks_again_for_what_may_have_changed(headers, asked):
    line = Line(Site(port=0, processes=()), kept={})
    line.keep("/a.js", Answer(200, headers, b""))
    line.keep("/a.js", Answer(304, {}, b""))

    assert line.files_to_ask_for("/", b"<script src=a.js></script>") == asked
