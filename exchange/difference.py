"""What a file would change: found before anything is published, and published only as it was found."""
from bisect import bisect_left

from models.database import Sentence

SHOWN = 200  # of each kind; the rest is counted
MOST_REFUSED = 2_000  # lines; with more the file is not the one that was meant, and reading stops
FACTS = ("total", "staged", "ending", "unknown_columns", "absent", "sheets", "unread", "hidden")
SECTIONS = ("makes", "new", "changed", "unreleased", "removed", "unmatched", "refused", "warnings")


class Difference:
    """Each section holds its first lines, `counts` says how many there are.

    `makes`: (line, Sentence) of series, qualifications and syllabuses that there are not yet; `new`: (line number,
    what), of releases with '' and the time; `changed`: (line, what, was, will be); `unreleased`: (line, what) of
    results that are not out, new, changed or the same, of which a file tells nobody which (see `results.compare`);
    `removed`: what a complete file no longer holds; `unmatched` (what belongs to nothing that is held), `refused`,
    `warnings`: (line, Sentence). Of results the two values of `changed` are empty: they are asked for by whoever may
    see them.

    `sheets`: [[name, number of its first line less one], …] of those that were read; lines are counted through all of
    them, and `label` says where one stands. `unread`: names of sheets shown but without a heading of ours; `hidden`:
    of those not shown. `absent`: our columns that the file does not carry. `staged`: rows that were understood.
    `ending`: logins that end because the number is another person's now. `skipped`: (label, Sentence) of lines that
    were left out. `changes`, `made`: what storing adds to the audit trail, and the one-time links that it made, see
    `officers.name_within`. `limit`: lines of a section that are kept.
    """

    def __init__(self, kind, limit=SHOWN):
        self.kind, self.limit = kind, limit
        self.total = self.staged = self.ending = 0
        self.unknown_columns, self.absent, self.sheets, self.unread, self.hidden = [], [], [], [], []
        self.skipped, self.changes, self.made = [], [], []
        for section in SECTIONS:
            setattr(self, section, [])
        self._counts = dict.fromkeys(SECTIONS, 0)

    def add(self, section, *items, count=None):
        """Add items to a section, of which there are `count` if that is more."""
        held = getattr(self, section)
        held += items[:self.room(section) - len(held)]
        self._counts[section] += len(items) if count is None else count

    def begin(self, sheet, before, heading):
        """The rows of a sheet come next; its first line is counted as the one after `before`."""
        self.sheets.append([sheet, before])
        self.unknown_columns += [name for name in heading.unread if name not in self.unknown_columns]
        self.absent += [name for name in heading.absent(self.kind) if name not in self.absent]

    def room(self, section):
        """How many lines of a section are kept: of those that may be left out, all of them."""
        return max(self.limit, MOST_REFUSED) if section in ("refused", "unmatched") else self.limit

    def label(self, line):
        """'17', or 'Sheet!17' in a workbook of several."""
        if len(self.sheets) + len(self.unread) + len(self.hidden) < 2:
            return str(line)
        name, before = self.sheets[bisect_left([before for _name, before in self.sheets], line) - 1]
        return f"{name}!{line - before}"

    @property
    def counts(self):
        return {"rows": self.total, **self._counts}

    @property
    def changes_nothing(self):
        return not any(self._counts[section] for section in ("new", "changed", "unreleased", "removed"))

    @property
    def is_refused(self):
        return bool(self._counts["refused"] or self._counts["unmatched"])

    @property
    def was_stopped(self):
        """Whether so much was wrong that the rest was not read."""
        return self._counts["refused"] + self._counts["unmatched"] > MOST_REFUSED

    @property
    def complaints(self):
        """(line, Sentence) of what keeps the file from being applied, in order of lines."""
        return sorted([*self.refused, *self.unmatched])

    def in_order(self):
        for section in SECTIONS:
            if section != "removed":
                getattr(self, section).sort(key=lambda item: item[0])
        return self

    def as_json(self):
        sections = {name: [_plain(item) for item in getattr(self, name)] for name in SECTIONS}
        return {"kind": self.kind, "counts": dict(self._counts), **{name: getattr(self, name) for name in FACTS},
                **sections}

    @classmethod
    def from_json(cls, stored, limit=SHOWN):
        difference = cls(stored["kind"], limit)
        for name in FACTS:
            setattr(difference, name, stored.get(name, getattr(difference, name)))
        for name in SECTIONS:
            difference.add(name, *map(_item, stored.get(name, [])), count=stored["counts"].get(name, 0))
        return difference


def _plain(item):
    if isinstance(item, tuple):
        return [{"msgid": part.msgid, "values": part.values} if isinstance(part, Sentence) else part for part in item]
    return item


def _item(stored):
    if isinstance(stored, list):
        return tuple(Sentence(part["msgid"], **part["values"]) if isinstance(part, dict) else part for part in stored)
    return stored
