"""Which line of a table is its heading, and which of its columns are ours, by the names that people give them."""
import hashlib
import unicodedata
from typing import NamedTuple

from exchange.columns import BESIDE, COLUMNS, OPTIONAL_IN
from models.database import Refused, Sentence

AMONG = 10  # lines in which the heading is looked for
NAMES = {  # run together and in small letters; the first that stands in a file counts, so `Grade` beside a
    # `Syllabus Grade` is that of a component, and `Title` beside a `Subject` is Mr or Ms
    "series": "series examseries session examsession sitting examsitting season",
    "centre_number": "centrenumber centreno centernumber centerno centrenum centrecode centreid ncn "
                     "nationalcentrenumber centre center",
    "candidate_number": "candidatenumber candidateno candnumber candno candnum candidatenum examnumber examno "
                        "indexnumber candidate cand",
    "candidate_name": "candidatename candname fullname candidatefullname studentname pupilname studentfullname name "
                      "student pupil",
    "uci": "uci uniquecandidateidentifier ucinumber ucino candidateuci",
    "qualification": "qualification qualificationlevel qualificationtype qualificationname qual quallevel level",
    "syllabus_code": "syllabuscode syllabusnumber syllabusno syllabus subjectcode specificationcode speccode "
                     "specification entrycode syllcode",
    "option_code": "optioncode option entryoption entryoptioncode optcode opt",
    "syllabus_title": "syllabustitle subject subjecttitle subjectname syllabusname specificationtitle "
                      "specificationname title description",
    "status": "status entrystatus candidatestatus",
    "grade": "syllabusgrade overallgrade finalgrade gradeawarded awardgrade resultgrade grade result",
    "second_grade": "secondgrade grade2 syllabusgrade2",
    "endorsement": "endorsement speakingendorsement speaking spokenlanguage spokenlanguageendorsement speakinggrade",
    "percentage_uniform_mark": "percentageuniformmark pum uniformmark percentageuniformmarkpum ums",
    "centre_name": "centrename centername schoolname name school",
    "kind": "kind type centretype centrekind",
    "associate_number": "associatenumber associateno associatecentre associatecentrenumber attachedto associate",
    "country": "country territory countryname",
    "time_zone": "timezone ianatimezone zone tz",
    "email": "email emailaddress contactemail centreemail mail",
    "released_at": "releasedat releasetime releasedate releasedatetime release released",
    "name": "name officername fullname officer",
    "rights": "rights right roles role",
}
IN_KIND = {("centres", "centre_number"): " number no", ("officers", "centre_number"): " centrenumbers centres"}
PARTS_OF_NAMES = ("forename firstname givenname givennames forenames firstnames legalforename legalfirstname",
                  "middlename middlenames", "surname lastname familyname legalsurname legallastname")


class Heading(NamedTuple):
    """`line`: of the file; `names` as they stand there; `places`: {our column: places of the cells that make it};
    `missing`: our columns that the file must have and has not; `twice`: a name that stands twice in it, or ''."""

    line: int
    names: list
    places: dict
    missing: list
    twice: str

    @property
    def unread(self):
        """The names that are nobody's."""
        taken = {place for places in self.places.values() for place in places}
        return list(dict.fromkeys(
            name[:40] for place, name in enumerate(self.names) if name and place not in taken))

    @property
    def digest(self):
        """The same for every file with these headings, in whatever order."""
        return hashlib.sha256("|".join(sorted(map(key, self.names))).encode()).hexdigest()

    def absent(self, kind):
        """Our columns that the file does not carry, and that so stay as they are held."""
        return [column for column in COLUMNS[kind] if column not in self.places and column in OPTIONAL_IN[kind]]


def found(kind, rows, given):
    """The Heading among the first rows, [(line number, [text, …]), …]: the first that has all that is needed, else
    the one that has most of it. Raises `Refused` (file) where a name stands twice in it.

    `given`: what is told beside the file, see `importing.read`.
    """
    mapping = {key(name): ours for name, ours in given.get("map", {}).items()}
    best = None
    for line, cells in rows[:AMONG]:
        heading = _matched(kind, line, [cell.strip() for cell in cells], mapping, given)
        if best is None or len(heading.places) > len(best.places):
            best = heading
        if not heading.missing:
            break
    if best.twice:
        raise Refused(file=Sentence("The column %(name)s stands twice.", name=best.twice[:40]))
    return best


def key(name):
    """'Centre No.' → 'centreno', 'PUM (%)' → 'pum'."""
    return "".join(c for c in unicodedata.normalize("NFKC", name).casefold() if c.isalnum())


def known_by(kind, column):
    """The names of a column, the one that counts most first."""
    return (NAMES[column] + IN_KIND.get((kind, column), "")).split()


def _matched(kind, line, cells, mapping, beside):
    keys = [key(name) for name in cells]
    where = {}
    for place, name in enumerate(keys):
        where.setdefault(name, []).append(place)
    places, twice = {}, ""
    for column in COLUMNS[kind]:
        mapped = [place for place, name in enumerate(keys) if mapping.get(name) == column]
        names = [name for name in known_by(kind, column) if name in where and name not in mapping]
        if mapped:
            places[column] = mapped if column.endswith("name") else mapped[:1]
        elif names:
            places[column] = where[names[0]][:1]
            twice = twice or (cells[places[column][0]] if len(where[names[0]]) > 1 else "")
        elif column in ("candidate_name", "name"):
            parts = [where[part][0] for names in PARTS_OF_NAMES for part in names.split() if part in where]
            places |= {column: parts} if len(parts) > 1 else {}
    missing = [column for column in COLUMNS[kind] if column not in places and column not in OPTIONAL_IN[kind]
               and not (column in BESIDE and beside.get(column))]
    return Heading(line, cells, places, missing, twice)
