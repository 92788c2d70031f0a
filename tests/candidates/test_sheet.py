"""What the candidate's page says: when, what, how it is meant, and whom to ask."""
import pytest

from models.rules import grades
from models.rules.languages import LANGUAGES
from models.tables.exams import Entry, Release
from models.tables.offers import Offer
from models.tables.slips import CandidateSession, Credential
from models.tables.subcentres import AttachedCentre, AttachedDefaults
from tests.candidates.conftest import OURS, USERNAME
from tests.visitor import text_of


def by_subject(answer):
    """{title: what stands beside it} of a page's results."""
    return {text_of(li.find(".//h3")): text_of(next(d for d in li.iter("div") if "grade" in d.get("class", "")))
            for li in answer.all("li", class_="result")}


def test_before_the_release_the_page_says_when_in_three_clocks(zoe, cast, release):
    release("A Level", days=1)

    answer = zoe.sheet()

    assert text_of(answer.one("h1")) == "Your results are not out yet"
    assert text_of(answer.all("h2")[0]) == "A Level: results come out on"
    at = Release.get(Release.qualification == "A Level").released_at
    karachi, local = answer.all("time")[:2]
    assert local.get("data-local") is not None
    assert local.get("data-offset") == "300"
    assert local.get("datetime") == karachi.get("datetime") == at.isoformat()
    assert f"Universal time (UTC): {at:%A} {at.day} {at:%B %Y}, {at:%H:%M}" in answer.text
    assert "At your centre (Pakistan Time)" in answer.text
    box = answer.one("form", data_countdown=str(int(at.timestamp())))
    assert abs(int(box.get("data-now")) - cast.now.timestamp()) < 60
    assert box.get("hx-trigger") == "due, every 300s"
    assert by_subject(answer) == {}


def test_releases_of_one_instant_are_told_together_and_the_next_one_first(zoe, cast, release):
    cast.enter(cast.candidates["XA101"][0], [("AS Level", "8021", "General Paper")])
    cast.release("AS Level", cast.now)
    release("A Level", days=9)
    release("AS Level", days=9)

    headings = [text_of(h) for h in zoe.sheet().all("h2")]

    assert headings[:2] == ["IGCSE: results come out on", "A Level, AS Level: results come out on"]


def test_after_the_release_the_page_shows_the_grades_as_the_board_prints_them(zoe, cast, release):
    candidate = cast.candidates["XA101"][0]
    cast.enter(candidate, [
        ("AS Level", "8021", "General Paper"), ("IGCSE (9-1)", "0980", "Numbers"),
        ("IGCSE", "0654", "Two Sciences"), ("IGCSE", "0522", "Speaking"), ("IGCSE", "0448", "Absent"),
        ("IGCSE", "0449", "Later"), ("IGCSE", "0450", "Much later"), ("IGCSE", "0451", "Low"),
        ("IGCSE", "0452", "Nothing yet")])
    for name in ("AS Level", "IGCSE (9-1)"):
        cast.release(name, cast.now)
    for name in ("A Level", "IGCSE", "AS Level", "IGCSE (9-1)"):
        release(name, hours=-2)
    for code, grade, more in (
            ("9709", "A*", {"pum": 93}), ("8021", "a", {"pum": 84}), ("0980", "9", {}), ("0580", "C", {"pum": 61}),
            ("0654", "A", {"second_grade": "B"}), ("0522", "D", {"endorsement": "2"}), ("0448", "X", {}),
            ("0449", "Q", {}), ("0450", "Y", {}), ("0451", "U", {})):
        cast.result(candidate, code, grade, **more)

    answer = zoe.sheet()

    assert text_of(answer.one("h1")) == "Your results"
    assert by_subject(answer) == {
        "Mathematics": "C (c)", "General Paper": "a", "Numbers": "9 (NINE)", "Two Sciences": "A (a) B (b)",
        "Speaking": "D (d)", "Absent": "NO RESULT", "Later": "PENDING", "Much later": "TO BE ISSUED",
        "Low": "UNGRADED", "Nothing yet": "Not available yet"}
    assert "A* (a*)" in answer.text
    assert "Speaking endorsement 2" in answer.text
    assert "PUM 93" in answer.text
    assert "provisional" in answer.text
    assert [text_of(h) for h in answer.all("h2")[:4]] == ["A Level", "AS Level", "IGCSE", "IGCSE (9-1)"]
    told = [text_of(line) for line in answer.all("li", class_="result")]
    for code, sentence in grades.EXPLANATIONS.items():  # where the word stands
        assert [sentence in line for line in told] == [grades.WORDS[code] in line for line in told]
    assert grades.UNIFORM_MARK in text_of(answer.one("section", id="pum"))
    assert len(answer.all("a", href="#pum")) == 3
    assert answer.all("form", method="get") == []


def test_only_what_occurs_is_explained(zoe, cast, release):
    release("A Level", hours=-1)
    cast.result(cast.candidates["XA101"][0], "9709", "B")

    answer = zoe.sheet()

    assert answer.all("p", class_="explain") == []
    assert grades.UNIFORM_MARK not in answer.text


def test_some_are_out_and_the_rest_has_a_time(zoe, cast, release):
    release("A Level", hours=-1)
    cast.result(cast.candidates["XA101"][0], "9709", "B")
    cast.result(cast.candidates["XA101"][0], "0580", "C")

    answer = zoe.sheet()

    assert text_of(answer.one("h1")) == "Your results so far"
    assert by_subject(answer) == {"Mathematics": "B (b)"}
    assert "IGCSE: results come out on" in answer.text


def test_a_changed_result_says_when(zoe, cast, release):
    release("A Level", hours=-3)
    release("IGCSE", hours=-3)
    cast.result(cast.candidates["XA101"][0], "9709", "B")

    answer = zoe.sheet()

    assert "Changed" in text_of(answer.all("li", class_="result")[0])
    assert "Last changed:" in answer.text


def test_no_time_is_to_be_announced(zoe):
    Release.delete().execute()

    answer = zoe.sheet()

    assert text_of(answer.one("h1")) == "Your results are not out yet"
    assert "A Level: the date and time are not fixed yet." in answer.text
    assert "IGCSE: the date and time are not fixed yet." in answer.text


def test_no_result_after_the_release_says_whom_to_ask(zoe, release):
    release("A Level", hours=-1)

    answer = zoe.sheet()

    assert by_subject(answer) == {"Mathematics": "Not available yet"}
    assert "Whom to ask: Amal Raza." in answer.text


def test_what_the_board_holds_back_is_gone_at_once_and_said_plainly(zoe, cast, release):
    release("A Level", hours=-1)
    cast.result(cast.candidates["XA101"][0], "9709", "B")
    assert by_subject(zoe.sheet()) == {"Mathematics": "B (b)"}

    Release.update(held_at=cast.now).where(Release.qualification == "A Level").execute()

    for answer in (zoe.sheet(), zoe.sheet(htmx=True)):
        assert by_subject(answer) == {}
        assert "A Level: the exam board has paused these results" in answer.text
    Release.update(held_at=cast.now).execute()
    assert text_of(zoe.sheet().one("h1")) == "Your results are paused"


def test_a_withdrawn_entry_is_not_shown(zoe, cast, release):
    release("A Level", hours=-1)
    cast.result(cast.candidates["XA101"][0], "9709", "B")
    Entry.update(status="withdrawn").where(Entry.syllabus_code == "9709").execute()

    assert by_subject(zoe.sheet()) == {}


def test_a_longer_delay_hides_at_once_what_was_seen(zoe, cast, release):
    release("A Level", hours=-1)
    cast.result(cast.candidates["XA101"][0], "9709", "B")
    assert by_subject(zoe.sheet()) == {"Mathematics": "B (b)"}

    AttachedCentre.update(delay=120).execute()
    assert by_subject(zoe.sheet()) == by_subject(zoe.sheet(htmx=True)) == {}
    AttachedCentre.update(delay=0).execute()
    Offer.update(delay=61).execute()
    assert by_subject(zoe.sheet()) == {}


@pytest.mark.parametrize(("mode", "expected"), [
    ("default", ["Whom to ask: Amal Raza", "+92 21 555 0100"]),
    ("centre", ["Whom to ask: Kiran Shah", "+92 21 555 0101"])])
def test_the_contact_is_the_one_that_holds_and_always_there(zoe, release, mode, expected):
    AttachedCentre.update(contact_mode=mode).execute()

    before = zoe.sheet()
    release("A Level", hours=-1)
    after = zoe.sheet()

    for sentence in expected:
        assert sentence in before.text
        assert sentence in after.text


def test_without_a_contact_it_is_the_exams_officer_of_the_centre(zoe):
    AttachedDefaults.update(contact_name="").execute()

    answer = zoe.sheet()

    assert "Ask the exams officer of your centre: Hilltop School" in answer.text
    assert "exams@xa101.example" in answer.links()


def test_a_page_is_exactly_one_query(zoe, cast, release, queries):
    release("A Level", hours=-1)
    cast.result(cast.candidates["XA101"][0], "9709", "B")
    for fragment in (False, True):
        zoe.sheet(htmx=fragment)
        with queries() as asked:
            zoe.sheet(htmx=fragment)
        assert [sql.split()[0] for sql in asked] == ["WITH"]


def test_no_page_carries_an_id(zoe, cast, release):
    """Z5: nothing to count up. Rows get ids that would stand out."""
    release("A Level", hours=-1)
    cast.result(cast.candidates["XA101"][0], "9709", "B")

    answer = zoe.sheet()

    addresses = [e.get(name) for e in answer.tree.iter() for name in ("href", "action", "hx-get") if e.get(name)]
    assert {address for address in addresses if address.startswith("/results")} == {
        "/results/en/", "/results/en/sign-out", "/results/en/statement.pdf",
        *(f"/results/{code}/" for code in LANGUAGES), "/results/en/results.ics", "/results/en/data.csv",
        "/results/en/data.json"}
    assert answer.all("input") == []


def test_one_candidate_sees_nothing_of_another(guest, slips, cast, release):
    release("IGCSE", hours=-1)
    zoe_, lukasz = cast.candidates["XA101"]
    cast.result(zoe_, "0580", "A")
    cast.result(lukasz, "0580", "E")
    visitor = guest()
    visitor.sign_in_with("XA101-0002-J26", slips["0002"])

    answer = visitor.sheet()

    assert by_subject(answer) == {"Mathematics": "E (e)"}
    assert "Łukasz Żak" in answer.text
    assert "Zoë" not in answer.text
    assert "A (a)" not in answer.text


def test_any_name_and_title_show_as_text(zoe, cast):
    cast.candidates["XA101"][0].update(name='<script>alert("1")</script>').execute()

    assert '<script>alert("1")</script>' in zoe.sheet().text


@pytest.mark.parametrize(("waiting", "spread"), [(0, "5"), (10_000, "20"), (1_000_000, "120")])
def test_open_pages_are_spread_by_the_number_of_sessions(zoe, waiting, spread):
    last = CandidateSession.select().order_by(CandidateSession.id.desc()).get()
    if waiting:
        CandidateSession.create(id=last.id + waiting, digest="x", credential=Credential.get(), generation=1,
                                started_at=last.started_at, ends_at=last.ends_at)

    assert zoe.sheet().all("form", method="get")[0].get("data-spread") == spread


def test_no_translator_changes_a_name_a_code_or_a_grade(zoe, cast, release):
    release("A Level", hours=-1)
    cast.result(cast.candidates["XA101"][0], "9709", "A*", 93)

    page = zoe.sheet()
    kept = [element for element in page.tree.iter()
            if element.tag == "bdi" or "grade" in (element.get("class") or "").split()]

    assert len(kept) > 6
    assert {element.get("translate") for element in kept} == {"no"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_value_inside_a_sentence_stands_as_it_is(zoe, guest, cast, release, language):
    """And as text, whatever is in it."""
    name = "<b>O&#39;Brien</b> 100% %(who)s"
    AttachedDefaults.update(contact_name=name).execute()
    cast.enter(cast.candidates["XA101"][0], [("<i>X</i> & Y", "1111", "Title")])
    release("A Level", hours=-1)
    Release.update(held_at=cast.now).where(Release.qualification == "IGCSE").execute()

    def kept(page):
        return [text_of(bdi) for bdi in page.all("bdi", translate="no")]
    site = f"/results/{language}/"
    page = zoe.get(site, htmx=False)
    refused = guest().post(f"{site}sign-in", {"username": USERNAME, "password": "2345O" + "2" * 11}, csrf=False,
                           htmx=False, headers=OURS)

    assert kept(page).count(name) == 2  # whom to ask for a result, and for all else
    assert {"IGCSE", "<i>X</i> & Y"} <= set(kept(page))
    assert {"O", "D / Q", "XA101-0007-J26"} <= set(kept(refused))
    assert refused.one("a", href="#password").findall("bdi") == []  # in a flexible link a column each
    release("A Level", days=1)
    assert "A Level" in kept(zoe.get(site, htmx=False))
    release("A Level", seconds=-1)
    assert "A Level" in kept(zoe.get(site, htmx=True))
    title, = zoe.get(site, htmx=False).all("h3")
    assert title.find("bdi").get("lang") == "en"


def test_a_word_that_is_printed_has_its_meaning_under_it_in_the_readers_language(zoe, cast, release):
    release("A Level", hours=-1)
    cast.result(cast.candidates["XA101"][0], "9709", "Q")

    line, = zoe.get("/results/fr/", htmx=False).all("li", class_="result")

    assert "PENDING" in text_of(line)
    assert "En attente" in text_of(line)
    assert "Elle s’affichera ici." in text_of(line)
