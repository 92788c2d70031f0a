"""Subcentre Management as it is seen: what is stored, the officer's draft over it, what would follow.

Nothing is in force before Save. What the page shows and what Save (`subcentre_changes`) stores come from the
same `Screen`.
"""
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from peewee import fn

from models.contacts import Contact
from models.database import Refused, Sentence
from models.rules.consequences import Consequences, consequences
from models.rules.needs import groups
from models.rules.standing import (
    Standing,
    associate_delay,
    centre_delay,
    contact_mode,
    governed,
    has_access,
    releases_of,
)
from models.rules.subcentre_rows import CONTACT_FIELDS, DEFAULTS_FIELDS, DEFAULTS_ROW, Proposal, propose
from models.statements import Statement, given, one_of
from models.tables.exams import Centre, Series
from models.tables.offers import NONE, Offer
from models.tables.subcentres import AttachedCentre, AttachedDefaults, AttachedDraft, Controls

IN_FORCE = (has_access, associate_delay, contact_mode)


class Place(NamedTuple):
    """An attached centre as a row of 750 needs it. `version`: of what the Associate stored for it."""

    id: int
    number: str
    name: str
    country: str
    time_zone: str
    email: str
    version: int
    is_attached = True


class Listed(NamedTuple):
    """What finding and ordering ask of each attached centre; the last three as they are in force."""

    number: str
    name: str
    country: str
    give_access: bool
    delay: int
    contact_mode: str

    @property
    def controls(self):
        return Controls(*self[3:])


class Offered(NamedTuple):
    """What such a centre offers its candidates; see `offers.Offer`."""

    scope: str
    delay: int
    contact: Contact


@dataclass
class Row:
    """One attached centre on the screen. `mine`: as this officer would have it, were it not governed;
    `is_overtaken`: somebody else was first."""

    before: Standing
    after: Standing
    mine: Proposal
    is_governed: bool
    is_overtaken: bool
    consequences: Consequences | None = None

    @property
    def centre(self):
        return self.before.centre

    @property
    def stands_otherwise(self):
        """Whether something would change for this centre: a control, or whom its candidates ask."""
        return self.before.controls != self.after.controls or (
            self.after.has_access and self.before.contact != self.after.contact)

    @property
    def errors(self):
        return {} if self.is_governed else self.mine.errors

    @property
    def is_changed(self):
        return self.stands_otherwise or bool(self.errors)


class Totals(NamedTuple):
    """What would follow from the whole draft. All but the two kinds of `…centres` count candidates."""

    centres: int = 0
    losing_access: int = 0
    out_of_date: int = 0
    needy_centres: int = 0
    hidden_again: int = 0


class Screen:
    """The state of one Associate and series with one officer's draft laid over it.

    Asks one query each for defaults, drafts, centres, releases and candidates, when it is first needed,
    whatever the number of centres. `only`: the numbers of the centres that are asked about; then no more
    centres are read than those and the drafted ones, unless the defaults decide.
    """

    def __init__(self, officer, associate, series, now, only=None):
        self.officer, self.associate, self.series, self.now, self.only = officer, associate, series, now, only

    def redrafted(self, drafts=None):
        """The same state with these drafts, or read anew: for whoever has just written them."""
        other = Screen(self.officer, self.associate, self.series, self.now, self.only)
        kept = ("defaults", "standings", "releases")
        other.__dict__.update({name: self.__dict__[name] for name in kept if name in self.__dict__})
        if drafts is not None:
            other.drafts = drafts
        return other

    def narrowed(self, numbers):
        """The same for these centres only."""
        other = Screen(self.officer, self.associate, self.series, self.now, numbers)
        other.defaults, other.drafts, other.listed = self.defaults, self.drafts, self.listed
        return other

    @cached_property
    def defaults(self):
        return AttachedDefaults.get_or_none(
            AttachedDefaults.associate == self.associate, AttachedDefaults.series == self.series,
        ) or AttachedDefaults(associate=self.associate, series=self.series)

    @cached_property
    def drafts(self):
        """{centre number, '' for the default row: AttachedDraft}."""
        return {draft.row: draft for draft in AttachedDraft.select().where(
            AttachedDraft.officer == self.officer, AttachedDraft.associate == self.associate,
            AttachedDraft.series == self.series).order_by(AttachedDraft.row)}

    @cached_property
    def listed(self):
        """A Listed of every attached centre, in order of number."""
        return [Listed(*row) for row in _listed(associate=self.associate.id, series=self.series.id)]

    @cached_property
    def standings(self):
        """{centre number: Standing} of the attached centres as it is stored, in order of number."""
        asked = {"associate": self.associate.id, "series": self.series.id}
        is_narrow = self.only is not None and DEFAULTS_ROW not in self.drafts
        rows = _some_stand(**asked, numbers=[*self.only, *self.drafts]) if is_narrow else _all_stand(**asked)
        default_contact = self.defaults.contact
        return {row[1]: Standing(
            centre=Place(*row[:7]), series=self.series, controls=Controls(bool(row[7]), *row[8:10]),
            offer=Offered(*row[10:12], Contact(*row[12:])), default_contact=default_contact, governed=True,
        ) for row in rows}

    @cached_property
    def releases(self):
        return releases_of(self.series)

    @cached_property
    def proposal(self):
        """The default row and the default contact as this officer would have them."""
        return propose(self.stored(DEFAULTS_ROW), self.typed(DEFAULTS_ROW))

    @cached_property
    def default_contact(self):
        return Contact(*(self.proposal.meant[name] for name in CONTACT_FIELDS))

    @property
    def would_use_defaults(self):
        return self.proposal.meant["uses_defaults"]

    def typed(self, number):
        """What the officer has typed into this row and not yet saved, by control."""
        draft = self.drafts.get(number)
        return draft.typed if draft else {}

    def stored(self, number):
        """The stored values of one row by control, delays in minutes."""
        if number == DEFAULTS_ROW:
            return {name: getattr(self.defaults, name) for name in DEFAULTS_FIELDS}
        return self.standings[number].controls._asdict()

    def version(self, number):
        return self.defaults.version if number == DEFAULTS_ROW else self.standings[number].centre.version

    def is_there(self, number):
        return number == DEFAULTS_ROW or number in self.standings

    # --- somebody else was first ---------------------------------------------------------------------------

    @cached_property
    def switched(self):
        """Whether somebody switched 'Use defaults' since this officer read what the draft changes."""
        return any(draft.used_defaults != self.defaults.uses_defaults for draft in self.drafts.values())

    def is_overtaken(self, number):
        """Whether somebody saved this row, or switched 'Use defaults', since this officer read it."""
        draft = self.drafts.get(number)
        return draft is not None and (
            draft.version != self.version(number) or draft.used_defaults != self.defaults.uses_defaults)

    @property
    def overtaken(self):
        """The numbers of the drafted rows in which somebody else was first, '' for the default row."""
        return [number for number in self.drafts if self.is_there(number) and self.is_overtaken(number)]

    # --- what would be, and what would follow --------------------------------------------------------------

    def row(self, number):
        """The Row of one attached centre, its consequences not counted yet."""
        before, is_governed = self.standings[number], self.would_use_defaults
        mine = propose(before.controls._asdict(), self.typed(number))
        return Row(
            before=before, mine=mine, is_governed=is_governed, is_overtaken=self.is_overtaken(number),
            after=before.with_controls((self.proposal if is_governed else mine).controls, self.default_contact))

    @cached_property
    def changed(self):
        """{centre number: Row} of the centres that are drafted to stand otherwise, in order of number."""
        may_be = self.standings if DEFAULTS_ROW in self.drafts else sorted(set(self.drafts) & set(self.standings))
        return {number: row for number in may_be if (row := self.row(number)).is_changed}

    def count(self, numbers=()):
        """(the Rows of these centres with their consequences, the Totals of the whole draft). One query."""
        shown = [self.changed.get(number) or self.row(number) for number in numbers]
        changed = self.changed.values()
        members = groups(self.series, {row.centre.id for row in (*shown, *changed)})
        for row in (*shown, *changed):
            row.consequences = row.consequences or consequences(
                row.before, row.after, members[row.centre.id], self.releases, self.now)
        consequent = [row.consequences for row in changed if row.stands_otherwise]
        return shown, Totals(
            centres=len(consequent),
            losing_access=sum(each.losing_access for each in consequent),
            out_of_date=sum(each.out_of_date for each in consequent),
            needy_centres=sum(each.needing_credentials > 0 for each in consequent),
            hidden_again=sum(each.hidden_again for each in consequent))

    def as_it_is(self, numbers):
        """{centre number: Consequences} of these centres as they are stored. One query."""
        standings = [self.standings[number] for number in numbers]
        members = groups(self.series, [standing.centre.id for standing in standings])
        return {standing.centre.number: consequences(
                    standing, standing, members[standing.centre.id], self.releases, self.now)
                for standing in standings}

    def check(self):
        """Raises `Refused` with every reason why the draft cannot be saved, by '<number>-<control>'."""
        refused = {f"-{name}": sentence for name, sentence in self.proposal.errors.items()}
        for number, row in self.changed.items():
            refused |= {f"{number}-{name}": sentence for name, sentence in row.errors.items()}
        if not self.default_contact.is_usable and any(
                row.after.has_access and row.after.uses_default_contact for row in map(self.row, self.standings)):
            refused.setdefault("-contact_name", Sentence(
                "Enter a name and a telephone number or an e-mail address: "
                "at least one centre with access uses the default contact."))
        if refused:
            raise Refused(**refused)


def _attached(*columns):
    """These columns of the attached centres of an Associate, in order of number."""
    return governed(Centre.select(*columns).join(Series, on=(Series.id == given("series")))).where(
        Centre.associate == given("associate")).order_by(Centre.number)


def _stand():
    return _attached(
        Centre.id, Centre.number, Centre.name, Centre.country, Centre.time_zone, Centre.email,
        fn.COALESCE(AttachedCentre.version, 0), *IN_FORCE, fn.COALESCE(Offer.scope, NONE), centre_delay,
        *(fn.COALESCE(getattr(Offer, name), "") for name in CONTACT_FIELDS))


_listed = Statement(lambda: _attached(Centre.number, Centre.name, Centre.country, *IN_FORCE))
_all_stand = Statement(_stand)
_some_stand = Statement(lambda: _stand().where(one_of(Centre.number, "numbers")))
