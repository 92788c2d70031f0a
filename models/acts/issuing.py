"""Confirm, generate, reissue, new password: how candidates come by their logins and slips.

Each verb first plans (hashing takes 0.45 ms a password, so outside any transaction) and then stores the plan
in one short transaction. Stored twice it has its effect once: a login is inserted only where none is, and
its generation is raised only from the one that was planned on.
"""
import secrets
from dataclasses import dataclass, field

from peewee import JOIN, Value, chunked, fn

from models import passwords
from models.contacts import Contact, problem_with
from models.database import Overtaken, Refused, Sentence, database
from models.rules.needs import LIVING, covered
from models.rules.standing import releases_of, standing_of
from models.tables import audit
from models.tables.exams import NO_VALID_ENTRY, Candidate, Series
from models.tables.offers import ALL, NONE, SELECTED, TERMS_VERSION, Offer, SelectedCandidate
from models.tables.slips import CandidateSession, Credential, FormerLogin, LastLayout, Slip, SlipBatch, username_of

NO_CONTACT = Contact()
KEPT_OF_A_LOGIN = (
    Credential.generation, Credential.salt, Credential.verifier, Credential.scheme, Credential.master_id,
    Credential.pepper_id, Credential.issued_at, Credential.slip, Credential.dormant_since,
    Credential.last_signed_in_at, Credential.looked_at)
LAYOUT = ("per_page", "paper", "language", "by_name", "cover", "sign_in_code")
A_STEP = 50  # candidates between two reports of progress


@dataclass
class Plan:
    """What a batch will hold. `new`: Credential rows to insert; `raised`: (credential, row) to replace."""

    candidates: list
    new: list = field(default_factory=list)
    raised: list = field(default_factory=list)


def refuse_closed(series, now):
    """Raises `Refused` where the service has ended: no login of the series opens anything any more (D10)."""
    if series.is_closed(now):
        raise Refused(Sentence("The service for %(series)s has ended: its candidates cannot sign in any more, so "
                               "nothing is made for them.", series=series.name))


def save_offer(offer, *, by, now, version, scope, selected=(), terms=False, contact=NO_CONTACT, delay=0,
               asks_contact=True):
    """Store the choice of 'Edit status'; `selected`: candidate ids, `delay`: minutes. No credentials yet.

    NO candidates asks nothing further. Call inside a transaction. Raises `Refused` (scope, selected, terms,
    contact_name, contact_phone, contact_email) and `Overtaken`. Gives the changes for the audit trail.
    """
    values = {"scope": scope}
    if scope not in (NONE, ALL, SELECTED):
        raise Refused(scope=Sentence("Choose NO candidates, ALL candidates or Selected candidates."))
    if scope != NONE:
        values |= _checked(by, now, terms, contact, delay, asks_contact)
    chosen = _chosen(offer, selected) if scope == SELECTED else []
    before = {name: getattr(offer, name) for name in values}
    Offer.insert(centre=offer.centre, series=offer.series).on_conflict_ignore().execute()
    stored = Offer.update({Offer.version: Offer.version + 1, Offer.confirmed_at: now,
                           **{getattr(Offer, name): value for name, value in values.items()}}).where(
        Offer.centre == offer.centre, Offer.series == offer.series, Offer.version == version).execute()
    if not stored:
        raise Overtaken
    changes = [(name, before[name], value) for name, value in values.items()
               if name not in ("terms_at", "terms_by")]
    if scope == SELECTED:
        row = Offer.get(Offer.centre == offer.centre, Offer.series == offer.series)
        was = SelectedCandidate.select().where(SelectedCandidate.offer == row).count()
        SelectedCandidate.delete().where(SelectedCandidate.offer == row).execute()
        for some in chunked(chosen, 1000):
            SelectedCandidate.insert_many(
                [(row.id, candidate_id) for candidate_id in some],
                fields=[SelectedCandidate.offer, SelectedCandidate.candidate]).execute()
        changes.append(("selected candidates", was, len(chosen)))
    return changes


def _checked(by, now, terms, contact, delay, asks_contact):
    refused = {}
    if not terms:
        refused["terms"] = Sentence("Tick the box to accept the terms and conditions.")
    if asks_contact:
        if not contact.name:
            refused["contact_name"] = Sentence("Enter the name of the contact at your Centre.")
        if not (contact.phone or contact.email):
            refused["contact_phone"] = Sentence("Enter a telephone number or an e-mail address.")
        for part, text in contact._asdict().items():
            if problem := problem_with(part, text):
                refused[f"contact_{part}"] = problem
    if refused:
        raise Refused(**refused)
    values = {"terms_version": TERMS_VERSION, "terms_by": str(by), "terms_at": now, "delay": delay}
    if asks_contact:
        values |= {f"contact_{name}": value for name, value in contact._asdict().items()}
    return values


def _chosen(offer, selected):
    chosen = [row[0] for row in Candidate.select(Candidate.id).where(
        Candidate.centre == offer.centre, Candidate.series == offer.series,
        Candidate.qualifications != "", Candidate.id.in_(list(selected))).order_by(Candidate.id).tuples()]
    if not chosen:
        raise Refused(selected=Sentence("Select at least one candidate, or choose NO candidates."))
    return chosen


def plan(centre, series, candidates, *, anew=frozenset(), progress=None):
    """Derive and hash what is missing for these candidates (from `needs.covered`).

    `anew`: ids of candidates who get a new password though they have one. `progress(done)` is called now and
    then. Raises `Refused` without a candidate and `passwords.MissingKey`.
    """
    if not candidates:
        raise Refused(NO_VALID_ENTRY)
    keys = passwords.keys
    master_id, pepper_id = keys.master_id, keys.pepper_id
    issue_key, pepper = keys.issue_key(series, master_id), keys.pepper(pepper_id)
    made = Plan(candidates)
    for done, candidate in enumerate(candidates, 1):
        had = candidate.login
        if had is None or not had.verifier or candidate.id in anew:
            generation, salt = (had.generation + 1 if had else 1), passwords.new_salt()
            password = passwords.derive(issue_key, centre.number, candidate.number, generation, salt)
            row = {"generation": generation, "salt": salt, "scheme": passwords.SCHEME,
                   "verifier": passwords.verifier(password, salt, pepper),
                   "master_id": master_id, "pepper_id": pepper_id}
            if had:
                made.raised.append((had, row))
            else:
                row |= {"candidate": candidate,
                        "username": username_of(centre.number, candidate.number, series)}
                made.new.append(row)
        if progress and done % A_STEP == 0:
            progress(done)
    return made


def store(made, centre, series, *, kind, by, now, options=None):
    """Store a Plan and the batch of slips that prints it, in the caller's transaction. Gives the SlipBatch.

    A login that somebody else made or raised meanwhile stands; the slip prints whichever is in the database.
    """
    for some in chunked(made.new, 500):
        Credential.insert_many([{**row, "issued_at": now} for row in some]).on_conflict_ignore().execute()
    for had, row in made.raised:
        Credential.update(**row, issued_at=now, dormant_since=None, slip=None, last_signed_in_at=None).where(
            Credential.id == had.id, Credential.generation == had.generation).execute()
    ids = [candidate.id for candidate in made.candidates]
    batch = SlipBatch.create(public_id=secrets.token_urlsafe(16), centre=centre, series=series, kind=kind,
                             made_by=str(by), made_at=now, options=options or {})
    standing, releases = standing_of(centre, series), releases_of(series)
    if not standing.has_access:
        raise Refused(Sentence("%(number)s has no access to the candidate results service.",
                               number=centre.number))
    contact = standing.printed_contact()
    for some in chunked(ids, 500):
        candidates = Candidate.select(Candidate, Credential).join(Credential, attr="login").where(
            Candidate.id.in_(some)).order_by(Candidate.id)
        Slip.insert_many(
            [(batch.id, c.id, c.login.generation, c.name,
              standing.printed_releases(c.qualifications, releases), contact, standing.delay)
             for c in candidates],
            fields=[Slip.batch, Slip.candidate, Slip.generation, Slip.name, Slip.releases, Slip.contact,
                    Slip.delay]).execute()
        Credential.update(slip=Slip.id, dormant_since=None).from_(Slip).where(
            Slip.batch == batch, Slip.candidate == Credential.candidate,
            Credential.candidate.in_(some)).execute()
    return batch


def issue(centre, series, *, kind, by, now):
    """Credentials for whoever is covered and has none, and a batch of all their slips, at once. Gives the SlipBatch.

    Raises `Refused` and `passwords.MissingKey`.
    """
    refuse_closed(series, now)
    planned = plan(centre, series, list(covered(centre, series)))
    with database.atomic():
        audit.record(by, "generated credentials", now, centre=centre.number, series=series.code)
        return store(planned, centre, series, kind=kind, by=by, now=now)


def end_logins(candidate_ids, now):
    """End the logins of candidate numbers that another person now has (D6), kept to be given back (D21)."""
    held = (Credential.select(Credential, Candidate).join(Candidate)
            .where(Credential.candidate.in_(list(candidate_ids)), Credential.verifier != ""))
    for credential in held:
        candidate = credential.candidate
        row = {field.name: field.db_value(credential.__data__[field.name]) for field in KEPT_OF_A_LOGIN}
        was_selected = SelectedCandidate.select().where(SelectedCandidate.candidate == candidate).exists()
        FormerLogin.insert(
            candidate=candidate, number=candidate.number, uci=candidate.uci, row=row, was_selected=was_selected,
        ).on_conflict(conflict_target=[FormerLogin.candidate, FormerLogin.number, FormerLogin.uci],
                      update={FormerLogin.row: row, FormerLogin.was_selected: was_selected}).execute()
        CandidateSession.delete().where(CandidateSession.credential == credential).execute()
        Credential.update(
            generation=Credential.generation + 1, salt=passwords.new_salt(), verifier="", issued_at=now,
            slip=None, last_signed_in_at=None, looked_at=None,
        ).where(Credential.id == credential.id).execute()


def give_back_logins(candidate_ids):
    """Put former logins back where number and UCI are again those of the person they were made for."""
    found = (FormerLogin.select(FormerLogin, Candidate).join(Candidate)
             .where(Candidate.id.in_(list(candidate_ids)), FormerLogin.number == Candidate.number,
                    FormerLogin.uci == Candidate.uci))
    for former in found:
        candidate, row = former.candidate, former.row
        login = Credential.get(Credential.candidate == candidate)
        CandidateSession.delete().where(CandidateSession.credential == login).execute()
        Slip.delete().where(Slip.candidate == candidate, Slip.generation > row["generation"]).execute()
        Credential.update({field: row[field.name] for field in KEPT_OF_A_LOGIN}).where(
            Credential.id == login.id).execute()
        if former.was_selected:
            SelectedCandidate.insert_from(
                Offer.select(Offer.id, Value(candidate.id)).where(
                    Offer.centre == candidate.centre_id, Offer.series == candidate.series_id),
                [SelectedCandidate.offer, SelectedCandidate.candidate]).on_conflict_ignore().execute()
        former.delete_instance()


def batches_of(centre, series):
    """The centre's PDF files, newest first, each with `.count` of slips. One query."""
    return list(
        SlipBatch.select(SlipBatch, fn.COUNT(Slip.id).alias("count"))
        .join(Slip, JOIN.LEFT_OUTER)
        .where(SlipBatch.centre == centre, SlipBatch.series == series)
        .group_by(SlipBatch.id)
        .order_by(SlipBatch.made_at.desc(), SlipBatch.id.desc()))


def slips_of(batch):
    """(Slip with .candidate and .candidate.login, password or None) in order of candidate number.

    None: this login has died since, or rests while its centre has no access (D6), and the slip is printed marked so.
    Raises `passwords.MissingKey`.
    """
    password_on = _derived(batch.centre, batch.series)
    query = (
        Slip.select(Slip, Candidate, Credential)
        .join(Candidate).join(Credential, attr="login", on=(Credential.candidate == Candidate.id))
        .where(Slip.batch == batch).order_by(Candidate.number))
    for slip in query.iterator():
        yield slip, password_on(slip)


def slips_in_hand(centre, series):
    """The same for the newest slip of each covered candidate whose login lives. Raises `passwords.MissingKey`."""
    password_on = _derived(centre, series)
    for candidate in covered(centre, series):
        if candidate.state == LIVING:
            slip = candidate.login.slip
            slip.candidate = candidate
            yield slip, password_on(slip)


def _derived(centre, series):
    """Slip → the password that it prints, None where its login has died or rests."""
    issue_keys = {}

    def password_on(slip):
        of = slip.candidate.login
        if of.generation != slip.generation or not of.verifier or of.dormant_since:
            return None
        if of.master_id not in issue_keys:
            issue_keys[of.master_id] = passwords.keys.issue_key(series, of.master_id)
        return passwords.derive(issue_keys[of.master_id], centre.number, slip.candidate.number, of.generation, of.salt)

    return password_on


def offers_of(centre):
    """The centre's offers that were confirmed, newest first, each with its `.series`."""
    return (Offer.select(Offer, Series).join(Series)
            .where(Offer.centre == centre, Offer.scope != NONE).order_by(Offer.confirmed_at.desc()))


def selected_of(offer):
    """Candidates chosen under 'Selected candidates', by number. A query."""
    return (Candidate.select().join(SelectedCandidate).where(SelectedCandidate.offer == offer.id)
            .order_by(Candidate.number))


def last_layout(officer):
    """{column of LastLayout: value} as this officer last chose; at first one a page, A4, the centre's language."""
    kept = LastLayout.get_or_none(LastLayout.officer == officer.id) or LastLayout()
    return {name: getattr(kept, name) for name in LAYOUT}


def record_download(by, centre, series, subject, now, numbers=(), layout=None):
    """Logins have left the house. `subject`: as what, and of which batch or how many centres, then their `numbers`;
    `layout`: what the officer chose for it, as `last_layout` gives it, if it was a choice."""
    with database.atomic():
        if layout:
            LastLayout.insert(officer=by.id, **layout).on_conflict(
                conflict_target=[LastLayout.officer], update=layout).execute()
        audit.record(by, "downloaded slips", now, centre=centre.number, series=series.code, subject=subject,
                     changes=[(number, "slips", "", "downloaded") for number in numbers])
