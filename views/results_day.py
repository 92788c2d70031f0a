"""What 'Results day' says, of a centre, an Associate's circle or the whole series: figures, lists, what is wrong."""
import re
import secrets
from functools import partial
from zoneinfo import ZoneInfo

from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from peewee import fn

from documents import words
from models.rules import fitness, today
from models.rules.standing import releases_of
from models.tables.exams import in_order
from models.tables.jobs import FAILED, QUEUED, Job
from views.languages import in_zone
from views.paging import page_of
from views.times import day as day_of
from views.times import lately, until

A_PAGE, A_FEW = 50, 8
SOON = 2  # who comes next is named, so many
SHORT = "EEE d MMM, HH:mm"
SAID = re.compile(r"(\d{1,9})-(\d{1,9})-(\d{1,12})", re.ASCII)
AT_MOST_EVERY = 60  # seconds, for what is read aloud


def day(series, within, jobs, zones, now, work, standing=None):
    """The values of slips/_today.html. `jobs`: a query, of those whose trouble concerns the reader, `work`: where it is
    told of them; `zones`: the reader's own and another one; `standing`: of the centre that calls its candidates, None
    for the board, which sees a line an Associate.
    """
    releases, refused = releases_of(series), today.refusals(series, within, now)
    lines = today.lines_of(series, within, releases, now, refused, by_associate=standing is None)
    counted = dict(jobs.select(Job.state, fn.COUNT(Job.id)).where((Job.state == QUEUED) | (
        Job.state == FAILED) & (Job.created_at >= now - today.A_DAY)).group_by(Job.state).tuples())
    every, troubles = request.args.get("refused") == "all", _troubles(counted, now)
    here = partial(url_for, request.endpoint, **request.view_args)
    some = page_of(lines, A_PAGE, request.endpoint, **request.view_args)
    return {
        "series": series, "asked": now.astimezone(ZoneInfo(zones[0])), "again": 17 + secrets.randbelow(7),
        "closed": series.is_closed(now), "held": _named(
            name for name, release in releases.items() if release.held_at and release.released_at <= now),
        "figures": _figures(lines, zones, now), "covered": sum(line.covered for line in lines),
        "due": sum(line.due for line in lines), "signed_in": sum(line.signed_in for line in lines),
        "lines": [(line, _there(line.next_at, line.time_zone, zones[0]) if line.next_at and not line.due else "")
                  for line in some.rows], "pages": some.addresses, "place": some.current,
        "refused": [(one, _hour(one.since, zones[0], now), one.replaced_at and lately(one.replaced_at, zones[0], now))
                    for one in (refused if every else refused[:A_FEW])], "all_refused": len(refused),
        "calls": [(call.state, ", ".join(call.waiting), in_zone(call.state.signed_in_at, zones[0]))
                  for call in (today.calls(standing, releases, now) if standing else ())],
        "troubles": troubles, "work": work, "waiting_jobs": counted.get(QUEUED, 0),
        "here": here(refused="all" if every else None, page=some.current if some.current > 1 else None),
        "all_here": here(refused="all"), **_news(len(refused), len(troubles), now),
    }


def _figures(lines, zones, now):
    """(what, figure, (n, of) or None, further lines) of each fact, the first the one that counts."""
    due, signed_in = sum(line.due for line in lines), sum(line.signed_in for line in lines)
    covered, waiting = sum(line.covered for line in lines), sum(line.waiting for line in lines)
    out = {name: min(line.instants[name] for line in lines if line.instants.get(name, now) < now)
           for name in {name for line in lines for name, at in line.instants.items() if at <= now}} if due else {}
    coming = sorted((line for line in lines if line.next_at), key=lambda line: line.next_at)
    found = []
    if out:
        newest = max(out.values())
        found.append((_named(name for name, at in out.items() if at == newest), until(newest, zones[0], now), None,
                      [_("since %(when)s", when=in_zone(newest, zones[0])), in_zone(newest, zones[1])]))
        more = ngettext("%(num)s more waits for the time", "%(num)s more wait for their time", waiting)
        found.append((_("Signed in"), _("%(n)s of %(all)s", n=signed_in, all=due), (signed_in, due),
                      [more] if waiting else []))
    if coming:
        soonest = coming[0]
        names = _named(name for line in lines for name, at in line.instants.items() if at == soonest.next_at)
        told = [in_zone(soonest.next_at, zone) for zone in zones]
        if len(lines) > 1:
            told[:1] = [f"{line.number}: {_there(line.next_at, line.time_zone, zones[0])}" for line in coming[:SOON]]
        found.append((_("Next: %(names)s", names=names) if names else _("Still to come"),
                      until(soonest.next_at, zones[0], now), None, told))
    if covered and not out:
        tried = sum(line.tried for line in lines)
        found.append((_("Logins tried"), _("%(n)s of %(all)s", n=tried, all=covered), (tried, covered),
                      [_("have signed in to see that it works")]))
    return found


def _named(names):
    return ", ".join(in_order(names))


def _there(instant, zone, own):
    """'Wed 6 Jan, 23:00 in Lima (Thu 09:00 for you)'."""
    there = _("%(time)s in %(place)s", time=day_of(instant, zone, SHORT), place=words.place(zone, "en"))
    days, here = [day_of(instant, one) for one in (zone, own)], day_of(instant, own, "HH:mm")
    if days[0] != days[1]:
        here = day_of(instant, own, "EEE HH:mm")
    elif here == day_of(instant, zone, "HH:mm"):
        return there
    return _("%(there)s (%(here)s for you)", there=there, here=here)


def _hour(start, zone, now):
    """'today, 06:00 to 07:00'."""
    return _("%(start)s to %(end)s", start=lately(start, zone, now), end=day_of(start + today.AN_HOUR, zone, "HH:mm"))


def _troubles(counted, now):
    """A sentence for each thing that somebody must look at. `counted`: {state: jobs that wait or failed lately}."""
    found = []
    if (waited := fitness.longest_waiting(now)) > fitness.LONGEST_WAIT:
        found.append(_("Work in the background has waited for %(minutes)s minutes: large files of slips are not made, "
                       "single slips and sign-ins go on.", minutes=waited // 60))
    if failed := counted.get(FAILED):
        found.append(ngettext("%(num)s piece of work failed in the last day.",
                              "%(num)s pieces of work failed in the last day.", failed))
    return found


def _news(refused, troubles, now):
    """`news`: what is new and worse than the open page has said, at most once a minute; `said`: what it has then."""
    known = SAID.fullmatch(request.args.get("said", ""))
    if not known:
        return {"news": "", "said": f"{refused}-{troubles}-0"}
    before_refused, before_troubles, at = map(int, known.groups())
    news = []
    if troubles > before_troubles:
        news.append(_("Something has gone wrong: see the top of the page."))
    if refused > before_refused:
        news.append(ngettext("%(num)s more refused sign-in.", "%(num)s more refused sign-ins.",
                             refused - before_refused))
    if news and now.timestamp() - at < AT_MOST_EVERY:
        return {"news": "", "said": known[0]}
    return {"news": " ".join(news), "said": f"{refused}-{troubles}-{int(now.timestamp()) if news else at}"}
