"""The statement of results on paper, and what its code tells anybody."""
import io
import re

import pytest
from pypdf import PdfReader

from models.rules import statement_codes
from models.rules.results import Result
from models.tables.exams import Candidate, Release
from models.tables.subcentres import AttachedCentre
from tests.candidates.conftest import USERNAME
from tests.visitor import text_of

PDF = "/results/en/statement.pdf"


@pytest.fixture
def graded(cast, release, zoe):
    """Zoë's A Level is out, her IGCSE is loaded and not out."""
    release("A Level", hours=-1)
    cast.result(cast.candidates["XA101"][0], "9709", "A*", 93)
    cast.result(cast.candidates["XA101"][0], "0580", "U")
    return zoe


def text_in(answer):
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.body)).pages)


def code_on(answer):
    return re.search(r"XA101-0001-J26(?:-[A-Z2-9]{2,4}){6}", text_in(answer))[0]


def checked(guest, code):
    return guest().post("/verify", {"code": code}, csrf=False, htmx=False)


def shown(answer):
    return [text_of(grade) for grade in answer.all("div") if "grade" in grade.get("class", "").split()]


def test_before_the_release_there_is_no_statement(zoe, cast):
    cast.result(cast.candidates["XA101"][0], "9709", "A*", 93)

    assert zoe.get(PDF, htmx=False).status == 404


def test_nobody_gets_one_without_a_session(guest, graded):
    assert guest().get(PDF, htmx=False).location == "/results/en/sign-in"


def test_the_statement_holds_what_is_out_and_nothing_else(graded):
    answer = graded.get(PDF, htmx=False)

    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/pdf")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="XA101-0001-june-2026.pdf"'
    text = text_in(answer)
    for part in ("Zoë Ångström", "Hilltop School", "June 2026", "A*(a*)", "93", "9709", "Provisional"):
        assert part in text
    assert "UNGRADED" not in text
    assert "0580" not in text


def test_its_code_shows_what_the_holder_showed(guest, graded):
    answer = checked(guest, code_on(graded.get(PDF, htmx=False)))

    assert answer.status == 200
    assert "This statement is genuine" in answer.text
    assert "Zoë Ångström" in answer.text
    assert shown(answer) == ["A* (a*)"]
    assert "PUM 93" in answer.text


@pytest.mark.parametrize("typed", [str.lower, lambda code: code.replace("-", " "), lambda code: f" {code} "])
def test_a_code_may_be_typed_by_hand(guest, graded, typed):
    assert "genuine" in checked(guest, typed(code_on(graded.get(PDF, htmx=False)))).text


def test_what_comes_out_later_is_not_shown_to_who_has_the_old_paper(guest, graded, release):
    code = code_on(graded.get(PDF, htmx=False))

    release("IGCSE", hours=-1)

    assert shown(checked(guest, code)) == ["A* (a*)"]
    assert shown(checked(guest, code_on(graded.get(PDF, htmx=False)))) == ["UNGRADED", "A* (a*)"]


@pytest.mark.parametrize("change", [
    lambda: Result.update(grade="B").where(Result.grade == "A*").execute(),
    lambda: Result.update(pum=94).where(Result.grade == "A*").execute(),
    lambda: Result.update(endorsement="5").where(Result.grade == "A*").execute(),
    lambda: Candidate.update(name="Somebody Else").execute(),
])
def test_a_changed_result_is_said_and_not_shown(guest, graded, change):
    code = code_on(graded.get(PDF, htmx=False))

    change()
    answer = checked(guest, code)

    assert "has changed since" in answer.text
    assert shown(answer) == []
    assert "Somebody" not in answer.text


def test_results_that_are_held_back_are_not_confirmed(guest, graded, cast):
    code = code_on(graded.get(PDF, htmx=False))

    Release.update(held_at=cast.now).execute()
    answer = checked(guest, code)

    assert "cannot be shown at the moment" in answer.text
    assert shown(answer) == []


def test_nobody_makes_a_code_up(guest, graded, queries):
    code = code_on(graded.get(PDF, htmx=False))
    checked(guest, code)
    forged = [code[:place] + ("2" if code[place] != "2" else "3") + code[place + 1:]
              for place in range(len(code)) if code[place] != "-"]

    for other in [*forged, code[:-1], "x", USERNAME, "XA101-0002-J26" + code[len(USERNAME):], "É" * 30]:
        with queries() as asked:
            answer = checked(guest, other)
        assert (answer.status, asked) == (422, []), other
        assert statement_codes.NO_CODE in answer.text


def test_public_pages_need_nothing_and_carry_nothing(guest, app):
    for path in ("/privacy", "/verify"):
        answer = guest().get(path, htmx=False)
        assert answer.status == 200
        assert "Set-Cookie" not in answer.headers


def test_a_code_tells_nothing_that_the_candidates_own_delay_hides(guest, graded, cast):
    """E4. The centre may print a statement earlier than its candidates see it; who checks it sees as much as they."""
    code = code_on(graded.get(PDF, htmx=False))
    shown_before = shown(checked(guest, code))

    AttachedCentre.update(delay=120).execute()

    assert shown_before == ["A* (a*)"]
    later = checked(guest, code)
    assert (shown(later), "Its results cannot be shown at the moment" in later.text) == ([], True)
