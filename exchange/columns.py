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
REMEMBERED = 50_000  # cells: most of a file stand in many rows


def reader(kind, heading, held, beside):
    """A function of a row's cells that gives its values in the order of COLUMNS[kind], or raises `Complaint`.

    `heading`: see `headings.Heading`; `held`: see `kinds.series.Held`; `beside`: what is given for the whole file. The
    value of an absent column is None. Times come as epoch seconds.
    """
    columns, places, width = COLUMNS[kind], heading.places, len(heading.names)
    pick = itemgetter(*(places[column][0] if column in places else width for column in columns))
    joined = [(place, places[column]) for place, column in enumerate(columns) if len(places.get(column, ())) > 1]
    checks = [_check(kind, column, column in places, beside) for column in columns]
    finish = FINISH.get(kind, _finish_nothing)(held, beside)

    def read(cells):
        if len(cells) != width:
            _fit(cells, width)
        cells.append(None)
        picked = pick(cells)
        if joined:
            picked = list(picked)
            for place, parts in joined:
                picked[place] = " ".join(cells[part] for part in parts)
        return finish([check(cell) for check, cell in zip(checks, picked, strict=True)])

    return read


def _fit(cells, width):
    if any(cells[width:]):
        raise complaint("There are more fields than columns.")
    cells[width:] = []
    cells += [""] * (width - len(cells))


def _check(kind, column, is_there, beside):
    if not is_there:
        return lambda _cell: beside.get(column) if column == "series" else None
    if column in ("grade", "second_grade", "endorsement", "percentage_uniform_mark"):
        return str  # read together: see `award_of`
    return lru_cache(REMEMBERED)(CHECKS[column])


def _finish_nothing(_held, _beside):
    return lambda values: values


def _finish_centre(_held, _beside):
    def finish(values):
        values[5] = zone_of(values[5], values[4] or "")
        return values

    return finish


def _finish_release(held, beside):
    return _in_series(held, beside, 1, None)


def _finish_entry(held, beside):
    return _in_series(held, beside, 5, 6)


def _finish_result(held, beside):
    in_series, award = _in_series(held, beside, 3, 4), lru_cache(REMEMBERED)(award_of)

    def finish(values):
        in_series(values)
        values[6:] = award(values[3], *values[6:])
        return values

    return finish


def _in_series(held, beside, qualification, syllabus):
    """Puts the series and the qualification that are meant in their places."""
    @lru_cache(REMEMBERED)
    def meant(series, typed, code):
        if typed is None:
            given = beside.get("qualification", {})
            typed = given.get(code) or given.get("")
        if not typed:
            raise complaint("No qualification is given for syllabus %(code)s.", code=code or "")
        series = held.series(series)
        return series, held.qualification(series, typed)

    def finish(values):
        typed = values[qualification]
        values[0], values[qualification] = meant(
            values[0], typed, values[syllabus] if typed is None and syllabus else None)
        return values

    return finish


FINISH = {"centres": _finish_centre, "releases": _finish_release, "entries": _finish_entry, "results": _finish_result}


def beside_of(series, qualifications):
    """What is given beside a file as it was typed: a series, and ['A Level'] or ['9093=A Level', …] by syllabus."""
    given = {"series": series.strip()} if series.strip() else {}
    for one in qualifications:
        code, equals, name = one.rpartition("=")
        if name.strip():
            given.setdefault("qualification", {})[syllabus_code_of(code) if code.strip() else ""] = name.strip()
    return given
