"""What a file would change: found before anything is published, and published only as it was found."""
from models.database import Sentence

SHOWN = 200  # of each kind; the rest is counted
SECTIONS = ("new", "changed", "unreleased", "removed", "unmatched", "refused", "warnings")


class Difference:
    """Each section holds its first lines, `counts` says how many there are.

    `new`: (line number, what); `changed`: (line, what, was, will be); `unreleased`: (line, what) of results that are
    not out, new, changed or the same, of which a file tells nobody which (see `results.compare`); `removed`: what a
    complete file no longer holds; `unmatched` (what belongs to nothing that is held), `refused`, `warnings`: (line,
    Sentence). Of results the two values of `changed` are empty: they are asked for by whoever may see them.
    """

    def __init__(self, kind, total=0, unknown_columns=()):
        self.kind, self.total, self.unknown_columns = kind, total, list(unknown_columns)
        self.new, self.changed, self.unreleased, self.removed = [], [], [], []
        self.unmatched, self.refused, self.warnings = [], [], []
        self._counts = dict.fromkeys(SECTIONS, 0)

    def add(self, section, *items, count=None):
        """Add items to a section, of which there are `count` if that is more."""
        held = getattr(self, section)
        held += items[:SHOWN - len(held)]
        self._counts[section] += len(items) if count is None else count

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
    def complaints(self):
        """(line, Sentence) of what keeps the file from being applied, in order of lines."""
        return sorted([*self.refused, *self.unmatched])

    def in_order(self):
        for section in ("new", "changed", "unreleased", "unmatched", "refused", "warnings"):
            getattr(self, section).sort(key=lambda item: item[0])
        return self

    def as_json(self):
        sections = {name: [_plain(item) for item in getattr(self, name)] for name in SECTIONS}
        return {"kind": self.kind, "total": self.total, "unknown_columns": self.unknown_columns,
                "counts": dict(self._counts), **sections}

    @classmethod
    def from_json(cls, stored):
        difference = cls(stored["kind"], stored["total"], stored["unknown_columns"])
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
