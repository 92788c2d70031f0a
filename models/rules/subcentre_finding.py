"""Find attached centres on a Screen: by words, by state, in an order.

States and order go by what is stored, not by the draft: a row stays where it is while it is being changed.
"""
from models.finding import has_words, plain

STATES = ("access", "no-access", "differs", "needs-credentials", "out-of-date", "changed")
ORDERS = {
    "centre": lambda listed: listed.number,
    "name": lambda listed: plain(listed.name),
    "delay": lambda listed: listed.delay,
    "access": lambda listed: listed.give_access,
    "contact": lambda listed: listed.contact_mode,
}


def find(screen, words="", state="", order="centre"):
    """The numbers of the centres that have every word in number, name or country, and are in this state.

    `order`: a key of ORDERS, with '-' before it for the other way round. A state or order that is none is
    left out.
    """
    found = screen.listed
    if words.strip():
        found = [listed for listed in found if has_words(words, listed.number, listed.name, listed.country)]
    if state in STATES:
        found = _in_state(screen, found, state)
    backwards, key = order.startswith("-"), ORDERS.get(order.lstrip("-"), ORDERS["centre"])
    return [listed.number for listed in sorted(found, key=key, reverse=backwards)]


def _in_state(screen, found, state):
    if state == "changed":
        return [listed for listed in found if listed.number in screen.changed or (
            listed.number in screen.drafts and screen.is_overtaken(listed.number))]
    if state in ("access", "no-access"):
        return [listed for listed in found if listed.give_access == (state == "access")]
    if state == "differs":
        return [listed for listed in found if listed.controls != screen.defaults.controls]
    numbers = [listed.number for listed in found if listed.give_access]
    as_it_is = screen.narrowed(numbers).as_it_is(numbers)
    count = "needing_credentials" if state == "needs-credentials" else "out_of_date"
    return [listed for listed in found if listed.number in as_it_is and getattr(as_it_is[listed.number], count)]
