"""Subcentre Management as it is changed: keep a draft, discard it, choose in a conflict, Save.

Each takes a Screen and reads everything anew under one lock for the Associate and series, so that the same
request sent eight times, or two at once, leave what one would.
"""
from datetime import timedelta

from peewee import EXCLUDED, PostgresqlDatabase, chunked

from models.database import Overtaken, Refused, Sentence, database
from models.rules.subcentre_rows import DEFAULTS_FIELDS, DEFAULTS_ROW, ROW_FIELDS, fields_of, propose
from models.rules.subcentre_screen import Screen
from models.tables import audit
from models.tables.exams import Candidate, Centre
from models.tables.slips import Credential
from models.tables.subcentres import AttachedCentre, AttachedDefaults, AttachedDraft

DRAFTED, DISCARDED = "drafted attached centres", "discarded attached centres"
CHOSE_MINE, CHOSE_THEIRS = "chose mine", "chose theirs"
ALL_ROWS = None
SOME = 2000  # rows a statement
KEPT = timedelta(days=90)  # a draft that nobody touches, until it is forgotten


def draft(screen, typed_by_row, read_at=None):
    """Keep what was typed, {centre number, '' for the default row: {control: value}}, as the officer's draft.

    What says the same as the database is not kept; a delay that cannot be read is, and its row tells so.
    `read_at`: {row: (its version, 'Use defaults')} as they were on the page that was typed into; the present
    ones, unless told. Raises `Refused` for a row that follows the defaults and `Centre.DoesNotExist` for one that
    is not there. Gives a fresh Screen.
    """
    with database.atomic():
        screen = _locked(screen)
        drafts, changes = _keep(screen, typed_by_row, read_at or {})
        _record(screen, DRAFTED, changes)
    return screen.redrafted(drafts)


def discard(screen):
    """Forget the officer's whole draft. Gives a fresh Screen."""
    with database.atomic():
        screen = _locked(screen)
        changes = [(number, name, value, "") for number, draft in screen.drafts.items()
                   for name, value in draft.typed.items()]
        _drafts(screen).execute()
        _record(screen, DISCARDED, changes)
    return screen.redrafted()


def choose(screen, number, mine):
    """Settle a conflict in one row, or in ALL_ROWS: `mine` keeps what was typed over the newer values, else it
    is dropped. All rows with `mine` also takes back what somebody did to 'Use defaults'. Gives a fresh Screen.
    """
    with database.atomic():
        screen = _locked(screen)
        numbers = [each for each in screen.overtaken if number is ALL_ROWS or each == number]
        if mine:
            typed = {each: screen.typed(each) for each in numbers}
            if number is ALL_ROWS and screen.switched:
                as_read = {"uses_defaults": not screen.defaults.uses_defaults}
                typed[DEFAULTS_ROW] = as_read | screen.typed(DEFAULTS_ROW)
            _write(screen, typed, {each: _as_it_is(screen, each) for each in typed})
        else:
            _drafts(screen).where(AttachedDraft.row.in_(numbers)).execute()
        _record(screen, CHOSE_MINE if mine else CHOSE_THEIRS,
                [(each, "row", "", each or "defaults") for each in numbers])
    return screen.redrafted()


def save(screen, typed_by_row=None, read_at=None, hiding_confirmed=False):
    """Store the whole draft and what was typed beside it (as for `draft`), or nothing of it.

    The logins of centres that lose access come to rest (D6). Raises `Refused` (by '<number>-<control>'; by
    'confirm_hidden' where candidates would no longer see results that they have seen, unless
    `hiding_confirmed`) and `Overtaken`; what was typed is then in the draft. Gives the numbers of the centres that
    now stand otherwise, None where there was nothing to save.
    """
    typed_by_row = typed_by_row or {}
    try:
        with database.atomic():
            screen = _locked(screen)
            drafts, _changes = _keep(screen, typed_by_row, read_at or {})
            return _store(screen.redrafted(drafts), hiding_confirmed)
    except (Refused, Overtaken):
        if any(typed_by_row.values()):
            draft(screen, typed_by_row, read_at)
        raise


def _keep(screen, typed_by_row, read_at):
    """(the officer's drafts with this typed over them, the changes for the audit trail)."""
    kept, settled, changes = {}, [], []
    for number, typed in typed_by_row.items():
        if not screen.is_there(number):
            raise Centre.DoesNotExist(number)
        if number and screen.would_use_defaults and DEFAULTS_ROW not in typed_by_row:
            raise Refused(Sentence("While ‘Use defaults’ is ticked, every centre follows the defaults."))
        before, stored = screen.typed(number), screen.stored(number)
        values = before | {name: value for name, value in typed.items() if name in fields_of(number)}
        proposal = propose(stored, values)
        values = {name: value for name, value in values.items()
                  if name in proposal.errors or proposal.meant[name] != stored[name]}
        changes += [(number, name, before.get(name), values.get(name)) for name in {**before, **values}]
        if values:
            kept[number] = values
        elif before:
            settled.append(number)
    read_at = {number: _first_read(screen, number, read_at) for number in kept}
    _write(screen, kept, read_at)
    if settled:
        _drafts(screen).where(AttachedDraft.row.in_(settled)).execute()
    drafts = {number: old for number, old in screen.drafts.items() if number not in settled}
    for number, typed in kept.items():
        version, used_defaults = read_at[number]
        drafts[number] = AttachedDraft(row=number, typed=typed, version=version, used_defaults=used_defaults)
    return dict(sorted(drafts.items())), changes


def _first_read(screen, number, read_at):
    """(version, 'Use defaults') that a row had when this officer first changed it."""
    old = screen.drafts.get(number)
    return (old.version, old.used_defaults) if old else read_at.get(number) or _as_it_is(screen, number)


def _as_it_is(screen, number):
    return screen.version(number), screen.defaults.uses_defaults


def _write(screen, typed_by_row, read_at):
    rows = [(screen.officer, screen.associate, screen.series, number, typed, *read_at[number], screen.now)
            for number, typed in typed_by_row.items()]
    key = [AttachedDraft.officer, AttachedDraft.associate, AttachedDraft.series, AttachedDraft.row]
    new = [AttachedDraft.typed, AttachedDraft.version, AttachedDraft.used_defaults, AttachedDraft.changed_at]
    for some in chunked(rows, SOME):
        AttachedDraft.insert_many(some, fields=key + new).on_conflict(
            conflict_target=key, update={column: getattr(EXCLUDED, column.name) for column in new}).execute()


def _store(screen, hiding_confirmed):
    if screen.overtaken:
        raise Overtaken
    screen.check()
    if not hiding_confirmed:
        _refuse_to_hide(screen)
    rows = screen.changed.values()
    changes = _save_defaults(screen)
    if not screen.would_use_defaults:
        switched_off = screen.defaults.uses_defaults
        _save_rows(screen, [row for row in (map(screen.row, screen.standings) if switched_off else rows)
                            if switched_off or row.before.controls != row.after.controls])
    _let_rest(screen, [row.centre.id for row in rows if row.before.has_access and not row.after.has_access])
    for row in rows:
        changes += [(row.centre.number, name, was, becomes) for name, was, becomes in zip(
            ROW_FIELDS, row.before.controls, row.after.controls, strict=True)]
    _drafts(screen).execute()
    _record(screen, audit.SAVED, changes)
    return [row.centre.number for row in rows] if screen.drafts else None


def _refuse_to_hide(screen):
    if any(row.after.delay > row.before.delay for row in screen.changed.values()):
        _, totals = screen.count()
        if totals.hidden_again:
            raise Refused(confirm_hidden=Sentence(
                "Candidates who can see results now would not see them any longer: %(n)s. "
                "Tick the box if you mean it.", n=totals.hidden_again))


def _save_defaults(screen):
    stored, meant = screen.stored(DEFAULTS_ROW), screen.proposal.meant
    if DEFAULTS_ROW in screen.drafts:
        values = {getattr(AttachedDefaults, name): meant[name] for name in DEFAULTS_FIELDS}
        AttachedDefaults.update(values | {AttachedDefaults.version: AttachedDefaults.version + 1}).where(
            AttachedDefaults.associate == screen.associate, AttachedDefaults.series == screen.series).execute()
    return [("", name, stored[name], meant[name]) for name in DEFAULTS_FIELDS]


def _save_rows(screen, rows):
    fields = [AttachedCentre.centre, AttachedCentre.series, AttachedCentre.give_access, AttachedCentre.delay,
              AttachedCentre.contact_mode, AttachedCentre.version]
    for some in chunked(rows, SOME):
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


def _locked(screen):
    """A Screen of what is true while nobody else changes it: one at a time for an Associate and series.

    On SQLite the transaction itself is the lock.
    """
    row = AttachedDefaults.select().where(
        AttachedDefaults.associate == screen.associate, AttachedDefaults.series == screen.series)
    if isinstance(database.obj, PostgresqlDatabase):
        row = row.for_update()
    fresh = Screen(screen.officer, screen.associate, screen.series, screen.now, screen.only)
    fresh.defaults = row.first()
    if fresh.defaults is None:
        AttachedDefaults.insert(associate=screen.associate, series=screen.series).on_conflict_ignore().execute()
        fresh.defaults = row.get()
    return fresh


def _drafts(screen):
    return AttachedDraft.delete().where(
        AttachedDraft.officer == screen.officer, AttachedDraft.associate == screen.associate,
        AttachedDraft.series == screen.series)


def _record(screen, what, changes):
    audit.record(screen.officer, what, screen.now, centre=screen.associate.number,
                 series=screen.series.code, changes=changes)


def forget_old(now):
    """Delete drafts that nobody has touched for KEPT; for the periodic task. Gives their number."""
    return AttachedDraft.delete().where(AttachedDraft.changed_at < now - KEPT).execute()
