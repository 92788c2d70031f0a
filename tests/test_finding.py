"""Whoever types a name without its marks finds it, on every page that searches."""
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.finding import has_words, plain
from models.tables.audit import record
from models.tables.exams import Centre
from models.tables.people import Officer
from tests.slips.test_credentials import AT

NAMES = {"Nguyen": "Trần Nguyễn Đức", "Duc": "Nguyễn Đức", "O'Brien": "Sean O’Brien", "OBrien": "Sean O'Brien",
         "adebayo": "Ọláyínká Adébáyọ̀", "al masri": "Hana Al-Masri", "almasri": "Hana Al‑Masri", "zoe": "Zoë Ångström",
         "lukasz": "Łukasz Żak", "strasse": "Straße", "kalaniana": "Kalanianaʻole", "Al-Masri": "Hana AlMasri"}


@pytest.mark.parametrize("typed", NAMES)
def test_a_name_is_found_without_marks_apostrophes_and_dashes(typed):
    assert has_words(typed, NAMES[typed])
    assert not has_words(f"{typed}x", NAMES[typed])


def test_other_scripts_are_compared_as_they_are_but_for_their_marks():
    assert plain("مُحَمَّد") == plain("محمد")
    assert plain("Юлия Щербакова") == "юлия щербакова"


    assert plain("محـــمد") == plain("ﻣﺤﻤﺪ") == plain("محمد")
    assert has_words("فاطمه علي", "فاطمة بنت على")
    assert has_words("کریم", "كريم")


@pytest.mark.parametrize(("typed", "name"), [
    ("Nunez", "Inés Núñez"), ("ibanez", "IBÁÑEZ"), ("straße", "Strasse"), ("STRASSE", "Straße"), ("soren", "Søren"),
    ("lodz", "Łódź"), ("lee 0012", "Ｌｅｅ ００１２"), ("ali", "A\u200dli"), ("İnci", "inci")])
def test_a_name_is_found_as_another_keyboard_writes_it(typed, name):
    assert has_words(typed, name)


LETTERS = st.text(st.sampled_from("abzñéőłøßđİıæśÅạ̀ỹģžΆώйёمحمَّدٱةـ李'’-‑ "), min_size=1, max_size=20)


@given(name=LETTERS, form=st.sampled_from(("NFC", "NFD", "NFKC", "NFKD")))
def test_a_drawn_name_finds_itself_in_every_form_and_without_its_marks(name, form):
    marks = "".join(c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c))

    for typed in (unicodedata.normalize(form, name), name.upper(), marks, plain(name)):
        assert has_words(typed, name)
        assert plain(typed) == plain(name)


def test_every_page_finds_alike(cast, plain):
    cast.candidate(cast.independent, "0003", "Ọláyínká O’Brien-Nguyễn", [("IGCSE", "0580", "Mathematics")])
    Officer.update(name="Zoë O’Brien").where(Officer.id == cast.karachi_officer.id).execute()
    Centre.update(name="Escuela Ñandú").where(Centre.id == cast.karachi.id).execute()
    cast.confirm(cast.independent, cast.independent_officer)
    at_centre, board = plain(cast.independent_officer), plain(cast.board)
    associate = plain(cast.associates_officer)

    for typed in ("obrien nguyen", "O'Brien", "olayinka"):
        assert "O’Brien-Nguyễn" in at_centre.get(f"{AT}?q={typed}").text
        assert "O’Brien-Nguyễn" in at_centre.get(f"/centres/XC301/results?series=june-2026&q={typed}").text
    assert "Zoë O’Brien" in board.get("/board/officers?q=zoe+obrien").text
    assert "Zoë O’Brien" in associate.get("/centres/XA100/officers?q=zoe+obrien").text
    assert "Escuela Ñandú" in board.get("/board/centres?q=nandu").text
    assert "Escuela Ñandú" not in board.get("/board/centres?q=nandus").text
    at_centre.get("/centres/XC301")
    record(cast.karachi_officer, "did a thing", cast.now)
    assert "did a thing" in board.get("/board/audit?who=zoe+obrien").text
    assert "did a thing" not in board.get("/board/audit?who=zoe+obriens").text
