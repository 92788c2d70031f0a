"""The rows and controls of Subcentre Management, and what is understood of what is typed into them."""
from dataclasses import dataclass, field

from models.contacts import problem_with
from models.database import Refused, Sentence
from models.delay import format_delay, parse_delay
from models.tables.subcentres import CENTRE_DEFINED, DEFAULT, Controls

DEFAULTS_ROW = ""  # stands for a centre's number where the default row is meant
ROW_FIELDS = ("give_access", "delay", "contact_mode")
CONTACT_FIELDS = ("contact_name", "contact_phone", "contact_email")
DEFAULTS_FIELDS = ("uses_defaults", *ROW_FIELDS, *CONTACT_FIELDS)


def fields_of(number):
    """The names of the controls in the row of this centre, '' for the default row."""
    return ROW_FIELDS if number else DEFAULTS_FIELDS


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


def propose(stored, typed):
    """A Proposal from the stored values and what was typed over some of them (text, or True/False)."""
    shown, meant, errors = {**stored, "delay": format_delay(stored["delay"])}, dict(stored), {}
    for name, value in typed.items():
        shown[name] = value
        try:
            meant[name] = _understood(name, value)
        except Refused as refusal:
            errors[name] = refusal.fields[name]
    return Proposal(shown, meant, errors)


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
    if problem := problem_with(name.removeprefix("contact_"), text):
        raise Refused(**{name: problem})
    return text
