"""Import a board file: read it, say what it would change, put it in place; whole, or not at all.

Reading stages the rows in pieces and marks each as new, changed or the same. Publishing is one short transaction of
a few statements over the new and changed rows, so that sign-ins go on while a national file comes in; of what is
large, the new part is put in before it in steps, where nobody sees it (`prepare`), and taken out again if the rest
does not follow. So the same file twice changes nothing the second time, and whatever dies on the way leaves nothing
behind that counts.
"""
import hashlib
import io
import json
from datetime import timedelta
from itertools import islice

from exchange.cells import Complaint
from exchange.columns import reader
from exchange.difference import SHOWN, Difference
from exchange.kinds import KINDS
from exchange.kinds.series import Held
from exchange.reading import opened
from exchange.recognising import Unmatched, no_rows, recognised, remember
from models.database import Overtaken, Refused, Sentence, database
from models.migrating import alone
from models.rules.results import read_staged_early, staged_changes
from models.tables import audit, staging
from models.tables.imports import BoardImport

PATIENCE = 10  # seconds that an import waits for another one
KEPT = timedelta(days=7)  # what nobody applied is forgotten
EVERY = 100_000  # lines of a list that somebody takes away


def apply(kind, source, by, now, **options):
    """Read a file and publish it at once; gives the Difference. Raises `Refused` (file): then nothing is stored.

    `options`: as for `run`.
    """
    difference = run(kind, source, by, now, **options)
    _refuse(difference)
    return difference


def run(kind, source, by, now, *, complete=False, dry_run=False, name="", given=None, seal=lambda: None, **agreed):
    """As `apply`; but gives the Difference also where lines are refused and nothing was stored, or it is a dry run.

    `kind`: one of KINDS; `source`: bytes or a seekable binary file; `complete`: what the file no longer holds is
    removed; `given`: what is told beside it, see `read`; `seal()` is called inside the transaction that publishes;
    `agreed`: `skips_refused` and `ends_logins`, as for `publish`.
    """
    with _alone():
        _sweep(now)
        board_import = receive(kind, name or kind, None, now, complete=complete, given=given)
        try:
            difference = read(board_import, source, now, early=True)
            if not dry_run:
                difference = _settled(board_import, difference, now, early=True, **agreed)
            if dry_run or difference.is_refused:
                discard(board_import)
            else:
                _publish(board_import, difference, by, now, seal)
        except BaseException:
            _undo(board_import)
            discard(board_import)
            raise
    staging.clear(KINDS[kind].TABLE, board_import.id)
    return difference


def receive(kind, name, officer, now, *, complete=False, content=b"", given=None):
    """A BoardImport of a file that was sent. `content`: its bytes, where somebody else will read them."""
    return BoardImport.create(kind=kind, name=name[:200], complete=complete, content=content, officer=officer,
                              sent_at=now, given=given)


def read(board_import, source, now, *, progress=lambda _rows: None, early=False):
    """Stage the rows of a file and compare them; gives the Difference, which is kept too. Raises `Refused` (file), as
    `Unmatched` where columns are missing.

    The `given` of the import: 'map', {a heading in the file: our column, or ''}, 'series', and 'qualification',
    {syllabus code, or '' for every other: qualification}. `progress(rows)` is called after each piece; `early`: nobody
    sees it who may not read results before their release.
    """
    file = io.BytesIO(source) if isinstance(source, bytes) else source
    staging.clear(KINDS[board_import.kind].TABLE, board_import.id)  # of a reading that was interrupted
    difference = Difference(board_import.kind)
    with opened(file) as book:
        _read_sheets(board_import, book, difference, progress)
    file.seek(0)
    board_import.read, board_import.digest = difference.as_json(), hashlib.file_digest(file, "sha256").hexdigest()
    if not difference.was_stopped:
        KINDS[board_import.kind].compare(board_import, difference, now, early)
    return _keep(board_import, difference, now)


def publish(board_import, by, now, *, agreed=lambda _fingerprint: True, skips_refused=False, ends_logins=False,
            progress=lambda _rows: None, seal=lambda: None):
    """Put an import in place that was read before; gives the Difference as it is now. Raises `Refused` (file).

    `agreed(fingerprint)`: whether this is what somebody agreed to; raises `Overtaken` where it is not, and keeps the
    Difference to be looked at anew. `skips_refused`: lines that are refused are left out, and listed in the audit
    trail (D22); `ends_logins`: logins of numbers that are another person's now may end (D21). `seal()` is called
    inside the transaction.
    """
    kind = KINDS[board_import.kind]
    with _alone():
        _undo(board_import)
        difference = Difference.from_json(board_import.read)
        if kind.TABLE.select().where(kind.TABLE.board_import == board_import.id).count() != difference.staged:
            raise Refused(file=Sentence("The rows of this file are no longer here. Send it again."))
        _mark(board_import, difference.total, progress)
        kind.compare(board_import, difference, now)
        _keep(board_import, difference, now)
        if not skips_refused:
            _refuse(difference)
        if not agreed(fingerprint(board_import)):
            raise Overtaken
        difference = _settled(board_import, difference, now, skips_refused=skips_refused, ends_logins=ends_logins)
        _refuse(difference)
        try:
            _publish(board_import, difference, by, now, seal)
        except BaseException:
            _undo(board_import)
            raise
    staging.clear(kind.TABLE, board_import.id)
    return difference


def listed(board_import, section, now):
    """A section of an import's difference with all its lines, up to EVERY, and the Difference that labels them."""
    difference = Difference.from_json(board_import.read, limit=EVERY)
    if not difference.was_stopped:
        KINDS[board_import.kind].compare(board_import, difference, now)
    return getattr(difference.in_order(), section), difference


def told_early(board_import, by, now):
    """The Difference of results with those that are not out told apart, for whoever has the right to it.

    The look is in the audit trail, as every early reading is.
    """
    difference = Difference.from_json(board_import.read)
    KINDS[board_import.kind].compare(board_import, difference, now, early=True)
    read_staged_early(board_import, by, now)
    return difference.in_order()


def fingerprint(board_import):
    """Equal while the import does the same: what it tells, how each row compares, and the values that it shows."""
    table = KINDS[board_import.kind].TABLE
    compared = (board_import.found, staging.checksum(table, board_import.id),
                changed_values(board_import, board_import.looked_at, early=True))
    return hashlib.sha256(json.dumps(compared, sort_keys=True).encode()).hexdigest()


def changed_values(board_import, now, *, early):
    """{line: (was, will be)} of the changed results that are shown; see `results.staged_changes`."""
    if board_import.kind != "results":
        return {}
    return {line: tuple(" ".join(str(value) for value in values if value not in ("", None)) for values in pair)
            for line, pair in staged_changes(board_import.id, now, early, SHOWN).items()}


def discard(board_import):
    """Forget an import that was not applied, and its rows."""
    staging.clear(KINDS[board_import.kind].TABLE, board_import.id)
    BoardImport.delete().where(BoardImport.id == board_import.id).execute()


def forget_old(now):
    """Take away what nobody applied within a week; the next time, if an import is at work."""
    _if_nobody_imports(lambda: _sweep(now))


def undo_left_behind(_now):
    """Take back what imports that died had put in where nobody sees it; for the periodic task."""
    _if_nobody_imports(_undo_all)


def _if_nobody_imports(act):
    try:
        with alone("imports", 0, Refused()):
            act()
    except Refused:
        return


def _undo_all():
    for board_import in BoardImport.select().where(BoardImport.is_prepared, BoardImport.applied_at.is_null()):
        _undo(board_import)


def _undo(board_import):
    """Under the lock: an import that was prepared and not applied has died, or was refused after all."""
    if board_import.is_prepared and not board_import.applied_at:
        KINDS[board_import.kind].undo(board_import)
        _is_prepared(board_import, False)


def _is_prepared(board_import, whether):
    board_import.is_prepared = whether
    BoardImport.update(is_prepared=whether).where(BoardImport.id == board_import.id).execute()


def _sweep(now):
    """Under the lock: what was read and not applied for a week, and what an import that was killed has left."""
    _undo_all()
    waiting = BoardImport.applied_at.is_null() & (BoardImport.sent_at > now - KEPT) & BoardImport.officer.is_null(False)
    living = {kept_id for kept_id, in BoardImport.select(BoardImport.id).where(waiting).tuples()}
    for table in {kind.TABLE for kind in KINDS.values()}:
        for left, in list(table.select(table.board_import).distinct().tuples()):
            if left not in living:
                staging.clear(table, left)
    BoardImport.delete().where(BoardImport.applied_at.is_null(), BoardImport.id.not_in(living)).execute()


def _read_sheets(board_import, book, difference, progress):
    """Stage the rows of every sheet that has a heading of ours, and name the others."""
    held, before, unmatched = Held(), 0, None
    difference.hidden = book.hidden
    for sheet in recognised(board_import, book):
        if sheet.heading.missing:
            unmatched = unmatched or Unmatched(sheet)
            difference.unread.append(sheet.name)
            continue
        if board_import.given:
            remember(board_import.kind, sheet.heading, sheet.given)
        difference.begin(sheet.name, before, sheet.heading)
        values_of = reader(board_import.kind, sheet.heading, held, sheet.given, is_sheet=bool(sheet.name))
        before = _stage(board_import, sheet.rows, before, values_of, difference, progress)
        if difference.was_stopped:
            return
    if not difference.sheets:
        raise unmatched or no_rows()


def _stage(board_import, rows, before, values_of, difference, progress):
    """Stage the rows of one sheet, whose lines are counted on from `before`; gives the last of them."""
    kind = KINDS[board_import.kind]
    last = before
    while some := list(islice(rows, staging.CHUNK)):
        difference.total += len(some)
        ready = []
        for line, cells in some:
            last = before + line
            try:
                ready.append(kind.as_staged(board_import.id, last, values_of(cells), difference))
            except Complaint as complaint:
                if any(cell and cell.strip() for cell in cells):
                    difference.add("refused", (last, complaint.args[0]))
                else:
                    difference.total -= 1  # a line of blanks
        if difference.was_stopped:
            break
        difference.staged += len(ready)
        with database.atomic():
            staging.put(kind.TABLE, kind.FIELDS, ready)
            if ready and hasattr(kind, "mark"):
                kind.mark(board_import.id, ready[0][1], ready[-1][1])
        staging.pause()
        progress(difference.total)
    return last


def _mark(board_import, total, progress):
    """Compare staged rows anew with what is held now."""
    kind = KINDS[board_import.kind]
    for done, (first, last) in enumerate(staging.pieces(kind.TABLE, board_import.id), 1):
        if hasattr(kind, "mark"):
            kind.mark(board_import.id, first, last)
        progress(min(done * staging.CHUNK, total))


def _keep(board_import, difference, now):
    difference.in_order()
    board_import.found, board_import.counts = difference.as_json(), difference.counts
    board_import.looked_at, board_import.content = now, b""
    board_import.save()
    return difference


def _refuse(difference):
    if difference.is_refused:
        line, sentence = difference.complaints[0]
        raise Refused(file=Sentence("Line %(line)s: %(sentence)s Nothing of the file was applied.",
                                    line=difference.label(line), sentence=str(sentence)))


def _settled(board_import, difference, now, *, skips_refused=False, ends_logins=False, early=False):
    """The Difference that is to be published: without the lines that are left out. Raises `Refused`."""
    if difference.is_refused and not skips_refused:
        return difference
    if difference.ending and not ends_logins:
        raise Refused(file=Sentence("%(n)s logins would end, because their numbers are other people’s now. Look at "
                                    "both UCIs, then say that this is right.", n=difference.ending))
    if difference.is_refused and board_import.complete:
        raise Refused(file=Sentence("A file that is complete is applied whole: what a line left out would say is not "
                                    "to be removed."))
    return _without_refused(board_import, difference, now, early)


def _without_refused(board_import, difference, now, early):
    """The Difference without the lines that are refused, which are `skipped`; they are taken off the staged rows."""
    kind, skipped = KINDS[board_import.kind], []
    while difference.is_refused and not difference.was_stopped:
        skipped += [(difference.label(line), sentence) for line, sentence in difference.complaints]
        staging.leave_out(kind.TABLE, board_import.id, [line for line, _sentence in difference.complaints])
        stored = {**board_import.read, "refused": [], "counts": {**board_import.read["counts"], "refused": 0}}
        difference = Difference.from_json(stored)
        kind.compare(board_import, difference, now, early)
    difference.skipped = skipped
    return difference


def _publish(board_import, difference, by, now, seal=lambda: None):
    kind = KINDS[board_import.kind]
    if hasattr(kind, "prepare"):
        _is_prepared(board_import, True)
        kind.prepare(board_import, difference, now)
    counts = [(name, "", count) for name, count in difference.counts.items()]
    left_out = [(f"left out, line {label}", "", str(sentence)) for label, sentence in difference.skipped]
    with database.atomic():
        if not difference.changes_nothing:
            kind.store(board_import, difference, by, now)
        mine = BoardImport.update(applied_at=now, counts=difference.counts, read={}, found={}).where(
            BoardImport.id == board_import.id, BoardImport.applied_at.is_null()).execute()
        if not mine:
            raise Refused(file=Sentence("This file has been applied already."))
        audit.record(by, f"imported {board_import.kind}", now, subject=board_import.digest,
                     changes=counts + left_out + difference.changes)
        seal()


def _alone():
    return alone("imports", PATIENCE, Refused(file=Sentence(
        "Another import is being applied. Wait until it is done, then try again.")))
