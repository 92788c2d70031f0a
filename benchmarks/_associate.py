"""A fictional Associate for measuring: any number of attached centres and candidates in mixed states.

Of its centres some have access with delays of several lengths, some none, some offer the service to nobody or to
chosen candidates; their slips are true, out of date, missing, or belong to logins that rest. A candidate has four
entries of one or two qualifications; every twenty-fifth has withdrawn.
"""
from datetime import UTC, datetime, timedelta

from peewee import chunked

from benchmarks._country import ENTRIES, SUBJECTS
from models import passwords
from models.database import database
from models.rules.standing import releases_of, standings_of
from models.staff_passwords import hasher
from models.tables.exams import Centre, Series
from models.tables.people import Officer
from models.tables.slips import username_of

PASSWORD = "four quite unusual words"
ZONES = ("Asia/Karachi", "America/Lima", "Africa/Nairobi", "Europe/Madrid", "Asia/Kolkata", "America/Mexico_City")
COUNTRIES = ("Pakistan", "Peru", "Kenya", "Spain", "India", "Mexico")
NAMES = ("Hilltop", "Colegio", "Coastal", "Lakeside")
SCOPES = ("all", "all", "all", "selected", "none")
DELAYS = (0, 0, 1440, 90)
ENTERED = ("IGCSE", "IGCSE", "A Level|IGCSE", "A Level")
SERIES = 1


def number_of(place):
    """The number of the n-th attached centre: AA001, AA002, …"""
    letters, digits = divmod(place, 1000)
    return f"A{chr(65 + letters)}{digits:03}"


def populate(centres, candidates):
    """Fill the bound, empty database; gives the Associate's officer, who signs in with PASSWORD."""
    now = datetime.now(UTC).replace(microsecond=0)
    stamp = int(now.timestamp())
    with database.atomic():
        insert("series", "id code name short key_random reviews_until", [
            (SERIES, "june-2026", "June 2026", "J26", "ab" * 32, "")])
        insert("release", "series_id qualification released_at", [
            (SERIES, "A Level", stamp - 3 * 86400), (SERIES, "IGCSE", stamp + 4 * 86400)])
        insert("centre", "id number name kind associate_id country time_zone email language", [
            (1, "XA100", "Northern Schools Council", "associate", None, "Pakistan", "Asia/Karachi", "", "en"),
            *((n + 1, number_of(n), f"{NAMES[n % 4]} School {n}", "centre", 1,
               COUNTRIES[n % 6], ZONES[n % 6], f"exams@{number_of(n).lower()}.example", "en")
              for n in range(1, centres + 1))])
        insert("attached_defaults", "associate_id series_id uses_defaults give_access delay contact_mode "
               "contact_name contact_phone contact_email version",
               [(1, SERIES, False, True, 1440, "default", "Amal Raza", "+92 21 555 0100", "", 1)])
        insert("attached_centre", "centre_id series_id give_access delay contact_mode version",
               ((n + 1, SERIES, n % 7 != 0, DELAYS[n % 4], "default" if n % 3 else "centre", 1)
                for n in range(1, centres + 1)))
        insert("offer", "id centre_id series_id scope delay contact_name contact_phone contact_email "
               "terms_version terms_by version",
               ((n, n + 1, SERIES, SCOPES[n % 5], 60 * (n % 3), "Kiran Shah", "", "kiran@school.example", "2026-1",
                 "benchmark", 1) for n in range(1, centres + 1)))
        # (place, place of the centre)
        people = [(n, n * centres // candidates + 1) for n in range(candidates)]
        insert("candidate", "id centre_id series_id number name uci qualifications first_entered_at",
               ((n + 1, at + 1, SERIES, f"{n % 9999 + 1:04}", f"Candidate Number {n}", f"U{n}",
                 "" if is_withdrawn(n) else ENTERED[n % 4], stamp) for n, at in people))
        insert("entry", "candidate_id qualification syllabus_code option_code title status", entries(candidates))
        insert("selected_candidate", "offer_id candidate_id",
               ((at, n + 1) for n, at in people if SCOPES[at % 5] == "selected" and n % 3))
        _logins(people, stamp)
    officer = Officer.create(email="amal@xa100.example", name="Amal Raza", password_hash=hasher.hash(PASSWORD),
                             created_at=now - timedelta(days=30))
    insert("posting", "officer_id centre_id manages_candidate_results sends_files", [(officer.id, 1, True, True)])
    database.execute_sql("ANALYZE")
    return officer


def is_withdrawn(n):
    return n % 25 == 24


def entries(candidates):
    for n in range(candidates):
        names = ENTERED[n % 4].split("|")
        for place in range(ENTRIES):
            code, title = SUBJECTS[(n + place) % len(SUBJECTS)]
            yield (n + 1, names[place % len(names)], code, "AX", title, "withdrawn" if is_withdrawn(n) else "entered")


def insert(table, columns, rows):
    names = columns.split()
    listed = ", ".join(f'"{name}"' for name in names)
    text = f'INSERT INTO "{table}" ({listed}) VALUES ({", ".join([database.param] * len(names))})'
    cursor = database.cursor()
    for some in chunked(rows, 20_000):
        cursor.executemany(text, some)


def _logins(people, stamp):
    """Slips that print what is true, but for every eighth centre; every eleventh candidate has none."""
    series = Series.get()
    standings = standings_of(series, Centre.associate == 1)
    releases = releases_of(series)
    made = [(n, at) for n, at in people if SCOPES[at % 5] != "none" and n % 11]
    insert("slip_batch", "id public_id centre_id series_id kind made_by made_at options",
           ((at, f"batch-{at}", at + 1, SERIES, "confirm", "benchmark", stamp, "{}")
            for at in sorted({at for _, at in made})))

    def slips():
        printed = {}
        for n, at in made:
            if (at, n % 4) not in printed:
                standing = standings[at + 1]
                if at % 8 == 0:
                    standing = standing.with_controls(standing.controls._replace(delay=30))
                printed[at, n % 4] = (
                    standing.printed_releases(ENTERED[n % 4], releases), standing.printed_contact())
            yield n + 1, at, n + 1, 1, f"Candidate Number {n}", *printed[at, n % 4], 0

    insert("slip", "id batch_id candidate_id generation name releases contact delay", slips())
    insert("credential", "id candidate_id username generation salt verifier scheme master_id pepper_id issued_at "
           "slip_id dormant_since",
           ((n + 1, n + 1, username_of(number_of(at), f"{n % 9999 + 1:04}", series), 1, f"{n:032x}", "0" * 64,
             passwords.SCHEME, "k1", "p1", stamp, n + 1, stamp if at % 7 == 0 else None) for n, at in made))
