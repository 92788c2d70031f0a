"""Subcentre Management as it is seen: what is stored, the officer's draft over it, what would follow.

Nothing is in force before Save. What the page shows and what Save (`subcentre_changes`) stores come from the
same `Screen`.
"""
from dataclasses import dataclass, field
from functools import cached_property

from models.attached import (
    CENTRE_DEFINED,
    DEFAULT,
    AttachedDefaults,
    AttachedDraft,
    Contact,
    Controls,
)
from models.consequences import Consequences, consequences, groups
from models.database import Refused, Sentence
from models.delay import format_delay, parse_delay
from models.exams import Centre
from models.rules import Standing, releases_of, standings

DEFAULTS_ROW = ""  # stands for a centre's number where the default row is meant
ROW_FIELDS = ("give_access", "delay", "contact_mode")
CONTACT_FIELDS = ("contact_name", "contact_phone", "contact_email")
DEFAULTS_FIELDS = ("uses_defaults", *ROW_FIELDS, *CONTACT_FIELDS)
LONGEST = {"contact_name": 120, "contact_phone": 60, "contact_email": 254}


@dataclass(frozen=True)
class Proposal:
    """One row as typed: `shown` goes back into the controls, `meant` is what was understood of it.

    A value that cannot be understood stands in `errors` and counts as the stored one.
    """

    shown: dict
    meant: dict
    errors: dict = field(default_factory=dict)

    @property
    def controls(self):
        return Controls(*(self.meant[name] for name in ROW_FIELDS))


@dataclass
class Row:
    """One attached centre on the screen. `theirs`: the stored Controls, where somebody else was first."""

    before: Standing
    after: Standing
    proposal: Proposal
    is_read_only: bool
    theirs: Controls | None
    consequences: Consequences | None = None

    @property
    def centre(self):
        return self.before.centre

    @property
    def is_changed(self):
        return self.before.controls != self.after.controls or bool(self.proposal.errors)


class Screen:
    """The state of one Associate and series with one officer's draft laid over it.

    Asks at most six queries, each when it is first needed, whatever the number of centres.
    """

    def __init__(self, officer, associate, series, now):
        self.officer, self.associate, self.series, self.now = officer, associate, series, now

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
            AttachedDraft.series == self.series)}

    @cached_property
    def standings(self):
        """{centre number: Standing} of every attached centre as it is stored, in order of number."""
        found = standings(self.series, Centre.associate == self.associate)
        return {standing.centre.number: standing for standing in found.values()}

    @cached_property
    def releases(self):
        return releases_of(self.series)

    @cached_property
    def proposal(self):
        """The default row and the default contact as this officer would have them."""
        return propose(self.stored(DEFAULTS_ROW), self._typed(DEFAULTS_ROW))

    @cached_property
    def default_contact(self):
        return Contact(*(self.proposal.meant[name] for name in CONTACT_FIELDS))

    @property
    def would_use_defaults(self):
        return self.proposal.meant["uses_defaults"]

    def stored(self, number):
        """The stored values of one row by control, delays in minutes."""
        if number == DEFAULTS_ROW:
            return {name: getattr(self.defaults, name) for name in DEFAULTS_FIELDS}
        return self.standings[number].controls._asdict()

    def version(self, number):
        if number == DEFAULTS_ROW:
            return self.defaults.version
        row = self.standings[number].centre.attachedcentre
        return row.version if row else 0

    def is_overtaken(self, number):
        """Whether somebody saved this row, or switched 'Use defaults', since this officer drafted it."""
        draft = self.drafts.get(number)
        return draft is not None and (
            draft.version != self.version(number)
            or draft.used_defaults != self.defaults.uses_defaults)

    @property
    def overtaken(self):
        """The numbers of the drafted rows in which somebody else was first, '' for the default row."""
        return [number for number in self.drafts
                if (number == DEFAULTS_ROW or number in self.standings) and self.is_overtaken(number)]

    def row(self, number):
        """The Row of one attached centre, its consequences not counted yet."""
        before = self.standings[number]
        if self.would_use_defaults:
            meant = self.proposal.controls._asdict()
            proposal = Proposal(_shown(meant), meant)
        else:
            proposal = propose(self.stored(number), self._typed(number))
        return Row(
            before=before,
            after=before.with_controls(proposal.controls, self.default_contact),
            proposal=proposal,
            is_read_only=self.would_use_defaults,
            theirs=before.controls if self.is_overtaken(number) else None,
        )

    def rows(self, numbers=None):
        """The Rows of these attached centres (all of them, unless told) with their consequences."""
        chosen = [self.row(number) for number in (self.standings if numbers is None else numbers)]
        members = groups(self.series, [row.centre.id for row in chosen])
        for row in chosen:
            row.consequences = consequences(
                row.before, row.after, members[row.centre.id], self.releases, self.now)
        return chosen

    @property
    def changed_count(self):
        """How many attached centres are drafted to stand otherwise."""
        return sum(self.row(number).is_changed for number in self.standings)

    @property
    def is_changed(self):
        return bool(self.drafts)

    def check(self):
        """Raises `Refused` with every reason why the draft cannot be saved, by '<number>-<control>'."""
        refused = {f"-{name}": sentence for name, sentence in self.proposal.errors.items()}
        needs_contact = False
        for number in self.standings:
            row = self.row(number)
            refused |= {f"{number}-{name}": sentence for name, sentence in row.proposal.errors.items()}
            needs_contact |= row.after.has_access and row.after.uses_default_contact
        if needs_contact and not self.default_contact.is_usable:
            refused.setdefault("-contact_name", Sentence(
                "Enter a name and a telephone number or an e-mail address: "
                "at least one centre with access uses the default contact."))
        if refused:
            raise Refused(**refused)

    def _typed(self, number):
        draft = self.drafts.get(number)
        return draft.typed if draft else {}


def propose(stored, typed):
    """A Proposal from the stored values and what was typed over some of them (text, or True/False)."""
    shown, meant, errors = _shown(stored), dict(stored), {}
    for name, value in typed.items():
        shown[name] = value
        try:
            meant[name] = _understood(name, value)
        except Refused as refusal:
            errors[name] = refusal.fields[name]
    return Proposal(shown, meant, errors)


def _shown(values):
    return {**values, "delay": format_delay(values["delay"])}


def _understood(name, value):
    if name == "delay":
        return parse_delay(value)
    if name in ("give_access", "uses_defaults"):
        return value is True
    if name == "contact_mode":
        if value not in (DEFAULT, CENTRE_DEFINED):
            raise Refused(contact_mode=Sentence("Choose ‘Default’ or ‘Centre defined’."))
        return value
    text = " ".join(value.split())
    if len(text) > LONGEST[name]:
        raise Refused(**{name: Sentence("Use at most %(n)s characters.", n=LONGEST[name])})
    if name == "contact_email" and text and not is_email(text):
        raise Refused(contact_email=Sentence("That is not an e-mail address, like exams@school.example."))
    return text


def is_email(text):
    name, at, host = text.rpartition("@")
    return bool(at and name and "." in host.strip(".") and not any(c.isspace() or c in "<>,;" for c in text))
