"""Centres, series, releases, candidates and their entries."""
from peewee import CharField, ForeignKeyField, IntegerField

from models.database import Model, Moment, OneOf, Sentence

# The order in which a page or a slip lists them; others follow by name.
QUALIFICATIONS = ("A Level", "AS Level", "IGCSE", "IGCSE (9-1)", "O Level")


class Centre(Model):
    """A school, or an Associate between the board and its schools."""

    number = CharField(max_length=5, unique=True)
    name = CharField(max_length=200)
    kind = OneOf("centre", "associate", max_length=9, default="centre")
    associate = ForeignKeyField("self", null=True, backref="attached_centres", on_delete="RESTRICT")
    country = CharField(max_length=80, default="")
    time_zone = CharField(max_length=64, default="UTC")
    email = CharField(max_length=254, default="")
    language = CharField(max_length=8, default="en")  # of its slips and of its candidates' first page

    @property
    def is_associate(self):
        return self.kind == "associate"

    @property
    def is_attached(self):
        return self.associate_id is not None


class Series(Model):
    """An exam sitting, e.g. code 'june-2026', name 'June 2026', short 'J26' (in usernames).

    `arriving`: the import whose new candidates wait here, seen by nobody, until it is applied; see `shown_series`.
    """

    code = CharField(max_length=40, unique=True)
    name = CharField(max_length=60, unique=True)
    short = CharField(max_length=8, unique=True)
    closes_at = Moment(null=True)
    reviews_until = CharField(max_length=10, default="")  # ISO: the last day before which reviews can be asked for
    key_random = CharField(max_length=64, null=True)  # hex; destroyed at the end, then no slip can be made
    arriving = IntegerField(null=True)

    def is_closed(self, now):
        return self.closes_at is not None and self.closes_at <= now


def shown_series():
    """Every series but those in which an import only gathers what it brings. A query."""
    return Series.select().where(Series.arriving.is_null())


class Release(Model):
    """The instant of one qualification's results in one series; `held_at` while the board holds it (D17)."""

    series = ForeignKeyField(Series, backref="releases", on_delete="CASCADE")
    qualification = CharField(max_length=40)
    released_at = Moment()
    held_at = Moment(null=True)

    class Meta:
        indexes = ((("series", "qualification"), True),)


class Candidate(Model):
    """A person entered at one centre in one series.

    `qualifications`: those of the valid entries, in the order of `in_order`, joined by '|'; empty when
    every entry is withdrawn. Kept by whoever writes entries (`recount_qualifications`), so that rules and
    lists ask one column.
    """

    centre = ForeignKeyField(Centre, backref="candidates", on_delete="RESTRICT")
    series = ForeignKeyField(Series, backref="candidates", on_delete="CASCADE")
    number = CharField(max_length=4)
    name = CharField(max_length=200)
    uci = CharField(max_length=20, default="")
    qualifications = CharField(max_length=200, default="")
    first_entered_at = Moment()

    class Meta:
        indexes = ((("centre", "series", "number"), True), (("series", "centre"), False))


class Entry(Model):
    """A candidate entered for a syllabus option; valid unless withdrawn."""

    candidate = ForeignKeyField(Candidate, backref="entries", on_delete="CASCADE")
    qualification = CharField(max_length=40)
    syllabus_code = CharField(max_length=10)
    option_code = CharField(max_length=10, default="")
    title = CharField(max_length=120)
    status = OneOf("entered", "withdrawn", max_length=9, default="entered")

    class Meta:
        indexes = ((("candidate", "qualification", "syllabus_code"), True),)


def in_order(qualifications):
    """A tuple of distinct qualifications in the order of QUALIFICATIONS, unknown ones last by name."""
    rank = {name: place for place, name in enumerate(QUALIFICATIONS)}
    return tuple(sorted(set(qualifications), key=lambda name: (rank.get(name, len(rank)), name)))


def recount_qualifications(candidate_ids):
    """Write `Candidate.qualifications` anew from the valid entries of these candidates (any iterable)."""
    ids = list(candidate_ids)
    for start in range(0, len(ids), 2000):
        some = ids[start:start + 2000]
        sets = {candidate_id: set() for candidate_id in some}
        valid = Entry.select(Entry.candidate, Entry.qualification).where(
            Entry.candidate.in_(some), Entry.status == "entered").distinct()
        for candidate_id, qualification in valid.tuples():
            sets[candidate_id].add(qualification)
        by_value = {}
        for candidate_id, names in sets.items():
            by_value.setdefault("|".join(in_order(names)), []).append(candidate_id)
        for value, members in by_value.items():
            Candidate.update(qualifications=value).where(
                Candidate.id.in_(members), Candidate.qualifications != value).execute()


NO_VALID_ENTRY = Sentence("Candidate credentials can only be created for series which have a valid entry")
