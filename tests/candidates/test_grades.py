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
