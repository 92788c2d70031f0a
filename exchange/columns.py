"""The four kinds of board files: which columns they have, and what may stand in them.

Headers are matched by name, case- and space-blind; unknown ones are reported. A cell that cannot be understood
is a complaint with the number of its line.
"""
import re
import unicodedata
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from zoneinfo import available_timezones

from models.database import Refused, Sentence
from models.rules.grades import BANDS, LOWEST_AS

ZONES = available_timezones()
LONGEST_NAME = 80
HARMLESS = re.compile("[\u200b\u2060\ufeff\u00ad]")  # invisible and without meaning in a name: taken out
MOST_MARKS = 4  # on one letter
STEERING = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
GRADES = {
    "IGCSE": "A* A B C D E F G", "O Level": "A* A B C D E F G", "IGCSE (9-1)": "9 8 7 6 5 4 3 2 1",
    "A Level": "A* A B C D E", "AS Level": "a b c d e",
}
FLOORS = dict(BANDS)
AS_FLOORS = {"a": LOWEST_AS, "b": 70, "c": 60, "d": 50, "e": 40}
CODES = ("U", "X", "Q", "Y")
COLUMNS = {
    "centres": ("centre_number", "centre_name", "kind", "associate_number", "country", "time_zone", "email"),
    "entries": ("series", "centre_number", "candidate_number", "candidate_name", "uci", "qualification",
                "syllabus_code", "option_code", "syllabus_title", "status"),
    "results": ("series", "centre_number", "candidate_number", "qualification", "syllabus_code", "option_code",
                "grade", "second_grade", "endorsement", "percentage_uniform_mark"),
    "releases": ("series", "qualification", "released_at"),
}
OPTIONAL = {"associate_number", "country", "email", "uci", "option_code", "status", "second_grade", "endorsement",
            "percentage_uniform_mark"}
SYNONYMS = {
    "centre": "centre_number", "center_number": "centre_number", "centre_no": "centre_number",
    "number": "centre_number", "name": "centre_name", "associate": "associate_number", "timezone": "time_zone",
    "e_mail": "email", "exam_series": "series", "candidate": "candidate_number", "candidate_no": "candidate_number",
    "syllabus": "syllabus_code", "option": "option_code", "title": "syllabus_title", "result": "grade",
    "pum": "percentage_uniform_mark", "release": "released_at", "released": "released_at",
}


class Complaint(ValueError):
    """Why a line is refused, as a `Sentence`."""


def matched(kind, header):
    """({column: place}, [unknown headers]). Raises `Refused` (file) naming what is missing or stands twice."""
    places, unknown = {}, []
    for place, name in enumerate(header):
        key = re.sub(r"[\s\-.]+", "_", name.strip().casefold()).strip("_")
        key = key if key in COLUMNS[kind] else SYNONYMS.get(key, key)
        if key not in COLUMNS[kind]:
            unknown += [name[:40]] if name else []
        elif key in places:
            raise Refused(file=Sentence("The column %(name)s stands twice.", name=key))
        else:
            places[key] = place
    missing = [name for name in COLUMNS[kind] if name not in places and name not in OPTIONAL]
    if missing:
        raise Refused(file=Sentence("These columns are missing: %(names)s.", names=", ".join(missing)))
    return places, unknown


def reader(kind, places, width, unprintable):
    """A function of a row's cells that gives its values in the order of COLUMNS[kind], or raises `Complaint`.

    `width`: how many columns the header has. `unprintable(text)`: the characters of a text that no font of the
    slips has. Times come as epoch seconds, the uniform mark as an int or None. What was right once is remembered:
    most cells of a file stand in many rows.
    """
    names = COLUMNS[kind]
    checks = [lru_cache(50_000)(_checker(name, unprintable)) for name in names]
    where = [places.get(name, -1) for name in names]
    told_by = names.index("qualification") if "qualification" in names else -1
    of_qualification = [name in ("grade", "second_grade") for name in names]

    def read(cells):
        if len(cells) > width and any(cells[width:]):
            raise _complaint("There are more fields than columns.")
        values = []
        for place, check, needs_qualification in zip(where, checks, of_qualification, strict=True):
            text = cells[place] if 0 <= place < len(cells) else ""
            values.append(check(text, values[told_by]) if needs_qualification else check(text))
        return values

    return read


def _checker(name, unprintable):
    check = CHECKS.get(name) or (lambda text: _plain(name, text, 120))
    if name not in ("candidate_name", "centre_name"):
        return check

    def printable(text):
        text = check(text)
        if wrong := unprintable(text):
            raise _complaint("No font of the slips has the characters %(characters)s of “%(name)s”.",
                             characters=" ".join(wrong[:5]), name=text)
        return text

    return printable


def _plain(name, text, longest, empty=False):
    if not text.isascii():
        text = unicodedata.normalize("NFC", HARMLESS.sub("", text))
        if any(len(run) > MOST_MARKS for run in _marks(text)):
            raise _complaint("%(column)s has a letter under more marks than any language piles up.", column=name)
    if not text and not empty:
        raise _complaint("%(column)s is empty.", column=name)
    if len(text) > longest:
        raise _complaint("%(column)s is longer than %(n)s characters.", column=name, n=longest)
    plain = text.isascii() and text.isprintable()
    if not plain and any(c in STEERING or unicodedata.category(c) in ("Cc", "Cs", "Co", "Cn") for c in text):
        raise _complaint("%(column)s holds an invisible character that is not allowed.", column=name)
    return text


def _marks(text):
    """The runs of marks that sit on one letter each."""
    return ["".join(run) for is_mark, run in groupby(text, lambda c: unicodedata.category(c) == "Mn") if is_mark]


def _centre_number(text):
    if not re.fullmatch(r"[A-Z0-9]{5}", text):
        raise _complaint("“%(typed)s” is no centre number: two letters and three digits.", typed=text[:20])
    return text


def _candidate_number(text):
    """Kept as text; a spreadsheet has eaten leading zeros."""
    if not re.fullmatch(r"[0-9]{1,4}", text, re.ASCII):
        raise _complaint("“%(typed)s” is no candidate number of four digits.", typed=text[:20])
    return text.zfill(4)


def _status(text):
    status = text.casefold() or "entered"
    if status not in ("entered", "withdrawn"):
        raise _complaint("“%(typed)s” is neither ‘entered’ nor ‘withdrawn’.", typed=text[:20])
    return status


def _kind(text):
    if text.casefold() not in ("centre", "associate"):
        raise _complaint("“%(typed)s” is neither ‘centre’ nor ‘associate’.", typed=text[:20])
    return text.casefold()


def _zone(text):
    if text not in ZONES:
        raise _complaint("“%(typed)s” is no time zone like Asia/Karachi.", typed=text[:40])
    return text


def _instant(text):
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None or not 2000 <= at.year < 2100:
        raise _complaint("“%(typed)s” is no time with an offset like 2026-08-11T06:00:00+01:00.", typed=text[:40])
    return int(at.timestamp())


def _grade(text, qualification):
    """Case bears meaning: `a` is AS Level."""
    allowed = GRADES.get(qualification, " ".join(GRADES.values())).split()
    if text not in allowed and text not in CODES:
        raise _complaint("%(qualification)s has no grade “%(grade)s”.", qualification=qualification, grade=text[:10])
    return text


def _second_grade(text, qualification):
    return _grade(text, qualification) if text else ""


def _endorsement(text):
    if text not in ("", "1", "2", "3", "4", "5"):
        raise _complaint("“%(typed)s” is no speaking endorsement from 1 to 5.", typed=text[:10])
    return text


def _uniform_mark(text):
    if not text:
        return None
    if not re.fullmatch(r"\d{1,3}", text, re.ASCII) or int(text) > 100:
        raise _complaint("“%(typed)s” is no percentage uniform mark from 0 to 100.", typed=text[:10])
    return int(text)


CHECKS = {
    "centre_number": _centre_number, "candidate_number": _candidate_number, "status": _status, "kind": _kind,
    "associate_number": lambda text: _centre_number(text) if text else "",
    "time_zone": _zone, "released_at": _instant, "grade": _grade, "second_grade": _second_grade,
    "endorsement": _endorsement, "percentage_uniform_mark": _uniform_mark,
    "candidate_name": lambda text: _plain("candidate_name", " ".join(text.split()), LONGEST_NAME),
    "centre_name": lambda text: _plain("centre_name", " ".join(text.split()), LONGEST_NAME),
    "country": lambda text: _plain("country", text, 80, empty=True),
    "email": lambda text: _plain("email", text, 254, empty=True),
    "uci": lambda text: _plain("uci", text, 20, empty=True),
    "series": lambda text: _series(text),
    "qualification": lambda text: _qualification(text),
    "syllabus_code": lambda text: _syllabus_code(text),
    "option_code": lambda text: _plain("option_code", text, 10, empty=True),
}


def _syllabus_code(text):
    """Four digits, kept as text like a candidate number; other codes as they came."""
    text = _plain("syllabus_code", text, 10)
    return text.zfill(4) if re.fullmatch(r"[0-9]{1,4}", text, re.ASCII) else text


def _series(text):
    """A sitting of a year, 'June 2026': its code and its place in usernames are made of it."""
    text = _plain("series", " ".join(text.split()), 40)
    if not re.fullmatch(r"[A-Z][A-Za-z]+ 20\d\d", text, re.ASCII):
        raise _complaint("“%(typed)s” is no series like June 2026.", typed=text[:40])
    return text


def _qualification(text):
    text = _plain("qualification", " ".join(text.split()), 40)
    if "|" in text or "=" in text:
        raise _complaint("“%(typed)s” is no qualification.", typed=text)
    return text


def band_disagrees(qualification, grade, second_grade, mark):
    """Whether the uniform mark lies outside the band of the grade: worth a look, and no reason to refuse."""
    if mark is None or grade in CODES or second_grade:
        return False
    floors = AS_FLOORS if qualification == "AS Level" else FLOORS
    if grade not in floors:
        return False
    above = min((floor - 1 for floor in floors.values() if floor > floors[grade]), default=100)
    return not floors[grade] <= mark <= above


def _complaint(msgid, **values):
    return Complaint(Sentence(msgid, **values))
