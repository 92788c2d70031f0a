"""How each kind of file is compared with what is held, and stored: one module each, with the same functions.

`compare(records, difference, complete, now)` fills in the Difference and its `writes`; `stage(difference)` lets
what is much wait in the staging tables; `store(difference, now)` puts it in place, in the caller's transaction.
"""
from exchange.kinds import centres, entries, releases, results

KINDS = {"centres": centres, "entries": entries, "results": results, "releases": releases}
