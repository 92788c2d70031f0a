"""What would follow, in words: one line a distinct release instant, in the local time of the centre."""
from typing import NamedTuple

from flask_babel import gettext as _
from flask_babel import ngettext

from documents import words
from models.rules.needs import GENERATE
from models.rules.subcentre_rows import ROW_FIELDS
from views.controls import control, mode_in_words
from views.languages import in_zone


class Effect(NamedTuple):
    """One thing that follows. `kind`: '', 'warn' or 'bad'; `at`: its instant in ISO 8601, if it has one."""

    text: str
    kind: str = ""
    at: str = ""


def follows(row):
    """[Effect, …] of one centre: what is so, or would be after Save."""
    so, effects = row.consequences, []
    if not so.access:
        effects.append(Effect(_("No access")))
    if so.losing_access:
        effects.append(Effect(ngettext("%(num)s candidate loses access at once",
                                       "%(num)s candidates lose access at once", so.losing_access), "bad"))
    if so.access:
        effects += _releases(row.after, so.releases)
        effects += _work(so, row.stands_otherwise)
        if not row.after.uses_default_contact and not row.after.offer.contact.is_usable:
            effects.append(Effect(_("No contact of its own yet"), "warn"))
    if row.stands_otherwise:
        effects.append(Effect(_("In force now: %(controls)s", controls=controls_in_words(row.before.controls))))
    return effects


def totals(so):
    """[Effect, …] of the whole draft, but for the number of centres."""
    return [effect for count, effect in (
        (so.losing_access, Effect(ngettext(
            "%(num)s candidate loses access at once", "%(num)s candidates lose access at once",
            so.losing_access), "bad")),
        (so.out_of_date, Effect(ngettext(
            "%(num)s slip will be out of date", "%(num)s slips will be out of date", so.out_of_date), "warn")),
        (so.needy_centres, Effect(ngettext(
            "%(num)s centre needs credentials", "%(num)s centres need credentials", so.needy_centres), "warn")),
        (so.hidden_again, Effect(_hidden(so.hidden_again), "bad")),
    ) if count]


def centres_changed(count):
    return ngettext("%(num)s centre changed", "%(num)s centres changed", count)


def needed(need, count, where):
    """(what so many candidates of these centres need now, the press for it). `need`: GENERATE or REISSUE."""
    if need == GENERATE:
        return (ngettext("%(num)s candidate of %(where)s needs credentials.",
                         "%(num)s candidates of %(where)s need credentials.", count, where=where),
                _("Generate for %(where)s", where=where))
    return (ngettext("%(num)s slip of %(where)s is out of date.", "%(num)s slips of %(where)s are out of date.", count,
                     where=where), _("Reissue for %(where)s", where=where))


def controls_in_words(controls):
    """'access, 24 h delay, Default'."""
    return ", ".join((
        _("access") if controls.give_access else _("no access"),
        _("%(delay)s delay", delay=words.delay(controls.delay)) if controls.delay else _("no delay"),
        mode_in_words(controls.contact_mode)))


def shared_words():
    """The texts that every row of the table has."""
    return {"mark": _("Mark"), "default": _("Default"), "centre": _("Centre defined"),
            **{name: control(name) for name in ("uses_defaults", *ROW_FIELDS)}}


def _releases(standing, releases):
    several = len(releases) > 1
    for instant, names in releases:
        said = in_zone(instant, standing.centre.time_zone) if instant else _("to be announced")
        if standing.delay:
            said = f"+{words.delay(standing.delay)} → {said}"
        if several:
            said = f"{', '.join(names)}: {said}"
        yield Effect(said, at=instant.isoformat() if instant else "")
    if standing.delay:
        decides = _("Your delay decides") if standing.deciding == "associate" else _("The centre’s own delay decides")
        yield Effect(decides)


def _work(so, is_changed):
    if so.out_of_date:
        count = so.out_of_date
        yield Effect(ngettext("%(num)s slip will be out of date", "%(num)s slips will be out of date", count)
                   if is_changed else
                   ngettext("%(num)s slip is out of date", "%(num)s slips are out of date", count), "warn")
    if so.needing_credentials:
        yield Effect(ngettext("Needs credentials: %(num)s candidate", "Needs credentials: %(num)s candidates",
                            so.needing_credentials), "warn")
    if so.hidden_again:
        yield Effect(_hidden(so.hidden_again), "bad")


def _hidden(count):
    return ngettext("Results hidden again from %(num)s candidate", "Results hidden again from %(num)s candidates",
                    count)
