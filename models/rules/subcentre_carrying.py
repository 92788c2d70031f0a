"""An earlier series' settings as a draft for another one: what an officer would have to type to have them again."""
from typing import NamedTuple

from models.delay import LONGEST, format_delay
from models.rules.subcentre_rows import CONTACT_FIELDS, DEFAULTS_FIELDS, DEFAULTS_ROW, ROW_FIELDS
from models.rules.subcentre_screen import Screen
from models.tables.exams import Centre, Series
from models.tables.subcentres import AttachedCentre, AttachedDefaults, AttachedDraft


class Carried(NamedTuple):
    """What `series` would bring to a Screen. `typed`: {row: {control: value}}; `changed`: centres that would stand
    otherwise; `unset`: numbers of centres without settings in it, which stay as they are; `too_long`: numbers of those
    whose delay is longer than is allowed now."""

    series: Series
    typed: dict
    changed: int
    unset: list
    too_long: list


def carried_from(screen, series):
    """The Carried of an earlier series. Three queries, however many centres there are."""
    earlier = Screen(screen.officer, screen.associate, series, screen.now)
    defaults = {name: getattr(earlier.defaults, name) for name in DEFAULTS_FIELDS
                if name not in CONTACT_FIELDS or earlier.defaults.contact.is_usable}
    rows = {} if earlier.defaults.uses_defaults else {
        number: dict(zip(ROW_FIELDS, controls, strict=True)) for number, *controls in _rows(screen.associate, series)}
    typed = {row: values | {"delay": format_delay(values["delay"])} for row, values in (
        (DEFAULTS_ROW, defaults), *rows.items())}
    return Carried(
        series, typed, len(screen.redrafted({
            row: AttachedDraft(row=row, typed=screen.typed(row) | typed.get(row, {}), version=screen.version(row),
                               used_defaults=screen.defaults.uses_defaults)
            for row in {**screen.drafts, **typed} if screen.is_there(row)}).changed),
        [] if earlier.defaults.uses_defaults else [number for number in screen.standings if number not in rows],
        [row for row, values in ((DEFAULTS_ROW, defaults), *rows.items()) if values["delay"] > LONGEST])


def set_in(associate):
    """The ids of the series for which an Associate has saved anything. A query."""
    return AttachedDefaults.select(AttachedDefaults.series).where(
        AttachedDefaults.associate == associate, AttachedDefaults.version > 0,
    ) | AttachedCentre.select(AttachedCentre.series).join(Centre).where(Centre.associate == associate)


def _rows(associate, series):
    """(number, *Controls) of the attached centres that have a row of their own in a series. One query."""
    return AttachedCentre.select(
        Centre.number, AttachedCentre.give_access, AttachedCentre.delay, AttachedCentre.contact_mode,
    ).join(Centre).where(AttachedCentre.series == series, Centre.associate == associate).order_by(
        Centre.number).tuples()
