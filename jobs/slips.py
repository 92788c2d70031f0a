"""Jobs that give candidates their logins, and the slips that print them."""
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from documents.pages import translation
from documents.slips import Layout, Slip, unprintable, write_slips
from documents.slips import Refused as NotPrintable
from documents.text import checked
from jobs.running import kind
from models import audit, issuing, passwords
from models.consequences import DORMANT, LIVING
from models.database import Overtaken, Refused, Sentence, database
from models.delay import format_delay
from models.exams import Centre
from models.jobs import Job
from models.offers import ALL, NONE
from models.rules import read_printed_contact, read_printed_releases, releases_of, standing

IN_REQUEST = 200  # so many passwords are hashed while the officer waits: about a tenth of a second
LOGIN_COLUMNS = ("centre_number", "candidate_number", "candidate_name", "username", "password")


def order(officer, series, centres, what, now, *, candidates=None, anew_dormant=False, home=None, slips=0):
    """Store the Job that makes credentials and a batch of slips for each of these centres.

    `what`: issuing.CONFIRM (everybody covered), GENERATE (who has no living login; a centre that has offered
    nothing yet offers ALL, D14), REISSUE (out-of-date slips) or NEW_PASSWORD; `candidates`: ids, where not
    all of those are meant; `anew_dormant`: logins that rest are made anew instead of going on (D6); `slips`: how
    many there will be, as far as is known, for the progress bar.
    """
    return Job.create(
        kind="slips", officer=officer, centre=home or centres[0],
        series=series, created_at=now, total=slips or len(centres),
        wanted={"centres": [centre.number for centre in centres], "what": what, "by": str(officer),
                "candidates": candidates, "anew_dormant": anew_dormant})


@kind("slips")
def make(work):
    """One centre after the other, each with its effect and its mark in one transaction."""
    wanted = work.job.wanted
    pending = [number for number in wanted["centres"] if number not in work.job.result.get("finished", [])]
    while pending:
        try:
            _make_one(work, Centre.get(Centre.number == pending[0]))
        except Overtaken:
            continue  # the centre itself confirmed meanwhile: plan on what it offers now
        except Refused as refused:
            if len(wanted["centres"]) == 1:
                raise
            with database.atomic():
                _mark(work, pending[0], refused={pending[0]: str(refused)})
        pending.pop(0)


def _make_one(work, centre):
    """Hash outside of any transaction, then store everything in one. Raises `Refused` and `Overtaken`."""
    wanted, series, home = work.job.wanted, work.job.series, work.job.centre
    if home.id not in (centre.id, centre.associate_id):
        raise Refused(Sentence("%(number)s is not attached to %(home)s any more.",
                               number=centre.number, home=home.number))
    what, stands = wanted["what"], standing(centre, series)
    offers_all = what == issuing.GENERATE and stands.offer.scope == NONE and stands.has_access
    if what == issuing.GENERATE and wanted["candidates"] is not None:
        what = issuing.CONFIRM  # also those whom a colleague gave a login meanwhile: the paper prints that one
    chosen = chosen_of(stands, what, wanted["candidates"], as_all=offers_all)
    if not chosen and what != issuing.CONFIRM:
        raise Refused(Sentence("None of these candidates needs that."))
    anew = {candidate.id for candidate in chosen
            if what == issuing.NEW_PASSWORD or (wanted["anew_dormant"] and candidate.state == DORMANT)}
    refuse_unprintable(chosen)
    refuse_unprintable_contact(stands)
    behind = work.job.result.get("slips", 0)
    planned = issuing.plan(centre, series, chosen, anew=anew,
                           progress=lambda done: work.progress(min(behind + done, work.job.total)))
    now = datetime.now(UTC)
    with database.atomic():
        if offers_all:
            _offer_all(stands, wanted["by"], now)
        batch = issuing.store(planned, centre, series, kind=wanted["what"], by=wanted["by"], now=now)
        _mark(work, centre.number, batches=[batch.public_id], slips=len(chosen))


def _offer_all(stands, by, now):
    """D14: whoever generates for a centre that has offered nothing yet offers ALL, as an act of their own."""
    changes = issuing.save_offer(stands.offer, by=by, now=now, scope=ALL, terms=True, version=stands.offer.version,
                                 delay=stands.offer.delay, asks_contact=False)
    audit.record(by, "offered the service to ALL", now, centre=stands.centre.number, series=stands.series.code,
                 changes=changes)


def _mark(work, number, batches=(), refused=(), slips=0):
    """This centre is behind us, and with the last one the job: in the transaction of the effect."""
    before = work.job.result
    result = {"finished": [*before.get("finished", []), number],
              "batches": [*before.get("batches", []), *batches],
              "refused": {**before.get("refused", {}), **dict(refused)},
              "slips": before.get("slips", 0) + slips}
    if len(result["finished"]) == len(work.job.wanted["centres"]):
        work.finish(result)
    else:
        work.keep(result, min(result["slips"], work.job.total))


def chosen_of(stands, what, ids=None, as_all=False):
    """The covered candidates of a Standing whom this act concerns, only those with these ids if given.

    `as_all`: as if the centre offered the service to ALL.
    """
    every = list(issuing.covered(stands.centre, stands.series, as_all))
    if ids is not None:
        wanted = set(ids)
        every = [candidate for candidate in every if candidate.id in wanted]
    if what == issuing.GENERATE:
        return [candidate for candidate in every if candidate.state != LIVING]
    if what == issuing.REISSUE:
        releases = releases_of(stands.series)
        return [candidate for candidate in every
                if candidate.state == LIVING and (ids is not None or is_out_of_date(candidate, stands, releases))]
    return every


def is_out_of_date(candidate, stands, releases):
    """Whether the living slip of a candidate (from `issuing.covered`) prints what is not true any more."""
    slip = candidate.login.slip
    return (slip.name != candidate.name or slip.contact != stands.printed_contact()
            or slip.releases != stands.printed_releases(candidate.qualifications, releases))


def refuse_unprintable(candidates):
    """Raises `Refused` naming the candidates whose name no font of the slips can print."""
    wrong = [(candidate, characters) for candidate in candidates if (characters := unprintable(candidate.name))]
    if wrong:
        raise Refused(Sentence(
            "These names cannot be printed, so nothing was made: %(names)s. Ask the board to correct the entry.",
            names="; ".join(f"{candidate.number} {candidate.name} ({' '.join(characters)})"
                            for candidate, characters in wrong[:10])))


def refuse_unprintable_contact(stands):
    """Raises `Refused` where the contact to be printed cannot be: an Associate's is for many centres."""
    for text in contact_lines(stands.printed_contact(), stands.centre, "en"):
        try:
            checked(text)
        except NotPrintable:
            raise Refused(Sentence(
                "The contact “%(contact)s” cannot be printed on a slip, so nothing was made. Use ordinary characters, "
                "at most 160.", contact=text[:160])) from None


# --- from rows to paper ------------------------------------------------------------------------------------


def write_batch(batch, out, layout, *, by_name=False, password=None):
    """Make a batch's PDF again from its recipe; gives the number of pages. Raises `Refused` and `MissingKey`."""
    pairs = list(issuing.slips_of(batch))
    if by_name:
        pairs.sort(key=lambda pair: (pair[0].name.casefold(), pair[0].candidate.number))
    with printing():
        return write_slips((paper(slip, secret, batch, layout.language) for slip, secret in pairs), out, layout,
                           password=password)


@contextmanager
def printing():
    """What the paper refuses is refused in the portal's way."""
    try:
        yield
    except NotPrintable as refusal:
        raise Refused(Sentence(str(refusal))) from None


def login_rows(pairs, centre, dead=""):
    """A row of LOGIN_COLUMNS for each (slip, password); `dead`: what stands for the password of a dead login."""
    for slip, secret in pairs:
        yield (centre.number, slip.candidate.number, slip.name, slip.candidate.login.username,
               passwords.grouped(secret) if secret else dead)


def layout_of(settings, language, made_at, **options):
    """A Layout with the board's name, the site's address and the time of making from the settings."""
    url = settings["SITE_ADDRESS"]
    return Layout(
        language=language, board_name=settings["BOARD_NAME"], site_url=url,
        site_address=url.split("://")[-1].rstrip("/"), printed_at=made_at,
        printed_text=_moment(made_at, "UTC", language) + " UTC",
        templates=Path(settings["SLIP_TEMPLATES"]) if settings["SLIP_TEMPLATES"] else None,
        logo=Path(settings["SLIP_LOGO"]) if settings["SLIP_LOGO"] else None, **options)


def paper(slip, secret, place, language):
    """What one slip prints, as `documents` takes it; `secret` is None for a login that has died.

    `place`: a SlipBatch or Standing, of which the centre and series are printed.
    """
    centre, candidate = place.centre, slip.candidate
    return Slip(
        centre_number=centre.number, centre_name=centre.name, candidate_number=candidate.number,
        candidate_name=slip.name, series=place.series.name, username=candidate.login.username,
        password=passwords.grouped(secret) if secret else "", dead=secret is None,
        releases=release_lines(slip.releases, slip.delay, language),
        contact=contact_lines(slip.contact, centre, language), generation=slip.generation)


def release_lines(printed, delay, language):
    """((qualifications, words), …) from a slip's canonical release times, one line an instant."""
    zone, instants = read_printed_releases(printed)
    by_instant = {}
    for name, instant in instants.items():
        by_instant.setdefault(instant, []).append(name)
    lines = []
    for instant, names in sorted(by_instant.items(), key=lambda item: (item[0] is None, item[0])):
        told = translation(language, "to be announced")
        if instant:
            told = f"{_moment(instant, zone, language)} ({zone})"
            if delay:
                told += ", " + translation(language, "%(delay)s after the board’s release") % {
                    "delay": format_delay(delay)}
        lines.append((", ".join(names), told))
    return tuple(lines)


def contact_lines(printed, centre, language):
    contact = read_printed_contact(printed)
    name = contact.name or f"{translation(language, 'Exams officer')}, {centre.name}"
    return tuple(filter(None, (name, contact.phone, contact.email)))


def _moment(instant, zone, language):
    return format_datetime(instant.astimezone(ZoneInfo(zone)), "EEE d MMM y, HH:mm", locale=language)
