"""Open series and what needs doing in them, in words, each need with the one act that ends it: for landing pages."""
from typing import NamedTuple

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from models.rules.needs import DORMANT, GENERATE, NO_SLIP, OUT_OF_DATE, UNPRINTABLE
from models.rules.standing import read_printed_releases
from models.rules.to_do import Line, Sitting
from models.tables.exams import Centre, Series
from views.languages import in_zone
from views.times import day, until


class Row(NamedTuple):
    """One need of one centre. `act`: the words of the link."""

    line: Line
    sitting: Sitting
    need: str
    reason: str
    act: str
    address: str


def rows_of(sittings, head):
    """[Row, …] of what the centres that `head` sees need, the worst first; of an Associate's only the worst of each."""
    rows = [((rank, place, -count, line.centre.number), Row(line, sitting, *said))
            for place, sitting in enumerate(sittings) for line in sitting.needy
            for rank, (count, *said) in enumerate(_needs(line, sitting.series, sitting.releases, head)) if count]
    found, worst = [row for _key, row in sorted(rows, key=lambda pair: pair[0])], {}
    for row in found:
        worst.setdefault(row.line.centre.id, row)
    return list(worst.values()) if head.is_associate else found


def needs_of(line, series, releases, head):
    """(count, need, reason, act, address) of everything that a centre needs, the worst first."""
    return [each for each in _needs(line, series, releases, head) if each[0]]


def _needs(line, series, releases, head):
    needs, code, number = line.needs, series.code, line.centre.number
    late = needs.late and needs.late == needs.generate
    dormant = needs.dormant and needs.dormant == needs.generate

    def at(endpoint, **more):
        return url_for(endpoint, number=number, code=code, **more)

    def slips(state):
        return at("credentials.index", state=state)

    yield (needs.generate,
           ngettext("%(num)s late entry has no slip", "%(num)s late entries have no slip", needs.late) if late else
           ngettext("%(num)s login rests", "%(num)s logins rest", needs.dormant) if dormant else
           ngettext("%(num)s candidate without credentials", "%(num)s candidates without credentials", needs.generate),
           _("entered since ALL Candidates was confirmed") if late else
           _("access was taken away and given again") if dormant else
           "" if needs.offered else _("the centre has access and has offered nothing yet"),
           ngettext("Make %(num)s slip", "Make %(num)s slips", needs.generate),
           slips(DORMANT if dormant else NO_SLIP if not needs.dormant else None) if needs.offered else
           url_for("to_do.index", number=head.number, code=code, need=GENERATE, q=number))
    yield (needs.covered if needs.lacks_contact else 0, _("Contact details are missing"),
           ngettext("%(num)s candidate would see only the centre’s name",
                    "%(num)s candidates would see only the centre’s name", needs.covered),
           _("Add contact"), at("status.status"))
    yield (needs.out_of_date,
           ngettext("%(num)s slip is out of date", "%(num)s slips are out of date", needs.out_of_date),
           needs.out_of_date and _untrue(line, releases),
           ngettext("Reissue %(num)s slip", "Reissue %(num)s slips", needs.out_of_date), slips(OUT_OF_DATE))
    yield (needs.entered,
           ngettext("%(num)s candidate entered since you selected", "%(num)s candidates entered since you selected",
                    needs.entered),
           _("not included yet"), _("Edit status"), at("status.status"))
    yield (needs.unprintable,
           ngettext("%(num)s slip cannot be printed as written", "%(num)s slips cannot be printed as written",
                    needs.unprintable),
           _("no font here has every letter of the name"),
           ngettext("See %(num)s slip", "See %(num)s slips", needs.unprintable), slips(UNPRINTABLE))
    yield (needs.missed,
           ngettext("%(num)s candidate has not signed in", "%(num)s candidates have not signed in", needs.missed),
           _("results are out for them"), _("See who"), slips("not-signed-in"))


def _untrue(line, releases):
    """What the first slip that is out of date prints, and what is true."""
    group = line.out_of_date(releases)
    zone, printed = read_printed_releases(group.releases)
    there, true = read_printed_releases(line.standing.printed_releases(group.qualifications, releases))
    for name, at in true.items():
        if name not in printed or (printed[name], zone) != (at, there):
            old = printed.get(name)
            return _("%(name)s: they print %(old)s; true is %(new)s", name=name,
                     old=in_zone(old, zone) if old else _("no time"),
                     new=in_zone(at, there) if at else _("to be announced"))
    if group.contact != line.standing.printed_contact():
        return _("they print a contact that is no longer true")
    return _("they print a name or an entry that is no longer true")


def series_line(sitting, zone, now):
    """What a landing page says of one open series, as values for its table. `zone`: the reader's."""
    ahead = sitting.instants(lambda release: release.released_at > now)
    out = sitting.instants(lambda release: release.released_at <= now)
    held = sorted((release.held_at, release.qualification) for release in sitting.releases.values() if release.held_at)
    closes, living = sitting.series.closes_at, sitting.total("living")
    return {
        "series": sitting.series, "at": ahead[0][0] if ahead else None,
        "names": ", ".join(ahead[0][1]) if ahead else "",
        "until": until(ahead[0][0], zone, now) if ahead else "",
        "then": [_("%(names)s on %(day)s", names=", ".join(names), day=day(at, zone)) for at, names in ahead[1:]],
        "out_since": day(out[-1][0], zone, "EEE d MMM y") if out else "",
        "held": [_("%(name)s, by the board, since %(day)s", name=name, day=day(at, zone)) for at, name in held],
        "centres": len(sitting.lines), "reached": sitting.reached, "covered": sitting.total("covered"),
        "signed_in": sitting.total("signed_in") if out else None,
        "signs_in_from": day(ahead[0][0], zone, "d MMMM") if ahead else "",
        "living": living, "needy": len(sitting.needy), "out_of_date": sitting.total("out_of_date"),
        "closes": closes and _("closes %(day)s, %(until)s", day=day(closes, zone), until=until(closes, zone, now)),
        "scope": sitting.lines[0].standing.offer.scope if len(sitting.lines) == 1 else "",
    }


def soonest(sittings, now):
    """The Sitting of which something comes out next, else the first; None without any."""
    ahead = [(at, place) for place, one in enumerate(sittings)
             for at, _names in one.instants(lambda release: release.released_at > now)]
    return sittings[min(ahead)[1] if ahead else 0] if sittings else None


class Head(NamedTuple):
    """An Associate or a centre without one, in one series. `needy` of its `centres` need something."""

    centre: Centre
    series: Series
    centres: int
    needy: int
    needs: str


def heads_of(sittings, centres):
    """[Head, …] of those where something needs doing, the one with most candidates without credentials first."""
    by_id, found = {centre.id: centre for centre in centres}, {}
    for one in sittings:
        for line in one.lines:
            head = by_id[line.centre.associate_id or line.centre.id]
            found.setdefault((one.series.id, head.id), (one.series, head, []))[2].append(line.needs)
    worst = []
    for series, head, lines in found.values():
        lacking, stale, missed = (sum(getattr(needs, name) for needs in lines)
                                  for name in ("generate", "out_of_date", "missed"))
        if needy := sum(needs.is_something for needs in lines):
            said = [ngettext("%(num)s candidate without credentials", "%(num)s candidates without credentials",
                             lacking)] * bool(lacking)
            said += [ngettext("%(num)s slip out of date", "%(num)s slips out of date", stale)] * bool(stale)
            said += [ngettext("%(num)s candidate has not signed in", "%(num)s candidates have not signed in",
                              missed)] * bool(missed)
            worst.append(((-lacking, -stale, -needy, head.number), Head(
                head, series, len(lines), needy, ", ".join(said))))
    return [head for _rank, head in sorted(worst, key=lambda pair: pair[0])]


def quiet_until(sittings, zone, now):
    """The day of the next release of these series, '' where nothing is to come out."""
    ahead = [release.released_at for sitting in sittings for release in sitting.releases.values()
             if release.released_at > now]
    return day(min(ahead), zone, "EEE d MMMM") if ahead else ""
