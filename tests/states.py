"""States of an Associate, its centres, candidates and slips, drawn at random and written to the database.

Few different values on purpose: delays, instants and contacts meet often, so that equal and nearly equal occur.
"""
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from models.database import database
from models.tables.exams import Candidate, Centre, Release, Series
from models.tables.offers import Offer, SelectedCandidate
from models.tables.people import Officer
from models.tables.slips import Credential, Slip, SlipBatch
from models.tables.subcentres import AttachedCentre, AttachedDefaults

NOW = datetime(2026, 8, 12, 12, tzinfo=UTC)
ZONES = ("Asia/Karachi", "America/Lima", "Europe/London")
DELAYS = st.sampled_from((0, 60, 1440))
MODES = st.sampled_from(("default", "centre"))
CONTACTS = st.sampled_from((
    ("Amal", "1", ""), ("", "", ""), ("Amal", "", "a@b.example"), ("Amal", "1", ""), ("Amal", "", "")))
SWITCH = st.sampled_from((False, False, False, True))
ACCESS = st.sampled_from((True, True, False))
ENTERED = st.sampled_from(("A Level|IGCSE", "IGCSE", "A Level", "A Level|IGCSE", ""))
OFFSETS = st.sampled_from((-60, -1440, -3 * 1440, -1, 0, 1, 60))  # minutes from now


def mostly(strategy):
    """What the strategy draws, three times in four."""
    return st.integers(0, 3).flatmap(lambda n: strategy if n else st.none())


@dataclass
class State:
    """What was written: rows by their models."""

    officer: Officer
    associate: Centre
    series: Series
    centres: list


@st.composite
def releases(draw):
    """{qualification: (minutes from now, held)}; a qualification may be unannounced."""
    names = draw(st.sets(st.sampled_from(("A Level", "IGCSE")), min_size=1))
    return {name: (draw(OFFSETS), draw(st.sampled_from((False, False, True)))) for name in sorted(names)}


@st.composite
def candidates(draw):
    """(qualifications, selected, login, same name, what the slip printed)."""
    login = draw(st.sampled_from(("living", "none", "living", "living", "dormant", "unprinted", "older")))
    printed = draw(st.tuples(st.sampled_from(ZONES), DELAYS, CONTACTS, st.booleans()))
    return draw(ENTERED), draw(st.booleans()), login, draw(st.booleans()), printed


@st.composite
def centres(draw):
    """One centre as a dict of what is written for it; `row` and `offer` may be missing."""
    return {
        "zone": draw(st.sampled_from(ZONES)),
        "kind": draw(st.sampled_from(("attached", "attached", "attached", "attached", "detached", "alone"))),
        "row": draw(mostly(st.tuples(ACCESS, DELAYS, MODES))),
        "offer": draw(mostly(st.tuples(st.sampled_from(("all", "none", "all", "selected")), DELAYS, CONTACTS))),
        "candidates": draw(st.lists(candidates(), min_size=1, max_size=3)),
    }


@st.composite
def worlds(draw, switch=SWITCH):
    """Everything of one Associate and series, as plain values for `written`. `switch`: 'Use defaults'."""
    return {
        "releases": draw(releases()),
        "closes": draw(st.sampled_from((None, None, None, -1, 60))),
        "defaults": draw(mostly(st.tuples(switch, ACCESS, DELAYS, MODES, CONTACTS))),
        "centres": draw(st.lists(centres(), min_size=2, max_size=3)),
    }


@contextmanager
def written(world):
    """A world in the empty database, as its State, until the block ends."""
    with database.atomic() as transaction:
        yield _write(world)
        transaction.rollback()


def _write(world):
    series = Series.create(code="june-2026", name="June 2026", short="J26", key_random="ab" * 32,
                           closes_at=at(world["closes"]) if world["closes"] is not None else None)
    for name, (minutes, held) in world["releases"].items():
        Release.create(series=series, qualification=name, released_at=at(minutes), held_at=NOW if held else None)
    associate = Centre.create(number="XA100", name="Council", kind="associate")
    officer = Officer.create(email="amal@xa100.example", name="Amal", created_at=NOW)
    if world["defaults"]:
        uses, access, delay, mode, (name, phone, email) = world["defaults"]
        AttachedDefaults.create(
            associate=associate, series=series, uses_defaults=uses, give_access=access, delay=delay,
            contact_mode=mode, contact_name=name, contact_phone=phone, contact_email=email)
    written = [_centre(associate, series, place, drawn) for place, drawn in enumerate(world["centres"], 1)]
    return State(officer, associate, series, written)


def at(minutes):
    return NOW + timedelta(minutes=minutes)


def _centre(associate, series, place, drawn):
    centre = Centre.create(
        number=f"XA10{place}", name=f"School {place}", time_zone=drawn["zone"], email=f"exams@{place}.example",
        associate=associate if drawn["kind"] == "attached" else None)
    if drawn["row"]:
        access, delay, mode = drawn["row"]
        AttachedCentre.create(centre=centre, series=series, give_access=access, delay=delay, contact_mode=mode,
                              detached_from=associate if drawn["kind"] == "detached" else None)
    offer = None
    if drawn["offer"]:
        scope, delay, (name, phone, email) = drawn["offer"]
        offer = Offer.create(centre=centre, series=series, scope=scope, delay=delay, contact_name=name,
                             contact_phone=phone, contact_email=email)
    batch = SlipBatch.create(public_id=centre.number, centre=centre, series=series, kind="confirm", made_by="x",
                             made_at=NOW)
    for number, candidate in enumerate(drawn["candidates"], 1):
        _candidate(centre, series, offer, batch, f"{number:04}", candidate)
    return centre


def _candidate(centre, series, offer, batch, number, drawn):
    entered, selected, login, same_name, (zone, delay, contact, own_zone) = drawn
    candidate = Candidate.create(centre=centre, series=series, number=number, name="Ada", qualifications=entered,
                                 first_entered_at=NOW)
    if offer and selected:
        SelectedCandidate.create(offer=offer, candidate=candidate)
    if login == "none":
        return
    slip = None
    if login != "unprinted":
        zone = centre.time_zone if own_zone else zone
        printed = [f"{name}={_printed(series, name, delay)}" for name in entered.split("|") if name]
        slip = Slip.create(
            batch=batch, candidate=candidate, generation=1, name="Ada" if same_name else "Adam", contact="\n".join(
                contact if contact[0] else ("", "", centre.email)), releases="|".join([zone, *printed]))
    Credential.create(
        candidate=candidate, username=f"{centre.number}-{number}-J26", generation=2 if login == "older" else 1,
        salt="", verifier="…", scheme="", master_id="", pepper_id="", issued_at=NOW, slip=slip,
        dormant_since=NOW if login == "dormant" else None)


def _printed(series, name, delay):
    release = Release.get_or_none(Release.series == series, Release.qualification == name)
    return int(release.released_at.timestamp()) + 60 * delay if release else ""
