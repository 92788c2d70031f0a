"""What the Associate of an attached centre decides, as every page of that centre says it."""
from flask_babel import gettext as _

from documents import words
from models.rules import standing
from models.subcentre_history import last_change
from views.languages import in_zone


def allowed(centre, series):
    """Access, delay, who answers and since when, in one sentence or two; '' for a centre without an Associate."""
    if series is None or not centre.is_attached:
        return ""
    stands = standing(centre, series)
    if not stands.has_access:
        told = _("%(associate)s gives your centre no access to the candidate results service for %(series)s.",
                 associate=centre.associate.name, series=series.name)
    else:
        delay, name = words.delay(stands.controls.delay), stands.contact.name
        told = _("%(associate)s gives your centre access for %(series)s: %(delay)s; %(answers)s.",
                 associate=centre.associate.name, series=series.name,
                 delay=_("a delay of %(delay)s", delay=delay) if delay else _("no delay"),
                 answers=_("%(name)s answers your candidates", name=name) if stands.uses_default_contact and name
                 else _("your centre answers its candidates"))
    since = last_change(centre, series)
    return f"{told} {_('Last changed: %(when)s.', when=in_zone(since, centre.time_zone))}" if since else told
