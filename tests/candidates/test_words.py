"""The words of every catalogue: what no sentence may hold, how each language writes, and that none is lost."""
import csv
import io
import json
import re
import unicodedata
from datetime import UTC, datetime, timedelta

import pytest
from babel import Locale
from babel.messages.pofile import read_po

from documents import words
from documents.engine import unprintable
from documents.languages import TRANSLATIONS, counted, translation
from models.rules.languages import LANGUAGES, tag_of
from tests.candidates.conftest import OURS, SHEET, SIGN_IN, USERNAME

OTHERS = [code for code in LANGUAGES if code != "en"]
STEERING = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")
# What would be taken for another thing, or is said in one country only, or hurts. As whole words but in Chinese.
FORBIDDEN = {
    "ar": "قسيمة القسائم المحجوبة محجوبة إفراج الجلوس راسب العلامة المنهج إجازة المسلمة وE وI وO "
          "اكتب اسأل افتح اضغط انتقل قارن جرب ادخل دائما ابدا أبدا مؤقتا جدا حرفا لاحقا",
    "es": "usted ustedes vosotros junta boleta boletín suspendido retenido aplazado reprobado notas sílabo ordenador "
          "computadora móvil celular coger serie socio liberación",
    "fr": "série bulletin diplôme mention grade échec recalé officier conseil libération retenu",
    "zh": "结果 分数线 登陆 您 准考证 扣留 发布 不及格 失败 百分比分 进行 大纲 补考",
}
WRONG = {  # by language: what none of its sentences may match
    "ar": r"[,;?]", "es": r"\s[!?;:,.]|'", "fr": r"[^\u202f\u00a0][;!?»]|[^\u00a0]:(?!\d|//)|«[^\u00a0]|'",
    "zh": r"[\u4e00-\u9fff][,;:!?()]|[,;:!?()][\u4e00-\u9fff]|[\u4e00-\u9fff] \d|\d [\u4e00-\u9fff]",
}


def sentences(language):
    with (TRANSLATIONS / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    for message in catalogue:
        if message.id:
            forms = message.string if isinstance(message.string, tuple) else (message.string,)
            yield from ((message, form) for form in forms)


@pytest.mark.parametrize("language", OTHERS)
def test_no_sentence_is_empty_unsure_or_beyond_paper(language):
    for message, said in sentences(language):
        assert said.strip() == said != ""
        assert not message.fuzzy
        assert not STEERING & set(said), said
        assert unprintable(said) == [], said
        assert unicodedata.is_normalized("NFC", said), said


@pytest.mark.parametrize("language", OTHERS)
def test_no_sentence_has_a_forbidden_word_or_mark(language):
    for _message, said in sentences(language):
        plain = re.sub(r"%\(\w+\)[sd]|https?://\S+", "x", said)
        found = [word for word in FORBIDDEN[language].split() if (word in plain if language == "zh" else re.search(
            rf"(?<!\w){word}(?!\w)", plain, re.IGNORECASE))]
        assert found == [], said
        assert not re.search(WRONG[language], plain), said
        assert plain.count("¿") == (plain.count("?") if language == "es" else 0), said
        assert plain.count("¡") == (plain.count("!") if language == "es" else 0), said


@pytest.mark.parametrize("language", OTHERS)
def test_the_plural_of_a_number_is_the_one_of_cldr(language):
    """Babel's own order of the Arabic forms is another: copied from there, two of them would be exchanged."""
    with (TRANSLATIONS / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        forms = read_po(file, locale=language)["%(num)d minute left"].string
    order = [name for name in ("zero", "one", "two", "few", "many", "other")
             if name in {"ar": "zero one two few many other", "zh": "other"}.get(language, "one other")]
    rule = Locale.parse(language).plural_form
    for number in range(201):
        expected = forms[order.index(rule(number))] % {"num": number}
        assert counted(language, "%(num)d minute left", "%(num)d minutes left", number) == expected


@pytest.mark.parametrize(("language", "long", "short"), [
    ("en", "Tuesday 11 August 2026, 10:00", "Tue 11 Aug 2026, 10:00 in Karachi"),
    ("ar", "الثلاثاء، 11 أغسطس 2026، 10:00", "الثلاثاء، 11 أغسطس 2026، 10:00 (توقيت باكستان)"),
    ("es", "martes, 11 de agosto de 2026, 10:00", "mar, 11 ago 2026, 10:00 (hora de Pakistán)"),
    ("fr", "mardi 11 août 2026 à 10:00", "mar. 11 août 2026 à 10:00 (heure : Pakistan)"),
    ("zh", "2026年8月11日星期二 10:00", "2026年8月11日周二 10:00（巴基斯坦时间）")])
def test_an_instant_is_written_as_its_readers_write_it(language, long, short):
    at = datetime(2026, 8, 11, 5, tzinfo=UTC)

    assert words.long(at, "Asia/Karachi", language) == long
    assert re.sub(r"[\u00a0\u202f]", " ", words.with_place(at, "Asia/Karachi", language)) == short


@pytest.mark.parametrize(("language", "said"), [
    ("en", "(midnight, from Monday to Tuesday)"), ("ar", "(منتصف الليل، من الاثنين إلى الثلاثاء)"),
    ("es", "(medianoche, del lunes al martes)"), ("fr", "(minuit, dans la nuit de lundi à mardi)"),
    ("zh", "（星期一夜里24点，即星期二零点）")])
def test_a_midnight_says_between_which_days(language, said):
    midnight = datetime(2026, 8, 10, 19, tzinfo=UTC)

    assert words.midnight(midnight, "Asia/Karachi", language) == said
    assert words.midnight(midnight, "UTC", language) == ""
    assert words.midnight(midnight + timedelta(minutes=30), "Asia/Karachi", language) == ""


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "Asia/Kathmandu", "Asia/Yangon", "Asia/Ho_Chi_Minh", "Europe/Kyiv",
                                  "America/Argentina/Buenos_Aires", "Asia/Shanghai"])
@pytest.mark.parametrize("language", ["ar", "zh"])
def test_no_clock_is_called_by_a_latin_name(zone, language):
    assert not re.search("[A-Za-z_/]", words.clock(zone, language))


@pytest.mark.parametrize(("language", "name"), [
    ("en", "June 2026"), ("ar", "يونيو 2026"), ("es", "junio de 2026"), ("fr", "juin 2026"), ("zh", "2026年6月")])
def test_a_series_is_called_by_its_month(language, name):
    assert words.series("June 2026", language) == name
    assert words.series("Winter sitting", language) == "Winter sitting"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_language_is_kept_on_the_way_and_can_be_changed_on_every_page(guest, slips, language):
    visitor = guest()
    english = {"Accept-Language": "en"}
    draft = translation(language, "This translation has not been checked by a native reader yet. Is "
                        "something wrong? Tell us:")
    refused, _signed_in = (
        visitor.post(f"/results/{language}/sign-in", typed, csrf=False, htmx=False, headers=OURS)
        for typed in ({}, {"username": USERNAME, "password": slips["0001"]}))
    pages = [refused, *(visitor.get(path, htmx=False, headers=english) for path in (
        f"/results/{language}/sign-in", f"/results/{language}/", f"/privacy/{language}", f"/verify/{language}",
        f"/results/{language}/nothing", f"/results/{language}/signed-out"))]

    assert "UCI" in visitor.get(f"/privacy/{language}", htmx=False).text
    for page in pages:
        assert page.one("html").get("lang") == tag_of(language)
        assert page.one("title").text.endswith(f"– {visitor.app.config['BOARD_NAME']}")
        links = {link.get("href"): link.text for link in page.tree.iter("a") if link.get("hreflang")}
        assert list(links.values()) == [other.name for code, other in LANGUAGES.items() if code != language]
        assert all(guest().get(address, htmx=False).status in (200, 303) for address in links)
        assert f"/privacy/{language}" in page.html
        assert (" ".join(draft.split()) in " ".join(page.text.split())) is not bool(LANGUAGES[language].read_by)
    assert visitor.get("/privacy/xx", htmx=False).status == 404


def test_a_waiting_candidate_hears_that_the_login_works_and_for_what(zoe, release):
    page = zoe.sheet()

    assert "Your login works. On results day you only need the same slip." in page.text
    entries = [item for item in page.tree.iter("li") if "0580" in "".join(item.itertext())]
    assert len(entries) == 1
    assert "What you can do next" not in page.text
    release("A Level", hours=-1)
    assert "Your login works" not in zoe.sheet().text


def test_whoever_has_results_is_told_the_same_next_steps_whatever_the_grade(cast, zoe, release):
    release("A Level", hours=-1)

    def steps():
        return re.search("What you can do next.*?dates and the costs", zoe.sheet().text)[0]
    none = steps()
    result = cast.result(cast.candidates["XA101"][0], "9709", "U", 0)
    ungraded = steps()
    result.delete_instance()
    cast.result(cast.candidates["XA101"][0], "9709", "A*", 99)

    assert none == ungraded == steps()


def test_the_calendar_has_the_instant_and_nothing_personal(cast, zoe, guest, release):
    answer = zoe.get("/results/fr/results.ics", htmx=False)
    lines = answer.body.decode().split("\r\n")
    at = cast.now.replace(microsecond=0)

    assert answer.headers["Content-Type"].startswith("text/calendar")
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]
    starts = [line.partition(":")[2] for line in lines if line.startswith("DTSTART")]
    assert [datetime.strptime(start, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) - at for start in starts] == [
        timedelta(days=1), timedelta(days=7)]
    assert [line for line in lines if line.startswith("SUMMARY")] == [
        f"SUMMARY:Publication de vos résultats – \u2068{name}\u2069" for name in ("A Level", "IGCSE")]
    assert len({line for line in lines if line.startswith("UID")}) == 2
    assert all(len(line.encode()) <= 75 for line in lines)
    for personal in ("Zoë", "0001", "XA101", "J26"):
        assert personal not in answer.text
    assert guest().get("/results/fr/results.ics", htmx=False).location == "/results/fr/sign-in"
    release("A Level", hours=-1)
    release("IGCSE", hours=-1)
    assert zoe.get("/results/fr/results.ics", htmx=False).status == 404


def test_a_browser_without_cookies_is_told_so(guest, slips):
    visitor = guest()
    answer = visitor.sign_in_with(USERNAME, slips["0001"])

    told = guest().get(answer.location, htmx=False)  # another browser: the cookie did not come back

    assert "this browser keeps no cookies" in told.text
    ago = {minutes: int((datetime.now(UTC) - timedelta(minutes=minutes)).timestamp()) for minutes in (2, 14, 16)}
    for later in ("?in=1", "?in=", "?in=nan", "?in=soon", "?in=9e99", f"?in={ago[2]}", f"?here={ago[16]}", "?here=nan"):
        assert guest().get(f"{SHEET}{later}", htmx=False).location == SIGN_IN
    here = f"{SHEET}?here={ago[14]}"
    assert "this browser keeps no cookies" in guest().get(here, htmx=False).text
    assert guest().get(here, htmx=True).headers["HX-Redirect"] == here
    assert guest().get(SHEET, htmx=False).location == SIGN_IN


def test_a_late_result_is_new_and_only_one_that_had_been_shown_has_changed(cast, zoe, release):
    release("A Level", hours=-3)
    release("IGCSE", hours=-3)
    late = cast.result(cast.candidates["XA101"][0], "9709", "B")
    late.first_at = late.changed_at
    late.save()

    new = zoe.sheet().text
    late.changed_at = late.first_at + timedelta(minutes=5)
    late.save()
    changed = zoe.sheet().text

    assert ("New " in new, "Changed" in new, "Last changed:" in new) == (True, False, False)
    assert ("New " in changed, "Changed" in changed, "Last changed:" in changed) == (False, True, True)


def test_ones_own_data_can_be_taken_away_and_tells_no_grade_before_its_time(cast, zoe, guest, release):
    cast.result(cast.candidates["XA101"][0], "9709", "A*", 93, first_at=(came := cast.now - timedelta(hours=1)))
    cast.result(cast.candidates["XA101"][0], "0580", "C")
    before = zoe.get("/results/en/data.json", htmx=False)
    release("A Level", hours=-1)

    told = json.loads(zoe.get("/results/en/data.json", htmx=False).body)
    table = list(csv.DictReader(io.StringIO(zoe.get("/results/en/data.csv", htmx=False).body.decode("utf-8-sig"))))

    assert {entry["grade"] for entry in json.loads(before.body)["entries"]} == {None}
    assert (told["username"], told["candidate_number"], told["uci"]) == (
        USERNAME, "0001", cast.candidates["XA101"][0].uci)
    assert [entry["first_at"] for entry in told["entries"] if entry["grade"]] == [came.isoformat()]
    assert {entry["syllabus_code"]: (entry["as_printed"], entry["pum"]) for entry in told["entries"]} == {
        "9709": ("A*(a*)", 93), "0580": (None, None)}
    assert [(row["syllabus_code"], row["grade"]) for row in table] == [
        (entry["syllabus_code"], entry["grade"] or "") for entry in told["entries"]]
    assert guest().get("/results/en/data.csv", htmx=False).location == "/results/en/sign-in"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sample_of_the_results_page_cannot_be_taken_for_real(guest, language):
    page = guest().get(f"/results/{language}/sample", htmx=False)

    assert len(page.all("div", class_="notice warn")) == 2
    titles = ["".join(title.itertext()) for title in page.all("h3")]
    assert len(titles) == 5
    invented = translation(language, "Invented %(subject)s", subject="")
    assert all(title.startswith(invented) for title in titles)
    assert invented.startswith("Invented ") == (language == "en")
    for name in ("Sample Candidate", "Sample Centre"):
        assert translation(language, name) in page.text
    assert page.one("a", class_="back").text == translation(language, "Back")
    assert "statement.pdf" not in page.html
    assert "data.json" not in page.html


def test_signing_out_says_what_it_did_and_the_end_of_a_session_why(guest):
    pages = {why: guest().get(f"/results/en/{why}", htmx=False) for why in ("signed-out", "timed-out", "ended")}

    assert {why: len(page.all("div", class_="notice ok")) for why, page in pages.items()} == {
        "signed-out": 1, "timed-out": 0, "ended": 0}
    assert "cannot be seen on this device" in pages["signed-out"].text
    assert "after 15 minutes without use" in pages["timed-out"].text
    assert "or eight hours have passed" in pages["ended"].text
