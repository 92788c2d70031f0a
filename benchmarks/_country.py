"""A fictional country for measuring: any number of candidates, some of them with a known password.

Rows are written with `executemany`, because making them is not what is measured.
"""
from datetime import UTC, datetime, timedelta

from models import passwords
from models.database import database
from models.tables.exams import Series
from models.tables.slips import username_of

A_CENTRE = 150  # candidates
SUBJECTS = (
    ("0580", "Mathematics"), ("0500", "First Language English"), ("0610", "Biology"), ("0620", "Chemistry"),
    ("0625", "Physics"), ("0478", "Computer Science"), ("0455", "Economics"), ("0450", "Business Studies"))
ENTRIES = 4  # of each candidate
ZONES = ("Asia/Karachi", "Africa/Nairobi", "America/Lima", "Asia/Dubai", "Europe/Madrid")
GRADES = ("A*", "A", "B", "C", "D", "E", "U")
CHUNK = 20_000
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def number_of(place):
    """The centre number of the n-th centre: AA000, AA001, …"""
    letters, digits = divmod(place, 1000)
    return f"{LETTERS[letters // 26]}{LETTERS[letters % 26]}{digits:03}"


def populate(candidates, *, known, released_at, loaded=True):
    """Fill the bound, empty database; give [(username, password)] of `known` candidates spread over it.

    One Associate with every centre attached, access by defaults, ALL candidates offered. `loaded`: with results.
    """
    now = int(datetime.now(UTC).timestamp())
    at = int(released_at.timestamp())
    centres = -(-candidates // A_CENTRE)
    with database.atomic():
        _insert("series", "id code name short key_random reviews_until",
            [(1, "june-2026", "June 2026", "J26", "ab" * 32, "")])
        _insert("release", "series_id qualification released_at", [(1, "IGCSE", at)])
        _insert("centre", "id number name kind associate_id country time_zone email language", _centres(centres))
        _insert("attached_defaults", "associate_id series_id uses_defaults give_access delay contact_mode contact_name "
                "contact_phone contact_email version",
                [(1, 1, True, True, 0, "default", "Amal Raza", "+92 21 555 0100", "", 0)])
        _insert("offer", "centre_id series_id scope delay contact_name contact_phone contact_email terms_version "
                "terms_by version",
                ((n, 1, "all", 0, "Kiran Shah", "", "kiran@school.example", "2026-1", "benchmark", 1)
                 for n in range(2, centres + 2)))
        _insert("candidate", "id centre_id series_id number name uci qualifications first_entered_at",
                ((n + 1, n // A_CENTRE + 2, 1, f"{n % A_CENTRE + 1:04}", f"Candidate Number {n}", f"U{n}", "IGCSE", now)
                 for n in range(candidates)))
        _insert("entry", "id candidate_id qualification syllabus_code option_code title status",
                ((n * ENTRIES + place + 1, n + 1, "IGCSE", *_option(n, place), "entered")
                 for n in range(candidates) for place in range(ENTRIES)))
        if loaded:
            load_results(candidates, now)
        step = max(1, candidates // known)
        return _logins(candidates, step, now)


def entries(count):
    """(centre number, candidate number, syllabus code, option code) of the first entries."""
    for n in range(count):
        candidate, place = divmod(n, ENTRIES)
        code, option, _title = _option(candidate, place)
        yield number_of(candidate // A_CENTRE), f"{candidate % A_CENTRE + 1:04}", code, option


def load_results(candidates, now):
    """A result for every entry, as an import would leave them."""
    _insert("result", "entry_id grade second_grade endorsement pum changed_at",
            ((n + 1, GRADES[n % 7], "", "", 95 - 10 * (n % 7), now - 3600) for n in range(candidates * ENTRIES)))


def _centres(count):
    yield 1, "ZZ999", "Northern Schools Council", "associate", None, "Pakistan", "Asia/Karachi", "", "en"
    for n in range(count):
        yield (n + 2, number_of(n), f"School {n}", "centre", 1, "Somewhere", ZONES[n % len(ZONES)],
               f"exams@school{n}.example", "en")


def _option(n, place):
    code, title = SUBJECTS[(n + place) % len(SUBJECTS)]
    return code, "AX", title


def _logins(candidates, step, now):
    series = Series.get()
    keys = passwords.keys
    issue_key, pepper = keys.issue_key(series, keys.master_id), keys.pepper(keys.pepper_id)
    known = []

    def rows():
        for n in range(candidates):
            centre, number, salt, verifier = number_of(n // A_CENTRE), f"{n % A_CENTRE + 1:04}", f"{n:032x}", "0" * 64
            if n % step == 0:
                password = passwords.derive(issue_key, centre, number, 1, salt)
                verifier = passwords.verifier(password, salt, pepper)
                known.append((username_of(centre, number, series), password))
            yield (n + 1, n + 1, username_of(centre, number, series), 1, salt, verifier, passwords.SCHEME,
                   keys.master_id, keys.pepper_id, now)

    _insert("credential", "id candidate_id username generation salt verifier scheme master_id pepper_id issued_at",
            rows())
    return known


def _insert(table, columns, rows):
    names = columns.split()
    mark = "?" if database.param == "?" else "%s"
    listed = ", ".join(f'"{name}"' for name in names)
    text = f'INSERT INTO "{table}" ({listed}) VALUES ({", ".join([mark] * len(names))})'
    rows, cursor = iter(rows), database.cursor()
    while some := [row for _, row in zip(range(CHUNK), rows, strict=False)]:
        cursor.executemany(text, some)


TOMORROW = timedelta(days=1)
