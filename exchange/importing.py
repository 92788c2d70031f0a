"""Import a board file: look at it (`look`), then put it in place (`apply`), whole or not at all.

Looking parses and compares outside any transaction; applying compares again under the importer's lock, lets what
is new or changed wait in the staging tables, and puts it in place in one short transaction. So the same file twice
changes nothing the second time, and nobody waits long for a large one.
"""
import hashlib

from exchange import kinds
from exchange.columns import Complaint, matched, record
from exchange.difference import Difference
from exchange.reading import read_table
from models import audit, results
from models.database import Overtaken, Refused, Sentence, database
from models.migrating import alone
from models.staging import StagedCandidate, StagedEntry, sweep

MOST_COMPLAINTS = 200  # more are the same mistake


def look(kind, data, now, *, complete=False, unprintable=lambda _text: []):
    """The Difference that a file's bytes would make. Raises `Refused` (file) where it cannot be read at all.

    `kind`: centres, entries, results or releases; `complete`: what the file no longer holds is removed;
    `unprintable(text)`: the characters of a name that no font has.
    """
    table = read_table(data)
    places, unknown = matched(kind, table.header)
    difference = Difference(kind, total=len(table.rows), unknown_columns=unknown)
    records = []
    for line, cells in table.rows:
        try:
            records.append((line, record(kind, places, cells, unprintable)))
        except Complaint as complaint:
            difference.refused.append((line, complaint.args[0]))
            if len(difference.refused) >= MOST_COMPLAINTS:
                return difference
    kinds.KINDS[kind].compare(records, difference, complete, now)
    difference.refused.sort(key=lambda item: item[0])
    return difference


def apply(kind, data, by, now, *, complete=False, unprintable=lambda _text: [], expecting=None,
          also=lambda _found: None):
    """Store the file; gives the Difference. Nothing is stored when a line is refused: raises `Refused` (file).

    `expecting`: the fingerprint of the Difference that somebody agreed to; raises `Overtaken` where the data have
    changed since. `also(difference)` is called inside the transaction.
    """
    with alone("imports"):
        difference = look(kind, data, now, complete=complete, unprintable=unprintable)
        if difference.refused:
            line, sentence = difference.refused[0]
            raise Refused(file=Sentence("Line %(line)s: %(sentence)s Nothing of the file was applied.",
                                        line=line, sentence=str(sentence)))
        if expecting not in (None, difference.fingerprint):
            raise Overtaken
        _sweep()
        kinds.KINDS[kind].stage(difference)
        with database.atomic():
            if not difference.changes_nothing:
                kinds.KINDS[kind].store(difference, now)
            audit.record(by, f"imported {kind}", now, subject=hashlib.sha256(data).hexdigest(),
                         changes=[(name, "", count) for name, count in difference.counts.items()])
            also(difference)
        _sweep()
    return difference


def _sweep():
    for table in (StagedCandidate, StagedEntry, results.StagedResult):
        sweep(table)
