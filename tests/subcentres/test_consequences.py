"""What the page says would follow is what is different in the database after Save, on states drawn at random.

The oracle below shares nothing with the models: it reads whole tables as rows and decides candidate by candidate.
"""
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from models.acts.subcentres import draft, save
from models.database import Refused, database
from models.rules.subcentre_screen import Screen, Totals
from tests.states import CONTACTS, DELAYS, ENTERED, NOW, releases, worlds, written

TYPED_DELAYS = st.sampled_from(("14d", "1d", "24h", "25", "1", "60m", "0", ""))
CONTROLS = {"give_access": st.booleans(), "delay": TYPED_DELAYS, "contact_mode": st.sampled_from(("centre", "default"))}
ROW = st.fixed_dictionaries(CONTROLS) | st.fixed_dictionaries({}, optional=CONTROLS)
on_states = settings(max_examples=250, deadline=None)


@st.composite
def typed(draw):
    """{row: {control: value}} for some of three centres and perhaps the default row."""
    rows = {f"XA10{n}": draw(ROW) for n in (1, 2, 3) if draw(st.integers(0, 3))}
    if not draw(st.integers(0, 2)):
        name, phone, email = draw(CONTACTS)
        rows[""] = draw(ROW) | {"uses_defaults": draw(st.booleans()), "contact_name": name, "contact_phone": phone,
                                "contact_email": email}
    return rows


def table(name):
    cursor = database.execute_sql(f'SELECT * FROM "{name}"')
    columns = [column[0] for column in cursor.description]
    return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


class Oracle:
    """Every candidate of every attached centre as it stands in the database now."""

    def __init__(self):
        self.now = int(NOW.timestamp())
        self.series = table("series")[0]
        self.releases = {row["qualification"]: row for row in table("release")}
        self.defaults = next(iter(table("attached_defaults")), None)
        self.rows = {row["centre_id"]: row for row in table("attached_centre")}
        self.offers = {row["centre_id"]: row for row in table("offer")}
        self.selected = {row["candidate_id"] for row in table("selected_candidate")}
        self.logins = {row["candidate_id"]: row for row in table("credential")}
        self.slips = {row["id"]: row for row in table("slip")}
        self.candidates = [row for row in table("candidate") if row["qualifications"]]
        self.centres = [row for row in table("centre") if row["associate_id"]]

    def controls(self, centre):
        if self.defaults and self.defaults["uses_defaults"]:
            return self.defaults
        return self.rows.get(centre["id"]) or {"give_access": False, "delay": 0, "contact_mode": "default"}

    def access(self, centre):
        return bool(self.controls(centre)["give_access"])

    def delay(self, centre):
        offer = self.offers.get(centre["id"])
        return max(self.controls(centre)["delay"], offer["delay"] if offer else 0)

    def contact(self, centre):
        of = self.defaults if self.controls(centre)["contact_mode"] == "default" else self.offers.get(centre["id"])
        found = [of[f"contact_{name}"] for name in ("name", "phone", "email")] if of else ["", "", ""]
        return found if found[0] and (found[1] or found[2]) else ["", "", centre["email"]]

    def instant(self, centre, name):
        release = self.releases.get(name)
        return release["released_at"] + 60 * self.delay(centre) if release else None

    def scope(self, centre):
        offer = self.offers.get(centre["id"])
        return offer["scope"] if offer else "none"

    def covered(self, centre, candidate):
        return self.scope(centre) == "all" or (self.scope(centre) == "selected" and candidate["id"] in self.selected)

    def slip(self, candidate):
        login = self.logins.get(candidate["id"])
        slip = self.slips.get(login["slip_id"]) if login else None
        return slip if slip and slip["generation"] == login["generation"] else None

    def is_awake(self, candidate):
        return candidate["id"] in self.logins and self.logins[candidate["id"]]["dormant_since"] is None

    def may_sign_in(self, centre, candidate):
        closes = self.series["closes_at"]
        return (self.is_awake(candidate) and self.covered(centre, candidate) and self.access(centre)
                and (closes is None or closes > self.now))

    def sees(self, centre, candidate):
        """The qualifications whose results this candidate can read now."""
        if not self.may_sign_in(centre, candidate):
            return set()
        return {name for name in candidate["qualifications"].split("|") if name in self.releases
                and self.releases[name]["held_at"] is None and self.instant(centre, name) <= self.now}

    def is_out_of_date(self, centre, candidate):
        slip = self.slip(candidate)
        if not (slip and self.is_awake(candidate) and self.access(centre) and self.covered(centre, candidate)):
            return False
        zone, *parts = slip["releases"].split("|")
        printed = dict(part.split("=") for part in parts)
        true = {name: str(self.instant(centre, name) or "") for name in candidate["qualifications"].split("|")}
        return (zone, printed, slip["contact"].split("\n"), slip["name"]) != (
            centre["time_zone"], true, self.contact(centre), candidate["name"])

    def needs_credentials(self, centre, candidate):
        return self.access(centre) and (self.covered(centre, candidate) or self.scope(centre) == "none") and not (
            self.slip(candidate) and self.is_awake(candidate))

    def of(self, centre):
        return [candidate for candidate in self.candidates if candidate["centre_id"] == centre["id"]]


def told(screen):
    """{centre number: (access, release instants, losing, out of date, needing, hidden)} as the page says."""
    rows, totals = screen.count(list(screen.standings))
    return {row.centre.number: (
        row.consequences.access,
        {(int(at.timestamp()) if at else None, frozenset(names)) for at, names in row.consequences.releases},
        row.consequences.losing_access, row.consequences.out_of_date,
        row.consequences.needing_credentials, row.consequences.hidden_again) for row in rows}, totals


def found(before, after):
    """The same as the database says, from how it was to how it is."""
    return {centre["number"]: (
        after.access(centre),
        _instants(after, centre),
        sum(before.may_sign_in(centre, c) and not after.may_sign_in(centre, c) for c in after.of(centre)),
        sum(after.is_out_of_date(centre, c) for c in after.of(centre)),
        sum(after.needs_credentials(centre, c) for c in after.of(centre)),
        sum(after.may_sign_in(centre, c) and bool(before.sees(centre, c) - after.sees(centre, c))
            for c in after.of(centre)),
    ) for centre in after.centres}


def asleep(oracle):
    """The candidates whose login rests until somebody generates again (D6)."""
    return {c["id"] for c in oracle.candidates if c["id"] in oracle.logins and not oracle.is_awake(c)}


def _instants(oracle, centre):
    lines = {}
    for name in {name for candidate in oracle.of(centre) for name in candidate["qualifications"].split("|")}:
        lines.setdefault(oracle.instant(centre, name), set()).add(name)
    return {(instant, frozenset(names)) for instant, names in lines.items()}


@on_states
@given(world=worlds(), rows=typed())
def test_what_the_page_says_is_what_save_does(world, rows):
    with written(world) as state:
        screen = Screen(state.officer, state.associate, state.series, NOW)
        screen = draft(screen, {number: row for number, row in rows.items() if screen.is_there(number) and (
            not screen.would_use_defaults or not number or "" in rows)})
        before, (said, totals) = Oracle(), told(screen)
        changed = set(screen.changed)
        try:
            save(screen, hiding_confirmed=True)
        except Refused:
            assume(False)
        after = Oracle()

        assert said == found(before, after)
        assert asleep(after) == asleep(before) | {
            c["id"] for centre in before.centres if before.access(centre) and not after.access(centre)
            for c in before.of(centre) if c["id"] in before.logins}
        really = {centre["number"] for centre in after.centres if any(
            before.controls(centre)[name] != after.controls(centre)[name]
            for name in ("give_access", "delay", "contact_mode"))
            or (after.access(centre) and before.contact(centre) != after.contact(centre))}
        assert changed == really
        assert totals == Totals(
            centres=len(really), losing_access=sum(said[n][2] for n in really),
            out_of_date=sum(said[n][3] for n in really), needy_centres=sum(said[n][4] > 0 for n in really),
            hidden_again=sum(said[n][5] for n in really))


@st.composite
def open_worlds(draw):
    """Worlds in which candidates have logins and access: what they see depends on releases and delays alone."""
    people = [(draw(ENTERED), True, "living", True, ("Asia/Karachi", 0, ("", "", ""), True)) for _ in range(2)]
    return {
        "releases": draw(releases()), "closes": None, "defaults": (False, True, 0, "default", ("Amal", "1", "")),
        "centres": [{"zone": "Asia/Karachi", "kind": "attached", "row": (True, draw(DELAYS), "default"),
                     "offer": ("all", draw(DELAYS), ("", "", "")), "candidates": people}]}


@on_states
@given(world=open_worlds(), delay=TYPED_DELAYS)
def test_results_are_hidden_again_exactly_where_a_longer_delay_does_it(world, delay):
    with written(world) as state:
        screen = draft(Screen(state.officer, state.associate, state.series, NOW), {"XA101": {"delay": delay}})
        before, (said, _totals) = Oracle(), told(screen)
        save(screen, hiding_confirmed=True)

        assert said == found(before, Oracle())


@on_states
@given(world=worlds(), rows=typed())
def test_a_draft_alone_changes_nothing(world, rows):
    with written(world) as state:
        before = Oracle()
        screen = Screen(state.officer, state.associate, state.series, NOW)
        as_it_is = screen.as_it_is(list(screen.standings))
        draft(screen, {number: row for number, row in rows.items() if screen.is_there(number) and (
            not screen.would_use_defaults or not number or "" in rows)})
        after = Oracle()

        assert found(before, after) == {
            number: (so.access, {(int(at.timestamp()) if at else None, frozenset(names)) for at, names in so.releases},
                     0, so.out_of_date, so.needing_credentials, 0)
            for number, so in as_it_is.items()}


@on_states
@given(world=worlds(switch=st.just(True)).filter(lambda world: world["defaults"]))
def test_switching_the_defaults_off_alone_changes_nothing_in_force(world):
    with written(world) as state:
        screen = Screen(state.officer, state.associate, state.series, NOW)
        before = Oracle()
        try:
            save(screen, {"": {"uses_defaults": False}}, hiding_confirmed=True)
        except Refused:
            assume(False)
        after = Oracle()

        assert not after.defaults["uses_defaults"]
        assert [(before.access(c), before.delay(c), before.contact(c)) for c in before.centres] == [
            (after.access(c), after.delay(c), after.contact(c)) for c in after.centres]


def test_nobody_loses_access_to_a_series_that_is_closed(cast):
    cast.give_access(cast.karachi)
    cast.confirm(cast.karachi, cast.karachi_officer)
    losing = []
    for closes_at in (None, cast.now):
        cast.june.closes_at = closes_at
        screen = Screen(cast.associates_officer, cast.associate, cast.june, cast.now)
        screen = draft(screen, {"XA101": {"give_access": False}})
        losing.append(screen.count()[1].losing_access)

    assert losing == [2, 0]
