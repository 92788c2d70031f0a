"""Results that nobody has: for the sample that candidates may look at, and for an officer's preview."""
from datetime import timedelta

from flask_babel import gettext as _

from models.contacts import Contact
from models.rules.candidate_sheet import OUT, Award, Part, Sheet

INVENTED = {  # (title, code, option, what is printed, endorsement, PUM) a qualification
    "A Level": (("Mathematics", "0001", "AX", "A*", "", 93), ("Physics", "0002", "AX", "B", "", 74)),
    "AS Level": (("Chemistry", "0003", "AX", "b", "", 71),),
    "IGCSE (9-1)": (("Biology", "0004", "AX", "9", "", 95),),
}
OTHERWISE = (("History", "0005", "AX", "A", "", 82), ("French", "0006", "AX", "C", "4", 63),
             ("Geography", "0007", "AX", "Q", "", None))


def invented_awards(qualification):
    """The Awards of a qualification, every title among them called invented in the reader's language."""
    return tuple(Award(_("Invented %(subject)s", subject=title), code, option, printed, "", endorsement, pum)
                 for title, code, option, printed, endorsement, pum in INVENTED.get(qualification, OTHERWISE))


def sample_sheet(language, now):
    """The Sheet of nobody, all of it out; `now`: aware."""
    at = now - timedelta(days=1)
    parts = tuple(Part(name, OUT, at, invented_awards(name)) for name in ("A Level", "IGCSE"))
    return Sheet("", _("Sample Candidate"), "0000", "XX000", _("Sample Centre"), "UTC", language, "june-2026",
                 "June 2026", Contact("", "", "contact@centre.example"), parts)
