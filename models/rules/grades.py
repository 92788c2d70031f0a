"""How the board prints grades: twice, so that nobody can alter one, and four codes as words.

Case bears meaning: `A` is A Level, `a` is AS. Nothing here changes or compares case-blind, except to print the
capital's second form: A*(a*), 9 (NINE).
"""
from functools import cache, lru_cache
from typing import NamedTuple

from models.database import Sentence

GRADES = {
    "IGCSE": "A* A B C D E F G", "O Level": "A* A B C D E F G", "IGCSE (9-1)": "9 8 7 6 5 4 3 2 1",
    "A Level": "A* A B C D E", "AS Level": "a b c d e",
}
NUMBERS = ("ZERO", "ONE", "TWO", "THREE", "FOUR", "FIVE", "SIX", "SEVEN", "EIGHT", "NINE")
WORDS = {"X": "NO RESULT", "Q": "PENDING", "Y": "TO BE ISSUED", "U": "UNGRADED"}
GLOSSES = {"X": Sentence("No result"), "Q": Sentence("Pending"), "Y": Sentence("To be issued"),
           "U": Sentence("Ungraded")}
EXPLANATIONS = {  # X never says why: the contact knows
    "X": Sentence("No grade was issued for this subject. The contact below can tell you more."),
    "Q": Sentence("This grade is not ready yet. There can be many reasons. It will appear here."),
    "Y": Sentence("This grade will be awarded in a later exam series."),
    "U": Sentence("The result is below the lowest grade of this exam. It is shown here and on the statement, but "
                  "not on a certificate."),
}
ON_PAPER = {"Q": Sentence("This grade is not ready yet. There can be many reasons. It will follow later.")}
UNIFORM_MARK = Sentence(
    "The percentage uniform mark (PUM) shows where in its grade your result lies, on a scale from 0 to 100 that is "
    "the same for all subjects. Example: at A Level, grade A goes from 80 to 89, so 84 is in the middle of A. It is "
    "not the percentage of the marks you got in the exam.")
BANDS = (("A*", 90), ("A", 80), ("B", 70), ("C", 60), ("D", 50), ("E", 40), ("F", 30), ("G", 20))
LOWEST_AS = 80  # of an AS Level a, the highest there is
RANKS = {grade: rank for rank, grade in enumerate((*" ".join(GRADES.values()).split(), *reversed(WORDS)))}
SPEAKING = {"P": Sentence("Pass"), "M": Sentence("Merit"), "D": Sentence("Distinction")}  # or a level from 1 to 5


class Printed(NamedTuple):
    """One grade as the board prints it. `again`: its second form, '(a*)'; `is_word`: a code printed as a word."""

    grade: str
    again: str = ""
    is_word: bool = False

    def __str__(self):
        return f"{self.grade} {self.again}" if self.grade.isdigit() else self.grade + self.again


def printed(grade):
    """Printed of a grade: 'A*(a*)', 'a', '9 (NINE)', 'NO RESULT'. Unknown ones stand as they came."""
    if grade in WORDS:
        return Printed(WORDS[grade], is_word=True)
    if len(grade) == 1 and grade.isascii() and grade.isdigit():
        return Printed(grade, f"({NUMBERS[int(grade)]})")
    return Printed(grade, f"({grade.lower()})") if grade != grade.lower() else Printed(grade)


@lru_cache(maxsize=512)
def award(grade, second_grade=""):
    """The Printed grades of one result: two for a double award."""
    return (printed(grade), printed(second_grade)) if second_grade else (printed(grade),)


def award_text(grade, second_grade=""):
    """'A*(a*)' or, for a double award, 'A(a) B(b)'."""
    return " ".join(map(str, award(grade, second_grade)))


@cache
def _as_printed():
    """{an award as it is printed, without blanks: its grades}, bare ones too; within one qualification."""
    found = {}
    for allowed in GRADES.values():
        grades = (*allowed.split(), *WORDS)
        for first in grades:
            for award_ in ((first,), *((first, second) for second in grades)):
                for text in (award_text(*award_), "".join(award_)):
                    found["".join(text.split())] = award_
    return found


def as_read(text):
    """The grades of one result, bare or as the board prints them: the inverse of `award_text`, blind to blanks.

    'A*(a*)' → ('A*',); 'A(a) B(b)' → ('A', 'B'); '9 (NINE)' → ('9',); 'No result' → ('X',); () for what is none.
    """
    key = "".join(text.split())
    return _as_printed().get(key) or (_as_printed().get(key.upper(), ()) if len(key) > 4 else ())


def rank(printed_award):
    """A key by which awards as printed stand in order, the best first; the four words last."""
    return [RANKS.get(grade, len(RANKS)) for grade in as_read(printed_award)] or [len(RANKS)], printed_award


def spoken(level):
    """The Sentence of a speaking endorsement: a level from 1 to 5, or Pass, Merit, Distinction."""
    return SPEAKING.get(level) or Sentence(level)


def explained(*grades):
    """[(gloss, Sentence), …] for those of the grades that need one: the word in the reader's language, its meaning."""
    return [(GLOSSES[code], EXPLANATIONS[code]) for code in WORDS if code in grades]


def explanations(*grades, instead=None):
    """{word as printed: Sentence} for those of the grades that need one, in the order of WORDS. `instead`: {code:
    Sentence} where other words are due than a candidate reads on the site, as ON_PAPER."""
    sentences = EXPLANATIONS | (instead or {})
    return {WORDS[code]: sentences[code] for code in WORDS if code in grades}
