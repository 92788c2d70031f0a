"""The controls of Subcentre Management and their values, in words: on its own page and wherever a change is told."""
from flask_babel import gettext as _

from documents import words
from models.rules.subcentre_rows import CONTACT_FIELDS
from models.tables.subcentres import DEFAULT


def control(name):
    """The name of a control as its column or label has it."""
    return {"uses_defaults": _("Use defaults"), "give_access": _("Give access"),
            "delay": _("Candidate Results delay"), "contact_mode": _("Provide contact details"),
            "contact_name": _("Name"), "contact_phone": _("Telephone number"),
            "contact_email": _("E-mail address")}[name]


def mode_in_words(mode):
    return _("Default") if mode == DEFAULT else _("Centre defined")


def value(name, stored):
    """A stored value of a control (delays in minutes) in words."""
    if name == "delay":
        return words.delay(stored) or _("none")
    if name == "contact_mode":
        return mode_in_words(stored)
    if name in CONTACT_FIELDS:
        return stored or "–"
    return _("Yes") if stored else _("No")


def in_words(name, text):
    """A value as the audit trail keeps it: minutes as digits, 'yes' and 'no'."""
    if name == "delay":
        return value(name, int(text or 0))
    return value(name, text == "yes" if name in ("uses_defaults", "give_access") else text)
