"""What the board corrects about a centre."""
from models.contacts import problem_with, too_long
from models.database import Refused, Sentence, database
from models.places import PLACES
from models.rules.languages import LANGUAGES
from models.tables import audit
from models.tables.exams import Centre

CORRECTED = ("name", "country", "time_zone", "email", "language")
LONGEST = {"name": 200, "country": 80}  # characters, as a file may have them


def correct(centre, typed, by, now):
    """Store what was typed for CORRECTED. Raises `Refused`, by field. `language`: a code that the site speaks."""
    values = {name: " ".join(text.split()) for name, text in typed.items()}
    _check(values)
    with database.atomic():
        before = {name: getattr(centre, name) for name in CORRECTED}
        Centre.update(**values).where(Centre.id == centre.id).execute()
        audit.record(by, "changed a centre", now, centre=centre.number, changes=audit.differences(before, values))


def _check(values):
    refused = {name: too_long(most) for name, most in LONGEST.items() if len(values[name]) > most}
    if not values["name"]:
        refused["name"] = Sentence("Enter a name.")
    if values["time_zone"] not in PLACES:
        refused["time_zone"] = Sentence("Choose a time zone of the list.")
    if problem := problem_with("email", values["email"]):
        refused["email"] = problem
    if values["language"] not in LANGUAGES:
        refused["language"] = Sentence("Choose a language of the list.")
    if refused:
        raise Refused(**refused)
