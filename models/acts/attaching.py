"""Attaching centres to an Associate and detaching them (D3, D15). Count first, then do it."""
from typing import NamedTuple

from models.database import database
from models.rules.needs import LIVING, groups
from models.rules.standing import standing_of
from models.tables import audit
from models.tables.exams import Candidate, Series, shown_series
from models.tables.slips import Credential
from models.tables.subcentres import AttachedCentre, AttachedDefaults, AttachedDraft


class Effect(NamedTuple):
    """What a move changes in one series. `losing_access`: candidates with a living login."""

    series: Series
    losing_access: int
    keeps_delay: int  # minutes, of a detached centre


def effects(centre, associate, now):
    """The Effects of attaching the centre to `associate`, or of detaching it (None), series by series."""
    return [_effect(centre, associate, series) for series in _running(centre, now)]


def move(centre, associate, by, now):
    """Attach the centre to `associate`, or detach it (None). Gives the Effects.

    Attached, it follows the defaults where they are used and has no access elsewhere: its logins rest until
    somebody generates. Detached, it keeps the delay and the contact of the series that are running.
    """
    with database.atomic():
        former = centre.associate
        moved = move_within(centre, associate, now)
        audit.record(by, "attached a centre" if associate else "detached a centre", now, centre=centre.number,
                     changes=[("associate", former.number if former else "", associate.number if associate else "")])
    return moved


def move_within(centre, associate, now):
    """`move` in the caller's transaction, as part of an act that is recorded as a whole. Gives the Effects."""
    moved = effects(centre, associate, now)
    before = {effect.series.id: standing_of(centre, effect.series) for effect in moved}
    former = centre.associate
    AttachedCentre.delete().where(AttachedCentre.centre == centre).execute()
    AttachedDraft.delete().where(AttachedDraft.associate == former, AttachedDraft.row == centre.number).execute()
    centre.associate = associate
    centre.save()
    for effect in moved:
        standing = before[effect.series.id]
        if associate is None and former is not None:
            AttachedCentre.create(
                centre=centre, series=effect.series, give_access=True, delay=standing.controls.delay,
                contact_mode=standing.controls.contact_mode, detached_from=former)
        elif standing.has_access and not standing_of(centre, effect.series).has_access:
            Credential.update(dormant_since=now).where(
                Credential.dormant_since.is_null(),
                Credential.candidate.in_(Candidate.select(Candidate.id).where(
                    Candidate.centre == centre, Candidate.series == effect.series))).execute()
    return moved


def _effect(centre, associate, series):
    standing = standing_of(centre, series)
    if associate is None:
        return Effect(series, 0, standing.controls.delay)
    gives = _would_give(associate, series)
    living = sum(group.count for group in groups(series, [centre.id])[centre.id] if group.login == LIVING)
    return Effect(series, living if standing.has_access and not gives else 0, 0)


def _would_give(associate, series):
    defaults = AttachedDefaults.get_or_none(
        AttachedDefaults.associate == associate, AttachedDefaults.series == series)
    return bool(defaults and defaults.uses_defaults and defaults.give_access)


def _running(centre, now):
    """The series, not closed, in which the centre has candidates or its Associate has decided for it."""
    entered = Candidate.select(Candidate.series).where(Candidate.centre == centre)
    decided = AttachedCentre.select(AttachedCentre.series).where(AttachedCentre.centre == centre)
    return list(shown_series().where(
        Series.id.in_(entered) | Series.id.in_(decided), Series.closes_at.is_null() | (Series.closes_at > now),
    ).order_by(Series.id))
