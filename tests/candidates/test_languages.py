"""The candidate site in English and in Arabic: the same pages, the same rules, every sentence."""
import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_file

from tests.candidates.conftest import OURS, USERNAME
from tests.documents.paper import text
from views.languages import catalogue

ROOT = Path(__file__).parents[2]
SITE = "/results/ar/"
SPOKEN = [  # what the site says and where it says it
    *(ROOT / "templates/candidates").iterdir(), *(ROOT / "templates/public").iterdir(),
    *(ROOT / "templates" / name for name in ("candidate_base.html", "document.html", "error.html")),
    *(ROOT / name for name in ("models/candidate_sign_in.py", "models/grades.py", "models/statement_codes.py",
                               "views/errors.py", "views/candidates.py", "views/candidate_statement.py"))]


@pytest.mark.parametrize("path", SPOKEN, ids=lambda path: path.name)
def test_every_sentence_of_the_site_is_translated(path):
    how = "jinja2.ext:babel_extract" if path.suffix == ".html" else "python"
    said = {found[1] for found in extract_from_file(how, path, keywords={"_": None, "Sentence": None})}
    arabic = catalogue("ar")

    untranslated = {text for text in said if arabic.ugettext(text) == text and text not in ("PUM", "PUM %(pum)s")}
    torn = {text for text in said if set(re.findall(r"%\(\w+\)s", text)) != set(
        re.findall(r"%\(\w+\)s", arabic.ugettext(text)))}
    assert (untranslated, torn) == (set(), set())


def test_the_slips_address_leads_to_the_readers_language(guest):
    answer = guest().get("/results/", htmx=False, headers={"Accept-Language": "ar-EG,ar;q=0.9,en;q=0.5"})

    assert answer.location == f"{SITE}sign-in"


def test_the_pages_stand_from_right_to_left_and_grades_as_the_board_prints_them(cast, zoe, release):
    cast.result(cast.candidates["XA101"][0], "9709", "A*", 93)
    release("A Level", hours=-1)

    answer = zoe.get(SITE, htmx=False)

    assert '<html lang="ar" dir="rtl">' in answer.html
    assert "نتائجك حتى الآن" in answer.text
    assert '<p dir="ltr"><b>A*</b> <span>(a*)</span></p>' in answer.html


def test_a_refusal_is_told_in_the_same_language(guest, slips):
    answer = guest().post(f"{SITE}sign-in", {"username": USERNAME, "password": "short"}, csrf=False, htmx=False,
                          headers=OURS)
    foreign = guest().post(f"{SITE}sign-in", {}, csrf=False, htmx=False, headers={"Sec-Fetch-Site": "cross-site"})

    assert (answer.status, "تتكون كلمة المرور من 16 حرفا ورقما" in answer.text) == (422, True)
    assert (foreign.status, "من صفحة هذا الموقع نفسه" in foreign.text) == (403, True)


def test_the_statement_is_printed_in_the_same_language(cast, zoe, release):
    cast.result(cast.candidates["XA101"][0], "9709", "A*", 93)
    release("A Level", hours=-1)

    printed = text(zoe.get(f"{SITE}statement.pdf", htmx=False).body)

    assert "بيان النتائج" in printed
    assert "A*(a*)" in printed
