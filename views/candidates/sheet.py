"""What the candidates' pages say of a sheet of results, as finished values for their templates."""
from datetime import timedelta
from zoneinfo import ZoneInfo

from documents import words
from documents.languages import counted
from models.rules import grades
from models.rules.candidate_sheet import CHANGED, HELD, NEW, OUT, UNANNOUNCED, WAITING
from models.rules.languages import LANGUAGES
from models.signing import signer
from views.candidates.next_steps import next_steps, review_before

PAGES_A_SECOND = 500  # that open pages may ask for together at a release
SHORTEST, LONGEST = 5, 120  # seconds over which they are spread
HEARD_OF = LONGEST + 60  # seconds: an open page whose turn has not come asks again within a minute
SINCE = {NEW: ("%(num)d new result", "%(num)d new results"),
         CHANGED: ("%(num)d result has changed since you last looked",
                   "%(num)d results have changed since you last looked")}
ASK_AGAIN = 300  # seconds after which a waiting page looks whether its time has changed


def sheet_values(sheet, now, language, here=None):
    """What templates/candidates/_sheet.html needs of a `candidate_sheet.Sheet`; the preview uses it too.

    `here`: epoch seconds of a sign-in that is answered with it.
    """
    shown = [award for part in sheet.in_state(OUT) for award in part.awards]
    return {
        "sheet": sheet,
        "series_name": words.series(sheet.series_name, language),
        "state": _state(sheet),
        "waits": _waits(sheet, language),
        "held": [part.qualification for part in sheet.in_state(HELD)],
        "unannounced": [part.qualification for part in sheet.in_state(UNANNOUNCED)],
        "out": [(part.qualification, [_line(award, part, sheet, language) for award in part.awards])
                for part in sheet.in_state(OUT)],
        "since": [counted(language, *forms, count) for kind, forms in SINCE.items()
                  if (count := sheet.since_last_look(kind))],
        "entries": [(part.qualification, part.awards) for part in sheet.in_state(HELD, UNANNOUNCED, WAITING)
                    if part.awards],
        "uniform_mark": grades.UNIFORM_MARK if any(award.pum is not None for award in shown) else None,
        "review_before": review_before(sheet, now, language) if shown else "",
        "next_steps": next_steps(sheet, now, language) if shown else None,
        "changed": sheet.changed_at and instant(sheet.changed_at, sheet.time_zone, language),
        "countdown": _countdown(sheet, now, language),
        "ask_again": ASK_AGAIN,
        "is_sample": False,
        "signs": signer.certified is not None,
        "here": here,
    }


def just_out(sheet, now):
    """The qualifications that came out so shortly before that an open page hears of it only now."""
    return [part.qualification for part in sheet.in_state(OUT) if (now - part.visible_at).total_seconds() < HEARD_OF]


def _state(sheet):
    """'all' or 'some' of the results are out, or 'none'; 'held' where the board holds the rest back."""
    states = {part.state for part in sheet.parts}
    if OUT in states:
        return "all" if states == {OUT} else "some"
    return "held" if states == {HELD} else "none"


def _waits(sheet, language):
    """(qualifications, instant in the centre's zone, in UTC, minutes between the two, how an instant is written) a
    distinct release to come."""
    zone, spoken = ZoneInfo(sheet.time_zone), LANGUAGES[language]
    return [(spoken.comma.join(names), instant(at, sheet.time_zone, language), instant(at, "UTC", language),
             at.astimezone(zone).utcoffset() // timedelta(minutes=1), spoken.long) for at, names in sheet.to_come()]


def _line(award, part, sheet, language):
    """(award, grades as printed, NEW or CHANGED or None, whether since its owner last looked, when, what the words
    among its grades mean)."""
    printed = grades.award(award.grade, award.second_grade) if award.grade else ()
    kind, at = sheet.news_of(award, part)
    is_since = at is not None and sheet.is_since_last_look(part, at)
    meaning = grades.explained(award.grade, award.second_grade)
    return award, printed, kind, is_since, at and instant(at, sheet.time_zone, language), meaning


def _countdown(sheet, now, language):
    """{until, now: epoch seconds; spread: seconds; days, hours, minutes, seconds left; ten, one: said then} or None.

    Asked together, thousands of open pages would stop the service at the release: the more sessions there
    are, the longer they are spread over.
    """
    if sheet.next_at is None:
        return None
    left = int((sheet.next_at - now).total_seconds())
    days, left_of_day = divmod(left, 86400)
    hours, left_of_hour = divmod(left_of_day, 3600)
    minutes, seconds = divmod(left_of_hour, 60)
    return {
        "until": int(sheet.next_at.timestamp()), "now": int(now.timestamp()),
        "spread": min(max(sheet.waiting // PAGES_A_SECOND, SHORTEST), LONGEST),
        "days": days, "hours": hours, "minutes": minutes, "seconds": seconds,
        **{name: counted(language, "%(num)d minute left", "%(num)d minutes left", number)
           for name, number in (("ten", 10), ("one", 1))},
    }


def instant(moment, zone, language):
    """(ISO 8601 in UTC, 'Tuesday 11 August 2026, 10:00', 'Pakistan Time', '' or which midnight it is)."""
    return (moment.isoformat(), words.long(moment, zone, language), words.clock(zone, language),
            words.midnight(moment, zone, language))
