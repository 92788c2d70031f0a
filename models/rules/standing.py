"""The rules that everything asks: who has access, with what delay, whose contact, which slips are true.

Each rule is written twice, on purpose: as a SQL expression over the tables that `governed` joins, for lists
and for the candidate site, and in Python on `Standing`, for what would follow from a change that nobody has
saved. A property test holds the two together.
"""
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from peewee import JOIN, Case, fn

from models.contacts import Contact
from models.tables.exams import Candidate, Centre, Release, Series
from models.tables.offers import ALL, SELECTED, Offer, SelectedCandidate
from models.tables.slips import Credential
from models.tables.subcentres import DEFAULT, AttachedCentre, AttachedDefaults, Controls

# --- as SQL ------------------------------------------------------------------------------------------------

governing_associate = fn.COALESCE(Centre.associate, AttachedCentre.detached_from)
follows_defaults = Centre.associate.is_null(False) & AttachedDefaults.uses_defaults
has_access = Centre.associate.is_null() | Case(
    None, [(follows_defaults, AttachedDefaults.give_access)], fn.COALESCE(AttachedCentre.give_access, False))
associate_delay = Case(None, [(follows_defaults, AttachedDefaults.delay)], fn.COALESCE(AttachedCentre.delay, 0))
contact_mode = Case(
    None, [(follows_defaults, AttachedDefaults.contact_mode)], fn.COALESCE(AttachedCentre.contact_mode, DEFAULT))
centre_delay = fn.COALESCE(Offer.delay, 0)
delay = Case(None, [(associate_delay >= centre_delay, associate_delay)], centre_delay)
visible_at = Release.released_at + 60 * delay
uses_default_contact = governing_associate.is_null(False) & (contact_mode == DEFAULT)
is_selected = fn.EXISTS(SelectedCandidate.select().where(
    SelectedCandidate.offer == Offer.id, SelectedCandidate.candidate == Candidate.id))
is_covered = (Candidate.qualifications != "") & ((Offer.scope == ALL) | (Offer.scope == SELECTED) & is_selected)


def series_open(now):
    return Series.closes_at.is_null() | (Series.closes_at > now)


def may_sign_in(now):
    """The door of the candidate site, over a `governed` query that also joins Credential and Series."""
    return Credential.dormant_since.is_null() & is_covered & has_access & series_open(now)


def governed(query):
    """Join to a query that has Centre and Series what decides about that centre in that series."""
    return (
        query
        .join_from(Centre, Offer, JOIN.LEFT_OUTER,
                   on=(Offer.centre == Centre.id) & (Offer.series == Series.id))
        .join_from(Centre, AttachedCentre, JOIN.LEFT_OUTER,
                   on=(AttachedCentre.centre == Centre.id) & (AttachedCentre.series == Series.id))
        .join_from(Centre, AttachedDefaults, JOIN.LEFT_OUTER,
                   on=(AttachedDefaults.associate == governing_associate)
                   & (AttachedDefaults.series == Series.id))
    )


def visible_to(candidate, now):
    """The qualifications whose instant has come for this candidate, without a look at holds. One query."""
    query = governed(
        Candidate.select(Release.qualification).join(Centre).join_from(Candidate, Series)
        .join_from(Series, Release, on=Release.series == Series.id)
    ).where(Candidate.id == candidate.id, visible_at <= int(now.timestamp()))
    return {qualification for qualification, in query.tuples()}


# --- in Python ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Standing:
    """What is decided for one centre in one series, or would be."""

    centre: Centre
    series: Series
    controls: Controls  # in force: the Associate's, whether by defaults or by row
    offer: Offer
    default_contact: Contact
    governed: bool  # attached, or detached while the series runs

    @property
    def has_access(self):
        return not self.centre.is_attached or self.controls.give_access

    @property
    def delay(self):
        """Minutes: the Associate's delay is a floor (D2)."""
        return max(self.controls.delay, self.offer.delay)

    @property
    def deciding(self):
        """Whose delay decides: 'associate', 'centre', or '' without any."""
        if not self.delay:
            return ""
        return "associate" if self.controls.delay >= self.offer.delay else "centre"

    @property
    def uses_default_contact(self):
        return self.governed and self.controls.contact_mode == DEFAULT

    @property
    def contact(self):
        """Whom the candidates ask (D13). An empty name stands for 'Exams officer' and the centre's name."""
        return contact_of(self.uses_default_contact, self.default_contact, self.offer.contact, self.centre.email)

    def visible_from(self, qualification, releases):
        """The instant from which this qualification's results may be seen; None while unannounced."""
        release = releases.get(qualification)
        return release.released_at + timedelta(minutes=self.delay) if release else None

    def printed_releases(self, qualifications, releases):
        """The canonical text of the release times on a slip: the zone, then one part a qualification.

        'Asia/Karachi|A Level=1786438800|IGCSE=' (epoch seconds, nothing while unannounced). Two slips print
        the same times exactly when these texts are equal.
        """
        parts = [self.centre.time_zone]
        for qualification in filter(None, qualifications.split("|")):
            instant = self.visible_from(qualification, releases)
            parts.append(f"{qualification}={int(instant.timestamp()) if instant else ''}")
        return "|".join(parts)

    def printed_contact(self):
        """The canonical text of the contact on a slip."""
        return "\n".join(self.contact)

    def with_controls(self, controls, default_contact=None):
        """The same centre under other controls and, if given, another default contact."""
        return replace(self, controls=controls, default_contact=default_contact or self.default_contact)


def contact_of(uses_default, default, own, registered_email):
    """Whom the candidates of a centre ask, of the two Contacts there may be (D13); see `Standing.contact`."""
    chosen = default if uses_default else own
    return chosen if chosen.is_usable else Contact("", "", registered_email)


def read_printed_releases(text):
    """(zone, {qualification: aware UTC datetime or None}) from `printed_releases`."""
    zone, *parts = text.split("|")
    pairs = (part.rpartition("=") for part in parts)
    return zone, {name: datetime.fromtimestamp(int(at), UTC) if at else None for name, _, at in pairs}


def read_printed_contact(text):
    return Contact(*text.split("\n"))


def releases_of(series):
    """{qualification: Release} of one series. One query."""
    return {release.qualification: release
            for release in Release.select().where(Release.series == series).order_by(Release.id)}


def standings_of(series, *conditions):
    """{centre id: Standing} for the centres that meet the conditions, in order of number. One query."""
    query = governed(
        Centre.select(Centre, Offer, AttachedCentre, AttachedDefaults)
        .join(Series, on=(Series.id == series.id), attr="in_series")
    ).where(*conditions).order_by(Centre.number)
    found = {}
    for centre in query:
        found[centre.id] = _standing(centre, series)
    return found


def standing_of(centre, series):
    """The Standing of one centre. One query."""
    return standings_of(series, Centre.id == centre.id)[centre.id]


def _standing(centre, series):
    row, defaults = centre.attachedcentre, centre.attacheddefaults or AttachedDefaults()
    in_force = defaults.in_force(row) if centre.is_attached else (row.controls if row else Controls())
    return Standing(
        centre=centre, series=series, controls=in_force,
        offer=centre.offer or Offer(centre=centre, series=series),
        default_contact=defaults.contact,
        governed=centre.is_attached or bool(row and row.detached_from_id),
    )
