"""What would follow for a centre's candidates and slips, counted before anybody saves.

The counts come from the `Group`s of `needs`: the candidates of a centre that stand alike, a handful a centre.
"""
from typing import NamedTuple

from models.rules.needs import LIVING, OUT_OF_DATE, UNPRINTED
from models.tables.exams import in_order
from models.tables.offers import NONE


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
        if covered and group.state(after, releases) == OUT_OF_DATE:
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
