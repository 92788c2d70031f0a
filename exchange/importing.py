"""Import a board file: read it, say what it would change, put it in place; whole, or not at all.

Reading stages the rows in pieces and marks each as new, changed or the same. Publishing is one short transaction of
a few statements over the new and changed rows, so that sign-ins go on while a national file comes in. So the same
file twice changes nothing the second time, and whatever dies on the way leaves nothing behind that counts.
"""
import hashlib
import io
import json
from datetime import timedelta
from itertools import islice

from exchange.columns import Complaint, matched, reader
from exchange.difference import SHOWN, Difference
from exchange.kinds import KINDS
from exchange.reading import open_table
from models.database import Overtaken, Refused, Sentence, database
from models.migrating import alone
from models.rules.results import read_staged_early, staged_changes
from models.tables import audit, staging
from models.tables.imports import BoardImport

MOST_COMPLAINTS = 200  # more are the same mistake
PATIENCE = 10  # seconds that an import waits for another one
KEPT = timedelta(days=7)  # what nobody applied is forgotten


def apply(kind, source, by, now, **options):
    """Read a file and publish it at once; gives the Difference. Raises `Refused` (file): then nothing is stored.

    `options`: as for `run`.
    """
    difference = run(kind, source, by, now, **options)
    _refuse(difference)
    return difference


def run(kind, source, by, now, *, complete=False, dry_run=False, unprintable=lambda _text: [], name="",
        seal=lambda: None):
    """As `apply`; but gives the Difference also where lines are refused and nothing was stored, or it is a dry run.

    `kind`: centres, entries, results or releases; `source`: bytes or a seekable binary file; `complete`: what the
    file no longer holds is removed; `unprintable(text)`: the characters of a name that no font has; `seal()` is called
    inside the transaction that publishes.
    """
    with _alone():
        _sweep(now)
        board_import = receive(kind, name or kind, None, now, complete=complete)
        try:
            difference = read(board_import, source, now, unprintable=unprintable, early=True)
            if dry_run or difference.is_refused:
                discard(board_import)
            else:
                _publish(board_import, difference, by, now, seal)
        except BaseException:
            discard(board_import)
            raise
    staging.clear(KINDS[kind].TABLE, board_import.id)
    return difference


def receive(kind, name, officer, now, *, complete=False, content=b""):
    """A BoardImport of a file that was sent. `content`: its bytes, where somebody else will read them."""
    return BoardImport.create(kind=kind, name=name[:200], complete=complete, content=content, officer=officer,
                              sent_at=now)


def read(board_import, source, now, *, unprintable=lambda _text: [], progress=lambda _rows: None, early=False):
    """Stage the rows of a file and compare them; gives the Difference, which is kept too. Raises `Refused` (file).

    `progress(rows)` is called after each piece; `early`: nobody sees it who may not read results before their release.
    """
    file = io.BytesIO(source) if isinstance(source, bytes) else source
    staging.clear(KINDS[board_import.kind].TABLE, board_import.id)  # of a reading that was interrupted
    table = open_table(file)
    places, unknown = matched(board_import.kind, table.header)
    difference = Difference(board_import.kind, unknown_columns=unknown)
    values_of = reader(board_import.kind, places, len(table.header), unprintable)
    try:
        _stage(board_import, table.rows, values_of, difference, progress)
    finally:
        table.rows.close()
    file.seek(0)
    board_import.read, board_import.digest = difference.as_json(), hashlib.file_digest(file, "sha256").hexdigest()
    if not difference.is_refused:
        KINDS[board_import.kind].compare(board_import, difference, now, early)
    return _keep(board_import, difference, now)


def publish(board_import, by, now, *, agreed=lambda _fingerprint: True, progress=lambda _rows: None, seal=lambda: None):
    """Put an import in place that was read before; gives the Difference as it is now. Raises `Refused` (file).

    `agreed(fingerprint)`: whether this is what somebody agreed to; raises `Overtaken` where it is not, and keeps the
    Difference to be looked at anew. `seal()` is called inside the transaction.
    """
    kind = KINDS[board_import.kind]
    with _alone():
        difference = Difference.from_json(board_import.read)
        if kind.TABLE.select().where(kind.TABLE.board_import == board_import.id).count() != difference.total:
            raise Refused(file=Sentence("The rows of this file are no longer here. Send it again."))
        _mark(board_import, difference.total, progress)
        kind.compare(board_import, difference, now)
        _keep(board_import, difference, now)
        _refuse(difference)
        if not agreed(fingerprint(board_import)):
            raise Overtaken
        _publish(board_import, difference, by, now, seal)
    staging.clear(kind.TABLE, board_import.id)
    return difference


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
    staging.clear(KINDS[board_import.kind].TABLE, board_import.id)
    BoardImport.delete().where(BoardImport.id == board_import.id).execute()


def forget_old(now):
    """Take away what nobody applied within a week; the next time, if an import is at work."""
    try:
        with alone("imports", 0, Refused()):
            _sweep(now)
    except Refused:
        return


def _sweep(now):
    """Under the lock: what was read and not applied for a week, and what an import that was killed has left."""
    waiting = BoardImport.applied_at.is_null() & (BoardImport.sent_at > now - KEPT) & BoardImport.officer.is_null(False)
    living = {kept_id for kept_id, in BoardImport.select(BoardImport.id).where(waiting).tuples()}
    for table in {kind.TABLE for kind in KINDS.values()}:
        for left, in list(table.select(table.board_import).distinct().tuples()):
            if left not in living:
                staging.clear(table, left)
    BoardImport.delete().where(BoardImport.applied_at.is_null(), BoardImport.id.not_in(living)).execute()


def _stage(board_import, rows, values_of, difference, progress):
    kind = KINDS[board_import.kind]
    mark = getattr(kind, "mark", None)
    while some := list(islice(rows, staging.CHUNK)):
        difference.total += len(some)
        ready = []
        for line, cells in some:
            try:
                ready.append(kind.as_staged(board_import.id, line, values_of(cells), difference))
            except Complaint as complaint:
                difference.add("refused", (line, complaint.args[0]))
                if len(difference.refused) >= MOST_COMPLAINTS:
                    return
        if difference.is_refused:  # read on for more complaints only
            continue
        with database.atomic():
            staging.put(kind.TABLE, kind.FIELDS, ready)
            if mark and ready:
                mark(board_import.id, ready[0][1], ready[-1][1])
        staging.pause()
        progress(difference.total)


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
                                    line=line, sentence=str(sentence)))


def _publish(board_import, difference, by, now, seal=lambda: None):
    with database.atomic():
        if not difference.changes_nothing:
            KINDS[board_import.kind].store(board_import, difference, by, now)
        mine = BoardImport.update(applied_at=now, counts=difference.counts, read={}, found={}).where(
            BoardImport.id == board_import.id, BoardImport.applied_at.is_null()).execute()
        if not mine:
            raise Refused(file=Sentence("This file has been applied already."))
        audit.record(by, f"imported {board_import.kind}", now, subject=board_import.digest,
                     changes=[(name, "", count) for name, count in difference.counts.items()])
        seal()


def _alone():
    return alone("imports", PATIENCE, Refused(file=Sentence(
        "Another import is being applied. Wait until it is done, then try again.")))
