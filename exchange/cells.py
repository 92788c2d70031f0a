"""What may stand in a cell, and what is made of it: one normal form for every code, however it was typed or spoiled.

Spreadsheets and other systems write a code in many ways that mean the same, and in some that mean nothing any more.
The first are read, the second are a `Complaint`: nothing is guessed.
"""
import re
import unicodedata
from datetime import datetime
from functools import cache
from itertools import groupby

from babel import Locale
from babel.core import get_global

from exchange.tables import ACTIVE
from models.database import Sentence
from models.places import PLACES
from models.rules.grades import BANDS, GRADES, LOWEST_AS, SPEAKING, WORDS, as_read
from models.tables.people import RIGHTS

LONGEST_NAME = 200
HARMLESS = re.compile("[\u200b\u200e\u200f\u061c\u2060-\u2064\ufeff\u00ad\u180e]")  # and without meaning: taken out
JOINERS = "\u200c\u200d"  # bear meaning between letters
TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")  # turn what follows round
DASHES = re.compile("[\u2010-\u2015\u2043\u2212\ufe58\ufe63\uff0d]")
MOST_MARKS = 4  # on one letter
ERROR = re.compile(r"#[A-Z0-9/_¡¿]+[!?]?|#{2,}")  # what a spreadsheet shows instead of a value: #N/A, #REF!, ####
SPOILED = re.compile(r"\d+([.,]\d+)?E\+?\d+|\d{4}-\d\d-\d\d(T.*)?")  # a number or a date was made of it
ROUND = re.compile(r"(\d+)[.,]0+")
NO_UCI = {"NONE", "NIL", "NULL", "NO", "NA", "N/A", "N.A.", "UNKNOWN", "NOTKNOWN", "NOTAPPLICABLE", "TBC", "TBA",
          "MISSING", "BLANK", "EMPTY", "PENDING", "NOUCI", "NINGUNO", "AUCUN", "KEINE", "NENHUM"}
STATUSES = {"": "entered", "entered": "entered", "e": "entered", "p": "entered", "private": "entered",
            "private candidate": "entered", "withdrawn": "withdrawn", "w": "withdrawn"}  # P: see DOMAIN, entry form
HONORIFICS = {"mr", "mrs", "ms", "miss", "mx", "dr", "master", "sir"}
SPOKEN = {level: level for level in "12345"} | {
    typed: letter for letter, word in SPEAKING.items() for typed in (letter.casefold(), word.casefold())}
RIGHTS_AS_TYPED = {right.replace("_", ""): right for right in RIGHTS}
PLACE_AS_TYPED = {place.casefold(): place for place in PLACES}
FLOORS = dict(BANDS)
AS_FLOORS = {"a": LOWEST_AS, "b": 70, "c": 60, "d": 50, "e": 40}
NO_MARK = -1  # a cell that says that there is none, where nothing said is None


class Complaint(ValueError):
    """Why a line is refused, as a `Sentence`."""


def complaint(msgid, **values):
    return Complaint(Sentence(msgid, **values))


def honest(cell):
    """The cell without blanks around it and what keeps a spreadsheet from reading it: ="0001", '0001, '=x."""
    text = cell.strip()
    if text[:1] == "#" and ERROR.fullmatch(text):
        raise complaint("A cell holds an error or a formula that was never calculated (%(error)s).", error=text[:20])
    if text[:2] == '="' and text[-1:] == '"':
        return text[2:-1].replace('""', '"').strip()
    if text[:1] == "'" and (text.lstrip("'").startswith(ACTIVE) or text[1:].isdigit()):
        return text[1:]
    return text


def code_of(text):
    """A code's normal form: 'ｎｃ１０１\u200b ' → 'NC101', '84.0' → '84', '="0003"' → '0003'."""
    text = honest(text)
    if not text.isascii():
        text = HARMLESS.sub("", DASHES.sub("-", unicodedata.normalize("NFKC", text)))
        text = "".join(c for c in text if unicodedata.category(c) != "Cf")
    text = "".join(text.split()).upper()
    return whole[1] if (whole := ROUND.fullmatch(text)) else text


def _code(column, text, longest, empty=False):
    code = code_of(text)
    if SPOILED.fullmatch(code):
        raise complaint("“%(typed)s” is what a spreadsheet has left of a code (%(column)s). Take it from where it "
                        "was right, as text.", typed=text[:40], column=column)
    return _plain(column, code, longest, empty)


def _plain(column, text, longest, empty=False):
    """Text as it may stand: NFC, nothing invisible in it but joiners between letters."""
    text = " ".join(honest(text).split())
    if not text.isascii():
        text = _joined(unicodedata.normalize("NFC", HARMLESS.sub("", text))).strip()
        if any(len(run) > MOST_MARKS for run in _marks(text)):
            raise complaint("%(column)s has a letter under more marks than any language piles up.", column=column)
    if not text and not empty:
        raise complaint("%(column)s is empty.", column=column)
    if len(text) > longest:
        raise complaint("%(column)s is longer than %(n)s characters.", column=column, n=longest)
    if not (text.isascii() and text.isprintable()):
        _refuse_invisible(column, text)
    return text


def _refuse_invisible(column, text):
    for place, char in enumerate(text, 1):
        if TURNS.match(char):
            raise complaint("%(column)s holds an invisible character that turns text round (%(code)s, character "
                            "%(place)s).", column=column, code=f"U+{ord(char):04X}", place=place)
        if char not in JOINERS and unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn"):
            raise complaint("%(column)s holds an invisible character that is not allowed (%(code)s, character "
                            "%(place)s).", column=column, code=f"U+{ord(char):04X}", place=place)


def _joined(text):
    """Without joiners that join nothing."""
    if not any(joiner in text for joiner in JOINERS):
        return text
    letters = [unicodedata.category(char)[0] in "LM" for char in text]
    return "".join(char for place, char in enumerate(text) if char not in JOINERS or (
        0 < place < len(text) - 1 and letters[place - 1] and letters[place + 1]))


def _marks(text):
    """The runs of marks that sit on one letter each."""
    return ["".join(run) for is_mark, run in groupby(text, lambda c: unicodedata.category(c) == "Mn") if is_mark]


# --- people and places -----------------------------------------------------------------------------------------


def _name(column, text):
    name = _plain(column, text, LONGEST_NAME)
    if "??" in name or "\ufffd" in name or not name.strip("? "):
        raise complaint("“%(name)s” is what is left of a name that an encoding has damaged. Save the file as ‘CSV "
                        "UTF-8’ or XLSX where the name is still right.", name=name[:60])
    if re.search(r"&(#\d+|#x[0-9a-fA-F]+|[a-zA-Z]{2,8});", name):
        raise complaint("“%(name)s” is written for a web page. Write the letter itself.", name=name[:60])
    return name


def damaged(name):
    """How a name would read if an encoding had damaged it, 'Ã‰mile' → 'Émile'; '' for one that looks whole."""
    if name.isascii():
        return name.replace("?", "…") if "?" in name else ""
    for encoding in ("cp1252", "latin-1", "cp1250"):
        try:
            return name.encode(encoding).decode()
        except UnicodeError:
            continue
    return ""


def damage_of(name):
    """The warning about a damaged name."""
    return Sentence("“%(name)s” looks damaged by an encoding: “%(whole)s”? It goes in as it stands.", name=name,
                    whole=damaged(name))


def _centre_number(text):
    code = code_of(text)
    if not re.fullmatch(r"[A-Z0-9]{5}", code):
        raise complaint("“%(typed)s” is no centre number: two letters and three digits.", typed=text[:20])
    return code


def _candidate_number(text):
    """Kept as text; a spreadsheet has eaten leading zeros."""
    code = code_of(text)
    if not re.fullmatch(r"[0-9]{1,4}", code, re.ASCII):
        raise complaint("“%(typed)s” is no candidate number of four digits.", typed=text[:20])
    return code.zfill(4)


def _uci(text):
    """'' for none, and for what people write where there is none."""
    code = _code("uci", text, 20, empty=True)
    return "" if code in NO_UCI or len(set(code)) == 1 else code


def _status(text):
    status = STATUSES.get(_plain("status", text, 40, empty=True).casefold())
    if status is None:
        raise complaint("“%(typed)s” is neither ‘entered’ nor ‘withdrawn’.", typed=text[:20])
    return status


def _kind(text):
    kind = _plain("kind", text, 40, empty=True).casefold()
    if kind not in ("centre", "associate"):
        raise complaint("“%(typed)s” is neither ‘centre’ nor ‘associate’.", typed=text[:20])
    return kind


def zone_of(text, country=""):
    """A time zone that is a place, or UTC. Raises `Complaint`, which proposes the zones of the country."""
    zone = PLACE_AS_TYPED.get("_".join(_plain("time_zone", text, 60).split()).casefold())
    if zone is None and (near := zones_of(country)):
        raise complaint("“%(typed)s” is no time zone. %(country)s has %(zones)s.", typed=text[:40], country=country,
                        zones=", ".join(near[:5]))
    if zone is None:
        raise complaint("“%(typed)s” is no time zone like Asia/Karachi.", typed=text[:40])
    return zone


def zones_of(country):
    """The zones of a country by its English name or its code, the one of its capital or largest part first."""
    code = _territories().get(country.casefold(), country.upper())
    return [zone for zone in get_global("territory_zones").get(code, ()) if zone in PLACES]


@cache
def _territories():
    return {name.casefold(): code for code, name in Locale("en").territories.items()}


def _title(text):
    title = _plain("syllabus_title", text, 120)
    if title.casefold().rstrip(".") in HONORIFICS:
        raise complaint("“%(typed)s” is no title of a syllabus.", typed=title)
    return title


def _rights(text):
    """The rights at a centre, parted by ; , or |, in the order of RIGHTS."""
    typed = [re.sub("[^a-z]", "", word.casefold()) for word in re.split("[;,|]", _plain("rights", text, 200, True))]
    if unknown := [word for word in typed if word and word not in RIGHTS_AS_TYPED]:
        raise complaint("“%(right)s” is no right at a centre: %(rights)s.", right=unknown[0][:40],
                        rights=", ".join(RIGHTS))
    return [right for name, right in RIGHTS_AS_TYPED.items() if name in typed]


# --- what is sat, and when it comes out ----------------------------------------------------------------------


def _qualification(text):
    text = _plain("qualification", text, 40)
    if "|" in text or "=" in text:
        raise complaint("“%(typed)s” is no qualification.", typed=text)
    return text


def syllabus_code_of(text):
    """Four digits, kept as text like a candidate number; other codes as they came."""
    text = _code("syllabus_code", text, 10)
    return text.zfill(4) if re.fullmatch(r"[0-9]{1,4}", text, re.ASCII) else text


def _instant(text):
    text = honest(text)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None or not 2000 <= at.year < 2100:
        raise complaint("“%(typed)s” is no time with an offset like 2026-08-11T06:00:00+01:00.", typed=text[:40])
    return int(at.timestamp())


# --- results ---------------------------------------------------------------------------------------------------


def award_of(qualification, grade, second_grade, endorsement, mark):
    """(grade, second grade, endorsement, mark, whether grade and mark disagree) of four cells; None where the file
    has no such column. Case bears meaning in grades: `a` is AS Level."""
    grade, _comma, level = honest(grade).partition(", speaking ")
    first, second = _grades(qualification, grade)
    endorsement = level or endorsement
    if second_grade is not None:
        typed = honest(second_grade)
        third = _grades(qualification, typed)[0] if typed else ""
        if second and third and second != third:
            raise complaint("The line has two second grades that differ.")
        second = second or third
    mark = None if mark is None else _uniform_mark(code_of(mark))
    spoken = None if endorsement is None else _endorsement(honest(endorsement))
    return first, second, spoken, mark, _band_disagrees(qualification, first, second, mark)


def _grades(qualification, text):
    """(grade, second grade or None) of a cell: bare, or as the board prints it."""
    found = as_read(text)
    allowed = GRADES.get(qualification, " ".join(GRADES.values())).split()
    for grade in found or ("",):
        if grade not in allowed and grade not in WORDS:
            raise complaint("%(qualification)s has no grade “%(grade)s”.", qualification=qualification,
                            grade=text[:20])
    return found if len(found) == 2 else (*found, None)


def _endorsement(text):
    if text and text.casefold() not in SPOKEN:
        raise complaint("“%(typed)s” is no speaking endorsement: 1 to 5, Pass, Merit or Distinction.", typed=text[:20])
    return SPOKEN.get(text.casefold(), "")


def _uniform_mark(text):
    if not text:
        return NO_MARK
    if not re.fullmatch(r"\d{1,3}", text, re.ASCII) or int(text) > 100:
        raise complaint("“%(typed)s” is no percentage uniform mark from 0 to 100.", typed=text[:10])
    return int(text)


def _band_disagrees(qualification, grade, second_grade, mark):
    """Whether the uniform mark lies outside the band of the grade: worth a look, and no reason to refuse."""
    if mark in (None, NO_MARK) or grade in WORDS or second_grade:
        return False
    floors = AS_FLOORS if qualification == "AS Level" else FLOORS
    if grade not in floors:
        return False
    above = min((floor - 1 for floor in floors.values() if floor > floors[grade]), default=100)
    return not floors[grade] <= mark <= above


CHECKS = {
    "centre_number": _centre_number, "candidate_number": _candidate_number, "status": _status, "kind": _kind,
    "associate_number": lambda text: _centre_number(text) if code_of(text) else "",
    "released_at": _instant, "uci": _uci, "syllabus_title": _title, "rights": _rights,
    "candidate_name": lambda text: _name("candidate_name", text),
    "centre_name": lambda text: _name("centre_name", text),
    "name": lambda text: _name("name", text),
    "country": lambda text: _plain("country", text, 80, empty=True),
    "email": lambda text: _plain("email", text, 254, empty=True),
    "time_zone": lambda text: _plain("time_zone", text, 60),
    "series": lambda text: _plain("series", text, 60),
    "qualification": _qualification, "syllabus_code": syllabus_code_of,
    "option_code": lambda text: _code("option_code", text, 10, empty=True),
}
