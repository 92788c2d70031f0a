"""centres.csv: the board's centres and which Associate each works through. A file never removes a centre."""
import json

from exchange.cells import damage_of, damaged
from exchange.columns import COLUMNS
from models.acts import attaching
from models.database import Sentence
from models.tables import staging
from models.tables.exams import Centre
from models.tables.staging import StagedLine

TABLE = StagedLine
FIELDS = (StagedLine.board_import, StagedLine.line, StagedLine.verdict, StagedLine.cells)
OWN = {"centre_name": "name", "kind": "kind", "country": "country", "time_zone": "time_zone", "email": "email"}


def as_staged(board_import, line, values, _difference):
    return board_import, line, "", json.dumps(values)


def compare(board_import, difference, now, _early=False):
    """`writes`: new and changed centres' values, and the moves between Associates."""
    rows = [(line, dict(zip(COLUMNS["centres"], json.loads(cells), strict=True)))
            for line, cells in staging.lines(board_import.id)]
    held = {centre.number: centre for centre in Centre.select()}
    numbers = {centre.id: centre.number for centre in held.values()}
    for _line, row in rows:
        _fill(row, held.get(row["centre_number"]), numbers)
    kinds = {number: centre.kind for number, centre in held.items()}
    kinds |= {row["centre_number"]: row["kind"] for _line, row in rows}
    attached = {number: numbers.get(centre.associate_id) for number, centre in held.items()}
    attached |= {row["centre_number"]: row["associate_number"] for _line, row in rows}
    difference.writes = {"new": [], "changed": [], "moves": []}
    seen = set()
    for line, row in rows:
        if damaged(row["centre_name"]):
            difference.add("warnings", (line, damage_of(row["centre_name"])))
        if reason := _reason(row, kinds, set(attached.values()), seen):
            difference.add("refused", (line, reason))
        elif row["centre_number"] in held:
            _compare(line, row, held, numbers, difference, now)
        else:
            difference.add("new", (line, row["centre_number"]))
            difference.writes["new"].append(row)
        seen.add(row["centre_number"])


def _fill(row, centre, numbers):
    """What the file has no column for is as it is held."""
    for name, value in row.items():
        if value is None and name == "associate_number":
            row[name] = numbers.get(centre.associate_id, "") if centre else ""
        elif value is None:
            row[name] = getattr(centre, OWN[name]) if centre else ""


def store(_kept, difference, _by, now):
    writes = difference.writes
    for row in writes["new"]:
        Centre.create(number=row["centre_number"], **_own(row))
    for number, values in writes["changed"]:
        Centre.update(**values).where(Centre.number == number).execute()
    centres = {centre.number: centre for centre in Centre.select()}
    for row in writes["new"]:
        if row["associate_number"]:
            Centre.update(associate=centres[row["associate_number"]]).where(
                Centre.number == row["centre_number"]).execute()
    for number, associate in writes["moves"]:
        attaching.move_within(centres[number], centres[associate] if associate else None, now)


def _reason(row, kinds, associates, seen):
    number, associate = row["centre_number"], row["associate_number"]
    if number in seen:
        return Sentence("%(number)s stands twice.", number=number)
    if associate and kinds.get(associate) != "associate":
        return Sentence("There is no Associate %(number)s.", number=associate)
    if associate and row["kind"] == "associate":
        return Sentence("An Associate is attached to nobody.")
    if row["kind"] == "centre" and number in associates:
        return Sentence("%(number)s stays an Associate while centres are attached to it.", number=number)
    return None


def _compare(line, row, held, numbers, difference, now):
    centre, values = held[row["centre_number"]], _own(row)
    was = {name: getattr(centre, name) for name in values}
    differs = [name for name in values if was[name] != values[name]]
    if differs:
        difference.writes["changed"].append((centre.number, values))
        difference.add("changed", (line, centre.number, ", ".join(was[name] or "–" for name in differs),
                                   ", ".join(values[name] or "–" for name in differs)))
    former, associate = numbers.get(centre.associate_id, ""), row["associate_number"]
    if former != associate:
        difference.writes["moves"].append((centre.number, associate))
        difference.add("changed", (line, centre.number, former or "–", associate or "–"))
        _tell_move(line, centre, held.get(associate, Centre(number=associate)) if associate else None, difference, now)


def _tell_move(line, centre, associate, difference, now):
    """What moving the centre means for each of its series, counted (D15)."""
    for effect in attaching.effects(centre, associate, now):
        if effect.losing_access:
            difference.add("warnings", (line, Sentence(
                "%(number)s: %(n)s candidates lose access in %(series)s until the Associate gives it.",
                number=centre.number, n=effect.losing_access, series=effect.series.name)))
        elif associate is None:
            difference.add("warnings", (line, Sentence(
                "%(number)s keeps the delay (%(n)s minutes) and the contact of its Associate in %(series)s.",
                number=centre.number, n=effect.keeps_delay, series=effect.series.name)))


def _own(row):
    return {mine: row[theirs] for theirs, mine in OWN.items()}
