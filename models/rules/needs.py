"""What candidates and their centre need: a slip, a new slip, a new password, to sign in (D24).

Every list, count and job asks here. A candidate's `State` and a centre's `Needs` come from the same facts by the
same rule; only who is offered the service and has a valid entry counts.
"""
from typing import NamedTuple

from peewee import JOIN, SQL, Case, fn

from models.rules.standing import governed, is_covered, releases_of
from models.statements import Statement, given, is_ascii, one_of
from models.tables.exams import Candidate, Centre, Series
from models.tables.offers import ALL, NONE, SELECTED, Offer, SelectedCandidate
from models.tables.slips import Credential, Slip

# What a login is, as the database has it: none, its slip handed out, at rest (D6), ended for good, not printed yet.
NO_LOGIN, LIVING, DORMANT, VOID, UNPRINTED = "none", "living", "dormant", "void", "unprinted"
# What a candidate needs. VOID and DORMANT as above: a new password, and access that comes back.
IN_ORDER, NO_SLIP, OUT_OF_DATE = "ok", "no-slip", "out-of-date"
LACKING = (NO_SLIP, VOID, DORMANT)
UNPRINTABLE = "unprintable"  # beside any of these: what the slip prints of the name is not all of it
# What can be done about it; also the kinds of a batch.
CONFIRM, GENERATE, REISSUE, NEW_PASSWORD = "confirm", "generate", "reissue", "new-password"

login = Case(None, [
    (Credential.id.is_null(), NO_LOGIN),
    (Credential.dormant_since.is_null(False), DORMANT),
    (Credential.verifier == "", VOID),
    (Slip.id.is_null(), UNPRINTED),
], LIVING)


def state_of(login, slip_is_true):
    """What the candidate with such a `login` (NO_LOGIN … UNPRINTED) needs, its slip being true or not."""
    if login == LIVING:
        return IN_ORDER if slip_is_true else OUT_OF_DATE
    return login if login in (DORMANT, VOID) else NO_SLIP


class Group(NamedTuple):
    """Candidates of a centre who stand alike. `releases`, `contact`: what their slips print.

    `late`: entered since the centre confirmed.
    """

    centre_id: int
    qualifications: str
    selected: bool
    login: str
    releases: str | None
    contact: str | None
    same_name: bool
    signed_in: bool
    late: bool
    count: int

    def is_covered(self, scope):
        return scope == ALL or (scope == SELECTED and self.selected)

    def state(self, standing, releases):
        """What these candidates need in this Standing. `releases`: {qualification: Release}."""
        return state_of(self.login, self.login == LIVING and self.same_name and prints_truly(
            self.releases, self.contact, self.qualifications, standing, releases))


def prints_truly(printed_releases, printed_contact, qualifications, standing, releases):
    return (printed_releases == standing.printed_releases(qualifications, releases)
            and printed_contact == standing.printed_contact())


class State(NamedTuple):
    """One candidate whom the service is offered to. `state`: IN_ORDER, OUT_OF_DATE or one of LACKING."""

    candidate: Candidate
    state: str

    @property
    def signed_in_at(self):
        return self.candidate.login.last_signed_in_at if self.candidate.login else None

    @property
    def has_slip(self):
        return self.state in (IN_ORDER, OUT_OF_DATE)

    @property
    def not_signed_in(self):
        return self.has_slip and self.signed_in_at is None


class Needs(NamedTuple):
    """What one centre needs, in candidates whom the service is offered to, but for the last two.

    `living`: those with a slip in hand; `signed_in` and `out_of_date` are among them. `lacking`: without (no slip,
    ended or at rest), of which `dormant`. `late`: among `lacking`, entered since the centre confirmed ALL.
    `entered`: entered since it confirmed Selected, and not included. `generate`: credentials that can be made here,
    those of a centre that has offered nothing yet among them where its Associate may (D14). `unprintable`: those whose
    name no slip prints as it is written (D20). `missed`: who have not signed in though something is out for them:
    before that there is no need to. `lacks_contact` is None where nobody is offered the service.
    """

    offered: bool = False
    covered: int = 0
    living: int = 0
    signed_in: int = 0
    out_of_date: int = 0
    lacking: int = 0
    dormant: int = 0
    late: int = 0
    entered: int = 0
    generate: int = 0
    unprintable: int = 0
    missed: int = 0
    lacks_contact: bool | None = None

    @property
    def not_signed_in(self):
        return self.living - self.signed_in

    @property
    def without_slip(self):
        return self.lacking - self.dormant

    @property
    def is_something(self):
        return bool(self.generate or self.out_of_date or self.unprintable or self.entered or self.missed
                    or self.lacks_contact)


def needs(standing, members, releases, now, may_offer=False, unprintable=0):
    """The Needs of a centre. `members`: its Groups; `releases`: {qualification: Release}; `now`: aware.

    `may_offer`: whether who asks may generate where nothing is offered yet. `unprintable`: what whoever knows the
    fonts counts of `names_to_print`.
    """
    scope = standing.offer.scope
    if not standing.has_access:
        return Needs()
    if scope == NONE:
        return Needs(generate=sum(group.count for group in members) if may_offer else 0)
    covered = [(group, group.state(standing, releases)) for group in members if group.is_covered(scope)]

    def count(counts):
        return sum(group.count for group, state in covered if counts(group, state))

    out = {name for name in releases if (at := standing.visible_from(name, releases)) and at <= now}
    lacking = count(lambda group, state: state in LACKING)
    return Needs(
        offered=True,
        covered=count(lambda group, state: True),
        living=count(lambda group, state: state not in LACKING),
        signed_in=count(lambda group, state: state not in LACKING and group.signed_in),
        out_of_date=count(lambda group, state: state == OUT_OF_DATE),
        lacking=lacking,
        dormant=count(lambda group, state: state == DORMANT),
        late=count(lambda group, state: scope == ALL and group.late and state in (NO_SLIP, VOID)),
        entered=sum(group.count for group in members if scope == SELECTED and group.late and not group.selected),
        generate=lacking,
        unprintable=unprintable,
        missed=count(lambda group, state: state not in LACKING and not group.signed_in
                     and out & set(group.qualifications.split("|"))),
        lacks_contact=not standing.contact.name)


def states(standing, as_all=False):
    """A State for each candidate whom the centre offers the service to, by number. Two queries.

    `as_all`: whom it would be offered to under ALL.
    """
    releases = releases_of(standing.series)
    found = []
    for candidate in covered(standing.centre, standing.series, as_all):
        slip = candidate.state == LIVING and candidate.login.slip
        found.append(State(candidate, state_of(candidate.state, slip and slip.name == candidate.name and prints_truly(
            slip.releases, slip.contact, candidate.qualifications, standing, releases))))
    return found


def concerned(standing, what, ids=None, as_all=False):
    """The covered candidates of a Standing whom an act concerns, only those with these ids if given.

    `what`: CONFIRM and NEW_PASSWORD concern everybody, GENERATE who has no living login, REISSUE the slips that are
    out of date, or any that is asked for by id. `as_all`: as if the centre offered the service to ALL.
    """
    wanted = None if ids is None else set(ids)
    return [
        found.candidate for found in states(standing, as_all)
        if (wanted is None or found.candidate.id in wanted) and (
            what in (CONFIRM, NEW_PASSWORD)
            or (what == GENERATE and found.state in LACKING)
            or (what == REISSUE and (found.state == OUT_OF_DATE or (wanted is not None and found.has_slip))))]


def covered(centre, series, as_all=False):
    """Candidates of the centre whom the service is offered to, by number, each with `.state` of its login.

    `as_all`: whom it would be offered to under ALL.
    """
    query = governed(
        Candidate.select(Candidate, Credential, Slip, login.alias("state"))
        .join(Centre).switch(Candidate).join(Series))
    return _with_slips(query).where(
        Candidate.centre == centre, Candidate.series == series,
        Candidate.qualifications != "" if as_all else is_covered).order_by(Candidate.number)


def names_to_print(series, centre_ids):
    """(centre id, name) of the candidates whom these centres offer the service to, but for names in ASCII, which every
    font has. One query."""
    query = governed(Candidate.select(Candidate.centre, Candidate.name).join(Centre).switch(Candidate).join(Series))
    return query.where(Candidate.series == series, Candidate.centre.in_(centre_ids), is_covered,
                       ~is_ascii(Candidate.name)).tuples()


def groups(series, centre_ids):
    """{centre id: [Group, …]} of the candidates with a valid entry. One query; none for no centre."""
    if not centre_ids:
        return {}
    found = {centre_id: [] for centre_id in centre_ids}
    for centre_id, names, selected, state, releases, contact, *flags, count in _groups(
            series=series.id, centres=list(centre_ids)):
        found[centre_id].append(
            Group(centre_id, names, bool(selected), state, releases, contact, *map(bool, flags), count))
    return found


@Statement
def _groups():
    selected = SelectedCandidate.id.is_null(False)
    same_name, signed_in, late = (Case(None, [(fact, True)], False) for fact in (  # bare, they would come back as text
        Slip.name == Candidate.name, Credential.last_signed_in_at.is_null(False),
        Candidate.first_entered_at > Offer.confirmed_at))
    columns = (Candidate.centre, Candidate.qualifications, selected, login, Slip.releases, Slip.contact,
               same_name, signed_in, late)
    return (
        _with_slips(Candidate.select(*columns, fn.COUNT(Candidate.id)))
        .join_from(Candidate, Offer, JOIN.LEFT_OUTER,
                   on=(Offer.centre == Candidate.centre) & (Offer.series == Candidate.series))
        .join_from(Candidate, SelectedCandidate, JOIN.LEFT_OUTER,
                   on=(SelectedCandidate.candidate == Candidate.id) & (SelectedCandidate.offer == Offer.id))
        .where(Candidate.series == given("series"), one_of(Candidate.centre, "centres"),
               Candidate.qualifications != "")
        .group_by(*(SQL(str(place)) for place in range(1, len(columns) + 1)))  # expressions hold parameters
    )


def _with_slips(query):
    """Join to a query over Candidate the login and the slip last handed out for it."""
    return (
        query
        .join_from(Candidate, Credential, JOIN.LEFT_OUTER, on=(Credential.candidate == Candidate.id),
                   attr="login")
        .join_from(Credential, Slip, JOIN.LEFT_OUTER,
                   on=(Slip.id == Credential.slip) & (Slip.generation == Credential.generation))
    )
