"""Long lists in pages, each with an address of its own."""
from typing import NamedTuple

from flask import request, url_for


class Page(NamedTuple):
    """One page of a list. `found`: rows on all pages; `addresses`: of every page; `current`: 1 for the first."""

    rows: list
    found: int
    addresses: list
    current: int


def in_order(rows, keys):
    """The rows as `?order=` asks for them: by one of `keys`, a hyphen before it turns it round; else as they are.

    `keys`: {word in the address: what gives the key of a row of a list, or the column of a query}.
    """
    order = request.args.get("order", "")
    key, backwards = keys.get(order.removeprefix("-")), order.startswith("-")
    if key is None:
        return rows
    if isinstance(rows, list):
        return sorted(rows, key=key, reverse=backwards)
    return rows.order_by(key.desc() if backwards else key.asc())


def page_of(rows, size, endpoint, **values):
    """The Page that `?page=` asks for, the nearest if there is none such. `rows`: a list or an ordered query.

    `values`: what the other pages' addresses carry; empty ones are left out.
    """
    found = len(rows) if isinstance(rows, list) else rows.count()
    last = max(1, -(-found // size))
    current = min(max(request.args.get("page", 1, type=int), 1), last)
    some = rows[(current - 1) * size:current * size] if isinstance(rows, list) else rows.paginate(current, size)
    kept = {name: value for name, value in {**values, "order": request.args.get("order")}.items() if value}
    return Page(list(some), found, [url_for(endpoint, **kept, page=n) for n in range(1, last + 1)], current)
