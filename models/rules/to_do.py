"""What needs doing, centre by centre, and how an open series stands over some centres."""
from datetime import timedelta
from typing import NamedTuple

from models.database import database
from models.rules.needs import GENERATE, NEW_PASSWORD, OUT_OF_DATE, REISSUE, UNPRINTABLE, Needs, groups, needs
from models.rules.standing import Standing, releases_of, standings_of
from models.tables.exams import Centre, Series, in_order

LARGE = 100  # centres, above which a landing page counts candidates at most once in KEPT
KEPT = timedelta(seconds=60)


class Line(NamedTuple):
    """A centre and what it needs. `members`: its Groups."""

    centre: Centre
    needs: Needs
    standing: Standing
    members: list

    def count(self, need):
        """How many candidates of the centre need this; a truth value where the need is the centre's own."""
        return {
            GENERATE: self.needs.generate, "late": self.needs.late, REISSUE: self.needs.out_of_date,
            UNPRINTABLE: self.needs.unprintable,
            "entered": self.needs.entered, "sign-in": self.needs.not_signed_in, "contact": self.needs.lacks_contact,
            NEW_PASSWORD: self.needs.living, "every": True, "": self.needs.is_something,
        }[need]

    def out_of_date(self, releases):
        """The first Group whose slips are; None where every slip is true."""
        scope = self.standing.offer.scope
        return next((group for group in self.members if group.is_covered(scope)
                     and group.state(self.standing, releases) == OUT_OF_DATE), None)


class Sitting(NamedTuple):
    """A series over some centres. `releases`: {qualification: Release}; `counted_at`: when its Lines were."""

    series: Series
    releases: dict
    lines: list
    counted_at: object

    def total(self, name):
        return sum(getattr(line.needs, name) for line in self.lines)

    @property
    def entered(self):
        """Candidates with a valid entry."""
        return sum(group.count for line in self.lines for group in line.members)

    @property
    def reached(self):
        """Centres of which some candidate has access."""
        return sum(bool(line.needs.covered) for line in self.lines)

    @property
    def needy(self):
        return [line for line in self.lines if line.needs.is_something]

    def instants(self, is_meant):
        """[(instant, qualifications), …] of the releases that are meant, the earliest first."""
        found = {}
        for release in filter(is_meant, self.releases.values()):
            found.setdefault(release.released_at, []).append(release.qualification)
        return [(at, in_order(names)) for at, names in sorted(found.items())]


def lines_of(series, circle, now, unprintable, from_above):
    """A Line a centre with candidates, in the order of `circle`. Four queries, however many centres there are.

    `unprintable`: what counts names that no font has (series, centre ids); `from_above`: whether who asks may generate
    for an attached centre that has offered nothing yet.
    """
    ids = [centre.id for centre in circle]
    standings, members, releases = standings_of(series, Centre.id.in_(ids)), groups(series, ids), releases_of(series)
    names = unprintable(series, ids)
    return [Line(centre, needs(standings[centre.id], members[centre.id], releases, now, from_above and
                               centre.is_attached, names[centre.id]), standings[centre.id], members[centre.id])
            for centre in circle if members.get(centre.id)]


_kept = {}
forget = _kept.clear


def sitting(series, head, circle, now, unprintable):
    """The Sitting of a series at the centres that `head` sees, an Associate, a centre or None for the board.

    Releases and holds are as they are now. Counts over more than LARGE centres are up to KEPT old: a page that
    everybody begins with is not the place to count 145,000 candidates each time.
    """
    key = database.obj, series.id, head and head.id
    at, lines = _kept.get(key, (now - KEPT, []))
    if at <= now - KEPT:
        at, lines = now, lines_of(series, circle, now, unprintable, head is None or head.is_associate)
        if len(circle) > LARGE:
            _kept[key] = at, lines
    return Sitting(series, releases_of(series), lines, at)
