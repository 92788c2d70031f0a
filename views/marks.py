"""The marks of a list as its form sends them: `shown`, every row of the page; `mark`, the ticked ones; `act`.

`act` is MARK where nothing else is meant than to keep them, as each box sends by itself; FOUND marks what the list
finds on all its pages, or takes the marks from it where the box above is not ticked (EVERY: where there is no such box,
without script); CLEAR takes all.
"""
from flask import request
from flask_login import current_user

from models.acts import marks
from views.hypermedia import now

MARK, FOUND, EVERY, CLEAR = "mark", "mark-found", "mark-every", "mark-clear"
ALL, MARKED = "all", "marked"  # whom an act is for: all that need it, the marked; else the number of one row


def asked_for(acts):
    """(act, whom it is for) as a button sends it: 'reissue-all', 'reissue-XA101'; 'reissue' is for the marked."""
    act = request.form.get("act", "")
    if act in acts:
        return act, MARKED
    what, _dash, which = act.rpartition("-")
    return what, which


def marked_in(place):
    """The rows that the officer has marked in this list (models/tables/marks.py)."""
    return marks.marked(current_user.id, place)


def keep_marks(place, rows, found):
    """Store what the form says of the rows that it showed. Gives whether that was all that was meant.

    `rows`: all that the list may have; `found`: those that it finds now, on all pages.
    """
    act, form = request.form.get("act", ""), request.form
    if act == CLEAR:
        marks.unmark(current_user.id, place)
    elif act in (FOUND, EVERY):
        marks.mark(current_user.id, place, found, found if act == EVERY or "everything" in form else (), now())
    else:
        marks.mark(current_user.id, place, form.getlist("shown"), set(rows).intersection(form.getlist("mark")), now())
    return act in (MARK, FOUND, EVERY, CLEAR)


def add_mark(place, rows):
    marks.mark(current_user.id, place, (), rows, now())


def forget_marks(place, which):
    """What was asked for is done: of one row, or of all that are marked."""
    marks.unmark(current_user.id, place, None if which in (ALL, MARKED) else {which})
