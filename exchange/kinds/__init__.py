"""How each kind of file is compared with what is held, and published: one module each, with the same names.

`TABLE`, `FIELDS`: where its rows are staged. `as_staged(board_import, line, values, difference)`: a row for them.
`mark(board_import, first, last)`, where there is one: compares the staged rows of some lines. `compare(board_import,
difference, now, early)`: fills in the Difference and its `writes`, as often as it is asked; `early`: for somebody with
the right to read results before their release. `store(board_import, difference, by, now)`: publishes, in the caller's
transaction. `prepare(board_import, difference, now)`, where there is one: puts what is much in before, in steps, where
nobody sees it; `undo(board_import)` takes that out again.
"""
from exchange.kinds import centres, entries, officers, releases, results

KINDS = {"centres": centres, "entries": entries, "results": results, "releases": releases, "officers": officers}
