"""The form of Subcentre Management as it comes back: what was typed, into which state of which rows.

Each row carries a hidden `was`: its number, version and 'Use defaults' as they were read, and what its controls
showed (nothing while they are read-only). Only what differs from that was typed, so a page that was open while
others worked gives back nothing that its reader did not touch.
"""
import json
from typing import NamedTuple

from models.database import Refused, Sentence
from models.rules.subcentre_rows import DEFAULTS_ROW, fields_of

TICKED = ("give_access", "uses_defaults")
UNREADABLE = Sentence("This page could not be read. Reload it and try again.")


class Typed(NamedTuple):
    """`by_row`: {number: {control: value}}; `read_at`: {number: (version, 'Use defaults')}; `rows`: those shown."""

    by_row: dict
    read_at: dict
    rows: list


def prefix(number):
    """What the names and ids of a row's controls begin with."""
    return number or "defaults"


def was(number, version, uses_defaults, shown):
    """The hidden value of a row; `shown`: what its controls show, in order, nothing when they are read-only."""
    return json.dumps([number, version, uses_defaults, *shown], ensure_ascii=False, separators=(",", ":"))


def read(form):
    """What was typed into the page. Raises `Refused` for a form that is none of ours."""
    typed, read_at, rows = {}, {}, []
    for text in form.getlist("was"):
        number, at, shown = _parsed(text)
        rows.append(number)
        changed = _differences(form, number, shown)
        if changed:
            typed[number], read_at[number] = changed, at
    return Typed(typed, read_at, [number for number in rows if number != DEFAULTS_ROW])


def read_row(form, number):
    """The same of one row alone; the other rows of the form are not looked at."""
    start = f'["{number}",'
    for text in form.getlist("was"):
        if text.startswith(start):
            number, at, shown = _parsed(text)
            return Typed({number: _differences(form, number, shown)}, {number: at}, [])
    given = {name: name in TICKED or form[_key(number, name)] for name in fields_of(number)
             if _key(number, name) in form}
    return Typed({number: given}, {}, [])


def shown_rows(form):
    """The numbers of the centres on the page."""
    return [number for number, *_ in map(_parsed, form.getlist("was")) if number != DEFAULTS_ROW]


def _parsed(text):
    try:
        number, version, uses_defaults, *shown = json.loads(text)
    except (ValueError, TypeError, RecursionError) as error:
        raise Refused(UNREADABLE) from error
    if not (isinstance(number, str) and type(version) is int and abs(version) < 2**31
            and isinstance(uses_defaults, bool)):
        raise Refused(UNREADABLE)
    return number, (version, uses_defaults), shown


def _differences(form, number, shown):
    changed = {}
    for name, old in zip(fields_of(number), shown, strict=False):
        key = _key(number, name)
        new = key in form if name in TICKED else form.get(key, old)
        if (new.strip() if isinstance(new, str) else new) != old:
            changed[name] = new
    return changed


def _key(number, name):
    return f"{prefix(number)}-{name}"
