"""Subcentre Management as it is changed: keep a draft, discard it, choose in a conflict, Save."""
from peewee import EXCLUDED, PostgresqlDatabase, chunked

from models import audit
from models.attached import AttachedCentre, AttachedDefaults, AttachedDraft
from models.credentials import Credential
from models.database import Overtaken, Refused, Sentence, database
from models.exams import Candidate
from models.subcentres import (
    DEFAULTS_FIELDS,
    DEFAULTS_ROW,
    ROW_FIELDS,
    Screen,
    propose,
)


def draft(screen, typed_by_row):
    """Keep what was typed, {centre number, '' for the default row: {control: value}}, as the officer's draft.

    What says the same as the database is not kept; a delay that cannot be read is, and its row tells so.
    Raises `Refused` for a row that follows the defaults or is not there. Gives a fresh Screen.
    """
    kept, settled, changes = [], [], []
    for number, typed in typed_by_row.items():
        if number != DEFAULTS_ROW and number not in screen.standings:
            raise Refused(Sentence("That centre is not attached to this Associate."))
        if number != DEFAULTS_ROW and screen.would_use_defaults:
            raise Refused(Sentence("While ‘Use defaults’ is ticked, every centre follows the defaults."))
        allowed = ROW_FIELDS if number else DEFAULTS_FIELDS
        old = screen.drafts.get(number)
        before = old.typed if old else {}
        values = before | {name: value for name, value in typed.items() if name in allowed}
        stored, proposal = screen.stored(number), propose(screen.stored(number), values)
        values = {name: value for name, value in values.items()
                  if name in proposal.errors or proposal.meant[name] != stored[name]}
        changes += [(number, name, before.get(name), values.get(name)) for name in {**before, **values}]
        if values:
            kept.append({
                "officer": screen.officer, "associate": screen.associate, "series": screen.series,
                "row": number, "typed": values, "changed_at": screen.now,
                "version": old.version if old else screen.version(number),
                "used_defaults": old.used_defaults if old else screen.defaults.uses_defaults})
        else:
            settled.append(number)
    with database.atomic():
        _drafts(screen).where(AttachedDraft.row.in_(settled)).execute()
        for some in chunked(kept, 500):
            AttachedDraft.insert_many(some).on_conflict(
                conflict_target=[AttachedDraft.officer, AttachedDraft.associate, AttachedDraft.series,
                                 AttachedDraft.row],
                update={AttachedDraft.typed: EXCLUDED.typed, AttachedDraft.changed_at: EXCLUDED.changed_at},
            ).execute()
        _record(screen, "drafted attached centres", changes)
    return _fresh(screen)


def discard(screen):
    """Forget the officer's whole draft. Gives a fresh Screen."""
    with database.atomic():
        _drafts(screen).execute()
        _record(screen, "discarded attached centres", [])
    return _fresh(screen)


def choose(screen, number, mine):
    """Settle a conflict in one row: `mine` keeps what was typed over the newer values, else it is dropped."""
    with database.atomic():
        if mine:
            AttachedDraft.update(
                version=screen.version(number), used_defaults=screen.defaults.uses_defaults,
            ).where(*_own(screen), AttachedDraft.row == number).execute()
        else:
            _drafts(screen).where(AttachedDraft.row == number).execute()
        _record(screen, "chose mine" if mine else "chose theirs", [(number, "row", "", number)])
    return _fresh(screen)


def save(screen):
    """Store the whole draft or nothing of it, and let rest the logins of centres that lose access (D6).

    Raises `Refused` (by '<number>-<control>') and `Overtaken`. Gives the number of centres that now stand
    otherwise.
    """
    with database.atomic():
        _lock(screen)
        screen = _fresh(screen)  # as it is under the lock
        if screen.overtaken:
            raise Overtaken
        screen.check()
        rows = [screen.row(number) for number in screen.standings]
        changed = [row for row in rows if row.is_changed]
        switched_off = screen.defaults.uses_defaults and not screen.would_use_defaults
        changes = _save_defaults(screen)
        if not screen.would_use_defaults:
            _save_rows(screen, rows if switched_off else changed)
        _let_rest(screen, [row.centre.id for row in rows
                           if row.before.has_access and not row.after.has_access])
        for row in changed:
            changes += [(row.centre.number, name, was, becomes) for name, was, becomes in zip(
                ROW_FIELDS, row.before.controls, row.after.controls, strict=True)]
        _drafts(screen).execute()
        _record(screen, "saved attached centres", changes)
    return len(changed)


def _save_defaults(screen):
    stored, meant = screen.stored(DEFAULTS_ROW), screen.proposal.meant
    if DEFAULTS_ROW in screen.drafts:
        values = {getattr(AttachedDefaults, name): meant[name] for name in DEFAULTS_FIELDS}
        AttachedDefaults.update(values | {AttachedDefaults.version: AttachedDefaults.version + 1}).where(
            AttachedDefaults.associate == screen.associate,
            AttachedDefaults.series == screen.series).execute()
    return [("", name, stored[name], meant[name]) for name in DEFAULTS_FIELDS]


def _save_rows(screen, rows):
    fields = [AttachedCentre.centre, AttachedCentre.series, AttachedCentre.give_access, AttachedCentre.delay,
              AttachedCentre.contact_mode, AttachedCentre.version]
    for some in chunked(rows, 500):
        AttachedCentre.insert_many(
            [(row.centre.id, screen.series.id, *row.after.controls, 1) for row in some], fields=fields,
        ).on_conflict(
            conflict_target=[AttachedCentre.centre, AttachedCentre.series],
            update={AttachedCentre.give_access: EXCLUDED.give_access, AttachedCentre.delay: EXCLUDED.delay,
                    AttachedCentre.contact_mode: EXCLUDED.contact_mode,
                    AttachedCentre.version: AttachedCentre.version + 1},
        ).execute()


def _let_rest(screen, centre_ids):
    if centre_ids:
        Credential.update(dormant_since=screen.now).where(
            Credential.dormant_since.is_null(),
            Credential.candidate.in_(Candidate.select(Candidate.id).where(
                Candidate.series == screen.series, Candidate.centre.in_(centre_ids))),
        ).execute()


def _lock(screen):
    """One Save at a time for an Associate and series; on SQLite the transaction itself is that lock."""
    AttachedDefaults.insert(associate=screen.associate, series=screen.series).on_conflict_ignore().execute()
    row = AttachedDefaults.select().where(
        AttachedDefaults.associate == screen.associate, AttachedDefaults.series == screen.series)
    (row.for_update() if isinstance(database.obj, PostgresqlDatabase) else row).get()


def _own(screen):
    return (AttachedDraft.officer == screen.officer, AttachedDraft.associate == screen.associate,
            AttachedDraft.series == screen.series)


def _drafts(screen):
    return AttachedDraft.delete().where(*_own(screen))


def _record(screen, what, changes):
    audit.record(screen.officer, what, screen.now, centre=screen.associate.number,
                 series=screen.series.code, changes=changes)


def _fresh(screen):
    return Screen(screen.officer, screen.associate, screen.series, screen.now)
