"""The kinds of board files: which columns they have, and how a row of cells becomes values."""
from functools import lru_cache
from operator import itemgetter

from exchange.cells import CHECKS, award_of, complaint, syllabus_code_of, zone_of

COLUMNS = {
    "centres": ("centre_number", "centre_name", "kind", "associate_number", "country", "time_zone", "email"),
    "entries": ("series", "centre_number", "candidate_number", "candidate_name", "uci", "qualification",
                "syllabus_code", "option_code", "syllabus_title", "status"),
    "results": ("series", "centre_number", "candidate_number", "qualification", "syllabus_code", "option_code",
                "grade", "second_grade", "endorsement", "percentage_uniform_mark"),
    "releases": ("series", "qualification", "released_at"),
    "officers": ("email", "name", "centre_number", "rights"),
}
OPTIONAL = {"associate_number", "country", "uci", "option_code", "status", "second_grade", "endorsement",
            "percentage_uniform_mark"}  # a file without them leaves what is held
OPTIONAL_IN = {kind: OPTIONAL | ({"email"} if kind == "centres" else set()) for kind in COLUMNS}
BESIDE = ("series", "qualification")  # what may be given for the whole file; the second by syllabus too
BUNDLES = {  # columns whose cells recur together; of other kinds a file has few rows
    "entries": (("candidate_number", "candidate_name", "uci"), ("series", "centre_number", "qualification",
                "syllabus_code", "option_code", "syllabus_title", "status")),
    "results": (("series", "centre_number", "qualification", "syllabus_code", "option_code"), ("candidate_number",),
                ("grade", "second_grade", "endorsement", "percentage_uniform_mark")),
}
REMEMBERED = 20_000  # bundles of cells


def reader(kind, heading, held, beside, is_sheet=False):
    """A function of a row's cells that gives its values in the order of COLUMNS[kind], or raises `Complaint`.

    `heading`: see `headings.Heading`; `held`: see `kinds.series.Held`; `beside`: what is given for the whole file. The
    value of an absent column is None. Times come as epoch seconds. `is_sheet`: what stands beside the table of a
    workbook's sheet is nobody's; in a CSV it says that a line has slipped. Cells that recur together are understood
    together, and remembered: that makes it twice as fast.
    """
    places, width = heading.places, len(heading.names)
    joined = [parts for parts in places.values() if len(parts) > 1]  # they come behind the cells and one that is absent
    at = {column: width + 1 + joined.index(parts) if len(parts) > 1 else parts[0] for column, parts in places.items()}
    bundles = [(_pick([at.get(column, width) for column in bundle]), _understand(bundle, places, held, beside))
               for bundle in BUNDLES.get(kind, (COLUMNS[kind],))]
    order = itemgetter(*([column for bundle in BUNDLES[kind] for column in bundle].index(column)
                         for column in COLUMNS[kind])) if kind in BUNDLES else tuple
    award = lru_cache(REMEMBERED)(award_of)

    def read(cells):
        if len(cells) != width:
            _fit(cells, width, is_sheet)
        cells.append(None)
        for parts in joined:
            cells.append(" ".join(cells[part].strip() for part in parts))
        values = ()
        for pick, understand in bundles:
            values += understand(pick(cells))
        values = order(values)
        return values[:6] + award(values[3], *values[6:]) if kind == "results" else values

    return read


def _fit(cells, width, is_sheet):
    if not is_sheet and any(cell.strip() for cell in cells[width:]):
        raise complaint("There are more fields than columns.")
    cells[width:] = []
    cells += [""] * (width - len(cells))


def _pick(places):
    """A function that gives the cells at these places as a tuple."""
    return itemgetter(*places) if len(places) > 1 else lambda cells: (cells[places[0]],)


def _understand(bundle, places, held, beside):
    """A function of the cells of a bundle that gives their values, and remembers them."""
    if "grade" in bundle:
        return tuple  # `award_of` reads them, with the qualification
    checks = [CHECKS[column] if column in places else _absent for column in bundle]

    @lru_cache(REMEMBERED)
    def understand(cells):
        values = dict(zip(bundle, (check(cell) for check, cell in zip(checks, cells, strict=True)), strict=True))
        if "series" in values:
            values["series"] = held.series(values["series"] or beside["series"])
            values["qualification"] = held.qualification(
                values["series"], values["qualification"] or _told(beside, values.get("syllabus_code", "")))
        elif "time_zone" in values:
            values["time_zone"] = zone_of(values["time_zone"], values["country"] or "")
        return tuple(values.values())

    return understand


def _absent(_cell):
    return None


def _told(beside, code):
    """The qualification that somebody told for a syllabus, or for all of the file."""
    given = beside.get("qualification", {})
    if not (name := given.get(code) or given.get("")):
        raise complaint("No qualification is given for syllabus %(code)s.", code=code)
    return name


def beside_of(series, qualifications):
    """What is given beside a file as it was typed: a series, and ['A Level'] or ['9093=A Level', …] by syllabus."""
    given = {"series": series.strip()} if series.strip() else {}
    for one in qualifications:
        code, equals, name = one.rpartition("=")
        if name.strip():
            given.setdefault("qualification", {})[syllabus_code_of(code) if code.strip() else ""] = name.strip()
    return given
