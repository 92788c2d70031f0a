"""What would follow for a centre's candidates and slips, counted before anybody saves.

The counts come from `Group`s: the candidates of a centre that stand alike, a handful a centre, in one query
for any number of centres.
"""
from typing import NamedTuple

from peewee import JOIN, SQL, Case, fn

from models.compiled import Statement, given, one_of
from models.credentials import Credential, Slip
from models.exams import Candidate, in_order
from models.offers import ALL, NONE, SELECTED, Offer, SelectedCandidate

NO_LOGIN, LIVING, DORMANT, UNPRINTED = "none", "living", "dormant", "unprinted"


class Group(NamedTuple):
    """Candidates with a valid entry who stand alike. `releases`, `contact`: what their slips print."""

    centre_id: int
    qualifications: str
    selected: bool
    login: str
    releases: str | None
    contact: str | None
    same_name: bool
    count: int

    def is_covered(self, scope):
        return scope == ALL or (scope == SELECTED and self.selected)

    def is_out_of_date(self, standing, releases):
        """Whether these living slips print something that is not true in this standing."""
        return self.login == LIVING and not (
            self.same_name
            and self.releases == standing.printed_releases(self.qualifications, releases)
            and self.contact == standing.printed_contact()
        )


class Consequences(NamedTuple):
    """What is, or would be, true of one centre; all but `releases` and `access` are counts of candidates.

    `releases`: (instant or None, qualifications) in order of time, the unannounced last.
    """

    access: bool
    releases: tuple
    losing_access: int
    out_of_date: int
    needing_credentials: int
    hidden_again: int


login = Case(None, [
    (Credential.id.is_null(), NO_LOGIN),
    (Credential.dormant_since.is_null(False), DORMANT),
    (Slip.id.is_null(), UNPRINTED),
], LIVING)


def with_slips(query):
    """Join to a query over Candidate the login and the slip last handed out for it."""
    return (
        query
        .join_from(Candidate, Credential, JOIN.LEFT_OUTER, on=(Credential.candidate == Candidate.id),
                   attr="login")
        .join_from(Credential, Slip, JOIN.LEFT_OUTER,
                   on=(Slip.id == Credential.slip) & (Slip.generation == Credential.generation))
    )


def groups(series, centre_ids):
    """{centre id: [Group, …]} of the candidates with a valid entry. One query; none for no centre."""
    if not centre_ids:
        return {}
    found = {centre_id: [] for centre_id in centre_ids}
    for centre_id, names, selected, state, releases, contact, same_name, count in _groups(
            series=series.id, centres=list(centre_ids)):
        found[centre_id].append(
            Group(centre_id, names, bool(selected), state, releases, contact, bool(same_name), count))
    return found


@Statement
def _groups():
    selected = SelectedCandidate.id.is_null(False)
    same_name = Case(None, [(Slip.name == Candidate.name, True)], False)  # bare, it would come back as text
    columns = (Candidate.centre, Candidate.qualifications, selected, login, Slip.releases, Slip.contact, same_name)
    return (
        with_slips(Candidate.select(*columns, fn.COUNT(Candidate.id)))
        .join_from(Candidate, Offer, JOIN.LEFT_OUTER,
                   on=(Offer.centre == Candidate.centre) & (Offer.series == Candidate.series))
        .join_from(Candidate, SelectedCandidate, JOIN.LEFT_OUTER,
                   on=(SelectedCandidate.candidate == Candidate.id) & (SelectedCandidate.offer == Offer.id))
        .where(Candidate.series == given("series"), one_of(Candidate.centre, "centres"),
               Candidate.qualifications != "")
        .group_by(*(SQL(str(place)) for place in range(1, len(columns) + 1)))  # expressions hold parameters
    )


def consequences(before, after, members, releases, now):
    """The Consequences of going from one Standing of a centre to another; the same twice for 'as it is'.

    `members`: the centre's Groups; `releases`: {qualification: Release}; `now`: aware UTC.
    """
    scope = before.offer.scope
    was_open = before.has_access and not before.series.is_closed(now)
    losing = needing = out_of_date = hidden = 0
    for group in members:
        covered = group.is_covered(scope)
        may_sign_in = was_open and covered and group.login in (LIVING, UNPRINTED)
        if may_sign_in and not after.has_access:
            losing += group.count
        if not after.has_access:
            continue
        if covered and group.is_out_of_date(after, releases):
            out_of_date += group.count
        if (covered or scope == NONE) and group.login != LIVING:
            needing += group.count
        if may_sign_in and _hides(before, after, group, releases, now):
            hidden += group.count
    return Consequences(after.has_access, release_lines(after, members, releases),
                        losing, out_of_date, needing, hidden)


def release_lines(standing, members, releases):
    """((instant or None, (qualification, …)), …) of a centre's entries, one an instant, in order of time."""
    by_instant = {}
    for name in {name for group in members for name in group.qualifications.split("|")}:
        by_instant.setdefault(standing.visible_from(name, releases), set()).add(name)
    ordered = sorted(by_instant.items(), key=lambda item: (item[0] is None, item[0]))
    return tuple((instant, in_order(names)) for instant, names in ordered)


def _hides(before, after, group, releases, now):
    """Whether these candidates have seen results that the longer delay hides again (D7)."""
    if after.delay <= before.delay:
        return False
    for name in group.qualifications.split("|"):
        release = releases.get(name)
        if release is None or release.held_at is not None:
            continue
        if before.visible_from(name, releases) <= now < after.visible_from(name, releases):
            return True
    return False
