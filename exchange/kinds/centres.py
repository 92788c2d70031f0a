"""centres.csv: who is attached to whom. A centre is never removed by a file."""
from collections import Counter

from models import attaching
from models.database import Sentence
from models.exams import Centre

FIELDS = {"centre_name": "name", "kind": "kind", "country": "country", "time_zone": "time_zone", "email": "email"}


def compare(records, difference, _complete, now):
    held = {centre.number: centre for centre in Centre.select()}
    kinds = {number: centre.kind for number, centre in held.items()}
    kinds |= {row["centre_number"]: row["kind"] for _line, row in records}
    numbers = {centre.id: centre.number for centre in held.values()}
    left = Counter(_attached_afterwards(records, held, numbers))
    seen, difference.writes = set(), {"new": [], "changed": [], "moves": []}
    for line, row in records:
        number, associate = row["centre_number"], row["associate_number"]
        if number in seen:
            difference.refused.append((line, Sentence("%(number)s stands twice.", number=number)))
            continue
        seen.add(number)
        if associate and kinds.get(associate) != "associate":
            difference.refused.append((line, Sentence("There is no Associate %(number)s.", number=associate)))
            continue
        if associate and row["kind"] == "associate":
            difference.refused.append((line, Sentence("An Associate is attached to nobody.")))
            continue
        if row["kind"] == "centre" and left.get(number, 0):
            difference.refused.append((line, Sentence(
                "%(number)s stays an Associate while centres are attached to it.", number=number)))
            continue
        values = {mine: row[theirs] for theirs, mine in FIELDS.items()}
        if number not in held:
            difference.new.append((line, number))
            difference.writes["new"].append((number, values, associate))
            continue
        centre = held[number]
        was = {mine: getattr(centre, mine) for mine in values}
        if was != values:
            differs = [name for name in values if was[name] != values[name]]
            difference.changed.append((line, number, ", ".join(was[name] or "–" for name in differs),
                                       ", ".join(values[name] or "–" for name in differs)))
            difference.writes["changed"].append((number, values))
        former = numbers.get(centre.associate_id, "")
        if former != associate:
            _move(difference, line, centre, former, associate, held, now)


def _attached_afterwards(records, held, numbers):
    """The Associate's number of each centre as it will be."""
    attached = {number: numbers.get(centre.associate_id) for number, centre in held.items()}
    attached |= {row["centre_number"]: row["associate_number"] for _line, row in records}
    return attached.values()


def _move(difference, line, centre, former, associate, held, now):
    difference.changed.append((line, centre.number, former or "–", associate or "–"))
    difference.writes["moves"].append((centre.number, associate))
    to = held.get(associate, Centre(number=associate)) if associate else None
    for effect in attaching.effects(centre, to, now):
        if effect.losing_access:
            difference.warnings.append((line, Sentence(
                "%(number)s: %(n)s candidates lose access in %(series)s until the Associate gives it.",
                number=centre.number, n=effect.losing_access, series=effect.series.name)))


def stage(_difference):
    """Centres are hundreds at most."""


def store(difference, now):
    for number, values, _associate in difference.writes["new"]:
        Centre.create(number=number, **values)
    for number, values in difference.writes["changed"]:
        Centre.update(**values).where(Centre.number == number).execute()
    numbers = {centre.number: centre for centre in Centre.select()}
    for number, _values, associate in difference.writes["new"]:
        if associate:
            Centre.update(associate=numbers[associate]).where(Centre.number == number).execute()
    for number, associate in difference.writes["moves"]:
        attaching.move(numbers[number], numbers[associate] if associate else None, now)
