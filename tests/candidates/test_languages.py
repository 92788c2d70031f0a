"""The candidate site in English and in Arabic: the same pages, the same rules, every sentence."""
import re
from pathlib import Path

import pytest
from babel import Locale
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from documents import words
from documents.languages import TRANSLATIONS, catalogue
from models.rules.languages import LANGUAGES, tag_of
from tests.candidates.conftest import OURS, USERNAME
from tests.documents.paper import text

ROOT = Path(__file__).parents[2]
SITE = "/results/ar/"
# Officers and board staff alone read what stands here, in English. All else is for candidates, or on paper.
PORTAL = re.compile(
    r"(templates|views)/(_macros|staff|centres|slips|subcentres|board|imports|help)/|templates/paper/links|"
    r"templates/(base|_notice)\.html|exchange/|jobs/|"
    r"views/(controls|ended|forms|frame|happened|help|imports|once|reach|results_day|times|what_needs_doing)\.py|"
    r"models/tables/|models/acts/(?!candidate_sign_in)|models/(contacts|delay|"
    r"staff_passwords)\.py|models/rules/(instants|subcentre_\w+)\.py|documents/check\.py")


def spoken():
    """(place, sentence) of everything that can be extracted and that a candidate may read, on the site or on paper."""
    keywords = {"_": None, "Sentence": None, "translation": (2,), "gettext": None, "ngettext": (1, 2)}
    for folder in ("views", "models", "jobs", "documents", "exchange", "templates"):
        for path in sorted((ROOT / folder).rglob("*")):
            place = path.relative_to(ROOT).as_posix()
            if path.suffix not in (".py", ".html", ".css") or PORTAL.search(place):
                continue
            how = "python" if path.suffix == ".py" else "jinja2.ext:babel_extract"
            for found in extract_from_file(how, path, keywords=keywords):
                yield from ((place, said) for said in (found[1] if isinstance(found[1], tuple) else [found[1]]))


SPOKEN = list(spoken())


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_every_sentence_that_a_candidate_may_read_is_in_every_language(language):
    messages = catalogue(language)

    with (TRANSLATIONS / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        kept = {message.id for message in read_po(file, locale=language) if message.string and not message.fuzzy}

    lacking = {(place, said) for place, said in SPOKEN if said not in kept}
    torn = {(place, said) for place, said in SPOKEN if set(re.findall(r"%\(\w+\)s", said)) != set(
        re.findall(r"%\(\w+\)s", messages.ugettext(said)))}
    assert not lacking, "\n".join(sorted(f"{place}: {said}" for place, said in lacking))
    assert torn == set()


def test_the_sentences_of_site_and_slips_are_looked_at():
    places = {place for place, _said in SPOKEN}

    assert places > {"templates/paper/one.html", "templates/paper/statement.html", "templates/candidates/sign_in.html",
                     "templates/candidates/verify.html", "documents/papers.py", "models/acts/candidate_sign_in.py"}
    assert len(SPOKEN) > 150


@pytest.mark.parametrize(("zone", "english", "arabic"), [
    ("Asia/Karachi", "Karachi", "كراتشي"), ("Asia/Kathmandu", "Kathmandu", "كاتماندو"),
    ("Asia/Kolkata", "Kolkata", "كالكتا"), ("Asia/Yangon", "Yangon", "رانغون"), ("Europe/Kyiv", "Kyiv", "كييف"),
    ("America/Argentina/Buenos_Aires", "Buenos Aires", "بوينوس أيرس"), ("UTC", "UTC", "UTC")])
def test_a_place_is_called_as_its_people_know_it(zone, english, arabic):
    assert (words.place(zone, "en"), words.place(zone, "ar")) == (english, arabic)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_city_that_a_language_has_a_name_for_is_said_by_it(language):
    """Under its new name as under the old ones of its zone."""
    known = {zone: names["city"] for zone, names in Locale.parse(language).time_zones.items() if "city" in names}
    new = {old: zone for zone, olds in words.OLD_ZONES.items() for old in olds}

    assert {zone: words.place(zone, language) for zone in known} == known
    assert {zone: words.place(new[zone], language) for zone in known if zone in new and new[zone] not in known} == {
        zone: city for zone, city in known.items() if zone in new and new[zone] not in known}


@pytest.mark.parametrize(("liked", "language"), [
    ("ar-EG,ar;q=0.9,en;q=0.5", "ar"), ("en-GB, ar;q=0.9", "en"), ("ar;q=0.5, en-US;q=0.8", "en"), ("AR", "ar"),
    ("fr-FR, ar-MA;q=0.7, en;q=0.2", "fr"), ("de, ar-MA;q=0.7, en;q=0.2", "ar"), ("zh-CN,zh;q=0.9", "zh"),
    ("zh-TW, en;q=0.8", "en"), ("zh-Hant-HK, zh;q=0.1", "zh"), ("zh-TW", "zh"), ("en;q=0, ar;q=0.1", "ar"),
    ("*", "en"), ("", "en"), ("x" * 300, "en")])
def test_the_slips_address_leads_to_the_readers_language(guest, liked, language):
    answer = guest().get("/results/", htmx=False, headers={"Accept-Language": liked})

    assert answer.status == 200
    assert answer.one("form").get("action") == f"/results/{language}/sign-in"
    page = guest().get("/privacy", htmx=False, headers={"Accept-Language": liked})
    assert page.one("html").get("lang") == tag_of(language)


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

    assert (answer.status, "تتكون كلمة المرور من 16 حرفًا ورقمًا. عدد ما كتبته: 5." in answer.text) == (422, True)
    assert (foreign.status, "من صفحة هذا الموقع نفسه" in foreign.text) == (403, True)


def test_the_statement_is_printed_in_the_same_language(cast, zoe, release):
    cast.result(cast.candidates["XA101"][0], "9709", "A*", 93)
    release("A Level", hours=-1)

    printed = text(zoe.get(f"{SITE}statement.pdf", htmx=False).body)

    assert "بيان النتائج" in printed
    assert "A*(a*)" in printed
