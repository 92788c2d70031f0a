"""Forms as they come back: what was typed, by control, and the sentence that belongs beside each."""
from flask import request

from documents.slips import SHEETS
from models.database import Refused, Sentence
from views.hypermedia import say

MOST = 300  # characters of any text control; rules have their own limits


def typed_in(*names):
    """{control: text as it was sent}."""
    return {name: request.form.get(name, "")[:MOST] for name in names}


def refuse_empty(typed, **sentences):
    """Raises `Refused` with the sentence of each control that was left empty."""
    missing = {name: sentence for name, sentence in sentences.items() if not typed[name].strip()}
    if missing:
        raise Refused(**missing)


def refuse_different(typed):
    """Raises `Refused(again=…)` where a new password was not typed alike twice."""
    if typed["password"] != typed["again"]:
        raise Refused(again=Sentence("The two passwords differ."))


def errors_of(refusal, prefix=""):
    """{control: sentence in the reader's language} of a `Refused`; one that blames no control is raised on."""
    if not refusal.fields:
        raise refusal
    return {prefix + name: say(sentence) for name, sentence in refusal.fields.items()}


def series_choices(series):
    """What a choice of series offers: (code, name) of each."""
    return [(sitting.code, sitting.name) for sitting in series]


def sheet_choices():
    """(value, words) of each way in which slips lie on a sheet."""
    return [(str(number), say(sheet.name)) for number, sheet in SHEETS.items()]
