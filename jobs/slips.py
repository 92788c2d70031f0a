"""Jobs that give candidates their logins: ordered by one verb each, carried out one centre after the other."""
from datetime import UTC, datetime

from documents.papers import contact_lines
from documents.text import Unprintable, checked
from jobs.running import kind
from models.acts import issuing
from models.database import Overtaken, Refused, Sentence, database
from models.rules.needs import CONFIRM, DORMANT, GENERATE, NEW_PASSWORD, REISSUE, concerned
from models.rules.standing import standing_of
from models.tables import audit
from models.tables.exams import Centre
from models.tables.jobs import QUEUED, RUNNING, Job
from models.tables.offers import ALL, NONE

IN_REQUEST = 200  # so many passwords are hashed while the officer waits: about a tenth of a second
NOTHING = Sentence("None of these candidates needs that.")
DONE = {GENERATE: "generated credentials", REISSUE: "reissued slips", NEW_PASSWORD: "gave new passwords"}


def order(officer, series, centres, what, now, *, candidates=None, anew_dormant=False, home=None, slips=0):
    """Store the Job that makes credentials and a batch of slips for each of these centres, in a transaction.

    `what`: needs.CONFIRM (everybody covered), GENERATE (who has no living login; a centre that has offered
    nothing yet offers ALL, D14), REISSUE (out-of-date slips) or NEW_PASSWORD; `candidates`: those who are meant,
    where not all of them are; `anew_dormant`: logins that rest are made anew instead of going on (D6); `slips`: how
    many there will be, as far as is known, for the progress bar. All but CONFIRM, which `confirm` records, are
    an act of their own in the audit trail. Raises `Refused` for a series that is closed.
    """
    issuing.refuse_closed(series, now)
    home = home or centres[0]
    ids = None if candidates is None else [candidate.id for candidate in candidates]
    with database.atomic():
        job = Job.create(
            kind="slips", officer=officer, centre=home, series=series, created_at=now, total=slips or len(centres),
            wanted={"centres": [centre.number for centre in centres], "what": what, "by": str(officer),
                    "candidates": ids, "anew_dormant": anew_dormant})
        if what != CONFIRM:
            numbers = " ".join(candidate.number for candidate in candidates or ())
            audit.record(officer, DONE[what], now, centre=home.number, series=series.code, subject=numbers,
                         changes=[("candidates", "", numbers)] if candidates is not None else
                         [(centre.number, what, "", "ordered") for centre in centres])
    return job


def under_way(home, series, what):
    """The Job of the same act from the same centre that has not ended yet, or None: pressed twice is once."""
    waiting = Job.select().where(Job.centre == home, Job.series == series, Job.kind == "slips",
                                 Job.state.in_((QUEUED, RUNNING)))
    return next((job for job in waiting if job.wanted["what"] == what and job.wanted["candidates"] is None), None)


def confirm(standing_before, officer, now, *, scope, anew_dormant=False, **choice):
    """'Confirm': store the choice of `issuing.save_offer` and order the credentials that follow from it.

    Gives the Job and how many passwords it has to hash; (None, 0) for NO candidates. Raises `Refused`, by control,
    and `Overtaken`.
    """
    centre, series = standing_before.centre, standing_before.series
    if not standing_before.has_access:
        raise Refused(scope=Sentence("Your Associate has not given your centre access to this service."))
    job, hashed = None, 0
    with database.atomic():
        changes = issuing.save_offer(standing_before.offer, by=officer, now=now, scope=scope,
                                     asks_contact=not standing_before.uses_default_contact, **choice)
        if scope != NONE:
            covered = concerned(standing_of(centre, series), CONFIRM)
            if not covered:
                raise Refused(scope=Sentence(
                    "None of your candidates has a valid entry in this series, so there is nobody to offer it to."))
            job = order(officer, series, [centre], CONFIRM, now, anew_dormant=anew_dormant, slips=len(covered))
            hashed = sum(candidate.login is None or (anew_dormant and candidate.state == DORMANT)
                         for candidate in covered)
        audit.record(officer, "confirmed candidate results", now, centre=centre.number, series=series.code,
                     changes=changes)
    return job, hashed


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
    what, standing = wanted["what"], standing_of(centre, series)
    offers_all = what == GENERATE and standing.offer.scope == NONE and standing.has_access
    if what == GENERATE and wanted["candidates"] is not None:
        what = CONFIRM  # also those whom a colleague gave a login meanwhile: the paper prints that one
    chosen = concerned(standing, what, wanted["candidates"], as_all=offers_all)
    if not chosen and what != CONFIRM:
        raise Refused(NOTHING)
    anew = {candidate.id for candidate in chosen
            if what == NEW_PASSWORD or (wanted["anew_dormant"] and candidate.state == DORMANT)}
    refuse_unprintable_contact(standing)
    behind = work.job.result.get("slips", 0)
    planned = issuing.plan(centre, series, chosen, anew=anew,
                           progress=lambda done: work.progress(min(behind + done, work.job.total)))
    now = datetime.now(UTC)
    with database.atomic():
        if offers_all:
            _offer_all(standing, wanted["by"], now)
        batch = issuing.store(planned, centre, series, kind=wanted["what"], by=wanted["by"], now=now)
        _mark(work, centre.number, batches=[batch.public_id], slips=len(chosen))


def _offer_all(standing, by, now):
    """D14: whoever generates for a centre that has offered nothing yet offers ALL, as an act of their own."""
    changes = issuing.save_offer(standing.offer, by=by, now=now, scope=ALL, terms=True, version=standing.offer.version,
                                 delay=standing.offer.delay, asks_contact=False)
    audit.record(by, "offered the service to ALL", now, centre=standing.centre.number, series=standing.series.code,
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


def refuse_unprintable_contact(standing):
    """Raises `Refused` where the contact to be printed cannot be: an Associate's is for many centres."""
    for text in contact_lines(standing.printed_contact(), standing.centre, "en"):
        try:
            checked(text)
        except Unprintable:
            raise Refused(Sentence(
                "The contact “%(contact)s” cannot be printed on a slip, so nothing was made. Use ordinary characters, "
                "at most 160.", contact=text[:160])) from None
