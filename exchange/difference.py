"""What a file would change: found before anything is stored, and stored only as it was found."""
import hashlib
from dataclasses import dataclass, field


@dataclass
class Difference:
    """Lines are (line number, words). `removed` has no line: what a complete file no longer holds.

    `changed` adds what was and what will be; of results only those may see these two who may see grades.
    `writes` is what `store` needs, by the kind that made it.
    """

    kind: str
    total: int = 0
    new: list = field(default_factory=list)
    changed: list = field(default_factory=list)
    removed: list = field(default_factory=list)
    refused: list = field(default_factory=list)
    warnings: list = field(default_factory=list)
    unknown_columns: list = field(default_factory=list)
    writes: dict = field(default_factory=dict)

    @property
    def changes_nothing(self):
        return not (self.new or self.changed or self.removed)

    @property
    def fingerprint(self):
        """Equal for two Differences that tell and do the same."""
        told = (self.new, self.changed, self.removed, self.refused, self.warnings)
        return hashlib.sha256(repr(told).encode("utf-8", "backslashreplace")).hexdigest()

    @property
    def counts(self):
        return {"rows": self.total, **{name: len(getattr(self, name)) for name in (
            "new", "changed", "removed", "refused", "warnings")}}
