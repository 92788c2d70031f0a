"""Find attached centres on a Screen: by words, by state, in an order.

States and order go by what is stored, not by the draft: a row stays where it is while it is being changed.
"""
import unicodedata

STATES = ("access", "no-access", "differs", "needs-credentials", "out-of-date", "changed")
ORDERS = {
    "centre": lambda stands: stands.centre.number,
    "name": lambda stands: plain(stands.centre.name),
    "delay": lambda stands: stands.controls.delay,
    "access": lambda stands: stands.controls.give_access,
    "contact": lambda stands: stands.controls.contact_mode,
}


def find(screen, words="", state="", order="centre"):
    """The numbers of the centres that have every word in number, name or country, and are in this state.

    `order`: a key of ORDERS, with '-' before it for the other way round. A state or order that is none is
    left out.
    """
    found = screen.standings.values()
    wanted = plain(words).split()
    if wanted:
        found = [stands for stands in found if _has(stands.centre, wanted)]
    if state in STATES:
        found = _in_state(screen, found, state)
    backwards, key = order.startswith("-"), ORDERS.get(order.lstrip("-"), ORDERS["centre"])
    return [stands.centre.number for stands in sorted(found, key=key, reverse=backwards)]


def plain(text):
    """'Ñandú' → 'nandu': as it is typed in a hurry."""
    return "".join(c for c in unicodedata.normalize("NFD", text.casefold()) if not unicodedata.combining(c))


def _has(place, words):
    text = plain(f"{place.number} {place.name} {place.country}")
    return all(word in text for word in words)


def _in_state(screen, found, state):
    if state == "changed":
        return [stands for stands in found if stands.centre.number in screen.changed
                or screen.is_overtaken(stands.centre.number)]
    if state in ("access", "no-access"):
        return [stands for stands in found if stands.has_access == (state == "access")]
    if state == "differs":
        return [stands for stands in found if stands.controls != screen.defaults.controls]
    told = screen.as_it_is([stands.centre.number for stands in found if stands.has_access])
    count = "needing_credentials" if state == "needs-credentials" else "out_of_date"
    return [stands for stands in found
            if stands.centre.number in told and getattr(told[stands.centre.number], count)]
