"""Grades as the board prints them: twice, and four codes as words."""
import pytest

from models.rules import grades


@pytest.mark.parametrize(("grade", "second", "text"), [
    ("A*", "", "A*(a*)"), ("A", "", "A(a)"), ("G", "", "G(g)"), ("a", "", "a"), ("e", "", "e"),
    ("9", "", "9 (NINE)"), ("1", "", "1 (ONE)"), ("X", "", "NO RESULT"), ("Q", "", "PENDING"),
    ("Y", "", "TO BE ISSUED"), ("U", "", "UNGRADED"), ("A", "B", "A(a) B(b)"), ("9", "8", "9 (NINE) 8 (EIGHT)"),
    ("U", "U", "UNGRADED UNGRADED"),
])
def test_an_award_in_print(grade, second, text):
    assert grades.award_text(grade, second) == text


def test_explanations_name_only_what_occurs_and_never_say_why():
    assert list(grades.explanations("A", "U", "X")) == ["NO RESULT", "UNGRADED"]
    assert grades.explanations("A*", "a", "9") == {}
    assert not any(word in grades.EXPLANATIONS["X"].lower() for word in ("malpractice", "absent", "withdrawn"))


def test_awards_stand_in_order_the_best_first_and_words_last():
    awards = ["B(b)", "A(a) B(b)", "PENDING", "A*(a*)", "UNGRADED", "A(a)", "C(c)"]

    assert sorted(awards, key=grades.rank) == [
        "A*(a*)", "A(a)", "A(a) B(b)", "B(b)", "C(c)", "UNGRADED", "PENDING"]
    assert sorted(["1 (ONE)", "9 (NINE)", "b", "a"], key=grades.rank)[:2] == ["9 (NINE)", "1 (ONE)"]
